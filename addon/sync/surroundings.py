"""Surroundings: what planning has to know of our side beside the issue. For applying, and for a preview of it."""

from __future__ import annotations

from collections.abc import Collection

from addon.jira.metadata import Metadata, Place
from addon.jira.reader import Reading
from addon.model.offer import Need
from addon.model.rules import IssueMapping
from addon.store import queue
from addon.store.db import Database, Tx
from addon.sync import following, hierarchy, inbound
from addon.sync.inbound import Ours
from addon.sync.line import Line
from addon.sync.processors import Surroundings


def known(
    db: Database, metadata: Metadata, at: Line, jira: Reading, mapping: IssueMapping, needs: Collection[Need]
) -> Surroundings:
    """What there is here of what is needed: of our Jira, and of the twin links."""
    end = mapping.end_of(at.side)
    place = Place(end.project_id, end.issue_type_id, at.link.issue_id or "")
    twins = {need for need in needs if need.kind == "twin"}
    offers = dict(metadata.offers(at.tenant.id, jira, place, set(needs) - twins))
    if twins:
        with db.read() as tx:
            offers |= {need: hierarchy.twin_here(tx, at.synchronization.id, need.name) for need in twins}
    return Surroundings(offers, at.rules.users)


def unseen(tx: Tx, at: Line, mapping: IssueMapping) -> dict[str, Ours]:
    """Our changes that the partner has not confirmed, in the terms of this mapping."""
    link = at.link
    if link.next_sequence - 1 <= link.partner_seen:
        return {}
    sent = queue.outgoing(tx, link.id, link.partner_seen, limit=10_000)
    return inbound.unseen([following.translated(one, at.rules, mapping.id) for one in sent])
