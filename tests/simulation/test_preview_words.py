"""What a preview says: what is written, kept out, blocked, hidden; of live rules and of drafts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from addon.errors import Refused
from addon.model.rules import (
    BASIC_FIELDS,
    Choice,
    FieldEnd,
    FieldMapping,
    Flow,
    Rules,
)
from addon.model.scope import Choice as Shown
from addon.model.scope import Scope
from addon.sync.answering import HIDDEN
from addon.sync.outlook import UNTOLD
from addon.sync.route import FOUND_THEN
from tests.fakes import fields
from tests.fakes.workflow import chain, simple
from tests.simulation.foretold import SUMMARY, Stand, draft, line, row


def test_an_issue_without_a_twin(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    stand.blue.create("First", labels=["one"])
    outcome = stand.ask()
    assert (outcome.head, outcome.words) == ("Will create", "Would create a Bug in P at green.")
    assert (line(outcome, "labels").before, line(outcome, "labels").after) == ("", "one")
    assert outcome.same == ("Description", "Comments")
    assert "no twin" in stand.ask("in").words


def test_what_is_the_same_comes_down_to_one_line(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    issue = stand.blue.create("First")
    stand.world.settle()
    assert stand.ask().head == "Nothing to do"
    stand.blue.edit(issue, summary="Second")
    outcome = stand.ask()
    assert (outcome.head, outcome.words) == ("Will sync", f"Would update GREEN-{stand.twin} at green.")
    assert [(one.name, one.before, one.after) for one in outcome.shown] == [("Summary", "First", "Second")]
    assert outcome.same == ("Description", "Labels", "Priority", "Comments")
    stand.green.edit(stand.twin, priority={"id": "1"})
    into = stand.ask("in")
    assert into.words == f"Would update BLUE-{issue}."
    assert [(one.name, one.before, one.after) for one in into.shown if one.level == "ok"] == [
        ("Priority", "Medium", "Highest")
    ]
    assert line(into, "summary").after == line(into, "summary").before == "Second"


def test_comments_are_counted_and_those_held_back_are_told_at_home_only(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    issue = stand.blue.create("First")
    stand.world.settle()
    for words in ("one", "two", "three"):
        comment = stand.blue.comment(issue, words)
    stand.blue.issues[issue]["comments"][comment]["visibility"] = {"type": "role", "value": "Developers"}
    said = line(stand.ask(), "comments")
    assert (said.after, said.note) == ("+2", "1 comment is held back: not everybody may read them here.")
    stand.world.settle()
    inside = stand.green.comment(stand.twin, "for us")
    stand.green.issues[stand.twin]["comments"][inside]["visibility"] = {"type": "role", "value": "Developers"}
    assert stand.ask("in").shown == ()


def test_a_value_that_matches_nothing_says_so(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, row("select"))
    issue = stand.blue.create("First", f=fields.option("blue", "Alpha"))
    stand.world.settle()
    stand.blue.edit(issue, f=fields.option("blue", "Only-blue"))
    said = line(stand.ask(), "f")
    assert (said.before, said.after, said.level) == ("Alpha", "Alpha", "warning")
    assert said.note == "green: There is no “Only-blue” here."


def test_what_a_partner_does_not_send_us_is_not_told(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY, row("select", direction="to_accepter"))
    issue = stand.blue.create("First", f=fields.option("blue", "Alpha"))
    stand.world.settle()
    stand.green.edit(stand.twin, f=fields.option("green", "Only-green"))
    stand.blue.edit(issue, f=fields.option("blue", "Beta"))
    said = line(stand.ask(), "f")
    assert (said.before, said.after) == ("", "Beta")
    assert UNTOLD in said.note
    assert "Only-green" not in repr(stand.ask())


# drafts


def test_a_draft_is_tried_without_being_published(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.kinds["f"] = stand.green.kinds["f"] = "select"
    issue = stand.blue.create("First", f=fields.option("blue", "Alpha"))
    tried = draft(SUMMARY, row("select", unmatched="report"), stand=stand)
    assert (line(stand.ask(rules=tried), "f").after, stand.ask(rules=tried).head) == ("Alpha", "Will create")
    stand.blue.edit(issue, f=fields.option("blue", "Only-blue"))
    outcome = stand.ask(rules=tried)
    assert (outcome.head, line(outcome, "f").level) == ("Blocked", "error")
    assert "Only-blue" in outcome.words


def test_a_new_row_of_a_draft_sends_nothing_by_itself(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.kinds["f"] = stand.green.kinds["f"] = "select"
    stand.blue.create("First", f=fields.option("blue", "Alpha"))
    stand.world.settle()
    outcome = stand.ask(rules=draft(SUMMARY, row("select"), stand=stand))
    assert (outcome.head, line(outcome, "f").level, line(outcome, "f").after) == ("Nothing to do", "later", "Alpha")
    assert "Publishing sends nothing by itself." in outcome.words


def test_a_draft_opens_nothing_that_live_rules_keep(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.kinds["f"] = stand.green.kinds["f"] = "text"
    issue = stand.blue.create("First")
    stand.world.settle()
    stand.green.edit(stand.twin, f="a secret of theirs")
    stand.blue.edit(issue, f="ours")
    tried = draft(SUMMARY, row("text"), stand=stand)
    assert all("secret" not in repr(stand.ask(way, tried)) for way in ("out", "in"))  # type: ignore[arg-type]
    assert line(stand.ask("in", tried), "f").note == "Its value is told only once published rules let it leave."
    renamed = draft(replace(row("text"), id="summary"), stand=stand)
    assert all("secret" not in repr(stand.ask(way, renamed)) for way in ("out", "in"))  # type: ignore[arg-type]


def test_an_unfinished_row_of_a_draft_says_what_is_wrong(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.create("First")
    outcome = stand.ask(rules=draft(SUMMARY, row("number", "user"), stand=stand))
    assert (outcome.head, line(outcome, "f").level) == ("Blocked", "error")
    assert line(outcome, "summary").after == "First"


# kept out, blocked, hidden


def test_why_an_issue_is_kept_out(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    issue = stand.blue.create("First")
    off = draft(SUMMARY, stand=stand, active=False)
    assert (stand.ask(rules=off).head, stand.ask(rules=off).words) == (
        "Kept out",
        "The mapping of its project and issue type is switched off. A Jira administrator can switch it on.",
    )
    mapping = draft(SUMMARY, stand=stand).mappings[0]
    closed = Rules(9, "", (replace(mapping, to_accepter=Flow("off")),))
    assert "direction of the mapping is off" in stand.ask(rules=closed).words
    by_hand = Rules(9, "", (replace(mapping, to_accepter=Flow("manual")),))
    assert "Only when somebody asks" in stand.ask(rules=by_hand).words
    stand.change(stand.world.ours, scope=Scope(Shown("only", frozenset({"99"}))))
    assert (stand.ask().head, "not shown" in stand.ask().words) == ("Kept out", True)
    assert stand.ask(issue=issue).verdict == "kept_out"


def test_a_hidden_issue_is_answered_like_an_unknown_one(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    stand.blue.create("First")
    stand.world.settle()
    words = set()
    twin = dict(stand.green.issues)
    stand.green.issues.clear()
    for direction in ("out", "in"):
        words.add(_refusal(stand, direction))
    stand.green.issues.update(twin)
    stand.change(stand.world.theirs, scope=Scope(Shown("only", frozenset({"99"}))))
    for direction in ("out", "in"):
        words.add(_refusal(stand, direction))
    stand.change(stand.world.theirs, scope=Scope())
    with stand.world.db.begin() as tx:
        tx.exec_driver_sql(f"update twin_link set link_key = 'x' where tenant_id = {stand.world.green.id}")
    words.add(_refusal(stand, "in"))
    assert words == {(404, HIDDEN)}


def _refusal(stand: Stand, direction: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        stand.ask(direction)
    return caught.value.status, caught.value.sentence


def test_an_issue_that_is_not_there(database_url: str) -> None:
    stand = Stand(database_url, SUMMARY)
    with pytest.raises(Refused) as caught:
        stand.ask(issue="4711")
    assert caught.value.status == 404


def test_it_costs_few_reads(database_url: str) -> None:
    stand = Stand(database_url, *BASIC_FIELDS)
    issue = stand.blue.create("First")
    stand.world.settle()
    stand.blue.edit(issue, summary="Second", priority={"id": "1"}, labels=["one"])
    stand.ask()
    assert stand.reads == {"blue": 2, "green": 2}
    stand.ask()
    assert stand.reads == {"blue": 2, "green": 1}
    stand.ask("in")
    assert max(stand.reads.values()) <= 3


# the status


def _walking(database_url: str, *edges: str, readable: bool = True, **ends: FieldEnd) -> tuple[Stand, str]:
    stand = Stand(database_url, SUMMARY, FieldMapping("status", "status", "status", "status", "status", **ends))  # type: ignore[arg-type]
    stand.green.workflow = replace(chain(*edges), readable=readable)
    stand.blue.workflow = simple(*stand.green.workflow.statuses.values())
    issue = stand.blue.create("First")
    stand.world.settle()
    return stand, issue


def test_a_status_is_told_with_the_transitions_to_it(database_url: str) -> None:
    stand, issue = _walking(database_url, "Open > Doing: Start work", "Doing > Done: Finish")
    stand.blue.move(issue, "Done")
    said = line(stand.ask(), "status")
    assert (said.before, said.after, said.level) == ("Open", "Done", "ok")
    assert said.note == "green: By the transitions “Start work”, “Finish”."
    assert stand.reads["green"] <= 5
    assert stand.green.status(stand.twin) == "Open"
    stand.world.settle()
    assert stand.green.status(stand.twin) == "Done"


def test_a_status_without_a_way_is_blocked_in_the_words_of_the_walk(database_url: str) -> None:
    stand, issue = _walking(database_url, "Open > Doing", "Done > Open")
    stand.blue.move(issue, "Done")
    outcome = stand.ask()
    said = line(outcome, "status")
    assert (outcome.head, said.level) == ("Blocked", "error")
    stand.world.settle()
    (reason,) = stand.blocked()
    assert reason in said.note


def test_a_status_whose_way_jira_does_not_tell_says_so(database_url: str) -> None:
    hint = FieldEnd(prefer=(Choice("", "Doing"),))
    stand, issue = _walking(database_url, "Open > Doing", "Doing > Done", readable=False, at_accepter=hint)
    stand.blue.move(issue, "Done")
    said = line(stand.ask(), "status")
    assert (said.level, said.note) == ("warning", f"green: {FOUND_THEN}")
    stand.world.settle()
    assert stand.green.status(stand.twin) == "Done"
