"""Two sites, two ends of a synchronization, the real line between them; time, network, workers are ours to break."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select

from addon.config import Settings
from addon.errors import Missing, Retryable
from addon.jira.metadata import Metadata
from addon.model.message import Message
from addon.model.preview import Question, Reply
from addon.model.reading import read
from addon.model.rules import BASIC_FIELDS, NO_USERS, End, FieldMapping, Flow, IssueMapping, UserMapping, document_of
from addon.model.scope import Scope
from addon.store import backlog as backlog_store
from addon.store import conflict, queue, table, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Database
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import epoch, inbox
from addon.sync.answering import Answering
from addon.sync.backlog import Backlog
from addon.sync.engine import Engine
from addon.sync.foresight import Foresight
from addon.sync.pairing import Pairing
from addon.sync.preview import Preview
from addon.sync.reconcile import Reconcile
from tests.fakes.jira import Crash, FakeJira

LEASE = 180.0
RESCAN = 600.0
_MOST_MESSAGES = 300
"""Far more than any history needs to settle: beyond it the two sides are answering each other for ever."""
opened: list[World] = []
"""To be closed when the test is over."""


@dataclass
class Bell:
    """Wake, as a list of keys; losing some is part of the game. ``home``: the deployment that is woken."""

    keys: list[str]
    home: int = 0

    def link(self, *link_ids: int) -> None:
        self.keys += [f"{self.home}:link:{i}" for i in link_ids]

    def issue(self, tenant_id: int, *issue_ids: str) -> None:
        self.keys += [f"{self.home}:issue:{tenant_id}:{i}" for i in issue_ids]

    def issue_later(self, tenant_id: int, issue_id: str, seconds: float) -> None:
        """Left to the sweep."""

    def synchronization(self, *_ids: int) -> None: ...

    def backlog(self, *backlog_ids: int) -> None:
        self.keys += [f"{self.home}:backlog:{i}" for i in backlog_ids]

    def backlog_later(self, backlog_id: int, seconds: float) -> None:
        """Left to the sweep."""


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
        world = self.world
        across, home = world.across(synchronization), world.homes[world.across(synchronization).tenant_id]
        # What travels is JSON: whatever does not survive it would only fail between two deployments.
        copies = [Message.from_json(json.loads(json.dumps(message.to_json()))) for message in messages]
        with home.db.begin() as tx:
            known = synchronization_store.get(tx, across.id)
            assert known is not None
            accepted = inbox.accept(tx, known, copies, world.now)
        self.sent += len(messages)
        home.bell.link(*accepted.link_ids)
        if fault == "receipt":
            raise Retryable("lost", ambiguous=True, party="partner")
        if accepted.epoch > synchronization.epoch:
            with world.homes[synchronization.tenant_id].db.begin() as tx:
                epoch.begin(tx, synchronization.id, accepted.epoch, world.now)
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
        home = world.homes[tenant.id]
        with home.db.read() as tx:
            known = synchronization_store.get(tx, across.id)
        assert known is not None
        return read(Reply, json.loads(json.dumps(home.answering.answer(tenant, known, asked).to_json())))


@dataclass
class Home:
    """One deployment: its database and its workers."""

    db: Database
    bell: Bell
    engine: Engine
    pairing: Pairing
    reconcile: Reconcile
    backlog: Backlog
    answering: Answering
    preview: Preview


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
    flows: tuple[Flow, Flow] = (Flow(), Flow())
    """What leaves Blue, what leaves Green."""
    more: tuple[IssueMapping, ...] = ()
    """Mappings beside the one of everybody's bugs."""
    now: float = 1_700_000_000.0
    sites: dict[int, FakeJira] = field(default_factory=dict)
    skew: dict[int, float] = field(default_factory=dict)
    """By tenant, how far its site's clock is ahead of ours (seconds)."""
    webhook_fate: Callable[[int, bool], str] | None = None
    """What becomes of a webhook (tenant id, our own echo?): "", "lost", "twice" or "late"; None: by chance."""
    late_webhooks: list[tuple[int, str, bool]] = field(default_factory=list)
    federated: bool = False
    """Each site in a deployment of its own. Both databases hold both rows of everything, so that ids are the same; of
    the partner's tenant it is said that it has gone."""
    crashes: int = 0
    point: str = ""
    crashed: bool = False
    forgotten: list[conflict.Found] = field(default_factory=list)
    """Of conflict logs, what was there when a database was lost: a backup does not hold what came after it."""
    interrupted: set[str] = field(default_factory=set)
    """Where epochs may begin: issues to which a write was interrupted. What it replaced no log may tell then."""

    def __post_init__(self) -> None:
        opened.append(self)
        self.settings = Settings(
            "http://localhost", "", "", (Fernet.generate_key().decode(),), development=True, lease_seconds=LEASE
        )
        self.keys: list[str] = []
        self._names = itertools.count(1)
        self.post = Post(self)
        urls = [self.database_url, f"{self.database_url}.green"] if self.federated else [self.database_url]
        homes = [self._home(number, url) for number, url in enumerate(urls)]
        for number, home in enumerate(homes):
            with home.db.begin() as tx:
                self.blue, self.green = (self._tenant(tx, name) for name in ("blue", "green"))
                self.ours = self._end(tx, self.blue, "inviter", self.green)
                self.theirs = self._end(tx, self.green, "accepter", self.blue)
                if self.federated:
                    stranger = (self.green, self.blue)[number]
                    tenant_store.set_state(tx, stranger.id, "uninstalled", now=self.now)
        self.homes = {self.blue.id: homes[0], self.green.id: homes[-1]}
        self.db, self.bell = homes[0].db, homes[0].bell
        self.engine, self.pairing, self.reconcile = homes[0].engine, homes[0].pairing, homes[0].reconcile
        self.backlog, self.preview = homes[0].backlog, homes[0].preview
        for tenant, first, normalise in ((self.blue, 1000, self.normalise[0]), (self.green, 5000, self.normalise[1])):
            site = FakeJira(tenant.name, first, self._clock_of(tenant.id), normalise=normalise)
            site.webhook = self._webhook(tenant)
            self.sites[tenant.id] = site

    def _home(self, number: int, url: str) -> Home:
        db, bell = _empty(url), Bell(self.keys, number)
        engine = Engine(
            db,
            self.settings,
            lambda tenant: self.sites[tenant.id],  # type: ignore[arg-type,return-value]
            self.post,
            bell,  # type: ignore[arg-type]
            clock=lambda: self.now,
            metadata=Metadata(lambda: self.now),
            # The same seed tells the same story to the letter.
            new_owner=lambda: f"worker-{next(self._names)}",
            new_key=lambda: f"link-{next(self._names):012}",
        )
        foresight = Foresight(db, lambda tenant: self.sites[tenant.id], lambda: self.now, Metadata(lambda: self.now))
        return Home(
            db,
            bell,
            engine,
            Pairing(engine),
            Reconcile(engine),
            Backlog(engine),
            Answering(foresight),
            Preview(foresight, Questions(self)),
        )

    def close(self) -> None:
        for home in self.deployments():
            home.db.close()

    def deployments(self) -> list[Home]:
        """Each once."""
        return list({id(home): home for home in self.homes.values()}.values())

    def backup(self, tenant: Tenant) -> Path:
        """A copy of the database of a site's deployment, as ``sqlite3 .backup`` makes it."""
        source = Path(str(self.homes[tenant.id].db.engine.url.database))
        copy = source.with_suffix(f".{len(list(source.parent.iterdir()))}.backup")
        _copy(source, copy)
        return copy

    def restore(self, tenant: Tenant, copy: Path) -> None:
        """The deployment's processes stop, its database is replaced by the copy, and they start again."""
        home = self.homes[tenant.id]
        self.forgotten += self.conflicts(tenant)
        self._note_interrupted()
        target = Path(str(home.db.engine.url.database))
        home.db.close()
        for name in ("", "-wal", "-shm"):
            target.with_name(target.name + name).unlink(missing_ok=True)
        _copy(copy, target)
        self.keys[:] = [key for key in self.keys if not key.startswith(f"{home.bell.home}:")]

    def epoch(self, side: int) -> int:
        """That which a site's end of the synchronization counts in."""
        ours = (self.ours, self.theirs)[side]
        with self.homes[ours.tenant_id].db.read() as tx:
            row = synchronization_store.get(tx, ours.id)
        assert row is not None
        return row.epoch

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
            told_version=1,
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
        self.mapping = IssueMapping("m", True, end, end, fields, *self.flows)
        self._store(tx, row, 1)
        # An hour ago: a site's clock may be behind ours, and the start is told by the site's.
        for mapping_id in ("m", *(mapping.id for mapping in self.more)):
            rules_store.set_start(tx, row, mapping_id, self.now - 3600)
        return row

    def _store(self, tx: Any, row: Synchronization, version: int) -> None:
        document = document_of((self.mapping, *self.more), self.users)
        rules_store.add(
            tx, row, version=version, document=document, published_by="", published_side="inviter", now=self.now
        )

    def let_flow(self, *flows: Flow) -> None:
        """Other flows, published and known at both ends."""
        self.mapping = replace(self.mapping, to_accepter=flows[0], to_inviter=flows[1])
        for row in (self.ours, self.theirs):
            with self.db.begin() as tx:
                self._store(tx, row, rules_store.live(tx, row.id).version + 1)
            self.pairing.look_again(row.id)

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
            home = self.homes[tenant_id]
            with home.db.begin() as tx:
                queue.touch(tx, tenant_id, issue_id, deleted=deleted, now=self.now)
            home.bell.issue(tenant_id, issue_id)

    # running

    def work(self) -> None:
        """Let a worker take one key, at random."""
        if not self.keys:
            return
        if self.federated:
            self._note_interrupted()
        key = self.keys.pop(self.rng.randrange(len(self.keys)))
        number, kind, *ids = key.split(":")
        home = self.deployments()[int(number)]
        try:
            if kind == "link":
                home.engine.sync_link(int(ids[0]))
            elif kind == "backlog":
                home.backlog.open(int(ids[0]))
            else:
                home.pairing.check_issue(int(ids[0]), ids[1])
        except Crash:
            self.crashes += 1

    def _note_interrupted(self) -> None:
        asked = select(table.twin_link.c.issue_id).join(table.inbox).where(table.inbox.c.intent_at.is_not(None))
        for home in self.deployments():
            with home.db.read() as tx:
                self.interrupted.update(map(str, tx.scalars(asked)))

    def bring_late_effects(self) -> None:
        """Writes whose callers gave up take effect now."""
        for site in self.sites.values():
            delayed, site.delayed = site.delayed, []
            for act in delayed:
                # Jira checks again: what it was for may be gone by now.
                with contextlib.suppress(KeyError, Missing):
                    act()

    def sweep(self) -> None:
        for home in self.deployments():
            with home.db.begin() as tx:
                for link_id in queue.unanswered(tx, self.now):
                    queue.remind(tx, link_id, self.now)
            with home.db.read() as tx:
                home.bell.link(*queue.due_links(tx, self.now))
                home.bell.backlog(*backlog_store.due(tx, self.now, RESCAN))
                for tenant_id, issue_id in queue.due_issues(tx, self.now):
                    home.bell.issue(tenant_id, issue_id)
        if self.federated:
            self._tell_states()

    def _tell_states(self) -> None:
        """What ``sync.telling`` and ``sync.exchange`` do about epochs: each state carries its own."""
        for ours in (self.ours, self.theirs):
            home, across = self.homes[ours.tenant_id], self.across(ours)
            with home.db.read() as tx:
                row, tenant = synchronization_store.get(tx, ours.id), tenant_store.by_id(tx, ours.tenant_id)
            assert row is not None and tenant is not None
            if row.told or not tenant.live:
                continue
            with contextlib.suppress(Retryable):
                with self.homes[across.tenant_id].db.begin() as tx:
                    epoch.begin(tx, across.id, row.epoch, self.now)
                    there = synchronization_store.get(tx, across.id)
                with home.db.begin() as tx:
                    assert there is not None
                    epoch.begin(tx, row.id, there.epoch, self.now)
                    synchronization_store.confirm_told(tx, row.id, row.state_version)

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
            self.homes[tenant_id].reconcile.run(tenant_id)
        sent = self.post.sent
        for _ in range(rounds):
            if self.post.sent - sent > _MOST_MESSAGES:
                break
            if not self.keys:
                self.sweep()
            if not self.keys:
                if self._idle():
                    return
                self.now += LEASE + 1
                continue
            self.work()
            self.now += 1
        raise AssertionError("never came to rest")

    def _idle(self) -> bool:
        later = self.now + 10_000_000
        for home in self.deployments():
            with home.db.read() as tx:
                waits = queue.due_links(tx, later) or queue.due_issues(tx, later)
                # Looked at from the beginning of time, those that only watch have nothing to do.
                if waits or backlog_store.due(tx, later, float("inf")):
                    return False
                if self.federated and synchronization_store.untold(tx, later):
                    return False
        return True

    def retry(self, link_id: int) -> None:
        """A person asks for a link that stands still; time has passed since."""
        self.now += 60
        with self.db.begin() as tx:
            twin_link.try_again(tx, link_id, self.now)
        self.bell.link(link_id)
        self.settle()

    # looking

    def links(self) -> list[twin_link.TwinLink]:
        found: list[twin_link.TwinLink] = []
        for home in self.deployments():
            with home.db.read() as tx:
                ids = [row[0] for row in tx.exec_driver_sql("select id from twin_link order by id")]
                found += [link for link in (twin_link.by_id(tx, i) for i in ids) if link is not None]
        return found

    def conflicts(self, of: Tenant | None = None) -> list[conflict.Found]:
        """The conflict logs of all links, or of one site's."""
        found: list[conflict.Found] = []
        for link in self.links():
            with self.homes[link.tenant_id].db.read() as tx:
                found += conflict.all_of(tx, link.id) if of is None or link.tenant_id == of.id else []
        return found

    def twins(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Blue's and Green's issue of each link."""
        ours = {link.link_key: link for link in self.links() if link.tenant_id == self.blue.id}
        theirs = {link.link_key: link for link in self.links() if link.tenant_id == self.green.id}
        assert ours.keys() == theirs.keys()
        blue, green = self.sites[self.blue.id].issues, self.sites[self.green.id].issues
        return [(blue[str(ours[key].issue_id)], green[str(theirs[key].issue_id)]) for key in ours]


_again: dict[str, Database] = {}


def _empty(url: str) -> Database:
    """An empty database with our tables.

    A SQLite file that a former world used is begun afresh, with what was compiled for it: else each history would spend
    a third of its time on making tables and statements.
    """
    if url in _again:
        db, file = _again[url], Path(str(_again[url].engine.url.database))
        db.close()
        for name in ("", "-wal", "-shm"):
            file.with_name(file.name + name).unlink(missing_ok=True)
        _copy(file.with_name(f"{file.name}.tables"), file)
        return db
    db = Database(url)
    table.metadata.create_all(db.engine)
    if db.is_sqlite:
        file = Path(str(db.engine.url.database))
        _copy(file, file.with_name(f"{file.name}.tables"))
        _again[url] = db
    return db


def _copy(source: Path, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)
