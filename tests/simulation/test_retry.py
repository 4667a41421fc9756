"""R8: who stays away is tried ever more rarely, who names a time is left alone until then, a storm costs nothing."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from addon.errors import Retryable
from addon.model.message import Message
from addon.store import tenant as tenant_store
from addon.sync import backoff
from tests.fakes.jira import adf
from tests.simulation.batch import play_all
from tests.simulation.cases import Stand
from tests.simulation.people import ACTS
from tests.simulation.play import Play
from tests.simulation.test_histories import POLICIES
from tests.soak.figures import SOAK, note, size

TRIES = 12 if SOAK else 6
STORMS, BATCH = size(usual=2, full=60), 2
JITTER, PRECISION = 0.2, 0.05
STORM_SECONDS, SHARE = 600.0, 0.8
Tried = Callable[[], None]


def _jira_is_away(stand: Stand, tried: Tried) -> None:
    stand.green.called, stand.green.faults = tried, lambda _operation: "before"


def _jira_takes_no_writes(stand: Stand, tried: Tried) -> None:
    def fault(operation: str) -> str:
        if operation == "read":
            return ""
        tried()
        return "before"

    stand.green.faults = fault


def _the_partner_is_away(stand: Stand, tried: Tried) -> None:
    def lose() -> str:
        tried()
        return "request"

    stand.world.post.lose = lose


@pytest.mark.parametrize("away", [_jira_is_away, _jira_takes_no_writes, _the_partner_is_away])
def test_tries_become_rare(away: Callable[[Stand, Tried], None], folder: Path) -> None:
    stand = Stand(folder)
    world, tries = stand.world, list[float]()
    away(stand, lambda: tries.append(world.now))
    # A description is read before it is written: reads and writes may fare differently.
    stand.blue.edit(stand.ours, description=adf("Nobody takes this"))
    begun = world.now
    while len(tries) <= TRIES:
        world.now += max(1.0, PRECISION * (world.now - max(tries, default=begun)))
        world.sweep()
        while world.keys:
            world.work()
        assert world.now < begun + 1_000_000, "nobody tries any more"
    waits = [after - before for before, after in itertools.pairwise(tries)]
    steps = [*backoff.STEPS, *[backoff.STEPS[-1]] * TRIES][: len(waits)]
    for number, (waited, step) in enumerate(zip(waits, steps, strict=True)):
        assert waited >= step * (1 - JITTER), f"try {number + 1} came too soon: {waits}"
        assert waited <= step * (1 + JITTER) * (1 + PRECISION) + 1, f"try {number + 1} came too late: {waits}"
    note("R8", f"tries, {away.__name__.strip('_').replace('_', ' ')}", tries=len(tries), hours=round(sum(waits) / 3600))
    world.settle()
    assert stand.twin()["description"] == adf("Nobody takes this")


class Storm:
    """Of all calls to both sites, and to the partner, four in five fail; half of these say when to come back."""

    def __init__(self, play: Play, seed: int) -> None:
        self.play, self.rng, self.end = play, random.Random(seed), play.world.now + STORM_SECONDS
        self.until: dict[str, float] = {}
        play.counts |= {"calls": 0, "calls_refused": 0, "calls_too_early": 0}
        for site in play.world.sites.values():
            site.called = self._count(site.name)
            site.faults = self._strike(site.name)
        self.send = play.world.post.send
        play.world.post.send = self.hand_over  # type: ignore[method-assign]

    def _count(self, whom: str) -> Callable[[], None]:
        def called() -> None:
            self.play.counts["calls"] += 1
            self.play.counts["calls_too_early"] += self.play.world.now < self.until.get(whom, 0.0)

        return called

    def _strike(self, whom: str, party: str = "jira") -> Callable[[str], str]:
        def strike(_operation: str) -> str:
            now = self.play.world.now
            if now >= self.end or self.rng.random() >= SHARE:
                return ""
            self.play.counts["calls_refused"] += 1
            if self.rng.random() < 0.5:
                asked = self.rng.uniform(5.0, 60.0)
                self.until[whom] = now + asked
                raise Retryable("We are asked to wait (429).", after=asked, party=party)
            raise Retryable("It is unavailable (503).", party=party)

        return strike

    def hand_over(self, synchronization: Any, messages: Sequence[Message]) -> dict[str, int]:
        whom = f"partner of {synchronization.side}"
        self._count(whom)()
        self._strike(whom, "partner")("send")
        return self.send(synchronization, messages)


def _weather(play: Play, seed: int) -> list[tuple[str, str]]:
    """People work on as if nothing were the matter."""
    storm, rng = Storm(play, seed), random.Random(seed)
    play.people.most_issues = 10
    while play.world.now < storm.end:
        play.person(rng.randrange(2), rng.choice(ACTS), rng.randrange(60))
        play.work(3)
        play.world.now += 2.0
        if not play.world.keys:
            play.world.sweep()
    complaints = play.finish()
    if play.counts["calls_too_early"]:
        complaints.append(("early", f"{play.counts['calls_too_early']} calls before Retry-After was over"))
    return complaints


@pytest.mark.parametrize("first", range(0, STORMS, BATCH))
def test_a_storm_loses_nothing(first: int, folder: Path) -> None:
    def open_(seed: int) -> Play:
        return Play(f"sqlite:///{folder}/twinline.db", seed, policy=POLICIES[seed % 3])

    seeds = range(first, min(first + BATCH, STORMS))
    play_all("R4 R8", "storms of 80 % 429 and 503, ten minutes", seeds, open_, _weather)


def test_a_webhook_does_not_end_what_jira_asked_for(folder: Path) -> None:
    stand = Stand(folder)
    world, called = stand.world, list[float]()
    with world.db.begin() as tx:
        tenant_store.back_off(tx, world.blue.id, world.now + 300, "Jira asks us to wait.", asked=True)
        # A call that was under way at that time fails as well, and would be tried again sooner.
        tenant_store.back_off(tx, world.blue.id, world.now + 5, "Jira is unavailable.")
    stand.blue.called = lambda: called.append(world.now)
    stand.blue.create("Second")
    stand.blue.edit(stand.ours, summary="Changed")
    stand.run(290, times=10)
    assert not called
    stand.run(30)
    assert stand.twin()["summary"] == "Changed"
    assert len(stand.green.issues) == 2
