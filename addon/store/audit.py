"""The audit log: who did what, append-only. Ids and words, never secrets or issue content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.store.db import Tx
from addon.store.table import audit as table


def write(
    tx: Tx, tenant_id: int, account_id: str, action: str, target: str, detail: Mapping[str, Any], now: float
) -> None:
    """Append a row in the transaction that does the thing, so that neither stands without the other.

    ``action`` is a constant such as ``synchronization.delete``; ``target`` the id it was done to.
    """
    tx.execute(
        table.insert().values(
            tenant_id=tenant_id, at=now, account_id=account_id, action=action, target=target, detail=dict(detail)
        )
    )
