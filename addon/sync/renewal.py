"""Renewal: what is done once for a link when an epoch has begun (``sync.epoch``): find what is there from before.

Our issue, our copies of the partner's comments and the partner's knowledge of us may all be older or newer than our own
rows. So issues and comments that we created are known again by their entity properties, and a first message that tells
all is compared with all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from addon.errors import Blocked, Missing, Retryable
from addon.jira import reader
from addon.model.rules import IssueMapping, other
from addon.model.snapshot import Comment, Snapshot
from addon.store import queue, twin_item, twin_link
from addon.store import rules as rules_store
from addon.store.db import Database, Tx
from addon.store.queue import Received
from addon.store.synchronization import Synchronization
from addon.store.table import LONGEST_ORIGIN
from addon.store.twin_item import COMMENT
from addon.store.twin_link import TwinLink
from addon.sync import epoch
from addon.sync.inbound import Arrived
from addon.sync.line import Line
from addon.sync.processors import Surroundings, comments
from addon.sync.processors.registry import comments_of
from addon.sync.processors.rich_text import normal

LONG_SECONDS = 60.0
"""A message that has waited for longer may have been applied since: then our database came back from a backup."""
TWICE = "After a backup was put back, two links spoke of one pair of issues; the other one goes on."
FOUND = "The twin from before the backup was found; both sides are compared."


def with_origins(jira: reader.Reading, snapshot: Snapshot, mapping: IssueMapping) -> Snapshot:
    """The snapshot, its comments read with the property that tells which of them we wrote."""
    if comments_of(mapping) is None:
        return snapshot
    return replace(snapshot, comments=reader.comments(jira, snapshot.issue_id))


def has_strangers(db: Database, at: Line, snapshot: Snapshot) -> bool:
    """Whether our own user wrote comments here that we do not know of."""
    own = {one.id for one in snapshot.comments or () if one.author_id and one.author_id == at.tenant.account_id}
    if not own:
        return False
    with db.read() as tx:
        return twin_item.our_ids(tx, at.tenant.id, COMMENT, own) != own


def has_forgotten(db: Database, at: Line, snapshot: Snapshot) -> bool:
    """Whether there are copies of this partner's comments that our database does not know, by their properties."""
    copies = {one.id: one.origin for one in snapshot.comments or () if _is_theirs(at, one)}
    with db.read() as tx:
        forgotten = copies.keys() - twin_item.our_ids(tx, at.tenant.id, COMMENT, copies.keys())
        known = twin_item.created(tx, at.link.id, COMMENT)
    return any(copies[comment_id] not in known for comment_id in forgotten)


def remember_copies(tx: Tx, at: Line, shown: Iterable[Comment]) -> None:
    """Note the copies that our database does not know of; those for partners of the past, too: they are no news."""
    marked = [comment for comment in shown if comment.origin]
    if not marked:
        return
    known = twin_item.our_ids(tx, at.tenant.id, COMMENT, [comment.id for comment in marked])
    created = twin_item.created(tx, at.link.id, COMMENT)
    for comment in marked:
        if _is_theirs(at, comment):
            if comment.origin not in created:
                twin_item.add(tx, at.link, COMMENT, comment.origin, comment.id)
        elif comment.id not in known:
            twin_item.add(tx, at.link, COMMENT, f"others/{comment.id}", comment.id)


def _is_theirs(at: Line, comment: Comment) -> bool:
    # Whoever may edit the issue may set its comments' properties.
    named = comment.origin.startswith(comments.PREFIX) and len(comment.origin) <= LONGEST_ORIGIN
    return named and comment.agreement == at.synchronization.agreement_id


def left_to_say(
    db: Database,
    at: Line,
    snapshot: Snapshot,
    arrived: Mapping[str, Arrived],
    surroundings: Surroundings,
    *,
    whole: bool,
) -> dict[str, Arrived]:
    """What arrived, without the comments whose copies say so already.

    ``whole``: it tells all, so copies of what it does not name go.
    """
    with db.read() as tx:
        created = twin_item.created(tx, at.link.id, COMMENT)
    shown = {comment.id: comment for comment in snapshot.comments or ()}

    def says_so(part: str, word: Arrived) -> bool:
        copy, value = shown.get(created.get(part, "")), word.change.get("value")
        if copy is None or value is None or not part.startswith(comments.PREFIX):
            return False
        here = comments.body_here(value, at.side, at.synchronization.partner_name, surroundings)
        return normal(dict(copy.body)) == normal(here)

    left = {part: word for part, word in arrived.items() if not says_so(part, word)}
    row = comments_of(at.mapping())
    if whole and row is not None and row.enters(at.side):
        theirs = f"{comments.PREFIX}{other(at.side)}/"
        gone = {part for part, our_id in created.items() if our_id and part.startswith(theirs) and part not in arrived}
        left |= {part: Arrived({"gone": True}, 0) for part in sorted(gone)}
    return left


def twin_named(agreement_id: str, twin_id: str) -> str:
    """How the mark of an issue that we create names the partner's issue that it is made for."""
    return f"{agreement_id}/{twin_id}"


def made_for(snapshot: Snapshot, ours: Synchronization) -> str:
    """The id of the partner's issue that our issue was created for; "" if that was not by this synchronization."""
    head = twin_named(ours.agreement_id, "")
    return snapshot.twin.removeprefix(head) if snapshot.twin.startswith(head) else ""


def is_late(row: Received, arrived: Collection[str], now: float) -> bool:
    """Whether comments may have been written already that stand in a message: an edit may be repeated, they may not.

    (Where a write is known to have been interrupted that is found out anyway, see ``sync.recovery``.)
    """
    waits = row.intent_at is None and not row.message.tells_all and now - row.received_at > LONG_SECONDS
    return waits and any(part.startswith(comments.PREFIX) for part in arrived)


def find(db: Database, at: Line, jira: reader.Reading, mapping: IssueMapping, row: Received, now: float) -> bool:
    """Before an issue is created: the one from before, if the partner names it or one may be there.

    Answers whether one may be created at once.

    Raises:
        Retryable: it was found, or it is too early to tell; the next look at the link goes on from there.
        LostLease: it was created after a backup that was put back here; all begins afresh.
        Blocked: the partner names an issue that we cannot tell to be the one.
    """
    if row.message.yours:
        adopt(db, at, _named(db, at, jira, mapping, row.message.yours), now)
    if not epoch.is_recent(at.synchronization, now):
        made = reader.created_for(jira, at.link.link_key) if now - row.received_at > LONG_SECONDS else None
        if made is not None:
            epoch.begin_ours(db, at.synchronization, now)
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


def adopt(db: Database, at: Line, issue_id: str, now: float) -> None:
    """Take an issue for this link's own; it is read and told as a whole at the next look.

    Where it is the partner's twin by another key already, that one stays, and the partner is told that this one ends.

    Raises:
        Retryable: always, so that the next look comes at once.
    """
    with db.begin() as tx:
        link = at.lock(tx)
        twin_link.drop_unconfirmed(tx, at.synchronization.id, issue_id)
        if twin_link.keys_of(tx, at.synchronization.id, [issue_id]):
            at.append(tx, at.message({}, ended=epoch.ENDED), now, state=twin_link.ENDED, reason=TWICE)
        else:
            at.change(tx, issue_id=issue_id, base={}, **taken(tx, link, now))
    raise Retryable(FOUND, after=0.0)


def taken(tx: Tx, link: TwinLink, now: float) -> dict[str, Any]:
    """The columns of a link that takes an issue from before for its own: it is told as a whole, nothing is created."""
    for row in queue.incoming(tx, link.id, 1):
        queue.withdraw_intent(tx, row.id)
    return {"renewed": True, "touched_at": now}
