"""Backlogs: issues that waited when their mapping was published, and how far they have got. One per mapping at most."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from addon.store.db import Tx
from addon.store.synchronization import Synchronization
from addon.store.table import backlog as table
from addon.store.table import backlog_issue, synchronization, tenant, twin_link
from addon.store.twin_link import ACTIVE, BLOCKED

Kind = Literal["waiting", "all"]
State = Literal["collecting", "opening", "watching", "done", "cancelled"]
COLLECTING, OPENING, WATCHING, DONE, CANCELLED = "collecting", "opening", "watching", "done", "cancelled"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ``backlog``; the columns are explained in ``store.table``."""

    id: int
    tenant_id: int
    synchronization_id: int
    mapping_id: str
    kind: Kind
    state: State
    started_at: float
    query: str
    cursor: str
    reason: str
    retry_at: float | None
    attempt_count: int
    collected_at: float | None
    created_at: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backlog has got, in issues.

    ``total``: found to wait, as far as they have been collected. Of these ``opened`` have a link, ``synced`` have
    arrived at the partner, ``failed`` are held; ``left`` wait; ``left_out`` no longer qualified when their turn came.
    ``reason``: why it does not go on just now, in words.
    """

    kind: Kind
    state: State
    total: int
    opened: int
    synced: int
    failed: int
    left: int
    left_out: int
    reason: str
    retry_at: float | None


_COLUMNS = [table.c[field.name] for field in fields(Row)]


def begin(tx: Tx, ours: Synchronization, mapping_id: str, kind: Kind, query: str, started_at: float, now: float) -> int:
    """A new backlog in the place of any earlier one of this mapping. Answers its id."""
    drop(tx, ours.id, mapping_id)
    made: int = tx.execute(
        insert(table)
        .values(
            tenant_id=ours.tenant_id,
            synchronization_id=ours.id,
            mapping_id=mapping_id,
            kind=kind,
            state=COLLECTING,
            started_at=started_at,
            query=query,
            created_at=now,
        )
        .returning(table.c.id)
    ).scalar_one()
    return made


def drop(tx: Tx, synchronization_id: int, mapping_id: str) -> None:
    """Forget a mapping's backlog; its links stay."""
    mine = and_(table.c.synchronization_id == synchronization_id, table.c.mapping_id == mapping_id)
    tx.execute(delete(backlog_issue).where(backlog_issue.c.backlog_id.in_(select(table.c.id).where(mine))))
    tx.execute(delete(table).where(mine))


def get(tx: Tx, backlog_id: int) -> Row | None:
    """The backlog, if it is still there."""
    row = tx.execute(select(*_COLUMNS).where(table.c.id == backlog_id)).one_or_none()
    return Row(*row) if row else None


def lock(tx: Tx, backlog_id: int) -> Row | None:
    """The backlog with its row locked until the transaction ends: one worker at a time fills or empties it."""
    row = tx.execute(select(*_COLUMNS).where(table.c.id == backlog_id).with_for_update()).one_or_none()
    return Row(*row) if row else None


def of_synchronization(tx: Tx, synchronization_id: int) -> list[Row]:
    """All backlogs of a synchronization."""
    rows = tx.execute(select(*_COLUMNS).where(table.c.synchronization_id == synchronization_id))
    return [Row(*row) for row in rows]


def change(tx: Tx, backlog_id: int, **columns: Any) -> None:
    """Set columns of a backlog."""
    tx.execute(update(table).where(table.c.id == backlog_id).values(columns))


def due(tx: Tx, now: float, every: float) -> list[int]:
    """Backlogs that may go on now, and watching ones that were collected ``every`` seconds ago. Across tenants."""
    watched = and_(table.c.state == WATCHING, table.c.collected_at <= now - every)
    return list(
        tx.scalars(
            select(table.c.id)
            .join(tenant, tenant.c.id == table.c.tenant_id)
            .join(synchronization, synchronization.c.id == table.c.synchronization_id)
            .where(
                or_(table.c.state.in_((COLLECTING, OPENING)), watched),
                tenant.c.state == "enabled",
                synchronization.c.status == "accepted",
                *(or_(column.is_(None), column <= now) for column in (table.c.retry_at, tenant.c.retry_at)),
            )
            .order_by(table.c.id)
        )
    )


# the issues of a backlog


def collect(tx: Tx, row: Row, issue_ids: Collection[str]) -> None:
    """Put issues into a backlog, but for those that have, or had, a twin by its synchronization."""
    known = linked(tx, row.synchronization_id, issue_ids)
    new = [
        {"tenant_id": row.tenant_id, "backlog_id": row.id, "issue_id": issue_id, "state": "waiting"}
        for issue_id in issue_ids
        if issue_id not in known
    ]
    if new:
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        tx.execute(dialect.insert(backlog_issue).on_conflict_do_nothing(), new)


def linked(tx: Tx, synchronization_id: int, issue_ids: Collection[str]) -> set[str]:
    """Of these issues those that have, or had, a twin by a synchronization."""
    found: set[str] = set()
    wanted = list(issue_ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        found.update(
            tx.scalars(
                select(twin_link.c.issue_id).where(
                    twin_link.c.synchronization_id == synchronization_id, twin_link.c.issue_id.in_(some)
                )
            )
        )
    return found


def waiting(tx: Tx, backlog_id: int, limit: int) -> list[str]:
    """The ids of issues whose turn comes next."""
    mine = and_(backlog_issue.c.backlog_id == backlog_id, backlog_issue.c.state == "waiting")
    return list(tx.scalars(select(backlog_issue.c.issue_id).where(mine).order_by(backlog_issue.c.id).limit(limit)))


def settle(tx: Tx, backlog_id: int, issue_id: str, link_id: int | None) -> None:
    """An issue's turn came: it has this link, or none because it no longer qualifies."""
    tx.execute(
        update(backlog_issue)
        .where(backlog_issue.c.backlog_id == backlog_id, backlog_issue.c.issue_id == issue_id)
        .values(state="opened" if link_id else "left_out", twin_link_id=link_id)
    )


def again(tx: Tx, backlog_id: int) -> None:
    """Issues that did not qualify may do so when they are collected again."""
    mine = and_(backlog_issue.c.backlog_id == backlog_id, backlog_issue.c.state == "left_out")
    tx.execute(delete(backlog_issue).where(mine))


def in_flight(tx: Tx, tenant_id: int) -> int:
    """How many links that a tenant's backlogs have opened are still on their way to the partner."""
    return (
        tx.scalar(
            select(func.count())
            .select_from(backlog_issue.join(twin_link, twin_link.c.id == backlog_issue.c.twin_link_id))
            .where(backlog_issue.c.tenant_id == tenant_id, twin_link.c.state == ACTIVE, twin_link.c.partner_seen == 0)
        )
        or 0
    )


def progress(tx: Tx, row: Row) -> Progress:
    """How far it has got."""
    by_state = (
        select(backlog_issue.c.state, func.count().label("number"))
        .where(backlog_issue.c.backlog_id == row.id)
        .group_by(backlog_issue.c.state)
    )
    counted: dict[str, int] = {one.state: one.number for one in tx.execute(by_state)}
    links = backlog_issue.join(twin_link, twin_link.c.id == backlog_issue.c.twin_link_id)
    mine = backlog_issue.c.backlog_id == row.id
    synced, failed = (
        tx.scalar(select(func.count()).select_from(links).where(mine, which)) or 0
        for which in (twin_link.c.partner_seen > 0, and_(twin_link.c.state == BLOCKED, twin_link.c.partner_seen == 0))
    )
    return Progress(
        kind=row.kind,
        state=row.state,
        total=sum(counted.values()),
        opened=counted.get("opened", 0),
        synced=synced,
        failed=failed,
        left=counted.get("waiting", 0),
        left_out=counted.get("left_out", 0),
        reason=row.reason,
        retry_at=row.retry_at,
    )


def ids_of(tx: Tx, synchronization_ids: Sequence[int]) -> list[int]:
    """Ids of the backlogs of these synchronizations that go on."""
    return list(
        tx.scalars(
            select(table.c.id).where(
                table.c.synchronization_id.in_(synchronization_ids), table.c.state.in_((COLLECTING, OPENING))
            )
        )
    )
