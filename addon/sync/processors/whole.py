"""Base of the processors whose values are settled as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.model import matrix
from addon.model.offer import Need
from addon.model.rules import FieldMapping, Side, UserMapping, other
from addon.model.value import Form, empty
from addon.sync.processors import (
    Arriving,
    FieldWrite,
    PartChange,
    Surroundings,
    Unmatched,
    change_of,
    left_out,
    readable,
    rule_of,
    said,
    shorten,
)


class Whole:
    """What one kind adds: ``read``, ``convert``, ``jira``, and what it needs."""

    form: Form
    merges = False
    told_by_changelog = False
    walks = False
    nothing: Any = None
    """The empty value of this kind."""

    def read(self, raw: Any) -> Any:
        return raw

    def convert(
        self, row: FieldMapping, side: Side, rule: matrix.Rule, value: Any, ours: Any, surroundings: Surroundings
    ) -> Any:
        """A value of theirs, not empty, as one of ours.

        Raises:
            Unmatched: there is nothing here for it.
            Blocked: it would be cut, rounded or dropped.
        """
        return value

    def jira(self, field_id: str, value: Any) -> Mapping[str, Any]:
        """``fields`` that say a value, or that there is none."""
        return {field_id: value}

    def same(self, one: Any, another: Any) -> bool:
        """Whether two values of ours say the same."""
        return bool(one == another) or (empty(one) and empty(another))

    def needed(self, row: FieldMapping, side: Side, value: Any, users: UserMapping) -> set[Need]:
        """What has to be known to convert a value that is not empty."""
        return set()

    def fallback(self, row: FieldMapping, side: Side, value: Any, surroundings: Surroundings) -> Any:
        """What stands in for a value that matches nothing; None for nothing."""
        return row.end_of(side).default if row.unmatched == "default" else None

    # the protocol

    def leaving(self, row: FieldMapping, side: Side, before: Any, after: Any) -> PartChange:
        return change_of(row, side, before, after)

    def needs(self, row: FieldMapping, side: Side, change: PartChange, users: UserMapping) -> set[Need]:
        value = said(row, side, change)[0]
        return set() if empty(value) else self.needed(row, side, value, users)

    def arriving(
        self, row: FieldMapping, side: Side, change: PartChange, ours: Any, surroundings: Surroundings
    ) -> Arriving:
        rule, value = rule_of(row, side), said(row, side, change)[0]
        if empty(value):
            return self._emptied(row, side)
        try:
            return Arriving({"value": self.convert(row, side, rule, value, ours, surroundings)})
        except Unmatched as unmatched:
            instead = self.fallback(row, side, value, surroundings)
            if instead is not None:
                return Arriving({"value": instead}, f"{unmatched} The default was taken.")
            return Arriving(None, left_out(row, side, str(unmatched)))

    def _emptied(self, row: FieldMapping, side: Side) -> Arriving:
        instead = row.end_of(side).when_empty
        if instead is not None:
            return Arriving({"value": instead})
        # Absence is not deletion where Jira demands a value, as of a priority.
        return Arriving({"value": self.nothing} if matrix.TYPES[row.type_of(side)].clearable else None)

    def writing(self, field_id: str, change: PartChange, ours: Any, *, new: bool) -> FieldWrite:
        value = change["value"]
        return FieldWrite() if self.same(value, ours) else FieldWrite(fields=self.jira(field_id, value))

    def show(self, value: Any) -> str:
        return shorten(readable.words(self.form, value))

    def replaced(self, item: Mapping[str, Any]) -> Any:
        raise NotImplementedError("this kind's changelog does not tell the value")

    def merged(self, base: Any, change: PartChange) -> Any:
        raise NotImplementedError("only sets are merged")

    def wrote(self, item: Mapping[str, Any], change: PartChange) -> bool:
        after = {"from": item.get("to"), "fromString": item.get("toString")}
        return self.told_by_changelog and self.same(self.replaced(after), change["value"])

    def restoring(self, field_id: str, value: Any) -> Mapping[str, Any]:
        return self.jira(field_id, value)


def words_of(row: FieldMapping, side: Side, value: Any) -> str:
    """A value of theirs as a person would read it."""
    return readable.words(matrix.TYPES[row.type_of(other(side))].form, value)
