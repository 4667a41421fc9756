"""Synchronizations: our end of each agreement with a partner.

Identity is (tenant, agreement, side): both ends may live in one database and, for a local synchronization, in one
tenant. A partner's request finds its row by the agreement and the key that signed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from addon.model.rules import Side, other
from addon.model.scope import Scope
from addon.model.veto import Veto
from addon.store.db import Tx
from addon.store.table import synchronization as table
from addon.store.table import tenant
from addon.store.tenant import LIVE

INVITATION_SENT = "invitation_sent"
INVITATION_RECEIVED = "invitation_received"
ACCEPTED = "accepted"
REJECTED = "rejected"
DELETED = "deleted"
OVER = (REJECTED, DELETED)
"""Final: nothing leads out of these; the record can be removed."""


@dataclass(frozen=True, slots=True)
class Synchronization:
    """A row of ``synchronization``; the columns are explained in ``store.table``. Times in seconds.

    ``private_key`` is sealed (``store.secret``). ``accepted_at`` is set as soon as one of our people accepts, thus at
    the accepter possibly before the inviter has confirmed it.
    """

    id: int
    tenant_id: int
    agreement_id: str
    side: Side
    name: str
    status: str
    status_by: str
    status_person: str
    status_reason: str
    scope: Scope
    veto: Veto
    partner_url: str
    partner_name: str
    partner_endpoint: str
    partner_tenant_id: int | None
    key_id: str
    private_key: str
    partner_key_id: str
    partner_public_key: str
    state_version: int
    told_version: int
    partner_state_version: int
    partner_rules_version: int
    partner_rules_hash: str
    review: bool
    review_version: int
    partner_review: bool
    epoch: int
    epoch_at: float | None
    invited_by: str
    retry_at: float | None
    attempt_count: int
    retry_reason: str
    created_at: float
    expires_at: float | None
    accepted_at: float | None
    updated_at: float

    @property
    def partner_side(self) -> Side:
        return other(self.side)

    @property
    def accepted(self) -> bool:
        """Whether messages may travel."""
        return self.status == ACCEPTED

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def told(self) -> bool:
        """Whether the partner has confirmed what we last had to tell."""
        return self.told_version >= self.state_version

    @property
    def review_told(self) -> bool:
        """Whether the partner knows that their rules wait here for a person: from then on none may come without."""
        return self.review and self.told_version >= self.review_version

    def expired(self, now: float) -> bool:
        """Whether this is an invitation that can no longer be accepted (the inviter can send it again)."""
        waiting = self.status in (INVITATION_SENT, INVITATION_RECEIVED)
        return waiting and self.expires_at is not None and self.expires_at <= now

    def next_version(self, now: float) -> int:
        """The version of the next state we tell: later than all before, also after a restore from a backup."""
        return max(self.state_version + 1, int(now * 1000))


_GET = select(table).where(table.c.id == bindparam("synchronization_id"))
_BY_PARTNER_KEY = select(table).where(
    table.c.agreement_id == bindparam("agreement"), table.c.partner_key_id == bindparam("partner_key")
)
_OF_TENANT = select(table).where(table.c.tenant_id == bindparam("of_tenant")).order_by(table.c.id.desc())


def by_id(tx: Tx, tenant_id: int, synchronization_id: int) -> Synchronization | None:
    """This tenant's synchronization with this id."""
    return _one(tx, table.c.tenant_id == tenant_id, table.c.id == synchronization_id)


def get(tx: Tx, synchronization_id: int) -> Synchronization | None:
    """The synchronization a job or a twin link names; None once it has been removed."""
    row = tx.execute(_GET, {"synchronization_id": synchronization_id}).one_or_none()
    return _value(row) if row else None


def lock(tx: Tx, synchronization_id: int) -> Synchronization | None:
    """The same, with its row locked until the transaction ends."""
    row = tx.execute(select(table).where(table.c.id == synchronization_id).with_for_update()).one_or_none()
    return _value(row) if row else None


def by_agreement(tx: Tx, tenant_id: int, agreement_id: str, side: Side) -> Synchronization | None:
    """The end of this agreement that this tenant holds at this side."""
    return _one(tx, table.c.tenant_id == tenant_id, table.c.agreement_id == agreement_id, table.c.side == side)


def by_partner_key(tx: Tx, agreement_id: str, key_id: str) -> Synchronization | None:
    """The end of this agreement whose partner signs with this key: what a partner's request is addressed to.

    A key is made for one end of one agreement, so a key of another synchronization, or our own, finds nothing here.
    """
    if not key_id:
        return None
    row = tx.execute(_BY_PARTNER_KEY, {"agreement": agreement_id, "partner_key": key_id}).one_or_none()
    return _value(row) if row else None


def inviting(tx: Tx, agreement_id: str) -> Synchronization | None:
    """The open invitation of this agreement that was sent from here, whoever sent it."""
    return _one(
        tx,
        table.c.agreement_id == agreement_id,
        table.c.side == "inviter",
        table.c.status == INVITATION_SENT,
    )


def of_tenant(tx: Tx, tenant_id: int) -> list[Synchronization]:
    """All synchronizations of a tenant, newest first."""
    return [_value(row) for row in tx.execute(_OF_TENANT, {"of_tenant": tenant_id})]


def accepted(tx: Tx) -> list[Synchronization]:
    """Those of all tenants over which messages travel."""
    return [_value(row) for row in tx.execute(select(table).where(table.c.status == ACCEPTED).order_by(table.c.id))]


def open_invitation_count(tx: Tx, tenant_id: int) -> int:
    """How many invitations this tenant has received and not answered."""
    waiting = select(func.count()).where(table.c.tenant_id == tenant_id, table.c.status == INVITATION_RECEIVED)
    return tx.scalar(waiting) or 0


def add(tx: Tx, *, scope: Scope, **columns: Any) -> Synchronization:
    """A new row; ``columns`` are those of ``store.table`` that have no default.

    Where another request has just added this end of the agreement, that one is answered.
    """
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    added = make(table).values(scope=scope.to_json(), **columns).on_conflict_do_nothing().returning(table)
    row = tx.execute(added).one_or_none()
    if row is not None:
        return _value(row)
    there = by_agreement(tx, columns["tenant_id"], columns["agreement_id"], columns["side"])
    assert there is not None
    return there


def change(tx: Tx, synchronization_id: int, **columns: Any) -> Synchronization:
    """Set columns of one row; ``scope`` and ``veto`` as values, not as JSON. Answers the row as it is now."""
    for name in {"scope", "veto"} & columns.keys():
        columns[name] = columns[name].to_json()
    row = tx.execute(update(table).where(table.c.id == synchronization_id).values(columns).returning(table)).one()
    return _value(row)


def untold(tx: Tx, now: float) -> list[int]:
    """Ids of all whose partner has to be told something and may be called now, longest waiting first.

    A site that has switched the app off or removed it says nothing until it is back.
    """
    live = select(tenant.c.id).where(tenant.c.state.in_(LIVE))
    return list(
        tx.scalars(
            select(table.c.id)
            .where(
                table.c.tenant_id.in_(live),
                table.c.told_version < table.c.state_version,
                or_(table.c.retry_at.is_(None), table.c.retry_at <= now),
            )
            .order_by(table.c.updated_at)
        )
    )


def confirm_told(tx: Tx, synchronization_id: int, version: int) -> None:
    """The partner has confirmed this version. A late receipt never takes back a later one."""
    tx.execute(
        update(table)
        .where(table.c.id == synchronization_id, table.c.told_version < version)
        .values(told_version=version)
    )


def doubt_told(tx: Tx, synchronization_id: int) -> None:
    """What the partner knows is not what we told (one of us came back from a backup): tell it again."""
    tx.execute(update(table).where(table.c.id == synchronization_id).values(told_version=0))


def back_off(tx: Tx, synchronization_id: int, until: float, reason: str, *, asked: bool = False) -> None:
    """No call to this partner before ``until``; ``reason`` is a sentence for people.

    ``asked``: as of a tenant: the partner named the time itself. That is no failure, and it stands whatever comes of
    other calls, theirs or ours, meanwhile.
    """
    count = 0 if asked else table.c.attempt_count + 1
    shorter = or_(table.c.retry_at.is_(None), table.c.attempt_count > 0, table.c.retry_at < until)
    values = {"retry_at": until, "retry_reason": reason, "attempt_count": count}
    tx.execute(update(table).where(table.c.id == synchronization_id, shorter).values(values))


def clear_back_off(tx: Tx, synchronization_id: int, now: float) -> None:
    """This partner answers again, or has called us. A wait that it asked for stays until it is over."""
    tx.execute(
        update(table)
        .where(table.c.id == synchronization_id, or_(table.c.attempt_count > 0, table.c.retry_at <= now))
        .values(retry_at=None, retry_reason="", attempt_count=0)
    )


def remove(tx: Tx, tenant_id: int, synchronization_id: int) -> None:
    """Forget a synchronization with its rules, twin links and their history. The issues stay."""
    tx.execute(delete(table).where(table.c.tenant_id == tenant_id, table.c.id == synchronization_id))


def _one(tx: Tx, *conditions: Any) -> Synchronization | None:
    row = tx.execute(select(table).where(*conditions)).one_or_none()
    return _value(row) if row else None


def _value(row: Row[Any]) -> Synchronization:
    columns = dict(row._mapping)
    columns["scope"] = Scope.from_json(columns["scope"])
    columns["veto"] = Veto.from_json(columns["veto"])
    return Synchronization(**columns)
