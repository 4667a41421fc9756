"""Renewal: what is done once for a link when an epoch has begun (``sync.epoch``): find what is there from before.

Our issue, our copies of the partner's comments and the partner's knowledge of us may all be older or newer than our own
rows. So issues and comments that we created are known again by their entity properties, and a first message that tells
all is compared with all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from addon.errors import Blocked, Missing, Retryable
from addon.jira import reader
from addon.model.rules import IssueMapping, other
from addon.model.snapshot import Snapshot
from addon.store import queue, twin_item, twin_link
from addon.store import rules as rules_store
from addon.store.db import Database, Tx
from addon.store.queue import Received
from addon.store.twin_item import COMMENT
from addon.sync import epoch
from addon.sync.inbound import Arrived
from addon.sync.line import Line
from addon.sync.processors import Surroundings, comments
from addon.sync.processors.registry import comments_of
from addon.sync.processors.rich_text import normal

FOUND = "The twin from before the backup was found; both sides are compared."


def with_origins(jira: reader.Reading, snapshot: Snapshot, mapping: IssueMapping) -> Snapshot:
    """The snapshot, its comments read with the property that tells which of them we wrote."""
    if comments_of(mapping) is None:
        return snapshot
    return replace(snapshot, comments=reader.comments(jira, snapshot.issue_id))


def remember_copies(tx: Tx, at: Line, snapshot: Snapshot) -> None:
    """Note the copies of the partner's comments that our database has forgotten."""
    for comment in snapshot.comments or ():
        if comment.origin:
            twin_item.add(tx, at.link, COMMENT, comment.origin, comment.id)


def whole(
    arrived: Mapping[str, Arrived], snapshot: Snapshot, created: Mapping[str, str], at: Line, surroundings: Surroundings
) -> dict[str, Arrived]:
    """What a message that tells all means for comments: copies that say so already stay, others without origin go."""
    row = comments_of(at.mapping())
    if row is None or not row.enters(at.side):
        return dict(arrived)
    shown = {comment.id: comment for comment in snapshot.comments or ()}

    def says_so(part: str, word: Arrived) -> bool:
        copy, value = shown.get(created.get(part, "")), word.change.get("value")
        if copy is None or value is None or not part.startswith(comments.PREFIX):
            return False
        here = comments.body_here(value, at.side, at.synchronization.partner_name, surroundings)
        return normal(dict(copy.body)) == normal(here)

    found = {part: word for part, word in arrived.items() if not says_so(part, word)}
    theirs = f"{comments.PREFIX}{other(at.side)}/"
    gone = {part for part, our_id in created.items() if our_id and part.startswith(theirs) and part not in arrived}
    return {**found, **{part: Arrived({"gone": True}, 0) for part in sorted(gone)}}


def find(db: Database, at: Line, jira: reader.Reading, mapping: IssueMapping, row: Received, now: float) -> bool:
    """Before an issue is created: the one from before, if the partner names it or one may be there.

    Answers whether one may be created at once.

    Raises:
        Retryable: it was found, or it is too early to tell; the next look at the link goes on from there.
        Blocked: the partner names an issue that we cannot tell to be the one.
    """
    if row.message.yours:
        adopt(db, at, _named(db, at, jira, mapping, row.message.yours), row, now)
    if not epoch.is_recent(at.synchronization, now):
        return True
    with db.begin() as tx:
        at.lock(tx)
        queue.intend(tx, row.id, {"create": True, "looked": 0, "changes": {}}, now)
    return False


def _named(db: Database, at: Line, jira: reader.Reading, mapping: IssueMapping, issue_id: str) -> str:
    """The issue that the partner says is ours, if our own site or our own rows say so too: their word opens nothing."""
    with db.read() as tx:
        asked_for = any(
            link.synchronization_id == at.synchronization.id and link.partner_issue_id == ""
            for link in twin_link.for_issue(tx, at.tenant.id, issue_id)
        )
        started_at = rules_store.starts(tx, at.synchronization.id).get(mapping.id)
    try:
        found = reader.issue(jira, issue_id, ())
    except Missing:
        found = None
    if found is not None:
        end = mapping.end_of(at.side)
        falls_under = (found.project_id, found.issue_type_id) == (end.project_id, end.issue_type_id)
        young = started_at is not None and found.created_at >= started_at
        if found.link_key == at.link.link_key or (falls_under and (asked_for or young) and not found.link_key):
            return issue_id
    raise Blocked(
        "A backup was put back here, and the partner's issue had a twin that is not known any more.",
        fix="Open our issue, choose this synchronization in its panel, then retry.",
    )


def adopt(db: Database, at: Line, issue_id: str, row: Received, now: float) -> None:
    """Take an issue for this link's own; it is read and told as a whole at the next look.

    Raises:
        Retryable: always, so that the next look comes at once.
    """
    with db.begin() as tx:
        at.lock(tx)
        queue.withdraw_intent(tx, row.id)
        twin_link.drop_unconfirmed(tx, at.synchronization.id, issue_id)
        at.change(tx, issue_id=issue_id, renewed=True, touched_at=now, base={})
    raise Retryable(FOUND, after=0.0)
