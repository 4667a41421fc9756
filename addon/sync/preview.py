"""Preview: what would happen to an issue under live or draft rules. Nothing is sent, nothing is written.

*Out*: what the next look at our issue would send is worked out here and handed to the partner's end as a question,
which plans it against its own issue and its own Jira. *In*: the partner is asked what it would send for the twin, and
that is planned here. Values do go to the partner's Twinline with the question, those of draft rules too; it plans and
forgets them. What it tells of its own issue is bounded by what its live rules let leave (``sync.answering``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from addon.errors import Blocked, Ignored, Missing, Refused, Retryable
from addon.jira import reader
from addon.model.message import Message, fits
from addon.model.preview import Line, Outcome, Question, Reply
from addon.model.rules import IssueMapping, Rules, document_of
from addon.model.snapshot import Snapshot
from addon.store import rules as rules_store
from addon.store import twin_link
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.sync import row_check
from addon.sync.foresight import End, Foresight, Leaving
from addon.sync.line import mapping_of
from addon.sync.outlook import name_of
from addon.sync.processors import shorten
from addon.sync.processors.registry import comments_of

Direction = Literal["out", "in"]
MOST_LINES = 2_000


class Asking(Protocol):
    """What is needed of ``sync.transport``."""

    def preview(self, synchronization: Synchronization, question: Question) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Preview:
    """One per process, shared by its threads."""

    foresight: Foresight
    transport: Asking

    def run(
        self,
        tenant: Tenant,
        synchronization: Synchronization,
        issue_key: str,
        rules: Rules | None = None,
        direction: Direction = "out",
    ) -> Outcome:
        """What would happen to this issue (key or id). ``rules``: a draft; None for the live ones.

        The caller has made sure that whoever asks may see the issue.

        Raises:
            Refused: the synchronization is not accepted, there is no such issue, or somebody does not answer.
        """
        if not synchronization.accepted:
            raise Refused("What would happen can be seen once the synchronization is accepted.", status=409)
        try:
            snapshot = self._issue(tenant, issue_key)
            with self.foresight.db.read() as tx:
                live = rules_store.live(tx, synchronization.id)
                starts = rules_store.starts(tx, synchronization.id)
                links = twin_link.for_issue(tx, tenant.id, snapshot.issue_id)
            held = (one for one in links if one.synchronization_id == synchronization.id)
            link = next((one for one in held if one.state != twin_link.ENDED), None)
            dry = _Run(self, tenant, synchronization, rules or live, rules is not None, snapshot, link)
            return dry.out(starts) if direction == "out" else dry.into()
        except Missing as missing:
            raise Refused(f"There is no issue {issue_key}, or the app may not see it.", status=404) from missing
        except Retryable as waiting:
            raise Refused(f"{waiting.reason} Try again.", status=503) from waiting
        except Blocked as blocked:
            return Outcome("blocked", f"{blocked.reason} {blocked.fix}".strip())
        except Ignored as ignored:
            return Outcome("kept_out", ignored.reason)

    def _issue(self, tenant: Tenant, issue_key: str) -> Snapshot:
        return reader.issue(self.foresight.jira_of(tenant), issue_key, ())


@dataclass(frozen=True, slots=True)
class _Run:
    """One preview. ``snapshot`` says where the issue lies; ``link`` is its living twin link, if it has one."""

    preview: Preview
    tenant: Tenant
    synchronization: Synchronization
    rules: Rules
    draft: bool
    snapshot: Snapshot
    link: TwinLink | None

    @property
    def partner(self) -> str:
        return self.synchronization.partner_name or self.synchronization.partner_url

    @property
    def twin(self) -> str:
        key = str(self.link.partner_issue.get("issue_key", "")) if self.link else ""
        return f"{key} at {self.partner}" if key else f"the twin at {self.partner}"

    def out(self, starts: Mapping[str, float]) -> Outcome:
        mapping = self._mapping()
        flow = mapping.flow_from(self.synchronization.side)
        if flow.mode == "off":
            return Outcome("kept_out", f"Nothing goes to {self.partner} by this mapping: that direction is off.")
        usable, broken = _usable(mapping)
        leaving = self.preview.foresight.leaving(self._end(usable), self.snapshot.issue_id)
        reply = self._ask(Question("enter", leaving.message, leaving.rest, self._document(usable)))
        lines = _held_back(self._theirs(mapping, reply.lines), mapping, leaving.held_back)
        if broken:
            return Outcome("blocked", broken[0].note, (*broken, *lines))
        said = {
            "create": f"{self._creating(mapping)} {self._only_asked(mapping, starts)}",
            "update": f"Would update {self.twin}. {self._waiting()}",
            "nothing": self._nothing(leaving, self.twin),
        }
        words = said.get(reply.verdict) or f"{self.partner}: {reply.words[:1000]}"
        return Outcome(reply.verdict, words.strip(), lines)

    def into(self) -> Outcome:
        if self.link is None:
            words = f"Nothing comes in: this issue has no twin at {self.partner}. A new issue there is previewed there."
            return Outcome("kept_out", words)
        mapping = self._mapping()
        usable, broken = _usable(mapping)
        end = self._end(usable)
        empty = self._empty_message(usable)
        reply = self._ask(Question("leave", empty, document=self._document(usable)))
        if reply.message is None:
            return Outcome(reply.verdict, f"{self.partner}: {reply.words[:1000]}")
        if self.link.state == twin_link.BLOCKED:
            return Outcome("blocked", f"{self.link.reason} {self.link.fix}".strip())
        parts = reply.message.replica.parts if reply.message.replica else {}
        if not all(map(fits, (*parts.values(), *reply.rest.values()))):
            raise Retryable(f"{self.partner} answers something unexpected; one of the two may need to be updated.")
        found = self.preview.foresight.outlook(end, reply.message, reply.rest, None)
        if broken or found.problem:
            return Outcome("blocked", broken[0].note if broken else found.problem, (*broken, *found.lines))
        key = self.snapshot.issue_key
        if found.writes:
            return Outcome("update", f"Would update {key}.", found.lines)
        leaving = Leaving(reply.message, reply.rest, 0)
        return Outcome("nothing", self._nothing(leaving, key), found.lines)

    def _mapping(self) -> IssueMapping:
        """The mapping that holds for this issue.

        Raises:
            Blocked, Ignored: why there is none.
        """
        side = self.synchronization.side
        if self.link is not None:
            return mapping_of(self.rules, self.link.mapping_id, self.synchronization)
        place = (self.snapshot.project_id, self.snapshot.issue_type_id)
        for mapping in self.rules.mappings:
            end = mapping.end_of(side)
            if mapping.active and (end.project_id, end.issue_type_id) == place:
                return mapping_of(self.rules, mapping.id, self.synchronization)
        raise Ignored("No active mapping covers its project and issue type.")

    def _end(self, mapping: IssueMapping) -> End:
        return End(self.tenant, self.synchronization, self.rules, mapping, self.link)

    def _document(self, mapping: IssueMapping) -> Mapping[str, Any] | None:
        """Of a draft only what concerns this issue goes along."""
        return document_of((mapping,), self.rules.users) if self.draft else None

    def _empty_message(self, mapping: IssueMapping) -> Message:
        assert self.link is not None
        rules, link = self.rules, self.link
        return Message(link.link_key, link.next_sequence, link.applied_sequence, mapping.id, rules.version, rules.hash)

    def _ask(self, question: Question) -> Reply:
        return self.preview.transport.preview(self.synchronization, question)

    def _theirs(self, mapping: IssueMapping, lines: Sequence[Line]) -> tuple[Line, ...]:
        """What the partner answered, as far as it speaks of our rows, in texts of a size for people."""
        names = {row.id: name_of(row) for row in mapping.fields}
        return tuple(
            replace(
                line,
                name=names[line.row_id],
                before=shorten(line.before),
                after=shorten(line.after),
                note=f"{self.partner}: {shorten(line.note, 1000)}" if line.note else "",
            )
            for line in lines[:MOST_LINES]
            if line.row_id in names
        )

    def _creating(self, mapping: IssueMapping) -> str:
        end = mapping.end_of(self.synchronization.partner_side)
        return f"Would create a {end.issue_type_name} in {end.project_key} at {self.partner}."

    def _only_asked(self, mapping: IssueMapping, starts: Mapping[str, float]) -> str:
        """Why the twin is not created unless a person asks for it; empty where it is."""
        if self.link is not None:
            return ""
        if self.snapshot.link_key:
            why = "it was created by Twinline itself"
        elif mapping.flow_from(self.synchronization.side).mode == "manual":
            why = "the mapping leaves that to people"
        elif mapping.id in starts and self.snapshot.created_at < starts[mapping.id]:
            why = "it is older than the mapping"
        else:
            return ""
        return f"Only when somebody asks for it in the issue's panel: {why}."

    def _waiting(self) -> str:
        waits = self.link is not None and self.link.next_sequence - 1 > self.link.delivered_sequence
        return "Earlier changes are still on their way." if waits else ""

    def _nothing(self, leaving: Leaving, target: str) -> str:
        if leaving.message.replica is not None:
            return f"What has changed makes no difference to {target}."
        words = "Nothing has changed since both sides were last in step."
        return f"{words} Publishing sends nothing by itself." if self.draft else words


def _usable(mapping: IssueMapping) -> tuple[IssueMapping, tuple[Line, ...]]:
    """The mapping without the rows that could not be published, and a line for each of those."""
    good, bad = [], []
    for row in mapping.fields:
        try:
            row_check.check(row)
        except Refused as refused:
            bad.append(Line(row.id, name_of(row), note=refused.sentence, level="error"))
        else:
            good.append(row)
    return replace(mapping, fields=tuple(good)), tuple(bad)


def _held_back(lines: tuple[Line, ...], mapping: IssueMapping, count: int) -> tuple[Line, ...]:
    row = comments_of(mapping)
    if row is None or not count:
        return lines
    words = f"{count} comment{'s are' if count > 1 else ' is'} held back: not everybody may read them here."

    def told(line: Line) -> Line:
        return replace(line, note=f"{line.note} {words}".strip(), level="ok" if line.level == "same" else line.level)

    return tuple(told(line) if line.row_id == row.id else line for line in lines)
