"""Pairing: which issues get a twin. A touched issue is looked at here before its links are.

The rules stand in ``admission``: an issue gets a twin on its own when it was created after its mapping started (by our
Jira's own clock) or, under a condition, was edited since and matches now; all others only when a person asks in the
panel. What Twinline itself created never gets a further twin on its own: two synchronizations over the same projects
would otherwise copy each other's copies for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from addon import crash, log
from addon.errors import Blocked, Missing, Refused, Retryable
from addon.jira import condition, reader
from addon.jira.condition import Match
from addon.model.rules import IssueMapping
from addon.model.snapshot import Snapshot
from addon.store import audit, backlog, queue, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Tx
from addon.store.queue import Touched
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.sync import admission, backoff, epoch, renewal
from addon.sync.admission import Issue, Terms
from addon.sync.engine import Engine
from addon.sync.standing import is_later

CALM_SECONDS = 0.4
"""An issue that was just looked at is left alone for so long: quick edits, one after the other, cost one look and one
message instead of one each. The first of them is never held up."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A synchronization by which an issue has no living twin."""

    synchronization: Synchronization
    terms: Terms


@dataclass(frozen=True, slots=True)
class Offer:
    """A synchronization and the mapping of it by which an issue gets a twin."""

    synchronization: Synchronization
    mapping: IssueMapping

    @property
    def jql(self) -> str:
        """Our condition, or "" for none."""
        return self.mapping.flow_from(self.synchronization.side).jql.strip()

    @property
    def query(self) -> str:
        """The query for all issues that this mapping lets out of our side."""
        end = self.mapping.end_of(self.synchronization.side)
        return condition.query(end.project_id, end.issue_type_id, self.jql)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at an issue came to. ``problem``: a condition that Jira could not evaluate, in words."""

    snapshot: Snapshot | None
    offers: tuple[Offer, ...] = ()
    problem: str = ""


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
            found = [one for one in candidates(tx, tenant, links) if admission.possible(one.terms)]
            worth_a_read = _may_pair(found, _ends(tx, links))
        if is_later(tenant.retry_at, engine.clock()):
            return  # this Jira is left alone for now; the sweep finds the row once it may be asked again
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
        look = self._admitted(tenant, touched.issue_id, found) if found else Look(None)
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            if look.problem:
                log.info("condition_failed")
                queue.postpone_touched(tx, touched, now + backoff.wait(touched.attempt_count, None), look.problem)
            else:
                queue.looked_at(tx, touched)
            live = [link.id for link in links if link.state != twin_link.ENDED]
            for link_id in live:
                twin_link.touch(tx, link_id, now)
            if look.snapshot is not None and look.snapshot.link_key:
                live += self._claim(tx, look.snapshot, found, now)
            elif look.snapshot is not None:
                live += [
                    open_link(tx, tenant, look.snapshot, offer, now, self.engine.new_key()).id for offer in look.offers
                ]
            crash.point("pairing.before_commit")
        crash.point("pairing.after_commit")
        return live

    def _admitted(self, tenant: Tenant, issue_id: str, found: Sequence[Candidate]) -> Look:
        """By which of these the issue gets a twin on its own.

        Where conditions alone decide they are asked first: an issue that matches none needs no read.
        """
        queries = _queries(found)
        known: dict[str, Match] = {}
        if len(queries) <= condition.MOST_AT_ONCE and "" not in queries:
            known = self._matches(tenant, issue_id, sorted(queries))
            if not any(match.issue_ids or match.problem for match in known.values()):
                return Look(None)
        snapshot = self._read(tenant, issue_id)
        if snapshot is None:
            return Look(None)
        offers = []
        for candidate in found:
            ruling = admission.rule_on(candidate.terms, facts(snapshot))
            if ruling.rule is None and ruling.mapping is not None:
                offers.append(Offer(candidate.synchronization, ruling.mapping))
        return self.fulfilled(tenant, snapshot, offers, known)

    def fulfilled(
        self, tenant: Tenant, snapshot: Snapshot, offers: Sequence[Offer], known: Mapping[str, Match] | None = None
    ) -> Look:
        """Of the offers those whose condition the issue fulfils: one call for all, none where none has a condition.

        Raises:
            Retryable, Ignored: Jira does not tell.
        """
        told = dict(known or {})
        missing = [offer.query for offer in offers if offer.jql and offer.query not in told]
        if missing:
            told |= self._matches(tenant, snapshot.issue_id, missing)
        held, problems = [], []
        for offer in offers:
            match = told[offer.query] if offer.jql else Match(frozenset({snapshot.issue_id}))
            if match.problem:
                problems.append(f"Jira cannot evaluate the condition of {offer.synchronization.name}: {match.problem}")
            elif snapshot.issue_id in match.issue_ids:
                held.append(offer)
        return Look(snapshot, tuple(held), " ".join(problems))

    def _matches(self, tenant: Tenant, issue_id: str, queries: Sequence[str]) -> dict[str, Match]:
        try:
            return condition.matches(self.engine.jira_of(tenant), [issue_id], queries)
        except Blocked as verdict:  # Jira will not take the call: no condition is fulfilled, and people learn why
            return {query: Match(frozenset(), verdict.reason) for query in queries}

    def _claim(self, tx: Tx, snapshot: Snapshot, found: Sequence[Candidate], now: float) -> list[int]:
        """An issue that we created and whose receipt was lost: it belongs to the link that it names."""
        for candidate in found:
            ours = candidate.synchronization
            twin_id = renewal.made_for(snapshot, ours)
            # A partner that came back from a backup asks for the same twin by another key.
            asking = twin_link.with_partner_issue(tx, ours.id, twin_id) if twin_id else None
            link = asking or twin_link.by_key(tx, ours.id, snapshot.link_key)
            if link is not None and link.issue_id is None:
                under_way = link.state == twin_link.ENDED or any(row.intent for row in queue.incoming(tx, link.id, 1))
                if not under_way and not epoch.is_recent(ours, now):
                    # Nobody was about to create it: a backup was put back here.
                    ours = epoch.begin(tx, ours.id, ours.epoch + 1, now) or ours
                renewed = renewal.taken(tx, link, now) if epoch.is_recent(ours, now) else {}
                told = {"partner_issue_id": twin_id} if twin_id else {}
                columns = {"issue_id": snapshot.issue_id, "issue_key": snapshot.issue_key, "retry_at": None}
                twin_link.change(tx, link.id, **columns, **renewed, **told)
                return [link.id]
            if link is None and twin_id and snapshot.created_at > (ours.epoch_at or 0.0):
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
            queue.postpone_touched(tx, touched, now + wait, verdict.reason)
            if verdict.party == "jira":
                wait = backoff.wait(tenant.attempt_count, verdict.after)
                tenant_store.back_off(tx, tenant.id, now + wait, verdict.reason, asked=verdict.after is not None)

    # asked for by a person

    def pair(self, tenant: Tenant, issue_id: str, synchronization_id: int, account_id: str) -> int:
        """Give an issue a twin because a person asks for it. Answers the new link's id.

        Raises:
            Refused: it has one already, no mapping covers it, or it does not fulfil the mapping's condition.
        """
        snapshot = self._read(tenant, issue_id)
        if snapshot is None:
            raise Refused("The app cannot see this issue. Give it permission to browse the project.", status=404)
        with self.engine.db.read() as tx:
            found = candidates(tx, tenant, twin_link.for_issue(tx, tenant.id, issue_id))
        candidate = next((one for one in found if one.synchronization.id == synchronization_id), None)
        ruling = admission.rule_on(candidate.terms, facts(snapshot), asked=True) if candidate else None
        if candidate is None or ruling is None or ruling.rule is not None or ruling.mapping is None:
            raise Refused("This issue already has a twin there, or no active mapping covers it and lets it out.")
        chosen = Offer(candidate.synchronization, ruling.mapping)
        look = self.fulfilled(tenant, snapshot, [chosen])
        if look.problem:
            raise Refused(f"{look.problem} A Jira administrator has to mend it.", status=409)
        if not look.offers:
            raise Refused(f"This issue does not match the condition of this mapping: {chosen.jql}", status=409)
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            link = open_link(tx, tenant, snapshot, chosen, now, self.engine.new_key())
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
        """Rules or scope have changed: links and issues that stood still because of them may go on."""
        now = self.engine.clock()
        with self.engine.db.begin() as tx:
            ids = twin_link.standing_still(tx, synchronization_id)
            for link_id in ids:
                twin_link.try_again(tx, link_id, now)
            synchronization = synchronization_store.get(tx, synchronization_id)
            if synchronization is not None:
                queue.touched_again(tx, synchronization.tenant_id)
            running = backlog.ids_of(tx, [synchronization_id])
        self.engine.wake.link(*ids)
        self.engine.wake.backlog(*running)


def candidates(tx: Tx, tenant: Tenant, links: Sequence[TwinLink]) -> list[Candidate]:
    """The tenant's synchronizations in which none of an issue's links lives."""
    living = {link.synchronization_id for link in links if link.state != twin_link.ENDED}
    ended = {link.synchronization_id for link in links}
    return [
        Candidate(one, terms_of(tx, one, ended=one.id in ended))
        for one in synchronization_store.of_tenant(tx, tenant.id)
        if one.id not in living
    ]


def terms_of(tx: Tx, synchronization: Synchronization, *, ended: bool = False) -> Terms:
    """What a synchronization lets out now."""
    return Terms(
        accepted=synchronization.accepted,
        side=synchronization.side,
        scope=synchronization.scope,
        mappings=rules_store.live(tx, synchronization.id).mappings if synchronization.accepted else (),
        starts=rules_store.starts(tx, synchronization.id) if synchronization.accepted else {},
        ended=ended,
    )


def facts(snapshot: Snapshot) -> Issue:
    """What admission asks of an issue."""
    return Issue(
        snapshot.project_id,
        snapshot.issue_type_id,
        snapshot.created_at,
        snapshot.updated_at,
        copied=bool(snapshot.link_key),
    )


def _queries(found: Sequence[Candidate]) -> set[str]:
    """The queries of all mappings that might give an issue a twin; "" is among them where one asks for no condition."""
    offers = [Offer(one.synchronization, mapping) for one in found for mapping in admission.possible(one.terms)]
    return {offer.query if offer.jql else "" for offer in offers}


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
    lying = {
        (end.project_id, end.issue_type_id)
        for one in found
        for end in map(one.terms.end_of, admission.possible(one.terms))
    }
    return bool(lying & ends)


def open_link(tx: Tx, tenant: Tenant, snapshot: Snapshot, offer: Offer, now: float, link_key: str) -> TwinLink:
    """A new twin link of an issue; the engine sends it."""
    return twin_link.create(
        tx,
        tenant_id=tenant.id,
        synchronization_id=offer.synchronization.id,
        mapping_id=offer.mapping.id,
        link_key=link_key,
        issue_id=snapshot.issue_id,
        issue_key=snapshot.issue_key,
        now=now,
    )
