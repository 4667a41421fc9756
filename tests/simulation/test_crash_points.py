"""Every crash point × every operation: the process dies there, another goes on, nothing is lost or doubled."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from addon import crash
from addon.model.rules import BASIC_FIELDS, End, FieldMapping, IssueMapping
from addon.store import tenant as tenant_store
from addon.store import twin_link
from tests.fakes import fields as registry
from tests.fakes.jira import Crash, FakeJira, adf
from tests.fakes.workflow import simple
from tests.simulation.test_line import _check, _quiet
from tests.simulation.world import World
from tests.soak.figures import SOAK, note

STATUS = FieldMapping("status", "status", "status", "status", "status")
COMPONENTS = FieldMapping("f", "components", "components", "f", "f", create_missing=True)
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


def _hold(world: World, blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> None:
    """Both sides change a description at once, which waits for a person; then the person chooses."""
    blue.edit(ours, description=adf("From Blue"))
    green.edit(theirs, description=adf("From Green"))
    world.settle()
    _arm(world)
    link = next(link for link in world.links() if link.tenant_id == world.blue.id)
    world.engine.choose(link.id, "description", "theirs")


def _delete_issue(world: World, blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> None:
    _arm(world)
    blue.delete_issue(ours)


def _backlog(world: World, blue: FakeJira, green: FakeJira, ours: str, theirs: str) -> None:
    """Issues that were there long before their mapping are opened on request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "webhook_fate", lambda *_: "lost")
        for number in range(3):
            issue = blue.issues[blue.create(f"Old {number}", description=adf("x"))]
            issue["created"] -= 100_000
            issue["updated"] -= 100_000
    with world.db.read() as tx:
        tenant = tenant_store.by_id(tx, world.blue.id)
    assert tenant is not None
    world.backlog.start(tenant, world.ours.id, "m", "waiting", "ann")


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
    "status": lambda w, blue, green, ours, theirs: blue.move(ours, "Done"),
    "status over there": lambda w, blue, green, ours, theirs: green.move(theirs, "Doing"),
    "type": lambda w, blue, green, ours, theirs: blue.become(ours, issue_type="2"),
    "component that is missing there": lambda w, blue, green, ours, theirs: blue.edit(
        ours, f=registry.raw("components", ["New here"], "blue")
    ),
    "held conflict": _hold,
    "backlog": _backlog,
    "delete": _delete_issue,
}
ARM_THEMSELVES = ("edit comment", "delete comment", "held conflict", "delete")
FORMER = tuple(OPERATIONS)[:10]
"""What the usual tests try at every point; the others at each third one."""
CASES = [
    (name, operation)
    for operation in OPERATIONS
    for number, name in enumerate(crash.POINTS)
    if SOAK or operation in FORMER or number % 3 == tuple(OPERATIONS).index(operation) % 3
]


def _arm(world: World) -> None:
    """Die at the world's chosen point, once."""

    def die() -> None:
        crash.disarm()
        world.crashed = True
        raise Crash

    crash.disarm()
    crash.arm(world.point, die)


END = End("1", "P", "2", "Task")
WORLDS: dict[str, dict[str, Any]] = {
    "status": {"rows": (*BASIC_FIELDS, STATUS)},
    "status over there": {"rows": (*BASIC_FIELDS, STATUS)},
    "type": {"more": (IssueMapping("task", True, END, END, BASIC_FIELDS),)},
    "component that is missing there": {"rows": (*BASIC_FIELDS[:3], *BASIC_FIELDS[4:], COMPONENTS)},
    "held conflict": {"policy": "hold"},
}


@pytest.mark.parametrize(("name", "operation"), CASES)
def test_nothing_is_lost_or_doubled(name: str, operation: str, database_url: str) -> None:
    random.seed(1)
    world = World(database_url, random.Random(1), **WORLDS.get(operation, {}))
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    blue.workflow, green.workflow = simple("Open", "Doing", "Done"), simple("Open", "Doing", "Done")
    if operation == "component that is missing there":
        blue.kinds["f"] = green.kinds["f"] = "components"
    ours = blue.create("First", description=adf("Words"), labels=["start"])
    world.settle()
    theirs = next(iter(green.issues))
    world.point, world.crashed = name, False
    if operation not in ARM_THEMSELVES:
        _arm(world)
    OPERATIONS[operation](world, blue, green, ours, theirs)
    for _ in range(30):
        world.work()
    world.settle()
    if operation == "delete":
        assert not blue.issues and len(green.issues) == 1, "nothing is deleted over there"
        assert {link.state for link in world.links()} == {twin_link.ENDED}
    else:
        _check(world)
        assert blue.status(ours) == green.status(theirs)
        assert blue.issues[ours]["type"] == green.issues[theirs]["type"]
    crash.disarm()
    _quiet(world)
    for site in (blue, green):
        made = [target for kind, target in site.writes if kind == "create"]
        assert len(made) == len(set(made)), "an issue was created twice for one link"
        assert len(site.created["components"]) == len(set(site.created["components"]))
    note(
        "R10",
        f"crash cases on {'PostgreSQL' if 'postgresql' in database_url else 'SQLite'}",
        cases=1,
        deaths=int(world.crashed),
    )
