"""What waits: touched issues, outbox and inbox rows. Durable, ordered per twin link; Redis only wakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from addon.model.message import Message
from addon.store.db import Tx
from addon.store.table import inbox, outbox, synchronization, tenant, touched_issue, twin_link
from addon.store.twin_link import ACTIVE, ENDED, OUTSIDE, TwinLink

REMIND_SECONDS = 3600.0
"""After which a message that the partner has not applied is handed over again."""


@dataclass(frozen=True, slots=True)
class Touched:
    """An issue that a webhook named. ``touch_count`` tells whether another came while we looked.

    ``reason``: why it waits to be looked at again, in words; "" while it does not.
    """

    tenant_id: int
    issue_id: str
    touch_count: int
    deleted: bool
    attempt_count: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A pending inbox row.

    ``intent``: what an earlier try was about to write (``sync.apply``), or None. It stands at the first of the messages
    that were being applied, and ``up_to`` in it names the last. ``intent_at``: when that was; None where nothing is
    under way any more, but that all their fields are written is remembered.
    """

    id: int
    sequence: int
    message: Message
    intent: Mapping[str, Any] | None
    intent_at: float | None
    received_at: float

    @property
    def written_up_to(self) -> int:
        """The last message whose fields are all written, where that is remembered here; else 0."""
        intent = self.intent or {}
        return int(intent["up_to"]) if "comment" in intent and not self.message.begins_again else 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is pending on a link: messages to hand over, messages to apply, and whether we have to look."""

    outgoing: int
    incoming: int
    touched: bool


# Made once: for each change that passes they run a dozen times, and building them costs more than running them.
def _touch(dialect: Any) -> Any:
    columns = touched_issue.c
    changed = {
        "touch_count": columns.touch_count + 1,
        "deleted": or_(columns.deleted, bindparam("new_deleted", type_=columns.deleted.type)),
        "retry_at": None,
    }
    return dialect.insert(touched_issue).on_conflict_do_update(index_elements=["tenant_id", "issue_id"], set_=changed)


_TOUCH = {"sqlite": _touch(sqlite), "postgresql": _touch(postgresql)}
_THE_ISSUE = and_(
    touched_issue.c.tenant_id == bindparam("of_tenant"), touched_issue.c.issue_id == bindparam("of_issue")
)
_TOUCHED = select(
    touched_issue.c.tenant_id,
    touched_issue.c.issue_id,
    touched_issue.c.touch_count,
    touched_issue.c.deleted,
    touched_issue.c.attempt_count,
    touched_issue.c.reason,
).where(_THE_ISSUE)
_LOOKED_AT = delete(touched_issue).where(_THE_ISSUE, touched_issue.c.touch_count == bindparam("of_count"))
_APPEND = insert(outbox)
_OUTGOING = (
    select(outbox.c.message)
    .where(outbox.c.twin_link_id == bindparam("link_id"), outbox.c.sequence > bindparam("after"))
    .order_by(outbox.c.sequence)
    .limit(bindparam("most"))
)
_STORE = insert(inbox)
_INCOMING = (
    select(inbox.c.id, inbox.c.sequence, inbox.c.message, inbox.c.intent, inbox.c.intent_at, inbox.c.received_at)
    .where(inbox.c.twin_link_id == bindparam("link_id"))
    .order_by(inbox.c.sequence)
    .limit(bindparam("most"))
)
_INTEND = (
    update(inbox)
    .where(inbox.c.id == bindparam("inbox_id"))
    .values(intent=bindparam("new_intent", type_=inbox.c.intent.type), intent_at=bindparam("new_at"))
)
_WITHDRAW = update(inbox).where(inbox.c.id == bindparam("inbox_id")).values(intent=null(), intent_at=None)
_APPLIED = delete(inbox).where(inbox.c.twin_link_id == bindparam("link_id"), inbox.c.sequence <= bindparam("up_to"))


def touch(tx: Tx, tenant_id: int, issue_id: str, *, deleted: bool, now: float) -> None:
    """Note that an issue may have changed. One row per issue, however many webhooks come."""
    new = {"tenant_id": tenant_id, "issue_id": issue_id, "deleted": deleted, "touched_at": now}
    tx.execute(_TOUCH[tx.dialect.name], {**new, "touch_count": 1, "attempt_count": 0, "new_deleted": deleted})


def touched(tx: Tx, tenant_id: int, issue_id: str) -> Touched | None:
    """The touched row of an issue, if it is still there."""
    row = tx.execute(_TOUCHED, {"of_tenant": tenant_id, "of_issue": issue_id}).one_or_none()
    return Touched(*row) if row else None


def looked_at(tx: Tx, row: Touched) -> bool:
    """Drop a touched row unless a further webhook came meanwhile; answers whether it was dropped."""
    given = {"of_tenant": row.tenant_id, "of_issue": row.issue_id, "of_count": row.touch_count}
    result = tx.execute(_LOOKED_AT, given)
    return result.rowcount == 1


def postpone_touched(tx: Tx, row: Touched, retry_at: float, reason: str) -> None:
    """Look at the issue again later; ``reason``: why, in words."""
    tx.execute(
        update(touched_issue)
        .where(touched_issue.c.tenant_id == row.tenant_id, touched_issue.c.issue_id == row.issue_id)
        .values(retry_at=retry_at, attempt_count=touched_issue.c.attempt_count + 1, reason=reason)
    )


def touched_again(tx: Tx, tenant_id: int) -> None:
    """What issues of this tenant waited for may have been mended: look at them now."""
    tx.execute(update(touched_issue).where(touched_issue.c.tenant_id == tenant_id).values(retry_at=None))


def append(tx: Tx, link: TwinLink, message: Message, now: float) -> None:
    """Put a message into the outbox. The caller holds the row's lock and moves the link's next sequence on."""
    tx.execute(
        _APPEND,
        {
            "tenant_id": link.tenant_id,
            "twin_link_id": link.id,
            "sequence": message.sequence,
            "message": replace(message, made_at=now).to_json(),
            "created_at": now,
            "remind_at": None if message.replica is None else now + REMIND_SECONDS,
        },
    )


def made_at(tx: Tx, link_id: int, sequence: int) -> float | None:
    """When a message was put down that the partner has not confirmed yet; None where there is none."""
    asked = select(outbox.c.created_at).where(outbox.c.twin_link_id == link_id, outbox.c.sequence == sequence)
    return tx.scalar(asked)


def unanswered(tx: Tx, now: float, limit: int = 100) -> list[int]:
    """Links of which the partner took a message long ago and has not applied it."""
    taken = and_(outbox.c.twin_link_id == twin_link.c.id, outbox.c.sequence <= twin_link.c.delivered_sequence)
    due = select(outbox.c.twin_link_id).join(twin_link, taken).where(outbox.c.remind_at <= now)
    return list(tx.scalars(due.distinct().limit(limit)))


def remind(tx: Tx, link_id: int, now: float) -> None:
    """Hand such a link's messages over again: the partner may have come back from a backup that does not hold them.

    One that still has them skips the repeats, and is reminded less and less often.
    """
    asking = and_(outbox.c.twin_link_id == link_id, outbox.c.remind_at.is_not(None))
    first = select(func.min(outbox.c.sequence)).where(asking).scalar_subquery()
    tx.execute(
        update(twin_link)
        .where(twin_link.c.id == link_id, twin_link.c.delivered_sequence >= first)
        .values(delivered_sequence=first - 1)
    )
    age = now - outbox.c.created_at
    later = now + case((age > REMIND_SECONDS, age), else_=REMIND_SECONDS)
    tx.execute(update(outbox).where(asking).values(remind_at=later))


def outgoing(tx: Tx, link_id: int, after: int, limit: int = 100) -> list[Message]:
    """Messages of the outbox with a sequence beyond ``after``, in order."""
    rows = tx.scalars(_OUTGOING, {"link_id": link_id, "after": after, "most": limit})
    return [Message.from_json(data) for data in rows]


def store_received(tx: Tx, link: TwinLink, message: Message, now: float) -> None:
    """Put a partner's message into the inbox. The caller has checked that its sequence is the expected one."""
    tx.execute(
        _STORE,
        {
            "tenant_id": link.tenant_id,
            "twin_link_id": link.id,
            "sequence": message.sequence,
            "message": message.to_json(),
            "received_at": now,
        },
    )


def incoming(tx: Tx, link_id: int, limit: int = 100) -> list[Received]:
    """Messages of the inbox that have not been applied, in order."""
    rows = tx.execute(_INCOMING, {"link_id": link_id, "most": limit})
    return [
        Received(r.id, r.sequence, Message.from_json(r.message), r.intent, r.intent_at, r.received_at) for r in rows
    ]


def intend(tx: Tx, inbox_id: int, intent: Mapping[str, Any], now: float) -> None:
    """Store what is about to be written, before it is written: after a crash it is not taken for a user's edit."""
    tx.execute(_INTEND, {"inbox_id": inbox_id, "new_intent": intent, "new_at": now})


def remember_written(tx: Tx, inbox_id: int, up_to: int) -> None:
    """Of the messages from this row ``up_to`` that sequence all fields are written; comments are left."""
    tx.execute(_INTEND, {"inbox_id": inbox_id, "new_intent": {"comment": "", "up_to": up_to}, "new_at": None})


def withdraw_intent(tx: Tx, inbox_id: int) -> None:
    """What was intended is settled, or surely did not happen."""
    tx.execute(_WITHDRAW, {"inbox_id": inbox_id})


def applied(tx: Tx, link_id: int, up_to: int) -> None:
    """Drop inbox rows that have been dealt with."""
    tx.execute(_APPLIED, {"link_id": link_id, "up_to": up_to})


def waiting(tx: Tx, link: TwinLink) -> Waiting:
    """How much is pending on a link."""
    out = tx.scalar(
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.twin_link_id == link.id, outbox.c.sequence > link.delivered_sequence)
    )
    incoming_count = tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.twin_link_id == link.id))
    return Waiting(out or 0, incoming_count or 0, link.touched_at is not None)


def due_links(tx: Tx, now: float, limit: int = 1000) -> list[int]:
    """Links with something to do and no reason to wait, those that waited longest first. Across tenants: the sweep."""
    has_outgoing = exists().where(
        outbox.c.twin_link_id == twin_link.c.id, outbox.c.sequence > twin_link.c.delivered_sequence
    )
    has_incoming = and_(
        exists().where(inbox.c.twin_link_id == twin_link.c.id),
        twin_link.c.state.in_((ACTIVE, OUTSIDE)),
        _passed(tenant.c.retry_at, now),
    )
    is_touched = and_(twin_link.c.touched_at.is_not(None), twin_link.c.state != ENDED, _passed(tenant.c.retry_at, now))
    return list(
        tx.scalars(
            select(twin_link.c.id)
            .join(tenant, tenant.c.id == twin_link.c.tenant_id)
            .join(synchronization, synchronization.c.id == twin_link.c.synchronization_id)
            .where(
                twin_link.c.lease_until <= now,
                _passed(twin_link.c.retry_at, now),
                tenant.c.state == "enabled",
                synchronization.c.status == "accepted",
                or_(and_(has_outgoing, _passed(synchronization.c.retry_at, now)), has_incoming, is_touched),
            )
            .order_by(twin_link.c.touched_at, twin_link.c.id)
            .limit(limit)
        )
    )


def due_issues(tx: Tx, now: float, limit: int = 1000) -> list[tuple[int, str]]:
    """Touched issues that nobody has looked at and that need not wait, oldest first: (tenant id, issue id)."""
    rows = tx.execute(
        select(touched_issue.c.tenant_id, touched_issue.c.issue_id)
        .join(tenant, tenant.c.id == touched_issue.c.tenant_id)
        .where(
            _passed(touched_issue.c.retry_at, now),
            _passed(tenant.c.retry_at, now),
            tenant.c.state == "enabled",
        )
        .order_by(touched_issue.c.id)
        .limit(limit)
    )
    return [(row.tenant_id, row.issue_id) for row in rows]


def _passed(column: Any, now: float) -> Any:
    return or_(column.is_(None), column <= now)
