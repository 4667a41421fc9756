"""Publication: making a document of rules the live one at our end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from addon.errors import Blocked, Ignored, Refused, Retryable
from addon.model.rules import hash_of, rules_from
from addon.store import rules
from addon.store.db import Database, Tx
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import rulebook, site

T = TypeVar("T")


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


def start(
    db: Database,
    jira: Callable[[Tenant], site.Asking],
    tenant: Tenant,
    ours: Synchronization,
    document: Mapping[str, Any],
) -> float | None:
    """Our Jira's time, where this document switches on a mapping: asked outside of any transaction.

    Raises:
        Refused: the document cannot be used, or Jira does not tell its time.
    """
    rulebook.check(document)
    with db.read() as tx:
        live = rules.live(tx, ours.id)
    if not rulebook.newly_active(live, rules_from(live.version + 1, document)):
        return None
    return asked(lambda: site.now(jira(tenant)))


def store_version(
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


def check_stands(db: Database, ours: Synchronization, document: Mapping[str, Any]) -> None:
    """Refuse after the fact where the inviter's version has taken the place of ours."""
    with db.read() as tx:
        latest = rules.latest_version(tx, ours.id)
    if latest is not None and latest.hash != hash_of(document):
        raise Refused(
            f"Your partner published version {latest.version} of the rules at the same time, and theirs stands. "
            "Look at it and publish your change again.",
            status=409,
        )
