"""Dates of JQL: absolute in Jira's four formats, relative to now, or milliseconds since 1970."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
_ABSOLUTE = re.compile(r"\d{4}([/-])\d{1,2}\1\d{1,2}( \d{1,2}:\d{2})?")
_PERIOD = re.compile(r"([+-]?)\s*((?:\d{1,6}\s*[yMmwdhYWDH]\s*)+)")
_PART = re.compile(r"(\d+)\s*([a-zA-Z])")
_EPOCH = re.compile(r"-?\d{1,15}")
_BARE_NUMBER = re.compile(r"([+-]?)(\d{1,6})")

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_date(text: str, now: datetime) -> datetime | None:
    """The moment that the text means for a user whose present moment is `now`; None if it means none."""
    text = text.strip()
    if _ABSOLUTE.fullmatch(text):
        return _absolute(text, now)
    if _EPOCH.fullmatch(text):
        try:
            return datetime.fromtimestamp(int(text) / 1000, UTC).astimezone(now.tzinfo)
        except (ValueError, OverflowError, OSError):
            return None
    return shifted(now, text)


def shifted(moment: datetime, period: str, default_unit: str = "") -> datetime | None:
    """The moment moved by a period such as `-1w 2h`; a number alone is in `default_unit`. None if it is no period."""
    number = _BARE_NUMBER.fullmatch(period.strip())
    if number and default_unit:
        period = f"{number[1]}{number[2]}{default_unit}"
    match = _PERIOD.fullmatch(period.strip())
    if match is None:
        return None
    sign = -1 if match[1] == "-" else 1
    try:
        for amount, unit in _PART.findall(match[2]):
            moment = _moved(moment, sign * int(amount), unit if unit == "M" else unit.lower())
    except (ValueError, OverflowError):
        return None
    return moment


def minute(moment: datetime) -> datetime:
    """JQL compares to the minute: seconds are not seen."""
    return moment.replace(second=0, microsecond=0)


def _absolute(text: str, now: datetime) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
    return None


def _moved(moment: datetime, amount: int, unit: str) -> datetime:
    if unit in _UNITS:
        return moment + timedelta(**{_UNITS[unit]: amount})
    months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    last_day = (_first_of_next_month(year, month + 1) - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))


def _first_of_next_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _start_of_week(moment: datetime) -> datetime:
    # The week of Jira's default locale begins on Sunday.
    return moment - timedelta(days=(moment.weekday() + 1) % 7)


_STARTS: dict[str, tuple[str, Callable[[datetime], datetime]]] = {
    "day": ("d", lambda moment: moment),
    "week": ("w", _start_of_week),
    "month": ("M", lambda moment: moment.replace(day=1)),
    "year": ("y", lambda moment: moment.replace(month=1, day=1)),
}


def start_of(span: str, now: datetime, period: str = "") -> datetime | None:
    """The beginning of this day, week, month or year, moved by a period; None if the period is none."""
    unit, begin = _STARTS[span]
    start = begin(now.replace(hour=0, minute=0, second=0, microsecond=0))
    return shifted(start, period, unit) if period else start


def end_of(span: str, now: datetime, period: str = "") -> datetime | None:
    """The last minute of this day, week, month or year, moved by a period; None if the period is none."""
    unit, begin = _STARTS[span]
    start = begin(now.replace(hour=0, minute=0, second=0, microsecond=0))
    end = _moved(start, 1, unit) - timedelta(seconds=1)
    if not period:
        return end
    moved = shifted(end, period, unit)
    if moved is not None and span == "month" and unit == "M" and not re.search(r"[a-zA-Z]", period.replace("M", "")):
        # A month later is the end of that month, whatever its length.
        return _moved(begin(moved.replace(day=1, hour=0, minute=0, second=0)), 1, "M") - timedelta(seconds=1)
    return moved
