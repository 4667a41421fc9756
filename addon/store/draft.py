"""Drafts: the rules as a side is working on them, before it publishes. They never leave the tenant that makes them.

There is at most one per synchronization, thus one per side. ``revision`` only grows, also over discarding, so that what
was shown before is never taken for what is there now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from addon.store.db import Tx
from addon.store.synchronization import Synchronization
from addon.store.table import draft as table


@dataclass(frozen=True, slots=True)
class Draft:
    """A document in the making.

    ``based_on`` and ``based_hash`` name the version it was made from, ``edited_by`` who saved it last (a name for
    people; ``account_id`` is theirs), ``edited_at`` when (seconds). A draft that is not stored is the live version
    itself: its ``revision`` is not above 0.
    """

    document: Mapping[str, Any]
    based_on: int
    based_hash: str
    account_id: str
    edited_by: str
    edited_at: float
    revision: int

    @property
    def stored(self) -> bool:
        return self.revision > 0


def of(tx: Tx, synchronization_id: int) -> Draft | None:
    """The draft of a synchronization's own side; None where the live rules stand as they are."""
    columns = (table.c[name] for name in Draft.__dataclass_fields__)
    row = tx.execute(select(*columns).where(table.c.synchronization_id == synchronization_id)).one_or_none()
    return Draft(*row) if row else None


def add(tx: Tx, synchronization: Synchronization, draft: Draft) -> bool:
    """Store the first state of a draft; False where somebody has just begun one."""
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    added = make(table).values(
        tenant_id=synchronization.tenant_id, synchronization_id=synchronization.id, **_plain(values)
    )
    return tx.execute(added.on_conflict_do_nothing().returning(table.c.id)).one_or_none() is not None


def change(tx: Tx, synchronization_id: int, revision: int, draft: Draft) -> bool:
    """Put this in the place of that revision; False where it is no longer the one stored."""
    values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    changed = (
        update(table)
        .where(table.c.synchronization_id == synchronization_id, table.c.revision == revision)
        .values(_plain(values))
        .returning(table.c.id)
    )
    return tx.execute(changed).one_or_none() is not None


def drop(tx: Tx, synchronization_id: int, revision: int) -> bool:
    """Forget this revision; False where it is no longer the one stored."""
    dropped = (
        delete(table)
        .where(table.c.synchronization_id == synchronization_id, table.c.revision == revision)
        .returning(table.c.id)
    )
    return tx.execute(dropped).one_or_none() is not None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "document": dict(values["document"])}
