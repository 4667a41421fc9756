"""Nonces of partners' signed requests: each is good for one use."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from addon.store.db import Tx
from addon.store.table import nonce as table


def use(tx: Tx, *, tenant_id: int, key_id: str, value: str, expires_at: float) -> bool:
    """Use a nonce up, within the transaction that does what the request asks. False: it has been used before.

    ``expires_at``: the signature is refused for its age from then on, so the nonce need not be remembered longer.
    """
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    values = {"tenant_id": tenant_id, "key_id": key_id, "value": value, "expires_at": expires_at}
    return tx.execute(insert(table).values(values).on_conflict_do_nothing()).rowcount == 1


def purge(tx: Tx, now: float) -> None:
    """Forget the nonces whose signatures have become too old to be accepted."""
    tx.execute(delete(table).where(table.c.expires_at < now))
