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
from addon.model.message import Message
from addon.model.plan import CommentWrite, Conflict, Edit, Plan
from addon.model.rules import IssueMapping
from addon.model.snapshot import Snapshot
from addon.store import queue, twin_item, twin_link
from addon.store.db import Database
from addon.store.queue import Received
from addon.sync import inbound
from addon.sync.detection import field_values, settle
from addon.sync.inbound import Arrived, Here, Ours
from addon.sync.line import Line, LostLease, field_ids
from addon.sync.processors import PartChange, Surroundings, comments
from addon.sync.processors.registry import fields_of

COMMENT = "comment"
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
    base: dict[str, Any] | None = None
    """What the edit settled, to be stored with the messages' end unless another write comes first."""

    def run(self) -> None:
        """Make the plan and carry it out. The caller settles the messages afterwards.

        Raises:
            addon.errors.Verdict: the writes so far are settled; the messages stay.
        """
        mapping = self.at.mapping()
        created = self.at.link.issue_id is None and self._create(mapping)
        if not self.at.link.base:
            self._adopt(mapping)
        elif self.rows[0].intent is not None:
            self._recover(mapping)
        plan = self._plan(mapping, new=False)
        if plan.edit and not created:
            self._edit(plan, mapping)
        self.notes.extend(plan.notes)
        self.conflicts.extend(plan.conflicts)
        for write in plan.comments:
            self._comment(write)

    def _plan(self, mapping: IssueMapping, *, new: bool) -> Plan:
        link = self.at.link
        unseen, created = {}, {}
        with self.ports.db.read() as tx:
            if link.next_sequence - 1 > link.partner_seen:
                unseen = _unseen(queue.outgoing(tx, link.id, link.partner_seen, limit=10_000))
            if any(part.startswith(comments.PREFIX) for part in self.arrived):
                created = twin_item.created(tx, link.id, COMMENT)
        surroundings = Surroundings()
        if any(row.kind == "priority" and row.id in self.arrived for row, _ in fields_of(mapping)):
            surroundings = Surroundings(self.ports.metadata.priorities(self.at.tenant.id, self.jira))
        partner = self.at.synchronization.partner_name
        here = Here(self.at.side, link.base, unseen, created, surroundings, partner, new)
        return inbound.plan(self.arrived, mapping, here)

    def _create(self, mapping: IssueMapping) -> bool:
        """Create our issue, or find the one an earlier try created; answers whether it was created just now."""
        link, first = self.at.link, self.rows[0]
        issue_id = self._parked(first) if first.intent is not None else None
        key, created = "", issue_id is None
        if issue_id is None:
            plan = self._plan(mapping, new=True)
            end = mapping.end_of(self.at.side)
            with self._writing({"create": True, "looked": 0, "up_to": self.rows[-1].sequence}):
                issue_id, key = writer.create_issue(
                    self.jira, end.project_id, end.issue_type_id, plan.edit, link.link_key
                )
            crash.point("receive.after_create")
            self.notes.append(note("issue", "written", "", key))
        with self.ports.db.begin() as tx:
            self.at.lock(tx)
            self.at.change(tx, issue_id=issue_id, issue_key=key)
        return created

    def _parked(self, first: Received) -> str | None:
        """The issue that an earlier try may have created. Looked for twice, as the search index lags, then given up.

        Raises:
            Retryable: it is too early to tell.
        """
        assert first.intent is not None and first.intent_at is not None
        looked = int(first.intent.get("looked", 0))
        due = first.intent_at + self.ports.settings.settle_seconds
        now = self.ports.clock()
        if now < due:
            raise Retryable("Finding out whether the twin was created before an interruption.", after=due - now)
        issue_id = reader.created_for(self.jira, self.at.link.link_key)
        if issue_id is None and looked == 0:
            with self.ports.db.begin() as tx:
                queue.intend(tx, first.id, {**first.intent, "looked": 1}, now)
            raise Retryable(
                "Finding out whether the twin was created before an interruption.",
                after=self.ports.settings.settle_seconds,
            )
        return issue_id

    def _adopt(self, mapping: IssueMapping) -> None:
        """First look at the issue we created: all it says is settled, but what somebody has edited since."""
        assert self.at.link.issue_id is not None
        ids = field_ids(mapping, self.at.side)
        self.snapshot, edited = reader.new_issue(self.jira, self.at.link.issue_id, ids)
        base = field_values(self.snapshot, mapping, self.at.side)
        # An earlier try may have created it from fewer messages than wait now.
        up_to = (self.rows[0].intent or {}).get("up_to", self.rows[-1].sequence)
        created_from = inbound.fold([row.message for row in self.rows if row.sequence <= up_to])
        for row, processor in fields_of(mapping):
            item = edited.get(row.field_of(self.at.side))
            if item is None or row.id not in created_from:
                continue
            change = created_from[row.id].change
            if processor.merges:
                base[row.id] = processor.merged(None, change)
            else:
                base[row.id] = processor.replaced(item) if processor.told_by_changelog else change["value"]
        with self.ports.db.begin() as tx:
            self.at.lock(tx)
            queue.withdraw_intent(tx, self.rows[0].id)
            self.at.change(tx, base=base, issue_key=self.snapshot.issue_key)

    def _recover(self, mapping: IssueMapping) -> None:
        """Tell our own half-finished write from a person's edit, then look at everything else as usual."""
        intent = self.rows[0].intent or {}
        self.snapshot = self._read(mapping)
        values = field_values(self.snapshot, mapping, self.at.side)
        base = dict(self.at.link.base)
        for row, processor in fields_of(mapping):
            change = intent.get("changes", {}).get(row.id)
            if change is None:
                continue
            if processor.merges:
                base[row.id] = processor.merged(base.get(row.id), _took_effect(change, values[row.id]))
            elif not processor.arriving("", change, values[row.id], Surroundings(), new=False).fields:
                base[row.id] = values[row.id]
        assert self.at.link.issue_id is not None
        own = {c.origin: c.id for c in reader.comments(self.jira, self.at.link.issue_id) if c.origin}
        with self.ports.db.begin() as tx:
            link = self.at.lock(tx)
            for part, comment_id in own.items():
                twin_item.add(tx, link, COMMENT, part, comment_id)
            queue.withdraw_intent(tx, self.rows[0].id)
            self.at.change(tx, base=base)

    def _edit(self, plan: Plan, mapping: IssueMapping) -> None:
        assert self.at.link.issue_id is not None
        before = self.at.link.base
        with self._writing({"changes": dict(plan.changes)}):
            data = writer.edit_issue(self.jira, self.at.link.issue_id, plan.edit)
        crash.point("receive.after_edit")
        self.snapshot = reader.snapshot(data)
        base = self._settled(before, self.snapshot, mapping, plan)
        fields = [row.field_of(self.at.side) for row, _ in fields_of(mapping) if row.id in plan.changes]
        items = reader.our_change(data, self.at.tenant.account_id, fields)
        restore: dict[str, Any] = {}
        for lost in inbound.overwritten(before, plan.changes, items, mapping, self.at.side):
            # Where no side is named, the person's edit is kept: it was made after the partner's had been sent.
            ours_stands = lost.row.conflict != self.at.synchronization.partner_side
            words = "ours is put back." if ours_stands else "theirs stands."
            self.notes.append(
                note(lost.row.id, "conflict", lost.processor.show(lost.value), "", f"Changed at the same time; {words}")
            )
            theirs = plan.changes[lost.row.id]["value"]
            self.conflicts.append(Conflict(lost.row.id, lost.value, theirs, "ours" if ours_stands else "theirs"))
            if ours_stands:
                restore.update(lost.processor.restoring(lost.row.field_of(self.at.side), lost.value))
        self.notes.extend(_written(plan, before, base, mapping))
        self.changed.update(plan.changes)
        self.base = base
        if not restore and not plan.comments:
            return
        with self.ports.db.begin() as tx:
            self.at.lock(tx)
            queue.withdraw_intent(tx, self.rows[0].id)
            self.at.change(tx, base=base)
        self.base = None
        if restore:
            self._fence()
            self.snapshot = reader.snapshot(writer.edit_issue(self.jira, self.at.link.issue_id or "", Edit(restore)))

    def _settled(
        self, before: Mapping[str, Any], snapshot: Snapshot, mapping: IssueMapping, plan: Plan
    ) -> dict[str, Any]:
        """The base after an edit: values as read back, but sets only by what the partner changed in them."""
        base = settle(before, snapshot, mapping, self.at.side, plan.changes)
        for row, processor in fields_of(mapping):
            if processor.merges and row.id in plan.changes:
                base[row.id] = processor.merged(before.get(row.id), plan.changes[row.id])
        return base

    def _comment(self, write: CommentWrite) -> None:
        issue_id = self.at.link.issue_id
        assert issue_id is not None
        our_id = write.comment_id
        lost = False
        with self._writing({"comment": write.part}):
            try:
                if write.body is None:
                    writer.delete_comment(self.jira, issue_id, write.comment_id)
                elif write.comment_id:
                    writer.edit_comment(self.jira, issue_id, write.comment_id, write.body)
                else:
                    our_id = writer.add_comment(self.jira, issue_id, write.part, write.body)
            except Missing:
                if not write.comment_id:
                    raise
                lost = True
        crash.point("receive.after_comment")
        with self.ports.db.begin() as tx:
            link = self.at.lock(tx)
            queue.withdraw_intent(tx, self.rows[0].id)
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
    def _writing(self, intent: Mapping[str, Any]) -> Iterator[None]:
        """Round one write: intent first, fence, and the intent taken back if the write surely did not happen."""
        crash.point("receive.before_intent")
        with self.ports.db.begin() as tx:
            self.at.lock(tx)
            queue.intend(tx, self.rows[0].id, intent, self.ports.clock())
        crash.point("receive.after_intent")
        self._fence()
        try:
            yield
        except (Blocked, Retryable) as verdict:
            if isinstance(verdict, Retryable) and verdict.ambiguous:
                raise Retryable(
                    verdict.reason, after=self.ports.settings.settle_seconds, ambiguous=True, party="link"
                ) from verdict
            with self.ports.db.begin() as tx:
                self.at.lock(tx)
                queue.withdraw_intent(tx, self.rows[0].id)
            raise

    def _fence(self) -> None:
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
            renewed = twin_link.take_lease(tx, self.at.link.id, self.at.owner, now, seconds)
        if renewed is None:
            raise LostLease
        self.at.link = renewed

    def _read(self, mapping: IssueMapping) -> Snapshot:
        assert self.at.link.issue_id is not None
        return reader.issue(self.jira, self.at.link.issue_id, field_ids(mapping, self.at.side))


def _unseen(messages: Sequence[Message]) -> dict[str, Ours]:
    """By part, and by element of sets, the last of our messages that changed it."""
    last: dict[str, Ours] = {}
    for message in messages:
        for part, change in (message.replica.parts if message.replica else {}).items():
            ours = Ours(message.sequence, change.get("at", 0.0))
            last[part] = ours
            for name in (*change.get("add", ()), *change.get("remove", ())):
                last[inbound.element(part, name)] = ours
    return last


def _took_effect(change: PartChange, have: Collection[str]) -> PartChange:
    """Of a set's change that we may have written, what our issue shows: an addition that never was is no removal."""
    return {
        "add": [name for name in change["add"] if name in have],
        "remove": [name for name in change["remove"] if name not in have],
    }


def _written(plan: Plan, before: Mapping[str, Any], base: Mapping[str, Any], mapping: IssueMapping) -> list[Entry]:
    return [
        note(
            row.id, "written", processor.show(before.get(row.id) or processor.read(None)), processor.show(base[row.id])
        )
        for row, processor in fields_of(mapping)
        if row.id in plan.changes and before.get(row.id) != base[row.id]
    ]


def _comment_note(write: CommentWrite, lost: bool) -> Entry:
    if lost:
        return note(write.part, "skipped", words="The copy of this comment was deleted here.")
    if write.body is None:
        return note(write.part, "written", words="Comment deleted")
    return note(write.part, "written", words="Comment edited" if write.comment_id else "Comment added")
