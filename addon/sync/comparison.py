"""Comparison: what one document of rules says otherwise than another, in words that a person reads. Pure.

The words are told from one side: *ours* and the partner's name. Whatever differs is named, also what this module has no
words of its own for: two documents that read differently never compare as the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Literal

from addon.model.rules import FieldMapping, IssueMapping, Rules, Side, UserMapping, ValueMapping, other

Kind = Literal["added", "removed", "changed"]
Naming = Callable[[Side, str], str]
"""What people call a field of a side, by its id."""
USERS = "users"
_SYSTEM = {"comment": "Comments", "duedate": "Due date", "issuetype": "Issue type", "fixVersions": "Fix versions"}
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. ``row_id`` is "" where it is of the whole mapping; people are mapping "", row "users"."""

    mapping_id: str
    row_id: str
    kind: Kind
    words: str


def named_by_id(_side: Side, field_id: str) -> str:
    """A field's name as far as its id tells it: Jira's own fields read well, custom fields stay as they are."""
    if not field_id or field_id.startswith("customfield_"):
        return field_id
    return _SYSTEM.get(field_id, field_id[:1].upper() + field_id[1:])


def pair_words(mapping: IssueMapping, side: Side) -> str:
    """A mapping as people know it: ``APP Bug ⇄ OPS Incident``, ours first."""
    ours, theirs = mapping.end_of(side), mapping.end_of(other(side))
    return f"{ours.project_key} {ours.issue_type_name} ⇄ {theirs.project_key} {theirs.issue_type_name}"


def compare(
    before: Rules, after: Rules, side: Side, partner: str, names: Naming = named_by_id
) -> tuple[Difference, ...]:
    """All that ``after`` says otherwise than ``before``: people first, then mapping by mapping in the new order."""
    reader = _Reader(side, partner, names)
    found = [Difference("", USERS, "changed", words) for words in reader.users(before.users, after.users)]
    olds = {mapping.id: mapping for mapping in before.mappings}
    news = {mapping.id: mapping for mapping in after.mappings}
    for mapping in after.mappings:
        old = olds.get(mapping.id)
        if old is None:
            found.append(Difference(mapping.id, "", "added", reader.mapping(mapping)))
        elif old != mapping:
            found += reader.mappings(old, mapping)
    for mapping in before.mappings:
        if mapping.id not in news:
            words = f"{pair_words(mapping, side)} removed: its twins stay as they are and are no longer kept in step"
            found.append(Difference(mapping.id, "", "removed", words))
    if _reordered(before.mappings, after.mappings):
        found.append(Difference("", "", "changed", "The order of the mappings changed"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One side's way of reading rules."""

    side: Side
    partner: str
    names: Naming

    def mapping(self, mapping: IssueMapping) -> str:
        rows = ", ".join(self.row(row) for row in mapping.fields) or "none yet"
        state = "active" if mapping.active else "not active"
        return f"{pair_words(mapping, self.side)} added, {state}. Field mappings: {rows}"

    def mappings(self, old: IssueMapping, new: IssueMapping) -> Iterator[Difference]:
        for words in self._mapping(old, new):
            yield Difference(new.id, "", "changed", words)
        olds, news = ({row.id: row for row in mapping.fields} for mapping in (old, new))
        for row in new.fields:
            if row.id not in olds:
                words = f"{self.row(row)} added, {self._way(row.direction)}"
                yield Difference(new.id, row.id, "added", words)
            else:
                for words in self.rows(olds[row.id], row):
                    yield Difference(new.id, row.id, "changed", words)
        for row in old.fields:
            if row.id not in news:
                words = f"{self.row(row)} removed: no longer kept in step, nothing is cleared"
                yield Difference(new.id, row.id, "removed", words)
        if _reordered(old.fields, new.fields):
            yield Difference(new.id, "", "changed", "The order of the field mappings changed")

    def _mapping(self, old: IssueMapping, new: IssueMapping) -> Iterator[str]:
        if old.active != new.active:
            yield "Switched on" if new.active else "Switched off: its twins stay and are no longer kept in step"
        for side in (self.side, other(self.side)):
            whose = self._whose(side)
            ends = [mapping.end_of(side) for mapping in (old, new)]
            if ends[0] != ends[1]:
                was, is_ = (f"{end.project_key} {end.issue_type_name}" for end in ends)
                yield f"{whose} project and type: {_from_to(was, is_)}"
            flows = [mapping.flow_from(side) for mapping in (old, new)]
            if flows[0].mode != flows[1].mode:
                yield f"{whose} issues get twins: {_from_to(flows[0].mode, flows[1].mode)}"
            if flows[0].jql != flows[1].jql:
                yield f"Condition for {whose.lower() if side == self.side else whose} issues: " + _from_to(
                    flows[0].jql or "none", flows[1].jql or "none"
                )
            yield from _others(flows[0], flows[1], ("mode", "jql"))
        told = ("id", "active", "inviter", "accepter", "fields", "to_accepter", "to_inviter")
        yield from _others(old, new, told)

    def row(self, row: FieldMapping) -> str:
        ours, theirs = (self.names(side, row.field_of(side)) or "fixed value" for side in (self.side, other(self.side)))
        return ours if ours == theirs else f"{ours} ⇄ {theirs}"

    def rows(self, old: FieldMapping, new: FieldMapping) -> Iterator[str]:
        name = self.row(new)
        for side in (self.side, other(self.side)):
            whose = self._whose(side)
            if old.field_of(side) != new.field_of(side):
                was, is_ = (self.names(side, row.field_of(side)) or "none" for row in (old, new))
                yield f"{name}: {whose} field: {_from_to(was, is_)}"
            if old.type_of(side) != new.type_of(side):
                yield f"{name}: type of {whose} field: {_from_to(old.type_of(side), new.type_of(side))}"
            for words in _others(old.end_of(side), new.end_of(side), ()):
                yield f"{name}: {whose} side, {words}"
        if old.direction != new.direction:
            yield f"{name}: direction: {_from_to(self._way(old.direction), self._way(new.direction))}"
        if old.conflict != new.conflict:
            yield f"{name}: changed at both sides at once: " + _from_to(
                self._policy(old.conflict), self._policy(new.conflict)
            )
        if old.mode != new.mode:
            yield f"{name}: " + _from_to(_MODES[old.mode], _MODES[new.mode])
        if old.unmatched != new.unmatched:
            yield f"{name}: no matching value: {_from_to(_UNMATCHED[old.unmatched], _UNMATCHED[new.unmatched])}"
        values = [f"{name}: {words}" for words in self._values(old.values, new.values)]
        if old.values != new.values:
            # A pair that stands twice counts once above.
            yield from values or [f"{name}: its values changed"]
        told = ("id", "direction", "conflict", "mode", "unmatched", "values", "inviter_field", "accepter_field")
        for words in _others(old, new, (*told, "inviter_type", "accepter_type", "at_inviter", "at_accepter")):
            yield f"{name}: {words}"

    def _values(self, old: tuple[ValueMapping, ...], new: tuple[ValueMapping, ...]) -> Iterator[str]:
        olds, news = ({_pair(pair): pair for pair in pairs} for pairs in (old, new))
        for key, pair in news.items():
            was = olds.get(key)
            if was is None:
                below = f" with {len(pair.children)} below it" if pair.children else ""
                yield f"value {self._value(pair)} added{below}, {self._way(pair.direction)}"
                continue
            if was.direction != pair.direction:
                ways = _from_to(self._way(was.direction), self._way(pair.direction))
                yield f"value {self._value(pair)}: direction: {ways}"
            for words in self._values(was.children, pair.children):
                yield f"below {self._value(pair)}, {words}"
            if (was.inviter.name, was.accepter.name) != (pair.inviter.name, pair.accepter.name):
                yield f"value {self._value(was)} is now called {self._value(pair)}"
        for key, pair in olds.items():
            if key not in news:
                yield f"value {self._value(pair)} removed"
        if [_pair(pair) for pair in old] != [_pair(pair) for pair in new] and sorted(map(_pair, old)) == sorted(
            map(_pair, new)
        ):
            yield "the order of its values changed"

    def _value(self, pair: ValueMapping) -> str:
        ours, theirs = pair.at(self.side), pair.at(other(self.side))
        return f"{ours.name or ours.id} ⇄ {theirs.name or theirs.id}"

    def users(self, old: UserMapping, new: UserMapping) -> Iterator[str]:
        if old.by_account_id != new.by_account_id:
            yield f"People by account id: {_from_to(_on(old.by_account_id), _on(new.by_account_id))}"
        if old.by_email != new.by_email:
            yield f"People by e-mail address: {_from_to(_on(old.by_email), _on(new.by_email))}"
        if old.unmatched != new.unmatched:
            yield f"People who match nobody: {_from_to(_NOBODY[old.unmatched], _NOBODY[new.unmatched])}"
        for side in (self.side, other(self.side)):
            if old.default_of(side) != new.default_of(side):
                was, is_ = old.default_of(side) or "none", new.default_of(side) or "none"
                yield f"{self._whose(side)} default person: {_from_to(was, is_)}"
        pairs = [dict.fromkeys(users.table) for users in (old, new)]
        for verb, here, there in (("added", pairs[1], pairs[0]), ("removed", pairs[0], pairs[1])):
            for pair in here:
                if pair not in there:
                    ours, theirs = pair.at(self.side), pair.at(other(self.side))
                    yield f"Person {ours.name or ours.id} ⇄ {theirs.name or theirs.id} {verb}"
        if old.table != new.table and pairs[0].keys() == pairs[1].keys():
            yield "The order of the people changed"
        told = ("by_account_id", "by_email", "unmatched", "inviter_default", "accepter_default", "table")
        yield from _others(old, new, told)

    def _whose(self, side: Side) -> str:
        return "Our" if side == self.side else f"{self.partner}'s"

    def _way(self, direction: str) -> str:
        if direction == "both":
            return "both ways"
        return f"only from {self.partner}" if direction == f"to_{self.side}" else f"only to {self.partner}"

    def _policy(self, policy: str) -> str:
        if policy == "newer":
            return "the newer value stands"
        if policy == "hold":
            return "held until a person chooses"
        return "our value stands" if policy == self.side else f"{self.partner}'s value stands"


_MODES = {"keep": "kept in step", "create_only": "set when the twin is created and never again"}
_UNMATCHED = {"nothing": "left as it is", "report": "the issue stops and says so", "default": "the default is set"}
_NOBODY = {"leave": "left as it is", "default": "a default person", "text": "named in the text"}


def _on(yes: bool) -> str:
    return "yes" if yes else "no"


def _from_to(was: str, is_: str) -> str:
    return f"{_short(was)} → {_short(is_)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _pair(pair: ValueMapping) -> tuple[str, str]:
    return (pair.inviter.id or pair.inviter.name, pair.accepter.id or pair.accepter.name)


def _reordered(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether what both have stands in another order."""
    both = {one.id for one in old} & {one.id for one in new}
    return [one.id for one in old if one.id in both] != [one.id for one in new if one.id in both]


def _others(old: Any, new: Any, told: tuple[str, ...]) -> Iterator[str]:
    """Attributes that have no words of their own, by their names."""
    for field in fields(old):
        was, is_ = getattr(old, field.name), getattr(new, field.name)
        if field.name not in told and was != is_:
            yield f"{field.name.replace('_', ' ')}: {_from_to(_plain(was), _plain(is_))}"


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return _on(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return str(value["name"])
    return json.dumps(value, ensure_ascii=False, default=lambda one: asdict(one) if is_dataclass(one) else str(one))  # type: ignore[arg-type]
