"""R17: what no webhook told, at what cost."""

from __future__ import annotations

import json
from pathlib import Path

from addon.store import twin_link
from tests.simulation.cases import Stand
from tests.simulation.test_line import _quiet
from tests.soak.figures import note


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
    for count in (1, 30):
        while len(stand.blue.issues) < count:
            stand.blue.create(f"Issue {len(stand.blue.issues)}")
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
    note("R17", "a reconcile pass at rest", twins=30, calls=costs[-1])
    _quiet(world)
