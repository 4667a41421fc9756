"""Time as a site sees it: epoch milliseconds, and Jira's way of writing them."""

import time
from datetime import UTC, datetime


class Clock:
    """Wall time plus an offset, so that a test can move a site into the future."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000 + self.offset_ms

    def seconds(self) -> int:
        """Seconds since the epoch, for JWT claims."""
        return self.now() // 1000


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
