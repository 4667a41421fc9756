"""What the mapping editor says of its rows: values made for templates, out of the draft and both ends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from addon.model import matrix
from addon.model.catalog import EndInfo, FieldInfo
from addon.model.editing import WAYS, Way, closed, title, way
from addon.model.offer import Offer
from addon.model.rules import Choice, FieldMapping, IssueMapping, Side, UserMapping, ValueMapping, other
from addon.model.value import SETS
from addon.sync.comparison import Difference
from addon.sync.findings import Finding
from addon.web import typed_value, words
from addon.web.typed_value import Control

ICONS: Mapping[str, str] = {
    **dict.fromkeys(("text", "url", "app"), "text"),
    **dict.fromkeys(("paragraph",), "para"),
    **dict.fromkeys(("number", "count", "time_spent", "original_estimate", "remaining_estimate"), "number"),
    **dict.fromkeys(("date", "datetime", "moment"), "date"),
    **dict.fromkeys(("user", "users", "reporter", "author", "group", "groups", "team"), "user"),
    **dict.fromkeys(("status", "resolution"), "flow"),
    **dict.fromkeys(("labels", "components", "version", "versions"), "tag"),
    matrix.COMMENTS: "chat",
}
_ARROWS: Mapping[Way, str] = {"out": "right", "in": "left", "both": "both"}
_RULES: Mapping[str, str] = {
    "same": "Copy",
    "option": "By name",
    "element": "Each by name",
    "cascade": "By name, level by level",
    "words": "As text",
    "rich": "As text",
    "day": "The day of the moment",
    "midnight": "Start of the day",
    "hours": "As hours",
    "number": "As a number",
}
_NO_MATCH = {"nothing": "No match: do nothing", "report": "No match: report error"}
PAIRED = ("option", "element", "cascade")
"""The rules of conversion that look into a row's value mappings."""


@dataclass(frozen=True, slots=True)
class Names:
    """The two sides as the page calls them. ``side`` is ours."""

    side: Side
    ours: str
    theirs: str

    def of(self, side: Side) -> str:
        return self.ours if side == self.side else self.theirs


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of one side. ``gone``: its Jira was asked and does not show it."""

    id: str
    name: str
    type: str
    icon: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class WayView:
    """One choice of a direction; ``reason`` says why it cannot be chosen, "" where it can."""

    way: Way
    arrow: str
    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ValueView:
    path: str
    ours: str
    theirs: str
    arrow: str
    way: Way
    ways: tuple[WayView, ...]
    children: tuple[ValueView, ...]
    ours_below: tuple[Offer, ...]
    theirs_below: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class SideDetail:
    """What can be set of a row at one side; a control is None where it makes no sense there."""

    key: str
    name: str
    field: str
    fixed: Control | None
    default: Control | None
    when_empty: Control | None


@dataclass(frozen=True, slots=True)
class Details:
    """The open part of a row."""

    values: tuple[ValueView, ...]
    paired: bool
    ours_offers: tuple[Offer, ...]
    theirs_offers: tuple[Offer, ...]
    unmatched: str
    sides: tuple[SideDetail, ...]
    policies: tuple[tuple[str, str], ...]
    policy: str
    create_only: bool
    creates: bool
    create_missing: bool

    @property
    def defaults(self) -> tuple[SideDetail, ...]:
        return tuple(side for side in self.sides if side.default)


@dataclass(frozen=True, slots=True)
class RowView:
    """One field mapping. ``changed``: "", "new" or "changed" in this draft; ``tone`` colours the second line."""

    id: str
    number: int
    ours: FieldView
    theirs: FieldView
    way: Way
    arrow: str
    ways: tuple[WayView, ...]
    how: str
    note: str
    tone: str
    changed: str
    findings: tuple[Finding, ...]
    details: Details | None

    @property
    def name(self) -> str:
        return self.ours.name if self.ours.id else self.theirs.name


def ways_of(names: Names, ours: str, theirs: str) -> tuple[WayView, ...]:
    """The three directions between fields of these types, each with the reason why not."""
    return tuple(WayView(one, _ARROWS[one], _way_words(names, one), closed(ours, theirs, one)) for one in WAYS)


def rows_of(
    mapping: IssueMapping,
    users: UserMapping,
    names: Names,
    ends: Mapping[Side, EndInfo | None],
    *,
    differences: Sequence[Difference] = (),
    findings: Sequence[Finding] = (),
    opened: frozenset[str] = frozenset(),
) -> tuple[RowView, ...]:
    """The rows of a mapping in their order. ``ends`` lacks what could not be asked for."""
    kinds = {one.row_id: one.kind for one in differences if one.mapping_id == mapping.id and one.kind != "removed"}
    found = [one for one in findings if one.mapping_id == mapping.id]
    return tuple(
        _row(
            row,
            number,
            users,
            names,
            ends,
            {"added": "new", "changed": "changed"}.get(kinds.get(row.id, ""), ""),
            tuple(one for one in found if one.row_id == row.id),
            row.id in opened,
        )
        for number, row in enumerate(mapping.fields)
    )


def _row(
    row: FieldMapping,
    number: int,
    users: UserMapping,
    names: Names,
    ends: Mapping[Side, EndInfo | None],
    changed: str,
    findings: tuple[Finding, ...],
    opened: bool,
) -> RowView:
    side, across = names.side, other(names.side)
    ours, theirs = row.type_of(side), row.type_of(across)
    told = _how(row, users, names)
    note, tone = told[1], ""
    if findings:
        first = min(findings, key=lambda one: one.severity != "error")
        note, tone = _short(first.words), "down" if first.severity == "error" else "warned"
    return RowView(
        row.id,
        number,
        field_view(ends.get(side), row.field_of(side), ours),
        field_view(ends.get(across), row.field_of(across), theirs),
        way(side, row.direction),
        _ARROWS[way(side, row.direction)],
        ways_of(names, ours, theirs),
        told[0],
        note,
        tone,
        changed,
        findings,
        _details(row, names, ends) if opened and ours != matrix.COMMENTS else None,
    )


def _short(sentence: str) -> str:
    """A finding without the name of the row that it stands in."""
    named, colon, rest = sentence.partition(": ")
    return f"{rest[:1].upper()}{rest[1:]}" if colon and named.startswith("The field mapping ") else sentence


def field_view(end: EndInfo | None, field_id: str, type_: str) -> FieldView:
    """A field as it is shown: by its name where its Jira told it."""
    if not field_id:
        return FieldView("", "Fixed value", "", "lock")
    info = end.field(field_id) if end else None
    name = info.name if info else "Comments" if type_ == matrix.COMMENTS else field_id
    kind = "" if type_ == matrix.COMMENTS or name == title(type_) else title(type_)
    gone = end is not None and info is None and type_ != matrix.COMMENTS
    return FieldView(field_id, name, kind, ICONS.get(type_, "list"), gone)


def _way_words(names: Names, one: Way) -> str:
    if one == "both":
        return "Both ways"
    source, target = (names.ours, names.theirs) if one == "out" else (names.theirs, names.ours)
    return f"From {source} to {target}"


def rule_of(row: FieldMapping) -> str:
    """The rule by which a row's values are converted, in the direction that it goes (ours out first)."""
    forth, back = matrix.rule(row.inviter_type, row.accepter_type), matrix.rule(row.accepter_type, row.inviter_type)
    return (forth if row.direction != "to_inviter" else back) or ""


def _how(row: FieldMapping, users: UserMapping, names: Names) -> tuple[str, str]:
    """How a row's values come over, and the line below it."""
    if row.inviter_type == matrix.COMMENTS:
        return "Copy", "Author named in the text"
    notes = ["Only when the twin is created"] if row.mode == "create_only" else []
    fixed = [(side, row.end_of(side).fixed) for side in _sides(names) if row.end_of(side).fixed is not None]
    if fixed:
        side, value = fixed[0]
        return "Fixed value", f"{typed_value.words(_form(row, side), value)} at {names.of(side)}"
    rule = rule_of(row)
    if rule == "person":
        how = [name for name, on in (("account id", users.by_account_id), ("e-mail", users.by_email)) if on] or [
            "the table of people"
        ]
        told = f"Match by {' or '.join(how)}"
        notes.append(
            {"leave": "No match: do nothing", "default": "No match: default person"}.get(
                users.unmatched, "No match: named in the history"
            )
        )
        return told, ". ".join(notes)
    how_words = _RULES.get(rule, "Copy")
    if rule in PAIRED:
        if row.values:
            how_words = words.plural(len(row.values), "value pair")
        notes.append(_no_match(row, names))
    elif rule == "same" and row.inviter_type == "paragraph":
        notes.append("Rich text")
    return how_words, ". ".join(notes)


def _no_match(row: FieldMapping, names: Names) -> str:
    if row.unmatched != "default":
        return _NO_MATCH[row.unmatched]
    set_ = [
        typed_value.words(_form(row, side), row.end_of(side).default)
        for side in _sides(names)
        if row.enters(side) and row.end_of(side).default is not None
    ]
    return f"No match: set {' / '.join(set_)}" if set_ else "No match: default not chosen yet"


def _sides(names: Names) -> tuple[Side, Side]:
    return names.side, other(names.side)


def _form(row: FieldMapping, side: Side) -> str:
    kind = matrix.TYPES.get(row.type_of(side))
    return kind.form if kind else "text"


def _details(row: FieldMapping, names: Names, ends: Mapping[Side, EndInfo | None]) -> Details:
    sides = _sides(names)
    types = [matrix.TYPES.get(row.type_of(side)) for side in sides]
    offers = [offers_of(ends.get(side), row.field_of(side)) for side in sides]
    paired = row.direction and any(
        matrix.rule(row.type_of(other(side)), row.type_of(side)) in PAIRED for side in sides if row.enters(side)
    )
    entering = [kind for side, kind in zip(sides, types, strict=True) if kind and row.enters(side)]
    policies: list[tuple[str, str]] = [(side, f"{names.of(side)}'s value stands") for side in sides]
    policies.append(("newer", "The newer change stands"))
    if not any(kind.form in SETS for kind in entering):
        policies.append(("hold", "The issue stops until a person chooses"))
    return Details(
        values=tuple(_values(row.values, names, row, (offers[0], offers[1]))),
        paired=bool(paired),
        ours_offers=offers[0],
        theirs_offers=offers[1],
        unmatched=row.unmatched,
        sides=tuple(
            _side(row, key, side, names, ends.get(side), bool(paired))
            for key, side in zip(("ours", "theirs"), sides, strict=True)
            if row.field_of(side)
        ),
        policies=tuple(policies),
        policy=row.conflict,
        create_only=row.mode == "create_only",
        creates=any(kind.creates for kind in entering),
        create_missing=row.create_missing,
    )


def _side(row: FieldMapping, key: str, side: Side, names: Names, end: EndInfo | None, paired: bool) -> SideDetail:
    type_, at = row.type_of(side), row.end_of(side)
    offers = offers_of(end, row.field_of(side))
    kind = matrix.TYPES.get(type_)
    field = field_view(end, row.field_of(side), type_).name

    def made(wanted: bool, value: Any) -> Control | None:
        return typed_value.control(type_, value, offers) if wanted and kind else None

    writable = kind is not None and kind.writable
    return SideDetail(
        key,
        names.of(side),
        field,
        made(writable, at.fixed),
        made(writable and row.enters(side) and paired, at.default),
        made(writable and row.enters(side), at.when_empty),
    )


def offers_of(end: EndInfo | None, field_id: str) -> tuple[Offer, ...]:
    """What can be chosen for a field, as far as its Jira told."""
    info: FieldInfo | None = end.field(field_id) if end else None
    return info.options if info else ()


def _values(
    values: Sequence[ValueMapping],
    names: Names,
    row: FieldMapping,
    offers: tuple[Sequence[Offer], Sequence[Offer]],
    path: str = "",
) -> Iterator[ValueView]:
    ways = tuple(
        WayView(one, _ARROWS[one], _way_words(names, one), "" if row.direction == "both" else _one_way(names, row, one))
        for one in WAYS
    )
    for place, value in enumerate(values):
        here = f"{path}{place}"
        ours, theirs = value.at(names.side), value.at(other(names.side))
        below = _below(offers[0], ours), _below(offers[1], theirs)
        yield ValueView(
            here,
            ours.name or ours.id,
            theirs.name or theirs.id,
            _ARROWS[way(names.side, value.direction)],
            way(names.side, value.direction),
            ways,
            tuple(_values(value.children, names, row, below, f"{here}-")),
            *below,
        )


def _below(offers: Sequence[Offer], chosen: Choice) -> tuple[Offer, ...]:
    """What can be chosen below an option of a cascade."""
    return next((one.children for one in offers if one.id == chosen.id), ())


def _one_way(names: Names, row: FieldMapping, one: Way) -> str:
    """Why a value cannot go this way in a row that goes one way only."""
    goes = way(names.side, row.direction)
    return "" if one in (goes, "both") else "The field mapping does not go this way."
