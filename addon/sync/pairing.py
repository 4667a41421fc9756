"""Pairing: which issues get a twin. A touched issue is looked at here before its links are.

An issue gets a twin when it was created after its mapping became active (by our Jira's own clock); older ones only
when a person asks in the panel. What Twinline itself created never gets a further twin on its own: two synchronizations
over the same projects would otherwise copy each other's copies for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from addon import crash, log
from addon.errors import Missing, Refused, Retryable
from addon.jira import reader
from addon.model.rules import IssueMapping
from addon.model.snapshot import Snapshot
from addon.store import audit, queue, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Tx
from addon.store.queue import Touched
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.sync import backoff, epoch
from addon.sync.engine import Engine

CALM_SECONDS = 0.4
"""An issue that was just looked at is left alone for so long: quick edits, one after the other, cost one look and one
message instead of one each. The first of them is never held up."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A synchronization and the mapping of it that an issue falls under; ``started_at`` is None before it started."""

    synchronization: Synchronization
    mapping: IssueMapping
    started_at: float | None


@dataclass(slots=True)
class Pairing:
    """Looks at touched issues and opens twin links."""

    engine: Engine

    def check_issue(self, tenant_id: int, issue_id: str) -> None:
        """Look at an issue that a webhook named: its links are to be looked at, or it may get its first one."""
        engine = self.engine
        with engine.db.read() as tx:
            tenant = tenant_store.by_id(tx, tenant_id)
            touched = queue.touched(tx, tenant_id, issue_id)
            links = twin_link.for_issue(tx, tenant_id, issue_id)
            if tenant is None or tenant.state != "enabled" or touched is None:
                return
            # An issue whose twin was deleted over there does not get another one unless somebody asks for it.
            found = _candidates(tx, tenant, links)
            worth_a_read = _may_pair(found, _ends(tx, links))
        calm_at = max((link.looked_at or 0.0 for link in links), default=0.0) + CALM_SECONDS
        if not touched.deleted and calm_at > engine.clock():
            engine.wake.issue_later(tenant_id, issue_id, calm_at - engine.clock())
            return
        with log.bind(tenant=tenant_id, issue=issue_id):
            try:
                if len(links) == 1 and not touched.deleted and not worth_a_read:
                    engine.sync_link(links[0].id, touched)
                    return
                for link_id in self._look(tenant, touched, links, found if worth_a_read else ()):
                    engine.sync_link(link_id)
            except Retryable as verdict:
                self._postpone(tenant, touched, verdict)
            except Exception:  # a bug of ours must not keep the other issues waiting
                log.bug("check_failed")
                self._postpone(tenant, touched, Retryable("Twinline met an error of its own."))

    def _look(
        self, tenant: Tenant, touched: Touched, links: Sequence[TwinLink], found: Sequence[Candidate]
    ) -> list[int]:
        """Decide about an issue; answers the links to look at. The touched row goes in the same transaction.

        ``found``: synchronizations by which it may get a twin, if it is worth reading the issue for that.
        """
        if touched.deleted and self._is_gone(tenant, touched.issue_id):
            for link in links:
                self.engine.end(link.id, "was deleted")
            with self.engine.db.begin() as tx:
                queue.looked_at(tx, touched)
            return [link.id for link in links]
        snapshot = self._read(tenant, touched.issue_id) if found else None
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            queue.looked_at(tx, touched)
            live = [link.id for link in links if link.state != twin_link.ENDED]
            for link_id in live:
                twin_link.touch(tx, link_id, now)
            if snapshot is not None:
                live += self._open(tx, tenant, snapshot, found, now)
            crash.point("pairing.before_commit")
        crash.point("pairing.after_commit")
        return live

    def _open(self, tx: Tx, tenant: Tenant, snapshot: Snapshot, found: Sequence[Candidate], now: float) -> list[int]:
        if snapshot.link_key:
            return self._claim(tx, snapshot, found, now)
        return [
            _create(tx, tenant, snapshot, candidate, now, self.engine.new_key()).id
            for candidate in found
            if _falls_under(candidate, snapshot)
            and candidate.started_at is not None
            and snapshot.created_at >= candidate.started_at
        ]

    def _claim(self, tx: Tx, snapshot: Snapshot, found: Sequence[Candidate], now: float) -> list[int]:
        """An issue that we created and whose receipt was lost: it belongs to the link that it names."""
        for candidate in found:
            ours = candidate.synchronization
            link = twin_link.by_key(tx, ours.id, snapshot.link_key)
            if link is not None and link.issue_id is None:
                renewed = {"renewed": True, "touched_at": now} if epoch.is_recent(ours, now) else {}
                columns = {"issue_id": snapshot.issue_id, "issue_key": snapshot.issue_key, "retry_at": None, **renewed}
                twin_link.change(tx, link.id, **columns)
                return [link.id]
            made_here = snapshot.twin.startswith(f"{ours.agreement_id}/")
            if link is None and made_here and snapshot.created_at > (ours.epoch_at or 0.0):
                # We created it for a link that we do not know: a backup was put back here.
                epoch.begin(tx, ours.id, ours.epoch + 1, now)
        return []

    def _read(self, tenant: Tenant, issue_id: str) -> Snapshot | None:
        try:
            return reader.issue(self.engine.jira_of(tenant), issue_id, ())
        except Missing:
            return None

    def _is_gone(self, tenant: Tenant, issue_id: str) -> bool:
        return self._read(tenant, issue_id) is None

    def _postpone(self, tenant: Tenant, touched: Touched, verdict: Retryable) -> None:
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            wait = backoff.wait(touched.attempt_count, verdict.after)
            queue.postpone_touched(tx, touched, now + wait)
            if verdict.party == "jira":
                wait = backoff.wait(tenant.attempt_count, verdict.after)
                tenant_store.back_off(tx, tenant.id, now + wait, verdict.reason, asked=verdict.after is not None)

    # asked for by a person

    def offers(self, tenant: Tenant, project_id: str, issue_type_id: str, issue_id: str) -> list[Candidate]:
        """The synchronizations by which a person may give this issue a twin."""
        with self.engine.db.read() as tx:
            links = [link for link in twin_link.for_issue(tx, tenant.id, issue_id) if link.state != twin_link.ENDED]
            return [
                candidate
                for candidate in _candidates(tx, tenant, links)
                if _is_of(candidate, project_id, issue_type_id)
            ]

    def pair(self, tenant: Tenant, issue_id: str, synchronization_id: int, account_id: str) -> int:
        """Give an issue a twin because a person asks for it. Answers the new link's id.

        Raises:
            Refused: it has one already, or no mapping covers it.
        """
        snapshot = self._read(tenant, issue_id)
        if snapshot is None:
            raise Refused("The app cannot see this issue. Give it permission to browse the project.", status=404)
        offers = self.offers(tenant, snapshot.project_id, snapshot.issue_type_id, issue_id)
        chosen = next((offer for offer in offers if offer.synchronization.id == synchronization_id), None)
        if chosen is None:
            raise Refused("This issue already has a twin there, or no active mapping covers its project and type.")
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            link = _create(tx, tenant, snapshot, chosen, now, self.engine.new_key())
            audit.write(tx, tenant.id, account_id, "twin.pair", str(link.id), {"issue_id": issue_id}, now)
        self.engine.wake.link(link.id)
        return link.id

    def sync_now(self, tenant: Tenant, issue_id: str, account_id: str) -> None:
        """Look at an issue's links afresh because a person asks for it: also retries what was blocked."""
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            links = [link for link in twin_link.for_issue(tx, tenant.id, issue_id) if link.state != twin_link.ENDED]
            for link in links:
                twin_link.try_again(tx, link.id, now)
            audit.write(tx, tenant.id, account_id, "twin.sync_now", issue_id, {"links": len(links)}, now)
        self.engine.wake.link(*(link.id for link in links))

    def look_again(self, synchronization_id: int) -> None:
        """Rules or scope have changed: links that stood still because of them may go on."""
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            ids = twin_link.standing_still(tx, synchronization_id)
            for link_id in ids:
                twin_link.try_again(tx, link_id, now)
        self.engine.wake.link(*ids)


def _candidates(tx: Tx, tenant: Tenant, links: Sequence[TwinLink]) -> list[Candidate]:
    """Active, shown mappings of accepted synchronizations in which none of the links is."""
    taken = {link.synchronization_id for link in links}
    found = []
    for synchronization in synchronization_store.of_tenant(tx, tenant.id):
        if not synchronization.accepted or synchronization.id in taken:
            continue
        starts = rules_store.starts(tx, synchronization.id)
        for mapping in rules_store.live(tx, synchronization.id).mappings:
            end = mapping.end_of(synchronization.side)
            if mapping.active and synchronization.scope.shows(end.project_id, end.issue_type_id):
                found.append(Candidate(synchronization, mapping, starts.get(mapping.id)))
    return found


def _ends(tx: Tx, links: Sequence[TwinLink]) -> set[tuple[str, str]]:
    """Where an issue with links lies, as their mappings say: project id and issue type id, which costs no read."""
    found = set()
    for link in links:
        synchronization = synchronization_store.get(tx, link.synchronization_id)
        mapping = rules_store.live(tx, link.synchronization_id).mapping(link.mapping_id)
        if synchronization is not None and mapping is not None and link.state != twin_link.ENDED:
            end = mapping.end_of(synchronization.side)
            found.add((end.project_id, end.issue_type_id))
    return found


def _may_pair(found: Sequence[Candidate], ends: set[tuple[str, str]]) -> bool:
    """Whether the issue has to be read to tell if it gets a twin by one of the candidates."""
    if not ends:
        return bool(found)
    return any(_is_of(candidate, *end) for candidate in found for end in ends)


def _falls_under(candidate: Candidate, snapshot: Snapshot) -> bool:
    return _is_of(candidate, snapshot.project_id, snapshot.issue_type_id)


def _is_of(candidate: Candidate, project_id: str, issue_type_id: str) -> bool:
    end = candidate.mapping.end_of(candidate.synchronization.side)
    return (end.project_id, end.issue_type_id) == (project_id, issue_type_id)


def _create(tx: Tx, tenant: Tenant, snapshot: Snapshot, candidate: Candidate, now: float, link_key: str) -> TwinLink:
    return twin_link.create(
        tx,
        tenant_id=tenant.id,
        synchronization_id=candidate.synchronization.id,
        mapping_id=candidate.mapping.id,
        link_key=link_key,
        issue_id=snapshot.issue_id,
        issue_key=snapshot.issue_key,
        now=now,
    )
