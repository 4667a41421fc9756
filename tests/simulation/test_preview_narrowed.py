"""What would happen under vetoes, flows, conditions, other mappings, parents and people: each against what happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from addon.model.preview import Outcome
from addon.model.rules import (
    Choice,
    End,
    FieldMapping,
    Flow,
    IssueMapping,
    UserMapping,
    UserPair,
    document_of,
    rules_from,
)
from addon.model.veto import WORDS, Veto
from addon.store import rules as rules_store
from addon.store import twin_link
from addon.sync.answering import KEPT_IN, UNASKED
from addon.sync.outlook import NOT_TOLD, UNTOLD
from addon.sync.why import OFF
from tests.simulation.foretold import COMMENT, SUMMARY, Stand, draft, line

ENV = FieldMapping("env", "text", "text", "f", "f")
LABELS = FieldMapping("labels", "labels", "labels", "labels", "labels")
PARENT = FieldMapping("parent", "parent", "parent", "parent", "parent")
SHARED = Flow(jql="labels = share")
TASK = IssueMapping(
    "task",
    True,
    End("1", "P", "2", "Task"),
    End("1", "P", "3", "Chore"),
    (FieldMapping("title", "text", "text", "summary", "summary"), FieldMapping("more", "text", "text", "g", "g")),
)
OPS = IssueMapping("ops", True, End("9", "OPS", "1", "Bug"), End("9", "OPS", "1", "Bug"), (SUMMARY,))


def kinds(stand: Stand, **kinds: str) -> None:
    for site in (stand.blue, stand.green):
        site.kinds.update(kinds)


def twin_fields(stand: Stand, *names: str) -> list[Any]:
    return [stand.green.issues[stand.twin]["fields"][name] for name in names]


def told(outcome: Outcome) -> dict[str, tuple[str, str, str]]:
    return {one.row_id: (one.level, one.before, one.after) for one in outcome.lines}


# veto


def test_what_our_veto_keeps_is_told_to_us_and_does_not_go(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, ENV, COMMENT)
    stand.change(stand.world.ours, veto=Veto(leave=frozenset({"f", "comment"})))
    issue = stand.blue.create("First", f="secret")
    first = stand.ask()
    stand.world.settle()
    stand.blue.edit(issue, summary="Second", f="other secret")
    stand.blue.comment(issue, "hush")
    for outcome in (first, stand.ask()):
        assert (line(outcome, "env").level, line(outcome, "env").note) == ("kept", WORDS)
        assert (line(outcome, "comments").level, line(outcome, "comments").note) == ("kept", WORDS)
        assert "secret" not in repr(outcome)
    stand.world.settle()
    assert twin_fields(stand, "summary", "f") == ["Second", None]
    assert not stand.green.issues[stand.twin]["comments"]


def test_what_our_veto_keeps_does_not_leave_when_the_partner_asks(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, ENV)
    stand.blue.create("First", f="known")
    stand.world.settle()
    stand.change(stand.world.theirs, veto=Veto(leave=frozenset({"f"})))
    stand.green.edit(stand.twin, f="secret of theirs", summary="Second")
    into, out = stand.ask("in"), stand.ask("out")
    assert told(into)["summary"] == ("ok", "First", "Second")
    assert line(into, "env").note == NOT_TOLD
    assert "secret" not in repr((into, out))
    assert WORDS not in repr((into, out)), "that it is a veto is theirs to know"
    stand.world.settle()
    assert stand.blue.issues[next(iter(stand.blue.issues))]["fields"]["f"] == "known"


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_what_a_veto_does_not_let_enter_is_not_written(side: str, database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, ENV)
    issue = stand.blue.create("First", f="known")
    stand.world.settle()
    stand.change(getattr(stand.world, side), veto=Veto(enter=frozenset({"f"})))
    if side == "ours":
        stand.green.edit(stand.twin, f="another")
        outcome = stand.ask("in")
        assert (line(outcome, "env").level, line(outcome, "env").note) == ("kept", WORDS)
    else:
        stand.blue.edit(issue, f="another")
        outcome = stand.ask("out")
        assert "env" not in told(outcome)
        assert WORDS not in repr(outcome)
    assert outcome.verdict == "nothing"
    stand.world.settle()
    values = [site.issues[next(iter(site.issues))]["fields"]["f"] for site in (stand.blue, stand.green)]
    assert sorted(values) == ["another", "known"]


# flow and condition


def test_a_direction_that_is_off(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    issue = stand.blue.create("First")
    stand.world.settle()
    stand.world.let_flow(Flow("off"), Flow())
    stand.blue.edit(issue, summary="Ours")
    assert (stand.ask().verdict, stand.ask().words) == ("kept_out", OFF)
    stand.world.let_flow(Flow(), Flow("off"))
    stand.green.edit(stand.twin, summary="Theirs")
    assert "that direction of the mapping is off" in stand.ask("in").words
    said = line(stand.ask("out"), "summary")
    assert UNTOLD in said.note, "what does not flow is not told"
    assert "Theirs" not in repr(stand.ask("out"))


def test_an_issue_that_the_condition_keeps_from_having_a_twin(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, LABELS, flows=(SHARED, Flow()))
    issue = stand.blue.create("First", labels=["other"])
    assert stand.ask().words == "It does not match the condition of its mapping: labels = share"
    assert stand.ask().verdict == "kept_out"
    stand.world.settle()
    assert not stand.green.issues
    stand.blue.edit(issue, labels=["share"])
    assert stand.ask().verdict == "create"


def test_an_issue_that_has_left_the_condition_is_kept_in(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, LABELS, flows=(SHARED, Flow()))
    issue = stand.blue.create("First", labels=["share"])
    stand.world.settle()
    stand.blue.edit(issue, labels=["other"], summary="Second")
    for _ in range(2):
        assert stand.ask().words == "It does not match the condition of its mapping: labels = share"
        stand.world.settle()
    assert twin_fields(stand, "summary") == ["First"]
    stand.green.edit(stand.twin, summary="Third")
    assert stand.ask("in").verdict == "update", "what they send still arrives"


def test_a_condition_over_there_is_asked_by_their_live_rules_only(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, LABELS, flows=(Flow(), SHARED))
    stand.blue.create("First", labels=["share"])
    stand.world.settle()
    stand.green.edit(stand.twin, labels=["hidden"], summary="Second")
    into = stand.ask("in")
    assert (into.verdict, into.words) == ("kept_out", f"green: {KEPT_IN} labels = share")
    probe = replace(draft(SUMMARY, LABELS, stand=stand).mappings[0], to_inviter=Flow(jql="labels = hidden"))
    tried = rules_from(99, document_of((probe,)))
    assert stand.ask("in", tried).words == into.words, "what it holds cannot be asked for by another condition"
    assert "Second" not in repr(stand.ask("out"))
    assert "hidden" not in repr(stand.ask("out"))
    stand.green.edit(stand.twin, labels=["share"])
    assert UNASKED in stand.ask("in", tried).words
    assert line(stand.ask("in", tried), "summary").after == "Second"


def test_a_condition_that_jira_does_not_understand(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.create("First")
    probe = replace(draft(SUMMARY, stand=stand).mappings[0], to_accepter=Flow(jql="nonsense ="))
    outcome = stand.ask(rules=rules_from(99, document_of((probe,))))
    assert (outcome.verdict, "Jira cannot evaluate the condition" in outcome.words) == ("blocked", True)


# another mapping


def moving(database_url: str) -> tuple[Stand, str]:
    stand = Stand(database_url, SUMMARY, ENV, more=(TASK, OPS))
    kinds(stand, g="text")
    issue = stand.blue.create("First", f="eff", g="gee")
    stand.world.settle()
    return stand, issue


def test_an_issue_that_came_under_another_mapping(database_url: str) -> None:
    stand, issue = moving(database_url)
    stand.blue.become(issue, issue_type="2", summary="Renamed")
    outcome = stand.ask()
    assert outcome.verdict == "update"
    assert "green: Its type becomes “Chore” first" in outcome.words
    assert told(outcome) == {"title": ("ok", "First", "Renamed"), "more": ("ok", "", "gee")}
    stand.world.settle()
    assert stand.green.issues[stand.twin]["type"] == "3"
    assert twin_fields(stand, "summary", "g") == ["Renamed", "gee"]


def test_where_both_have_become_something_else_the_inviters_stands(database_url: str) -> None:
    stand, issue = moving(database_url)
    stand.blue.become(issue, issue_type="2", summary="Ours")
    stand.green.become(stand.twin, project="9")
    outcome = stand.ask()
    assert (outcome.verdict, "Move this issue to P as “Chore”" in outcome.words) == ("blocked", True)
    assert stand.ask("in").verdict == "nothing", "theirs is no wish to change ours"
    stand.world.settle()
    assert stand.blue.issues[issue]["type"] == "2"
    (reason,) = stand.blocked()
    assert reason in outcome.words


def test_an_issue_that_would_have_to_be_moved_by_a_person(database_url: str) -> None:
    stand, issue = moving(database_url)
    stand.blue.become(issue, project="9")
    outcome = stand.ask()
    assert outcome.verdict == "blocked"
    stand.world.settle()
    (reason,) = stand.blocked()
    assert reason in outcome.words


def test_an_issue_that_no_mapping_covers_any_more(database_url: str) -> None:
    stand, issue = moving(database_url)
    stand.blue.become(issue, issue_type="77")
    outcome = stand.ask()
    assert (outcome.verdict, outcome.words.startswith("Out of scope")) == ("kept_out", True)
    stand.world.settle()
    assert {link.state for link in stand.world.links()} >= {twin_link.OUT_OF_SCOPE}


def test_their_issue_that_came_under_another_mapping(database_url: str) -> None:
    stand, issue = moving(database_url)
    stand.green.become(stand.twin, issue_type="3", summary="Theirs")
    outcome = stand.ask("in")
    assert (outcome.verdict, "Its type becomes “Task” first" in outcome.words) == ("update", True)
    assert told(outcome)["title"] == ("ok", "First", "Theirs")
    stand.world.settle()
    assert stand.blue.issues[issue]["type"] == "2"


def test_a_draft_that_covers_what_an_issue_has_become(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    issue = stand.blue.create("First")
    stand.world.settle()
    stand.blue.become(issue, issue_type="2", summary="Renamed")
    assert stand.ask().verdict == "kept_out"
    with stand.world.db.read() as tx:
        live = rules_store.live(tx, stand.world.ours.id)
    title = replace(TASK, fields=TASK.fields[:1])
    outcome = stand.ask(rules=rules_from(99, document_of((*live.mappings, title))))
    assert (outcome.verdict, line(outcome, "title").after) == ("update", "Renamed")


# parents


def test_a_parent_is_told_as_its_twin(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, PARENT)
    kinds(stand, parent="parent")
    parent = stand.blue.create("Parent")
    child = stand.blue.create("Child")
    stand.world.settle()
    stand.blue.edit(child, parent={"id": parent, "key": f"BLUE-{parent}"})
    theirs = next(one for one in stand.green.issues.values() if one["fields"]["summary"] == "Parent")["key"]
    said = line(stand.ask(issue=child), "parent")
    assert (said.level, said.after) == ("ok", theirs)
    assert line(stand.ask(issue=child), "summary").level == "same"


def test_a_parent_that_is_not_shared_is_neither_told_nor_named(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, PARENT)
    kinds(stand, parent="parent")
    hidden = stand.blue.create("Hidden parent")
    stand.blue.issues[hidden]["created"] -= 1_000_000
    child = stand.blue.create("Child")
    stand.world.settle()
    stand.blue.edit(child, parent={"id": hidden, "key": f"BLUE-{hidden}"})
    said = line(stand.ask(issue=child), "parent")
    assert (said.level, said.note) == ("warning", "green: It has a parent there that is not shared.")
    other = stand.green.create("Their own parent")
    stand.green.issues[other]["created"] -= 1_000_000
    twin = next(key for key, one in stand.green.issues.items() if one["fields"]["summary"] == "Child")
    stand.world.settle()
    stand.green.edit(twin, parent={"id": other, "key": f"GREEN-{other}"})
    assert f"GREEN-{other}" not in repr(stand.ask("in", issue=child))
    stand.blue.edit(child, parent=None)
    assert f"GREEN-{other}" not in repr(stand.ask("out", issue=child))


def test_a_child_whose_parent_has_no_twin_there_yet_would_wait(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, PARENT)
    kinds(stand, parent="parent")
    parent = stand.blue.create("Parent")
    stand.world.pairing.check_issue(stand.world.blue.id, parent)
    child = stand.blue.create("Child", parent={"id": parent, "key": f"BLUE-{parent}"})
    with stand.world.db.begin() as tx:
        tx.exec_driver_sql(f"delete from twin_link where tenant_id = {stand.world.green.id}")
    outcome = stand.ask(issue=child)
    assert (outcome.verdict, outcome.head) == ("waits", "Will wait")
    assert "Waiting for its parent" in outcome.words


# people


def test_comments_that_would_enter_are_said_by_whoever_stands_for_their_author(database_url: str) -> None:
    pair = UserPair(Choice("ann-at-blue", "Ann Blue"), Choice("ann-at-green", "Ann"))
    users = UserMapping(by_account_id=False, table=(pair,))
    stand = Stand(database_url, SUMMARY, COMMENT, users=users)
    stand.blue.create("First")
    stand.world.settle()
    stand.green.comment(stand.twin, "hello", author="ann-at-green")
    said = line(stand.ask("in"), "comments")
    assert (said.level, said.after, said.note) == ("ok", "+1", "said by Ann Blue")


def test_an_issue_that_somebody_has_to_ask_for_is_told_in_the_words_of_why(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, flows=(Flow("manual"), Flow()))
    stand.blue.create("First")
    words = "Issues of this mapping do not get a twin by themselves."
    assert stand.ask().words == f"Would create a Bug in P at green. Only when somebody asks for it: {words}"
