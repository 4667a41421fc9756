"""The type matrix as cases: what each cell makes of a value. Told apart from the processors, by meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from addon.model.matrix import CELLS, TYPES, Cell, directions
from addon.model.rules import FieldMapping, Side, other
from addon.model.value import SETS

CASES = tuple(
    cell for cell in CELLS.values() if TYPES[cell.target].writable and cell.target != "status" and cell.rule != "twin"
)
"""What an edit alone brings about. A status is walked to and parents need issues: both have stories of their own
(``tests/simulation/test_walk.py``, ``test_hierarchy.py``)."""
CHOSEN = tuple(cell for cell in CASES if TYPES[cell.target].offers or TYPES[cell.target].form in ("person", "people"))
"""Cells in which a value may match nothing."""
SIDES: tuple[Side, Side] = ("inviter", "accepter")

_VALUES: dict[str, tuple[Any, Any]] = {
    "text": ("One", "Two"),
    "rich": ("One", "Two"),
    "number": (1.0, 2.5),
    "date": ("2026-11-21", "2026-07-04"),
    "moment": ("2026-11-21T10:30:00.000+0100", "2026-07-04T23:15:00.000+0200"),
    "seconds": (5400, 7200),
    "option": ("Alpha", "Beta"),
    "options": (["Alpha"], ["Alpha", "Beta"]),
    "labels": (["Alpha"], ["Alpha", "Beta"]),
    "cascade": ("Alpha / A1", "Beta / B1"),
    "person": ("Ann", "Bob"),
    "people": (["Ann"], ["Ann", "Bob"]),
}
_WORDS: dict[str, tuple[str, str]] = {
    "number": ("1", "2.5"),
    "moment": ("2026-11-21T10:30+01:00", "2026-07-04T23:15+02:00"),
    "seconds": ("1h 30m", "2h"),
}
_MADE: dict[str, tuple[Any, Any]] = {
    "day": ("2026-11-21", "2026-07-04"),
    "midnight": ("2026-11-21T00:00:00.000+0100", "2026-07-04T00:00:00.000+0200"),
    "hours": (1.5, 2.0),
}


@dataclass(frozen=True, slots=True)
class Steps:
    """Meanings after creating, changing and clearing."""

    first: Any
    second: Any
    cleared: Any


def name_of(cell: Cell) -> str:
    return f"{cell.source}-{cell.target}"


def given(cell: Cell) -> Steps:
    """What people do at the source."""
    form, one = TYPES[cell.source].form, TYPES[cell.target].form
    first, second = _VALUES[form]
    if form in SETS and one == "option":
        second = [second[-1]]
    return Steps(first, second, [] if form in SETS else "" if form in ("text", "rich") else None)


def expected(cell: Cell) -> Steps:
    """What the target shows then."""
    source, target = given(cell), TYPES[cell.target]
    first, second = _made(cell, source.first, source.second)
    empty: Any = [] if target.form in SETS else "" if target.form in ("text", "rich") else None
    if target.form == "seconds":
        empty = None
    return Steps(first, second, empty if target.clearable else second)


def _made(cell: Cell, first: Any, second: Any) -> tuple[Any, Any]:
    form, target = TYPES[cell.source].form, TYPES[cell.target].form
    if cell.rule in _MADE:
        return _MADE[cell.rule]
    if cell.rule in ("words", "rich"):
        return _WORDS.get(form) or (_joined(first), _joined(second))
    if target in SETS and form not in SETS:
        return [first], [second]
    if form in SETS and target not in SETS:
        return first[0], second[0]
    return first, second


def _joined(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else value


def field_of(cell: Cell, end: str) -> str:
    """A field of its own for each cell, so that all of them live in one mapping. ``end``: source or target."""
    return f"{end}_{name_of(cell)}"


def row_of(cell: Cell, side: Side, **more: Any) -> FieldMapping:
    """The row that carries a cell from ``side`` to the other: both ways where the matrix allows it."""
    fields = {side: field_of(cell, "source"), other(side): field_of(cell, "target")}
    types = {side: cell.source, other(side): cell.target}
    both = "both" in directions(cell.source, cell.target)
    direction: Any = "both" if both else f"to_{other(side)}"
    row = FieldMapping(
        name_of(cell), types["inviter"], types["accepter"], fields["inviter"], fields["accepter"], direction
    )
    return replace(row, **more)
