"""Provenance: what we created here for a partner's comment (later: attachment, worklog, issue link).

We edit and delete only what stands here; everything else belongs to the people of this site.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, insert, select, update

from addon.store.db import Tx
from addon.store.table import twin_item
from addon.store.twin_link import TwinLink

COMMENT = "comment"
"""The kind of item that a comment is."""
_CREATED = select(twin_item.c.origin_id, twin_item.c.our_id).where(
    twin_item.c.twin_link_id == bindparam("link_id"), twin_item.c.kind == bindparam("of_kind")
)


def our_ids(tx: Tx, tenant_id: int, kind: str, candidates: Collection[str]) -> set[str]:
    """Those of the candidates that we created, for whichever link: they are never sent on."""
    if not candidates:
        return set()
    return set(
        tx.scalars(
            select(twin_item.c.our_id).where(
                twin_item.c.tenant_id == tenant_id, twin_item.c.kind == kind, twin_item.c.our_id.in_(candidates)
            )
        )
    )


def created(tx: Tx, link_id: int, kind: str) -> dict[str, str]:
    """By the part's name, the id of what we created for it; "" once it is gone here."""
    rows = tx.execute(_CREATED, {"link_id": link_id, "of_kind": kind})
    return {row.origin_id: row.our_id for row in rows}


def add(tx: Tx, link: TwinLink, kind: str, origin_id: str, our_id: str) -> None:
    """Note what we created for a part. Saying it again changes nothing."""
    known = tx.scalar(
        select(twin_item.c.id).where(
            twin_item.c.twin_link_id == link.id, twin_item.c.kind == kind, twin_item.c.origin_id == origin_id
        )
    )
    if known is None:
        tx.execute(
            insert(twin_item).values(
                tenant_id=link.tenant_id, twin_link_id=link.id, kind=kind, origin_id=origin_id, our_id=our_id
            )
        )


def lost(tx: Tx, link_id: int, kind: str, origin_id: str) -> None:
    """Somebody deleted ours here: it is not created again."""
    tx.execute(
        update(twin_item)
        .where(twin_item.c.twin_link_id == link_id, twin_item.c.kind == kind, twin_item.c.origin_id == origin_id)
        .values(our_id="")
    )


def drop(tx: Tx, link_id: int, kind: str, origin_id: str) -> None:
    """The origin is gone and so is ours."""
    tx.execute(
        delete(twin_item).where(
            twin_item.c.twin_link_id == link_id, twin_item.c.kind == kind, twin_item.c.origin_id == origin_id
        )
    )
