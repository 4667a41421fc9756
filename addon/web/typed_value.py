"""Typed values: fixed values and defaults of a field mapping, as a control of a form and back. Pure.

A value has the form of its field's type (``addon.model.value``); what a person types or chooses is text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from addon.errors import Refused
from addon.model import matrix
from addon.model.offer import Offer
from addon.model.value import day, empty, fits

Kind = Literal["text", "area", "number", "date", "datetime-local", "select", "multiple"]
_KINDS: dict[str, Kind] = {
    "rich": "area",
    "number": "number",
    "seconds": "number",
    "date": "date",
    "moment": "datetime-local",
}
_HINTS = {
    "seconds": "Hours",
    "moment": "Time in UTC",
    "person": "Account id",
    "people": "Account ids, with commas between",
    "labels": "With commas between",
    "options": "Names, with commas between",
}
_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Control:
    """What a value is typed into. ``choices``: value and name of what can be chosen; ``chosen``: what is there."""

    kind: Kind
    chosen: tuple[str, ...]
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    @property
    def text(self) -> str:
        return self.chosen[0] if self.chosen else ""


def control(type_: str, value: Any, offers: Sequence[Offer]) -> Control:
    """The control for a value of this type; ``offers``: what can be chosen, none where it is not chosen from a list."""
    form = matrix.TYPES[type_].form
    if offers:
        kind: Kind = "multiple" if form in ("options", "labels") else "select"
        choices = tuple(_choices(offers, deep=form == "cascade"))
        chosen = tuple(_ids(form, value))
        # What is set but no longer offered is shown, not lost.
        known = {id_ for id_, _ in choices}
        gone = tuple((id_, f"{words(form, value)} (no longer there)") for id_ in chosen if id_ not in known)
        return Control(kind, chosen, (*choices, *gone))
    return Control(_KINDS.get(form, "text"), (_typed(form, value),), hint=_HINTS.get(form, ""))


def parse(type_: str, given: Sequence[str], offers: Sequence[Offer]) -> Any:
    """The value that was typed or chosen; None for nothing.

    Raises:
        Refused: 422, with what to enter instead.
    """
    form = matrix.TYPES[type_].form
    entered = [text.strip() for text in given if text.strip()]
    if not entered:
        return None
    value = _chosen(form, entered, offers) if offers else _parsed(form, entered[0])
    if not fits(form, value):
        raise Refused("This value does not suit the field. Enter another one.", status=422)
    return value


def words(form: str, value: Any) -> str:
    """A value as a person reads it; "" for none."""
    if empty(value):
        return ""
    if form in ("option", "person"):
        return str(value["name"])
    if form == "cascade":
        return str(value["name"]) + (f" / {value['child']['name']}" if value["child"] else "")
    if form in ("options", "people"):
        return ", ".join(str(one["name"]) for one in value)
    return _typed(form, value)


def _choices(offers: Sequence[Offer], *, deep: bool) -> Iterator[tuple[str, str]]:
    for offer in offers:
        yield offer.id, offer.name
        if deep:
            yield from ((f"{offer.id}/{child.id}", f"{offer.name} / {child.name}") for child in offer.children)


def _ids(form: str, value: Any) -> list[str]:
    if empty(value):
        return []
    if form == "cascade":
        return [str(value["id"]) + (f"/{value['child']['id']}" if value["child"] else "")]
    if form == "labels":
        return list(value)
    return [str(one["id"]) for one in (value if form == "options" else [value])]


def _chosen(form: str, entered: Sequence[str], offers: Sequence[Offer]) -> Any:
    found = [_offer(offers, text) for text in entered]
    if form == "labels":
        return [path[0].name for path in found]
    if form == "options":
        return [_named(path[0]) for path in found]
    if form == "cascade":
        return {**_named(found[0][0]), "child": _named(found[0][1]) if len(found[0]) > 1 else None}
    return _named(found[0][0])


def _offer(offers: Sequence[Offer], text: str) -> tuple[Offer, ...]:
    id_, _, below = text.partition("/")
    for offer in offers:
        if offer.id == id_:
            return (offer, *_offer(offer.children, below)) if below else (offer,)
    raise Refused("What was chosen is no longer offered there. Choose again.", status=409)


def _named(offer: Offer) -> dict[str, str]:
    return {"id": offer.id, "name": offer.name}


def _parsed(form: str, text: str) -> Any:
    return _PARSERS[form](text)


def _number(text: str) -> float | int:
    try:
        number = float(text.replace(",", "."))
    except ValueError as error:
        raise Refused("Enter a number.", status=422) from error
    if not math.isfinite(number):
        raise Refused("Enter a number.", status=422)
    return int(number) if number.is_integer() else number


def _document(text: str) -> dict[str, Any]:
    lines = ({"type": "paragraph", "content": _line(line)} for line in text.splitlines())
    return {"type": "doc", "version": 1, "content": list(lines)}


def _moment(text: str) -> str:
    if not _MINUTE.fullmatch(text):
        raise Refused("Enter a date and a time.", status=422)
    return f"{text}:00.000+0000"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _date(text: str) -> str:
    try:
        day(text)
    except ValueError as error:
        raise Refused("Enter a date.", status=422) from error
    return text


def _one(form: str, text: str) -> dict[str, Any]:
    """Something named without a list to choose it from: an option by its name, a person by the account id."""
    if form == "person":
        return {"id": text, "name": text, "email": ""}
    return {"id": "", "name": text, **({"child": None} if form == "cascade" else {})}


def _line(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}] if text else []


def _typed(form: str, value: Any) -> str:
    if empty(value):
        return ""
    return _TEXTS[form](value) if form in _TEXTS else f"{value:g}" if isinstance(value, float) else str(value)


def _plain(node: Any) -> str:
    return str(node.get("text", "")) + "".join(_plain(child) for child in node.get("content", []))


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "rich": _document,
    "number": _number,
    "seconds": lambda text: round(_number(text) * HOUR),
    "date": _date,
    "moment": _moment,
    "labels": _parts,
    "option": lambda text: _one("option", text),
    "cascade": lambda text: _one("cascade", text),
    "person": lambda text: _one("person", text),
    "options": lambda text: [_one("option", part) for part in _parts(text)],
    "people": lambda text: [_one("person", part) for part in _parts(text)],
}
_TEXTS: Mapping[str, Callable[[Any], str]] = {
    "seconds": lambda value: f"{value / HOUR:g}",
    "rich": lambda value: "\n".join(_plain(block) for block in value.get("content", [])),
    "moment": lambda value: str(value)[:16],
    "labels": ", ".join,
    "person": lambda value: str(value["id"]),
    "people": lambda value: ", ".join(str(one["id"]) for one in value),
    "option": lambda value: str(value["name"]),
    "cascade": lambda value: str(value["name"]),
    "options": lambda value: ", ".join(str(one["name"]) for one in value),
}
