"""A twin is created, and a person works on with it while its comments still wait: that edit comes later, and stands."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from addon.store import queue, twin_link
from tests.fakes.jira import once
from tests.simulation.test_line import _check, _quiet
from tests.simulation.world import World


@pytest.mark.parametrize("normalise", [(str, str), (str.upper, str.lower)], ids=["plain", "rewriting"])
@pytest.mark.parametrize("fault", ["before", "after", "crash after"])
@pytest.mark.parametrize("operation", ["create", "comment"])
def test_an_edit_of_a_new_twin_stands(
    operation: str, fault: str, normalise: tuple[Callable[[str], str], Callable[[str], str]], database_url: str
) -> None:
    random.seed(7)
    world = World(database_url, random.Random(7), normalise, policy="inviter")
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First")
    blue.comment(ours, "Look at it")
    green.faults = once(fault, operation)
    while not green.issues:
        world.work()
        world.now += 1
        world.sweep()
    theirs = next(iter(green.issues))
    for _ in range(20):
        world.work()
    green.edit(theirs, summary="Better said", labels=["set"])
    world.settle()
    _check(world)
    for site, issue_id in ((blue, ours), (green, theirs)):
        assert site.issues[issue_id]["fields"]["summary"].lower() == "better said"
    assert blue.issues[ours]["fields"]["labels"] == ["set"]
    assert world.conflicts() == [], "they were not changed at the same time"
    assert "edit" not in {operation for operation, _ in green.writes}, "what stands need not be written"
    _quiet(world)


def test_a_create_that_is_refused_rests_until_a_person_has_mended_it(database_url: str) -> None:
    random.seed(7)
    world = World(database_url, random.Random(7))
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    blue.create("First")
    for person_retries in (False, True):
        if person_retries:
            (link,) = [link for link in world.links() if link.issue_id is None]
            with world.db.begin() as tx:
                twin_link.try_again(tx, link.id, world.now)
        green.faults = lambda operation: "refused" if operation == "create" else ""
        for _ in range(30):
            world.work()
            world.now += 1
            world.sweep()
        with world.db.read() as tx:
            assert queue.due_links(tx, world.now + 1_000_000) == [], "it is looked at again and again"
        assert not green.issues
    world.retry(link.id)
    assert len(green.issues) == 1
    _check(world)


def test_a_twin_that_came_after_the_end_is_no_sign_of_a_backup(database_url: str) -> None:
    """The worker died when it had created the issue, and the partner's was deleted before anybody looked for it."""
    random.seed(7)
    world = World(database_url, random.Random(7))
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First")
    world.webhook_fate = lambda tenant_id, _own: "lost" if tenant_id == world.green.id else ""
    green.faults = once("crash after", "create")
    while not green.issues:
        world.work()
    blue.delete_issue(ours)
    for _ in range(300):
        world.work()
        world.now += 1
        world.sweep()
    world.settle()
    assert len(green.issues) == 1
    assert world.epoch(0) == world.epoch(1) == 1
    assert {link.state for link in world.links()} == {twin_link.ENDED}
