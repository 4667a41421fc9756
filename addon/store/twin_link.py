"""Twin links: the row that pairs our issue with the partner's, and the lease under which it is worked on."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from addon.store.db import Tx
from addon.store.table import inbox, outbox, twin_link

FREE = {"lease_owner": "", "lease_until": 0.0}
"""The columns of a link that no worker holds."""
ACTIVE, BLOCKED, OUT_OF_SCOPE, OUTSIDE, ENDED = "active", "blocked", "out_of_scope", "outside", "ended"
"""Outside: our issue does not match our condition, so nothing leaves; what the partner sends still arrives."""


@dataclass(frozen=True, slots=True)
class TwinLink:
    """A row of ``twin_link``; the columns are explained in ``store.table``."""

    id: int
    tenant_id: int
    synchronization_id: int
    link_key: str
    mapping_id: str
    state: str
    reason: str
    fix: str
    partner_problem: str
    issue_id: str | None
    issue_key: str
    partner_issue: Mapping[str, Any]
    partner_issue_id: str
    base: Mapping[str, Any]
    next_sequence: int
    delivered_sequence: int
    partner_seen: int
    expected_sequence: int
    applied_sequence: int
    received_made_at: float
    renewed: bool
    lease_owner: str
    lease_until: float
    touched_at: float | None
    read_at: float | None
    looked_at: float | None
    retry_at: float | None
    attempt_count: int
    waits_for: str
    synced_at: float | None
    created_at: float


assert [field.name for field in fields(TwinLink)] == twin_link.columns.keys(), "rows are read by position"

# Built once: making a statement costs as much as running it, and these run for every change.
_BY_ID = select(twin_link).where(twin_link.c.id == bindparam("link_id"))
_LOCK = _BY_ID.with_for_update()
_LEASE = (
    update(twin_link)
    .where(
        twin_link.c.id == bindparam("link_id"),
        or_(twin_link.c.lease_until <= bindparam("now"), twin_link.c.lease_owner == bindparam("owner")),
    )
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(twin_link)
)
_RENEW = (
    update(twin_link)
    .where(twin_link.c.id == bindparam("link_id"), twin_link.c.lease_owner == bindparam("owner"))
    .values(lease_until=bindparam("until"))
    .returning(twin_link)
)
_BY_KEY = (
    select(twin_link)
    .where(
        twin_link.c.synchronization_id == bindparam("of_synchronization"), twin_link.c.link_key == bindparam("the_key")
    )
    .with_for_update()
)
_FOR_ISSUE = (
    select(twin_link)
    .where(twin_link.c.tenant_id == bindparam("of_tenant"), twin_link.c.issue_id == bindparam("of_issue"))
    .order_by(twin_link.c.id)
)
_TOUCH_OTHERS = (
    update(twin_link)
    .where(
        twin_link.c.tenant_id == bindparam("of_tenant"),
        twin_link.c.issue_id == bindparam("of_issue"),
        twin_link.c.id != bindparam("not_this"),
        twin_link.c.state != ENDED,
    )
    .values(touched_at=bindparam("new_touched_at"))
    .returning(twin_link.c.id)
)
_FORGET = outbox.delete().where(outbox.c.twin_link_id == bindparam("link_id"), outbox.c.sequence <= bindparam("seen"))
_HOLDER = select(twin_link.c.lease_owner, twin_link.c.lease_until).where(twin_link.c.id == bindparam("link_id"))


@functools.cache
def _setting(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    """The statement that sets these columns of one link."""
    values = {name: bindparam(f"new_{name}", type_=twin_link.c[name].type) for name in names}
    return update(twin_link).where(twin_link.c.id == bindparam("link_id")).values(values).returning(twin_link)


def _value(row: Row[Any]) -> TwinLink:
    return TwinLink(*tuple(row))


def by_id(tx: Tx, link_id: int) -> TwinLink | None:
    """The link, or None once its synchronization has been removed."""
    row = tx.execute(_BY_ID, {"link_id": link_id}).one_or_none()
    return _value(row) if row else None


def lock(tx: Tx, link_id: int) -> TwinLink:
    """The link with its row locked until the transaction ends.

    Raises:
        sqlalchemy.exc.NoResultFound: the link is gone.
    """
    return _value(tx.execute(_LOCK, {"link_id": link_id}).one())


def by_key(tx: Tx, synchronization_id: int, link_key: str) -> TwinLink | None:
    """The link that the partner means."""
    row = tx.execute(_BY_KEY, {"of_synchronization": synchronization_id, "the_key": link_key}).one_or_none()
    return _value(row) if row else None


def with_key(tx: Tx, synchronization_id: int, link_key: str) -> TwinLink | None:
    """The same without a lock: for a look."""
    row = tx.execute(
        select(twin_link).where(twin_link.c.synchronization_id == synchronization_id, twin_link.c.link_key == link_key)
    ).one_or_none()
    return _value(row) if row else None


def keys_of(tx: Tx, synchronization_id: int, issue_ids: Collection[str]) -> dict[str, str]:
    """By issue id, the key of the link under which the issue is shared with the partner."""
    rows = tx.execute(
        select(twin_link.c.issue_id, twin_link.c.link_key).where(
            twin_link.c.synchronization_id == synchronization_id,
            twin_link.c.issue_id.in_(issue_ids),
            twin_link.c.state.not_in((ENDED, OUT_OF_SCOPE)),
        )
    )
    return {row.issue_id: row.link_key for row in rows}


def end_waiting(tx: Tx, synchronization_id: int, names: Collection[str], now: float) -> list[int]:
    """What these links wait for is there: they are looked at at once. Answers their ids."""
    return list(
        tx.scalars(
            update(twin_link)
            .where(
                twin_link.c.synchronization_id == synchronization_id,
                twin_link.c.waits_for.in_(names),
                twin_link.c.waits_for != "",
                twin_link.c.state != ENDED,
            )
            .values(
                retry_at=None,
                touched_at=case((twin_link.c.issue_id.is_not(None), now), else_=twin_link.c.touched_at),
            )
            .returning(twin_link.c.id)
        )
    )


def for_issue(tx: Tx, tenant_id: int, issue_id: str) -> list[TwinLink]:
    """All links of an issue, ended ones included, oldest first."""
    return [_value(row) for row in tx.execute(_FOR_ISSUE, {"of_tenant": tenant_id, "of_issue": issue_id})]


def with_partner_issue(tx: Tx, synchronization_id: int, partner_issue_id: str) -> TwinLink | None:
    """The living link of this synchronization whose twin the partner has told to be this issue of theirs."""
    row = tx.execute(
        select(twin_link).where(
            twin_link.c.synchronization_id == synchronization_id,
            twin_link.c.partner_issue_id == partner_issue_id,
            twin_link.c.state != ENDED,
        )
    ).first()
    return _value(row) if row else None


def drop_unconfirmed(tx: Tx, synchronization_id: int, issue_id: str) -> bool:
    """Forget the link that we opened for an issue and that the partner has never confirmed; answers if it was there."""
    found = tx.execute(
        delete(twin_link).where(
            twin_link.c.synchronization_id == synchronization_id,
            twin_link.c.issue_id == issue_id,
            twin_link.c.partner_issue_id == "",
            twin_link.c.state != ENDED,
        )
    )
    return found.rowcount > 0


def renew(tx: Tx, synchronization_id: int, now: float) -> list[TwinLink]:
    """Begin every link of a synchronization afresh: no messages, no base, no lease, all to be read and told again.

    Answers those that have ended.
    """
    of_it = select(twin_link.c.id).where(twin_link.c.synchronization_id == synchronization_id)
    for table in (outbox, inbox):
        tx.execute(table.delete().where(table.c.twin_link_id.in_(of_it)))
    alive = twin_link.c.state != ENDED
    has_issue = twin_link.c.issue_id.is_not(None)
    rows = tx.execute(
        update(twin_link)
        .where(twin_link.c.synchronization_id == synchronization_id)
        .values(
            **FREE,
            state=case((alive, ACTIVE), else_=ENDED),
            reason=case((alive, ""), else_=twin_link.c.reason),
            fix="",
            partner_problem="",
            base={},
            next_sequence=1,
            delivered_sequence=0,
            partner_seen=0,
            expected_sequence=1,
            applied_sequence=0,
            received_made_at=0.0,
            renewed=alive & has_issue,
            touched_at=case((alive & has_issue, now)),
            read_at=None,
            retry_at=None,
            attempt_count=0,
            # Where we have no issue yet, the partner may ask for one by another key.
            partner_issue_id=case((has_issue, twin_link.c.partner_issue_id), else_=""),
        )
        .returning(twin_link)
    )
    return [link for link in map(_value, rows) if link.state == ENDED]


def standing_still(tx: Tx, synchronization_id: int) -> list[int]:
    """The ids of links that wait for other rules or another scope."""
    return list(
        tx.scalars(
            select(twin_link.c.id).where(
                twin_link.c.synchronization_id == synchronization_id,
                twin_link.c.state.in_((BLOCKED, OUT_OF_SCOPE, OUTSIDE)),
            )
        )
    )


def create(
    tx: Tx,
    *,
    tenant_id: int,
    synchronization_id: int,
    mapping_id: str,
    now: float,
    link_key: str,
    issue_id: str | None = None,
    issue_key: str = "",
    partner_issue_id: str = "",
) -> TwinLink:
    """A new link: ours to open (with our issue and a fresh key) or the partner's (with their key and issue)."""
    row = tx.execute(
        insert(twin_link)
        .values(
            tenant_id=tenant_id,
            synchronization_id=synchronization_id,
            link_key=link_key,
            mapping_id=mapping_id,
            state=ACTIVE,
            issue_id=issue_id,
            issue_key=issue_key,
            partner_issue_id=partner_issue_id,
            partner_issue={},
            base={},
            touched_at=now if issue_id else None,
            created_at=now,
        )
        .returning(twin_link)
    ).one()
    return _value(row)


def change(tx: Tx, link_id: int, **columns: Any) -> TwinLink:
    """Set columns of one link; answers the row as it is now."""
    given = {f"new_{name}": value for name, value in columns.items()}
    return _value(tx.execute(_setting(tuple(columns)), {"link_id": link_id, **given}).one())


def touch(tx: Tx, link_id: int, now: float) -> None:
    """Note that our issue may have changed: the next look at the link reads it."""
    change(tx, link_id, touched_at=now)


def touch_others(tx: Tx, link: TwinLink, now: float) -> list[int]:
    """Note for the issue's links in other synchronizations that we changed it. Answers their ids."""
    given = {"of_tenant": link.tenant_id, "of_issue": link.issue_id, "not_this": link.id, "new_touched_at": now}
    return list(tx.scalars(_TOUCH_OTHERS, given))


def try_again(tx: Tx, link_id: int, now: float) -> None:
    """Forget why the link stands still and look at everything afresh; at our issue, if there is one yet."""
    look = case((twin_link.c.issue_id.is_not(None), now))
    tx.execute(
        update(twin_link)
        .where(twin_link.c.id == link_id, twin_link.c.state != ENDED)
        .values(state=ACTIVE, reason="", fix="", retry_at=None, attempt_count=0, touched_at=look)
    )


def read_times(tx: Tx, tenant_id: int, issue_ids: Collection[str]) -> dict[str, float]:
    """Of the issues that have a living link: the oldest ``updated`` at which one of its links read it (0: never)."""
    rows = tx.execute(
        select(twin_link.c.issue_id, func.min(func.coalesce(twin_link.c.read_at, 0.0)))
        .where(twin_link.c.tenant_id == tenant_id, twin_link.c.issue_id.in_(issue_ids), twin_link.c.state != ENDED)
        .group_by(twin_link.c.issue_id)
    )
    return {row[0]: row[1] for row in rows}


def take_lease(tx: Tx, link_id: int, owner: str, now: float, seconds: float) -> TwinLink | None:
    """Compare-and-set of the lease; None while another worker holds it."""
    given = {"link_id": link_id, "now": now, "owner": owner, "until": now + seconds}
    row = tx.execute(_LEASE, given).one_or_none()
    return _value(row) if row else None


def renew_lease(tx: Tx, link_id: int, owner: str, until: float) -> TwinLink | None:
    """Make one's own lease last longer; None where another worker has had it since, though it be free again by now."""
    row = tx.execute(_RENEW, {"link_id": link_id, "owner": owner, "until": until}).one_or_none()
    return _value(row) if row else None


def holds_lease(tx: Tx, link_id: int, owner: str, now: float) -> bool:
    """Whether this worker may still write (fencing): asked before each write to Jira."""
    row = tx.execute(_HOLDER, {"link_id": link_id}).one()
    return bool(row.lease_owner == owner and row.lease_until > now)


def release(tx: Tx, link_id: int, owner: str) -> TwinLink | None:
    """Give the lease back; answers the row as it is now, None if the lease had been lost."""
    row = tx.execute(
        update(twin_link)
        .where(twin_link.c.id == link_id, twin_link.c.lease_owner == owner)
        .values(FREE)
        .returning(twin_link)
    ).one_or_none()
    return _value(row) if row else None


def leased(tx: Tx, now: float) -> list[tuple[int, str]]:
    """Who holds a lease now: (link id, owner)."""
    rows = tx.execute(select(twin_link.c.id, twin_link.c.lease_owner).where(twin_link.c.lease_until > now))
    return [(row.id, row.lease_owner) for row in rows]


def take_from_dead(tx: Tx, link_id: int, owner: str, settle_seconds: float) -> bool:
    """Free a link whose worker has ended; answers whether it was still its.

    Where that worker was about to write, its call may still take effect: the link waits until that is over.
    """
    link = release(tx, link_id, owner)
    if link is None:
        return False
    first = select(inbox.c.intent_at).where(inbox.c.twin_link_id == link_id).order_by(inbox.c.sequence).limit(1)
    intent_at = tx.scalar(first)
    if intent_at is not None:
        change(tx, link_id, retry_at=max(link.retry_at or 0.0, intent_at + settle_seconds))
    return True


def forget_settled(tx: Tx, link_id: int, partner_seen: int) -> None:
    """Drop outbox rows that the partner has applied: nothing can be in conflict with them any more."""
    tx.execute(_FORGET, {"link_id": link_id, "seen": partner_seen})
