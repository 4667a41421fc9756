"""History: what was sent, written, skipped or decided on a twin link, for the panel and the history page."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select

from addon.model.entry import Entry
from addon.store.db import Tx
from addon.store.table import history
from addon.store.twin_link import TwinLink

_WRITE = insert(history)


def write(tx: Tx, link: TwinLink, entries: Iterable[Entry], now: float) -> None:
    """Add entries to a link's history."""
    rows = [
        {
            "tenant_id": link.tenant_id,
            "twin_link_id": link.id,
            "at": now,
            "direction": entry.direction,
            "part": entry.part,
            "verb": entry.verb,
            "before": entry.before,
            "after": entry.after,
            "note": entry.note,
            "latency": entry.latency,
        }
        for entry in entries
    ]
    if rows:
        tx.execute(_WRITE, rows)


def last(tx: Tx, twin_link_id: int, count: int) -> list[Entry]:
    """The newest entries of a link, newest first."""
    rows = tx.execute(
        select(
            history.c.direction,
            history.c.part,
            history.c.verb,
            history.c.before,
            history.c.after,
            history.c.note,
            history.c.latency,
            history.c.at,
        )
        .where(history.c.twin_link_id == twin_link_id)
        .order_by(history.c.id.desc())
        .limit(count)
    )
    return [Entry(**row._mapping) for row in rows]
