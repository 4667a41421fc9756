"""Reading for pages: counts and lists over a tenant's synchronizations. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, or_, select

from addon.store.db import Tx
from addon.store.table import history, inbox, outbox, synchronization, twin_link
from addon.store.twin_link import ACTIVE, BLOCKED, ENDED

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
# What counts as a change that reached the other side; skipped and held ones are history too, but moved nothing.
_MOVED = history.c.verb.in_(("sent", "written"))
_HELD = and_(twin_link.c.state != ENDED, or_(twin_link.c.state == BLOCKED, twin_link.c.partner_problem != ""))
_IN_SYNC = and_(
    twin_link.c.state == ACTIVE,
    twin_link.c.partner_problem == "",
    twin_link.c.issue_id.is_not(None),
    twin_link.c.partner_issue["issue_key"].as_string() != "",
)


@dataclass(frozen=True, slots=True)
class LastChange:
    """The newest change of a synchronization. ``direction``: out or in; ``at`` in seconds since 1970."""

    at: float
    direction: str
    issue_key: str
    partner_key: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What goes on in one synchronization. ``hourly``: changes in each of the last 24 hours, oldest first."""

    in_sync: int = 0
    ended: int = 0
    held: int = 0
    outgoing: int = 0
    incoming: int = 0
    hourly: tuple[int, ...] = (0,) * 24
    last: LastChange | None = None


QUIET = Activity()


@dataclass(frozen=True, slots=True)
class Figures:
    """A tenant's numbers. ``arrival_p95``: seconds from a change at the partner to its write here, None without any."""

    in_sync: int
    new_this_week: int
    hourly: tuple[int, ...]
    arrival_p95: float | None
    arrival_count: int
    held: int
    held_causes: int

    @property
    def changes(self) -> int:
        return sum(self.hourly)


@dataclass(frozen=True, slots=True)
class Held:
    """An issue that stands still. ``ours``: it is held here (with a fix); else the partner holds it."""

    link_id: int
    synchronization_id: int
    issue_id: str
    issue_key: str
    partner_key: str
    partner_url: str
    ours: bool
    reason: str
    fix: str
    waiting: int


def activities(tx: Tx, tenant_id: int, now: float) -> dict[int, Activity]:
    """What goes on in each synchronization that has twin links, by its id."""
    hourly = _hourly(tx, tenant_id, now)
    last = _last_changes(tx, tenant_id)
    outgoing = _pending(tx, tenant_id, outbox, outbox.c.sequence > twin_link.c.delivered_sequence)
    incoming = _pending(tx, tenant_id, inbox, True)
    counts = tx.execute(
        select(
            twin_link.c.synchronization_id,
            _count(_IN_SYNC).label("in_sync"),
            _count(twin_link.c.state == ENDED).label("ended"),
            _count(_HELD).label("held"),
        )
        .where(twin_link.c.tenant_id == tenant_id)
        .group_by(twin_link.c.synchronization_id)
    )
    return {
        row.synchronization_id: Activity(
            row.in_sync,
            row.ended,
            row.held,
            outgoing.get(row.synchronization_id, 0),
            incoming.get(row.synchronization_id, 0),
            hourly.get(row.synchronization_id, QUIET.hourly),
            last.get(row.synchronization_id),
        )
        for row in counts
    }


def figures(tx: Tx, tenant_id: int, now: float) -> Figures:
    """The numbers above the list."""
    row = tx.execute(
        select(
            _count(_IN_SYNC).label("in_sync"),
            _count(and_(_IN_SYNC, twin_link.c.created_at > now - WEEK)).label("fresh"),
            _count(_HELD).label("held"),
        ).where(twin_link.c.tenant_id == tenant_id)
    ).one()
    causes = tx.scalar(
        select(func.count(func.distinct(_cause()))).where(twin_link.c.tenant_id == tenant_id, _HELD),
    )
    arrival_count, arrival_p95 = _arrivals(tx, tenant_id, now)
    per_hour = _hourly(tx, tenant_id, now).values()
    hourly = tuple(sum(hour) for hour in zip(*per_hour, strict=True)) if per_hour else QUIET.hourly
    return Figures(row.in_sync or 0, row.fresh or 0, hourly, arrival_p95, arrival_count, row.held or 0, causes or 0)


def held(tx: Tx, tenant_id: int, synchronization_id: int | None = None, limit: int = 50) -> list[Held]:
    """Issues that stand still, those that waited longest first."""
    pending = (
        select(func.count()).where(inbox.c.twin_link_id == twin_link.c.id).scalar_subquery()
        + select(func.count())
        .where(outbox.c.twin_link_id == twin_link.c.id, outbox.c.sequence > twin_link.c.partner_seen)
        .scalar_subquery()
    )
    query = select(twin_link, pending.label("waiting")).where(twin_link.c.tenant_id == tenant_id, _HELD)
    if synchronization_id is not None:
        query = query.where(twin_link.c.synchronization_id == synchronization_id)
    return [_held(row) for row in tx.execute(query.order_by(twin_link.c.id).limit(limit))]


def blocked_ids(tx: Tx, tenant_id: int, synchronization_id: int, reason: str = "") -> list[int]:
    """Links of a synchronization that are held at our side: those that a retry can move. ``reason``: only for it."""
    query = select(twin_link.c.id).where(
        twin_link.c.tenant_id == tenant_id,
        twin_link.c.synchronization_id == synchronization_id,
        twin_link.c.state == BLOCKED,
    )
    return list(tx.scalars(query.where(twin_link.c.reason == reason) if reason else query))


def issues_of_mappings(tx: Tx, tenant_id: int, synchronization_id: int) -> dict[str, int]:
    """How many twin links that have not ended stand under each mapping, by the mapping's id."""
    rows = tx.execute(
        select(twin_link.c.mapping_id, func.count().label("links"))
        .where(
            twin_link.c.tenant_id == tenant_id,
            twin_link.c.synchronization_id == synchronization_id,
            twin_link.c.state != ENDED,
        )
        .group_by(twin_link.c.mapping_id)
    )
    return {row.mapping_id: row.links for row in rows}


def _held(row: Row[Any]) -> Held:
    partner: Mapping[str, Any] = row.partner_issue or {}
    ours = row.state == BLOCKED
    return Held(
        row.id,
        row.synchronization_id,
        row.issue_id or "",
        row.issue_key,
        partner.get("issue_key", ""),
        partner.get("url", ""),
        ours,
        row.reason if ours else row.partner_problem,
        row.fix if ours else "",
        row.waiting,
    )


def _cause() -> Any:
    return case((twin_link.c.state == BLOCKED, twin_link.c.reason), else_=twin_link.c.partner_problem)


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _hourly(tx: Tx, tenant_id: int, now: float) -> dict[int, tuple[int, ...]]:
    # One sum per hour instead of grouping by a computed hour: how floats become whole numbers differs between
    # databases, comparing them does not.
    start = now - DAY
    sums = [
        _count(and_(history.c.at >= start + hour * HOUR, history.c.at < start + (hour + 1) * HOUR)).label(
            f"hour_{hour}"
        )
        for hour in range(24)
    ]
    rows = tx.execute(
        _joined(twin_link.c.synchronization_id, *sums)
        .where(history.c.tenant_id == tenant_id, history.c.at >= start, _MOVED)
        .group_by(twin_link.c.synchronization_id)
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _last_changes(tx: Tx, tenant_id: int) -> dict[int, LastChange]:
    newest = (
        _joined(func.max(history.c.id).label("id"))
        .where(history.c.tenant_id == tenant_id, _MOVED)
        .group_by(twin_link.c.synchronization_id)
        .subquery()
    )
    rows = tx.execute(
        _joined(
            twin_link.c.synchronization_id,
            history.c.at,
            history.c.direction,
            twin_link.c.issue_key,
            twin_link.c.partner_issue,
        ).join(newest, newest.c.id == history.c.id)
    )
    return {
        row.synchronization_id: LastChange(
            row.at, row.direction, row.issue_key, (row.partner_issue or {}).get("issue_key", "")
        )
        for row in rows
    }


def _arrivals(tx: Tx, tenant_id: int, now: float) -> tuple[int, float | None]:
    arrived = (history.c.tenant_id == tenant_id, history.c.at >= now - DAY, history.c.latency.is_not(None))
    count = tx.scalar(select(func.count()).select_from(history).where(*arrived)) or 0
    if not count:
        return 0, None
    rank = min(count - 1, int(count * 0.95))
    value = tx.scalar(select(history.c.latency).where(*arrived).order_by(history.c.latency).offset(rank).limit(1))
    return count, value


def _pending(tx: Tx, tenant_id: int, table: Any, condition: Any) -> dict[int, int]:
    query = (
        select(twin_link.c.synchronization_id, func.count().label("pending"))
        .select_from(table.join(twin_link, twin_link.c.id == table.c.twin_link_id))
        .where(table.c.tenant_id == tenant_id, condition)
        .group_by(twin_link.c.synchronization_id)
    )
    return {row.synchronization_id: row.pending for row in tx.execute(query)}


def _joined(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(history.join(twin_link, twin_link.c.id == history.c.twin_link_id))


def is_configured(tx: Tx, tenant_id: int) -> bool:
    """Whether the tenant has any accepted synchronization by which issues could get twins."""
    found = select(synchronization.c.id).where(
        synchronization.c.tenant_id == tenant_id, synchronization.c.status == "accepted"
    )
    return tx.scalar(found.limit(1)) is not None
