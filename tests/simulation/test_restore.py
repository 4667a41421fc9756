"""R15: a deployment comes back from a backup. Both ends read everything again, and nothing is doubled or lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from addon import jobs
from addon.errors import Retryable
from addon.model.message import Message
from addon.store import queue, twin_link
from addon.sync import epoch
from tests.fakes.jira import adf
from tests.simulation.batch import play_all
from tests.simulation.play import Play, drive, usual
from tests.simulation.test_histories import POLICIES
from tests.simulation.test_line import _check, _quiet
from tests.simulation.world import World
from tests.soak.figures import SOAK, size

WHAT = "random histories with restores"
RUNS, BATCH = size(usual=20, full=1_000), 10


class Stand:
    """Two deployments, one pair of twins with a comment from each side."""

    def __init__(self, folder: Path, *, federated: bool = True) -> None:
        random.seed(11)
        self.world = World(f"sqlite:///{folder}/t.db", random.Random(11), federated=federated)
        self.blue, self.green = (self.world.sites[tenant.id] for tenant in (self.world.blue, self.world.green))
        self.ours = self.blue.create("First", description=adf("Words"), labels=["start"])
        self.world.settle()
        (self.theirs,) = self.green.issues
        self.blue.comment(self.ours, "Blue says")
        self.green.comment(self.theirs, "Green says")
        self.world.settle()

    def share_in_vain(self, operation: str) -> None:
        """Green takes what Blue shares into its inbox, and its Jira does not carry the write out for now."""
        self.green.faults = lambda given: "before" if given == operation else ""
        if operation == "create":
            self.blue.create("Second")
        else:
            self.blue.comment(self.ours, "Blue says more")
        for _ in range(20):
            self.world.work()

    def epochs(self) -> tuple[int, int]:
        return self.world.epoch(0), self.world.epoch(1)


Act = Callable[[Stand], object]
SINCE: dict[str, Act] = {
    "nothing": lambda stand: None,
    "an edit of ours": lambda stand: stand.blue.edit(stand.ours, summary="Later"),
    "an edit of theirs": lambda stand: stand.green.edit(stand.theirs, labels=["more", "start"]),
    "a comment of ours": lambda stand: stand.blue.comment(stand.ours, "Blue again"),
    "a comment of theirs": lambda stand: stand.green.comment(stand.theirs, "Green again"),
    "an issue of ours": lambda stand: stand.blue.create("Second"),
    "an issue of theirs": lambda stand: stand.green.create("Second"),
    "issues of both": lambda stand: (stand.blue.create("Second"), stand.green.create("Third")),
}
THEN: dict[str, Act] = {
    "nothing": lambda stand: None,
    "an edit of ours": lambda stand: stand.blue.edit(stand.ours, priority={"id": "1"}),
    "an edit of theirs": lambda stand: stand.green.edit(stand.theirs, priority={"id": "1"}),
    "a comment of ours": lambda stand: stand.blue.comment(stand.ours, "Blue at last"),
    "a comment of theirs": lambda stand: stand.green.comment(stand.theirs, "Green at last"),
    "a new issue": lambda stand: stand.blue.create("Another"),
}


STORIES = [(side, since, then) for side in ("inviter", "accepter") for since in SINCE for then in THEN]
"""Each is played in the soak, every fourth in the usual tests."""


@pytest.mark.parametrize(("side", "since", "then"), STORIES if SOAK else STORIES[::4])
@pytest.mark.parametrize("age", [300.0, 86_400.0] if SOAK else [86_400.0], ids=lambda age: f"{age / 60:g} min old")
def test_nothing_is_doubled_or_skipped(side: str, since: str, then: str, age: float, folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    restored = world.blue if side == "inviter" else world.green
    backup = world.backup(restored)
    SINCE[since](stand)
    world.settle()
    world.now += age
    world.restore(restored, backup)
    issues = len(stand.blue.issues) + (then == "a new issue")
    THEN[then](stand)
    world.settle()
    assert len(stand.blue.issues) == len(stand.green.issues) == issues, "an issue was lost or doubled"
    _check(world)
    _quiet(world)
    ours, theirs = stand.epochs()
    assert ours == theirs, "one end has not followed"


@pytest.mark.parametrize("side", ["inviter", "accepter"])
def test_both_ends_notice(side: str, folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    restored = world.blue if side == "inviter" else world.green
    backup = world.backup(restored)
    for site, issue in ((stand.blue, stand.ours), (stand.green, stand.theirs)):
        site.comment(issue, "Forgotten soon")
        world.settle()
    world.restore(restored, backup)
    stand.blue.edit(stand.ours, priority={"id": "1"})
    world.settle()
    assert stand.epochs() == (2, 2)
    world.restore(restored, backup)
    stand.green.edit(stand.theirs, priority={"id": "2"})
    world.settle()
    assert stand.epochs()[0] == stand.epochs()[1] > 2, "the same backup was put back once more"
    _check(world)
    _quiet(world)


def test_edits_of_both_that_the_backup_has_forgotten_are_in_the_log(folder: Path) -> None:
    stand = Stand(folder)
    world = stand.world
    backup = world.backup(world.green)
    stand.blue.edit(stand.ours, summary="From Blue")
    world.settle()
    world.restore(world.green, backup)
    world.post.lose = lambda: "request"
    stand.green.edit(stand.theirs, summary="From Green")
    stand.blue.edit(stand.ours, priority={"id": "1"})
    for _ in range(20):
        world.work()
    world.settle()
    _check(world)
    assert stand.blue.issues[stand.ours]["fields"]["summary"] == "From Blue"
    kept = [value for one in world.conflicts() if one.part == "summary" for value in (one.ours, one.theirs)]
    assert {"From Blue", "From Green"} <= set(kept)
    _quiet(world)


def test_both_sites_of_one_deployment_come_back_together(folder: Path) -> None:
    """Nobody else can know, so the operator says so; what was created since the backup is found by its marks."""
    stand = Stand(folder, federated=False)
    world = stand.world
    backup = world.backup(world.blue)
    stand.blue.create("Second")
    stand.green.create("Third")
    stand.blue.comment(stand.ours, "Blue again")
    stand.green.edit(stand.theirs, summary="Later")
    world.settle()
    world.restore(world.blue, backup)
    with world.db.begin() as tx:
        epoch.begin_all(tx, world.now)
    world.settle()
    assert len(stand.blue.issues) == len(stand.green.issues) == 3, "an issue was lost or doubled"
    _check(world)
    _quiet(world)


def test_a_partner_with_nothing_to_say_hears_of_it(folder: Path) -> None:
    """The end that came back has forgotten all its links: it has no message to tell the new epoch by."""
    random.seed(11)
    world = World(f"sqlite:///{folder}/t.db", random.Random(11), federated=True)
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    backup = world.backup(world.green)
    ours = blue.create("First")
    world.settle()
    world.now += 86_400.0
    world.restore(world.green, backup)
    green.comment(next(iter(green.issues)), "Well said")
    world.settle()
    assert world.epoch(0) == world.epoch(1) == 2
    assert len(blue.issues[ours]["comments"]) == 1
    _check(world)
    _quiet(world)


@pytest.mark.parametrize("share", ["create", "comment"])
def test_what_was_taken_and_forgotten_is_handed_over_again(share: str, folder: Path) -> None:
    """It waited in the inbox when the database was lost, and no other message betrays that."""
    stand = Stand(folder)
    world = stand.world
    backup = world.backup(world.green)
    stand.share_in_vain(share)
    assert not world.keys
    world.now += 300.0
    world.restore(world.green, backup)
    world.settle()
    world.now += queue.REMIND_SECONDS
    world.settle()
    assert len(stand.green.issues) == len(stand.blue.issues)
    _check(world)
    assert world.post.sent < 20
    _quiet(world)


def test_the_sweep_reminds_partners_less_and_less_often(folder: Path) -> None:
    stand = Stand(folder, federated=False)
    world = stand.world
    settings = replace(world.settings, redis_url="redis://127.0.0.1:1/0", database_url=world.database_url)
    sweep = replace(jobs.build(settings), engine=world.engine, db=world.db).sweep
    stand.share_in_vain("create")
    waits = max(link.id for link in world.links() if link.tenant_id == world.blue.id)
    reminded = []
    start = world.now
    for minute in range(0, 600, 10):
        world.now = start + 60.0 * minute
        sweep()
        with world.db.begin() as tx:
            if twin_link.lock(tx, waits).delivered_sequence == 0:
                reminded.append(minute)
                twin_link.change(tx, waits, delivered_sequence=1)
    assert reminded == [60, 120, 240, 480]


@pytest.mark.parametrize("share", ["create", "comment"])
def test_what_was_applied_after_the_backup_is_not_applied_twice(share: str, folder: Path) -> None:
    """The message is in the backup, what became of it is not."""
    stand = Stand(folder)
    world = stand.world
    stand.share_in_vain(share)
    backup = world.backup(world.green)
    world.settle()
    _check(world)
    world.now += 300.0
    world.restore(world.green, backup)
    for _ in range(20):
        world.sweep()
        world.work()
    assert len(stand.green.issues) == len(stand.blue.issues)
    world.settle()
    _check(world)
    _quiet(world)


def test_copies_that_nobody_remembers_are_known_by_who_wrote_them(folder: Path) -> None:
    """Both databases are put back to before a comment, so that no message can tell."""
    stand = Stand(folder)
    world = stand.world
    backups = [(tenant, world.backup(tenant)) for tenant in (world.blue, world.green)]
    stand.blue.comment(stand.ours, "Blue says more")
    world.settle()
    world.now += 300.0
    for tenant, backup in backups:
        world.restore(tenant, backup)
    world.settle()
    assert len(stand.green.issues[stand.theirs]["comments"]) == 3
    assert world.epoch(0) == world.epoch(1) > 1
    _check(world)
    _quiet(world)


@pytest.mark.parametrize("first", range(0, RUNS, BATCH))
def test_histories_with_restores(first: int, folder: Path) -> None:
    """Random histories between two deployments, each of which may come back from a backup at any time."""

    def open_(seed: int) -> Play:
        return Play(f"sqlite:///{folder}/twinline.db", seed, policy=POLICIES[seed % 3], federated=True)

    play_all("R15", WHAT, range(first, min(first + BATCH, RUNS)), open_, partial(drive, draw=_draw))


@pytest.mark.parametrize("seed", [26, 44, 48, 52, 67, 112, 124, 142, 156, 168, 171, 174, 231, 293])
def test_what_a_history_with_restores_found_once_stays_mended(seed: int, folder: Path) -> None:
    play = Play(f"sqlite:///{folder}/twinline.db", seed, policy=POLICIES[seed % 3], federated=True)
    try:
        assert drive(play, seed, draw=_draw) == []
    finally:
        play.close()


def _draw(rng: random.Random) -> tuple[str, tuple[object, ...]]:
    dice = rng.random()
    if dice < 0.08:
        return ("backup" if dice < 0.05 else "restore"), (rng.randrange(2),)
    return usual(rng)


def test_a_partner_cannot_ask_for_one_epoch_after_another(folder: Path) -> None:
    """Each makes us read every twin again."""
    stand = Stand(folder)
    world = stand.world
    link = world.links()[0]
    asking = Message(link.link_key, 1, 0, "m", 1, "", epoch=2)
    world.post.send(world.ours, [asking])
    with pytest.raises(Retryable, match="only minutes ago") as refused:
        world.post.send(world.ours, [replace(asking, epoch=3)])
    assert (refused.value.party, refused.value.after) == ("partner", epoch.PAUSE_SECONDS)
    assert stand.epochs()[1] == 2
    world.now += epoch.PAUSE_SECONDS
    world.post.send(world.ours, [replace(asking, epoch=3)])
    assert stand.epochs()[1] == 3
    world.settle()
    _check(world)
