"""Conflicts: parts that both sides changed at once. Both values are kept, whichever stood."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from addon.model.plan import Conflict
from addon.store.db import Tx
from addon.store.table import conflict as table
from addon.store.twin_link import TwinLink


@dataclass(frozen=True, slots=True)
class Found:
    """A stored conflict; ``stands`` is ours, theirs or held. ``settled_at`` is None while a held one is open."""

    id: int
    part: str
    ours: Any
    theirs: Any
    stands: str
    found_at: float
    settled_at: float | None


def write(tx: Tx, link: TwinLink, conflicts: Collection[Conflict], now: float) -> None:
    """Keep conflicts of a link. Of a part that is held already, the latest values are what is held.

    They are kept before the write that decides them, so a write that is tried again brings the same ones: said once.
    """
    latest = {known.part: known for known in all_of(tx, link.id)} if conflicts else {}
    for one in conflicts:
        settled_at = None if one.stands == "held" else now
        last = latest.get(one.part)
        same = last and (last.ours, last.theirs, last.stands) == (one.ours, one.theirs, one.stands)
        if last and same and (last.settled_at is None) == (settled_at is None):
            continue
        settle(tx, link.id, [one.part], now)
        tx.execute(
            insert(table).values(
                tenant_id=link.tenant_id,
                twin_link_id=link.id,
                part=one.part,
                ours=one.ours,
                theirs=one.theirs,
                stands=one.stands,
                found_at=now,
                settled_at=settled_at,
            )
        )


def settle(tx: Tx, link_id: int, parts: Collection[str], now: float) -> None:
    """These parts have one value at both sides again, or are about to."""
    if parts:
        tx.execute(
            update(table)
            .where(table.c.twin_link_id == link_id, table.c.part.in_(parts), table.c.settled_at.is_(None))
            .values(settled_at=now)
        )


def held(tx: Tx, link_id: int) -> list[Found]:
    """The parts of a link that wait for a person, oldest first."""
    return _found(tx, table.c.twin_link_id == link_id, table.c.settled_at.is_(None))


def all_of(tx: Tx, link_id: int) -> list[Found]:
    """The conflict log of a link, oldest first."""
    return _found(tx, table.c.twin_link_id == link_id)


def _found(tx: Tx, *conditions: Any) -> list[Found]:
    columns = (
        table.c.id,
        table.c.part,
        table.c.ours,
        table.c.theirs,
        table.c.stands,
        table.c.found_at,
        table.c.settled_at,
    )
    return [Found(*row) for row in tx.execute(select(*columns).where(*conditions).order_by(table.c.id))]
