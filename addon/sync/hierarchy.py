"""Hierarchy: which issues the parents of issues stand for, as far as they are shared; and who waits for them.

``waits_for`` of a twin link names what it waits for: ``issue:<id>`` where our issue's parent is not shared yet, so that
the partner is told of it when it is; ``link:<key>`` where its twin's parent has no twin here yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addon.model.change import Change, Delta
from addon.model.offer import Offer
from addon.model.rules import IssueMapping
from addon.store import twin_link
from addon.store.db import Database, Tx
from addon.store.twin_link import TwinLink
from addon.sync.processors import parent

ISSUE, LINK = "issue:", "link:"
Twins = Mapping[str, str]
"""By our issue's id, the key of its twin link."""


def twins_of(tx: Tx, link: TwinLink, values: Mapping[str, Any], mapping: IssueMapping) -> Twins:
    """The twin links of the parents among these values (by part), as far as they have any."""
    ids = _ids(values, mapping)
    return twin_link.keys_of(tx, link.synchronization_id, ids) if ids else {}


def waits_for(link: TwinLink, values: Mapping[str, Any], mapping: IssueMapping, twins: Twins) -> str:
    """What the link waits for once these values have been told."""
    if not any(row.id in values for row in parent.rows_of(mapping)):
        return link.waits_for
    return next((f"{ISSUE}{issue_id}" for issue_id in _ids(values, mapping) if issue_id not in twins), "")


def shared_now(tx: Tx, link: TwinLink, change: Change, mapping: IssueMapping) -> Change:
    """The change, and with it the parent that could not be told before, if it has got a twin link since."""
    if not link.waits_for.startswith(ISSUE) or not twins_of(tx, link, change.base, mapping):
        return change
    told = {
        row.id: Delta(None, change.base[row.id])
        for row in parent.rows_of(mapping)
        if change.base.get(row.id) is not None
    }
    return Change({**told, **change.deltas}, change.base, change.at, change.first)


def twin_here(tx: Tx, synchronization_id: int, link_key: str) -> tuple[Offer, ...]:
    """Our issue of a twin link; nothing while it is still to come; without an id, and with words, where none will."""
    link = twin_link.with_key(tx, synchronization_id, link_key)
    if link is None or (link.issue_id is None and link.state in (twin_link.ACTIVE, twin_link.BLOCKED)):
        return ()
    if link.issue_id is None or link.state == twin_link.ENDED:
        return (Offer("", "Its parent there has no twin here."),)
    return (Offer(link.issue_id, link.issue_key),)


def _ids(values: Mapping[str, Any], mapping: IssueMapping) -> list[str]:
    return [values[row.id]["id"] for row in parent.rows_of(mapping) if values.get(row.id)]


def look_again(db: Database, link: TwinLink, mapping: IssueMapping, now: float) -> None:
    """The parent may have got its twin link while ours was being told that it has none."""
    if link.waits_for.startswith(ISSUE):
        with db.begin() as tx:
            if twins_of(tx, link, link.base, mapping):
                twin_link.touch(tx, link.id, now)
