"""A write of ours is interrupted, and a person works on with what it brought: that edit comes after it, and stands."""

from __future__ import annotations

import random

import pytest

from addon.store import twin_link
from addon.sync.processors.rich_text import plain
from tests.fakes.jira import FakeJira, adf, once
from tests.simulation.test_line import _check, _quiet
from tests.simulation.world import World


def _start(database_url: str, policy: str = "inviter") -> tuple[World, FakeJira, FakeJira, str, str]:
    """Two twins. Of what both change at once Blue's stands, so that Green's people lose wherever they seem too late."""
    random.seed(7)
    world = World(database_url, random.Random(7), policy=policy)
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First", labels=["start"])
    world.settle()
    return world, blue, green, ours, next(iter(green.issues))


def _work(world: World) -> None:
    for _ in range(20):
        world.work()


@pytest.mark.parametrize("fault", ["after", "crash after"])
def test_a_label_taken_off_before_we_knew_that_we_had_written_it_stays_off(fault: str, database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url)
    green.faults = once(fault, "edit")
    blue.edit(ours, labels=["fresh", "start"])
    _work(world)
    assert green.issues[theirs]["fields"]["labels"] == ["fresh", "start"]
    green.edit(theirs, labels=["start"])
    world.settle()
    assert blue.issues[ours]["fields"]["labels"] == green.issues[theirs]["fields"]["labels"] == ["start"]
    _quiet(world)


@pytest.mark.parametrize("fault", ["after", "crash after"])
def test_a_value_changed_before_we_knew_that_we_had_written_it_stands(fault: str, database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url)
    green.faults = once(fault, "edit")
    blue.edit(ours, summary="From Blue", priority={"id": "1"})
    _work(world)
    assert green.issues[theirs]["fields"]["summary"] == "From Blue"
    green.edit(theirs, summary="Better said", priority={"id": "2"})
    world.settle()
    _check(world)
    assert blue.issues[ours]["fields"]["summary"] == "Better said"
    assert blue.issues[ours]["fields"]["priority"]["id"] == "2"
    assert world.conflicts() == [], "they were not changed at the same time"
    _quiet(world)


def test_what_people_wrote_since_is_not_replaced_by_what_was_lost(database_url: str) -> None:
    """Our write replaced an edit that nobody had seen, and before we knew that, somebody edited once more."""
    world, blue, green, ours, theirs = _start(database_url, policy="accepter")
    failing = once("after", "edit")

    def fault(operation: str) -> str:
        """Right before our write somebody edits."""
        found = failing(operation)
        if found:
            green.edit(theirs, summary="Lost on the way")
        return found

    green.faults = fault
    blue.edit(ours, summary="From Blue")
    _work(world)
    assert green.issues[theirs]["fields"]["summary"] == "From Blue"
    green.edit(theirs, summary="Better said")
    world.settle()
    assert blue.issues[ours]["fields"]["summary"] == green.issues[theirs]["fields"]["summary"] == "Better said"
    assert "Lost on the way" in {one.ours for one in world.conflicts()}
    _quiet(world)


@pytest.mark.parametrize("fault", ["before", "refused", "crash after", "after"])
def test_an_edit_while_the_comments_of_a_message_wait_stands(fault: str, database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url)
    with world.db.begin() as tx:
        # Both in one message.
        twin_link.change(tx, world.links()[0].id, retry_at=world.now + 50)
    blue.edit(ours, labels=["fresh", "start"])
    blue.comment(ours, "Look at the label")
    world.now += 60
    world.sweep()
    green.faults = once(fault, "comment")
    _work(world)
    assert green.issues[theirs]["fields"]["labels"] == ["fresh", "start"]
    green.edit(theirs, labels=["start"])
    world.settle()
    assert blue.issues[ours]["fields"]["labels"] == green.issues[theirs]["fields"]["labels"] == ["start"]
    if fault == "refused":
        world.retry(world.links()[1].id)
    _check(world)
    _quiet(world)


def test_our_edits_leave_while_a_comment_is_refused(database_url: str) -> None:
    world, blue, green, ours, theirs = _start(database_url)
    green.faults = lambda operation: "refused" if operation == "comment" else ""
    with world.db.begin() as tx:
        twin_link.change(tx, world.links()[0].id, retry_at=world.now + 50)
    blue.edit(ours, summary="Together with")
    blue.comment(ours, "a comment")
    world.now += 60
    world.sweep()
    _work(world)
    link = world.links()[1]
    assert (link.state, green.issues[theirs]["fields"]["summary"]) == (twin_link.BLOCKED, "Together with")
    green.edit(theirs, priority={"id": "1"})
    _work(world)
    assert blue.issues[ours]["fields"]["priority"]["id"] == "1"
    world.retry(link.id)
    _check(world)
    _quiet(world)


def test_a_copy_for_another_partner_is_never_taken_for_ours(database_url: str) -> None:
    """Sites number their comments alike: two partners' comments may bear the same name."""
    world, blue, green, ours, theirs = _start(database_url)
    named = f"comments/inviter/{int(blue.comment(ours, 'Known')) + 1}"
    world.settle()
    mark = {"part": named, "agreement": "that of another partner"}
    green.post(
        f"/rest/api/3/issue/{theirs}/comment",
        json={"body": adf("For others"), "properties": [{"key": "twinline", "value": mark}]},
    )
    (foreign,) = [i for i, one in green.issues[theirs]["comments"].items() if one["properties"]["twinline"] == mark]
    green.faults = once("after", "comment")
    assert f"comments/inviter/{blue.comment(ours, 'For Green')}" == named
    world.settle()
    said = {i: plain(one["body"]).split("\n")[-2] for i, one in green.issues[theirs]["comments"].items()}
    assert said.pop(foreign) == "For others"
    assert list(said.values()) == ["Known", "For Green"]
    assert len(blue.issues[ours]["comments"]) == 2
    _quiet(world)
