"""Every crash point × every operation: the process dies there, another goes on, nothing is lost or doubled."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from addon import crash
from tests.fakes.jira import Crash, FakeJira, adf
from tests.simulation.test_line import _check, _quiet
from tests.simulation.world import World

Act = Callable[[World, FakeJira, FakeJira, str, str], None]


def _comment(world: World, blue: FakeJira, ours: str) -> str:
    said = blue.comment(ours, "Said before")
    world.settle()
    return said


def _edit_comment(world: World, blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> None:
    said = _comment(world, blue, ours)
    _arm(world)
    blue.edit_comment(ours, said, "Mended")


def _delete_comment(world: World, blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> None:
    said = _comment(world, blue, ours)
    _arm(world)
    blue.delete_comment(ours, said)


def _both(world: World, blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> None:
    blue.edit(ours, summary="From Blue", priority={"id": "1"})
    green.edit(theirs, summary="From Green", labels=["green", "start"])


OPERATIONS: dict[str, Act] = {
    "create": lambda w, blue, green, ours, theirs: blue.create("Another", description=adf("x")) and None,
    "create over there": lambda w, blue, green, ours, theirs: green.create("Another", labels=["n"]) and None,
    "summary": lambda w, blue, green, ours, theirs: blue.edit(ours, summary="Changed"),
    "description": lambda w, blue, green, ours, theirs: blue.edit(ours, description=adf("Changed")),
    "labels": lambda w, blue, green, ours, theirs: blue.edit(ours, labels=["more", "start"]),
    "priority": lambda w, blue, green, ours, theirs: green.edit(theirs, priority={"id": "1"}),
    "comment": lambda w, blue, green, ours, theirs: blue.comment(ours, "Said") and None,
    "edit comment": _edit_comment,
    "delete comment": _delete_comment,
    "both sides": _both,
}


def _arm(world: World) -> None:
    """Die at the world's chosen point, once."""

    def die() -> None:
        crash.disarm()
        world.crashed = True
        raise Crash

    crash.disarm()
    crash.arm(world.point, die)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", crash.POINTS)
def test_nothing_is_lost_or_doubled(name: str, operation: str, database_url: str) -> None:
    random.seed(1)
    world = World(database_url, random.Random(1))
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First", description=adf("Words"), labels=["start"])
    world.settle()
    theirs = next(iter(green.issues))
    world.point, world.crashed = name, False
    if "comment" not in operation or operation == "comment":
        _arm(world)
    OPERATIONS[operation](world, blue, green, ours, theirs)
    for _ in range(30):
        world.work()
    world.settle()
    _check(world)
    crash.disarm()
    _quiet(world)
    for site in (blue, green):
        made = [target for kind, target in site.writes if kind == "create"]
        assert len(made) == len(set(made)), "an issue was created twice for one link"
