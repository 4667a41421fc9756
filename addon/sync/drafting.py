"""Drafting: editing rules aside from the live ones, comparing, publishing, and going back to an earlier version.

A draft belongs to one side and never leaves it. Saving checks the shape only, so that an incomplete draft stands;
publishing checks the rest. Every save names the revision that it was made from: of two people who edit at once the
second is told, and nobody's work is written over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from addon.errors import Refused
from addon.model.rules import NO_RULES, Rules, Start, document_of, hash_of, rules_from
from addon.store import audit, overview, rules
from addon.store import draft as store
from addon.store import proposal as proposals
from addon.store import synchronization as store_of_ours
from addon.store.db import Tx
from addon.store.draft import Draft
from addon.store.proposal import Proposal
from addon.store.rules import Version
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import checks, rulebook
from addon.sync.comparison import Difference, Naming, compare, named_by_id
from addon.sync.effect import Effect, effects
from addon.sync.holding import Holding, holding
from addon.sync.merge import merge
from addon.sync.publication import Publication, Published


@dataclass(frozen=True, slots=True)
class Drafting:
    """One per process, shared by its threads."""

    publication: Publication

    def open(self, tenant: Tenant, synchronization_id: int) -> Draft:
        """The draft, or one equal to the live rules, which is stored with its first save."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            return _current(tx, ours)

    def save(
        self, tenant: Tenant, synchronization_id: int, document: Mapping[str, Any], account_id: str, revision: int
    ) -> Draft:
        """Put this document in the place of the draft's ``revision``. It may be incomplete, but not of another shape.

        Raises:
            Refused: 422 the document cannot be read or is too large; 409 the draft, or the live rules it was to be
                made from, have changed since that revision.
        """
        return self._save(tenant, synchronization_id, document, account_id, revision)

    def _save(
        self,
        tenant: Tenant,
        synchronization_id: int,
        document: Mapping[str, Any],
        account_id: str,
        revision: int,
        *,
        based: Rules | None = None,
    ) -> Draft:
        """Save; ``based``: the version it is made from by now, where that is another one than before."""
        rulebook.check_shape(document)
        said = rules_from(0, document)
        exchange = self.publication.exchange
        ours = self._own(tenant, synchronization_id)
        with exchange.db.read() as tx:
            before = _current(tx, ours)
        # A draft is saved often, mostly by the same person: Jira is asked for the name once.
        known = before.account_id == account_id and before.edited_by
        name = before.edited_by if known else exchange.name_of(tenant, account_id)
        now = exchange.clock()
        with exchange.db.begin() as tx:
            ours = exchange.locked(tx, tenant, synchronization_id)
            before = _current(tx, ours)
            if not ours.accepted:
                raise Refused("Rules can be edited once the synchronization is accepted.", status=409)
            if before.revision != revision:
                raise _stale(before)
            after = Draft(
                # All defaults written out: the same rules are the same document.
                document_of(said.mappings, said.users),
                based.version if based else before.based_on,
                based.hash if based else before.based_hash,
                account_id,
                name,
                now,
                max(before.revision + 1, int(now * 1000)),
            )
            stored = store.change(tx, ours.id, revision, after) if before.stored else store.add(tx, ours, after)
            assert stored, "the synchronization's row is locked"
            if not before.stored:
                audit.write(tx, tenant.id, account_id, "draft.begin", str(ours.id), {"based_on": after.based_on}, now)
        return after

    def discard(self, tenant: Tenant, synchronization_id: int, revision: int, account_id: str = "") -> None:
        """Forget the draft.

        Raises:
            Refused: 409 it has changed since that revision.
        """
        exchange = self.publication.exchange
        with exchange.db.begin() as tx:
            ours = exchange.locked(tx, tenant, synchronization_id)
            before = _current(tx, ours)
            if before.revision != revision:
                raise _stale(before)
            if before.stored:
                store.drop(tx, ours.id, revision)
                audit.write(tx, tenant.id, account_id, "draft.discard", str(ours.id), {}, exchange.clock())

    def compare(self, tenant: Tenant, synchronization_id: int, names: Naming = named_by_id) -> tuple[Difference, ...]:
        """What publishing the draft would change in the live rules."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            live, draft = rules.live(tx, ours.id), _current(tx, ours)
        return compare(live, _rules(draft), ours.side, ours.partner_name, names)

    def effects(self, tenant: Tenant, synchronization_id: int) -> tuple[Effect, ...]:
        """What publishing the draft will do, and to how many twins."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            live, draft = rules.live(tx, ours.id), _current(tx, ours)
            links = overview.issues_of_mappings(tx, tenant.id, ours.id)
        return effects(live, _rules(draft), links, ours.side)

    def catch_up(self, tenant: Tenant, synchronization_id: int, account_id: str, revision: int) -> Draft:
        """Bring a draft up to the version published since it was begun: what it changed stays, all else is as live.

        Raises:
            Refused: 409 it has changed since that revision; 422 the two together are no document of rules.
        """
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            live, draft = rules.live(tx, ours.id), _current(tx, ours)
            based = rules.document(tx, ours.id, draft.based_on)
        if draft.revision != revision:
            raise _stale(draft)
        if draft.based_hash == live.hash:
            return draft
        base = rules_from(draft.based_on, based) if based is not None else NO_RULES
        if base.hash != draft.based_hash:
            # A version that gave way is not kept: then the draft stands as it is, on the live rules.
            base = live
        merged = document_of(*merge(base, _rules(draft), live))
        return self._save(tenant, ours.id, merged, account_id, revision, based=live)

    def publish(
        self,
        tenant: Tenant,
        synchronization_id: int,
        account_id: str,
        revision: int,
        starts: Mapping[str, Start] = MappingProxyType({}),
    ) -> Published:
        """Make the draft the next version, or propose it (``Publication.publish``). It is gone once it is live.

        ``starts``: by mapping id, what becomes of our issues that are there already.

        Raises:
            Refused: 422 it cannot be used, in words; 409 it says nothing new, it has changed since that revision, or
                another version was published meanwhile; or as ``Publication.publish``.
        """
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            live, draft = rules.live(tx, ours.id), _current(tx, ours)
        if draft.revision != revision:
            raise _stale(draft)
        if not draft.stored or hash_of(draft.document) == live.hash:
            raise Refused("There is nothing to publish: the draft says what is live already.", status=409)
        return self.publication.publish(tenant, ours.id, draft.document, account_id, starts=starts, from_draft=draft)

    def versions(self, tenant: Tenant, synchronization_id: int) -> list[Version]:
        """All published versions, latest first."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            return rules.versions(tx, ours.id)

    def holding(self, tenant: Tenant, synchronization_id: int) -> Holding:
        """Which version is live here, and which one the partner holds."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            return holding(ours, rules.latest_version(tx, ours.id))

    def rollback(self, tenant: Tenant, synchronization_id: int, version: int, account_id: str) -> Published:
        """Publish what an earlier version said as the next one. A draft stays as it is.

        Raises:
            Refused: 404 there is no such version; or as ``Publication.publish``.
        """
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            document = rules.document(tx, ours.id, version)
        if document is None:
            raise Refused(f"There is no version {version} here.", status=404)
        return self.publication.publish(tenant, ours.id, document, account_id)

    # review

    def proposal(self, tenant: Tenant, synchronization_id: int) -> Proposal | None:
        """What the partner proposes and waits for."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            found = proposals.latest(tx, ours.id, ours.partner_side)
        return found if found is not None and found.open else None

    def proposed(self, tenant: Tenant, synchronization_id: int) -> Proposal | None:
        """What we proposed last, with what became of it."""
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            return proposals.latest(tx, ours.id, ours.side)

    def accept(self, tenant: Tenant, synchronization_id: int, proposal_id: str, account_id: str) -> Published:
        """Make the partner's proposal the next version at both ends.

        Raises:
            Refused: 409 it was withdrawn or replaced, or made from another version than is live; or as
                ``Publication.publish``.
        """
        ours = self._own(tenant, synchronization_id)
        with self.publication.exchange.db.read() as tx:
            asked = proposals.by_id(tx, ours.id, proposal_id)
        if asked is None or asked.side != ours.partner_side or not asked.open:
            raise _answered()
        return self.publication.publish(tenant, ours.id, asked.document, account_id, accepting=asked)

    def decline(self, tenant: Tenant, synchronization_id: int, proposal_id: str, account_id: str, reason: str) -> None:
        """Say no to the partner's proposal; they are told, with the reason (may be empty).

        Raises:
            Refused: 409 it was withdrawn, replaced or answered; 400 the reason is too long.
        """
        reason = checks.clean_reason(reason)
        self._close(tenant, synchronization_id, proposal_id, account_id, "declined", reason)

    def withdraw(self, tenant: Tenant, synchronization_id: int, proposal_id: str, account_id: str) -> None:
        """Take our proposal back. Where the partner accepts it before they hear of that, it is live all the same.

        Raises:
            Refused: 409 it has been answered.
        """
        self._close(tenant, synchronization_id, proposal_id, account_id, "withdrawn", "")

    def _close(
        self,
        tenant: Tenant,
        synchronization_id: int,
        proposal_id: str,
        account_id: str,
        state: Literal["declined", "withdrawn"],
        reason: str,
    ) -> None:
        exchange = self.publication.exchange
        name = exchange.name_of(tenant, account_id)
        now = exchange.clock()
        with exchange.db.begin() as tx:
            ours = exchange.locked(tx, tenant, synchronization_id)
            side = ours.side if state == "withdrawn" else ours.partner_side
            known = proposals.by_id(tx, ours.id, proposal_id)
            closed = known is not None and known.side == side
            if not closed or not proposals.answer(tx, ours.id, proposal_id, state, by=name, reason=reason):
                raise _answered()
            verb = "rules.decline" if state == "declined" else "rules.withdraw"
            audit.write(tx, tenant.id, account_id, verb, str(ours.id), {"proposal": proposal_id}, now)
            store_of_ours.change(tx, ours.id, state_version=ours.next_version(now), updated_at=now)
        exchange.wake.synchronization(ours.id)

    def ask_review(self, tenant: Tenant, synchronization_id: int, wanted: bool, account_id: str) -> Synchronization:
        """Say whether the partner's rules wait for a person here. It holds from when the partner has confirmed it."""
        exchange = self.publication.exchange
        now = exchange.clock()
        with exchange.db.begin() as tx:
            ours = exchange.locked(tx, tenant, synchronization_id)
            if ours.over:
                raise Refused("This synchronization is over; no rules come any more.", status=409)
            if ours.review == wanted:
                return ours
            version = ours.next_version(now)
            audit.write(tx, tenant.id, account_id, "synchronization.review", str(ours.id), {"wanted": wanted}, now)
            ours = store_of_ours.change(
                tx, ours.id, review=wanted, review_version=version, state_version=version, updated_at=now
            )
        exchange.wake.synchronization(ours.id)
        return ours

    def _own(self, tenant: Tenant, synchronization_id: int) -> Synchronization:
        return self.publication.exchange.own(tenant, synchronization_id)


def _current(tx: Tx, ours: Synchronization) -> Draft:
    draft = store.of(tx, ours.id)
    if draft is not None:
        return draft
    live = rules.live(tx, ours.id)
    document = rules.document(tx, ours.id) or document_of(())
    return Draft(document, live.version, live.hash, "", "", 0.0, _revision_of(live))


def _revision_of(live: Rules) -> int:
    """The revision of a draft that is not stored: it names the live rules, so that a first save on others is refused.

    Never above 0, where those of stored drafts are; within what JSON numbers hold exactly.
    """
    return -int(live.hash[:13] or "0", 16)


def _rules(draft: Draft) -> Rules:
    return rules_from(draft.based_on, draft.document)


def _answered() -> Refused:
    return Refused("This proposal has been answered, withdrawn or replaced meanwhile. Look again.", status=409)


def _stale(draft: Draft) -> Refused:
    if not draft.stored:
        words = f"The draft was published or discarded meanwhile; version {draft.based_on} is live."
    else:
        words = f"{draft.edited_by or 'Someone'} has changed the draft meanwhile."
    return Refused(f"{words} Open it again and look before you change it.", status=409)
