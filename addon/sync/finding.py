"""Finding: something that will not work, or may not, when rules are published; with what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from addon.model.catalog import EndInfo, FieldInfo
from addon.model.matrix import COMMENTS
from addon.model.rules import FieldMapping, Side, other

Severity = Literal["error", "warning"]
"""An error stops publishing; a warning asks."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``row_id`` is "" where it is about the whole mapping; ``side``: whose Jira or row end it is about.

    ``words`` say what is wrong, ``fix`` what to do; both are whole sentences that name the project, not *ours*.
    """

    severity: Severity
    mapping_id: str
    row_id: str
    side: Side
    words: str
    fix: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One end of a row (``row`` None: of the mapping): what a finding is about, and what is known of it.

    ``enters``: whether values from the other end are written here.
    """

    mapping_id: str
    side: Side
    end: EndInfo
    across: EndInfo
    row: FieldMapping | None = None
    enters: bool = False

    @property
    def place(self) -> str:
        return f"{self.end.project_key} {self.end.issue_type_name}"

    @property
    def place_across(self) -> str:
        return f"{self.across.project_key} {self.across.issue_type_name}"

    @property
    def field(self) -> FieldInfo | None:
        return self.end.field(field_id_of(self.row, self.side)) if self.row else None

    @property
    def field_across(self) -> FieldInfo | None:
        return self.across.field(field_id_of(self.row, other(self.side))) if self.row else None

    def error(self, words: str, fix: str) -> Finding:
        return Finding("error", self.mapping_id, self.row.id if self.row else "", self.side, words, fix)

    def warning(self, words: str, fix: str) -> Finding:
        return Finding("warning", self.mapping_id, self.row.id if self.row else "", self.side, words, fix)


def field_id_of(row: FieldMapping, side: Side) -> str:
    """The id of a row's field; comments have one of their own."""
    return "comment" if row.type_of(side) == COMMENTS else row.field_of(side)


def listed(names: Sequence[str]) -> str:
    """Some names, quoted, and how many more."""
    shown = ", ".join(f"“{name}”" for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
