"""What leaves a side: by itself, by hand or not at all, and under a condition that Jira evaluates."""

from __future__ import annotations

import random

import pytest

from addon.errors import Refused
from addon.model.rules import Flow
from addon.store import tenant as tenant_store
from addon.sync.why import Reason, Why
from tests.fakes.jira import FakeJira
from tests.simulation.world import World

SHARED = Flow(jql="labels = share")


@pytest.fixture
def world(database_url: str) -> World:
    random.seed(3)
    return World(database_url, random.Random(3))


def _sites(world: World) -> tuple[FakeJira, FakeJira]:
    return world.sites[world.blue.id], world.sites[world.green.id]


def _reason(world: World, issue_id: str) -> Reason:
    with world.db.read() as tx:
        blue = tenant_store.by_id(tx, world.blue.id)
    assert blue is not None
    (reason,) = Why(world.pairing).explain(blue, issue_id)
    return reason


def _why(world: World, issue_id: str) -> str:
    return _reason(world, issue_id).cause


def test_manual_waits_for_a_person(world: World) -> None:
    world.let_flow(Flow("manual"), Flow())
    blue, green = _sites(world)
    ours = blue.create("By hand")
    world.settle()
    assert not green.issues
    assert _why(world, ours) == "manual"
    world.pairing.pair(world.blue, ours, world.ours.id, "ann")
    world.settle()
    assert len(green.issues) == 1
    blue.edit(ours, summary="Kept in step")
    world.settle()
    assert [one["fields"]["summary"] for one in green.issues.values()] == ["Kept in step"]
    assert _why(world, ours) == "syncs"


def test_nothing_leaves_where_the_direction_is_off(world: World) -> None:
    blue, green = _sites(world)
    ours = blue.create("Before")
    world.settle()
    theirs = next(iter(green.issues))
    world.let_flow(Flow("off"), Flow())
    sent = world.post.sent
    blue.edit(ours, summary="Stays here", description=None)
    blue.comment(ours, "Stays here as well")
    another = blue.create("No twin")
    world.settle()
    assert world.post.sent == sent
    assert green.issues[theirs]["fields"]["summary"] == "Before"
    assert not green.issues[theirs]["comments"]
    assert len(green.issues) == 1
    assert _why(world, ours) == _why(world, another) == "off"
    with pytest.raises(Refused):
        world.pairing.pair(world.blue, another, world.ours.id, "ann")
    green.edit(theirs, summary="Arrives")
    world.settle()
    assert blue.issues[ours]["fields"]["summary"] == "Arrives"


def test_only_what_matches_gets_a_twin(world: World) -> None:
    world.let_flow(SHARED, Flow())
    blue, green = _sites(world)
    blue.create("Shared", labels=["share"])
    kept = blue.create("Kept")
    world.settle()
    assert [one["fields"]["summary"] for one in green.issues.values()] == ["Shared"]
    assert _why(world, kept) == "condition"
    with pytest.raises(Refused, match="labels = share"):
        world.pairing.pair(world.blue, kept, world.ours.id, "ann")
    blue.edit(kept, labels=["share"])
    world.settle()
    assert len(green.issues) == 2


def test_an_older_issue_comes_in_by_an_edit(world: World) -> None:
    world.let_flow(SHARED, Flow())
    blue, green = _sites(world)
    ours = blue.create("Old")
    blue.issues[ours]["created"] -= 100_000
    world.settle()
    assert not green.issues
    blue.edit(ours, labels=["share"])
    world.settle()
    assert len(green.issues) == 1


def test_an_issue_that_falls_out_is_left_alone_until_it_matches_again(world: World) -> None:
    world.let_flow(SHARED, Flow())
    blue, green = _sites(world)
    ours = blue.create("Shared", labels=["share"])
    world.settle()
    theirs = next(iter(green.issues))
    blue.edit(ours, labels=[], summary="Private now")
    blue.comment(ours, "Private, too")
    world.settle()
    assert green.issues[theirs]["fields"]["summary"] == "Shared"
    assert green.issues[theirs]["fields"]["labels"] == ["share"]
    assert not green.issues[theirs]["comments"]
    assert _why(world, ours) == "outside"
    green.comment(theirs, "Still heard")
    green.edit(theirs, priority={"id": "1"})
    world.settle()
    assert blue.issues[ours]["fields"]["priority"]["id"] == "1"
    assert len(blue.issues[ours]["comments"]) == 2
    assert _why(world, ours) == "outside"
    blue.edit(ours, labels=["share", "again"])
    world.settle()
    assert green.issues[theirs]["fields"]["summary"] == "Private now"
    assert green.issues[theirs]["fields"]["labels"] == ["again", "share"]
    assert len(green.issues[theirs]["comments"]) == 2
    assert _why(world, ours) == "syncs"


def test_a_condition_that_jira_cannot_evaluate_is_told_and_mended(world: World) -> None:
    world.let_flow(SHARED, Flow())
    blue, green = _sites(world)
    twin = blue.create("Has a twin", labels=["share"])
    world.settle()
    world.let_flow(Flow(jql="team ="), Flow())
    blue.edit(twin, summary="Held")
    without = blue.create("Without", labels=["share"])
    for _ in range(9):
        world.work()
    first, second = _reason(world, twin), _reason(world, without)
    assert (first.cause, second.cause) == ("blocked", "jira")
    assert "Error in the JQL Query" in first.words
    assert "Error in the JQL Query" in second.words
    world.let_flow(SHARED, Flow())
    world.settle()
    assert {one["fields"]["summary"] for one in green.issues.values()} == {"Held", "Without"}


def test_what_a_condition_costs(world: World) -> None:
    blue, _ = _sites(world)
    twin = blue.create("Unconditional", labels=["share"])
    world.settle()
    blue.edit(twin, summary="Changed")
    world.settle()
    assert blue.asked == []
    world.let_flow(SHARED, Flow())
    world.settle()
    blue.asked.clear()
    blue.edit(twin, summary="Changed again")
    while world.bell.keys:
        world.work()
    assert blue.asked == ["jql/match"]
    calls: list[int] = []
    blue.called = lambda: calls.append(1)
    blue.create("Matches nothing")
    while world.bell.keys:
        world.work()
    assert len(calls) == 1, "an issue that matches no condition costs the one question"
