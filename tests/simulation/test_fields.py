"""Every cell of the type matrix through the whole line, generated from the table: create, change, clear, each way.

All cells share one world per direction, each with fields of its own; a value that is reported stops its link, so those
have a world each.
"""

from __future__ import annotations

import functools
import random
import tempfile
from typing import Any

import pytest

from addon.model.matrix import TYPES, Cell
from addon.model.rules import End, FieldEnd, FieldMapping, IssueMapping, Side, document_of, other
from addon.model.value import SETS
from addon.store import twin_link
from addon.sync.rulebook import check
from tests.fakes import fields
from tests.fakes.cells import CASES, CHOSEN, SIDES, Steps, expected, field_of, given, name_of, row_of
from tests.simulation.world import World, opened


class Stand:
    """A world whose mapping holds these cells, with people at the source's side."""

    def __init__(self, folder: str, side: Side, cells: tuple[Cell, ...], rows: tuple[FieldMapping, ...]) -> None:
        random.seed(3)
        self.side, self.cells = side, cells
        summary = FieldMapping("summary", "text", "text", "summary", "summary")
        self.world = World(f"sqlite:///{folder}/twinline.db", random.Random(3), rows=(summary, *rows))
        ends = (self.world.blue, self.world.green)
        sites = tuple(self.world.sites[tenant.id] for tenant in (ends if side == "inviter" else ends[::-1]))
        self.source, self.target = sites
        for cell in cells:
            self.source.kinds[field_of(cell, "source")] = cell.source
            self.target.kinds[field_of(cell, "target")] = cell.target

    def create(self, values: dict[Cell, Any]) -> None:
        self.issue_id = self.source.create("First", **self._raw(values))
        self.world.settle()

    def edit(self, values: dict[Cell, Any]) -> None:
        self.source.edit(self.issue_id, **self._raw(values))
        self.world.settle()

    def shown(self) -> dict[str, Any]:
        """What the twin shows, by cell."""
        if not self.target.issues:
            return {}
        (twin,) = self.target.issues.values()
        return {
            name_of(cell): fields.meaning(cell.target, twin["fields"][field_of(cell, "target")]) for cell in self.cells
        }

    def _raw(self, values: dict[Cell, Any]) -> dict[str, Any]:
        return {
            field_of(cell, "source"): fields.raw(cell.source, value, self.source.name) for cell, value in values.items()
        }

    def links(self) -> list[twin_link.TwinLink]:
        return self.world.links()

    def writes(self) -> int:
        return sum(len(site.writes) for site in self.world.sites.values())


def _in_memory(run: Any) -> Any:
    @functools.cache
    def once(*given: Any) -> Any:
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
            result = run(folder, *given)
            while opened:
                opened.pop().db.close()
        return result

    return once


@_in_memory
def _story(folder: str, side: Side) -> tuple[Any, ...]:
    """What all twins show after creating, changing and clearing; and whether the line then rests."""
    stand = Stand(folder, side, CASES, tuple(row_of(cell, side) for cell in CASES))
    stand.create({cell: given(cell).first for cell in CASES})
    seen = [stand.shown()]
    for step in ("second", "cleared"):
        stand.edit({cell: getattr(given(cell), step) for cell in CASES})
        seen.append(stand.shown())
    before = stand.writes()
    stand.world.settle()
    problems = [link.reason for link in stand.links() if link.reason]
    return (*seen, problems, stand.writes() - before)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CASES, ids=name_of)
def test_a_value_is_created_changed_and_cleared(cell: Cell, side: Side) -> None:
    first, second, cleared, problems, _ = _story(side)
    assert problems == []
    name = name_of(cell)
    assert Steps(*(_flat(cell, step.get(name)) for step in (first, second, cleared))) == expected(cell)


def _flat(cell: Cell, value: Any) -> Any:
    return None if TYPES[cell.target].form == "seconds" and not value else value


@pytest.mark.parametrize("side", SIDES)
def test_the_line_comes_to_rest(side: Side) -> None:
    assert _story(side)[-1] == 0


def _stranger(cell: Cell, site: str) -> Any:
    """A value that exists at the source alone."""
    name, form = fields.only(site), TYPES[cell.source].form
    if form == "cascade":
        return f"{name} / X"
    return [name] if form in SETS else name


def _default(cell: Cell, site: str) -> Any:
    """``Alpha`` or Ann in the form of the target."""
    form = TYPES[cell.target].form
    chosen = fields.option(site, "Alpha")
    here: dict[str, Any] = {
        "option": chosen,
        "options": [chosen],
        "cascade": {**chosen, "child": fields.option(site, "A1")},
        "person": {"id": "account-Ann", "name": "Ann", "email": ""},
        "people": [{"id": "account-Ann", "name": "Ann", "email": ""}],
    }
    return here[form]


LOOSE = [cell for cell in CHOSEN if not TYPES[cell.target].guards]
"""What says who may see an issue is never left out: ``test_guards``."""


@_in_memory
def _strange(folder: str, side: Side, policy: str) -> tuple[Any, ...]:
    cells = LOOSE if policy == "nothing" else CHOSEN
    target = "green" if side == "inviter" else "blue"
    source = "blue" if side == "inviter" else "green"
    rows = tuple(
        row_of(cell, side, unmatched=policy, **{f"at_{other(side)}": FieldEnd(default=_default(cell, target))})
        for cell in cells
    )
    stand = Stand(folder, side, cells, rows)
    stand.create({cell: given(cell).second for cell in cells})
    before = stand.shown()
    stand.edit({cell: _stranger(cell, source) for cell in cells})
    return before, stand.shown(), [link.reason for link in stand.links() if link.reason]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", LOOSE, ids=name_of)
def test_what_matches_nothing_is_left_alone(cell: Cell, side: Side) -> None:
    before, after, problems = _strange(side, "nothing")
    assert problems == []
    left: Any = before[name_of(cell)]
    # In a set the elements that went are gone; only the new one stays out.
    assert after[name_of(cell)] == ([] if TYPES[cell.target].form in SETS else left)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CHOSEN, ids=name_of)
def test_what_matches_nothing_becomes_the_default(cell: Cell, side: Side) -> None:
    _, after, problems = _strange(side, "default")
    assert problems == []
    form = TYPES[cell.target].form
    wanted = {"cascade": "Alpha / A1", "person": "Ann", "people": ["Ann"], "options": ["Alpha"]}.get(form, "Alpha")
    assert after[name_of(cell)] == wanted


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CHOSEN, ids=name_of)
def test_what_matches_nothing_is_reported(cell: Cell, side: Side) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        stand = Stand(folder, side, (cell,), (row_of(cell, side, unmatched="report"),))
        stand.create({cell: given(cell).first})
        before = stand.shown()
        stand.edit({cell: _stranger(cell, stand.source.name)})
        assert stand.shown() == before
        blocked = [link for link in stand.links() if link.state == twin_link.BLOCKED]
        assert len(blocked) == 1
        assert field_of(cell, "target") in blocked[0].reason
        assert fields.only(stand.source.name) in blocked[0].reason
        assert blocked[0].fix
        while opened:
            opened.pop().db.close()


@pytest.mark.parametrize("cell", CASES, ids=name_of)
def test_each_row_may_be_published(cell: Cell) -> None:
    end = End("1", "P", "1", "Bug")
    for side in SIDES:
        check(document_of((IssueMapping("m", True, end, end, (row_of(cell, side),)),)))
