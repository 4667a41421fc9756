"""Inbound: folding, conflicts and what is left alone. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from addon.model.matrix import Cell
from addon.model.message import Message, Replica
from addon.model.offer import Need, Offer
from addon.model.rules import BASIC_FIELDS, NO_USERS, End, FieldEnd, FieldMapping, IssueMapping, Side, other
from addon.sync import inbound
from addon.sync.inbound import Here, Ours, fold, plan
from addon.sync.processors import Surroundings
from addon.sync.processors.registry import PROCESSORS
from tests.fakes import fields as jira
from tests.fakes.cells import CASES, SIDES, field_of, given, name_of, row_of

END = End("1", "P", "1", "Bug")
MAPPING = IssueMapping("m", True, END, END, BASIC_FIELDS)


def message(sequence: int, seen: int = 0, **parts: Any) -> Message:
    return Message("l", sequence, seen, "m", 1, "h", replica=Replica(parts, 0.0))


def here(**given: Any) -> Here:
    return Here(
        **{
            "side": "inviter",
            "values": {},
            "unseen": {},
            "created": {},
            "surroundings": Surroundings(),
            "partner": "Green",
            "new": False,
            **given,
        }
    )


def test_of_each_part_the_last_word_counts() -> None:
    arrived = fold([message(1, summary={"value": "a"}), message(2, seen=4, summary={"value": "b"})])
    assert (arrived["summary"].change, arrived["summary"].seen) == ({"value": "b"}, 4)


def test_of_each_element_the_last_that_happened_counts() -> None:
    arrived = fold(
        [
            message(1, seen=1, labels={"add": ["a", "b"], "remove": []}),
            message(2, seen=5, labels={"add": ["c"], "remove": ["a"]}),
        ]
    )
    assert arrived["labels"].change == {"add": ["b", "c"], "remove": ["a"]}
    assert arrived["labels"].elements == {"a": 5, "b": 1, "c": 5}


@pytest.mark.parametrize(("side", "written"), [("inviter", {}), ("accepter", {"summary": "theirs"})])
def test_the_named_winner_stands_where_both_changed_a_part(side: str, written: dict[str, str]) -> None:
    arrived = fold([message(3, seen=1, summary={"value": "theirs"})])
    made = plan(arrived, MAPPING, here(side=side, values={"summary": "ours"}, unseen={"summary": Ours(2)}))
    assert made.edit.fields == written
    assert [entry.verb for entry in made.notes] == ["conflict"]


def test_what_the_partner_had_seen_is_no_conflict() -> None:
    arrived = fold([message(3, seen=2, summary={"value": "theirs"})])
    made = plan(arrived, MAPPING, here(values={"summary": "ours"}, unseen={"summary": Ours(2)}))
    assert made.edit.fields == {"summary": "theirs"}
    assert made.notes == ()


def test_sets_conflict_only_in_elements_that_both_touched() -> None:
    arrived = fold([message(3, seen=1, labels={"add": ["x", "y"], "remove": []})])
    made = plan(arrived, MAPPING, here(values={"labels": []}, unseen={inbound.element("labels", "x"): Ours(2)}))
    assert made.edit.update == {"labels": [{"add": "y"}]}


def test_a_row_of_one_direction_does_not_enter_the_other_way() -> None:
    row = FieldMapping("summary", "text", "text", "summary", "summary", "to_accepter")
    mapping = IssueMapping("m", True, END, END, (row,))
    arrived = fold([message(1, summary={"value": "theirs"})])
    assert not plan(arrived, mapping, here()).edit
    assert plan(arrived, mapping, here(side="accepter")).edit.fields == {"summary": "theirs"}


ANN = {"id": "a", "name": "Ann", "email": ""}


def test_nobody_writes_over_a_comment_of_the_other_side() -> None:
    change = {"value": {"author": ANN, "body": {"type": "doc", "content": []}, "created_at": 0.0}}
    arrived = fold([message(1, **{"comments/inviter/9": change})])
    assert plan(arrived, MAPPING, here(side="inviter")).comments == ()


def test_a_comment_deleted_here_is_not_written_again() -> None:
    change = {"value": {"author": ANN, "body": {"type": "doc", "content": []}, "created_at": 0.0}}
    arrived = fold([message(1, **{"comments/accepter/9": change})])
    assert plan(arrived, MAPPING, here(created={"comments/accepter/9": ""})).comments == ()


def test_parts_unknown_to_the_rules_are_left_alone() -> None:
    made = plan(fold([message(1, mystery={"value": 1})]), MAPPING, here())
    assert not made.edit
    assert made.changes == {}


def test_an_edit_that_ours_replaced_is_found_in_the_changelog() -> None:
    items = [{"fieldId": "summary", "fromString": "a person's words", "toString": "ours"}]
    found = inbound.overwritten({"summary": "known"}, {"summary"}, items, MAPPING, "inviter")
    assert [lost.value for lost in found] == ["a person's words"]
    assert not inbound.overwritten({"summary": "a person's words"}, {"summary"}, items, MAPPING, "inviter")


def _offer(item: dict[str, Any]) -> Offer:
    return Offer(item["id"], item["name"], tuple(_offer(child) for child in item.get("children", ())))


def _offers(need: Need) -> tuple[Offer, ...]:
    if need.kind == "zone":
        return (Offer(jira.ZONE, jira.ZONE),)
    if need.kind == "user":
        return (Offer(need.name, need.name.partition("-")[2]),)
    return tuple(_offer(item) for item in jira.offered("here"))


def _planned(cell: Cell, side: Side, before: Any, after: Any, *, new: bool) -> tuple[bool, bool]:
    """Whether the plan writes the target; and whether the same change, once written, writes it again."""
    row, here_side = row_of(cell, side), other(side)
    mapping = IssueMapping("m", True, END, END, (row,))
    source, target = PROCESSORS[cell.source], PROCESSORS[cell.target]
    values = [
        source.read(jira.raw(cell.source, value, "there")) if value is not None else None for value in (before, after)
    ]
    arrived = fold([message(1, **{row.id: dict(source.leaving(row, side, *values))})])
    needs = inbound.needs(arrived, mapping, here_side, NO_USERS)
    around = Surroundings({need: _offers(need) for need in needs})
    made = plan(
        arrived, mapping, here(side=here_side, surroundings=around, new=new, values={row.id: target.read(None)})
    )
    if row.id not in made.changes:
        return False, False
    change = made.changes[row.id]
    ours = target.merged(None, change) if target.merges else change["value"]
    again = plan(arrived, mapping, here(side=here_side, surroundings=around, values={row.id: ours}))
    return bool(made.edit), bool(again.edit)


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CASES, ids=name_of)
def test_each_cell_is_planned_once(cell: Cell, side: Side, new: bool) -> None:
    steps = given(cell)
    assert _planned(cell, side, None, steps.first, new=new) == (True, False)
    assert _planned(cell, side, steps.first, steps.second, new=new) == (True, False)
    assert field_of(cell, "target")


def _row_plan(row: FieldMapping, *, new: bool) -> Any:
    mapping = IssueMapping("m", True, END, END, (row,))
    return plan(fold([message(1, summary={"value": "theirs"})]), mapping, here(new=new)).edit.fields


def test_a_row_that_only_creates_sets_its_field_once() -> None:
    row = FieldMapping("summary", "text", "text", "summary", "summary", mode="create_only")
    assert _row_plan(row, new=True) == {"summary": "theirs"}
    assert _row_plan(row, new=False) == {}


def test_a_fixed_value_is_set_at_creation_and_nothing_replaces_it() -> None:
    row = FieldMapping("summary", "text", "text", "summary", "summary", at_inviter=FieldEnd(fixed="Fixed"))
    assert _row_plan(row, new=True) == {"summary": "Fixed"}
    assert _row_plan(row, new=False) == {}
