"""Veto: the fields of ours that never leave, and those that nothing enters, whatever the rules say. Pure.

It is ours alone: never told to the partner, who sees only that nothing comes or goes there. What it holds back counts
as settled, so taking it off sends, clears and repeats nothing: the next change goes as if there had been no veto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from addon.model.matrix import COMMENTS
from addon.model.rules import FieldMapping, IssueMapping, Side, other

WORDS = "Held back by your veto."


@dataclass(frozen=True, slots=True)
class Veto:
    """Ids of our fields (``comment`` for comments)."""

    leave: frozenset[str] = frozenset()
    enter: frozenset[str] = frozenset()

    def keeps(self, row: FieldMapping, side: Side) -> bool:
        """Whether what this row would let leave our side stays."""
        return row.leaves(side) and _field(row, side) in self.leave

    def refuses(self, row: FieldMapping, side: Side) -> bool:
        """Whether what this row would let enter at our side is left out."""
        return row.enters(side) and _field(row, side) in self.enter

    def outgoing(self, mapping: IssueMapping, side: Side) -> IssueMapping:
        """The mapping as it holds for what leaves."""
        if not self.leave:
            return mapping
        return _narrowed(mapping, lambda row: replace(row, direction=f"to_{side}") if self.keeps(row, side) else row)  # type: ignore[arg-type]

    def incoming(self, mapping: IssueMapping, side: Side) -> IssueMapping:
        """The mapping as it holds for what enters; what the rules set by themselves enters as little."""
        if not self.enter:
            return mapping

        def closed(row: FieldMapping) -> FieldMapping:
            if _field(row, side) not in self.enter:
                return row
            bare: dict[str, Any] = {f"at_{side}": replace(row.end_of(side), fixed=None)}
            return replace(row, direction=f"to_{other(side)}", **bare)  # type: ignore[arg-type]

        return _narrowed(mapping, closed)

    def to_json(self) -> dict[str, Any]:
        return {"leave": sorted(self.leave), "enter": sorted(self.enter)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Veto:
        return cls(frozenset(data.get("leave", ())), frozenset(data.get("enter", ())))


def _narrowed(mapping: IssueMapping, change: Callable[[FieldMapping], FieldMapping]) -> IssueMapping:
    return replace(mapping, fields=tuple(change(row) for row in mapping.fields))


def _field(row: FieldMapping, side: Side) -> str:
    return "comment" if row.type_of(side) == COMMENTS else row.field_of(side)
