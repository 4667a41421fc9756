"""What the mapping editor does to a document, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from addon.errors import Refused
from addon.model import editing, matrix, pair_editing
from addon.model.rules import (
    BASIC_FIELDS,
    NO_RULES,
    NO_USERS,
    Choice,
    End,
    FieldMapping,
    IssueMapping,
    UserPair,
    document_of,
    rules_from,
)
from addon.sync import row_check

BUG = End("1", "APP", "10", "Bug")
INCIDENT = End("2", "OPS", "20", "Incident")
MAPPING = IssueMapping("m", True, BUG, INCIDENT, BASIC_FIELDS)
SEVERITY = editing.new_row(("priority", "priority"), ("cf1", "select"), "inviter")


def option(name: str) -> Choice:
    return Choice(f"id-{name}", name)


def test_a_direction_is_named_as_its_side_sees_it() -> None:
    assert editing.direction("inviter", "out") == "to_accepter" == editing.direction("accepter", "in")
    for side in ("inviter", "accepter"):
        for way in editing.WAYS:
            assert editing.way(side, editing.direction(side, way)) == way  # type: ignore[arg-type]


def test_mappings_come_change_and_go() -> None:
    rules = editing.add_mapping(NO_RULES, MAPPING)
    changed = editing.change_mapping(rules, "m", lambda m: editing.set_flow(m, "accepter", mode="off", jql="x = 1"))
    flow = changed.mappings[0].to_inviter
    assert (flow.mode, flow.jql) == ("off", "x = 1") and changed.mappings[0].to_accepter == MAPPING.to_accepter
    assert editing.remove_mapping(changed, "m").mappings == ()
    for gone in (lambda: editing.remove_mapping(NO_RULES, "m"), lambda: editing.mapping_of(NO_RULES, "m")):
        with pytest.raises(Refused) as refusal:
            gone()
        assert refusal.value.status == 404


def test_one_issue_falls_under_one_active_mapping() -> None:
    rules = editing.add_mapping(NO_RULES, MAPPING)
    second = replace(MAPPING, id="n", accepter=End("2", "OPS", "21", "Task"))
    assert editing.rival(rules, second) == (MAPPING, "inviter")
    assert editing.rival(rules, replace(second, inviter=End("1", "APP", "11", "Task"))) is None
    off = editing.change_mapping(rules, "m", lambda m: replace(m, active=False))
    assert editing.rival(off, second) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "direction"),
    [
        ("priority", "select", "both"),
        ("status", "select", "to_accepter"),
        ("select", "status", "to_inviter"),
        ("paragraph", "text", "to_accepter"),
    ],
)
def test_a_new_row_goes_as_far_as_the_matrix_allows(ours: str, theirs: str, direction: str) -> None:
    if not matrix.directions(ours, theirs):
        pytest.skip("not in the matrix")
    row = editing.new_row(("a", ours), ("b", theirs), "inviter")
    assert row.direction in (direction, "both")
    row_check.check(row)


def test_types_that_do_not_go_together_make_no_row() -> None:
    with pytest.raises(Refused, match="Nothing can go between"):
        editing.new_row(("a", "number"), ("b", "date"), "inviter")


def test_rows_are_added_moved_turned_and_removed() -> None:
    one = replace(MAPPING, fields=())
    one = editing.add_rows(one, (BASIC_FIELDS[0], SEVERITY, BASIC_FIELDS[2]))
    ids = [row.id for row in editing.move_row(one, SEVERITY.id, 0).fields]
    assert ids == [SEVERITY.id, "summary", "labels"]
    assert [row.id for row in editing.move_row(one, "summary", 99).fields][-1] == "summary"
    assert [row.id for row in editing.remove_row(one, "summary").fields] == [SEVERITY.id, "labels"]
    turned = editing.change_row(one, SEVERITY.id, lambda row: editing.turn(row, "accepter", "out"))
    assert editing.row_of(turned, SEVERITY.id).direction == "to_inviter"
    with pytest.raises(Refused) as refusal:
        editing.row_of(one, "nothing")
    assert refusal.value.status == 404


def test_a_row_turns_only_where_the_matrix_lets_it() -> None:
    row = editing.new_row(("a", "number"), ("b", "text"), "inviter")
    assert row.direction == "to_accepter"
    with pytest.raises(Refused, match="cannot take the values"):
        editing.turn(row, "inviter", "in")
    assert editing.closed("number", "text", "out") == ""
    assert "one way only" in editing.closed("text", "paragraph", "both")


def test_two_rows_never_write_the_same_field() -> None:
    other = editing.new_row(("cf2", "select"), ("cf1", "select"), "inviter")
    one = editing.add_rows(replace(MAPPING, fields=()), (SEVERITY,))
    with pytest.raises(Refused, match="already brings values into this field"):
        editing.add_rows(one, (other,))
    back = replace(other, direction="to_inviter")
    both = editing.add_rows(one, (back,))
    with pytest.raises(Refused, match="already brings values into this field"):
        editing.change_row(both, other.id, lambda row: editing.turn(row, "inviter", "both"))
    with pytest.raises(Refused, match="mapped already"):
        editing.add_rows(one, (SEVERITY,))


def test_suggestions_leave_what_is_mapped_alone() -> None:
    rows = (BASIC_FIELDS[0], SEVERITY, editing.new_row(("cf9", "text"), ("cf8", "text"), "inviter"))
    assert editing.suggested(MAPPING, rows) == (rows[2],)


def test_value_pairs_take_the_widest_direction_that_is_free() -> None:
    row = pair_editing.add_value(SEVERITY, "inviter", option("High"), option("S2"))
    row = pair_editing.add_value(row, "inviter", option("Highest"), option("S2"))
    row = pair_editing.add_value(row, "inviter", option("High"), option("S1"))
    assert [value.direction for value in row.values] == ["both", "to_accepter", "to_inviter"]
    with pytest.raises(Refused, match="both stand for something"):
        pair_editing.add_value(row, "inviter", option("High"), option("S2"))
    with pytest.raises(Refused, match="already says what “S2” becomes"):
        pair_editing.turn_value(row, "inviter", (1,), "both")
    row = pair_editing.turn_value(row, "inviter", (0,), "out")
    row = pair_editing.turn_value(row, "inviter", (1,), "both")
    assert [value.direction for value in row.values] == ["to_accepter", "both", "to_inviter"]
    assert len(pair_editing.remove_value(row, (1,)).values) == 2
    for path in ((7,), (0, 0), (-1,)):
        with pytest.raises(Refused, match="removed meanwhile"):
            pair_editing.remove_value(row, path)


def test_cascades_have_pairs_below_their_pairs() -> None:
    row = FieldMapping("c", "cascading", "cascading", "cf3", "cf4")
    row = pair_editing.add_value(row, "accepter", option("Theirs"), option("Ours"))
    row = pair_editing.add_value(row, "accepter", option("Low there"), option("Low here"), (0,))
    assert row.values[0].children[0].accepter == option("Low there")
    row = pair_editing.turn_value(row, "accepter", (0, 0), "out")
    assert row.values[0].children[0].direction == "to_inviter"
    assert pair_editing.remove_value(row, (0, 0)).values[0].children == ()


def test_a_person_stands_in_the_table_once() -> None:
    ann = UserPair(Choice("a", "Ann"), Choice("b", "Ann B."))
    users = pair_editing.add_person(NO_USERS, ann)
    with pytest.raises(Refused, match=r"Ann B\. stands in the table already"):
        pair_editing.add_person(users, UserPair(Choice("c", "Carl"), Choice("b", "Ann B.")))
    assert pair_editing.remove_person(users, "a", "b").table == ()
    assert pair_editing.remove_person(users, "x", "b") == users


def test_what_was_edited_is_a_document() -> None:
    row = pair_editing.add_value(SEVERITY, "inviter", option("High"), option("S2"))
    rules = editing.add_mapping(NO_RULES, replace(MAPPING, fields=(*BASIC_FIELDS[:3], row)))
    assert rules_from(1, document_of(rules.mappings, rules.users)).mappings == rules.mappings
