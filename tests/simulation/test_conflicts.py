"""Both sides change the same part at once: whichever policy settles it, both come to one value and none is lost."""

from __future__ import annotations

import random

import pytest

from addon.errors import Refused
from addon.store import conflict
from tests.fakes.jira import FakeJira
from tests.simulation.test_line import _check, _quiet
from tests.simulation.world import World


def _start(database_url: str, policy: str) -> tuple[World, FakeJira, FakeJira, str, str]:
    random.seed(7)
    world = World(database_url, random.Random(7), policy=policy)
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First", labels=["start"])
    world.settle()
    return world, blue, green, ours, next(iter(green.issues))


def _summaries(blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> tuple[str, str]:
    return blue.issues[ours]["fields"]["summary"], green.issues[theirs]["fields"]["summary"]


def _log(world: World, stands: str = "") -> list[conflict.Found]:
    with world.db.read() as tx:
        found = [one for link in world.links() for one in conflict.all_of(tx, link.id)]
    return [one for one in found if not stands or one.stands == stands]


@pytest.mark.parametrize(
    ("policy", "blue_first", "stands"),
    [
        ("inviter", True, "From Blue"),
        ("inviter", False, "From Blue"),
        ("accepter", True, "From Green"),
        ("newer", True, "From Green"),
        ("newer", False, "From Blue"),
    ],
)
def test_one_value_stands_and_the_other_is_kept(policy: str, blue_first: bool, stands: str, database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url, policy)
    edits = [lambda: blue.edit(ours, summary="From Blue"), lambda: green.edit(theirs, summary="From Green")]
    for edit in edits if blue_first else reversed(edits):
        edit()
        world.now += 5
    world.settle()
    assert _summaries(blue, green, ours, theirs) == (stands, stands)
    kept = {value for one in _log(world) for value in (one.ours, one.theirs)}
    assert kept == {"From Blue", "From Green"}
    _quiet(world)


def test_a_write_that_is_tried_again_tells_its_conflict_once(database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url, "inviter")
    faults = ["before", "before", "after"]
    blue.edit(ours, summary="From Blue")
    green.edit(theirs, summary="From Green")
    green.faults = lambda operation: faults.pop(0) if faults and operation != "read" else ""
    for _ in range(12):
        world.work()
        world.now += 30
        world.sweep()
    assert not faults, "the write was tried again"
    world.settle()
    assert _summaries(blue, green, ours, theirs) == ("From Blue", "From Blue")
    at_green = [one for one in _log(world) if one.ours == "From Green"]
    assert len(at_green) == 1


def test_equal_values_are_no_conflict(database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url, "hold")
    blue.edit(ours, summary="The same")
    green.edit(theirs, summary="The same")
    world.settle()
    assert _log(world) == []


@pytest.mark.parametrize(("choice", "stands"), [("ours", "From Blue"), ("theirs", "From Green")])
def test_a_held_part_waits_for_a_person(choice: str, stands: str, database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url, "hold")
    blue.edit(ours, summary="From Blue")
    green.edit(theirs, summary="From Green", priority={"id": "1"})
    world.settle()
    assert _summaries(blue, green, ours, theirs) == ("From Blue", "From Green")
    assert blue.issues[ours]["fields"]["priority"]["id"] == "1", "other parts go on"
    link = next(link for link in world.links() if link.tenant_id == world.blue.id)
    world.engine.choose(link.id, "summary", choice)
    world.settle()
    assert _summaries(blue, green, ours, theirs) == (stands, stands)
    assert all(one.settled_at for one in _log(world))
    with pytest.raises(Refused):
        world.engine.choose(link.id, "summary", choice)
    _check(world)
    _quiet(world)


def test_a_later_edit_settles_a_held_part(database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url, "hold")
    blue.edit(ours, summary="From Blue")
    green.edit(theirs, summary="From Green")
    world.settle()
    green.edit(theirs, summary="Agreed")
    world.settle()
    assert _summaries(blue, green, ours, theirs) == ("Agreed", "Agreed")
    assert all(one.settled_at for one in _log(world, "held"))


def test_an_edit_between_our_look_and_our_write_is_not_lost(database_url: str) -> None:
    """Jira has no conditional edit: the changelog of our own write tells what it replaced."""
    world, blue, green, ours, theirs = _start(database_url, "accepter")
    put = green.put

    def race(path: str, **call: object) -> object:
        if "comment" not in path and "summary" in call["json"].get("fields", {}):
            green.put = put
            green.edit(theirs, summary="In between")
        return put(path, **call)

    green.put = race
    blue.edit(ours, summary="From Blue")
    world.settle()
    assert _summaries(blue, green, ours, theirs) == ("In between", "In between")
    assert [(one.ours, one.theirs, one.stands) for one in _log(world)] == [("In between", "From Blue", "ours")]
