"""What would happen is what then happens."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addon.model.matrix import COMMENTS, TYPES, directions
from addon.model.preview import Outcome
from addon.model.rules import (
    Choice,
    FieldEnd,
    FieldMapping,
    Side,
    ValueMapping,
    other,
)
from addon.model.value import SETS
from addon.sync.outlook import LEFT, UNTOLD
from tests.fakes import fields
from tests.fakes.cells import CASES, SIDES, given, name_of
from tests.simulation.foretold import COMMENT, OF, SUMMARY, Stand


def check_came_true(stand: Stand, side: Side, outcome: Outcome, before: dict[str, str]) -> None:
    """Each line against what the side shows now; ``before`` is what it showed when it was asked."""
    for row in stand.rows:
        if row.inviter_type == COMMENTS or not row.field_of(side):
            continue
        found = next((one for one in outcome.lines if one.row_id == row.id), None)
        if found is None:
            assert not row.enters(side) or row.field_of(side) in stand.vetoes[side].enter
            assert stand.shown(row, side) == before[row.id], row
            continue
        now, told = stand.shown(row, side), UNTOLD not in found.note
        if found.level in ("same", "later", "kept"):
            assert now == before[row.id], (found, row)
        elif told:
            assert (found.before, found.after) == (before[row.id], now), (found, row)
        elif LEFT in found.note:
            assert now == before[row.id], (found, row)
        elif TYPES[row.type_of(side)].form not in SETS | {"person"}:
            assert found.after == now, (found, row)


def settle(stand: Stand, asked: dict[Side, Outcome]) -> None:
    """Let the line run, and compare with what both ends had foretold."""
    before = {side: {r.id: _if_there(stand, r, side) for r in stand.rows} for side in asked}
    written = {side: len(_site(stand, side).writes) for side in asked}
    stand.world.settle()
    stops = [one for one in asked.values() if one.verdict == "blocked"]
    assert bool(stops) == bool(stand.blocked()), (asked, stand.blocked())
    if stops:
        assert any(reason in one.words for one in stops for reason in stand.blocked())
        return
    for side, outcome in asked.items():
        check_came_true(stand, side, outcome, before[side])
        wrote = len(_site(stand, side).writes) > written[side]
        if not wrote and outcome.verdict == "update":
            # What stands there is not told, so neither is that nothing differs.
            written_there = [line for line in outcome.lines if line.level in ("ok", "warning")]
            differ = [line for line in written_there if UNTOLD in line.note or line.before != line.after]
            assert differ, outcome
            assert all(UNTOLD in line.note or LEFT in line.note for line in differ), outcome
        else:
            assert wrote == (outcome.verdict in ("create", "update")), (side, outcome)


def _site(stand: Stand, side: Side) -> Any:
    return stand.blue if side == "inviter" else stand.green


def _if_there(stand: Stand, row: FieldMapping, side: Side) -> str:
    if row.inviter_type == COMMENTS or not row.field_of(side) or not _site(stand, side).issues:
        return ""
    return stand.shown(row, side)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_foretold_comes_true(seed: int, database_url: str) -> None:
    rng = random.Random(seed)
    rows = (SUMMARY, COMMENT, *_some_rows(rng))
    stand = Stand(database_url, *rows, seed=seed, policy=rng.choice(["inviter", "accepter", "newer", "hold"]))
    if seed % 2:
        stand.veto(rng)
    issue = stand.blue.create(**{"summary": "First", **_values(rng, rows, "inviter")})
    if rng.random() < 0.5:
        stand.blue.comment(issue, "said early")
    settle(stand, {"accepter": stand.ask()})
    for step in range(3):
        if stand.blocked():
            return
        for side in SIDES:
            if rng.random() < 0.7:
                _site(stand, side).edit(next(iter(_site(stand, side).issues)), **_values(rng, rows, side))
            if rng.random() < 0.3:
                _site(stand, side).comment(next(iter(_site(stand, side).issues)), f"said {step}")
        settle(stand, {"accepter": stand.ask("out"), "inviter": stand.ask("in")})


def _some_rows(rng: random.Random) -> list[FieldMapping]:
    rows = []
    estimates = 0
    for number, cell in enumerate(rng.sample(CASES, 6)):
        estimates += "estimate" in cell.source + cell.target
        if estimates > 1 and "estimate" in cell.source + cell.target:
            # The Jira in memory knows one estimate of a kind.
            continue
        side = rng.choice(SIDES)
        both = "both" in directions(cell.source, cell.target) and rng.random() < 0.7
        types = {side: cell.source, other(side): cell.target}
        form = TYPES[cell.target].form
        default = _default(form, OF[other(side)])
        unmatched = rng.choice(["nothing", "nothing", "default", "report"]) if default is not None else "nothing"
        if both and unmatched == "default":
            unmatched = "report"
        ends = {f"at_{other(side)}": FieldEnd(default=default)} if unmatched == "default" else {}
        rows.append(
            FieldMapping(
                f"row{number}",
                types["inviter"],
                types["accepter"],
                _name(types["inviter"], number),
                _name(types["accepter"], number),
                "both" if both else f"to_{other(side)}",  # type: ignore[arg-type]
                mode=rng.choice(["keep", "keep", "keep", "create_only"]),
                unmatched=unmatched,  # type: ignore[arg-type]
                create_missing=rng.random() < 0.3,
                values=_pairs(rng) if "option" in (cell.rule, form) else (),
                **ends,
            )
        )
    return rows


def _name(kind: str, number: int) -> str:
    """A field's id. The Jira in memory finds a written estimate by "target"."""
    return f"f{number}_target_{kind}"


def _pairs(rng: random.Random) -> tuple[ValueMapping, ...]:
    if rng.random() < 0.5:
        return ()
    return (ValueMapping(Choice("blue-Alpha", "Alpha"), Choice("green-Beta", "Beta")),)


def _default(form: str, site: str) -> Any:
    chosen = fields.option(site, "Alpha")
    return {
        "option": chosen,
        "options": [chosen],
        "cascade": {**chosen, "child": fields.option(site, "A1")},
        "person": {"id": "account-Ann", "name": "Ann", "email": ""},
        "people": [{"id": "account-Ann", "name": "Ann", "email": ""}],
    }.get(form)


def _values(rng: random.Random, rows: tuple[FieldMapping, ...], side: Side) -> dict[str, Any]:
    """What a person sets in some fields: a value both sites know, one that only this one knows, or nothing."""
    found: dict[str, Any] = {}
    for row in rows:
        name, kind = row.field_of(side), row.type_of(side)
        if kind != COMMENTS and name.startswith("f") and rng.random() < 0.6:
            found[name] = fields.raw(kind, _meaning(rng, kind, OF[side]), OF[side])
    if rng.random() < 0.3:
        found["summary"] = f"Summary {rng.randrange(9)}"
    return found


def _meaning(rng: random.Random, kind: str, site: str) -> Any:
    form = TYPES[kind].form
    cell = next(cell for cell in CASES if cell.source == kind)
    if rng.random() < 0.15:
        return [] if form in SETS else "" if form in ("text", "rich") else None
    if rng.random() < 0.2 and form in ("option", "options", "person", "people"):
        return [fields.only(site)] if form in SETS else fields.only(site)
    return rng.choice([given(cell).first, given(cell).second])


def test_each_cell_of_the_type_matrix_is_foretold(folder: Path) -> None:
    rows = tuple(
        FieldMapping(name_of(cell), cell.source, cell.target, f"f_s_{name_of(cell)}", f"f_t_{name_of(cell)}")
        for cell in CASES
        if "estimate" not in cell.target
    )
    stand = Stand(f"sqlite:///{folder}/all.db", SUMMARY, *(replace(one, direction="to_accepter") for one in rows))
    issue = stand.blue.create("First")
    settle(stand, {"accepter": stand.ask()})
    for step in ("first", "second", "cleared"):
        values = {cell.source: getattr(given(cell), step) for cell in CASES}
        edits = {one.inviter_field: fields.raw(one.inviter_type, values[one.inviter_type], "blue") for one in rows}
        stand.blue.edit(issue, **edits)
        outcome = stand.ask()
        assert len(outcome.shown) > len(rows) / 2
        settle(stand, {"accepter": outcome})
