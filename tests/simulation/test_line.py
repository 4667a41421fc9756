"""The line under random edits, losses and crashes: it converges, loses nothing, doubles nothing and comes to rest."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from addon.sync.processors.rich_text import plain
from tests.fakes.jira import Crash, FakeJira, adf, chance
from tests.simulation.world import World

RUNS = int(os.environ.get("SIMULATION_RUNS", "60"))


def _words(comment: dict) -> str:
    return plain(comment["body"]).split(":", 1)[-1].strip()


def _check(world: World) -> None:
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    assert len(blue.issues) == len(green.issues) == len(world.twins()), "an issue was lost or doubled"
    for ours, theirs in world.twins():
        for name in ("description", "labels", "priority"):
            assert ours["fields"][name] == theirs["fields"][name], name
        assert ours["fields"]["summary"].strip().lower() == theirs["fields"]["summary"].strip().lower()
        said = sorted(_words(comment) for comment in ours["comments"].values())
        heard = sorted(_words(comment) for comment in theirs["comments"].values())
        assert said == heard, "a comment was lost or doubled"


def _quiet(world: World) -> None:
    before = [len(site.writes) for site in world.sites.values()]
    for tenant_id, site in world.sites.items():
        for issue_id in site.issues:
            world._webhook(next(t for t in (world.blue, world.green) if t.id == tenant_id))(issue_id, False, False)
    world.settle()
    assert [len(site.writes) for site in world.sites.values()] == before, "writes although nobody changed anything"


def _person(rng: random.Random, site: FakeJira, comments: dict[str, list[str]]) -> None:
    """One thing a person does."""
    act = rng.choice(
        ["create", "summary", "labels", "priority", "description", "comment", "edit comment", "drop comment"]
    )
    if act == "create" or not site.issues:
        if len(site.issues) < 6:
            site.create(f"New {rng.random():.6f}", description=adf("First words"), labels=["start"])
        return
    issue_id = rng.choice(sorted(site.issues))
    own = comments.setdefault(issue_id, [])
    if act == "summary":
        site.edit(issue_id, summary=f" Summary {rng.random():.6f} ")
    elif act == "labels":
        have = set(site.issues[issue_id]["fields"]["labels"])
        site.edit(issue_id, labels=sorted(have ^ {rng.choice("abcdef")}))
    elif act == "priority":
        site.edit(issue_id, priority={"id": rng.choice("1234")})
    elif act == "description":
        site.edit(issue_id, description=adf(f"Text {rng.random():.6f}"))
    elif act == "comment":
        own.append(site.comment(issue_id, f"Said {rng.random():.6f}"))
    elif own and act == "edit comment":
        site.edit_comment(issue_id, rng.choice(own), f"Mended {rng.random():.6f}")
    elif own:
        site.delete_comment(issue_id, own.pop(rng.randrange(len(own))))


def _run(database_url: str, seed: int, **how: object) -> World:
    rng = random.Random(seed)
    random.seed(seed)  # back-off jitter
    world = World(database_url, rng, **how)
    faults = {"before": 0.05, "after": 0.05, "crash before": 0.03, "crash after": 0.05}
    for site in world.sites.values():
        site.faults = chance(rng, faults)
    lose = chance(rng, {"request": 0.1, "receipt": 0.1})
    world.post.lose = lambda: lose("send")
    comments: dict[str, list[str]] = {}
    for _ in range(60):
        dice = rng.random()
        if dice < 0.45:
            _person(rng, rng.choice(list(world.sites.values())), comments)
        elif dice < 0.95:
            world.work()
        else:
            world.now += rng.choice([1.0, 10.0, 200.0])
            world.sweep()
        world.now += 0.01
    world.settle()
    return world


@pytest.mark.parametrize("seed", range(RUNS))
def test_random_edits_converge(seed: int, database_url: str) -> None:
    world = _run(database_url, seed, lost_webhooks=0.2, policy=("inviter", "accepter", "newer")[seed % 3])
    _check(world)
    _quiet(world)


@pytest.mark.parametrize("seed", range(RUNS // 3))
def test_sites_that_normalise_in_opposite_ways_come_to_rest(seed: int, database_url: str) -> None:
    world = _run(database_url, seed, normalise=(lambda text: text.strip().upper(), lambda text: text.lower() + " "))
    _check(world)
    _quiet(world)


def test_crash_is_not_swallowed() -> None:
    assert not issubclass(Crash, Exception)


def test_an_unfinished_write_that_is_blocked_rests_until_a_person_retries(folder: Path) -> None:
    world = World(f"sqlite:///{folder}/x.db", random.Random(1), webhook_fate=lambda *_: "")
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First")
    world.settle()
    (theirs,) = green.issues
    (link,) = (link for link in world.links() if link.tenant_id == world.green.id)
    green.faults = lambda operation: "before" if operation == "read" else "crash before"
    blue.edit(ours, summary="Never written")
    for _ in range(6):
        world.work()
    kept = green.issues.pop(theirs)
    world.settle()
    assert [(one.state, one.touched_at) for one in world.links() if one.id == link.id] == [("blocked", None)]
    world._webhook(world.green)(theirs, False, False)
    world.settle()
    green.issues[theirs] = kept
    world.retry(link.id)
    assert kept["fields"]["summary"] == "Never written"
