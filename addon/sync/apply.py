"""Apply: a run of messages into our Jira, write by write, so that a crash between any two lines costs nothing.

Before a write: the intent is stored and the lease is checked. After it: what Jira made of it becomes the base. A write
that definitely did not happen takes its intent back; one that may have happened leaves it, and the next try looks
first: for the issue by our entity property, for a comment by its property, for a field by its value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from addon import crash
from addon.config import Settings
from addon.errors import Blocked, Missing, Retryable
from addon.jira import reader, writer
from addon.jira.metadata import Metadata
from addon.model.entry import Entry, note
from addon.model.plan import CommentWrite, Conflict, Edit, Plan
from addon.model.rules import IssueMapping, Side
from addon.model.snapshot import Snapshot
from addon.store import conflict, queue, twin_item, twin_link
from addon.store.db import Database, Tx
from addon.store.queue import Received
from addon.store.twin_item import COMMENT
from addon.store.twin_link import TwinLink
from addon.sync import epoch, inbound, portion, recovery, refusal, renewal, surroundings, walking
from addon.sync.detection import settle
from addon.sync.inbound import Arrived, Here
from addon.sync.line import Line, LostLease
from addon.sync.processors import Surroundings, comments
from addon.sync.processors.registry import fields_of

_PROMPT = 0.5
"""The lease is renewed when less than this share of it is left."""


class Jira(reader.Reading, writer.Writing, Protocol):
    """What the engine needs of ``jira.client.JiraClient``."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What applying needs beside the line."""

    db: Database
    settings: Settings
    metadata: Metadata
    clock: Callable[[], float]


@dataclass(slots=True)
class Application:
    """One run of messages being applied. ``snapshot`` is our issue as Jira answered it last, if it did."""

    ports: Ports
    at: Line
    jira: Jira
    rows: Sequence[Received]
    arrived: Mapping[str, Arrived]
    snapshot: Snapshot | None = None
    notes: list[Entry] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """Parts that were written."""
    created: bool = False
    """Whether our issue is new."""
    base: dict[str, Any] | None = None
    """What the edit settled, to be stored with the messages' end unless another write comes first."""

    def run(self) -> None:
        """Make the plan and carry it out. The caller settles the messages afterwards.

        Raises:
            addon.errors.Verdict: the writes so far are settled; the messages stay.
            addon.sync.walking.Moved: somebody else moved our issue; it has to be observed first.
        """
        mapping = self.at.mapping()
        made = self._create(mapping) if self.at.link.issue_id is None else None
        edits: Mapping[str, Any] = {}
        if not self.at.link.base:
            edits = recovery.Recovery(self, mapping).adopt(made)
            self.created = True
        elif self.rows[0].intent_at is not None:
            recovery.Recovery(self, mapping).recover()
        elif self.rows[0].written_up_to:
            self.leave_fields()
        plan = made or self._spared(self._prepared(mapping, new=False), edits, mapping)
        self.notes.extend(plan.notes)
        self.notes.extend(inbound.refused(self.arrived, mapping, self.at.synchronization.veto, self.at.side))
        self.conflicts.extend(plan.conflicts)
        left = portion.at_creation(plan, mapping, self.at.side)[1] if made else plan
        if plan.goal:
            left = walking.Walking(self, mapping, left, plan.goal).go()
        if left.edit:
            self.edit(left, mapping)
        for write in plan.comments:
            self._comment(write)

    def _plan(self, mapping: IssueMapping, *, new: bool) -> Plan:
        link = self.at.link
        mapping = self.at.synchronization.veto.incoming(mapping, self.at.side)
        created = {}
        with self.ports.db.read() as tx:
            unseen = surroundings.unseen(tx, self.at, mapping)
            if any(part.startswith(comments.PREFIX) for part in self.arrived):
                created = twin_item.created(tx, link.id, COMMENT)
        partner = self.at.synchronization.partner_name
        here = Here(self.at.side, link.base, unseen, created, self.surroundings(mapping), partner, new)
        return inbound.plan(self.arrived, mapping, here)

    def surroundings(self, mapping: IssueMapping) -> Surroundings:
        """What there is here of what the messages name."""
        needs = inbound.needs(self.arrived, mapping, self.at.side, self.at.rules.users)
        return surroundings.known(self.ports.db, self.ports.metadata, self.at, self.jira, mapping, needs)

    def _prepared(self, mapping: IssueMapping, *, new: bool) -> Plan:
        """The plan, once all that it needs is there: versions and components that were missing are created first."""
        try:
            plan = self._plan(mapping, new=new)
        except Blocked:
            # What the partner names may have been created here since we last asked what there is.
            if not self.ports.metadata.forget(self.at.tenant.id):
                raise
            plan = self._plan(mapping, new=new)
        if any(entry.verb == "skipped" for entry in plan.notes) and self.ports.metadata.forget(self.at.tenant.id):
            plan = self._plan(mapping, new=new)
        if plan.creations and self.ports.metadata.forget(self.at.tenant.id):
            plan = self._plan(mapping, new=new)
        if not plan.creations:
            return plan
        project_id = mapping.end_of(self.at.side).project_id
        for creation in plan.creations:
            self.fence()
            writer.create_named(self.jira, creation.kind, project_id, creation.name)
            self.notes.append(note(creation.kind, "written", "", creation.name, "Created, as it was missing here."))
        self.ports.metadata.forget(self.at.tenant.id, fresh=True)
        return replace(self._plan(mapping, new=new), creations=())

    def _spared(self, plan: Plan, edits: Mapping[str, Any], mapping: IssueMapping) -> Plan:
        """The plan, where it would replace edits of people that nobody was told of: by the row's policy, and noted."""
        rows = {row.id: row for row, _ in fields_of(mapping, self.at.side)}
        spared = set()
        for part in edits.keys() & plan.changes.keys():
            ours_stands = rows[part].conflict != self.at.synchronization.partner_side
            theirs = plan.changes[part]["value"]
            self.conflicts.append(Conflict(part, edits[part], theirs, "ours" if ours_stands else "theirs"))
            if ours_stands:
                spared.add(part)
        if not spared:
            return plan
        return replace(portion.part_of(plan, mapping, self.at.side, plan.changes.keys() - spared), goal=plan.goal)

    def _create(self, mapping: IssueMapping) -> Plan | None:
        """Create our issue by a plan, or find the one an earlier try created (None)."""
        link, row = self.at.link, self.rows[0]
        ports, at = self.ports, self.at
        issue_id = None
        if row.intent is not None or not renewal.find(ports.db, at, self.jira, mapping, row, ports.clock()):
            issue_id = recovery.Recovery(self, mapping).parked()
        key, plan = "", None
        if issue_id is not None and epoch.is_recent(at.synchronization, ports.clock()):
            renewal.adopt(ports.db, at, issue_id, ports.clock())
        if issue_id is None:
            plan = self._prepared(mapping, new=True)
            end, first = mapping.end_of(self.at.side), portion.at_creation(plan, mapping, self.at.side)[0]
            intent = {"create": True, "looked": 0, "changes": dict(plan.changes), "last": plan.goal is None}
            with self.writing(intent, first.edit):
                issue_id, key = writer.create_issue(
                    self.jira,
                    end.project_id,
                    end.issue_type_id,
                    first.edit,
                    {"link": link.link_key, "twin": self.twin()},
                )
            crash.point("receive.after_create")
            self.notes.append(note("issue", "written", "", key))
        with self.ports.db.begin() as tx:
            self.at.lock(tx)
            self.at.change(tx, issue_id=issue_id, issue_key=key)
        return plan

    def twin(self) -> str:
        """How our issue names the one it is made for."""
        return renewal.twin_named(self.at.synchronization.agreement_id, self.rows[0].message.twin.issue_id)

    def lost(
        self,
        before: Mapping[str, Any],
        changes: Mapping[str, Any],
        items: Sequence[Any],
        mapping: IssueMapping,
        standing: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """Note the edits of people that an edit of ours replaced; answers the fields to put back.

        ``standing``: parts that still say what we wrote, where time has passed since: what people have changed after
        our edit is what they want.
        """
        restore: dict[str, Any] = {}
        for lost in inbound.overwritten(before, changes, items, mapping, self.at.side):
            # Where no side is named, the person's edit is kept: it was made after the partner's had been sent.
            ours_stands = lost.row.conflict != self.at.synchronization.partner_side
            words = "ours is put back." if ours_stands else "theirs stands."
            self.notes.append(
                note(lost.row.id, "conflict", lost.processor.show(lost.value), "", f"Changed at the same time; {words}")
            )
            theirs = changes[lost.row.id]["value"]
            self.conflicts.append(Conflict(lost.row.id, lost.value, theirs, "ours" if ours_stands else "theirs"))
            if ours_stands and (standing is None or lost.row.id in standing):
                restore.update(lost.processor.restoring(lost.row.field_of(self.at.side), lost.value))
        return restore

    def keep_conflicts(self, tx: Tx, link: TwinLink) -> None:
        """Store the conflicts found so far with the write that they are about: a later failure must not forget them."""
        conflict.write(tx, link, self.conflicts, self.ports.clock())
        self.conflicts.clear()

    def put_back(self, fields: Mapping[str, Any]) -> None:
        """Give a person's edit back. It then differs from the base, so it is sent like any other change of ours."""
        assert self.at.link.issue_id is not None
        self.fence()
        self.snapshot = reader.snapshot(writer.edit_issue(self.jira, self.at.link.issue_id, Edit(fields)))

    def edit(self, plan: Plan, mapping: IssueMapping) -> None:
        """One edit; kept to be stored with the messages' end unless another write follows."""
        assert self.at.link.issue_id is not None
        before = self.at.link.base
        with self.writing({"changes": dict(plan.changes), "last": plan.goal is None}, plan.edit):
            data = writer.edit_issue(self.jira, self.at.link.issue_id, plan.edit)
        crash.point("receive.after_edit")
        self.snapshot = reader.snapshot(data)
        base = self.settled(before, self.snapshot, mapping, plan)
        fields = [row.field_of(self.at.side) for row, _ in fields_of(mapping, self.at.side) if row.id in plan.changes]
        items = reader.our_change(data, self.at.tenant.account_id, fields)
        restore = self.lost(before, plan.changes, items, mapping)
        self.note_written(plan, before, base, mapping)
        self.changed.update(plan.changes)
        self.base = base
        if not restore and not plan.comments and plan.goal is None:
            return
        self.commit(base, last=plan.goal is None)
        if restore:
            self.put_back(restore)

    def commit(self, base: Mapping[str, Any], *, last: bool = False) -> None:
        """A write is settled and another one follows: the base moves, and its intent goes.

        ``last``: of these messages' fields nothing is left to be written.
        """
        with self.ports.db.begin() as tx:
            link = self.at.lock(tx)
            self.end_writing(tx, last=last)
            self.keep_conflicts(tx, link)
            self.at.change(tx, base=dict(base))
        self.base = None

    def leave_fields(self) -> None:
        """All fields of these messages are written already: comments are left."""
        self.arrived = {part: word for part, word in self.arrived.items() if part.startswith(comments.PREFIX)}

    def end_writing(self, tx: Tx, *, last: bool) -> None:
        """Take an intent back. Where all fields are written (``last``) that is remembered until the comments are too.

        (What a new epoch's first message does not name is told by looking, so that one is begun afresh.)
        """
        first = self.rows[0]
        if last and not first.message.begins_again:
            queue.remember_written(tx, first.id, self.rows[-1].sequence)
        else:
            queue.withdraw_intent(tx, first.id)

    def note_written(
        self, plan: Plan, before: Mapping[str, Any], base: Mapping[str, Any], mapping: IssueMapping
    ) -> None:
        """What a write changed, for the history."""
        self.notes.extend(_written(plan, before, base, mapping, self.at.side))

    def settled(
        self, before: Mapping[str, Any], snapshot: Snapshot, mapping: IssueMapping, plan: Plan
    ) -> dict[str, Any]:
        """The base after an edit: values as read back, but sets only by what the partner changed in them."""
        base = settle(before, snapshot, mapping, self.at.side, plan.changes)
        for row, processor in fields_of(mapping, self.at.side):
            if processor.merges and row.id in plan.changes:
                base[row.id] = processor.merged(before.get(row.id), plan.changes[row.id])
        return base

    def _comment(self, write: CommentWrite) -> None:
        issue_id = self.at.link.issue_id
        assert issue_id is not None
        our_id, lost = write.comment_id, False
        mark = {"part": write.part, "agreement": self.at.synchronization.agreement_id}
        with self.writing({"comment": write.part}):
            try:
                if write.body is None:
                    writer.delete_comment(self.jira, issue_id, write.comment_id)
                elif write.comment_id:
                    writer.edit_comment(self.jira, issue_id, write.comment_id, write.body)
                else:
                    our_id = writer.add_comment(self.jira, issue_id, mark, write.body)
            except Missing:
                if not write.comment_id:
                    raise
                lost = True
        crash.point("receive.after_comment")
        with self.ports.db.begin() as tx:
            link = self.at.lock(tx)
            self.end_writing(tx, last=True)
            if write.body is None:
                twin_item.drop(tx, link.id, COMMENT, write.part)
            elif lost:
                twin_item.lost(tx, link.id, COMMENT, write.part)
            else:
                twin_item.add(tx, link, COMMENT, write.part, our_id)
        if self.snapshot is not None:
            # It was read before this write and no longer tells which comments there are.
            self.snapshot = replace(self.snapshot, comments=None)
        self.notes.append(_comment_note(write, lost))

    @contextmanager
    def writing(self, intent: Mapping[str, Any], edit: Edit | None = None) -> Iterator[None]:
        """Round one write: intent first, fence, and the intent taken back if the write surely did not happen."""
        crash.point("receive.before_intent")
        with self.ports.db.begin() as tx:
            link = self.at.lock(tx)
            queue.intend(tx, self.rows[0].id, {**intent, "up_to": self.rows[-1].sequence}, self.ports.clock())
            # Nobody remembers what a write replaced once it has been made and its maker has died.
            self.keep_conflicts(tx, link)
        crash.point("receive.after_intent")
        self.fence()
        try:
            yield
        except (Blocked, Retryable) as verdict:
            if isinstance(verdict, Retryable) and verdict.ambiguous:
                raise Retryable(
                    verdict.reason, after=self.ports.settings.settle_seconds, ambiguous=True, party="link"
                ) from verdict
            with self.ports.db.begin() as tx:
                self.at.lock(tx)
                self.end_writing(tx, last="comment" in intent)
            if isinstance(verdict, Blocked) and edit is not None:
                raise refusal.explained(verdict, self.at.mapping(), self.at.side, edit) from verdict
            raise

    def fence(self) -> None:
        """Check the lease right before a write; renew it when it runs low.

        Raises:
            LostLease: another worker has taken over.
        """
        now, seconds = self.ports.clock(), self.ports.settings.lease_seconds
        if self.at.link.lease_until - now > seconds * _PROMPT:
            with self.ports.db.read() as tx:
                if not twin_link.holds_lease(tx, self.at.link.id, self.at.owner, now):
                    raise LostLease
            return
        with self.ports.db.begin() as tx:
            renewed = twin_link.renew_lease(tx, self.at.link.id, self.at.owner, now + seconds)
        if renewed is None:
            raise LostLease
        self.at.link = renewed


def _written(
    plan: Plan, before: Mapping[str, Any], base: Mapping[str, Any], mapping: IssueMapping, side: Side
) -> list[Entry]:
    return [
        note(
            row.id, "written", processor.show(before.get(row.id) or processor.read(None)), processor.show(base[row.id])
        )
        for row, processor in fields_of(mapping, side)
        if row.id in plan.changes and row.id in base and before.get(row.id) != base[row.id]
    ]


def _comment_note(write: CommentWrite, lost: bool) -> Entry:
    if lost:
        return note(write.part, "skipped", words="The copy of this comment was deleted here.")
    if write.body is None:
        return note(write.part, "written", words="Comment deleted")
    return note(write.part, "written", words="Comment edited" if write.comment_id else "Comment added")
