"""Two sites, two ends of a synchronization, the real line between them; time, network, workers are ours to break."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.fernet import Fernet

from addon.config import Settings
from addon.errors import Missing, Retryable
from addon.jira.metadata import Metadata
from addon.model.message import Message
from addon.model.preview import Question, Reply
from addon.model.reading import read
from addon.model.rules import BASIC_FIELDS, NO_USERS, End, FieldMapping, IssueMapping, UserMapping, document_of
from addon.model.scope import Scope
from addon.store import queue, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Database
from addon.store.synchronization import Synchronization
from addon.store.table import metadata
from addon.store.tenant import Tenant
from addon.sync import inbox
from addon.sync.answering import Answering
from addon.sync.engine import Engine
from addon.sync.foresight import Foresight
from addon.sync.pairing import Pairing
from addon.sync.preview import Preview
from addon.sync.reconcile import Reconcile
from tests.fakes.jira import Crash, FakeJira

LEASE = 180.0
_MOST_MESSAGES = 300
"""Far more than any history needs to settle: beyond it the two sides are answering each other for ever."""
opened: list[World] = []
"""To be closed when the test is over."""


class Bell:
    """Wake, as a list of keys; losing some is part of the game."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def link(self, *link_ids: int) -> None:
        self.keys += [f"link:{i}" for i in link_ids]

    def issue(self, tenant_id: int, *issue_ids: str) -> None:
        self.keys += [f"issue:{tenant_id}:{i}" for i in issue_ids]

    def issue_later(self, tenant_id: int, issue_id: str, seconds: float) -> None:
        """Left to the sweep."""

    def synchronization(self, *_ids: int) -> None: ...


@dataclass
class Post:
    """Transport: straight into the partner's inbox; requests and receipts may be lost."""

    world: World
    lose: Callable[[], str] = lambda: ""
    sent: int = 0

    def send(self, synchronization: Synchronization, messages: Sequence[Message]) -> dict[str, int]:
        fault = self.lose()
        if fault == "request":
            raise Retryable("lost", party="partner")
        across = self.world.across(synchronization)
        # What travels is JSON: whatever does not survive it would only fail between two deployments.
        copies = [Message.from_json(message.to_json()) for message in messages]
        with self.world.db.begin() as tx:
            accepted = inbox.accept(tx, across, copies, self.world.now)
        self.sent += len(messages)
        self.world.bell.link(*accepted.link_ids)
        if fault == "receipt":
            raise Retryable("lost", ambiguous=True, party="partner")
        return accepted.up_to


@dataclass
class Questions:
    """Transport of previews: straight to the partner's answering, as JSON both ways."""

    world: World

    def preview(self, synchronization: Synchronization, question: Question) -> Reply:
        world, across = self.world, self.world.across(synchronization)
        sent = json.loads(json.dumps(question.to_json()))
        asked = Question(sent["way"], Message.from_json(sent["message"]), sent["rest"], sent["document"])
        tenant = world.blue if across.tenant_id == world.blue.id else world.green
        return read(Reply, json.loads(json.dumps(world.answering.answer(tenant, across, asked).to_json())))


@dataclass
class World:
    """``rng`` decides everything that is left to chance, so a seed tells the whole story."""

    database_url: str
    rng: random.Random
    normalise: tuple[Callable[[str], str], Callable[[str], str]] = (str, str)
    lost_webhooks: float = 0.0
    policy: str = "inviter"
    rows: tuple[FieldMapping, ...] = ()
    users: UserMapping = NO_USERS
    now: float = 1_700_000_000.0
    sites: dict[int, FakeJira] = field(default_factory=dict)
    skew: dict[int, float] = field(default_factory=dict)
    """By tenant, how far its site's clock is ahead of ours (seconds)."""
    webhook_fate: Callable[[int, bool], str] | None = None
    """What becomes of a webhook (tenant id, our own echo?): "", "lost", "twice" or "late"; None: by chance."""
    late_webhooks: list[tuple[int, str, bool]] = field(default_factory=list)
    crashes: int = 0
    point: str = ""
    crashed: bool = False

    def __post_init__(self) -> None:
        self.db = Database(self.database_url)
        opened.append(self)
        metadata.create_all(self.db.engine)
        self.settings = Settings(
            "http://localhost", "", "", (Fernet.generate_key().decode(),), development=True, lease_seconds=LEASE
        )
        self.bell, self.post = Bell(), Post(self)
        with self.db.begin() as tx:
            self.blue, self.green = (self._tenant(tx, name) for name in ("blue", "green"))
            self.ours = self._end(tx, self.blue, "inviter", self.green)
            self.theirs = self._end(tx, self.green, "accepter", self.blue)
        for tenant, first, normalise in ((self.blue, 1000, self.normalise[0]), (self.green, 5000, self.normalise[1])):
            site = FakeJira(tenant.name, first, self._clock_of(tenant.id), normalise=normalise)
            site.webhook = self._webhook(tenant)
            self.sites[tenant.id] = site
        self.engine = Engine(
            self.db,
            self.settings,
            lambda tenant: self.sites[tenant.id],  # type: ignore[arg-type,return-value]
            self.post,
            self.bell,  # type: ignore[arg-type]
            clock=self.clock,
            metadata=Metadata(self.clock),
        )
        self.pairing = Pairing(self.engine)
        self.reconcile = Reconcile(self.engine)
        foresight = Foresight(self.db, lambda tenant: self.sites[tenant.id], self.clock, Metadata(self.clock))
        self.answering, self.preview = Answering(foresight), Preview(foresight, Questions(self))

    def clock(self) -> float:
        return self.now

    def _clock_of(self, tenant_id: int) -> Callable[[], float]:
        return lambda: self.now + self.skew.get(tenant_id, 0.0)

    def _tenant(self, tx: Any, name: str) -> Tenant:
        tenant = tenant_store.install(
            tx, client_key=name, base_url=f"https://{name}", display_url="", name=name, shared_secret="", now=self.now
        )
        tenant_store.set_state(tx, tenant.id, "enabled", now=self.now)
        tenant_store.introduce(tx, tenant.id, "app", "")
        return tenant

    def _end(self, tx: Any, tenant: Tenant, side: str, partner: Tenant) -> Synchronization:
        row = synchronization_store.add(
            tx,
            scope=Scope(),
            tenant_id=tenant.id,
            agreement_id="agreement",
            side=side,
            name="Blue ⇄ Green",
            status="accepted",
            partner_url=partner.base_url,
            partner_name=partner.name,
            partner_endpoint="http://localhost",
            partner_tenant_id=partner.id,
            key_id=side,
            private_key="",
            partner_key_id="",
            created_at=self.now,
            updated_at=self.now,
        )
        end = End("1", "P", "1", "Bug")
        fields = tuple(replace(f, conflict=self.policy) for f in self.rows or BASIC_FIELDS)
        document = document_of((IssueMapping("m", True, end, end, fields),), self.users)
        rules_store.add(tx, row, version=1, document=document, published_by="", published_side="inviter", now=self.now)
        # An hour ago: a site's clock may be behind ours, and the start is told by the site's.
        rules_store.set_start(tx, row, "m", self.now - 3600)
        return row

    def across(self, synchronization: Synchronization) -> Synchronization:
        return self.theirs if synchronization.side == "inviter" else self.ours

    def _webhook(self, tenant: Tenant) -> Callable[[str, bool, bool], None]:
        def arrive(issue_id: str, deleted: bool, own: bool) -> None:
            fate = self._fate(tenant.id, own)
            if fate != "lost":
                self.late_webhooks.append((tenant.id, issue_id, deleted))
            if fate == "twice":
                self.late_webhooks.append((tenant.id, issue_id, deleted))
            if fate != "late":
                self.bring_webhooks()

        return arrive

    def _fate(self, tenant_id: int, own: bool) -> str:
        if self.webhook_fate is not None:
            return self.webhook_fate(tenant_id, own)
        # Our own writes come back marked, and are mostly, not always, recognised at the door.
        return "lost" if self.rng.random() < (0.9 if own else self.lost_webhooks) else ""

    def bring_webhooks(self) -> None:
        """All webhooks that are on their way arrive."""
        arriving, self.late_webhooks = self.late_webhooks, []
        for tenant_id, issue_id, deleted in arriving:
            with self.db.begin() as tx:
                queue.touch(tx, tenant_id, issue_id, deleted=deleted, now=self.now)
            self.bell.issue(tenant_id, issue_id)

    # running

    def work(self) -> None:
        """Let a worker take one key, at random."""
        if not self.bell.keys:
            return
        key = self.bell.keys.pop(self.rng.randrange(len(self.bell.keys)))
        kind, _, rest = key.partition(":")
        try:
            if kind == "link":
                self.engine.sync_link(int(rest))
            else:
                tenant_id, _, issue_id = rest.partition(":")
                self.pairing.check_issue(int(tenant_id), issue_id)
        except Crash:
            self.crashes += 1

    def bring_late_effects(self) -> None:
        """Writes whose callers gave up take effect now."""
        for site in self.sites.values():
            delayed, site.delayed = site.delayed, []
            for act in delayed:
                # Jira checks again: what it was for may be gone by now.
                with contextlib.suppress(KeyError, Missing):
                    act()

    def sweep(self) -> None:
        with self.db.read() as tx:
            self.bell.link(*queue.due_links(tx, self.now))
            for tenant_id, issue_id in queue.due_issues(tx, self.now):
                self.bell.issue(tenant_id, issue_id)

    def settle(self, rounds: int = 600) -> None:
        """No more faults; time passes; one reconcile pass makes lost webhooks good."""
        for site in self.sites.values():
            site.faults = lambda _operation: ""
        self.post.lose = lambda: ""
        self.webhook_fate = None
        self.lost_webhooks = 0.0
        self.now += LEASE
        self.bring_late_effects()
        self.bring_webhooks()
        for tenant_id in self.sites:
            self.reconcile.run(tenant_id)
        sent = self.post.sent
        for _ in range(rounds):
            if self.post.sent - sent > _MOST_MESSAGES:
                break
            if not self.bell.keys:
                self.sweep()
            if not self.bell.keys:
                if self._idle():
                    return
                self.now += LEASE + 1
                continue
            self.work()
            self.now += 1
        raise AssertionError("never came to rest")

    def _idle(self) -> bool:
        with self.db.read() as tx:
            later = self.now + 10_000_000
            return not queue.due_links(tx, later) and not queue.due_issues(tx, later)

    # looking

    def links(self) -> list[twin_link.TwinLink]:
        with self.db.read() as tx:
            ids = [row[0] for row in tx.exec_driver_sql("select id from twin_link order by id")]
            return [link for link in (twin_link.by_id(tx, i) for i in ids) if link is not None]

    def twins(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Blue's and Green's issue of each link."""
        ours = {link.link_key: link for link in self.links() if link.tenant_id == self.blue.id}
        theirs = {link.link_key: link for link in self.links() if link.tenant_id == self.green.id}
        assert ours.keys() == theirs.keys()
        blue, green = self.sites[self.blue.id].issues, self.sites[self.green.id].issues
        return [(blue[str(ours[key].issue_id)], green[str(theirs[key].issue_id)]) for key in ours]
