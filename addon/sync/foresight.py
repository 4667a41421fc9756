"""Foresight: one side's half of a preview. What would leave here, and what would become of a message here.

Reads our Jira and our tables, and never writes to either: no lease, no sequence, no wake. A call to Jira that is not
answered within few reads is given up rather than waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from addon.errors import Blocked
from addon.jira import reader
from addon.jira.metadata import Metadata
from addon.model.matrix import COMMENTS
from addon.model.message import Message, Parts, Replica
from addon.model.preview import Level
from addon.model.preview import Line as Told
from addon.model.rules import FieldMapping, IssueMapping, Rules, Side
from addon.model.snapshot import Snapshot
from addon.store import twin_item
from addon.store.db import Database
from addon.store.tenant import Tenant
from addon.store.twin_item import COMMENT
from addon.sync import becoming, following, hierarchy, inbound, looking, observing, outbound, route, surroundings
from addon.sync import outlook as lines
from addon.sync.detection import field_values
from addon.sync.inbound import Here
from addon.sync.line import Line, parts_of
from addon.sync.looking import Look
from addon.sync.observing import News
from addon.sync.outlook import Outlook
from addon.sync.processors import Surroundings, parent
from addon.sync.processors.registry import comments_of

MOST_READS = 24
"""Calls to Jira that one half may cost, where nothing of its metadata is known yet; one for the issue afterwards."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave: the message that is never sent, what did not change beside it, and how many comments stay.

    ``mapping``: the one that the issue falls under now. ``kept_in``: the condition that keeps it in, or "".
    """

    message: Message
    rest: Parts
    held_back: int
    mapping: IssueMapping
    kept_in: str = ""


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

    def leaving(self, at: Line, live: Rules | None = None) -> Leaving:
        """What the next look at our issue would send.

        ``live``: where the partner asks, our live rules, which say what may be told; None for our own people.

        Raises:
            addon.errors.Missing: Jira does not show the issue.
            addon.errors.Ignored: it lies where our scope shows nothing, or no mapping covers it any more.
            addon.errors.Verdict: Jira cannot be asked, or the mapping is gone.
        """
        jira = _Metered(self.jira_of(at.tenant))
        found = looking.see(at, jira)
        kept_in = self._kept_in(at, live, found, jira)
        opened = None if live is None else _opened(at, live, found.snapshot, found.mapping, kept_in)
        told, at = self._told(at, found)
        parts = told.replica.parts if told.replica else {}
        veto, mapping, side = at.synchronization.veto, at.mapping(), at.side
        others = [row.id for row in mapping.fields if row.id not in parts and row.mode == "keep"]
        with self.db.read() as tx:
            twins = hierarchy.twins_of(tx, at.link, told.change.base, mapping)
        leaving = veto.outgoing(mapping, side)
        whole = outbound.whole(told.change.base, leaving, side, others, self.clock(), twins)
        rest = whole.parts if whole else {}
        if opened is not None:
            parts, rest = parts_of(opened, parts), parts_of(opened, rest)
        replica = replace(told.replica, parts=parts) if told.replica and parts else None
        row = comments_of(leaving)
        kept = row is not None and row.leaves(side)
        held_back = sum(comment.restricted for comment in found.snapshot.comments or ()) if kept else 0
        return Leaving(at.message(at.link.base, replica=replica), rest, held_back, mapping, kept_in)

    def outlook(self, at: Line, message: Message, rest: Parts, live: Rules | None = None) -> Outlook:
        """What a message would do here. ``live``: as of ``leaving``.

        Raises: as ``leaving``; Missing also where this Jira has no such project or issue type.
        """
        jira = _Metered(self.jira_of(at.tenant))
        sight = self._new(at, message, live) if at.link.issue_id is None else self._sight(at, message, live, jira)
        at, here, told = sight.at, sight.here, sight.told
        beside = following.translated(replace(message, replica=Replica(rest, 0.0)), at.rules, at.link.mapping_id)
        message = following.translated(message, at.rules, at.link.mapping_id)
        rest = beside.replica.parts if beside.replica else {}
        mapping = at.mapping()
        if not at.lets_in():
            return Outlook((), writes=False)
        if any(change.get("remove") for change in (message.replica.parts if message.replica else {}).values()):
            # What went and is not known here is passed over in silence, so it has to be looked for among what is new.
            self.metadata.forget(at.tenant.id)
        entering = at.synchronization.veto.incoming(mapping, at.side)
        needs = lines.needs(lines.arrivals(message, rest), entering, here)

        def look() -> Outlook:
            known = surroundings.known(self.db, self.metadata, at, jira, entering, needs)
            return lines.outlook(message, rest, entering, replace(here, surroundings=known), at.link.base.keys(), told)

        found = look()
        doubtful = found.problem or any(line.level == "warning" for line in found.lines)
        if doubtful and self.metadata.forget(at.tenant.id):
            # What is named may have been created here since we last asked what there is.
            found = look()
        found = self._walked(at, mapping, jira, found)
        if live is None:
            refused = lines.refused(message, rest, mapping, at.synchronization.veto, at.side)
            found = replace(found, lines=(*found.lines, *refused))
        return replace(found, becomes=sight.becomes, writes=found.writes or bool(sight.becomes))

    def _walked(self, at: Line, mapping: IssueMapping, jira: reader.Reading, found: Outlook) -> Outlook:
        """The outlook with the way to the status that it names, as far as Jira tells it."""
        issue_id, goal = at.link.issue_id, found.goal
        if goal is None or issue_id is None:
            return found
        to = mapping.end_of(at.side)
        row = next(row for row in mapping.fields if row.id == goal.part)
        kind = (at.tenant.id, to.project_id, to.issue_type_id)
        try:
            said, known = route.words(
                self.metadata.workflows, jira, kind, issue_id, goal, row.end_of(at.side), at.link.base
            )
            level: Level = "ok" if known else "warning"
        except Blocked as blocked:
            said, level = f"{blocked.reason} {blocked.fix}".strip(), "error"

        def told(line: Told) -> Told:
            return replace(line, note=f"{line.note} {said}".strip(), level=line.level if level == "ok" else level)

        walked = tuple(told(line) if line.row_id == goal.part else line for line in found.lines)
        return replace(found, lines=walked)

    def _new(self, at: Line, message: Message, live: Rules | None) -> _Sight:
        """Of a twin that is still to be created."""
        mapping = at.mapping(message.mapping_id)
        at = replace(at, link=replace(at.link, mapping_id=mapping.id))
        told = None if live is None else _leaving_fields(at, live.mapping(mapping.id), mapping)
        partner = at.synchronization.partner_name
        return _Sight(at, Here(at.side, {}, {}, {}, Surroundings(users=at.rules.users), partner, new=True), told)

    def _sight(self, at: Line, message: Message, live: Rules | None, jira: reader.Reading) -> _Sight:
        """Of an issue that is there: our own edits first, then what it is to become."""
        found = looking.see(at, jira)
        kept_in = self._kept_in(at, live, found, jira)
        ours, at = self._told(at, found)
        sent = None if kept_in else ours.replica
        _, wanted = following.run_of(at.link.mapping_id, at.link.base, at.side, [message])
        values, becomes = dict(ours.change.base), ""
        if wanted != at.link.mapping_id:
            mapping = at.mapping(wanted)
            becoming.check(at, mapping)
            becomes = (
                f"Its type becomes “{mapping.end_of(at.side).issue_type_name}” first, if Jira lets the app do that."
            )
            kept = following.carried(values, at.rules.mapping(at.link.mapping_id), mapping, 0)
            values = {**field_values(looking.read(at, jira, mapping), mapping, at.side), **kept}
            at = replace(at, link=replace(at.link, mapping_id=wanted, base=kept))
        mapping = at.mapping()
        with self.db.read() as tx:
            unseen = surroundings.unseen(tx, at, mapping)
            created = twin_item.created(tx, at.link.id, COMMENT)
            twins = hierarchy.twins_of(tx, at.link, values, mapping)
        if sent is not None:
            unsent = following.translated(at.message(at.link.base, replica=sent), at.rules, mapping.id)
            unseen |= inbound.unseen([unsent])
        told = None
        if live is not None:
            # What a parent is called is told of none that is not shared.
            parents = {row.id: values.get(row.id) for row in parent.rows_of(mapping)}
            hidden = {row_id for row_id, value in parents.items() if value and value["id"] not in twins}
            told = _opened(at, live, found.snapshot, mapping, kept_in) - hidden
        known = Surroundings(users=at.rules.users)
        here = Here(at.side, values, unseen, created, known, at.synchronization.partner_name, new=False)
        return _Sight(at, here, told, becomes)

    def _told(self, at: Line, found: Look) -> tuple[News, Line]:
        """What our issue says to the partner, and the line as it would be once that is settled."""
        link, mapping = at.link, found.mapping
        moved = mapping.id != link.mapping_id
        if moved:
            former = at.rules.mapping(link.mapping_id)
            base = following.carried(link.base, former, mapping, link.next_sequence)
            at = replace(at, link=replace(link, mapping_id=mapping.id, base=base))
        first_told = moved and all(row.message.mapping_id != mapping.id for row in at.rows)
        with self.db.read() as tx:
            return observing.news_of(tx, at, observing.change_of(tx, at, found.snapshot, moved=first_told)), at

    def _kept_in(self, at: Line, live: Rules | None, found: Look, jira: reader.Reading) -> str:
        """Our condition, where it keeps the issue in. One that the partner brings could be made to tell anything."""
        mapping = found.mapping if live is None else following.covering(live, at.side, found.snapshot)
        if mapping is None or mapping.flow_from(at.side).mode == "off":
            return ""
        look = replace(found, mapping=mapping)

        if live is None and at.link.id:
            out = observing.lets_out(self.db, at, look, jira)
        else:
            out = observing.matches(at, look, jira)
        return "" if out else mapping.flow_from(at.side).jql.strip()


@dataclass(frozen=True, slots=True)
class _Sight:
    """Our side as it would be when the message is applied. ``told``: rows whose value may be told; None for all.

    ``becomes``: that the issue becomes another kind of issue first, in words.
    """

    at: Line
    here: Here
    told: Collection[str] | None
    becomes: str = ""


def _opened(at: Line, live: Rules, snapshot: Snapshot, asked: IssueMapping, kept_in: str) -> frozenset[str]:
    """Ids of the rows of ``asked`` whose field leaves our issue, as it stands now, by the live rules."""
    return frozenset() if kept_in else _leaving_fields(at, following.covering(live, at.side, snapshot), asked)


def _leaving_fields(at: Line, live: IssueMapping | None, asked: IssueMapping) -> frozenset[str]:
    """Ids of the rows of ``asked`` whose field at this side leaves it by the live rules and our veto."""
    side = at.side
    if live is None or live.flow_from(side).mode == "off":
        return frozenset()
    leaving = {_field(row, side) for row in at.synchronization.veto.outgoing(live, side).fields if row.leaves(side)}
    return frozenset(
        COMMENTS if row.type_of(side) == COMMENTS else row.id for row in asked.fields if _field(row, side) in leaving
    )


def _field(row: FieldMapping, side: Side) -> tuple[str, str]:
    kind = row.type_of(side)
    return ("" if kind == COMMENTS else row.field_of(side)), kind
