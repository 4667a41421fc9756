"""Rules as published: every version of a synchronization's document, and since when each mapping is active here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from addon.model.rules import NO_RULES, Rules, Side, hash_of, rules_from
from addon.store.db import Tx
from addon.store.synchronization import Synchronization
from addon.store.table import mapping_start
from addon.store.table import rules as table


@dataclass(frozen=True, slots=True)
class Version:
    """One published version. ``published_at`` is when it was stored here, in seconds."""

    version: int
    document: Mapping[str, Any]
    hash: str
    published_by: str
    published_side: Side
    published_at: float


_COLUMNS = (
    table.c.version,
    table.c.document,
    table.c.hash,
    table.c.published_by,
    table.c.published_side,
    table.c.published_at,
)


_LATEST = (
    select(table.c.version, table.c.hash)
    .where(table.c.synchronization_id == bindparam("of_synchronization"))
    .order_by(table.c.version.desc())
    .limit(1)
)
_parsed: dict[int, Rules] = {}
"""By synchronization, the rules read last: a version never changes, and every look at a link needs them."""


def live(tx: Tx, synchronization_id: int) -> Rules:
    """The rules in force: the latest version, or none at all."""
    latest = tx.execute(_LATEST, {"of_synchronization": synchronization_id}).one_or_none()
    if latest is None:
        return NO_RULES
    kept = _parsed.get(synchronization_id)
    if kept is None or (kept.version, kept.hash) != tuple(latest):
        kept = rules_from(latest.version, document(tx, synchronization_id, latest.version) or {})
        _parsed[synchronization_id] = kept
    return kept


def latest_version(tx: Tx, synchronization_id: int) -> Version | None:
    """The version in force with its document, or None before the first publication."""
    row = tx.execute(
        select(*_COLUMNS)
        .where(table.c.synchronization_id == synchronization_id)
        .order_by(table.c.version.desc())
        .limit(1)
    ).one_or_none()
    return Version(*row) if row else None


def document(tx: Tx, synchronization_id: int, version: int | None = None) -> Mapping[str, Any] | None:
    """The document of a version (default: the live one); None where there is none."""
    if version is None:
        latest = latest_version(tx, synchronization_id)
        return latest.document if latest else None
    found: Mapping[str, Any] | None = tx.scalar(
        select(table.c.document).where(table.c.synchronization_id == synchronization_id, table.c.version == version)
    )
    return found


def versions(tx: Tx, synchronization_id: int) -> list[Version]:
    """All published versions, latest first."""
    rows = tx.execute(
        select(*_COLUMNS).where(table.c.synchronization_id == synchronization_id).order_by(table.c.version.desc())
    )
    return [Version(*row) for row in rows]


def add(
    tx: Tx,
    synchronization: Synchronization,
    *,
    version: int,
    document: Mapping[str, Any],
    published_by: str,
    published_side: Side,
    now: float,
) -> Rules:
    """Store a version and make it the live one, in place of ours of the same number where the inviter's stands."""
    tx.execute(delete(table).where(table.c.synchronization_id == synchronization.id, table.c.version >= version))
    tx.execute(
        insert(table).values(
            tenant_id=synchronization.tenant_id,
            synchronization_id=synchronization.id,
            version=version,
            document=dict(document),
            hash=hash_of(document),
            published_by=published_by,
            published_side=published_side,
            published_at=now,
        )
    )
    return rules_from(version, document)


def starts(tx: Tx, synchronization_id: int) -> dict[str, float]:
    """By mapping id, since when (seconds, our Jira's clock) new issues of it get twins."""
    rows = tx.execute(
        select(mapping_start.c.mapping_id, mapping_start.c.started_at).where(
            mapping_start.c.synchronization_id == synchronization_id
        )
    )
    return {row.mapping_id: row.started_at for row in rows}


def set_start(tx: Tx, synchronization: Synchronization, mapping_id: str, started_at: float) -> None:
    """From now on (``started_at``, our Jira's clock) new issues of this mapping get twins; older ones do not."""
    tx.execute(
        delete(mapping_start).where(
            mapping_start.c.synchronization_id == synchronization.id, mapping_start.c.mapping_id == mapping_id
        )
    )
    tx.execute(
        insert(mapping_start).values(
            tenant_id=synchronization.tenant_id,
            synchronization_id=synchronization.id,
            mapping_id=mapping_id,
            started_at=started_at,
        )
    )
