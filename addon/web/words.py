"""Numbers, times and names as they are read on the pages."""

from __future__ import annotations

import time
import zlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

_STEPS = ((60.0, 1.0, "second"), (3600.0, 60.0, "minute"), (86400.0, 3600.0, "hour"), (7 * 86400.0, 86400.0, "day"))
_HUES = 5


def age(at: float, now: float | None = None, *, short: bool = False) -> str:
    """How long ago (or until) in words, a date where it is more than a week. ``static/elements.js`` keeps it true.

    ``short``: "2s ago" instead of "2 seconds ago".
    """
    seconds = at - (time.time() if now is None else now)
    if abs(seconds) < 2:
        return "now" if seconds > 0.5 else "just now"
    for limit, unit, name in _STEPS:
        if abs(seconds) < limit:
            number = int(abs(seconds) / unit)
            text = f"{number}{name[0]}" if short else plural(number, name)
            return f"in {text}" if seconds > 0 else f"{text} ago"
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.day} {moment:%b %Y}"


def iso(at: float) -> str:
    """The moment for machines."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """A short time: 0.4 s, 12 s, 3 min 5 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def count(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """``1 issue``, ``2 issues``."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def host(url: str) -> str:
    """The host of a URL with its port, for people."""
    return urlsplit(url).netloc or url


def hue(name: str) -> str:
    """The colour class of a name's avatar: always the same for the same name."""
    return f"t{zlib.crc32(name.encode()) % _HUES + 1}"
