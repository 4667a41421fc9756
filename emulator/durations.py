"""Jira durations: `1w 2d 3h 4m`, with a week of five days of eight hours."""

import re

UNITS = {"w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhm])")


def parse(text: str) -> int | None:
    """Seconds, or None if it is no duration. A bare number counts minutes."""
    cleaned = text.strip().lower()
    if cleaned.isdigit():
        return int(cleaned) * 60
    parts = _PART.findall(cleaned)
    if not parts or _PART.sub("", cleaned).strip():
        return None
    return round(sum(float(amount) * UNITS[unit] for amount, unit in parts))


def show(seconds: int) -> str:
    """`1d 4h`; zero is `0m`."""
    words = []
    for unit, size in UNITS.items():
        amount, seconds = divmod(seconds, size)
        if amount:
            words.append(f"{amount}{unit}")
    return " ".join(words) or "0m"
