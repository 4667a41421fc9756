"""Handshake: what people do with synchronizations, and telling the partner about it.

Each act is stored first and told then; what could not be told is told again until the partner has confirmed it
(``push``, by the sweep). Accepting alone asks first: whether an invitation still stands is the inviter's to say. A
``person`` is an account id of our Jira; what travels is the name that Jira shows for it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from addon.config import Settings
from addon.errors import Refused, Retryable
from addon.jira.reader import Reading
from addon.model.rules import Rules, Start
from addon.model.scope import ProjectInfo, Scope
from addon.model.state import Answer, State
from addon.model.veto import Veto
from addon.store import audit
from addon.store import synchronization as store
from addon.store.db import Database, Tx
from addon.store.secret import Vault
from addon.store.synchronization import (
    ACCEPTED,
    DELETED,
    INVITATION_RECEIVED,
    INVITATION_SENT,
    REJECTED,
    Synchronization,
)
from addon.store.tenant import Tenant
from addon.sync import agreement, backoff, checks, partner_site, publication, signature, site
from addon.sync.agreement import WITHDRAWN
from addon.sync.answering import Answering
from addon.sync.catalog import Catalog
from addon.sync.door import Door
from addon.sync.drafting import Drafting
from addon.sync.exchange import Exchange
from addon.sync.foresight import Foresight
from addon.sync.partner_site import PartnerSite
from addon.sync.publication import Publication, Published
from addon.sync.telling import Telling
from addon.sync.transport import Transport
from addon.sync.waking import Waking

INTERRUPTED_AFTER = len(backoff.STEPS)


class Handshake:
    """One per process, shared by its threads.

    ``door`` answers partners, ``catalog`` tells what both ends can hold, ``publication`` is the one way rules become
    live, ``drafting`` edits them before that.
    """

    def __init__(
        self,
        db: Database,
        vault: Vault,
        settings: Settings,
        transport: Transport,
        jira: Callable[[Tenant], Reading],
        wake: Waking,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db, self._vault, self._settings = db, vault, settings
        self._transport, self._jira, self._wake, self._clock = transport, jira, wake, clock
        self._exchange = Exchange(db, vault, settings, jira, wake, clock)
        self._telling = Telling(self._exchange, transport)
        self.catalog = Catalog(jira, transport, clock)
        self.publication = Publication(self._exchange, self._telling)
        self.drafting = Drafting(self.publication)
        answering = Answering(Foresight(db, jira, clock))
        self.door = Door(self._exchange, transport, self.catalog, answering)
        transport.attach(self.door)

    # -- inviting ---------------------------------------------------------------------------------------------------

    def check_partner(self, tenant: Tenant, url: str) -> PartnerSite:
        """The site at this URL, if it can be invited. Raises ``Refused`` with one sentence for each reason why not."""
        return partner_site.find(self._db, self._settings, self._transport, tenant, url)

    def invite(self, tenant: Tenant, *, name: str, partner_url: str, scope: Scope, person: str) -> Synchronization:
        """Send an invitation. Where the partner's deployment is away just now, it is kept and sent by itself.

        Raises:
            Refused: the name or the site cannot be used, or the partner's deployment will not take it.
        """
        name = checks.clean_name(name)
        partner = self.check_partner(tenant, partner_url)
        person_name = self._exchange.name_of(tenant, person)
        key, now = signature.new_key(), self._clock()
        with self._db.begin() as tx:
            checks.duplicate(store.of_tenant(tx, tenant.id), name, partner.url)
            ours = store.add(
                tx,
                scope=scope,
                tenant_id=tenant.id,
                agreement_id=str(uuid.uuid4()),
                side="inviter",
                name=name,
                status=INVITATION_SENT,
                status_by="us",
                status_person=person_name,
                partner_url=partner.url,
                partner_name=partner.name,
                partner_endpoint=partner.endpoint,
                partner_tenant_id=partner.tenant_id,
                key_id=key.key_id,
                private_key=self._vault.seal(key.private_key),
                state_version=int(now * 1000),
                invited_by=person_name,
                created_at=now,
                expires_at=now + self._settings.invitation_days * 86_400,
                updated_at=now,
            )
            self._audit(tx, ours, person, "synchronization.invite", {"partner": partner.url})
        try:
            self._telling.deliver(ours)
        except Refused:
            with self._db.begin() as tx:
                store.remove(tx, tenant.id, ours.id)
            raise
        except Retryable as error:
            self._telling.back_off(ours, error)
        return self._exchange.own(tenant, ours.id)

    def resend(self, tenant: Tenant, synchronization_id: int, person: str = "") -> Synchronization:
        """Make an invitation good for another while and bring it to the partner again."""
        now = self._clock()
        with self._db.begin() as tx:
            ours = self._exchange.locked(tx, tenant, synchronization_id)
            if ours.status != INVITATION_SENT:
                raise Refused("This invitation has been answered or withdrawn already; reload the page.", status=409)
            expires_at = now + self._settings.invitation_days * 86_400
            ours = store.change(
                tx, ours.id, expires_at=expires_at, state_version=ours.next_version(now), retry_at=None, updated_at=now
            )
            self._audit(tx, ours, person, "synchronization.resend", {})
        try:
            self._telling.deliver(ours)
        except Retryable as error:
            self._telling.back_off(ours, error)
            raise Refused(f"{error.reason} The invitation is kept and sent again by itself.", status=503) from error
        return self._exchange.own(tenant, ours.id)

    def withdraw(self, tenant: Tenant, synchronization_id: int, person: str) -> Synchronization:
        """Take an invitation back, if the partner has not answered it."""
        return self._end(tenant, synchronization_id, person, INVITATION_SENT, DELETED, WITHDRAWN, "withdraw")

    # -- answering --------------------------------------------------------------------------------------------------

    def accept(self, tenant: Tenant, synchronization_id: int, *, scope: Scope, person: str) -> Synchronization:
        """Accept an invitation, with our own scope. The inviter is asked first.

        Raises:
            Refused: withdrawn, expired, or the inviter's deployment does not answer: nothing has changed here then. An
                acceptance that may have arrived is remembered: the inviter's confirmation completes it.
        """
        person_name = self._exchange.name_of(tenant, person)
        now = self._clock()
        with self._db.begin() as tx:
            ours = self._exchange.locked(tx, tenant, synchronization_id)
            if ours.accepted:
                return ours
            checks.status(ours, INVITATION_RECEIVED)
            ours = store.change(tx, ours.id, scope=scope, accepted_at=now, updated_at=now)
            version = ours.next_version(now)
            told = self._exchange.own_state(
                tx, ours, status=ACCEPTED, state_version=version, person=person_name, reason=""
            )
            self._audit(tx, ours, person, "synchronization.accept", scope.to_json())
        answer = self._ask_to_accept(ours, told)
        if not answer.refused:
            ours = self._accepted(ours, version, person_name)
        else:
            self._forget_acceptance(ours)
        ours, _ = self._exchange.take(ours, answer.state)
        if answer.refused:
            raise Refused(answer.refused, status=409)
        if not ours.accepted:
            raise Refused("This invitation was answered otherwise or withdrawn meanwhile; reload the page.", status=409)
        self._wake.synchronization(ours.id)
        return ours

    def _ask_to_accept(self, ours: Synchronization, told: State) -> Answer:
        try:
            return self._transport.tell(ours, told)
        except Refused as refused:
            self._forget_acceptance(ours)
            unknown = "Your partner no longer knows this invitation. Reject it and ask for a new one."
            raise Refused(unknown if refused.status == 401 else refused.sentence, status=409) from refused
        except Retryable as error:
            if error.ambiguous:
                hint = "Try again. If your acceptance has arrived there, the synchronization becomes active by itself."
                raise Refused(f"{error.reason} {hint}", status=503) from error
            self._forget_acceptance(ours)
            raise Refused(f"{error.reason} Nothing has changed. Try again later.", status=503) from error

    def _accepted(self, ours: Synchronization, version: int, person_name: str) -> Synchronization:
        with self._db.begin() as tx:
            row = store.lock(tx, ours.id)
            if row is None or row.status != INVITATION_RECEIVED:
                return row or ours
            return store.change(
                tx,
                ours.id,
                status=ACCEPTED,
                status_by="us",
                status_person=person_name,
                status_reason="",
                state_version=version,
                told_version=version,
                updated_at=self._clock(),
            )

    def _forget_acceptance(self, ours: Synchronization) -> None:
        with self._db.begin() as tx:
            row = store.lock(tx, ours.id)
            if row is not None and row.status == INVITATION_RECEIVED:
                store.change(tx, ours.id, accepted_at=None)

    def reject(self, tenant: Tenant, synchronization_id: int, *, reason: str, person: str) -> Synchronization:
        """Turn an invitation down; the inviter is told, with the reason (may be empty)."""
        reason = checks.clean_reason(reason)
        return self._end(tenant, synchronization_id, person, INVITATION_RECEIVED, REJECTED, reason, "reject")

    def delete(self, tenant: Tenant, synchronization_id: int, *, person: str) -> Synchronization:
        """End an accepted synchronization. The partner is told; the issues at both sites stay as they are."""
        return self._end(tenant, synchronization_id, person, ACCEPTED, DELETED, "", "delete")

    def _end(
        self, tenant: Tenant, synchronization_id: int, person: str, before: str, after: str, reason: str, verb: str
    ) -> Synchronization:
        person_name = self._exchange.name_of(tenant, person)
        now = self._clock()
        with self._db.begin() as tx:
            ours = self._exchange.locked(tx, tenant, synchronization_id)
            if ours.status == after:
                return ours
            checks.status(ours, before)
            ours = store.change(
                tx,
                ours.id,
                status=after,
                status_by="us",
                status_person=person_name,
                status_reason=reason,
                state_version=ours.next_version(now),
                accepted_at=ours.accepted_at if before == ACCEPTED else None,
                updated_at=now,
            )
            self._audit(tx, ours, person, f"synchronization.{verb}", {"reason": reason} if reason else {})
        self._wake.synchronization(ours.id)
        return ours

    def remove(self, tenant: Tenant, synchronization_id: int, person: str = "") -> None:
        """Forget a synchronization that is over, with its history. The issues stay.

        Raises:
            Refused: it is not over, or the partner could not be told yet and would never learn of it.
        """
        ours = self._exchange.own(tenant, synchronization_id)
        if ours.over and not ours.told:
            self._telling.push(ours.id, waiting=True)
            ours = self._exchange.own(tenant, synchronization_id)
        if not ours.over:
            raise Refused(
                "Only a synchronization that is Deleted or Rejected can be removed; delete it first.", status=409
            )
        if not ours.told and ours.attempt_count < INTERRUPTED_AFTER:
            raise Refused(
                "Your partner could not be told yet that this is over. It is tried again by itself; remove it later.",
                status=409,
            )
        with self._db.begin() as tx:
            store.remove(tx, tenant.id, ours.id)
            self._audit(tx, ours, person, "synchronization.remove", {"name": ours.name})

    # -- scope and rules --------------------------------------------------------------------------------------------

    def set_scope(self, tenant: Tenant, synchronization_id: int, scope: Scope, person: str) -> Synchronization:
        """Change what the partner may see and we may send. It holds at once: they ask for it when they need it."""
        with self._db.begin() as tx:
            ours = self._exchange.locked(tx, tenant, synchronization_id)
            if ours.over:
                raise Refused("This synchronization is over; nothing of yours is shown any more.", status=409)
            ours = store.change(tx, ours.id, scope=scope, updated_at=self._clock())
            self._audit(tx, ours, person, "synchronization.scope", scope.to_json())
        self._wake.synchronization(ours.id)
        return ours

    def set_veto(self, tenant: Tenant, synchronization_id: int, veto: Veto, person: str) -> Synchronization:
        """Change which fields of ours never leave or are never written, whatever the rules say. Nobody is told."""
        with self._db.begin() as tx:
            ours = self._exchange.locked(tx, tenant, synchronization_id)
            ours = store.change(tx, ours.id, veto=checks.clean_veto(veto), updated_at=self._clock())
            self._audit(tx, ours, person, "synchronization.veto", veto.to_json())
        return ours

    def own_projects(self, tenant: Tenant) -> tuple[ProjectInfo, ...]:
        """The projects and issue types of our Jira, as far as the app sees them. Raises ``Refused`` if Jira fails."""
        return publication.asked(lambda: site.projects(self._jira(tenant)))

    def partner_projects(self, tenant: Tenant, synchronization_id: int) -> tuple[ProjectInfo, ...]:
        """The projects and issue types that the partner shows us. Raises ``Refused`` where they do not tell."""
        ours = self._exchange.own(tenant, synchronization_id)
        if ours.status == INVITATION_SENT or ours.over:
            raise Refused("What your partner shows can be seen once they have accepted.", status=409)
        try:
            return self._transport.metadata(ours)
        except Retryable as error:
            raise Refused(f"{error.reason} Try again.", status=503) from error

    def publish(
        self,
        tenant: Tenant,
        synchronization_id: int,
        document: Mapping[str, Any],
        person: str,
        starts: Mapping[str, Start] = MappingProxyType({}),
    ) -> Published:
        """Make a document of rules the live one: ``Publication.publish``."""
        return self.publication.publish(tenant, synchronization_id, document, person, starts=starts)

    @staticmethod
    def status_word(synchronization: Synchronization, rules: Rules) -> str:
        """One of the six words of the list."""
        return agreement.status_word(synchronization, rules)

    def note(self, synchronization: Synchronization) -> str:
        """What a person should know beside the status, as a sentence, or ""."""
        return agreement.note(synchronization, self._clock())

    # -- telling ----------------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """Tell every partner that still has to be told something and may be called now. Answers how many were due."""
        return self._telling.sweep()

    def push(self, synchronization_id: int) -> None:
        """Tell the partner our state, if they do not know it yet. A failure is stored, shown, and tried again."""
        self._telling.push(synchronization_id)

    def announce(self, tenant_id: int) -> None:
        """Our site has a new address or name: tell every partner."""
        self._telling.announce(tenant_id)

    # -- small ------------------------------------------------------------------------------------------------------

    def _audit(self, tx: Tx, ours: Synchronization, person: str, action: str, detail: Mapping[str, Any]) -> None:
        audit.write(tx, ours.tenant_id, person, action, str(ours.id), detail, self._clock())
