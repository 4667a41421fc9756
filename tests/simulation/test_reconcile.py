"""R17: what no webhook told, at what cost."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from addon.store import twin_link
from tests.simulation.cases import Stand
from tests.simulation.oracle import ORACLES, convergence, existence, items
from tests.simulation.people import ACTS
from tests.simulation.play import Play
from tests.simulation.test_line import _quiet
from tests.simulation.world import World
from tests.soak.figures import SOAK, note, size

TWINS = size(usual=30, full=1_000)
CHANGES = max(150, size(usual=150, full=10_000))


def test_a_deletion_that_jira_could_not_tell_is_found(folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    kept = stand.blue.create("Kept")
    world.settle()
    world.webhook_fate = lambda _tenant, _own: "lost"
    stand.blue.delete_issue(stand.ours)
    told = [
        {"webhookEvent": "jira:issue_deleted", "issue": {"id": stand.ours}},
        # Jira gave this one up as well; the issue is still there, so nothing ends.
        {"webhookEvent": "jira:issue_deleted", "issue": {"id": kept}},
        {"webhookEvent": "sprint_created", "sprint": {}},
        "nothing of ours",
    ]
    for number, body in enumerate(told):
        failed = {
            "id": str(number),
            "body": json.dumps(body),
            "url": "x",
            "failureTime": int(world.now * 1000) + number,
        }
        stand.blue.undelivered.append(failed)
    world.reconcile.run(world.blue.id)
    stand.run()
    states = {link.issue_id: link.state for link in world.links() if link.tenant_id == world.blue.id}
    assert states == {stand.ours: twin_link.ENDED, kept: twin_link.ACTIVE}
    assert len(stand.green.issues) == 2, "nothing is deleted over there"


def test_a_pass_at_rest_costs_three_calls_whatever_there_is(folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    costs = []
    for count in (1, TWINS):
        while len(stand.blue.issues) < count:
            stand.blue.create(f"Issue {len(stand.blue.issues)}")
            if len(stand.blue.issues) % 25 == 0:
                world.settle()
        world.settle()
        world.reconcile.run(world.blue.id)
        calls = 0

        def count_call() -> None:
            nonlocal calls
            calls += 1

        stand.blue.called = count_call
        post = stand.blue.post

        def search(path: str, **call: object) -> object:
            count_call()
            return post(path, **call)  # noqa: B023

        stand.blue.post = search
        world.reconcile.run(world.blue.id)
        stand.run(times=3)
        stand.blue.called, stand.blue.post = lambda: None, post
        costs.append(calls)
    assert costs == [3, 3]
    note("R17", "a reconcile pass at rest", most_twins=TWINS, most_calls=costs[-1])
    if not SOAK:
        _quiet(world)


@pytest.mark.parametrize("share", [0.05, 0.5], ids=["one in twenty", "every other one"])
def test_one_pass_finds_all_that_was_dropped(share: float, folder: Path) -> None:
    """Nothing else helps: what is unequal before the pass is equal after it, and no further pass is made."""
    play = Play(f"sqlite:///{folder}/x.db", 17)
    try:
        rng, dropped, world = random.Random(17), 0, play.world
        # Many issues that are edited seldom: a later edit of the same issue would bring the lost one to light.
        play.people.most_issues = CHANGES

        def fate(tenant_id: int, own: bool) -> str:
            nonlocal dropped
            if own or rng.random() >= share:
                return "lost" if own else ""
            dropped += 1
            return "lost"

        world.webhook_fate = fate
        for site in world.sites.values():
            site.delete_issue = _given_up(site, site.delete_issue, world)  # type: ignore[method-assign]
        while play.counts["changes"] < CHANGES:
            play.person(rng.randrange(2), rng.choice(ACTS), rng.randrange(CHANGES))
            play.work(4)
            world.now += 1.0
        _drain(play)
        before = _unequal(play)
        assert before, "nothing was lost, so nothing can be found"
        for tenant_id in world.sites:
            world.homes[tenant_id].reconcile.run(tenant_id)
        _drain(play)
        after = _unequal(play)
        note(
            "R17",
            f"{share:.0%} of all webhooks dropped, one pass",
            changes=CHANGES,
            webhooks_dropped=dropped,
            unequal_before=before,
            unequal_after=after,
        )
        assert [(name, words) for name, oracle in ORACLES.items() for words in oracle(world, play.people)] == []
        assert after == 0
    finally:
        play.close()


def _given_up(site: Any, delete: Callable[[str], None], world: World) -> Callable[[str], None]:
    """Jira remembers the webhooks that it has given up; no search finds what was deleted."""

    def delete_issue(issue_id: str) -> None:
        delete(issue_id)
        body = json.dumps({"webhookEvent": "jira:issue_deleted", "issue": {"id": issue_id}})
        told = {"id": issue_id, "body": body, "url": "x", "failureTime": int(world.now * 1000)}
        site.undelivered.append(told)

    return delete_issue


def _drain(play: Play) -> None:
    """Everything that is due is done, and what waits for a moment gets it."""
    for _ in range(5):
        play.world.sweep()
        while play.world.keys:
            play.work()
        play.world.now += 60.0


def _unequal(play: Play) -> int:
    """What the two sites do not show alike."""
    return sum(len(list(oracle(play.world, play.people))) for oracle in (convergence, existence, items))
