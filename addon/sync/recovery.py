"""Recovery: what an earlier try may have left half done, told from what people did.

A create without an answer is *parked*: it is looked for, and only then made again. An edit without an answer is looked
for in the issue and in its changelog. Our own half-finished write is then settled like one that was finished, and all
that is left is somebody's edit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from addon.errors import Retryable
from addon.jira import reader
from addon.model.plan import Plan
from addon.model.rules import FieldMapping, IssueMapping
from addon.model.value import key_of
from addon.store import queue
from addon.sync import epoch, renewal
from addon.sync.detection import field_values
from addon.sync.line import field_ids, rendered_ids
from addon.sync.processors import FieldProcessor, PartChange
from addon.sync.processors.registry import fields_of

if TYPE_CHECKING:
    from addon.sync.apply import Application


@dataclass(frozen=True, slots=True)
class Recovery:
    """What is found out before a run of messages is planned again."""

    run: Application
    mapping: IssueMapping

    def parked(self) -> str | None:
        """The issue that an earlier try may have created. Looked for twice, as the search index lags, then given up.

        Raises:
            Retryable: it is too early to tell.
        """
        first, now = self.run.rows[0], self.run.ports.clock()
        intent = first.intent or {"create": True, "looked": 0}
        due = (first.intent_at or now) + self.run.ports.settings.settle_seconds
        if now < due:
            raise Retryable("Finding out whether the twin was created before an interruption.", after=due - now)
        recent = epoch.is_recent(self.run.at.synchronization, now)
        issue_id = reader.created_for(self.run.jira, self.run.at.link.link_key, self.run.twin() if recent else "")
        if issue_id is None and int(intent.get("looked", 0)) == 0:
            with self.run.ports.db.begin() as tx:
                queue.intend(tx, first.id, {**intent, "looked": 1}, now)
            raise Retryable(
                "Finding out whether the twin was created before an interruption.",
                after=self.run.ports.settings.settle_seconds,
            )
        return issue_id

    def adopt(self, made: Plan | None) -> dict[str, Any]:
        """First look at the issue we created: all it says is settled, but what somebody has edited since.

        Answers, by part, such edits of values that the changelog does not tell exactly: a write would replace them.
        """
        assert self.run.at.link.issue_id is not None
        ids, rendered = field_ids(self.mapping, self.run.at.side), rendered_ids(self.mapping, self.run.at.side)
        self.run.snapshot, edited = reader.new_issue(self.run.jira, self.run.at.link.issue_id, ids, rendered)
        base, edits = field_values(self.run.snapshot, self.mapping, self.run.at.side), dict[str, Any]()
        # An earlier try may have created it from fewer messages than wait now.
        intent = self.run.rows[0].intent or {}
        created_from = made.changes if made else intent.get("changes", {})
        # Then only comments are left, and who edits it from here on knows what was written.
        last = made.goal is None if made else intent.get("last") is True
        for row, processor in fields_of(self.mapping, self.run.at.side):
            item = edited.get(row.field_of(self.run.at.side))
            if item is None or row.id not in self.run.arrived:
                continue
            change = created_from.get(row.id)
            if processor.told_by_changelog:
                base[row.id] = processor.replaced(item)
            elif processor.merges:
                base[row.id] = processor.merged(None, change) if change else []
            else:
                edits[row.id] = base.get(row.id)
                base[row.id] = change["value"] if change else None
        # One that was found may be older than our rows, where a backup was put back.
        comments = () if made else reader.comments(self.run.jira, self.run.at.link.issue_id)
        with self.run.ports.db.begin() as tx:
            self.run.at.lock(tx)
            renewal.remember_copies(tx, self.run.at, comments)
            self.run.end_writing(tx, last=last)
            self.run.at.change(tx, base=base, issue_key=self.run.snapshot.issue_key)
        if last and made is None and not self.run.rows[0].message.begins_again:
            self.run.leave_fields()
        return edits

    def recover(self) -> None:
        """Tell our own half-finished write from a person's edit; the rest is for the next look, which comes at once.

        Raises:
            Retryable: always.
        """
        first = self.run.rows[0]
        intent = first.intent or {}
        changes: Mapping[str, Any] = intent.get("changes", {})
        assert self.run.at.link.issue_id is not None
        account_id, since = self.run.at.tenant.account_id, self.run.at.link.read_at or 0.0
        self.run.snapshot, items = reader.with_our_change(
            self.run.jira, self.run.at.link.issue_id, field_ids(self.mapping, self.run.at.side), account_id, since
        )
        standing = self._standing(items)
        written = self._was_written(changes, items, standing)
        if not written and self.run.snapshot.updated_at < since:
            # Jira's clock was set back: no time tells whether this last edit of ours is the one that we look for.
            items = ()
        # If it was written, its answer was lost, and with it what it replaced.
        restore = self.run.lost(self.run.at.link.base, changes, items, self.mapping, standing)
        base, left = self._base_after(changes, written, standing)
        last = "comment" in intent or (intent.get("last") is True and not left)
        comments = reader.comments(self.run.jira, self.run.at.link.issue_id)
        with self.run.ports.db.begin() as tx:
            link = self.run.at.lock(tx)
            renewal.remember_copies(tx, self.run.at, comments)
            self.run.end_writing(tx, last=last)
            self.run.keep_conflicts(tx, link)
            # While an intent stood our issue was not compared: what people did there must be known before we write on.
            self.run.at.change(tx, base=base, touched_at=self.run.ports.clock())
        if restore:
            self.run.put_back(restore)
        raise Retryable("An interrupted write was settled; the issue is looked at again.", after=0.0)

    def _was_written(
        self, changes: Mapping[str, Any], items: Sequence[Mapping[str, Any]], standing: Collection[str]
    ) -> bool:
        """Whether items of our changelog tell of the changes. Jira carries out a call as a whole or not at all.

        They say what we meant; or, where the site rewrites texts, what stands and is not the base: an earlier edit of
        ours that still stood would be.
        """
        base, values = self.run.at.link.base, self._values()
        return any(
            processor.wrote(item, changes[row.id])
            or (row.id in standing and row.id in base and values.get(row.id) != base[row.id])
            for row, processor, item in self._told(items)
            if row.id in changes
        )

    def _values(self) -> dict[str, Any]:
        assert self.run.snapshot is not None
        return field_values(self.run.snapshot, self.mapping, self.run.at.side)

    def _told(
        self, items: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[FieldMapping, FieldProcessor, Mapping[str, Any]]]:
        """The rows of which these changelog items tell."""
        by_field = {item.get("fieldId") or item.get("field"): item for item in items}
        for row, processor in fields_of(self.mapping, self.run.at.side):
            if row.field_of(self.run.at.side) in by_field:
                yield row, processor, by_field[row.field_of(self.run.at.side)]

    def _standing(self, items: Sequence[Mapping[str, Any]]) -> set[str]:
        """Parts that say now what these changelog items tell that we wrote."""
        values = self._values()
        return {
            row.id
            for row, processor, item in self._told(items)
            if processor.told_by_changelog and processor.wrote(item, {"value": values.get(row.id)})
        }

    def _base_after(
        self, changes: Mapping[str, Any], written: bool, standing: Collection[str]
    ) -> tuple[dict[str, Any], set[str]]:
        """The base with what took effect, and the parts that did not, as far as anybody can tell.

        What is known to be ``written`` and is otherwise now, somebody has changed since.
        """
        values = self._values()
        base, left = dict(self.run.at.link.base), set() if written else set(changes)
        for row, processor in fields_of(self.mapping, self.run.at.side):
            change, value = changes.get(row.id), values.get(row.id)
            if change is None or not (written or row.id in values):
                continue
            if processor.merges:
                done = change if written else _took_effect(change, value or ())
                base[row.id] = processor.merged(base.get(row.id), done)
                left -= {row.id} if done == change else set()
            elif (written and row.id in standing) or not processor.writing("", change, value, new=False):
                base[row.id] = value
                left.discard(row.id)
            elif written:
                base[row.id] = change["value"]
        return base, left


def _took_effect(change: PartChange, ours: Collection[Any]) -> PartChange:
    """Of a set's change that we may have written, what our issue shows: what never came did not go."""
    have = {key_of(one) for one in ours}
    return {
        "add": [one for one in change["add"] if key_of(one) in have],
        "remove": [one for one in change["remove"] if key_of(one) not in have],
    }
