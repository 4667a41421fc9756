"""Preview: what would happen to an issue under live or draft rules. Nothing is sent, nothing is written.

*Out*: what the next look at our issue would send is worked out here and handed to the partner's end as a question,
which plans it against its own issue and its own Jira. *In*: the partner is asked what it would send for the twin, and
that is planned here. Values do go to the partner's Twinline with the question, those of draft rules too; it plans and
forgets them. What it tells of its own issue is bounded by what its live rules let leave (``sync.answering``).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from addon.errors import Blocked, Ignored, Missing, Refused, Retryable
from addon.jira import reader
from addon.model.message import Message, fits
from addon.model.preview import Line as Told
from addon.model.preview import Outcome, Question, Reply, Verdict
from addon.model.rules import IssueMapping, Rules, document_of
from addon.model.snapshot import Snapshot
from addon.model.veto import WORDS
from addon.store import queue, twin_link
from addon.store import rules as rules_store
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import admission, row_check, unborn
from addon.sync.admission import Terms
from addon.sync.foresight import Foresight, Leaving
from addon.sync.line import Line
from addon.sync.outlook import name_of
from addon.sync.pairing import facts, terms_of
from addon.sync.processors import shorten
from addon.sync.processors.registry import comments_of
from addon.sync.why import OFF, words_of

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
            dry = self._prepared(tenant, synchronization, snapshot, rules)
            return dry.out() if direction == "out" else dry.into()
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

    def _prepared(self, tenant: Tenant, ours: Synchronization, snapshot: Snapshot, draft: Rules | None) -> _Run:
        with self.foresight.db.read() as tx:
            rules = draft or rules_store.live(tx, ours.id)
            links = twin_link.for_issue(tx, tenant.id, snapshot.issue_id)
            held = [one for one in links if one.synchronization_id == ours.id]
            link = next((one for one in held if one.state != twin_link.ENDED), None)
            rows = queue.incoming(tx, link.id) if link else ()
            terms = terms_of(tx, ours, ended=bool(held) and link is None)
        usable = [_usable(mapping) for mapping in rules.mappings]
        rules = replace(rules, mappings=tuple(mapping for mapping, _ in usable))
        if link is None:
            key = uuid.uuid4().hex
            link = unborn.link(ours, "", key, issue_id=snapshot.issue_id, issue_key=snapshot.issue_key)
        at = Line("", tenant, ours, rules, link, rows)
        broken = {mapping.id: lines for mapping, lines in usable}
        return _Run(self, at, replace(terms, mappings=rules.mappings), draft is not None, snapshot, broken)


@dataclass(frozen=True, slots=True)
class _Run:
    """One preview. ``snapshot`` says where the issue lies; ``broken``: by mapping, the rows that cannot be used."""

    preview: Preview
    at: Line
    terms: Terms
    draft: bool
    snapshot: Snapshot
    broken: Mapping[str, tuple[Told, ...]]

    @property
    def new(self) -> bool:
        """Whether the issue has no twin yet."""
        return self.at.link.id == 0

    @property
    def partner(self) -> str:
        return self.at.synchronization.partner_name or self.at.synchronization.partner_url

    @property
    def twin(self) -> str:
        key = str(self.at.link.partner_issue.get("issue_key", ""))
        return f"{key} at {self.partner}" if key else f"the twin at {self.partner}"

    def out(self) -> Outcome:
        at = self._admitted() if self.new else self.at
        leaving = self.preview.foresight.leaving(at)
        mapping, side = leaving.mapping, at.side
        if mapping.flow_from(side).mode == "off":
            return Outcome("kept_out", OFF)
        if leaving.kept_in:
            return Outcome("kept_out", words_of("condition", at.synchronization, leaving.kept_in)[0])
        reply = self._ask(Question("enter", leaving.message, leaving.rest, self._document(mapping)))
        lines = self._ours(self._theirs(mapping, reply.lines), mapping, leaving)
        broken = self.broken.get(mapping.id, ())
        if broken:
            return Outcome("blocked", broken[0].note, (*broken, *lines))
        said = {
            "create": f"{self._creating(mapping)} {self._only_asked(mapping)}",
            "update": f"Would update {self.twin}. {self._waiting()} {self._quoted(reply)}",
            "nothing": self._nothing(leaving, self.twin),
        }
        words = said.get(reply.verdict) or self._quoted(reply)
        return Outcome(reply.verdict, " ".join(words.split()), lines)

    def into(self) -> Outcome:
        at = self.at
        if self.new:
            words = f"Nothing comes in: this issue has no twin at {self.partner}. A new issue there is previewed there."
            return Outcome("kept_out", words)
        mapping = at.mapping()
        if mapping.flow_from(at.synchronization.partner_side).mode == "off":
            return Outcome("kept_out", f"Nothing comes from {self.partner}: that direction of the mapping is off.")
        reply = self._ask(Question("leave", at.message(at.link.base), document=self._document(mapping)))
        if reply.message is None:
            return Outcome(reply.verdict, self._quoted(reply))
        return self._entering(mapping, reply, reply.message)

    def _entering(self, mapping: IssueMapping, reply: Reply, message: Message) -> Outcome:
        """What would become of what the partner answered."""
        at = self.at
        if at.link.state == twin_link.BLOCKED:
            return Outcome("blocked", f"{at.link.reason} {at.link.fix}".strip())
        parts = message.replica.parts if message.replica else {}
        if not all(map(fits, (*parts.values(), *reply.rest.values()))):
            raise Retryable(f"{self.partner} answers something unexpected; one of the two may need to be updated.")
        found = self.preview.foresight.outlook(at, message, reply.rest)
        broken = self.broken.get(message.mapping_id, ())
        if broken or found.problem:
            verdict: Verdict = "waits" if found.waits and not broken else "blocked"
            return Outcome(verdict, broken[0].note if broken else found.problem, (*broken, *found.lines))
        key = self.snapshot.issue_key
        if found.writes:
            words = f"Would update {key}. {found.becomes} {self._quoted(reply)}"
            return Outcome("update", " ".join(words.split()), found.lines)
        leaving = Leaving(message, reply.rest, 0, mapping)
        return Outcome("nothing", f"{self._nothing(leaving, key)} {self._quoted(reply)}".strip(), found.lines)

    def _admitted(self) -> Line:
        """The line of an issue without a twin, as it would be opened.

        Raises:
            Ignored: the first rule that keeps the issue from having a twin even if somebody asks for one.
        """
        ruling = admission.rule_on(self.terms, facts(self.snapshot), asked=True)
        if ruling.rule is not None or ruling.mapping is None:
            raise Ignored(" ".join(words_of(ruling.rule or "mapping", self.at.synchronization)).strip())
        return replace(self.at, link=replace(self.at.link, mapping_id=ruling.mapping.id))

    def _document(self, mapping: IssueMapping) -> Mapping[str, Any] | None:
        """Of a draft only what concerns this issue goes along: what it falls under, and what it did before."""
        if not self.draft:
            return None
        former = self.at.rules.mapping(self.at.link.mapping_id)
        both = (mapping,) if former is None or former.id == mapping.id else (mapping, former)
        return document_of(both, self.at.rules.users)

    def _ask(self, question: Question) -> Reply:
        return self.preview.transport.preview(self.at.synchronization, question)

    def _theirs(self, mapping: IssueMapping, lines: Sequence[Told]) -> tuple[Told, ...]:
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

    def _ours(self, lines: tuple[Told, ...], mapping: IssueMapping, leaving: Leaving) -> tuple[Told, ...]:
        """The lines, and what this side alone knows: what our veto keeps, and comments that not everybody may read."""
        at = self.at
        kept = {row.id for row in mapping.fields if at.synchronization.veto.keeps(row, at.side)}
        vetoed = [Told(row.id, name_of(row), note=WORDS, level="kept") for row in mapping.fields if row.id in kept]
        others = tuple(line for line in lines if line.row_id not in kept)
        return (*_held_back(others, mapping, leaving.held_back), *vetoed)

    def _quoted(self, reply: Reply) -> str:
        return f"{self.partner}: {reply.words[:1000]}" if reply.words else ""

    def _creating(self, mapping: IssueMapping) -> str:
        end = mapping.end_of(self.at.synchronization.partner_side)
        article = "an" if end.issue_type_name[:1].casefold() in "aeiou" else "a"
        return f"Would create {article} {end.issue_type_name} in {end.project_key} at {self.partner}."

    def _only_asked(self, mapping: IssueMapping) -> str:
        """Why the twin is not created unless a person asks for it; empty where it is."""
        if not self.new:
            return ""
        if self.draft and mapping.id not in self.terms.starts:
            return "On publishing it is chosen what becomes of issues that are there already."
        rule = admission.rule_on(self.terms, facts(self.snapshot)).rule
        return f"Only when somebody asks for it: {words_of(rule, self.at.synchronization)[0]}" if rule else ""

    def _waiting(self) -> str:
        link = self.at.link
        return "Earlier changes are still on their way." if link.next_sequence - 1 > link.delivered_sequence else ""

    def _nothing(self, leaving: Leaving, target: str) -> str:
        if leaving.message.replica is not None:
            return f"What has changed makes no difference to {target}."
        words = "Nothing has changed since both sides were last in step."
        return f"{words} Publishing sends nothing by itself." if self.draft else words


def _usable(mapping: IssueMapping) -> tuple[IssueMapping, tuple[Told, ...]]:
    """The mapping without the rows that could not be published, and a line for each of those."""
    good, bad = [], []
    for row in mapping.fields:
        try:
            row_check.check(row)
        except Refused as refused:
            bad.append(Told(row.id, name_of(row), note=refused.sentence, level="error"))
        else:
            good.append(row)
    return replace(mapping, fields=tuple(good)), tuple(bad)


def _held_back(lines: tuple[Told, ...], mapping: IssueMapping, count: int) -> tuple[Told, ...]:
    row = comments_of(mapping)
    if row is None or not count:
        return lines
    words = f"{count} comment{'s are' if count > 1 else ' is'} held back: not everybody may read them here."

    def told(line: Told) -> Told:
        return replace(line, note=f"{line.note} {words}".strip(), level="ok" if line.level == "same" else line.level)

    return tuple(told(line) if line.row_id == row.id else line for line in lines)
