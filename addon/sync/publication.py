"""Publication: making a document of rules the live one at our end. The one path by which a side's rules change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from addon.errors import Blocked, Ignored, Refused, Retryable
from addon.model.rules import Rules, Start, hash_of, rules_from
from addon.store import audit, draft, proposal, rules
from addon.store import synchronization as store
from addon.store.db import Tx
from addon.store.draft import Draft
from addon.store.proposal import Proposal
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import rulebook, site, starting
from addon.sync.exchange import Exchange
from addon.sync.telling import Telling

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publication: the version that is live here after it, or waits for the partner's word."""

    version: int
    proposed: bool


def asked(ask: Callable[[], T]) -> T:
    """What our Jira answers, for a person.

    Raises:
        Refused: it does not; with its reason.
    """
    try:
        return ask()
    except (Blocked, Ignored) as error:
        raise Refused(f"Your Jira cannot be asked: {error.reason}", status=409) from error
    except Retryable as error:
        raise Refused(f"Your Jira cannot be asked just now: {error.reason} Try again.", status=503) from error


@dataclass(frozen=True, slots=True)
class Publication:
    """Shared by the pages that publish and the drafts."""

    exchange: Exchange
    telling: Telling

    def publish(
        self,
        tenant: Tenant,
        synchronization_id: int,
        document: Mapping[str, Any],
        person: str,
        *,
        starts: Mapping[str, Start] = MappingProxyType({}),
        from_draft: Draft | None = None,
        accepting: Proposal | None = None,
    ) -> Published:
        """Make a document of rules the live one, here at once, and tell the partner; or propose it to them.

        It is proposed where the partner asks for review, unless it only stops something. ``person``: an account id of
        our Jira. ``starts``: by mapping id, what becomes of our issues that are there; left out: only newer ones get
        twins. ``from_draft``: the draft it was; it stays until what it says is live. ``accepting``: the partner's
        proposal that it is.

        Raises:
            Refused: the document contradicts itself, our Jira cannot use a condition of our side or does not tell its
                time, the synchronization is not accepted, the inviter has published at the same time (theirs stands),
                or the draft or proposal is no longer what it was.
        """
        exchange = self.exchange
        ours = exchange.own(tenant, synchronization_id)
        if ours.side == "accepter" and not ours.told:
            self.telling.push(ours.id, waiting=True)
            ours = exchange.own(tenant, synchronization_id)
        check_accepted(ours)
        started_at = self._start(tenant, ours, document)
        name = exchange.name_of(tenant, person)
        now = exchange.clock()
        with exchange.db.begin() as tx:
            ours = exchange.locked(tx, tenant, synchronization_id)
            check_accepted(ours)
            live = rules.live(tx, ours.id)
            if from_draft is not None:
                _check_draft(tx, ours, live, from_draft)
            if live.hash == hash_of(document):
                return Published(live.version, False)
            after = rules_from(live.version + 1, document)
            if accepting is None and ours.partner_review and not rulebook.only_stops(live, after):
                self._propose(tx, ours, document, live, person, name, starts)
                made = Published(live.version, True)
            else:
                check_ready(ours)
                if accepting is not None:
                    _take_proposal(tx, ours, live, accepting, name)
                if from_draft is not None:
                    draft.drop(tx, ours.id, from_draft.revision)
                _store_version(tx, ours, live, document, name, accepting, started_at, starts, now)
                detail = {"version": after.version, **({"proposal": accepting.proposal_id} if accepting else {})}
                audit.write(tx, tenant.id, person, "rules.publish", str(ours.id), detail, now)
                made = Published(after.version, False)
            store.change(tx, ours.id, state_version=ours.next_version(now), status_reason="", updated_at=now)
        if not made.proposed and ours.side == "accepter":
            self.telling.push(ours.id, waiting=True)
            self._check_stands(ours, document)
        exchange.wake.synchronization(ours.id)
        return made

    def _propose(
        self,
        tx: Tx,
        ours: Synchronization,
        document: Mapping[str, Any],
        live: Rules,
        person: str,
        name: str,
        starts: Mapping[str, Start],
    ) -> None:
        """Store the document as what our side wants, in the place of what it wanted before."""
        hash_, now = hash_of(document), self.exchange.clock()
        before = proposal.latest(tx, ours.id, ours.side)
        if before is not None and before.open and (before.hash, before.based_hash) == (hash_, live.hash):
            raise Refused("This is proposed already; your partner has not answered yet.", status=409)
        made = Proposal(
            str(uuid.uuid4()), ours.side, document, hash_, live.version, live.hash, name, now, starts=starts
        )
        proposal.add(tx, ours, made)
        detail = {"proposal": made.proposal_id, "based_on": live.version}
        audit.write(tx, ours.tenant_id, person, "rules.propose", str(ours.id), detail, now)

    def _start(self, tenant: Tenant, ours: Synchronization, document: Mapping[str, Any]) -> float | None:
        """Our Jira's time, where this document lets out more of our side: asked outside of any transaction."""
        rulebook.check(document)
        with self.exchange.db.read() as tx:
            live = rules.live(tx, ours.id)
        after, jira = rules_from(live.version + 1, document), self.exchange.jira(tenant)
        asked(lambda: starting.check_conditions(jira, live, after, ours.side))
        if not rulebook.widened(live, after, ours.side):
            return None
        return asked(lambda: site.now(jira))

    def _check_stands(self, ours: Synchronization, document: Mapping[str, Any]) -> None:
        """Refuse after the fact where the inviter's version has taken the place of ours."""
        with self.exchange.db.read() as tx:
            latest = rules.latest_version(tx, ours.id)
        if latest is not None and latest.hash != hash_of(document):
            raise Refused(
                f"Your partner published version {latest.version} of the rules at the same time, and theirs stands. "
                "Look at it and publish your change again.",
                status=409,
            )


def check_accepted(ours: Synchronization) -> None:
    """Refuse where there is no partner to hold the same rules."""
    if not ours.accepted:
        raise Refused(
            "Rules can be published once the synchronization is accepted, and until it is deleted.", status=409
        )


def check_ready(ours: Synchronization) -> None:
    """Refuse a version that could not be told apart from an earlier one on its way.

    The inviter's word stands where both publish at once, so the accepter builds only on what the inviter has
    confirmed: then no version of theirs can hide one of the inviter's.
    """
    if ours.side == "accepter" and not ours.told:
        reason = ours.retry_reason or "Your partner has not confirmed your last version yet."
        raise Refused(f"{reason} Publish again once they have it.", status=503)


def _check_draft(tx: Tx, ours: Synchronization, live: Rules, taken: Draft) -> None:
    """Refuse a draft that is not what the person saw, or was made from other rules than are live."""
    if live.hash != taken.based_hash:
        raise Refused(
            f"Version {live.version} was published meanwhile. Bring your draft up to it and look at the differences, "
            "then publish.",
            status=409,
        )
    stored = draft.of(tx, ours.id)
    if stored is None or stored.revision != taken.revision:
        raise Refused("The draft was changed meanwhile. Look at it and publish again.", status=409)


def _take_proposal(tx: Tx, ours: Synchronization, live: Rules, taken: Proposal, name: str) -> None:
    """The partner's proposal becomes the version, if it is still open and made from what is live."""
    if live.hash != taken.based_hash:
        raise Refused(
            f"This was proposed on version {taken.based_on}; version {live.version} was published since. "
            "Decline it, and ask your partner to propose again.",
            status=409,
        )
    if not proposal.answer(tx, ours.id, taken.proposal_id, "accepted", by=name):
        raise Refused("Your partner has withdrawn or replaced this proposal meanwhile. Look again.", status=409)


def _store_version(
    tx: Tx,
    ours: Synchronization,
    live: Rules,
    document: Mapping[str, Any],
    person_name: str,
    accepting: Proposal | None,
    started_at: float | None,
    starts: Mapping[str, Start],
    now: float,
) -> None:
    wider = rulebook.widened(live, rules_from(live.version + 1, document), ours.side)
    if wider and started_at is None:
        raise Refused("The rules have just been changed by someone else. Look at them and publish again.", status=409)
    rules.add(
        tx,
        ours,
        version=live.version + 1,
        document=document,
        published_by=person_name,
        published_side=ours.side,
        now=now,
        proposal_id=accepting.proposal_id if accepting else "",
        proposed_by=accepting.proposed_by if accepting else "",
    )
    for mapping_id in wider:
        assert started_at is not None
        starting.begin(tx, ours, mapping_id, starts.get(mapping_id, "now"), started_at, now)
