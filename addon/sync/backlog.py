"""Backlog: issues that were there before their mapping let them out. Flood protection when rules are published.

Whoever publishes chooses, for their own side: twins *only from now on*, for *these N* that wait now, or for *all*, also
those that come to match later without an edit. The choice does not travel: the partner's people choose for theirs.

What waits is collected first, page by page, so that N stands and a crash costs a page; then links are opened, a few at
a time. The limit of links on their way keeps live changes ahead: between them there is always room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from addon import crash, log
from addon.errors import Blocked, Ignored, Refused, Retryable, Verdict
from addon.jira import condition, reader
from addon.model.rules import IssueMapping, Start
from addon.model.snapshot import Snapshot
from addon.store import audit
from addon.store import backlog as store
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.backlog import Progress, Row
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import admission, backoff, publication, site, starting
from addon.sync.engine import Engine
from addon.sync.pairing import Offer, facts, open_link, terms_of

EXACT_UP_TO = 10_000
"""So many issues are counted one by one; beyond it Jira's estimate is what people are told."""
IN_FLIGHT = 24
"""Links of a tenant's backlogs on their way to partners at once."""
PAUSE_SECONDS = 1.0
"""Until the next pass looks whether there is room."""


@dataclass(slots=True)
class Backlog:
    """One per process, shared by its threads."""

    engine: Engine

    # for people

    def count(self, tenant: Tenant, synchronization: Synchronization, mapping: IssueMapping) -> int:
        """How many issues of our side match now and have no twin; exact up to ``EXACT_UP_TO``, estimated beyond.

        ``mapping`` may be a draft's. Issues that Twinline created do not count, nor those whose twin ended.

        Raises:
            Refused: Jira does not tell, with its words.
        """
        return publication.asked(lambda: self._count(tenant, synchronization, mapping))

    def _count(self, tenant: Tenant, synchronization: Synchronization, mapping: IssueMapping) -> int:
        if mapping.flow_from(synchronization.side).mode != "automatic":
            return 0
        jira, query = self.engine.jira_of(tenant), starting.waiting_query(mapping, synchronization.side)
        estimate = condition.count(jira, query)
        if estimate > EXACT_UP_TO:
            return estimate
        number = 0
        for ids in condition.pages(jira, query):
            with self.engine.db.read() as tx:
                number += len(ids) - len(store.linked(tx, synchronization.id, ids))
        return number

    def start(self, tenant: Tenant, synchronization_id: int, mapping_id: str, start: Start, account_id: str) -> None:
        """Choose for our side of a live mapping; an earlier choice is replaced.

        Raises:
            Refused: no such mapping, it gives no twins by itself, or Jira does not tell its time.
        """
        ours = self._own(tenant, synchronization_id)
        moment = publication.asked(lambda: site.now(self.engine.jira_of(tenant)))
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            starting.begin(tx, ours, mapping_id, start, moment, now)
            detail = {"mapping": mapping_id, "start": start}
            audit.write(tx, tenant.id, account_id, "backlog.start", str(ours.id), detail, now)
            running = store.ids_of(tx, [ours.id])
        self.engine.wake.backlog(*running)

    def cancel(self, tenant: Tenant, synchronization_id: int, mapping_id: str, account_id: str) -> None:
        """Open no further links. What has been opened stays; later only newer issues get a twin.

        Raises:
            Refused: there is nothing to cancel.
        """
        ours, now = self._own(tenant, synchronization_id), self.engine.clock()
        with self.engine.db.begin() as tx:
            row = next((one for one in store.of_synchronization(tx, ours.id) if one.mapping_id == mapping_id), None)
            if row is None or row.state in (store.DONE, store.CANCELLED):
                raise Refused("There is nothing to cancel: all that waited has been opened.", status=409)
            store.change(tx, row.id, state=store.CANCELLED, reason="", retry_at=None)
            rules_store.set_start(tx, ours, mapping_id, row.started_at)
            audit.write(tx, tenant.id, account_id, "backlog.cancel", str(ours.id), {"mapping": mapping_id}, now)

    def progress(self, tenant: Tenant, synchronization_id: int) -> dict[str, Progress]:
        """By mapping id, how far its backlog has got. Raises ``Refused`` for an unknown synchronization."""
        ours = self._own(tenant, synchronization_id)
        with self.engine.db.read() as tx:
            return {row.mapping_id: store.progress(tx, row) for row in store.of_synchronization(tx, ours.id)}

    def _own(self, tenant: Tenant, synchronization_id: int) -> Synchronization:
        with self.engine.db.read() as tx:
            ours = synchronization_store.by_id(tx, tenant.id, synchronization_id)
        if ours is None or not ours.accepted:
            raise Refused("This synchronization is not accepted here, or it was removed.", status=404)
        return ours

    # for workers

    def open(self, backlog_id: int) -> None:
        """One pass: collect what has not been collected, then open as many links as there is room for."""
        now = self.engine.clock()
        with self.engine.db.read() as tx:
            row = store.get(tx, backlog_id)
            ours = synchronization_store.get(tx, row.synchronization_id) if row else None
            tenant = tenant_store.by_id(tx, row.tenant_id) if row else None
        if row is None or ours is None or tenant is None or not _may_go_on(row, ours, tenant, now):
            return
        with self.engine.db.read() as tx:
            mapping = rules_store.live(tx, ours.id).mapping(row.mapping_id)
        if mapping is None or not mapping.active or mapping.flow_from(ours.side).mode != "automatic":
            with self.engine.db.begin() as tx:
                words = "The mapping no longer gives twins by itself."
                store.change(tx, row.id, state=store.CANCELLED, reason=words)
            return
        with log.bind(tenant=tenant.id, synchronization=ours.id, backlog=row.id):
            try:
                self._pass(tenant, row, Offer(ours, mapping))
            except (Blocked, Ignored, Retryable) as verdict:
                self._postpone(tenant, row, verdict)

    def _pass(self, tenant: Tenant, row: Row, offer: Offer) -> None:
        if row.state == store.WATCHING:
            with self.engine.db.begin() as tx:
                store.again(tx, row.id)
                query = starting.waiting_query(offer.mapping, offer.synchronization.side)
                store.change(tx, row.id, state=store.COLLECTING, query=query, cursor="")
            row = replace(row, state="collecting", query=query, cursor="")
        while row.state == store.COLLECTING:
            collected = self._collect(tenant, row)
            if collected is None:
                return  # another worker is at it, or it was cancelled
            row = collected
        if self._open_some(tenant, row, offer):
            self.engine.wake.backlog_later(row.id, PAUSE_SECONDS)

    def _collect(self, tenant: Tenant, row: Row) -> Row | None:
        """One page more, stored together with where the next one begins."""
        ids, token = condition.page(self.engine.jira_of(tenant), row.query, row.cursor)
        with self.engine.db.begin() as tx:
            now = store.lock(tx, row.id)
            if now is None or (now.state, now.cursor) != (row.state, row.cursor):
                return None
            store.collect(tx, row, ids)
            state: store.State = "collecting" if token else "opening"
            at = self.engine.clock()
            store.change(
                tx, row.id, cursor=token, state=state, collected_at=at, reason="", retry_at=None, attempt_count=0
            )
            crash.point("backlog.before_commit")
        crash.point("backlog.after_commit")
        return replace(row, cursor=token, state=state)

    def _open_some(self, tenant: Tenant, row: Row, offer: Offer) -> bool:
        """Open what there is room for; answers whether more is to come."""
        with self.engine.db.read() as tx:
            room = max(0, IN_FLIGHT - store.in_flight(tx, tenant.id))
            ids = store.waiting(tx, row.id, room)
            left = bool(store.waiting(tx, row.id, 1))
        if not left:
            with self.engine.db.begin() as tx:
                watch = row.kind == "all" and offer.jql
                store.change(tx, row.id, state=store.WATCHING if watch else store.DONE)
            return False
        if not ids:
            return True
        jira = self.engine.jira_of(tenant)
        found = {snapshot.issue_id: snapshot for snapshot in reader.issues(jira, ids)}
        matching: frozenset[str] | None = None
        if offer.jql:
            match = condition.matches(jira, ids, [offer.query])[offer.query]
            if match.problem:
                raise Blocked(f"Jira cannot evaluate the condition of this mapping: {match.problem}")
            matching = match.issue_ids
        opened = self._settle(tenant, row, offer, ids, found, matching)
        self.engine.wake.link(*opened)
        return True

    def _settle(
        self,
        tenant: Tenant,
        row: Row,
        offer: Offer,
        ids: Sequence[str],
        found: dict[str, Snapshot],
        matching: frozenset[str] | None,
    ) -> list[int]:
        """Links for those that still qualify, in one transaction with the note that their turn came."""
        opened = []
        with self.engine.db.begin() as tx:
            current = store.lock(tx, row.id)
            if current is None or current.state != store.OPENING:
                return []
            waiting = set(store.waiting(tx, row.id, len(ids)))
            linked = store.linked(tx, row.synchronization_id, ids)
            # Old ones too: that is what was chosen.
            terms = replace(terms_of(tx, offer.synchronization), starts={row.mapping_id: 0.0})
            for issue_id in ids:
                if issue_id not in waiting:
                    continue
                snapshot, link_id = found.get(issue_id), None
                ruling = admission.rule_on(terms, facts(snapshot)) if snapshot else None
                matches = matching is None or issue_id in matching
                fits = ruling is not None and ruling.rule is None and ruling.mapping == offer.mapping
                if snapshot is not None and fits and matches and issue_id not in linked:
                    key = self.engine.new_key()
                    link_id = open_link(tx, tenant, snapshot, offer, self.engine.clock(), key).id
                    opened.append(link_id)
                store.settle(tx, row.id, issue_id, link_id)
            crash.point("backlog.before_commit")
        crash.point("backlog.after_commit")
        return opened

    def _postpone(self, tenant: Tenant, row: Row, verdict: Verdict) -> None:
        after = verdict.after if isinstance(verdict, Retryable) else None
        until = self.engine.clock() + backoff.wait(row.attempt_count, after)
        log.info("backlog_waits", verdict=type(verdict).__name__)
        with self.engine.db.begin() as tx:
            count = row.attempt_count + 1
            store.change(tx, row.id, retry_at=until, attempt_count=count, reason=verdict.reason)
            if isinstance(verdict, Retryable) and verdict.party == "jira":
                tenant_store.back_off(tx, tenant.id, until, verdict.reason, asked=after is not None)


def _may_go_on(row: Row, ours: Synchronization, tenant: Tenant, now: float) -> bool:
    """Whether nothing makes it wait: its own pause, our Jira's, the partner's, or an end."""
    moments = (row.retry_at, tenant.retry_at, ours.retry_at)
    free = all(moment is None or moment <= now for moment in moments)
    return free and ours.accepted and tenant.state == "enabled" and row.state not in (store.DONE, store.CANCELLED)
