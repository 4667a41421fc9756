"""R11: a worker of this machine is killed: its leases are free at once, what it was writing may still arrive."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from addon import crash, jobs, owner
from addon.store import queue, twin_link
from tests.fakes.jira import Crash
from tests.simulation.cases import Stand
from tests.simulation.world import LEASE
from tests.soak.figures import note

SWEEP = 5.0
"""Seconds from one sweep to the next."""
SCRIPT = "from addon import owner; print(owner.new())"


@pytest.mark.parametrize("point", ["observe.after_append", "receive.after_intent", "receive.after_edit"])
def test_the_dead_do_not_keep_others_waiting(point: str, folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    dead = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout.strip()
    world.engine.new_owner = lambda: dead

    def die() -> None:
        crash.disarm()
        raise Crash

    crash.arm(point, die)
    stand.blue.edit(stand.ours, summary="Died on the way")
    while not world.crashes:
        world.work()
    world.engine.new_owner = owner.new
    asleep = [link for link in world.links() if link.lease_owner == dead]
    assert len(asleep) == 1
    settings = dataclasses.replace(world.settings, redis_url="redis://127.0.0.1:1/0", database_url=world.database_url)
    parts = dataclasses.replace(jobs.build(settings), engine=world.engine, db=world.db)
    parts.bury()
    freed = next(link for link in world.links() if link.id == asleep[0].id)
    assert freed.lease_owner == ""
    waits = settings.settle_seconds if point.startswith("receive") else 0.0
    assert (freed.retry_at or world.now) - world.now == pytest.approx(waits, abs=5)
    stand.run(waits + 5)
    assert stand.twin()["summary"] == "Died on the way"
    assert len([1 for operation, _, body in stand.green.said if operation == "edit" and "Died" in body]) == 1


def test_the_living_keep_their_leases(folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    settings = dataclasses.replace(world.settings, redis_url="redis://127.0.0.1:1/0", database_url=world.database_url)
    parts = dataclasses.replace(jobs.build(settings), engine=world.engine, db=world.db)
    world.engine.new_owner = owner.new
    held: list[str] = []

    def meanwhile() -> None:
        crash.disarm()
        parts.bury()
        held.extend(link.lease_owner for link in world.links() if link.lease_owner)

    crash.arm("receive.after_intent", meanwhile)
    stand.blue.edit(stand.ours, summary="Alive")
    stand.run()
    assert len(held) == 1
    assert stand.twin()["summary"] == "Alive"


@pytest.mark.parametrize("point", crash.POINTS)
def test_a_worker_of_another_machine_is_noticed_within_the_lease(point: str, folder: Path) -> None:
    """Nobody can ask whether it lives: once its lease is over, and not before, somebody else has its link."""
    stand = Stand(folder)
    world, died_at = stand.world, list[float]()

    def die() -> None:
        crash.disarm()
        died_at.append(world.now)
        raise Crash

    crash.arm(point, die)
    stand.blue.comment(stand.ours, "Said once")
    stand.blue.create("Second")
    while world.keys and not died_at:
        world.work()
    held = {link.id: link.lease_owner for link in world.links() if link.lease_until > world.now}
    takers: dict[int, float] = {}
    take = twin_link.take_lease

    def watch(tx: Any, link_id: int, *given: Any) -> Any:
        taken = take(tx, link_id, *given)
        if taken is not None:
            takers.setdefault(link_id, world.now)
        return taken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twin_link, "take_lease", watch)
        while held.keys() - takers.keys() and world.now < died_at[0] + LEASE:
            world.now += SWEEP
            world.sweep()
            while world.keys:
                world.work()
    with world.db.read() as tx:
        # What the dead one had sent may have been confirmed since: then its link needs nobody.
        assert not (held.keys() - takers.keys()) & set(queue.due_links(tx, world.now)), "nobody has noticed"
    if takers.keys() & held.keys():
        seconds = max(takers[link_id] - died_at[0] for link_id in takers.keys() & held.keys())
        note("R11", "dead workers of another machine", deaths=1, most_seconds=round(seconds, 1), most_lease=LEASE)
    world.settle()
    said = [comment for issue in stand.green.issues.values() for comment in issue["comments"].values()]
    assert (len(stand.green.issues), len(said)) == (2, 1)
