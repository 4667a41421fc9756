"""News: what a look at our issue says to the partner. The engine sends it; a preview only shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from addon.errors import Blocked
from addon.jira import condition
from addon.jira.reader import Reading
from addon.model.change import Change
from addon.model.message import Replica
from addon.model.snapshot import Snapshot
from addon.store import twin_item, twin_link
from addon.store.db import Tx
from addon.store.twin_item import COMMENT
from addon.sync import hierarchy, outbound
from addon.sync.detection import detect
from addon.sync.line import Line
from addon.sync.looking import Look

_MEND = "Mend the condition in the synchronization's mapping."


@dataclass(frozen=True, slots=True)
class News:
    """``change``: what differs from the base. ``replica``: what of it leaves, None where nothing does.

    ``waits_for``: as of the twin link once it has been told; see ``sync.hierarchy``.
    """

    change: Change
    replica: Replica | None
    waits_for: str


def detected(tx: Tx, at: Line, snapshot: Snapshot, *, moved: bool = False) -> Change:
    """What differs from what was settled. ``moved``: as of ``detection.detect``."""
    link = at.link
    created = twin_item.our_ids(tx, link.tenant_id, COMMENT, [comment.id for comment in snapshot.comments or ()])
    first = link.renewed or (link.next_sequence == 1 and link.expected_sequence == 1)
    return detect(link.base, snapshot, at.mapping(), at.side, created, first=first, moved=moved)


def of(tx: Tx, at: Line, change: Change) -> News:
    """What of a change leaves: by the rules, our veto, and the twin links that there are."""
    link, mapping = at.link, at.mapping()
    change = hierarchy.shared_now(tx, link, change, mapping)
    values = {part: delta.after for part, delta in change.deltas.items()}
    twins = hierarchy.twins_of(tx, link, values, mapping)
    leaving = at.synchronization.veto.outgoing(mapping, at.side)
    replica = outbound.replica_of(change, leaving, at.side, twins)
    return News(change, replica, hierarchy.waits_for(link, values, mapping, twins))


def is_let_out(at: Line, found: Look, jira: Reading, quiet: Callable[[], bool]) -> bool:
    """Whether our condition lets this issue out. Asked only when something would leave or when it did not before.

    ``quiet``: whether nothing would leave.

    Raises:
        Blocked: Jira cannot evaluate the condition.
        Retryable, Ignored: Jira does not tell.
    """
    flow = found.mapping.flow_from(at.side)
    first = at.link.next_sequence == at.link.expected_sequence == 1
    if not flow.jql.strip() or flow.mode == "off" or first:
        # The first message follows the look that found it to match.
        return True
    if at.link.state != twin_link.OUTSIDE and found.mapping.id == at.link.mapping_id and quiet():
        return True
    return matches(at, found, jira)


def matches(at: Line, found: Look, jira: Reading) -> bool:
    """Whether our issue fulfils our condition in its mapping, if there is one. Raises as ``is_let_out``."""
    end, jql = found.mapping.end_of(at.side), found.mapping.flow_from(at.side).jql.strip()
    if not jql:
        return True
    query = condition.query(end.project_id, end.issue_type_id, jql)
    match = condition.matches(jira, [found.snapshot.issue_id], [query])[query]
    if match.problem:
        raise Blocked(f"Jira cannot evaluate the condition of this mapping: {match.problem}", fix=_MEND)
    return found.snapshot.issue_id in match.issue_ids
