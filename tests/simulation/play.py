"""A play: one history of two sites. Its moves are drawn by a seed (``driver``) or by Hypothesis (``test_machine``)."""

from __future__ import annotations

import random
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import update

from addon import crash, log
from addon.store import queue, table, twin_link
from addon.store import tenant as tenant_store
from addon.sync import epoch
from tests.fakes.jira import Crash
from tests.simulation.oracle import ORACLES, pairs
from tests.simulation.people import ACTS, People
from tests.simulation.world import LEASE, World

WRITE_FAULTS = ("before", "after", "late", "refused", "crash before", "crash after")
INSIDE = ("observe.before_append", "inbox.before_commit", "pairing.before_commit")
"""Points within a transaction: a worker may die there, but while it stands there nobody else can write."""
STALLS = tuple(name for name in crash.POINTS if name not in INSIDE)
BACKUP_AGE = 300.0
CALM_ACTS = ("create", "summary", "description", "add label", "priority", "say", "mend", "unsay")


class Play:
    """``complaints`` grow as the play goes on; ``finish`` adds what the oracles say at its end."""

    def __init__(self, database_url: str, seed: int, **how: object) -> None:
        random.seed(seed)  # back-off jitter
        self.world = World(database_url, random.Random(seed), **how)  # type: ignore[arg-type]
        self.ids = (self.world.blue.id, self.world.green.id)
        self.people = People(self.world.sites)
        self.complaints: list[tuple[str, str]] = []
        self.faults: dict[int, deque[str]] = {i: deque() for i in self.ids}
        self.losses: deque[str] = deque()
        self.fates: deque[str] = deque()
        self.off: set[int] = set()
        self.moves: list[str] = []
        told = ("kills", "stalls", "flushes", "changes", "faults", "skews", "restores")
        # Of changes made one by one: how many, what was written over there for them, and the messages, acks and all;
        # of ten quiet minutes: how many, and what was written.
        singly = ("single_changes", "writes_there", "single_messages")
        self.counts = dict.fromkeys((*told, *singly, "quiets", "writes_in_quiet"), 0)
        self.backups: dict[int, tuple[Path, float]] = {}
        self.epochs = [1, 1]
        self.unnoticed: dict[int, int] = {}
        """By side that was restored, the epoch that it then counted in."""
        world = self.world
        for tenant_id, site in world.sites.items():
            site.faults = self._fault_of(tenant_id)
            site.called = self._guard_of(tenant_id)
        world.post.lose = lambda: self.losses.popleft() if self.losses else ""
        world.webhook_fate = lambda _tenant_id, own: "lost" if own else self.fates.popleft() if self.fates else ""
        self._log_bug, log.bug = log.bug, self._bug  # type: ignore[assignment]

    def _fault_of(self, tenant_id: int) -> Callable[[str], str]:
        def draw(operation: str) -> str:
            waiting = self.faults[tenant_id]
            return waiting.popleft() if waiting and operation != "read" else ""

        return draw

    def _guard_of(self, tenant_id: int) -> Callable[[], None]:
        def called() -> None:
            if tenant_id in self.off:
                self.complaints.append(("tenant", "a site that switched the app off was called"))

        return called

    def _bug(self, event: str, **data: object) -> None:
        self.complaints.append(("bug", traceback.format_exc()))

    # moves

    def person(self, side: int, act: str, pick: int) -> None:
        if act == "description":
            # No changelog tells which description a write replaced, so an edit while a write of ours is still under way
            # is beyond any engine's knowing; elsewhere such edits are found.
            self.world.bring_late_effects()
        self._forgive()
        if self.people.do(self.ids[side], act, pick):
            self.counts["changes"] += 1
            self.world.now += 0.01
        self._forgive()

    def work(self, times: int = 1) -> None:
        for _ in range(times):
            self.world.work()
            self.world.now += 0.01

    def sweep(self, seconds: float) -> None:
        self.world.now += seconds
        self.world.bring_late_effects()
        self.world.sweep()

    def fault(self, side: int, kind: str) -> None:
        """The next write at this site fails in this way."""
        self.faults[self.ids[side]].append(kind)
        self.counts["faults"] += 1

    def lose(self, kind: str) -> None:
        """The next request to the partner, or its receipt, gets lost."""
        self.losses.append(kind)
        self.counts["faults"] += 1

    def webhook(self, fate: str) -> None:
        """The next webhook is lost, comes twice or late."""
        self.fates.append(fate)

    def late_webhooks(self) -> None:
        self.world.bring_webhooks()

    def flush(self) -> None:
        """Redis forgets everything."""
        self.world.keys.clear()
        self.counts["flushes"] += 1

    def skew(self, side: int, seconds: float) -> None:
        """This site's clock jumps."""
        self.counts["skews"] += self.world.skew.get(self.ids[side], 0.0) != seconds
        self.world.skew[self.ids[side]] = seconds

    def die(self, name: str) -> None:
        """The next worker to come by this point dies there."""

        def act() -> None:
            crash.disarm()
            self.counts["kills"] += 1
            raise Crash

        crash.disarm()
        crash.arm(name, act)

    def stall(self, name: str) -> None:
        """The next worker to come by this point sleeps until its lease is over and others have gone on."""

        def act() -> None:
            crash.disarm()
            self.counts["stalls"] += 1
            self.sweep(LEASE + 1)
            self.work(6)

        crash.disarm()
        crash.arm(name, act)

    def switch(self, side: int, how: str) -> None:
        """An administrator disables, uninstalls or brings back the app."""
        tenant_id, now = self.ids[side], self.world.now
        with self.world.homes[tenant_id].db.begin() as tx:
            tenant = tenant_store.by_id(tx, tenant_id)
            assert tenant is not None
            if tenant_id not in self.off:
                tenant_store.set_state(tx, tenant_id, "disabled" if how == "disable" else "uninstalled", now)
                self.off.add(tenant_id)
                return
            if tenant.state == "uninstalled":
                tenant_store.install(
                    tx,
                    client_key=tenant.client_key,
                    base_url=tenant.base_url,
                    display_url="",
                    name=tenant.name,
                    shared_secret="",
                    now=now,
                )
                tenant_store.introduce(tx, tenant_id, "app", "")
            tenant_store.set_state(tx, tenant_id, "enabled", now)
            self.off.discard(tenant_id)

    def backup(self, side: int) -> None:
        """The database of this side is backed up."""
        tenant = (self.world.blue, self.world.green)[side]
        self.backups[side] = self.world.backup(tenant), self.world.now

    def restore(self, side: int) -> None:
        """This side's database is lost, and the last backup, some minutes old, put in its place."""
        if side not in self.backups or self.off:
            return
        tenant = (self.world.blue, self.world.green)[side]
        backup, made_at = self.backups[side]
        self.world.now = max(self.world.now, made_at + BACKUP_AGE)
        self.world.restore(tenant, backup)
        # Where it was switched off when the backup was made, the database takes it for that still.
        self.off.add(tenant.id)
        self.switch(side, "")
        if self.unnoticed.get(1 - side) == self.world.epoch(1 - side):
            # Nobody is left who could tell by the messages: their operators say so, as in docs/operations.md.
            with self.world.homes[tenant.id].db.begin() as tx:
                epoch.begin_all(tx, self.world.now)
        self.unnoticed[side] = self.world.epoch(side)
        self.counts["restores"] += 1

    def _forgive(self) -> None:
        """Where an epoch has begun sets are united: an element removed before all is told may come back (ADR 8)."""
        epochs = [self.world.epoch(side) for side in range(2)]
        if epochs != [1, 1] and (epochs != self.epochs or any(link.partner_seen == 0 for link in self.world.links())):
            self.epochs = epochs
            self.people.journal.may_return |= self.people.journal.dropped

    def calm(self, side: int, act: str, pick: int) -> None:
        """All comes to rest; one person does one thing; the other site is written to once, this one not at all."""
        self.rest()
        before = {i: _edits(self.world, i) for i in self.ids}
        sent = self.world.post.sent
        living = {pair.ids[side] for pair in pairs(self.world)}
        done = self.people.do(self.ids[side], act, pick)
        if done is None:
            return
        self.counts["changes"] += 1
        self.settle()
        wrote = [_edits(self.world, i) - before[i] for i in self.ids]
        wanted = 1 if done[0] == "create" or done[1] in living else 0
        self.counts["single_changes"] += wanted
        self.counts["writes_there"] += wrote[1 - side]
        self.counts["single_messages"] += self.world.post.sent - sent
        if wrote[side] != 0 or wrote[1 - side] != wanted:
            self.complaints.append(("amplification", f"{done}: {wrote[1 - side]} writes there, {wrote[side]} here"))
        # A twin that was deleted may say so only now.
        linked = {str(link.issue_id) for link in self.world.links()}
        if self.world.post.sent - sent > (2 if wanted or done[1] in linked else 0):
            self.complaints.append(("amplification", f"{done}: {self.world.post.sent - sent} messages"))

    # the end

    def rest(self) -> None:
        """No more faults; what people and administrators left undone is done; everything settles."""
        crash.disarm()
        for waiting in (*self.faults.values(), self.losses, self.fates):
            waiting.clear()
        for side, tenant_id in enumerate(self.ids):
            if tenant_id in self.off:
                self.switch(side, "")
        fate, lose = self.world.webhook_fate, self.world.post.lose
        faults = {i: site.faults for i, site in self.world.sites.items()}
        self.settle()
        for link in self.world.links():
            if link.state == twin_link.BLOCKED:
                with self.world.homes[link.tenant_id].db.begin() as tx:
                    twin_link.try_again(tx, link.id, self.world.now)
        self.settle()
        if self.counts["restores"]:
            # A partner's inbox may have been forgotten with its database.
            self.world.now += queue.REMIND_SECONDS
            self.settle()
        self.world.webhook_fate, self.world.post.lose = fate, lose
        for tenant_id, site in self.world.sites.items():
            site.faults = faults[tenant_id]

    def settle(self) -> None:
        if any(kind == "rest" for kind, _ in self.complaints):
            return
        try:
            self.world.settle()
        except AssertionError as error:
            self.complaints.append(("rest", str(error)))

    def close(self) -> None:
        """Leave the process as it was."""
        log.bug = self._log_bug
        crash.disarm()
        self.world.close()

    def finish(self) -> list[tuple[str, str]]:
        """Everything settles, then ten quiet minutes in which each issue is looked at again; then the oracles."""
        self.rest()
        self._forgive()
        before = [len(site.writes) for site in self.world.sites.values()]
        for home in self.world.deployments():
            with home.db.begin() as tx:
                links = table.twin_link.c
                active = update(table.twin_link).where(links.state == "active", links.issue_id.is_not(None))
                tx.execute(active.values(touched_at=self.world.now))
        self.world.now += 600
        self.settle()
        written = sum(len(site.writes) for site in self.world.sites.values()) - sum(before)
        self.counts["quiets"] += 1
        self.counts["writes_in_quiet"] += written
        if written:
            self.complaints.append(("quiet", "writes although nobody changed anything"))
        if not self.counts["restores"] and max(self.world.epoch(0), self.world.epoch(1)) > 1:
            self.complaints.append(("epoch", "one was begun although no backup was put back"))
        for name, oracle in ORACLES.items():
            self.complaints += [(name, words) for words in oracle(self.world, self.people)]
        return self.complaints


Draw = Callable[[random.Random], tuple[str, tuple[object, ...]]]


def _edits(world: World, site_id: int) -> int:
    """Writes at a site but for transitions: a status takes as many as its workflow has steps."""
    return sum(operation != "transition" for operation, _ in world.sites[site_id].writes)


def drive(play: Play, seed: int, moves: int = 60, draw: Draw | None = None) -> list[tuple[str, str]]:
    """Draw the moves of a play from a seed and bring it to its end; answers the complaints."""
    rng, choose = random.Random(seed), draw or usual
    for _ in range(moves):
        name, arguments = choose(rng)
        play.moves.append(f"{name}{arguments}")
        getattr(play, name)(*arguments)
    return play.finish()


def usual(rng: random.Random, acts: tuple[str, ...] = ACTS) -> tuple[str, tuple[object, ...]]:
    """One move, as often as it is worth."""
    side, pick = rng.randrange(2), rng.randrange(60)
    kinds = {
        "person": (40, lambda: (side, rng.choice(acts), pick)),
        "work": (32, lambda: (rng.randint(1, 3),)),
        "sweep": (6, lambda: (rng.choice([1.0, 10.0, 70.0, 200.0]),)),
        "fault": (7, lambda: (side, rng.choice(WRITE_FAULTS))),
        "lose": (4, lambda: (rng.choice(["request", "receipt"]),)),
        "webhook": (5, lambda: (rng.choice(["lost", "twice", "late"]),)),
        "late_webhooks": (1, tuple),
        "flush": (2, tuple),
        "skew": (1, lambda: (side, rng.choice([-600.0, 0.0, 600.0]))),
        "die": (3, lambda: (rng.choice(crash.POINTS),)),
        "stall": (2, lambda: (rng.choice(STALLS),)),
        "switch": (1, lambda: (side, rng.choice(["disable", "uninstall"]))),
        "calm": (1, lambda: (side, rng.choice(CALM_ACTS), pick)),
    }
    name = rng.choices(list(kinds), [weight for weight, _ in kinds.values()])[0]
    return name, kinds[name][1]()
