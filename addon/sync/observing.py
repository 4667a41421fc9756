"""Observing: what a look at our issue comes to: whether it may leave, what has changed, what the partner is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addon.errors import Blocked
from addon.jira import condition
from addon.jira.reader import Reading
from addon.model.catalog import STATUS
from addon.model.change import Change
from addon.model.message import Replica, TwinInfo
from addon.model.snapshot import Snapshot
from addon.store import conflict, history, twin_item, twin_link
from addon.store import tenant as tenant_store
from addon.store.db import Database, Tx
from addon.store.twin_item import COMMENT
from addon.sync import hierarchy, outbound
from addon.sync.detection import detect
from addon.sync.line import HELD, TWIN, Line
from addon.sync.looking import Look


@dataclass(frozen=True, slots=True)
class News:
    """What a look at our issue says to the partner.

    ``change``: what differs from the base, and the parent that could not be told before. ``replica``: what of it
    leaves, None where nothing does. ``waits_for``: as of the twin link, once it has been told.
    """

    change: Change
    replica: Replica | None
    waits_for: str


def lets_out(db: Database, at: Line, found: Look, jira: Reading) -> bool:
    """Whether our condition lets this issue out. Asked only when something would leave or when it did not before.

    Raises:
        Blocked: Jira cannot evaluate the condition.
        Retryable, Ignored: Jira does not tell.
    """
    mapping, flow = found.mapping, found.mapping.flow_from(at.side)
    first = at.link.next_sequence == at.link.expected_sequence == 1
    if not flow.jql.strip() or flow.mode == "off" or first:
        # The first message follows the look that found it to match.
        return True
    if at.link.state != twin_link.OUTSIDE and mapping.id == at.link.mapping_id:
        with db.read() as tx:
            news = news_of(tx, at, change_of(tx, at, found.snapshot))
        told = at.link.base.get(TWIN) == info_of(at, found.snapshot).to_json()
        if told and news.replica is None:
            return True
    return matches(at, found, jira)


def matches(at: Line, found: Look, jira: Reading) -> bool:
    """Whether our issue fulfils our condition in its mapping, if there is one. Raises as ``lets_out``."""
    end, jql = found.mapping.end_of(at.side), found.mapping.flow_from(at.side).jql.strip()
    if not jql:
        return True
    query = condition.query(end.project_id, end.issue_type_id, jql)
    match = condition.matches(jira, [found.snapshot.issue_id], [query])[query]
    if match.problem:
        raise Blocked(
            f"Jira cannot evaluate the condition of this mapping: {match.problem}",
            fix="Mend the condition in the synchronization's mapping.",
        )
    return found.snapshot.issue_id in match.issue_ids


def keep_in(tx: Tx, at: Line, snapshot: Snapshot, touched_at: float | None, now: float) -> None:
    """Note that our condition keeps the issue in. ``touched_at``: why it was looked at."""
    link = at.lock(tx)
    at.change(
        tx,
        state=twin_link.OUTSIDE,
        reason="This issue does not match the condition of its mapping.",
        fix="Nothing is sent until it matches again; what changes meanwhile is caught up then.",
        issue_key=snapshot.issue_key,
        read_at=snapshot.updated_at,
        looked_at=now,
        touched_at=None if link.touched_at == touched_at else link.touched_at,
    )
    jira_reads(tx, at)


def leave_to_people(db: Database, at: Line) -> None:
    """Where an unfinished write is blocked there is nothing to look for until a person retries, which looks afresh."""
    touched_at = at.link.touched_at
    if at.link.state == twin_link.BLOCKED:
        with db.begin() as tx:
            if at.lock(tx).touched_at == touched_at:
                at.change(tx, touched_at=None)


def jira_reads(tx: Tx, at: Line) -> None:
    """Our Jira has answered a read. Where messages wait, their writes show whether that is all that it answers."""
    if not at.rows:
        jira_answers(tx, at)


def jira_answers(tx: Tx, at: Line) -> None:
    """Our Jira has answered: it is not waited for any more."""
    if at.tenant.attempt_count:
        tenant_store.clear_back_off(tx, at.tenant.id)


def change_of(tx: Tx, at: Line, snapshot: Snapshot, *, moved: bool = False) -> Change:
    """What differs from the base. ``moved``: it has just come under the link's mapping."""
    link = at.link
    created = twin_item.our_ids(tx, link.tenant_id, COMMENT, [comment.id for comment in snapshot.comments or ()])
    first = link.renewed or (link.next_sequence == 1 and link.expected_sequence == 1)
    return detect(link.base, snapshot, at.mapping(), at.side, created, first=first, moved=moved)


def news_of(tx: Tx, at: Line, change: Change) -> News:
    """What of a change leaves: by the rules, our veto, and the twin links that there are."""
    link, mapping = at.link, at.mapping()
    change = hierarchy.shared_now(tx, link, change, mapping)
    values = {part: delta.after for part, delta in change.deltas.items()}
    twins = hierarchy.twins_of(tx, link, values, mapping)
    leaving = at.synchronization.veto.outgoing(mapping, at.side)
    replica = outbound.replica_of(change, leaving, at.side, twins)
    return News(change, replica, hierarchy.waits_for(link, values, mapping, twins))


def append(tx: Tx, at: Line, change: Change, snapshot: Snapshot, columns: Mapping[str, Any], now: float) -> None:
    """Move the base, and append to the outbox what of the change leaves; what does not is settled."""
    link, mapping = at.link, at.mapping()
    base = {**change.base, TWIN: info_of(at, snapshot).to_json()}
    news = news_of(tx, at, change)
    change, replica = news.change, news.replica
    settled = {**columns, "base": base, "issue_key": snapshot.issue_key, "read_at": snapshot.updated_at}
    settled["waits_for"] = news.waits_for
    history.write(tx, link, outbound.held_back(change, mapping, at.synchronization.veto, at.side), now)
    if replica is None and link.base.get(TWIN) == base[TWIN]:
        at.change(tx, **settled)
        return
    at.append(tx, at.message(base, replica=replica), now, **settled)
    history.write(tx, link, outbound.entries(change, replica, mapping, at.side), now)
    if replica is not None and any(row.conflict == "hold" for row in mapping.fields):
        conflict.settle(tx, link.id, list(replica.parts), now)


def send_held(tx: Tx, at: Line, changed_at: float, now: float) -> None:
    """Our scope shows again what it hid: what was kept back goes first."""
    base = {part: value for part, value in at.lock(tx).base.items() if part != HELD}
    replicas = at.held(changed_at)
    at.change(tx, base=base)
    for replica in replicas:
        at.append(tx, at.message(base, replica=replica), now)


def info_of(at: Line, snapshot: Snapshot, *, leaves: bool = True) -> TwinInfo:
    """What the partner's panel is told of our issue: of its values the status, unless nothing leaves."""
    url = f"{tenant_store.link_url(at.tenant)}/browse/{snapshot.issue_key}"
    told = TwinInfo(**at.link.base.get(TWIN, {}))
    status, category = told.status, told.status_category
    if leaves and at.mapping().flow_from(at.side).mode != "off":
        status, category = snapshot.status, snapshot.status_category
    if not at.synchronization.scope.fields.shows(STATUS):
        status, category = "", ""
    return TwinInfo(snapshot.issue_id, snapshot.issue_key, url, status, category)
