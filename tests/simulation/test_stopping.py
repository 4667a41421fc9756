"""Our veto, and rules that disappear: what is stopped is stopped, never cleared, and comes back without a surprise."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addon.model.rules import FieldEnd, FieldMapping, document_of
from addon.model.veto import WORDS, Veto
from addon.store import conflict, history, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronizations
from addon.store.synchronization import Synchronization
from tests.fakes.jira import adf
from tests.simulation.world import World

FIXED = FieldMapping("env", "text", "text", "", "env", "to_accepter", at_accepter=FieldEnd(fixed="Fixed"))


class Stand:
    """Blue's issue and its twin at Green; people edit both."""

    def __init__(self, folder: Path, *rows: FieldMapping) -> None:
        self.world = World(f"sqlite:///{folder}/twinline.db", random.Random(3), rows=rows)
        self.blue = self.world.sites[self.world.blue.id]
        self.green = self.world.sites[self.world.green.id]
        if rows:
            self.green.kinds["env"] = "text"

    def begin(self) -> None:
        self.ours = self.blue.create("First", labels=["a"], description=adf("one"))
        self.world.settle()
        self.theirs = next(iter(self.green.issues))

    def veto(self, side: Synchronization, leave: Collection[str] = (), enter: Collection[str] = ()) -> None:
        with self.world.db.begin() as tx:
            synchronizations.change(tx, side.id, veto=Veto(frozenset(leave), frozenset(enter)))

    def publish(self, *gone: str, active: bool = True) -> None:
        """The next version at both ends: all rows but these."""
        for row in (self.world.ours, self.world.theirs):
            with self.world.db.begin() as tx:
                first = rules_store.rules_from(1, rules_store.document(tx, row.id, 1) or {})
                version = rules_store.live(tx, row.id).version + 1
                fields = tuple(one for one in first.mappings[0].fields if one.id not in gone)
                mapping = replace(first.mappings[0], fields=fields, active=active)
                document = document_of((mapping,) if "m" not in gone else ())
                rules_store.add(
                    tx, row, version=version, document=document, published_by="", published_side="inviter", now=1.0
                )
            self.world.pairing.look_again(row.id)

    def settle(self) -> None:
        self.world.now += 10
        self.world.settle()

    def fields(self, name: str) -> tuple[Any, Any]:
        return tuple(
            site.issues[id_]["fields"].get(name) for site, id_ in ((self.blue, self.ours), (self.green, self.theirs))
        )  # type: ignore[return-value]

    def comments(self) -> tuple[int, int]:
        return len(self.blue.issues[self.ours]["comments"]), len(self.green.issues[self.theirs]["comments"])

    def notes(self, side: Synchronization) -> list[tuple[str, str]]:
        found = []
        for link in self.world.links():
            if link.synchronization_id == side.id:
                with self.world.db.read() as tx:
                    found += [(e.direction, e.part) for e in history.last(tx, link.id, 100) if e.note == WORDS]
        return found

    def conflicts(self) -> int:
        with self.world.db.read() as tx:
            return sum(len(conflict.all_of(tx, link.id)) for link in self.world.links())


@pytest.fixture
def stand(folder: Path) -> Stand:
    made = Stand(folder)
    made.begin()
    return made


def test_what_may_not_leave_stays(folder: Path) -> None:
    stand = Stand(folder)
    stand.veto(stand.world.ours, leave=["description", "labels", "comment"])
    stand.begin()
    stand.blue.comment(stand.ours, "two")
    stand.blue.edit(stand.ours, summary="Second", description=adf("secret"), labels=["secret"])
    stand.settle()
    assert stand.fields("summary") == ("Second", "Second")
    assert stand.fields("description") == (adf("secret"), None)
    assert stand.fields("labels") == (["secret"], [])
    assert stand.comments() == (1, 0)
    kept = {part.partition("/")[0] for direction, part in stand.notes(stand.world.ours) if direction == "out"}
    assert kept == {"description", "labels", "comments"}
    assert stand.notes(stand.world.theirs) == [], "the partner is told nothing"


def test_what_may_not_enter_is_left_out(stand: Stand) -> None:
    stand.veto(stand.world.theirs, enter=["description", "labels", "comment"])
    stand.blue.comment(stand.ours, "two")
    stand.blue.edit(stand.ours, summary="Second", description=adf("two"), labels=["b"])
    stand.settle()
    assert stand.fields("summary") == ("Second", "Second")
    assert stand.fields("description") == (adf("two"), adf("one"))
    assert stand.fields("labels") == (["b"], ["a"])
    assert stand.comments() == (1, 0)
    left = {part.partition("/")[0] for direction, part in stand.notes(stand.world.theirs) if direction == "in"}
    assert left == {"description", "labels", "comments"}
    assert stand.notes(stand.world.ours) == []
    stand.green.edit(stand.theirs, description=adf("three"))
    stand.settle()
    assert stand.fields("description") == (adf("three"), adf("three")), "what leaves is another matter"


def test_what_the_rules_set_by_themselves_does_not_enter(folder: Path) -> None:
    summary = FieldMapping("summary", "text", "text", "summary", "summary")
    stand = Stand(folder, summary, FIXED)
    stand.veto(stand.world.theirs, enter=["env"])
    stand.begin()
    assert stand.fields("env")[1] is None
    (folder / "again").mkdir()
    again = Stand(folder / "again", summary, FIXED)
    again.begin()
    assert again.fields("env")[1] == "Fixed", "without the veto it does"


def test_a_message_already_written_down_loses_what_may_not_leave(stand: Stand) -> None:
    faults = ["request"]
    stand.world.post.lose = lambda: faults.pop() if faults else ""
    stand.blue.edit(stand.ours, summary="Second", description=adf("secret"))
    while stand.world.bell.keys:
        stand.world.work()
    waiting = [link for link in stand.world.links() if link.next_sequence - 1 > link.delivered_sequence]
    assert waiting, "the message waits in the outbox"
    stand.veto(stand.world.ours, leave=["description"])
    stand.settle()
    assert stand.fields("summary") == ("Second", "Second")
    assert stand.fields("description") == (adf("secret"), adf("one"))


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_taking_a_veto_off_clears_and_doubles_nothing(stand: Stand, side: str) -> None:
    held = ["description", "labels", "comment"]
    if side == "ours":
        stand.veto(stand.world.ours, leave=held)
    else:
        stand.veto(stand.world.theirs, enter=held)
    stand.blue.comment(stand.ours, "two")
    stand.blue.edit(stand.ours, description=adf("two"), labels=["a", "b"])
    stand.settle()
    before = stand.fields("description"), stand.fields("labels"), stand.comments()
    assert before == ((adf("two"), adf("one")), (["a", "b"], ["a"]), (1, 0))
    stand.veto(stand.world.ours)
    stand.veto(stand.world.theirs)
    stand.blue.edit(stand.ours, summary="Third")
    stand.green.edit(stand.theirs, summary="Fourth")
    stand.settle()
    assert (stand.fields("description"), stand.fields("labels"), stand.comments()) == before
    stand.blue.comment(stand.ours, "three")
    stand.blue.edit(stand.ours, description=adf("three"), labels=["a", "b", "c"])
    stand.settle()
    assert stand.fields("description") == (adf("three"), adf("three"))
    assert stand.fields("labels") == (["a", "b", "c"], ["a", "c"])
    assert stand.comments() == (2, 1)


@pytest.mark.parametrize("gone", [("description", "labels", "comments"), ("m",)])
def test_rules_that_disappear_stop_and_clear_nothing(stand: Stand, gone: tuple[str, ...]) -> None:
    stand.blue.comment(stand.ours, "two")
    stand.settle()
    before = stand.fields("summary"), stand.fields("description"), stand.fields("labels"), stand.comments()
    stand.publish(*gone)
    stand.settle()
    assert (stand.fields("summary"), stand.fields("description"), stand.fields("labels"), stand.comments()) == before
    stand.blue.edit(stand.ours, description=adf("alone"), labels=["alone"])
    stand.green.edit(stand.theirs, labels=["other"])
    stand.settle()
    assert stand.fields("description") == (adf("alone"), adf("one")), "it is stopped"
    assert stand.fields("labels") == (["alone"], ["other"])
    assert stand.comments() == before[3]


@pytest.mark.parametrize("gone", ["description", "m"])
@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_a_row_that_comes_back_overwrites_no_edit_without_a_word(stand: Stand, gone: str, first: str) -> None:
    stand.publish(gone)
    stand.settle()
    stand.blue.edit(stand.ours, description=adf("blue's own"))
    stand.green.edit(stand.theirs, description=adf("green's own"))
    stand.settle()
    assert stand.conflicts() == 0
    stand.publish()
    if first == "ours":
        stand.blue.edit(stand.ours, summary="Again")
    else:
        stand.green.edit(stand.theirs, summary="Again")
    stand.settle()
    for link in stand.world.links():
        with stand.world.db.begin() as tx:
            twin_link.touch(tx, link.id, stand.world.now)
        stand.world.bell.link(link.id)
    stand.settle()
    blue, green = stand.fields("description")
    assert blue == green == adf("blue's own"), "settled by the row's policy"
    assert stand.conflicts() >= 1, "and the one that lost is kept"


def test_what_was_sent_under_a_version_that_gave_way_arrives(stand: Stand) -> None:
    stand.publish("labels")
    with stand.world.db.begin() as tx:
        inviters = rules_store.latest_version(tx, stand.world.ours.id)
        assert inviters is not None
        crossed = rules_store.document(tx, stand.world.ours.id, 1) or {}
        say = {"published_by": "", "published_side": "accepter", "now": 2.0}
        rules_store.add(tx, stand.world.theirs, version=2, document=crossed, **say)  # type: ignore[arg-type]
    stand.green.edit(stand.theirs, summary="Under ours")
    stand.blue.edit(stand.ours, description=adf("under theirs"))
    for _ in range(40):
        stand.world.now += 1
        stand.world.sweep()
        stand.world.work()
    assert stand.fields("summary") == ("Under ours", "Under ours")
    assert stand.fields("description") == (adf("under theirs"), adf("one")), "it waits for the version that stands"
    with stand.world.db.begin() as tx:
        say = {"published_by": "", "published_side": "inviter", "now": 3.0}
        rules_store.add(tx, stand.world.theirs, version=2, document=inviters.document, **say)  # type: ignore[arg-type]
    stand.settle()
    assert stand.fields("description") == (adf("under theirs"), adf("under theirs"))
