"""Every ordered pair of statuses of every real workflow: walked by a shortest way, or blocked with the right reason."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from addon.errors import Blocked
from addon.model.rules import FieldMapping
from addon.store import twin_link
from addon.store.queue import Received
from addon.sync.apply import Application, Ports
from addon.sync.inbound import Arrived
from addon.sync.line import Line, load
from tests.fakes.workflow import Workflow, real
from tests.simulation.world import World

STATUS = FieldMapping("status", "status", "status", "status", "status")
WORKFLOWS = 22


@dataclass
class Course:
    """One world for all: its twin at Green is put where a walk begins, under whatever workflow."""

    world: World
    twin: str
    link_id: int

    def walk(self, workflow: Workflow, start: str, goal: str) -> list[str]:
        """Apply a message that brings the goal; answers the ids of the transitions taken."""
        world, green = self.world, self.world.sites[self.world.green.id]
        green.workflow = workflow
        green.issues[self.twin].update(status=start, history=[])
        green.steps.clear()
        at = self._line({"id": start, "name": workflow.statuses[start]})
        # The same status is called by another id over there; its name is the same.
        value = {"id": f"blue-{goal}", "name": workflow.statuses[goal]}
        arrived = {"status": Arrived({"value": value}, 10_000)}
        rows = [Received(0, 1, at.message(at.link.base), None, None, world.now)]
        ports = Ports(world.db, world.settings, world.engine.metadata, world.engine.clock)
        Application(ports, at, green, rows, arrived).run()  # type: ignore[arg-type]
        return [taken for _, taken in green.steps]

    def _line(self, status: dict[str, str]) -> Line:
        with self.world.db.begin() as tx:
            link = twin_link.take_lease(tx, self.link_id, "course", self.world.now, 10_000.0)
            assert link is not None
            base = {**link.base, "status": status}
            base.pop("walk", None)
            link = twin_link.change(tx, link.id, base=base)
            at = load(tx, link, "course")
        assert at is not None
        return at


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path_factory.mktemp("course")
    path = folder / f"course-{random.randrange(10**9)}.db"
    summary = FieldMapping("summary", "text", "text", "summary", "summary")
    world = World(f"sqlite:///{path}", random.Random(1), rows=(summary, STATUS))
    world.sites[world.blue.id].create("First")
    world.settle()
    (link,) = (link for link in world.links() if link.tenant_id == world.green.id)
    assert link.issue_id is not None
    yield Course(world, link.issue_id, link.id)
    world.db.close()
    for file in folder.glob(f"{path.name}*"):
        file.unlink()


@pytest.mark.parametrize("screens", [False, True], ids=["plain", "with screens"])
@pytest.mark.parametrize("number", range(WORKFLOWS))
def test_every_pair(course: Course, number: int, screens: bool) -> None:
    workflow = replace(real()[number], readable=True)
    if screens:
        # Each second transition demands what the issue has.
        for one in workflow.transitions[::2]:
            one.screen = {"priority": True, "labels": False}
    course.world.engine.metadata.workflows.forget((course.world.green.id, "1", "1"))
    course.world.engine.metadata.forget(course.world.green.id, fresh=True)
    wrong = []
    for start in workflow.statuses:
        distances = workflow.distances(start)
        for goal in workflow.statuses:
            if goal == start:
                continue
            try:
                taken = course.walk(workflow, start, goal)
            except Blocked as blocked:
                if goal in distances or not _says_why(blocked, workflow, start, goal, distances):
                    wrong.append((start, goal, blocked.reason))
                continue
            arrived = course.world.sites[course.world.green.id].issues[course.twin]["status"]
            if goal not in distances or arrived != goal or len(taken) != distances[goal]:
                wrong.append((start, goal, taken, distances.get(goal)))
    assert not wrong


def _says_why(blocked: Blocked, workflow: Workflow, start: str, goal: str, distances: dict[str, int]) -> bool:
    names = workflow.statuses
    if f"no way from “{names[start]}” to “{names[goal]}”" not in blocked.reason:
        return False
    if not workflow.offered(start):
        return "no transition at all" in blocked.reason
    named = blocked.reason.partition("it can reach is ")[2]
    return (named.startswith("the one it is in") or named[1:].partition("”")[0] in {names[i] for i in distances}) and (
        "Map their status to" in blocked.fix
    )
