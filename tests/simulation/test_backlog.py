"""Issues that were there before: left alone, those that waited opened, or all; in spite of crashes."""

from __future__ import annotations

import random

import pytest

from addon import crash
from addon.errors import Refused
from addon.model.rules import Flow
from addon.store import backlog as store
from addon.store import tenant as tenant_store
from addon.store.backlog import Progress
from addon.store.tenant import Tenant
from addon.sync import backlog as module
from tests.fakes.jira import Crash, FakeJira
from tests.simulation.world import RESCAN, World

SHARED = Flow(jql="labels = share")


@pytest.fixture
def world(database_url: str) -> World:
    random.seed(4)
    return World(database_url, random.Random(4))


def _sites(world: World) -> tuple[FakeJira, FakeJira]:
    return world.sites[world.blue.id], world.sites[world.green.id]


def _blue(world: World) -> Tenant:
    with world.db.read() as tx:
        tenant = tenant_store.by_id(tx, world.blue.id)
    assert tenant is not None
    return tenant


def _old(world: World, count: int, **fields: object) -> list[str]:
    """Issues that were there long before the mapping, and that nobody has touched since."""
    blue, _ = _sites(world)
    world.webhook_fate = lambda _tenant, _own: "lost"
    made = [blue.create(f"Old {number}", **fields) for number in range(count)]
    for issue_id in made:
        blue.issues[issue_id]["created"] -= 100_000
        blue.issues[issue_id]["updated"] -= 100_000
    world.webhook_fate = None
    return made


def _count(world: World) -> int:
    return world.backlog.count(_blue(world), world.ours, world.mapping)


def _start(world: World, start: str) -> None:
    world.backlog.start(_blue(world), world.ours.id, "m", start, "ann")  # type: ignore[arg-type]


def _progress(world: World) -> Progress:
    return world.backlog.progress(_blue(world), world.ours.id)["m"]


def _summaries(site: FakeJira) -> list[str]:
    return sorted(issue["fields"]["summary"] for issue in site.issues.values())


def test_only_from_now_on(world: World) -> None:
    _old(world, 2)
    _start(world, "now")
    _, green = _sites(world)
    world.settle()
    assert not green.issues
    assert not world.backlog.progress(_blue(world), world.ours.id)


def test_what_waits_is_counted_and_opened(world: World) -> None:
    blue, green = _sites(world)
    blue.create("Has a twin already")
    world.settle()
    _old(world, 7)
    assert _count(world) == 7
    _start(world, "waiting")
    assert _count(world) == 7
    world.settle()
    assert len(green.issues) == 8
    assert _count(world) == 0
    progress = _progress(world)
    assert (progress.state, progress.total, progress.synced, progress.left) == ("done", 7, 7, 0)


def test_what_the_partner_sent_is_not_waiting_there(world: World) -> None:
    blue, _ = _sites(world)
    blue.create("Came from Blue")
    world.settle()
    with world.db.read() as tx:
        green = tenant_store.by_id(tx, world.green.id)
    assert green is not None
    assert world.backlog.count(green, world.theirs, world.mapping) == 0


def test_these_are_what_waited_and_all_are_also_what_comes_to_match(world: World) -> None:
    world.let_flow(SHARED, Flow())
    blue, green = _sites(world)
    _old(world, 2, labels=["share"])
    later = _old(world, 1)[0]
    assert _count(world) == 2
    _start(world, "waiting")
    world.settle()
    # It comes to match without an edit, as by a due date that draws near.
    blue.issues[later]["fields"]["labels"] = ["share"]
    world.now += RESCAN
    world.settle()
    assert len(green.issues) == 2
    _start(world, "all")
    world.settle()
    assert len(green.issues) == 3
    another = _old(world, 1)[0]
    blue.issues[another]["fields"]["labels"] = ["share"]
    world.now += RESCAN
    world.sweep()
    world.settle()
    assert len(green.issues) == 4
    assert _progress(world).state == "watching"


def test_what_no_longer_matches_is_left_out(world: World) -> None:
    world.let_flow(SHARED, Flow())
    blue, green = _sites(world)
    stays, goes, dies = _old(world, 3, labels=["share"])
    blue.faults = lambda operation: ""
    _start(world, "waiting")
    with world.db.begin() as tx:
        (row,) = store.of_synchronization(tx, world.ours.id)
        store.collect(tx, row, [stays, goes, dies])
        store.change(tx, row.id, state=store.OPENING)
    blue.issues[goes]["fields"]["labels"] = []
    del blue.issues[dies]
    world.settle()
    assert _summaries(green) == ["Old 0"]
    assert (_progress(world).opened, _progress(world).left_out) == (1, 2)


def test_few_are_on_their_way_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT", 2)
    blue, green = _sites(world)
    _old(world, 6)
    _start(world, "waiting")
    for _ in range(5):
        world.keys[:] = [key for key in world.keys if ":backlog:" in key]
        world.sweep()
        world.keys[:] = [key for key in world.keys if ":backlog:" in key]
        world.work()
    assert _progress(world).opened == 2, "nothing has arrived yet, so there is no more room"
    blue.create("Live")
    world.keys[:] = [key for key in world.keys if ":issue:" in key]
    while world.keys:
        world.work()
    assert _summaries(green) == ["Live"], "it did not wait for its turn behind what is old"
    assert _progress(world).left == 4
    world.settle()
    assert len(green.issues) == 7


def test_cancelled_in_the_middle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT", 2)
    _, green = _sites(world)
    _old(world, 6)
    _start(world, "all")
    world.work()
    world.backlog.cancel(_blue(world), world.ours.id, "m", "ann")
    world.settle()
    assert len(green.issues) == 2
    assert (_progress(world).state, _progress(world).left) == ("cancelled", 4)
    with pytest.raises(Refused):
        world.backlog.cancel(_blue(world), world.ours.id, "m", "ann")


def test_a_partner_that_is_away_holds_it_up_and_loses_nothing(world: World) -> None:
    _, green = _sites(world)
    _old(world, 4)
    world.post.lose = lambda: "request"
    _start(world, "waiting")
    for _ in range(12):
        world.work()
    assert not green.issues
    world.settle()
    assert len(green.issues) == 4


def test_a_jira_that_is_away_is_told(world: World) -> None:
    blue, green = _sites(world)
    _old(world, 4)
    _start(world, "waiting")
    blue.faults = lambda operation: "away" if operation == "read" else ""
    world.work()
    assert _progress(world).reason == "away"
    world.settle()
    assert len(green.issues) == 4


@pytest.mark.parametrize("name", ["backlog.before_commit", "backlog.after_commit", "receive.after_create"])
@pytest.mark.parametrize("time", [1, 2, 3, 4])
def test_a_crash_costs_nothing(name: str, time: int, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT", 3)
    _, green = _sites(world)
    _old(world, 7)
    left = time

    def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    crash.arm(name, die)
    _start(world, "waiting")
    for _ in range(40):
        world.work()
    world.settle()
    assert left <= 0
    assert world.crashes == 1
    assert _summaries(green) == [f"Old {number}" for number in range(7)]
    made = [target for kind, target in green.writes if kind == "create"]
    assert len(made) == len(set(made)) == 7
    assert (_progress(world).state, _progress(world).synced) == ("done", 7)
