"""Values of fields while they travel: plain JSON in one of a few forms. Pure.

=========  ==========================================================================================
text       a string; empty is ""
rich       an ADF document or null
number     a number or null
date       ``2026-11-21`` or null
moment     ``2026-11-21T10:00:00.000+0100`` (Jira's own, in the zone of the sender) or null
seconds    a whole number of seconds or null
option     ``{"id", "name"}`` or null; what can be chosen, by the sender's own id
options    a list of these
labels     a list of strings
cascade    ``{"id", "name", "child": option}`` or null
person     ``{"id", "name", "email"}`` or null; ``email`` is "" where Jira does not show it
people     a list of these
=========  ==========================================================================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

Form = Literal[
    "text", "rich", "number", "date", "moment", "seconds", "option", "options", "labels", "cascade", "person", "people"
]
SETS: frozenset[str] = frozenset({"options", "labels", "people"})
MAX_TEXT = 200_000
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")


def empty(value: Any) -> bool:
    """Whether a value of any form says nothing. Zero says something."""
    return value is None or value in ("", [])


def key_of(element: Any) -> str:
    """What tells one element of a set from the others: its id, or the label itself."""
    return element if isinstance(element, str) else str(element["id"] or element["name"])


def fits(form: Form, value: Any) -> bool:
    """Whether a value is of a form. What a partner sends is checked with this before anything looks into it."""
    if value is None:
        return form not in SETS and form != "text"
    return _FITS[form](value)


def fits_element(form: Form, element: Any) -> bool:
    """The same for one element of a set."""
    return fits({"labels": "text", "people": "person"}.get(form, "option"), element)  # type: ignore[arg-type]


def moment(text: str) -> datetime:
    """Jira's date-time as a moment.

    Raises:
        ValueError: it is not one.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def day(text: str) -> datetime:
    """A date as its midnight, without a zone.

    Raises:
        ValueError: it is not one.
    """
    return datetime.strptime(text, "%Y-%m-%d")


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and "\x00" not in value


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _parses(parse: Callable[[str], object], value: Any) -> bool:
    try:
        parse(value)
    except (ValueError, TypeError):
        return False
    return True


def _named(value: Any, *more: str) -> bool:
    names = {"id", "name"}
    return (
        isinstance(value, dict)
        and value.keys() == {*names, *more}
        and all(isinstance(value[name], str) and len(value[name]) <= 1000 for name in names)
    )


def _person(value: Any) -> bool:
    return _named(value, "email") and isinstance(value["email"], str)


def _cascade(value: Any) -> bool:
    return _named(value, "child") and (value["child"] is None or _named(value["child"]))


def _rich(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "doc" and _node(value, 0)


def _node(node: Any, depth: int) -> bool:
    return (
        isinstance(node, dict)
        and depth < 60
        and isinstance(node.get("type"), str)
        and isinstance(node.get("text", ""), str)
        and isinstance(node.get("attrs") or {}, dict)
        and isinstance(node.get("marks", []), list)
        and isinstance(node.get("content", []), list)
        and all(isinstance(mark, dict) for mark in node.get("marks", []))
        and all(_node(child, depth + 1) for child in node.get("content", []))
    )


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "text": _text,
    "rich": _rich,
    "number": _number,
    "date": lambda value: isinstance(value, str) and bool(_DATE.match(value)) and _parses(day, value),
    "moment": lambda value: isinstance(value, str) and _parses(moment, value),
    "seconds": lambda value: _number(value) and isinstance(value, int) and value >= 0,
    "option": _named,
    "options": lambda value: isinstance(value, list) and all(map(_named, value)),
    "labels": lambda value: isinstance(value, list) and all(map(_text, value)),
    "cascade": _cascade,
    "person": _person,
    "people": lambda value: isinstance(value, list) and all(map(_person, value)),
}
