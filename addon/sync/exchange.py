"""Exchange: what one end tells of itself, and taking in what the other end tells. Used by both ends of the wire."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from addon import log
from addon.config import Settings
from addon.errors import Blocked, Ignored, Refused, Retryable
from addon.jira.reader import Reading
from addon.model.rules import NO_RULES, Rules, rules_from
from addon.model.state import PublishedRules, State
from addon.store import nonce, proposal, rules
from addon.store import synchronization as store
from addon.store import tenant as tenant_store
from addon.store.db import Database, Tx
from addon.store.secret import Vault
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import epoch, review, rulebook, signature, site
from addon.sync.agreement import settle
from addon.sync.starting import begin
from addon.sync.transport import Caller
from addon.sync.waking import Waking

GONE = "This synchronization does not exist here; it may have been removed."
UNKNOWN = "This synchronization is not known there: it was removed, or never arrived."


@dataclass(frozen=True, slots=True)
class Exchange:
    """Shared by the handshake and the door."""

    db: Database
    vault: Vault
    settings: Settings
    jira: Callable[[Tenant], Reading]
    wake: Waking
    clock: Callable[[], float] = time.time

    def own_state(self, tx: Tx, ours: Synchronization, **instead: Any) -> State:
        """What we tell of ourselves now; ``instead`` replaces values, for an acceptance that is not settled yet."""
        tenant = tenant_store.by_id(tx, ours.tenant_id)
        assert tenant is not None
        latest = rules.latest_version(tx, ours.id) if ours.accepted else None
        told: dict[str, Any] = {
            "agreement_id": ours.agreement_id,
            "side": ours.side,
            "state_version": ours.state_version,
            "status": ours.status,
            "name": ours.name,
            "site_url": tenant.base_url,
            "site_name": tenant.name,
            "endpoint": self.settings.base_url,
            "key_id": ours.key_id,
            "public_key": signature.public_key_of(self.vault.open(ours.private_key)),
            "reason": ours.status_reason,
            "person": ours.status_person if ours.status_by == "us" else "",
            "expires_at": ours.expires_at,
            "epoch": ours.epoch,
            "rules": _told_rules(latest) if latest else None,
            "review": ours.review,
            **(review.told(tx, ours) if ours.accepted else {}),
        }
        return State(**{**told, **instead})

    def own(self, tenant: Tenant, synchronization_id: int) -> Synchronization:
        """This tenant's synchronization. Raises ``Refused`` (404) where it is not theirs or has been removed."""
        with self.db.read() as tx:
            ours = store.by_id(tx, tenant.id, synchronization_id)
        if ours is None:
            raise Refused(GONE, status=404)
        return ours

    def locked(self, tx: Tx, tenant: Tenant, synchronization_id: int) -> Synchronization:
        """The same, with its row locked until the transaction ends."""
        ours = store.lock(tx, synchronization_id)
        if ours is None or ours.tenant_id != tenant.id:
            raise Refused(GONE, status=404)
        return ours

    def name_of(self, tenant: Tenant, account_id: str) -> str:
        """The name that our Jira shows for a person; "" where it does not tell."""
        try:
            return site.person_name(self.jira(tenant), account_id) if account_id else ""
        except (Blocked, Ignored, Retryable):
            return ""

    def addressed(self, tx: Tx, caller: Caller) -> Synchronization:
        """The row a partner's call is for, its signature's nonce used up. A repeated request changes nothing.

        Raises:
            Refused: we know nothing of it (401), or have heard this very request before (409).
        """
        ours = store.by_partner_key(tx, caller.agreement_id, caller.key_id)
        if ours is None:
            raise Refused(UNKNOWN, status=401)
        self.use_nonce(tx, ours.tenant_id, caller)
        return ours

    def use_nonce(self, tx: Tx, tenant_id: int, caller: Caller) -> None:
        """Raises ``Refused`` where this very request has been heard before."""
        if caller.nonce is None:
            return
        fresh = nonce.use(
            tx, tenant_id=tenant_id, key_id=caller.key_id, value=caller.nonce, expires_at=caller.nonce_expires_at
        )
        if not fresh:
            raise Refused("This request has been received before.", status=409)

    def check_endpoint(self, ours: Synchronization, endpoint: str) -> None:
        """A deployment restored or copied elsewhere holds the same keys and must not speak for the first unasked.

        Raises:
            Refused: the partner speaks from another deployment than the synchronization was agreed with.
        """
        if endpoint != ours.partner_endpoint:
            raise Refused(
                f"This synchronization was agreed with Twinline at {ours.partner_endpoint}, not at {endpoint}. "
                "If your partner has moved, delete it and set up a new one.",
                status=409,
            )

    def take(self, ours: Synchronization, told: State, caller: Caller | None = None) -> tuple[Synchronization, str]:
        """Take in what the partner tells. Answers our row as it is then, and why not if their wish cannot be met.

        Raises:
            Refused: this is not for us, or its rules cannot be used.
            Retryable: our Jira cannot be asked for its time, which new mappings start from; or it is too early to
                follow the partner into another epoch.
        """
        theirs = _rules_of(told)
        started_at = self._start(ours, theirs)
        with self.db.begin() as tx:
            row = store.lock(tx, ours.id)
            if row is None:
                raise Refused(UNKNOWN, status=401)
            if caller is not None:
                self.use_nonce(tx, row.tenant_id, caller)
            _check_sender(row, told)
            self.check_endpoint(row, told.endpoint)
            settlement = settle(row, told, self.clock())
            after = store.change(tx, row.id, **settlement.columns) if settlement.columns else row
            store.clear_back_off(tx, row.id, self.clock())
            adopted = False
            if after.accepted:
                epoch.begin(tx, row.id, told.epoch, self.clock())
            if told.state_version >= row.partner_state_version and after.accepted:
                adopted = self._adopt(tx, after, told, theirs, started_at)
                review.hear(tx, after, told, self.clock())
            after = store.get(tx, row.id) or after
        if adopted or after.status != row.status:
            log.info("state_taken", synchronization=row.id, status=after.status, rules=theirs.version)
            self.wake.synchronization(row.id)
        return after, settlement.refused

    def _start(self, ours: Synchronization, theirs: Rules) -> float | None:
        """Our Jira's time, where these rules switch on a mapping; asked before the transaction, never in it."""
        with self.db.read() as tx:
            live = rules.live(tx, ours.id)
            tenant = tenant_store.by_id(tx, ours.tenant_id)
        wanted = rulebook.supersedes(theirs, live, ours.side) and rulebook.widened(live, theirs, ours.side)
        if not wanted or tenant is None or ours.over:
            return None
        try:
            return site.now(self.jira(tenant))
        except (Blocked, Ignored, Retryable) as error:
            raise Retryable(
                f"Jira at {tenant.base_url} cannot be asked for its time just now.", party="partner"
            ) from error

    def _adopt(self, tx: Tx, ours: Synchronization, told: State, theirs: Rules, started_at: float | None) -> bool:
        """Make the partner's version the live one here, if it takes the place of ours and need not wait."""
        latest = rules.latest_version(tx, ours.id)
        live = rules_from(latest.version, latest.document) if latest else NO_RULES
        if told.rules is None or not rulebook.supersedes(theirs, live, ours.side):
            return False
        if not review.admits(tx, ours, live, theirs):
            store.change(tx, ours.id, status_reason=review.UNASKED.format(version=theirs.version))
            return False
        starting = rulebook.widened(live, theirs, ours.side)
        if starting and started_at is None:
            raise Retryable("The rules have just changed here; tell them again.", party="partner")
        reason = ""
        if (
            latest
            and latest.published_side == ours.side
            and review.may_be_lost(ours, live)
            and live.hash != theirs.hash
        ):
            reason = (
                f"Your version {live.version} of the rules was not taken: your partner published version "
                f"{theirs.version} at the same time. Look at theirs and publish your change again."
            )
            review.keep_lost(tx, ours, latest, self.clock())
        if reason or ours.status_reason:
            store.change(tx, ours.id, status_reason=reason)
        rules.add(
            tx,
            ours,
            version=theirs.version,
            document=told.rules.document,
            published_by=told.rules.published_by,
            published_side=told.rules.published_side,
            now=self.clock(),
            proposal_id=told.rules.proposal_id,
            proposed_by=told.rules.proposed_by,
        )
        # What the partner chose was for their issues. For ours stands what we chose when we proposed this version;
        # else only newer ones get twins until we choose.
        mine = proposal.by_id(tx, ours.id, told.rules.proposal_id)
        starts = mine.starts if mine is not None and mine.side == ours.side else {}
        for mapping_id in starting:
            assert started_at is not None
            begin(tx, ours, mapping_id, starts.get(mapping_id, "now"), started_at, self.clock())
        return True


def _told_rules(version: rules.Version) -> PublishedRules:
    return PublishedRules(
        version.version,
        version.document,
        version.published_side,
        version.published_by,
        version.proposal_id,
        version.proposed_by,
    )


def _rules_of(told: State) -> Rules:
    if told.rules is None:
        return NO_RULES
    rulebook.check(told.rules.document)
    if told.proposal is not None:
        rulebook.check(told.proposal.document)
    return rules_from(told.rules.version, told.rules.document)


def _check_sender(ours: Synchronization, told: State) -> None:
    known = ours.partner_key_id or told.key_id
    try:
        proven = signature.key_id_of(told.public_key) == told.key_id == known
    except ValueError:
        proven = False
    if not proven or told.agreement_id != ours.agreement_id or told.side != ours.partner_side:
        raise Refused("This state does not belong to this synchronization's partner.", status=400)
