"""A preview means the same over HTTP and within one process; whoever asks wrongly learns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addon.errors import Missing, Refused, Retryable
from addon.model.message import Replica
from addon.model.preview import Question
from addon.model.rules import FieldMapping
from addon.model.scope import Choice, Scope
from addon.store import rules, table, twin_link
from addon.store import tenant as tenants
from addon.store.synchronization import Synchronization
from addon.sync.answering import HIDDEN
from tests.fakes.partners import Pair, document, mapping, message, pair

LINK = "0123456789abcdef"
SUMMARY = FieldMapping("summary", "text", "text", "summary", "summary")


@pytest.fixture(params=[False, True], ids=["same deployment", "two deployments"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, remote=request.param) as made:
        yield made


class Issues:
    """Green's Jira with one issue, in place of the small one's."""

    def __init__(self, inner: Any, **fields: Any) -> None:
        self.inner, self.fields, self.shown, self.asked = inner, fields, True, []

    def get(self, path: str, *, params: Any = None) -> Any:
        self.asked.append(path)
        if path == "/rest/api/3/priority/search":
            return {"values": [{"id": "1", "name": "High"}], "isLast": True}
        if not path.startswith("/rest/api/3/issue/"):
            return self.inner.get(path, params=params)
        if not self.shown:
            raise Missing("Issue does not exist or you do not have permission to see it.")
        at = "2026-11-21T10:00:00.000+0000"
        always = {"project": {"id": "10000"}, "issuetype": {"id": "100"}, "status": {"name": "Open"}}
        return {"id": "7", "key": "QA-7", "fields": {**always, "created": at, "updated": at, **self.fields}}


@pytest.fixture
def linked(two: Pair) -> tuple[Pair, Synchronization, Issues]:
    """An issue of Green's that is the twin of one of Blue's; its summary is settled at both."""
    ours, theirs = two.accepted()
    rows = replace(mapping(), fields=(SUMMARY,))
    two.blue_home.handshake.publish(two.blue, ours.id, document(rows), "ann")
    two.work()
    with two.green_home.db.begin() as tx:
        link = twin_link.create(
            tx, tenant_id=two.green.id, synchronization_id=theirs.id, mapping_id="m1", now=1.0, link_key=LINK
        )
        base = {"summary": "Tea"}
        twin_link.change(tx, link.id, issue_id="7", base=base, next_sequence=2, expected_sequence=2, touched_at=None)
    jiras: Any = two.green_home.jiras
    jira = jiras[two.green.base_url] = Issues(jiras[two.green.base_url], summary="Tea", environment="hush")
    return two, two.at_blue(ours), jira


def question(two: Pair, ours: Synchronization, way: Any = "enter", link: str = LINK, **values: Any) -> Question:
    with two.blue_home.db.read() as tx:
        live = rules.live(tx, ours.id)
    asked = replace(message(2, link), rules_version=live.version, rules_hash=live.hash)
    parts = values.pop("parts", {})
    return Question(way, replace(asked, replica=Replica(parts, 1.0) if parts else None), **values)


def ask(two: Pair, ours: Synchronization, *given: Any, **values: Any) -> Any:
    """Asking leaves no trace but the signature's nonce."""
    before = everything(two)
    try:
        return two.blue_home.transport.preview(ours, question(two, ours, *given, **values))
    finally:
        assert everything(two) == before


def everything(two: Pair) -> list[Any]:
    found: list[Any] = [list(home.bell.links) for home in (two.blue_home, two.green_home)]
    for home in (two.blue_home, two.green_home):
        with home.db.read() as tx:
            tables = [t for t in table.metadata.sorted_tables if t.name != "nonce"]
            found += [[tuple(row) for row in tx.execute(t.select())] for t in tables]
    return found


def refusal(two: Pair, ours: Synchronization, *given: Any, **values: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        ask(two, ours, *given, **values)
    return caught.value.status, caught.value.sentence


def test_what_would_become_of_a_message(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, jira = linked
    reply = ask(two, ours, parts={"summary": {"value": "Coffee ☕"}})
    assert (reply.verdict, [(one.before, one.after) for one in reply.lines]) == ("update", [("Tea", "Coffee ☕")])
    assert len(jira.asked) == 1
    assert ask(two, ours, rest={"summary": {"value": "Tea"}}).verdict == "nothing"


def test_what_would_leave(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, jira = linked
    jira.fields["summary"] = "Milk"
    reply = ask(two, ours, "leave")
    assert reply.message.replica.parts == {"summary": {"value": "Milk"}}


def test_a_twin_that_is_still_to_be_created(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, jira = linked
    reply = ask(two, ours, "enter", "f" * 32, parts={"summary": {"value": "New"}})
    assert (reply.verdict, [(one.before, one.after) for one in reply.lines]) == ("create", [("", "New")])
    assert jira.asked == []


def test_foreign_rules_open_no_further_field(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, _ = linked
    row = FieldMapping("summary", "text", "text", "summary", "environment")
    asked = document(replace(mapping(), fields=(row,)))
    for way in ("enter", "leave"):
        reply = ask(two, ours, way, parts={"summary": {"value": "hush"}}, document=asked)
        assert "hush" not in repr(replace(reply, lines=tuple(replace(one, after="") for one in reply.lines)))
        assert all(one.level != "same" for one in reply.lines), "that would tell that it says the same"


def test_hidden_and_unknown_are_answered_alike(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, jira = linked
    hidden = document(replace(mapping(theirs="10001"), fields=(SUMMARY,)))
    answers = {refusal(two, ours, "leave", "f" * 32)}
    jira.shown = False
    answers |= {refusal(two, ours, way) for way in ("leave", "enter")}
    answers |= {refusal(two, ours, way, document=hidden) for way in ("leave", "enter")}
    assert answers == {(404, HIDDEN)}


def test_an_issue_that_moved_out_of_scope_is_hidden(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, jira = linked
    two.green_home.handshake.set_scope(
        two.green, two.at_green(ours).id, Scope(Choice("only", frozenset({"10000"}))), "bob"
    )
    jira.fields["project"] = {"id": "10001"}
    assert refusal(two, ours, "enter") == refusal(two, ours, "leave") == (404, HIDDEN)


def test_only_an_accepted_synchronization_is_answered(two: Pair) -> None:
    sent = two.invite()
    assert refusal(two, sent)[0] == 409
    ours, theirs = two.accepted("Second")
    two.green_home.handshake.delete(two.green, theirs.id, person="bob")
    assert refusal(two, ours) == (409, "Your partner has ended this synchronization.")


def test_rules_that_are_none_are_refused(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, jira = linked
    for bad in ({}, {"format": 2}, {"format": 2, "mappings": [{}]}, document(mapping(), mapping("second"))):
        assert refusal(two, ours, document=bad)[0] == 422
    assert jira.asked == []


def test_other_live_rules_are_said_to_be_others(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, _ = linked
    asked = question(two, ours)
    newer = replace(asked, message=replace(asked.message, rules_version=5))
    assert two.blue_home.transport.preview(ours, newer).verdict == "blocked"


def test_a_jira_that_is_away(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, _ = linked
    jiras: Any = two.green_home.jiras
    jiras[two.green.base_url] = Away()
    with pytest.raises(Retryable, match="cannot be asked") as caught:
        ask(two, ours)
    assert caught.value.party == "partner"


class Away:
    def get(self, path: str, *, params: Any = None) -> Any:
        raise Retryable("Jira was not reached.", party="jira")


def test_an_app_that_is_switched_off(linked: tuple[Pair, Synchronization, Issues]) -> None:
    two, ours, _ = linked
    with two.green_home.db.begin() as tx:
        tenants.set_state(tx, two.green.id, "disabled", 0.0)
    with pytest.raises(Retryable, match=r"(?i)switched off"):
        ask(two, ours)


@pytest.mark.parametrize(
    "part",
    [
        {"value": 5},
        {"value": {"type": "doc", "content": [3]}},
        {"add": [1], "remove": []},
        {"gone": True},
        {"value": "x" * 300},
    ],
)
def test_strange_values_stop_at_their_row(linked: tuple[Pair, Synchronization, Issues], part: Any) -> None:
    two, ours, _ = linked
    reply = ask(two, ours, parts={"summary": part})
    assert [one.level for one in reply.lines] == ["error"]
    assert reply.verdict == "blocked"
