"""What workers do: drain the keys that were woken. One RQ job drains many, in threads, in one process.

A job carries no data: a key names a row, and the row's state says what there is to do. Losing a job, or all of Redis,
loses nothing; the sweep wakes whatever is due.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from addon import crash, log, net, owner
from addon.config import Settings
from addon.errors import Verdict
from addon.jira.client import JiraClient
from addon.store import backlog as backlog_store
from addon.store import nonce, queue, twin_link
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Database
from addon.store.secret import Vault
from addon.store.tenant import Tenant
from addon.store.wake import Wake, connect
from addon.sync import site
from addon.sync.backlog import Backlog
from addon.sync.engine import Engine
from addon.sync.foresight import Foresight
from addon.sync.handshake import Handshake
from addon.sync.pairing import Pairing
from addon.sync.preview import Preview
from addon.sync.reconcile import Reconcile
from addon.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything made once per process, web or worker, from the settings."""

    settings: Settings
    db: Database
    vault: Vault
    jira: Callable[[Tenant], JiraClient]
    wake: Wake
    handshake: Handshake
    engine: Engine
    pairing: Pairing
    reconcile: Reconcile
    backlog: Backlog
    preview: Preview

    def work(self, key: str) -> None:
        """Do what a key asks for: its kind, then ids. A key of a row that is gone asks for nothing."""
        kind, _, rest = key.partition(":")
        if kind == "link":
            self.engine.sync_link(int(rest))
        elif kind == "issue":
            tenant_id, _, issue_id = rest.partition(":")
            self.pairing.check_issue(int(tenant_id), issue_id)
        elif kind == "synchronization":
            self.handshake.push(int(rest))
            self.pairing.look_again(int(rest))
        elif kind == "tenant":
            self.introduce(int(rest))
        elif kind == "reconcile":
            self.reconcile.run(int(rest))
        elif kind == "backlog":
            self.backlog.open(int(rest))
        elif kind == "sweep":
            self.sweep()

    def introduce(self, tenant_id: int) -> None:
        """Ask a tenant's Jira who we are there and what it is called."""
        with self.db.read() as tx:
            tenant = tenant_store.by_id(tx, tenant_id)
        if tenant is None or tenant.state != "enabled":
            return
        try:
            account_id, name = site.introduction(self.jira(tenant))
        except Verdict as verdict:
            log.info("not_introduced", tenant=tenant_id, verdict=type(verdict).__name__)
            return
        with self.db.begin() as tx:
            tenant_store.introduce(tx, tenant_id, account_id, name)

    def bury(self) -> None:
        """Take the leases of workers of this machine that have died: nobody has to wait for their end."""
        with self.db.read() as tx:
            held = twin_link.leased(tx, self.engine.clock())
        for link_id, name in held:
            if owner.is_dead(name):
                with self.db.begin() as tx:
                    freed = twin_link.take_from_dead(tx, link_id, name, self.settings.settle_seconds)
                if freed:
                    log.info("lease_of_the_dead", link=link_id)
                    self.wake.link(link_id)

    def sweep(self) -> None:
        """Wake whatever is due: the database knows it all, whatever became of Redis."""
        self.bury()
        now = self.engine.clock()
        with self.db.begin() as tx:
            nonce.purge(tx, now)
            unreconciled = tenant_store.unreconciled(tx, now, self.settings.reconcile_seconds)
        with self.db.read() as tx:
            unanswered = queue.unanswered(tx, now)
        for link_id in unanswered:
            # Each by itself: whoever locks many links at once meets workers that hold one.
            with self.db.begin() as tx:
                queue.remind(tx, link_id, now)
        with self.db.read() as tx:
            issues = queue.due_issues(tx, now)
            links = queue.due_links(tx, now)
            untold = synchronization_store.untold(tx, now)
            unknown = tenant_store.unknown(tx)
            backlogs = backlog_store.due(tx, now, self.settings.reconcile_seconds)
        for tenant_id, issue_id in issues:
            self.wake.issue(tenant_id, issue_id)
        self.wake.link(*links)
        self.wake.synchronization(*untold)
        self.wake.tenant(*unknown)
        self.wake.reconcile(*unreconciled)
        self.wake.backlog(*backlogs)


def build(settings: Settings) -> Parts:
    """Wire the parts together; nothing is connected to yet."""
    db, vault = Database(settings.database_url), Vault(settings.secret_keys)
    to_jira = net.jira_http(settings.deadline_seconds, settings.development, settings.worker_threads)

    clients: dict[int, tuple[Tenant, JiraClient]] = {}

    def jira(tenant: Tenant) -> JiraClient:
        # Opening a sealed secret costs more than a query; what a client needs of the tenant rarely changes.
        kept = clients.get(tenant.id)
        if kept is None or _calls_as(kept[0]) != _calls_as(tenant):
            kept = clients[tenant.id] = (tenant, JiraClient(tenant, settings, vault, to_jira))
        return kept[1]

    wake = Wake(connect(settings.redis_url))
    transport = Transport(db, vault, settings)
    handshake = Handshake(db, vault, settings, transport, jira, wake)
    engine = Engine(db, settings, jira, transport, wake)
    backlog = Backlog(engine)
    preview = Preview(Foresight(db, jira), transport)
    return Parts(
        settings, db, vault, jira, wake, handshake, engine, Pairing(engine), Reconcile(engine), backlog, preview
    )


def _calls_as(tenant: Tenant) -> tuple[str, ...]:
    return tenant.base_url, tenant.state, tenant.shared_secret, tenant.trace


_LINGER = 1.0
"""Seconds without work after which a drain ends: as long as it goes on, what is woken need not wait for an RQ job."""
_LISTEN = 0.5
"""Seconds to listen at a time."""


@functools.cache
def _parts() -> Parts:
    settings = Settings.from_env()
    log.configure(settings.log_level)
    if settings.crash_at:
        crash.kill_at(settings.crash_at)
    return build(settings)


@functools.cache
def _bury_once() -> None:
    """A worker that starts may follow one that died a moment ago."""
    _parts().bury()


def drain() -> None:
    """The RQ job: work on awake keys until there are none. Runs as often as it is enqueued, in any worker."""
    parts = _parts()
    parts.wake.clear_flag()
    _bury_once()
    running: set[Future[None]] = set()
    worked_at = time.monotonic()
    with ThreadPoolExecutor(parts.settings.worker_threads, thread_name_prefix="drain") as pool:
        while True:
            keys = parts.wake.take(parts.settings.worker_threads - len(running))
            running.update(pool.submit(_work, parts, key) for key in keys)
            if keys:
                worked_at = time.monotonic()
            if len(running) == parts.settings.worker_threads:
                wait(running, return_when=FIRST_COMPLETED)
            elif not keys:
                put_off = parts.wake.next_in()
                if not running and put_off is None and time.monotonic() > worked_at + _LINGER:
                    return
                # A bell that is never to ring again would be listened to for ever with a timeout of 0.
                parts.wake.listen(max(0.01, min(_LISTEN, put_off if put_off is not None else _LISTEN)))
            running = {future for future in running if not future.done()}


def _work(parts: Parts, key: str) -> None:
    try:
        parts.work(key)
    except Exception:  # one key's bug must not end the others' drain; the sweep finds the row again
        log.bug("work_failed", key=key)
