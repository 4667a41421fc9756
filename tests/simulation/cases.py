"""Cases on the line: for a rule, a short story that holds while the rule does, and the ways to break the rule.

A story takes a folder for its database and raises ``AssertionError`` where the invariant does not hold.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from addon import crash
from addon.errors import Blocked, Retryable
from addon.model.message import Message
from addon.store import queue, twin_link
from addon.sync import backoff, inbox, observing, pairing, standing
from addon.sync.reconcile import Reconcile
from tests.fakes.jira import Crash, FakeJira, adf
from tests.simulation import planted
from tests.simulation.world import LEASE, World

Patch = pytest.MonkeyPatch
Story = Callable[[Path], None]
Break = Callable[[Patch], None]


@dataclass(frozen=True, slots=True)
class Case:
    """``invariant``: its number in ``promises``. Each of ``breaks`` alone makes the story fail."""

    invariant: str
    story: Story
    breaks: tuple[Break, ...]


class Stand:
    """Two sites and one pair of twins at rest."""

    def __init__(self, folder: Path, **how: Any) -> None:
        random.seed(5)
        self.world = World(f"sqlite:///{folder}/{len(list(folder.iterdir()))}.db", random.Random(5), **how)
        self.blue, self.green = (self.world.sites[tenant.id] for tenant in (self.world.blue, self.world.green))
        self.ours = self.blue.create("First", labels=["start"])
        self.world.settle()
        (self.theirs,) = self.green.issues

    def twin(self, number: int = 0) -> dict[str, Any]:
        """The fields of Green's n-th issue."""
        fields: dict[str, Any] = self.green.issues[sorted(self.green.issues)[number]]["fields"]
        return fields

    def run(self, seconds: float = 0.0, *, times: int = 40) -> None:
        """Time passes and the workers do what the sweep finds; nothing heals but by that."""
        self.world.now += seconds
        for _ in range(times):
            if not self.world.bell.keys:
                self.world.sweep()
            self.world.work()
            self.world.now += 0.5

    def link(self, site: FakeJira) -> twin_link.TwinLink:
        """The first link of a site."""
        tenant_id = next(i for i, one in self.world.sites.items() if one is site)
        return next(link for link in self.world.links() if link.tenant_id == tenant_id)


# R3: order


def order_whatever_the_way_does(folder: Path) -> None:
    """Messages that overtake each other, and come again, are applied as they were made."""
    stand = Stand(folder)
    held: list[Message] = []
    send = stand.world.post.send

    def keep(_synchronization: object, messages: Sequence[Message]) -> dict[str, int]:
        held.extend(messages)
        raise Retryable("lost", party="partner")

    stand.world.post.send = keep  # type: ignore[method-assign]
    for name in ("#1", "#2"):
        stand.blue.edit(stand.ours, summary=name)
        stand.run(60)
    first, second = sorted({message.sequence: message for message in held}.values(), key=lambda one: one.sequence)
    for message in (second, first, second):
        with stand.world.db.begin() as tx:
            inbox.accept(tx, stand.world.theirs, [message], stand.world.now)
        stand.run()
    written = [body for operation, _, body in stand.green.said if operation == "edit"]
    places = [next(i for i, body in enumerate(written) if name in body) for name in ("#1", "#2")]
    assert places == sorted(places) and len(written) == 2, f"written as {written}"
    stand.world.post.send = send  # type: ignore[method-assign]
    stand.world.settle()
    assert stand.twin()["summary"] == "#2"


def gaps_taken(patch: Patch) -> None:
    """What comes is taken, whatever is missing before it."""
    honest = inbox.accept

    def accept(tx: Any, synchronization: Any, messages: list[Message], now: float) -> Any:
        link = twin_link.by_key(tx, synchronization.id, messages[0].link_key)
        start = link.expected_sequence if link else 1
        numbered = [replace(message, sequence=start + i) for i, message in enumerate(messages)]
        return honest(tx, synchronization, numbered, now)

    patch.setattr(inbox, "accept", accept)


# R7: poison stays alone


def poison_stays_alone(folder: Path) -> None:
    """One of ten issues is refused by Green's Jira: the others go on at once, it is shown, and resumes in order."""
    stand = Stand(folder)
    for number in range(1, 10):
        stand.blue.create(f"Issue {number}")
    stand.world.settle()
    refused: list[str] = []
    put = stand.green.put

    def poisoned(path: str, **call: Any) -> Any:
        if path.endswith(f"/{stand.theirs}"):
            refused.append(path)
            raise Blocked("This field cannot be set.")
        return put(path, **call)

    stand.green.put = poisoned  # type: ignore[method-assign]
    stand.blue.edit(stand.ours, summary="Poison")
    stand.run(times=12)
    stand.blue.edit(stand.ours, summary="After the poison")
    for issue_id in sorted(stand.blue.issues)[1:]:
        stand.blue.edit(issue_id, summary=f"Edited {issue_id}")
    stand.run(times=80)
    edited = [issue["fields"]["summary"] for issue in stand.green.issues.values()]
    assert sum(words.startswith("Edited") for words in edited) == 9, f"poison held others up: {edited}"
    link = stand.link(stand.green)
    assert (link.state, link.reason) == ("blocked", "This field cannot be set."), "nobody is shown why it stands still"
    assert len(refused) <= 2, "poison is tried over and over"
    stand.green.put = put  # type: ignore[method-assign]
    with stand.world.db.begin() as tx:
        twin_link.try_again(tx, link.id, stand.world.now)
    stand.run()
    assert stand.twin()["summary"] == "After the poison"


def poison_is_jiras_fault(patch: Patch) -> None:
    """A refused write is taken for a Jira in trouble: the whole site waits."""
    patch.setattr(standing, "_stand_still", _as(lambda reason: Retryable(reason, party="jira")))


def poison_is_tried_for_ever(patch: Patch) -> None:
    """A refused write is tried again like any other, and nobody is told."""
    patch.setattr(standing, "_stand_still", _as(lambda reason: Retryable(reason, after=0.0)))


def _as(verdict: Callable[[str], Retryable]) -> Callable[..., None]:
    def stand_still(at: Any, db: Any, clock: Any, state: str, reason: str, *_: Any) -> None:
        standing._postpone(at, db, clock, verdict(reason))

    return stand_still


# R8: bounded retry


def retry_after_is_waited_out(folder: Path) -> None:
    """Jira asks for five minutes: no call before; afterwards all goes on."""
    stand = Stand(folder)
    until = 0.0
    early: list[float] = []

    def limit(_operation: str) -> str:
        nonlocal until
        if not until:
            until = stand.world.now + 300
            raise Retryable("Jira asks us to wait (429).", after=300.0, party="jira")
        return ""

    stand.green.faults = limit
    stand.green.called = lambda: early.append(stand.world.now) if stand.world.now < until else None
    stand.blue.edit(stand.ours, summary="Wait for it")
    for _ in range(20):
        stand.run(14, times=4)
    assert until and not early, f"{len(early)} calls before Retry-After was over"
    stand.run(120)
    assert stand.twin()["summary"] == "Wait for it"


def a_storm_is_weathered(folder: Path) -> None:
    """Four of five calls fail for ten minutes: few calls are made in vain, and nothing is lost."""
    stand = Stand(folder)
    dice, end, calls = random.Random(8), stand.world.now + 600, 0

    def storm(_operation: str) -> str:
        return "before" if stand.world.now < end and dice.random() < 0.8 else ""

    def count() -> None:
        nonlocal calls
        calls += 1

    stand.green.faults, stand.green.called = storm, count
    for number in range(20):
        stand.blue.edit(stand.ours, summary=f"Storm {number}")
        stand.run(10, times=60)
    assert calls <= 40, f"{calls} calls to a site in trouble"
    stand.world.settle()
    assert stand.twin()["summary"] == "Storm 19"


def retry_after_ignored(patch: Patch) -> None:
    """What Jira asks for is not heard: the usual steps are taken."""
    honest = backoff.wait
    patch.setattr(backoff, "wait", lambda count, _asked: honest(count, None))


def no_back_off(patch: Patch) -> None:
    """What failed is tried again at once."""
    patch.setattr(backoff, "wait", lambda _count, _asked: 0.0)


# R9: Redis may vanish


def redis_may_forget(folder: Path) -> None:
    """Every wake-up is lost: the sweep alone brings the change across."""
    stand = Stand(folder)
    stand.blue.edit(stand.ours, summary="Nobody was woken")
    for _ in range(12):
        stand.world.bell.keys.clear()
        stand.run(times=1)
    assert stand.twin()["summary"] == "Nobody was woken"


def sweep_sees_no_issue(patch: Patch) -> None:
    """What was touched is known to Redis only."""
    patch.setattr(queue, "due_issues", lambda *_: [])


def sweep_sees_no_link(patch: Patch) -> None:
    """What waits on links is known to Redis only."""
    patch.setattr(queue, "due_links", lambda *_: [])


# R10: crash at every step


def crash_where_it_hurts(folder: Path) -> None:
    """The process dies right after a write to Jira, before anything of it is stored: once, and no more, is written."""
    for name in ("receive.after_create", "receive.after_comment", "receive.before_settle"):
        stand = Stand(folder)

        def die() -> None:
            crash.disarm()
            raise Crash

        crash.arm(name, die)
        stand.blue.create("Second")
        stand.blue.comment(stand.ours, "Said once")
        stand.world.settle()
        crash.disarm()
        said = [comment for issue in stand.green.issues.values() for comment in issue["comments"]]
        assert (len(stand.green.issues), len(said)) == (2, 1), f"{name}: doubled or lost"


# R11: a dead worker


def a_dead_worker_is_noticed(folder: Path) -> None:
    """A worker dies with the lease in its hand: after the lease another one goes on."""
    stand = Stand(folder)

    def die() -> None:
        crash.disarm()
        raise Crash

    crash.arm("receive.before_intent", die)
    stand.blue.edit(stand.ours, summary="Died on the way")
    stand.run(times=10)
    assert stand.twin()["summary"] == "First"
    stand.run(LEASE + 1)
    assert stand.twin()["summary"] == "Died on the way"


def lease_never_ends(patch: Patch) -> None:
    """A lease is for ever."""
    honest = twin_link.take_lease
    patch.setattr(twin_link, "take_lease", lambda tx, link_id, owner, now, _: honest(tx, link_id, owner, now, 1e9))


def a_stalled_worker_writes_nothing(folder: Path) -> None:
    """A worker sleeps beyond its lease right before a write; another does the work; the sleeper wakes up."""
    stand = Stand(folder)

    def sleep() -> None:
        crash.disarm()
        stand.run(LEASE + 1)

    crash.arm("receive.after_intent", sleep)
    stand.blue.comment(stand.ours, "Said once")
    stand.run()
    stand.world.settle()
    assert len(stand.green.issues[stand.theirs]["comments"]) == 1, "both wrote"


# R13: clocks


def clocks_do_not_matter(folder: Path) -> None:
    """Blue's clock is ten minutes ahead, Green's ten behind, then the other way round."""
    stand = Stand(folder)
    tenants = (stand.world.blue.id, stand.world.green.id)
    for step, ahead in enumerate((600.0, -600.0)):
        stand.world.skew = {tenants[0]: ahead, tenants[1]: -ahead}
        stand.world.now += 1
        stand.blue.edit(stand.ours, summary=f"Blue {step}")
        stand.run()
        assert stand.twin()["summary"] == f"Blue {step}"
        stand.green.edit(stand.theirs, labels=[f"green-{step}", "start"])
        stand.run()
        assert stand.blue.issues[stand.ours]["fields"]["labels"] == [f"green-{step}", "start"]
        stand.blue.create("From Blue")
        stand.green.create("From Green")
        stand.run()
        assert len(stand.blue.issues) == len(stand.green.issues) == 3 + 2 * step


def older_is_not_news(patch: Patch) -> None:
    """An issue whose ``updated`` is not later than what was read last is not compared."""
    detect = observing.change_of

    def look(tx: Any, at: Any, snapshot: Any, **how: Any) -> Any:
        change = detect(tx, at, snapshot, **how)
        stale = snapshot.updated_at <= (at.link.read_at or 0.0)
        return replace(change, deltas={}, base=at.link.base) if stale else change

    patch.setattr(observing, "change_of", look)


def starts_by_our_clock(patch: Patch) -> None:
    """What was created before our own clock said so is too old for a twin."""
    admitted = pairing.Pairing._admitted

    def by_our_clock(self: Any, tenant: Any, issue_id: str, found: Any) -> Any:
        begun = self.engine.clock() - 400
        late = [replace(one, terms=replace(one.terms, starts=dict.fromkeys(one.terms.starts, begun))) for one in found]
        return admitted(self, tenant, issue_id, late)

    patch.setattr(pairing.Pairing, "_admitted", by_our_clock)


# R15: backups


def a_backup_may_be_put_back(folder: Path) -> None:
    """Green forgets a comment it copied and an edit it applied: nothing is doubled, nothing is taken for a repeat."""
    stand = Stand(folder, federated=True)
    backup = stand.world.backup(stand.world.green)
    stand.blue.comment(stand.ours, "Said once")
    stand.green.edit(stand.theirs, labels=["forgotten", "start"])
    stand.world.settle()
    stand.world.restore(stand.world.green, backup)
    stand.green.edit(stand.theirs, priority={"id": "1"})
    stand.world.settle()
    stand.blue.edit(stand.ours, description=adf("Told once more"))
    stand.world.settle()
    ours = stand.blue.issues[stand.ours]
    for name in ("labels", "priority", "description"):
        assert ours["fields"][name] == stand.twin()[name], f"{name} was skipped"
    assert len(ours["comments"]) == len(stand.green.issues[stand.theirs]["comments"]) == 1, "a comment was doubled"


def restores_go_unnoticed(patch: Patch) -> None:
    """Nothing proves a restore: what is numbered anew passes for a repeat."""
    patch.setattr("addon.sync.epoch.proves_restore", lambda *_: False)
    patch.setattr("addon.sync.epoch.begin", lambda *_: None)


def copies_are_forgotten(patch: Patch) -> None:
    """In a new epoch a copy that the rows do not know is taken for a comment of ours."""
    patch.setattr("addon.sync.renewal.with_origins", lambda _jira, snapshot, _mapping: snapshot)


# R17: webhooks that never came


def missed_webhooks_are_found(folder: Path) -> None:
    """No webhook comes at all: one pass finds an edit, a comment and a new issue."""
    stand = Stand(folder)
    stand.world.webhook_fate = lambda _tenant, _own: "lost"
    stand.blue.edit(stand.ours, summary="Unheard")
    stand.blue.comment(stand.ours, "Said to nobody")
    stand.blue.create("Unheard too")
    stand.run()
    assert stand.twin()["summary"] == "First"
    stand.world.reconcile.run(stand.world.blue.id)
    stand.run()
    assert stand.twin()["summary"] == "Unheard"
    assert len(stand.green.issues[stand.theirs]["comments"]) == 1
    assert len(stand.green.issues) == 2


def no_reconcile(patch: Patch) -> None:
    """Nothing looks for what was missed."""
    patch.setattr(Reconcile, "run", lambda *_: None)


CASES = (
    Case("R3", order_whatever_the_way_does, (gaps_taken, planted.sequence_unchecked)),
    Case("R7", poison_stays_alone, (poison_is_jiras_fault, poison_is_tried_for_ever)),
    Case("R8", retry_after_is_waited_out, (retry_after_ignored, no_back_off)),
    Case("R8", a_storm_is_weathered, (no_back_off,)),
    Case("R9", redis_may_forget, (sweep_sees_no_issue, sweep_sees_no_link)),
    Case("R10", crash_where_it_hurts, (planted.no_intent, planted.create_at_once)),
    Case("R11", a_dead_worker_is_noticed, (lease_never_ends,)),
    Case("R11", a_stalled_worker_writes_nothing, (planted.no_lease,)),
    Case("R13", clocks_do_not_matter, (older_is_not_news, starts_by_our_clock)),
    Case("R15", a_backup_may_be_put_back, (restores_go_unnoticed, copies_are_forgotten)),
    Case("R17", missed_webhooks_are_found, (no_reconcile,)),
)
