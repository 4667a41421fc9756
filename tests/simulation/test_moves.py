"""An issue changes its type or its project: the twin follows where a mapping covers what it is now, else says why."""

from __future__ import annotations

import random

import pytest

from addon.model.rules import End, FieldMapping, IssueMapping
from addon.store import twin_link
from addon.store.twin_link import TwinLink
from addon.sync.standing import UNSHARED
from tests.fakes.jira import FakeJira
from tests.simulation.world import World

SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")
COMMENTS = FieldMapping("comments", "comments", "comments", "comment", "comment")
BUG = (SUMMARY, FieldMapping("a", "text", "text", "f", "f"), COMMENTS)
# The same two fields under another name, the other field under the name the first had, and one more.
TASK = (
    FieldMapping("title", "text", "text", "summary", "summary"),
    FieldMapping("a", "text", "text", "g", "g"),
    COMMENTS,
)
END = End("1", "P", "1", "Bug")
MORE = (
    IssueMapping("task", True, End("1", "P", "2", "Task"), End("1", "P", "3", "Chore"), TASK),
    IssueMapping("ops", True, End("9", "OPS", "1", "Bug"), End("9", "OPS", "1", "Bug"), BUG),
    IssueMapping("idea", False, End("1", "P", "7", "Idea"), End("1", "P", "7", "Idea"), BUG),
)


class Stand:
    """Blue's issue and its twin, in step."""

    def __init__(self, database_url: str) -> None:
        random.seed(6)
        self.world = World(database_url, random.Random(6), rows=BUG, more=MORE)
        self.blue, self.green = (self.world.sites[end.id] for end in (self.world.blue, self.world.green))
        for site in (self.blue, self.green):
            site.kinds.update({"f": "text", "g": "text"})
        self.ours = self.blue.create("First", f="eff")
        self.world.settle()
        (self.theirs,) = self.green.issues

    def links(self) -> tuple[TwinLink, TwinLink]:
        links = {link.tenant_id: link for link in self.world.links()}
        return links[self.world.blue.id], links[self.world.green.id]

    def mappings(self) -> set[str]:
        return {link.mapping_id for link in self.links()}

    def fields(self, site: FakeJira) -> tuple[str, str, str]:
        (issue,) = site.issues.values()
        return tuple(issue["fields"][name] or "" for name in ("summary", "f", "g"))  # type: ignore[return-value]

    def settle(self) -> None:
        self.world.settle()


@pytest.fixture
def stand(database_url: str) -> Stand:
    return Stand(database_url)


def test_the_twin_takes_the_type_that_stands_for_the_new_one(stand: Stand) -> None:
    stand.blue.become(stand.ours, issue_type="2")
    stand.settle()
    assert stand.green.issues[stand.theirs]["type"] == "3"
    assert stand.mappings() == {"task"}
    stand.blue.edit(stand.ours, summary="Under the new mapping")
    stand.settle()
    stand.green.edit(stand.theirs, g="back")
    stand.settle()
    assert stand.fields(stand.blue) == stand.fields(stand.green) == ("Under the new mapping", "eff", "back")


def test_the_accepters_side_may_be_the_one_that_changes(stand: Stand) -> None:
    stand.green.become(stand.theirs, issue_type="3")
    stand.settle()
    assert stand.blue.issues[stand.ours]["type"] == "2"
    assert stand.mappings() == {"task"}


def test_an_edit_with_the_change_is_not_lost_and_nothing_is_cleared(stand: Stand) -> None:
    stand.green.edit(stand.theirs, g="theirs before")
    stand.settle()
    stand.blue.become(stand.ours, issue_type="2", summary="Renamed")
    stand.settle()
    assert stand.fields(stand.green) == ("Renamed", "eff", "theirs before"), "an empty field clears nothing"
    stand.blue.become(stand.ours, issue_type="1", g="ours")
    stand.settle()
    stand.blue.become(stand.ours, issue_type="2")
    stand.settle()
    assert stand.fields(stand.green) == ("Renamed", "eff", "ours"), "what the new mapping covers is told"


def test_comments_are_neither_lost_nor_written_twice(stand: Stand) -> None:
    stand.blue.comment(stand.ours, "before")
    stand.settle()
    stand.blue.become(stand.ours, issue_type="2")
    stand.blue.comment(stand.ours, "after")
    stand.settle()
    (twin,) = stand.green.issues.values()
    assert len(twin["comments"]) == 2


def test_edits_on_their_way_under_the_former_mapping_arrive(stand: Stand) -> None:
    stand.blue.become(stand.ours, issue_type="2")
    stand.green.edit(stand.theirs, f="no longer mapped", summary="From Green")
    stand.settle()
    assert stand.mappings() == {"task"}
    assert stand.fields(stand.blue)[0] == stand.fields(stand.green)[0] == "From Green"
    assert stand.fields(stand.blue)[1:] == ("eff", "")


def test_both_sides_change_it_at_once_and_the_inviters_stands(stand: Stand) -> None:
    stand.blue.become(stand.ours, issue_type="2")
    stand.green.become(stand.theirs, project="9")
    stand.settle()
    ours, theirs = stand.links()
    assert (ours.mapping_id, ours.state, stand.blue.issues[stand.ours]["type"]) == ("task", twin_link.ACTIVE, "2")
    assert theirs.fix.startswith("Move this issue to P as “Chore”")
    stand.green.become(stand.theirs, project="1", issue_type="3", summary="Chore")
    stand.settle()
    assert stand.mappings() == {"task"}
    assert stand.fields(stand.blue) == stand.fields(stand.green) == ("Chore", "eff", "")


def test_where_the_app_cannot_change_the_type_a_person_does_and_it_goes_on(stand: Stand) -> None:
    stand.green.fixed_types = True
    stand.blue.become(stand.ours, issue_type="2", g="new")
    stand.settle()
    ours, theirs = stand.links()
    assert theirs.state == twin_link.BLOCKED
    assert "“Task” of P" in theirs.reason
    assert "“Chore”" in theirs.fix
    assert ours.partner_problem == theirs.reason
    stand.green.become(stand.theirs, issue_type="3")
    stand.settle()
    assert {link.state for link in stand.links()} == {twin_link.ACTIVE}
    assert stand.links()[0].partner_problem == ""
    assert stand.fields(stand.green) == ("First", "eff", "new")


def test_a_twin_is_moved_by_a_person_and_goes_on(stand: Stand) -> None:
    stand.blue.become(stand.ours, project="9")
    stand.settle()
    theirs = stand.links()[1]
    assert theirs.state == twin_link.BLOCKED
    assert "another project" in theirs.reason
    assert theirs.fix.startswith("Move this issue to OPS")
    stand.green.become(stand.theirs, project="9")
    stand.settle()
    assert stand.mappings() == {"ops"}
    stand.blue.edit(stand.ours, f="on")
    stand.settle()
    assert stand.fields(stand.green)[1] == "on"
    assert stand.links()[1].issue_key == stand.green.issues[stand.theirs]["key"]


@pytest.mark.parametrize("to", ["7", "8"])
def test_where_nothing_covers_it_the_link_rests_and_resumes(to: str, stand: Stand) -> None:
    stand.blue.become(stand.ours, issue_type=to, summary="For us alone")
    stand.green.edit(stand.theirs, f="meanwhile")
    stand.settle()
    ours, theirs = stand.links()
    assert ours.state == twin_link.OUT_OF_SCOPE
    assert "no active mapping" in ours.reason
    assert theirs.partner_problem == UNSHARED
    assert stand.fields(stand.green) == ("First", "meanwhile", "")
    stand.blue.become(stand.ours, issue_type="1", summary="Back")
    stand.settle()
    assert [(link.state, link.reason, link.partner_problem) for link in stand.links()] == [("active", "", "")] * 2
    assert stand.fields(stand.blue) == stand.fields(stand.green) == ("Back", "meanwhile", "")


@pytest.mark.parametrize("fault", ["before", "after", "late", "crash before", "crash after"])
def test_a_fault_while_the_type_is_changed_costs_nothing(fault: str, stand: Stand) -> None:
    faults = {"edit": fault}
    stand.green.faults = lambda operation: faults.pop(operation, "")
    stand.blue.become(stand.ours, issue_type="2", g="new")
    for _ in range(20):
        stand.world.work()
    stand.settle()
    assert stand.mappings() == {"task"}
    assert stand.fields(stand.green) == ("First", "eff", "new")
    assert not [link for link in stand.links() if link.reason or link.state != twin_link.ACTIVE]
