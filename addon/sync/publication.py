"""Publication: making a document of rules the live one at our end. The one path by which a side's rules change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from addon.errors import Blocked, Ignored, Refused, Retryable
from addon.model.rules import hash_of, rules_from
from addon.store import audit, draft, rules
from addon.store import synchronization as store
from addon.store.db import Tx
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import rulebook, site
from addon.sync.exchange import Exchange
from addon.sync.telling import Telling

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publication: the version that is live here after it."""

    version: int


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
        from_draft: draft.Draft | None = None,
    ) -> Published:
        """Make a document of rules the live one, here at once, and tell the partner.

        ``person``: an account id of our Jira. ``from_draft``: the draft it was, which goes with it.

        Raises:
            Refused: the document contradicts itself, the synchronization is not accepted, Jira does not tell its time,
                the inviter has published at the same time (theirs stands), or the draft is no longer what it was.
        """
        exchange = self.exchange
        ours = exchange.own(tenant, synchronization_id)
        if ours.side == "accepter" and not ours.told:
            self.telling.push(ours.id, waiting=True)
            ours = exchange.own(tenant, synchronization_id)
        check_ready(ours)
        started_at = self._start(tenant, ours, document)
        person_name = exchange.name_of(tenant, person)
        now = exchange.clock()
        with exchange.db.begin() as tx:
            ours = exchange.locked(tx, tenant, synchronization_id)
            check_ready(ours)
            if from_draft is not None:
                _take_draft(tx, ours, from_draft)
            version, changed = _store_version(tx, ours, document, person_name, started_at, now)
            if changed:
                store.change(tx, ours.id, state_version=ours.next_version(now), status_reason="", updated_at=now)
                audit.write(tx, tenant.id, person, "rules.publish", str(ours.id), {"version": version}, now)
        if changed and ours.side == "accepter":
            self.telling.push(ours.id, waiting=True)
            self._check_stands(ours, document)
        exchange.wake.synchronization(ours.id)
        return Published(version)

    def _start(self, tenant: Tenant, ours: Synchronization, document: Mapping[str, Any]) -> float | None:
        """Our Jira's time, where this document switches on a mapping: asked outside of any transaction."""
        rulebook.check(document)
        with self.exchange.db.read() as tx:
            live = rules.live(tx, ours.id)
        if not rulebook.newly_active(live, rules_from(live.version + 1, document)):
            return None
        return asked(lambda: site.now(self.exchange.jira(tenant)))

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


def check_ready(ours: Synchronization) -> None:
    """Refuse a publication that could not be told apart from an earlier one on its way.

    The inviter's word stands where both publish at once, so the accepter builds only on what the inviter has
    confirmed: then no version of theirs can hide one of the inviter's.
    """
    if not ours.accepted:
        raise Refused(
            "Rules can be published once the synchronization is accepted, and until it is deleted.", status=409
        )
    if ours.side == "accepter" and not ours.told:
        reason = ours.retry_reason or "Your partner has not confirmed your last version yet."
        raise Refused(f"{reason} Publish again once they have it.", status=503)


def _take_draft(tx: Tx, ours: Synchronization, taken: draft.Draft) -> None:
    """The draft becomes the version: it goes in the same transaction, if it is still the same and still fits."""
    live = rules.live(tx, ours.id)
    if live.hash != taken.based_hash:
        raise Refused(
            f"Version {live.version} was published meanwhile. Bring your draft up to it and look at the differences, "
            "then publish.",
            status=409,
        )
    if not draft.drop(tx, ours.id, taken.revision):
        raise Refused("The draft was changed meanwhile. Look at it and publish again.", status=409)


def _store_version(
    tx: Tx,
    ours: Synchronization,
    document: Mapping[str, Any],
    person_name: str,
    started_at: float | None,
    now: float,
) -> tuple[int, bool]:
    """Make the document the live version. Answers its number, and whether it differs from what was live."""
    live = rules.live(tx, ours.id)
    if live.hash == hash_of(document):
        return live.version, False
    starting = rulebook.newly_active(live, rules_from(live.version + 1, document))
    if starting and started_at is None:
        raise Refused("The rules have just been changed by someone else. Look at them and publish again.", status=409)
    added = rules.add(
        tx,
        ours,
        version=live.version + 1,
        document=document,
        published_by=person_name,
        published_side=ours.side,
        now=now,
    )
    for mapping_id in starting:
        assert started_at is not None
        rules.set_start(tx, ours, mapping_id, started_at)
    return added.version, True
