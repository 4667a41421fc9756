"""Time as a site sees it: epoch milliseconds, and Jira's way of writing them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """The machine's time plus an offset; or frozen, and then it moves only when it is told to.

    A *stepped* clock is a frozen one under which nothing happens by itself either: webhooks and late effects
    wait until `Site.advance` comes to their moment, one after the other, in the caller's thread.
    """

    def __init__(self) -> None:
        self.offset_ms = 0
        self.frozen_ms: int | None = None
        self.stepped = False
        self._moved: list[Callable[[], None]] = []

    def now(self) -> int:
        """Milliseconds since the epoch."""
        if self.frozen_ms is not None:
            return self.frozen_ms
        return time.time_ns() // 1_000_000 + self.offset_ms

    def seconds(self) -> int:
        """Seconds since the epoch, for JWT claims."""
        return self.now() // 1000

    def on_move(self, told: Callable[[], None]) -> None:
        """Call this each time the clock is moved by hand."""
        self._moved.append(told)

    def shift(self, offset_ms: int) -> None:
        """Run `offset_ms` away from the machine's clock, not frozen."""
        self.offset_ms, self.frozen_ms, self.stepped = offset_ms, None, False
        self._tell()

    def freeze(self, at_ms: int | None = None, stepped: bool = False) -> None:
        """Stand still, at the present moment or another."""
        self.frozen_ms, self.stepped = self.now() if at_ms is None else at_ms, stepped
        self._tell()

    def release(self) -> None:
        """Go on from where the clock stands."""
        if self.frozen_ms is not None:
            self.shift(self.frozen_ms - time.time_ns() // 1_000_000)

    def move(self, by_ms: int) -> None:
        """Go forward (or back) at once."""
        if self.frozen_ms is None:
            self.offset_ms += by_ms
        else:
            self.frozen_ms += by_ms
        self._tell()

    def _tell(self) -> None:
        for told in self._moved:
            told()


def jira_time(ms: int | None) -> str | None:
    """`2026-11-21T10:00:00.000+0000`: Jira writes no colon into the offset."""
    if ms is None:
        return None
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}+0000"


def parse_time(text: str) -> int | None:
    """Epoch milliseconds of an ISO date-time with offset, or None if it is no such thing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or "T" not in text:
        return None
    return round(moment.timestamp() * 1000)


def parse_date(text: str) -> str | None:
    """`yyyy-mm-dd` normalised, or None if it is no date."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        return None
