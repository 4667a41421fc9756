"""Answering: what we tell a partner who asks for a preview. It is planned and forgotten.

Rules that come with a question are theirs, maybe a draft that nobody here has seen, so they only say how to plan, never
what may be told. Of our issue is told

* nothing at all where it is not this partner's twin, lies outside our scope, or Jira does not show it: all of these are
  answered in the same words;
* the present value of a field only where our *live* rules let that very field leave and a row would write to it;
* what would leave, only of fields that our live rules let leave;
* never that there are comments which stay here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from addon.errors import Blocked, Ignored, Missing, Refused, Retryable
from addon.model.matrix import COMMENTS
from addon.model.preview import Question, Reply
from addon.model.rules import FieldMapping, IssueMapping, Rules, Side, rules_from
from addon.store import rules as rules_store
from addon.store import twin_link
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import rulebook
from addon.sync.foresight import End, Foresight
from addon.sync.line import check_rules, mapping_of

HIDDEN = "There is nothing to tell about this issue: it is no twin of yours there, or it is not shown to you."


@dataclass(frozen=True, slots=True)
class Answering:
    """The answering half of a preview."""

    foresight: Foresight

    def answer(self, tenant: Tenant, ours: Synchronization, question: Question) -> Reply:
        """Answer a partner whose synchronization with us is accepted.

        Raises:
            Refused: the issue is hidden or unknown (404), or the rules they ask with cannot be used (422).
            Retryable: our Jira does not answer just now.
        """
        message = question.message
        with self.foresight.db.read() as tx:
            live = rules_store.live(tx, ours.id)
            link = twin_link.find(tx, ours.id, message.link_key)
        try:
            rules = _rules(question, live)
            mapping = mapping_of(rules, message.mapping_id, ours)
            if (link is None and question.way == "leave") or (link and link.mapping_id != message.mapping_id):
                raise Refused(HIDDEN, status=404)
            live_mapping = live.mapping(message.mapping_id)
            end = End(tenant, ours, rules, mapping, link)
            if question.way == "leave":
                return self._leaving(end, live_mapping)
            return self._entering(end, question, live_mapping)
        except Blocked as blocked:
            if link is not None and isinstance(blocked, Missing):
                raise Refused(HIDDEN, status=404) from blocked
            return Reply("blocked", f"{blocked.reason} {blocked.fix}".strip())
        except Ignored as ignored:
            if link is not None:
                raise Refused(HIDDEN, status=404) from ignored
            return Reply("kept_out", ignored.reason)

    def _entering(self, end: End, question: Question, live: IssueMapping | None) -> Reply:
        link = end.link
        if link is not None and link.state == twin_link.ENDED:
            return Reply("kept_out", link.reason)
        if link is not None and link.state == twin_link.BLOCKED:
            return Reply("blocked", link.reason)
        found = self.foresight.outlook(end, question.message, question.rest, _told(end.mapping, live, end.side))
        if found.problem:
            return Reply("blocked", found.problem, found.lines)
        if link is None or link.issue_id is None:
            return Reply("create", "", found.lines)
        return Reply("update" if found.writes else "nothing", "", found.lines)

    def _leaving(self, end: End, live: IssueMapping | None) -> Reply:
        link = end.link
        if link is None or link.issue_id is None:
            raise Refused(HIDDEN, status=404)
        if link.state == twin_link.ENDED:
            return Reply("kept_out", link.reason)
        told = _told(end.mapping, live, end.side)
        fields = tuple(row for row in end.mapping.fields if row.id in told)
        leaving = self.foresight.leaving(replace(end, mapping=replace(end.mapping, fields=fields)), link.issue_id)
        return Reply("update" if leaving.message.replica else "nothing", message=leaving.message, rest=leaving.rest)


def _rules(question: Question, live: Rules) -> Rules:
    """The rules to plan with.

    Raises:
        Refused: those that came cannot be used.
        Blocked: the live ones here are not those that the partner holds.
    """
    if question.document is not None:
        rulebook.check(question.document)
        return rules_from(question.message.rules_version, question.document)
    try:
        check_rules(live, question.message)
    except Retryable as waiting:
        raise Blocked(waiting.reason) from waiting
    return live


def _told(asked: IssueMapping, live: IssueMapping | None, side: Side) -> Collection[str]:
    """Ids of the rows whose field at this side leaves it by the live rules."""
    leaving = {_field(row, side) for row in live.fields if row.leaves(side)} if live else set()
    return {row.id for row in asked.fields if _field(row, side) in leaving}


def _field(row: FieldMapping, side: Side) -> tuple[str, str]:
    kind = row.type_of(side)
    return ("" if kind == COMMENTS else row.field_of(side)), kind
