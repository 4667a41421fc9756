"""Readable: a value of any form as words. What history shows, and what text fields take in from other types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from addon.model.value import Form, empty, moment
from addon.sync.processors import markdown


def words(form: Form, value: Any) -> str:
    """People and options by name, cascades as ``parent / child``, dates ISO 8601, lists by commas, ADF as Markdown."""
    if empty(value):
        return ""
    write = _WORDS.get(form)
    return write(value) if write else str(value)


def _named(one: Any) -> str:
    return one if isinstance(one, str) else str(one["name"] or one["id"])


def _number(value: float) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _joined(value: list[Any]) -> str:
    return ", ".join(map(_named, value))


def duration(seconds: int) -> str:
    """Jira's own notation, in hours and minutes: a day's length differs from site to site."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part) or "0m"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "rich": markdown.write,
    "number": _number,
    "moment": lambda value: moment(value).isoformat(timespec="minutes"),
    "seconds": duration,
    "cascade": lambda value: " / ".join(level["name"] for level in (value, value["child"]) if level),
    "option": _named,
    "person": _named,
    "options": _joined,
    "people": _joined,
    "labels": _joined,
}
