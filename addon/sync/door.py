"""Door: what this deployment answers to partners whose signature, or presence in this process, is established.

Each act is one transaction, may be repeated, and speaks for one row: the end of the agreement whose partner holds the
caller's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from addon.errors import Blocked, Ignored, Refused, Retryable
from addon.model.catalog import EndInfo
from addon.model.message import Message
from addon.model.preview import Question, Reply
from addon.model.scope import ProjectInfo, Scope, visible
from addon.model.state import Answer, Receipt, SiteAnswer, State
from addon.store import synchronization as store
from addon.store import tenant as tenant_store
from addon.store.db import Tx
from addon.store.synchronization import INVITATION_RECEIVED, INVITATION_SENT, Synchronization
from addon.store.tenant import Tenant
from addon.sync import inbox, signature, site
from addon.sync.answering import Answering
from addon.sync.exchange import UNKNOWN, Exchange
from addon.sync.transport import Caller

MAX_OPEN_INVITATIONS = 100


class Vouching(Protocol):
    """What is needed of ``sync.transport``."""

    def vouches(self, deployment: str, state: State, target_url: str) -> bool: ...


class Showing(Protocol):
    """What is needed of ``sync.catalog``."""

    def shown(
        self, tenant: Tenant, synchronization: Synchronization, project_id: str, issue_type_id: str, *, fresh: bool
    ) -> EndInfo: ...


@dataclass(frozen=True, slots=True)
class Door:
    """One per process, shared by its threads."""

    exchange: Exchange
    transport: Vouching
    catalog: Showing
    answering: Answering

    def public_key(self, agreement_id: str, key_id: str) -> str | None:
        """The key that a request about this agreement may be signed with, by its name."""
        with self.exchange.db.read() as tx:
            ours = store.by_partner_key(tx, agreement_id, key_id)
        return ours.partner_public_key if ours else None

    def messages(self, caller: Caller, messages: Sequence[Message], endpoint: str) -> Receipt:
        """Store a batch and wake its links.

        Raises:
            Refused: no messages may come here now; with what our side thinks of the synchronization.
            Retryable: our site has switched the app off; it may come back.
        """
        exchange = self.exchange
        with exchange.db.begin() as tx:
            ours = exchange.addressed(tx, caller)
            if not ours.accepted:
                raise Refused(_closed(ours), status=409)
            exchange.check_endpoint(ours, endpoint)
            self._live_tenant(tx, ours)
            accepted = inbox.accept(tx, ours, messages, exchange.clock())
            store.clear_back_off(tx, ours.id, exchange.clock())
        exchange.wake.link(*accepted.link_ids)
        return Receipt(accepted.up_to, ours.partner_state_version, ours.state_version, accepted.epoch)

    def state(self, caller: Caller, state: State) -> Answer:
        """Take the partner's state and answer ours."""
        exchange = self.exchange
        with exchange.db.read() as tx:
            ours = store.by_partner_key(tx, caller.agreement_id, caller.key_id)
        if ours is None:
            raise Refused(UNKNOWN, status=401)
        after, refused = exchange.take(ours, state, caller)
        return self._answer(after, refused)

    def projects(self, caller: Caller) -> tuple[ProjectInfo, ...]:
        """What our scope shows of our Jira. The scope itself stays here."""
        exchange = self.exchange
        with exchange.db.begin() as tx:
            ours = exchange.addressed(tx, caller)
            if ours.over:
                raise Refused(_closed(ours), status=409)
            tenant = self._live_tenant(tx, ours)
        try:
            return visible(ours.scope, site.projects(exchange.jira(tenant)))
        except (Blocked, Ignored, Retryable) as error:
            reason = f"Jira at {tenant.base_url} cannot be asked for its projects just now."
            raise Retryable(reason, party="partner") from error

    def end(self, caller: Caller, project_id: str, issue_type_id: str, *, fresh: bool) -> EndInfo:
        """What our scope shows of one project and issue type. ``fresh``: as our Jira has it now.

        Raises:
            Refused: there is no such thing, or our scope hides it: the same answer, 404.
            Retryable: our Jira cannot be asked.
        """
        with self.exchange.db.begin() as tx:
            ours = self.exchange.addressed(tx, caller)
            if not ours.accepted:
                raise Refused(_closed(ours), status=409)
            tenant = self._live_tenant(tx, ours)
        try:
            return self.catalog.shown(tenant, ours, project_id, issue_type_id, fresh=fresh)
        except (Blocked, Ignored, Retryable) as error:
            reason = f"Jira at {tenant.base_url} cannot be asked for its fields just now."
            raise Retryable(reason, party="partner") from error

    def preview(self, caller: Caller, question: Question, endpoint: str) -> Reply:
        """Answer what would happen: nothing is stored, sent or woken. ``endpoint``: the deployment that asks.

        Raises:
            Refused: the synchronization is not accepted, the issue is hidden or unknown, or the rules are no rules.
            Retryable: our Jira cannot be asked just now.
        """
        exchange = self.exchange
        with exchange.db.begin() as tx:
            ours = exchange.addressed(tx, caller)
            if not ours.accepted:
                raise Refused(_closed(ours), status=409)
            exchange.check_endpoint(ours, endpoint)
            tenant = self._live_tenant(tx, ours)
        try:
            return self.answering.answer(tenant, ours, question)
        except Retryable as error:
            raise Retryable(f"Jira at {tenant.base_url} cannot be asked just now.", party="partner") from error

    def invitation(self, caller: Caller, target_url: str, state: State, *, vouched: bool) -> Answer:
        """Take an invitation for one of our tenants, or a repeat of it. ``vouched``: it comes from this very process.

        Raises:
            Refused: there is nobody here to invite, or nobody vouches for it.
            Retryable: the deployment it says it comes from cannot be asked.
        """
        exchange = self.exchange
        if state.side != "inviter" or state.status != INVITATION_SENT or state.key_id != caller.key_id:
            raise Refused("This is no open invitation.", status=400)
        with exchange.db.read() as tx:
            tenant = self._invited(tx, target_url)
            known = store.by_agreement(tx, tenant.id, state.agreement_id, "accepter")
        if known is None:
            if not vouched:
                self._check_origin(state, target_url)
            known = self._open(tenant, caller, state, local=vouched)
        after, refused = exchange.take(known, state, caller)
        return self._answer(after, refused)

    def site(self, url: str) -> SiteAnswer:
        """Whether a Jira is a tenant here. Anybody may ask; no more than this is told."""
        with self.exchange.db.read() as tx:
            tenant = tenant_store.by_base_url(tx, url)
        if tenant is None:
            return SiteAnswer("absent")
        return SiteAnswer("enabled" if tenant.live else "disabled", tenant.base_url, tenant.name)

    def vouch(self, agreement_id: str) -> dict[str, str] | None:
        """What we confirm of an invitation that was sent from here, while it is open."""
        with self.exchange.db.read() as tx:
            ours = store.inviting(tx, agreement_id)
            if ours is None or ours.expired(self.exchange.clock()):
                return None
            told = self.exchange.own_state(tx, ours)
        return {"key_id": ours.key_id, "target_url": ours.partner_url, "site_url": told.site_url}

    def _check_origin(self, state: State, target_url: str) -> None:
        if state.endpoint not in self.exchange.settings.partner_deployments:
            raise Refused(
                f"Twinline here takes no invitations from {state.endpoint}; its operator can allow them.", status=409
            )
        if not self.transport.vouches(state.endpoint, state, target_url):
            raise Refused("The deployment that this invitation names does not confirm it.", status=409)

    def _open(self, tenant: Tenant, caller: Caller, state: State, *, local: bool) -> Synchronization:
        exchange = self.exchange
        now = exchange.clock()
        key = signature.new_key()
        with exchange.db.begin() as tx:
            if store.open_invitation_count(tx, tenant.id) >= MAX_OPEN_INVITATIONS:
                raise Refused(
                    "There are too many unanswered invitations there; ask your partner to answer them.", status=409
                )
            inviter = store.inviting(tx, state.agreement_id) if local else None
            return store.add(
                tx,
                scope=Scope(),
                tenant_id=tenant.id,
                agreement_id=state.agreement_id,
                side="accepter",
                name=state.name,
                status=INVITATION_RECEIVED,
                status_by="partner",
                partner_url=state.site_url,
                partner_name=state.site_name,
                partner_endpoint=state.endpoint,
                partner_tenant_id=inviter.tenant_id if inviter else None,
                key_id=key.key_id,
                private_key=exchange.vault.seal(key.private_key),
                partner_key_id=caller.key_id,
                partner_public_key=state.public_key,
                state_version=int(now * 1000),
                told_version=int(now * 1000),
                invited_by=state.person,
                created_at=now,
                expires_at=state.expires_at,
                updated_at=now,
            )

    def _answer(self, ours: Synchronization, refused: str) -> Answer:
        with self.exchange.db.read() as tx:
            return Answer(ours.partner_state_version, self.exchange.own_state(tx, ours), refused)

    def _invited(self, tx: Tx, url: str) -> Tenant:
        tenant = tenant_store.by_base_url(tx, url)
        if tenant is None:
            raise Refused(f"Twinline is not installed at {url}.", status=404)
        if not tenant.live:
            raise Refused(f"Twinline is switched off at {url}. Ask your partner to enable it.", status=409)
        return tenant

    def _live_tenant(self, tx: Tx, ours: Synchronization) -> Tenant:
        tenant = tenant_store.by_id(tx, ours.tenant_id)
        if tenant is None or not tenant.live:
            where = tenant.base_url if tenant else "your partner's site"
            raise Retryable(f"Twinline is switched off or uninstalled at {where}.", party="partner")
        return tenant


def _closed(ours: Synchronization) -> str:
    if ours.over:
        return "Your partner has ended this synchronization."
    return "Your partner has not accepted this synchronization yet."
