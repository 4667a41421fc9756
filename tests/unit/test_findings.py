"""Findings before publishing: each has its words, its fix, its side, and is not there when all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.model import matrix
from addon.model.catalog import EndInfo, FieldInfo, StatusInfo, TransitionInfo
from addon.model.offer import Offer
from addon.model.rules import (
    NO_USERS,
    Choice,
    End,
    FieldEnd,
    FieldMapping,
    Flow,
    IssueMapping,
    UserMapping,
    ValueMapping,
)
from addon.model.suggestion import suggest
from addon.sync.finding_status import reachable
from addon.sync.findings import Finding, findings

SUMMARY = FieldInfo("summary", "Summary", "text", True, True, True)
SUMMARIES = FieldMapping("summary", "text", "text", "summary", "summary")
FIXED_X, FIXED_Z = FieldEnd(fixed="x"), FieldEnd(fixed={"id": "9", "name": "Z"})
HERE, THERE = End("1", "APP", "2", "Bug"), End("3", "OPS", "4", "Incident")
STATUSES = (StatusInfo("1", "To Do", "new"), StatusInfo("2", "Doing", "indeterminate"), StatusInfo("3", "Done", "done"))
STATUS = FieldInfo("status", "Status", "status", False, False, False, tuple(Offer(s.id, s.name) for s in STATUSES))
START, CLOSE, AGAIN = (
    TransitionInfo(("1",), "2", "Start"),
    TransitionInfo(("2",), "3", "Close"),
    TransitionInfo((), "1", "Again"),
)


def field(number: int, kind: str, *options: str, **more: Any) -> FieldInfo:
    offers = tuple(Offer(f"{number}{n}", one) for n, one in enumerate(options))
    made = FieldInfo(f"customfield_{number}", f"Field {number}", kind, False, True, True, offers)
    return replace(made, **more)


def row(ours: str, theirs: str, **more: Any) -> FieldMapping:
    return FieldMapping("r", ours, theirs, "customfield_1", "customfield_2", **{"direction": "to_accepter", **more})


def ends(here: FieldInfo | None = None, there: FieldInfo | None = None) -> tuple[EndInfo, EndInfo]:
    inviter = EndInfo("1", "APP", "App", "2", "Bug", (SUMMARY, *([here] if here else [])), ())
    return inviter, EndInfo("3", "OPS", "Ops", "4", "Incident", (SUMMARY, *([there] if there else [])), ())


def found(
    rows: tuple[FieldMapping, ...], both: tuple[EndInfo, EndInfo], users: UserMapping = NO_USERS, **more: Any
) -> list[Finding]:
    mapping = IssueMapping("m", True, HERE, THERE, (SUMMARIES, *rows))
    return list(findings(replace(mapping, **more), users, *both))


def told(one: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.severity, each.side, each.row_id) for each in one]


def test_nothing_to_say() -> None:
    assert found((row("text", "text"),), ends(field(1, "text"), field(2, "text"))) == []


@pytest.mark.parametrize(
    ("of_row", "there", "severity", "words"),
    [
        (row("text", "text"), None, "error", "no field “customfield_2”"),
        (row("text", "text"), field(2, "number"), "error", "is a Number"),
        (row("text", "text"), field(2, "text", on_create=False), "error", "create screen"),
        (row("text", "text"), field(2, "text", on_edit=False), "error", "edit screen"),
        (row("select", "number"), field(2, "number"), "error", "cannot take the values"),
        (row("paragraph", "text"), field(2, "text"), "warning", "a longer text stops"),
        (row("select", "select"), field(2, "select", "A"), "warning", "nothing for “B”"),
        (row("select", "select", unmatched="report"), field(2, "select", "A"), "warning", "until a person mends it"),
        (row("select", "select", at_accepter=FIXED_Z), field(2, "select", "A"), "error", "fixed value"),
        (
            row("select", "select", unmatched="default", at_accepter=FieldEnd(default={"id": "9", "name": "Z"})),
            field(2, "select", "A"),
            "error",
            "the default for",
        ),
        (row("multi_select", "labels"), field(2, "labels"), "warning", "cannot hold a space: “A B”"),
        (row("versions", "version"), field(2, "version"), "warning", "takes one value"),
        (row("text", "text", at_accepter=FieldEnd(fixed="x" * 256)), field(2, "text"), "error", "longer than 255"),
        (row("text", "text", at_accepter=FIXED_X), field(2, "text", on_create=False), "error", "create screen"),
        (row("text", "text"), field(2, "text", required=True), "warning", "may be empty"),
        (row("text", "text", direction="to_inviter"), field(2, "text", required=True), "error", "no row gives it"),
        (
            row("select", "select", values=(ValueMapping(Choice("10", "A"), Choice("99", "Gone")),)),
            field(2, "select", "A", "B"),
            "error",
            "no longer offers “Gone”",
        ),
    ],
)
def test_each_finding_has_its_words_and_its_fix(
    of_row: FieldMapping, there: FieldInfo | None, severity: str, words: str
) -> None:
    options = ("A B",) if of_row.inviter_type == "multi_select" else ("A", "B")
    kind = of_row.inviter_type
    here = field(1, kind, *(options if matrix.TYPES[kind].offers == "field" else ()))
    about = [one for one in found((of_row,), ends(here, there)) if words in one.words]
    assert [one.severity for one in about] == [severity]
    assert about[0].fix.endswith(".")
    assert about[0].mapping_id == "m"


def test_a_row_that_only_creates_needs_no_edit_screen() -> None:
    both = ends(field(1, "text"), field(2, "text", on_edit=False))
    assert found((row("text", "text", mode="create_only"),), both) == []


def test_only_the_receiving_end_needs_screens() -> None:
    both = ends(field(1, "text", on_create=False, on_edit=False), field(2, "text"))
    assert found((row("text", "text"),), both) == []


def test_a_default_and_missing_versions_that_are_created_are_fine() -> None:
    both = ends(field(1, "select", "A", "B"), field(2, "select", "A"))
    default = FieldEnd(default={"id": "20", "name": "A"})
    assert found((row("select", "select", unmatched="default", at_accepter=default),), both) == []
    both = ends(field(1, "versions", "1.0"), field(2, "versions"))
    assert found((row("versions", "versions", create_missing=True),), both) == []
    assert found((row("versions", "versions"),), both) != []


def test_nothing_is_concluded_from_a_list_that_is_not_told() -> None:
    both = ends(field(1, "select", "A", "B"), field(2, "select", listed=False))
    assert found((row("select", "select"),), both) == []


def test_cascades_level_by_level() -> None:
    ours = field(1, "cascading", options=(Offer("1", "Europe", (Offer("11", "Bonn"),)), Offer("2", "Asia")))
    theirs = field(2, "cascading", options=(Offer("7", "Europe", (Offer("71", "Ulm"),)),))
    (one,) = found((row("cascading", "cascading"),), ends(ours, theirs))
    assert "“Europe / Bonn”, “Asia”" in one.words


def test_what_is_required_is_given_by_any_row() -> None:
    both = ends(field(1, "text", required=True), field(2, "text", required=True))
    assert found((row("text", "text", direction="both"),), both) == []
    assert told(found((), both)) == [("error", "inviter", ""), ("error", "accepter", "")]
    assert found((), both, to_accepter=Flow("off"), to_inviter=Flow("off")) == [], "no twins, nothing to demand"


def test_two_rows_that_write_the_same_field() -> None:
    both = ends(field(1, "text"), field(2, "text"))
    twice = (row("text", "text"), replace(row("text", "text"), id="s", inviter_field="summary"))
    assert [one.words for one in found(twice, both)] == ["Several rows write to “Field 2” in OPS Incident."]


def test_people_without_a_default() -> None:
    both = ends(field(1, "user"), field(2, "user"))
    assert told(found((row("user", "user"),), both, UserMapping(unmatched="default"))) == [("error", "accepter", "r")]
    assert found((row("user", "user"),), both, UserMapping(unmatched="default", accepter_default="x")) == []


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("BROWSE_PROJECTS", [("error", "accepter", "")]),
        ("CREATE_ISSUES", [("error", "accepter", "")]),
        ("EDIT_ISSUES", [("error", "accepter", "")]),
        ("ADD_COMMENTS", [("error", "accepter", "")]),
        ("EDIT_OWN_COMMENTS", [("warning", "accepter", "")]),
        ("ASSIGN_ISSUES", []),
        ("SOMETHING_NEWER", []),
    ],
)
def test_permissions(missing: str, expected: list[tuple[str, str, str]]) -> None:
    comments = FieldInfo("comment", "Comment", "comments", False, False, True)
    inviter, accepter = ends(comments, comments)
    accepter = replace(accepter, permissions_missing=(missing,))
    rows = (FieldMapping("comments", "comments", "comments", "comment", "comment"),)
    assert told(found(rows, (inviter, accepter))) == expected


def with_status(transitions: tuple[TransitionInfo, ...], initial: str = "1") -> tuple[EndInfo, EndInfo]:
    inviter, accepter = ends(STATUS, STATUS)
    inviter, accepter = replace(inviter, statuses=STATUSES), replace(accepter, statuses=STATUSES)
    return inviter, replace(accepter, transitions=transitions, initial_status=initial)


STATUS_ROW = FieldMapping("status", "status", "status", "status", "status", "to_accepter")


def of_ways(rows: tuple[FieldMapping, ...], both: tuple[EndInfo, EndInfo]) -> list[tuple[str, str]]:
    about = [one for one in found(rows, both) if "transitions" in one.words]
    return [(one.severity, one.words) for one in about]


@pytest.fixture
def walkable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A status may be set by a row."""
    monkeypatch.setattr(
        matrix, "CELLS", {**matrix.CELLS, ("status", "status"): matrix.Cell("status", "status", "option")}
    )


@pytest.mark.usefixtures("walkable")
def test_statuses_that_cannot_be_reached() -> None:
    assert of_ways((STATUS_ROW,), with_status((START, CLOSE, AGAIN))) == []
    ((severity, words),) = of_ways((STATUS_ROW,), with_status((START, AGAIN)))
    assert severity == "error"
    assert "“Done”" in words
    ways = of_ways((STATUS_ROW,), with_status((START, CLOSE)))
    assert [severity for severity, _ in ways] == ["warning", "warning"]
    assert "from “Doing” to “To Do”" in ways[0][1]
    assert of_ways((STATUS_ROW,), with_status((), initial="")) == [], "nothing is known"


@pytest.mark.usefixtures("walkable")
def test_a_transition_that_demands_what_no_row_gives() -> None:
    demanding = replace(CLOSE, required_fields=("customfield_2",))
    inviter, accepter = with_status((START, demanding, AGAIN))
    accepter = replace(accepter, fields=(*accepter.fields, field(2, "text")))
    inviter = replace(inviter, fields=(*inviter.fields, field(1, "text")))
    ((severity, words),) = of_ways((STATUS_ROW,), (inviter, accepter))
    assert severity == "warning"
    assert "demand “Field 2”" in words
    assert of_ways((STATUS_ROW, row("text", "text")), (inviter, accepter)) == []


def test_reachable_goes_any_number_of_steps() -> None:
    assert reachable((START, CLOSE), "1") == {"1", "2", "3"}
    assert reachable((START, CLOSE), "3") == {"3"}
    assert reachable((AGAIN, replace(AGAIN, to_id="")), "3") == {"1", "3"}


def test_a_mapping_that_is_off_only_warns() -> None:
    both = ends(field(1, "text"), None)
    assert {one.severity for one in found((row("text", "text"),), both, active=False)} == {"warning"}


def test_a_mapping_without_rows() -> None:
    assert "no rows" in findings(IssueMapping("m", True, HERE, THERE, ()), NO_USERS, *ends())[0].words


KINDS = st.sampled_from([*matrix.TYPES, "comments", "something newer"])
DRAWN = st.builds(
    lambda kind, options, flags: field(1, kind, *options, required=flags[0], on_create=flags[1], on_edit=flags[2]),
    KINDS,
    st.lists(st.sampled_from(["A", "B b", "C"]), max_size=3, unique=True),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
GIVEN = st.sampled_from([None, "x", {"id": "1", "name": "A"}, [{"id": "1", "name": "A"}], {}, 5, [[]], {"id": None}])


@settings(max_examples=300)
@given(DRAWN, DRAWN, KINDS, KINDS, GIVEN, st.sampled_from(["both", "to_accepter", "to_inviter"]))
def test_whatever_a_draft_says_is_answered(
    here: FieldInfo, there: FieldInfo, ours: str, theirs: str, value: Any, direction: Any
) -> None:
    end = FieldEnd(value, value, value)
    draft = FieldMapping("r", ours, theirs, here.id, "customfield_2", direction, at_inviter=end, at_accepter=end)
    both = ends(here, replace(there, id="customfield_2"))
    for one in found((draft,), both):
        assert one.words and one.fix


@settings(max_examples=200)
@given(DRAWN, DRAWN)
def test_a_suggestion_has_no_errors_of_its_own(here: FieldInfo, there: FieldInfo) -> None:
    both = ends(replace(here, name="X", required=False), replace(there, id="customfield_2", name="X", required=False))
    mapping = IssueMapping("m", True, HERE, THERE, suggest(*both))
    assert [one for one in findings(mapping, NO_USERS, *both) if one.severity == "error"] == []
