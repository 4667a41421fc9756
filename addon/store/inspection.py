"""Inspection: one twin link as an operator sees it, and the one message that an operator may drop. No issue content."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from addon.model.entry import Entry
from addon.store import history, queue, twin_item, twin_link
from addon.store.db import Tx
from addon.store.table import twin_link as table
from addon.store.twin_link import TwinLink


def find(tx: Tx, name: str) -> list[TwinLink]:
    """The links that a number, an issue key or a link key names, over all tenants."""
    named = or_(table.c.issue_key == name, table.c.link_key == name)
    if name.isdecimal():
        named = table.c.id == int(name)
    ids = tx.scalars(select(table.c.id).where(named).order_by(table.c.id))
    return [link for link in (twin_link.by_id(tx, link_id) for link_id in ids) if link is not None]


def describe(tx: Tx, link: TwinLink, now: float) -> dict[str, Any]:
    """Where the link stands: its line, lease, queues and last verdicts; parts by name, never by value."""
    waiting = queue.waiting(tx, link)
    return {
        "link": link.id,
        "link_key": link.link_key,
        "tenant": link.tenant_id,
        "synchronization": link.synchronization_id,
        "mapping": link.mapping_id,
        "issue": link.issue_key,
        "issue_id": link.issue_id,
        "twin": link.partner_issue.get("issue_key", ""),
        "state": link.state,
        "reason": link.reason,
        "fix": link.fix,
        "partner_problem": link.partner_problem,
        "base_parts": sorted(link.base),
        "comments_made_here": len(twin_item.created(tx, link.id, "comment")),
        "outbox": {"next": link.next_sequence, "delivered": link.delivered_sequence, "seen": link.partner_seen},
        "inbox": {"expected": link.expected_sequence, "applied": link.applied_sequence},
        "pending": {"outgoing": waiting.outgoing, "incoming": waiting.incoming, "touched": waiting.touched},
        "interrupted_write": any(row.intent_at is not None for row in queue.incoming(tx, link.id)),
        "lease_seconds_left": round(max(0.0, link.lease_until - now), 1),
        "retry_in_seconds": None if link.retry_at is None else round(max(0.0, link.retry_at - now), 1),
        "attempts": link.attempt_count,
        "last": [_words(entry) for entry in history.last(tx, link.id, 5)],
    }


def skip(tx: Tx, link: TwinLink, now: float) -> int | None:
    """Drop the first message that waits in the inbox; answers its sequence, None where nothing waits.

    The link goes on with the next one. The caller holds the link's row and wakes it after the commit.
    """
    rows = queue.incoming(tx, link.id, limit=2)
    if not rows:
        return None
    first = rows[0]
    queue.applied(tx, link.id, first.sequence)
    if first.written_up_to > first.sequence:
        queue.remember_written(tx, rows[1].id, first.written_up_to)
    twin_link.change(
        tx, link.id, applied_sequence=first.sequence, partner_seen=max(link.partner_seen, first.message.seen)
    )
    parts = sorted(first.message.replica.parts) if first.message.replica else []
    words = f"Message {first.sequence} was skipped by an operator."
    history.write(tx, link, [Entry("in", part, "skipped", note=words) for part in parts or ["message"]], now)
    twin_link.try_again(tx, link.id, now)
    return first.sequence


def _words(entry: Entry) -> dict[str, Any]:
    return {"at": entry.at, "direction": entry.direction, "part": entry.part, "verb": entry.verb}
