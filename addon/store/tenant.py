"""Tenants: the Jira sites that installed us. Identified by Connect's ``clientKey``; a base URL may change hands."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import Select, bindparam, or_, select, update

from addon.store.db import Tx
from addon.store.table import tenant as table

State = Literal["installed", "enabled", "disabled", "uninstalled", "stale"]
LIVE: tuple[State, ...] = ("installed", "enabled")
PREVIOUS_SECRET_SECONDS = 300.0
"""Webhooks signed with the secret before a rotation may still be on their way, and a 401 is never retried."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One Jira site. ``shared_secret`` and ``previous_secret`` are sealed (``store.secret``); times in seconds.

    ``trace`` is sent with our own writes and comes back on their webhooks. No call to this Jira before ``retry_at``.
    """

    id: int
    client_key: str
    base_url: str
    display_url: str
    name: str
    state: State
    shared_secret: str
    previous_secret: str | None
    previous_until: float | None
    account_id: str | None
    trace: str
    retry_at: float | None
    attempt_count: int
    retry_reason: str
    reconciled_at: float | None
    reconcile_begun_at: float | None
    installed_at: float
    updated_at: float

    @property
    def live(self) -> bool:
        """Whether we may call this Jira and it may call us."""
        return self.state in LIVE


_COLUMNS = [table.c[field.name] for field in fields(Tenant)]
_BY_ID = select(*_COLUMNS).where(table.c.id == bindparam("tenant_id"))
_BY_CLIENT_KEY = select(*_COLUMNS).where(table.c.client_key == bindparam("the_key"))


def by_id(tx: Tx, id_: int) -> Tenant | None:
    """The tenant with this id, whatever its state."""
    return _one(tx, _BY_ID, {"tenant_id": id_})


def by_client_key(tx: Tx, client_key: str) -> Tenant | None:
    """The tenant with this ``clientKey``, whatever its state."""
    return _one(tx, _BY_CLIENT_KEY, {"the_key": client_key})


def by_base_url(tx: Tx, url: str) -> Tenant | None:
    """The tenant at this normalised URL (``net.normal_url``), or at this custom domain, where people go to find it.

    Disabled ones are returned too, so that the caller can say so; uninstalled and stale ones are not.
    """
    present = table.c.state.in_((*LIVE, "disabled"))
    rows = tx.execute(
        select(*_COLUMNS)
        .where(present, or_(table.c.base_url == url, table.c.display_url == url))
        .order_by(table.c.base_url != url, table.c.updated_at.desc())
    )
    row = rows.first()
    return Tenant(*row) if row else None


def install(
    tx: Tx, *, client_key: str, base_url: str, display_url: str, name: str, shared_secret: str, now: float
) -> Tenant:
    """Store what a verified ``installed`` call says: first install, upgrade, rotation, rename or re-install.

    ``shared_secret`` is sealed. The secret before it stays good for ``PREVIOUS_SECRET_SECONDS`` unless the app had been
    uninstalled. A site restored from a backup comes with the same base URL and a new client key, without a word about
    the old one: every other row with this base URL becomes stale.
    """
    known = by_client_key(tx, client_key)
    given: dict[str, Any] = {
        "base_url": base_url,
        "display_url": display_url,
        "shared_secret": shared_secret,
        "updated_at": now,
        "retry_at": None,
        "attempt_count": 0,
        "retry_reason": "",
    }
    if known is None:
        trace = f"twinline/{secrets.token_urlsafe(24)}"
        given |= {"client_key": client_key, "name": name, "state": "installed", "trace": trace, "installed_at": now}
        tx.execute(table.insert().values(given))
    else:
        again = known.state in ("uninstalled", "stale")
        given |= {
            # A rotation does not switch on what an administrator switched off: `enabled` follows where it is on.
            "state": "installed" if again else known.state,
            "previous_secret": None if again else known.shared_secret,
            "previous_until": None if again else now + PREVIOUS_SECRET_SECONDS,
            "installed_at": now if again else known.installed_at,
        }
        tx.execute(update(table).where(table.c.id == known.id).values(given))
    tx.execute(
        update(table)
        .where(table.c.base_url == base_url, table.c.client_key != client_key, table.c.state != "uninstalled")
        .values(state="stale", updated_at=now)
    )
    stored = by_client_key(tx, client_key)
    assert stored is not None
    return stored


def set_state(tx: Tx, id_: int, state: State, now: float) -> None:
    """Enable, disable or uninstall. Uninstalled and stale are final here: only ``install`` leaves them.

    Jira sends *disabled* and *uninstalled* side by side, so either may come last. Secrets go with the app.
    """
    values: dict[str, Any] = {"state": state, "updated_at": now}
    if state == "uninstalled":
        values |= {"shared_secret": "", "previous_secret": None, "previous_until": None, "account_id": None}
        tx.execute(update(table).where(table.c.id == id_).values(values))
    else:
        final = table.c.state.in_(("uninstalled", "stale"))
        tx.execute(update(table).where(table.c.id == id_, ~final).values(values))


def back_off(tx: Tx, id_: int, until: float, reason: str, *, asked: bool = False) -> None:
    """No call to this Jira before ``until``; ``reason`` is a sentence for people.

    ``asked``: Jira named the time itself (429). That is no failure, and it stands whatever Jira calls meanwhile, and
    whatever becomes of calls that were under way then.
    """
    count = 0 if asked else table.c.attempt_count + 1
    shorter = or_(table.c.retry_at.is_(None), table.c.attempt_count > 0, table.c.retry_at < until)
    values = {"retry_at": until, "retry_reason": reason, "attempt_count": count}
    tx.execute(update(table).where(table.c.id == id_, shorter).values(values))


def clear_back_off(tx: Tx, id_: int) -> None:
    """This Jira answers again, or it has called us. A wait that it asked for stays."""
    tx.execute(
        update(table)
        .where(table.c.id == id_, table.c.attempt_count > 0)
        .values(retry_at=None, retry_reason="", attempt_count=0)
    )


def introduce(tx: Tx, id_: int, account_id: str, name: str) -> None:
    """Keep what this Jira says of itself: the app's own user there, and its name where it has one."""
    named = {"name": name} if name else {}
    tx.execute(update(table).where(table.c.id == id_).values(account_id=account_id, **named))


def unknown(tx: Tx) -> list[int]:
    """Ids of enabled tenants that have not been asked who they are."""
    return list(tx.scalars(select(table.c.id).where(table.c.state == "enabled", table.c.account_id.is_(None))))


def unreconciled(tx: Tx, now: float, every: float) -> list[int]:
    """Ids of enabled tenants that no reconcile pass has begun for within ``every`` seconds; each is named once."""
    due = or_(table.c.reconcile_begun_at.is_(None), table.c.reconcile_begun_at <= now - every)
    free = or_(table.c.retry_at.is_(None), table.c.retry_at <= now)
    return list(
        tx.scalars(
            update(table)
            .where(table.c.state == "enabled", due, free)
            .values(reconcile_begun_at=now)
            .returning(table.c.id)
        )
    )


def reconciled(tx: Tx, id_: int, at: float) -> None:
    """All that changed in this Jira before ``at`` (its own clock) has been looked at."""
    tx.execute(update(table).where(table.c.id == id_).values(reconciled_at=at))


def link_url(tenant: Tenant) -> str:
    """The address for links shown to people; calls always go to ``base_url``."""
    return tenant.display_url or tenant.base_url


def _one(tx: Tx, statement: Select[Any], given: dict[str, Any]) -> Tenant | None:
    row = tx.execute(statement, given).first()
    return Tenant(*row) if row else None
