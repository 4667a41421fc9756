"""Processors: one kind of value per file, both directions, pure.

A processor never sees Jira, the database or the partner. It knows five things about its kind: how to read Jira's own
JSON into a plain value, what of a change travels, what it must know of this Jira to take a change in, what such a
change means in our own terms, and how that is written. Values and changes are plain JSON, so that bases and messages
are; ``addon.model.value`` tells their forms, ``addon.model.matrix`` which may become which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from addon.errors import Blocked
from addon.model import matrix
from addon.model.offer import Need, Offer
from addon.model.rules import NO_USERS, FieldMapping, Side, UserMapping, other
from addon.model.value import SETS, Form, empty, fits, fits_element, key_of

PartChange = Mapping[str, Any]
"""What happened to a part, as it travels: see ``addon.model.message``."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What this side's Jira has to offer, as far as processors said they need it; and who stands for whom."""

    offers: Mapping[Need, tuple[Offer, ...]] = field(default_factory=dict)
    users: UserMapping = NO_USERS

    def of(self, need: Need) -> tuple[Offer, ...]:
        return self.offers.get(need, ())


@dataclass(frozen=True, slots=True)
class Arriving:
    """A change that arrived, in our own terms; ``change`` is None where nothing is to be written.

    ``note``: why something of it was left out. ``missing``: what has to be created first. ``origin``: for sets, the
    partner's key of each of our elements.
    """

    change: PartChange | None
    note: str = ""
    missing: tuple[Offer, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldWrite:
    """What to write for one field: ``fields`` or ``update`` in Jira's sense. Nothing: our issue already says so.

    ``goal``: the status to walk to, as id and name.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    update: Mapping[str, Any] = field(default_factory=dict)
    goal: Mapping[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.fields or self.update or self.goal)


class Unmatched(Exception):
    """A value for which there is nothing here. The text is a sentence for people."""


class FieldProcessor(Protocol):
    """One kind of field."""

    @property
    def form(self) -> Form:
        """The form of this kind's values."""

    merges: bool
    """Whether changes of both sides are merged element by element, so that they are never in conflict."""
    told_by_changelog: bool
    """Whether Jira's changelog tells exactly which value an edit replaced."""
    walks: bool
    """Whether it is written by transitions, each looked at before it is taken, instead of an edit."""

    def read(self, raw: Any) -> Any:
        """Jira's JSON of the field → plain value."""

    def leaving(self, row: FieldMapping, side: Side, before: Any, after: Any) -> PartChange:
        """What travels when our value went from ``before`` to ``after``. ``before`` is None for a new twin."""

    def needs(self, row: FieldMapping, side: Side, change: PartChange, users: UserMapping) -> set[Need]:
        """What has to be known to take this change in.

        Raises:
            Blocked: it is not of the form that the rules promise.
        """

    def arriving(
        self, row: FieldMapping, side: Side, change: PartChange, ours: Any, surroundings: Surroundings
    ) -> Arriving:
        """The change in our own terms. ``ours`` is our value now.

        Raises:
            Blocked: it cannot be taken in without loss, or matches nothing here and the row says to report that.
        """

    def writing(self, field_id: str, change: PartChange, ours: Any, *, new: bool) -> FieldWrite:
        """What to write for a change in our own terms; ``new`` while our issue is still to be created."""

    def show(self, value: Any) -> str:
        """A few words for history and panel."""

    def replaced(self, item: Mapping[str, Any]) -> Any:
        """The value that a changelog item says was replaced. Only asked where ``told_by_changelog``."""

    def merged(self, base: Any, change: PartChange) -> Any:
        """The base with a change in our own terms. Only asked where ``merges``."""

    def wrote(self, item: Mapping[str, Any], change: PartChange) -> bool:
        """Whether a changelog item of ours tells that this change was written; False where it does not tell exactly."""

    def restoring(self, field_id: str, value: Any) -> Mapping[str, Any]:
        """``fields`` that put a value of ours back."""


def shorten(text: str, limit: int = 120) -> str:
    """The text in one line, cut at ``limit`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def rule_of(row: FieldMapping, side: Side) -> matrix.Rule:
    """How values that arrive at this side are converted.

    Raises:
        Blocked: the matrix knows no way; rules are checked for that before they are published.
    """
    source, target = row.type_of(other(side)), row.type_of(side)
    rule = matrix.rule(source, target)
    if rule is None or not matrix.TYPES[target].writable:
        raise Blocked(
            f"“{row.field_of(side)}” cannot take the value of a field of type {source}.",
            fix="Choose another field or direction in the mapping, then retry.",
        )
    return rule


def change_of(row: FieldMapping, side: Side, before: Any, after: Any) -> PartChange:
    """What travels: elements that came and went where the receiver holds a set, the whole value elsewhere."""
    if matrix.TYPES[row.type_of(other(side))].form not in SETS:
        return {"value": after}
    old, new = _elements(before), _elements(after)
    return {
        "add": [new[key] for key in sorted(new.keys() - old.keys())],
        "remove": [old[key] for key in sorted(old.keys() - new.keys())],
    }


def _elements(value: Any) -> dict[str, Any]:
    values = value if isinstance(value, list) else [] if empty(value) else [value]
    return {key_of(one): one for one in values}


def said(row: FieldMapping, side: Side, change: PartChange) -> list[Any]:
    """The values in a change that arrived, checked to be of the form that the rules promise.

    Raises:
        Blocked: they are not.
    """
    source, target = (matrix.TYPES[row.type_of(whose)].form for whose in (other(side), side))
    if target in SETS:
        values = [*change.get("add", ()), *change.get("remove", ())]
        good = "add" in change and all(one is not None and fits_element(source, one) for one in values)
    else:
        values = [change.get("value")]
        good = "value" in change and fits(source, values[0])
    if not good:
        raise Blocked(
            f"What arrived for “{row.field_of(side)}” is not a value of the type that the rules tell.",
            fix="Check the types of this field mapping on both sides, publish, then retry.",
        )
    return values


def left_out(row: FieldMapping, side: Side, words: str) -> str:
    """What to note about a value that matches nothing here.

    Raises:
        Blocked: the row says to report it, or leaving it out would show the twin to more people than its original.
    """
    if matrix.TYPES[row.type_of(side)].guards:
        raise Blocked(
            f"“{row.field_of(side)}”: {words} Without it the twin would be seen by more people than its original.",
            fix="Map the security level in this field mapping, or create it here, then retry.",
        )
    if row.unmatched == "report":
        raise Blocked(
            f"“{row.field_of(side)}”: {words}",
            fix="Map the value in this field mapping, or create it here, then retry.",
        )
    return words
