"""Foresight: one side's half of a preview. What would leave here, and what would become of a message here.

Reads our Jira and our tables, and never writes to either: no lease, no sequence, no wake. A call to Jira that is not
answered within few reads is given up rather than waited for.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from addon.errors import Blocked, Ignored
from addon.jira import reader
from addon.jira.metadata import Metadata, Place
from addon.model.message import Message, Parts
from addon.model.rules import IssueMapping, Rules, Side
from addon.model.snapshot import Snapshot
from addon.store import queue, twin_item
from addon.store.db import Database
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.sync import inbound, outbound, route
from addon.sync import outlook as lines
from addon.sync.apply import COMMENT
from addon.sync.detection import detect
from addon.sync.inbound import Here
from addon.sync.line import field_ids
from addon.sync.outlook import Outlook
from addon.sync.processors import Surroundings
from addon.sync.processors.registry import comments_of

MOST_READS = 24
"""Calls to Jira that one half may cost, where nothing of its metadata is known yet; one for the issue afterwards."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a preview. ``rules`` may be a draft; ``link`` is None where the issue has no twin link."""

    tenant: Tenant
    synchronization: Synchronization
    rules: Rules
    mapping: IssueMapping
    link: TwinLink | None

    @property
    def side(self) -> Side:
        return self.synchronization.side


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave: the message that is never sent, what did not change beside it, and how many comments stay."""

    message: Message
    rest: Parts
    held_back: int


@dataclass(slots=True)
class _Metered:
    """A Jira that answers so many calls and no more."""

    jira: reader.Reading
    left: int = MOST_READS

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        self._count()
        return self.jira.get(path, params=params)

    def post(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any:
        self._count()
        return self.jira.post(path, params=params, json=json)

    def _count(self) -> None:
        if not self.left:
            raise Blocked("Jira would have to be asked too much for a preview of this issue.")
        self.left -= 1


@dataclass(frozen=True, slots=True)
class Foresight:
    """One per process, shared by its threads."""

    db: Database
    jira_of: Callable[[Tenant], reader.Reading]
    clock: Callable[[], float] = time.time
    metadata: Metadata = field(default_factory=Metadata)

    def leaving(self, end: End, issue_id: str) -> Leaving:
        """What the next look at our issue would send.

        Raises:
            addon.errors.Missing: Jira does not show the issue.
            addon.errors.Ignored: it lies where our scope shows nothing.
            addon.errors.Verdict: Jira cannot be asked.
        """
        mapping, link, side = end.mapping, end.link, end.side
        snapshot = self._read(end, _Metered(self.jira_of(end.tenant)), issue_id, field_ids(mapping, side))
        with self.db.read() as tx:
            ids = [comment.id for comment in snapshot.comments or ()]
            created = twin_item.our_ids(tx, end.tenant.id, COMMENT, ids)
        first = link is None or (link.next_sequence == 1 and link.expected_sequence == 1)
        change = detect(link.base if link else {}, snapshot, mapping, side, created, first=first)
        replica = outbound.replica_of(change, mapping, side)
        sent = replica.parts if replica else {}
        others = [row.id for row in mapping.fields if row.id not in sent and row.mode == "keep"]
        whole = outbound.whole(change.base, mapping, side, others, self.clock())
        message = Message(
            link_key=link.link_key if link else uuid.uuid4().hex,
            sequence=link.next_sequence if link else 1,
            seen=link.applied_sequence if link else 0,
            mapping_id=mapping.id,
            rules_version=end.rules.version,
            rules_hash=end.rules.hash,
            replica=replica,
        )
        row = comments_of(mapping)
        kept = row is not None and row.leaves(side)
        held_back = sum(comment.restricted for comment in snapshot.comments or ()) if kept else 0
        return Leaving(message, whole.parts if whole else {}, held_back)

    def outlook(self, end: End, message: Message, rest: Parts, told: Collection[str] | None) -> Outlook:
        """What a message would do here. ``told``: ids of the rows whose present value may be told; None for all.

        Raises: as ``leaving``; Missing also where this Jira has no such project or issue type.
        """
        jira = _Metered(self.jira_of(end.tenant))
        here = self._here(end, jira)
        if any(change.get("remove") for change in (message.replica.parts if message.replica else {}).values()):
            # What went and is not known here is passed over in silence, so it has to be looked for among what is new.
            self.metadata.forget(end.tenant.id)
        needs = lines.needs(lines.arrivals(message, rest), end.mapping, here)
        to = end.mapping.end_of(end.side)
        place = Place(to.project_id, to.issue_type_id, (end.link.issue_id if end.link else "") or "")
        settled = end.link.base.keys() if end.link else ()

        def look() -> Outlook:
            offers = self.metadata.offers(end.tenant.id, jira, place, needs)
            seen = replace(here, surroundings=Surroundings(offers, end.rules.users))
            return lines.outlook(message, rest, end.mapping, seen, settled, told)

        found = look()
        doubtful = found.problem or any(line.level == "warning" for line in found.lines)
        if doubtful and self.metadata.forget(end.tenant.id):
            # What is named may have been created here since we last asked what there is.
            found = look()
        return self._walked(end, jira, found)

    def _walked(self, end: End, jira: reader.Reading, found: Outlook) -> Outlook:
        """The outlook with the way to the status that it names, as far as Jira tells it."""
        issue_id, goal = (end.link.issue_id if end.link else None), found.goal
        if goal is None or issue_id is None:
            return found
        to = end.mapping.end_of(end.side)
        row = next(row for row in end.mapping.fields if row.id == goal.part)
        kind = (end.tenant.id, to.project_id, to.issue_type_id)
        said, known = route.words(self.metadata.workflows, jira, kind, issue_id, goal, row.end_of(end.side))
        walked = [
            replace(line, note=f"{line.note} {said}".strip(), level=line.level if known else "warning")
            if line.row_id == goal.part
            else line
            for line in found.lines
        ]
        return replace(found, lines=tuple(walked))

    def _here(self, end: End, jira: reader.Reading) -> Here:
        link, mapping, side = end.link, end.mapping, end.side
        known = Surroundings(users=end.rules.users)
        partner = end.synchronization.partner_name
        if link is None or link.issue_id is None:
            return Here(side, {}, {}, {}, known, partner, new=True)
        wanted = [name for name in field_ids(mapping, side) if name != "comment"]
        snapshot = self._read(end, jira, link.issue_id, wanted)
        with self.db.read() as tx:
            unseen = inbound.unseen(queue.outgoing(tx, link.id, link.partner_seen, limit=10_000))
            created = twin_item.created(tx, link.id, COMMENT)
        change = detect(link.base, snapshot, mapping, side, (), first=False)
        unsent = outbound.replica_of(change, mapping, side)
        if unsent is not None:
            waiting = Message(link.link_key, link.next_sequence, link.applied_sequence, mapping.id, 0, "")
            unseen |= inbound.unseen([replace(waiting, replica=unsent)])
        return Here(side, change.base, unseen, created, known, partner, new=False)

    def _read(self, end: End, jira: reader.Reading, issue_id: str, names: Collection[str]) -> Snapshot:
        dated = any(row.conflict == "newer" for row in end.mapping.fields)
        snapshot = reader.issue(jira, issue_id, names, dated=dated)
        if not end.synchronization.scope.shows(snapshot.project_id, snapshot.issue_type_id):
            # It has moved to where the partner may not look, whatever its mapping says.
            raise Ignored("Out of scope: its project or issue type is not shown to the partner.")
        return snapshot
