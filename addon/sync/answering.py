"""Answering: what we tell a partner who asks for a preview. It is planned and forgotten.

Rules that come with a question are theirs, maybe a draft that nobody here has seen, so they only say how to plan, never
what may be told. Of our issue is told

* nothing at all where it is not this partner's twin, lies outside our scope, or Jira does not show it: all of these are
  answered in the same words;
* the present value of a field only where our *live* rules and our veto let that very field leave as the issue stands
  now (mapping, flow, condition), and a row would write to it;
* what would leave, only of such fields;
* whether it fulfils a condition, only of the live one: any other could be made to tell what a field holds;
* what a parent is called, only of one that is shared;
* never that there are comments which stay here, nor that a veto is the reason for anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from addon.errors import Blocked, Ignored, Missing, Refused, Retryable
from addon.model.preview import Question, Reply
from addon.model.rules import Rules, Side, rules_from
from addon.store import queue, twin_link
from addon.store import rules as rules_store
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync import rulebook, unborn
from addon.sync.foresight import Foresight
from addon.sync.line import Line, check_rules

HIDDEN = "There is nothing to tell about this issue: it is no twin of yours there, or it is not shown to you."
UNASKED = "Whether it fulfils the condition of these rules is told only once they are published."
KEPT_IN = "It does not match the condition of its mapping:"


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
            link = twin_link.with_key(tx, ours.id, message.link_key)
            rows = queue.incoming(tx, link.id) if link else ()
        try:
            rules = _rules(question, live, ours)
            if link is None and question.way == "leave":
                raise Refused(HIDDEN, status=404)
            at = Line("", tenant, ours, rules, link or unborn.link(ours, message.mapping_id, message.link_key), rows)
            if question.way == "leave":
                return self._leaving(at, live, draft=question.document is not None)
            return self._entering(at, question, live)
        except Blocked as blocked:
            if link is not None and isinstance(blocked, Missing):
                raise Refused(HIDDEN, status=404) from blocked
            return Reply("blocked", f"{blocked.reason} {blocked.fix}".strip())
        except Ignored as ignored:
            if link is not None:
                raise Refused(HIDDEN, status=404) from ignored
            return Reply("kept_out", ignored.reason)

    def _entering(self, at: Line, question: Question, live: Rules) -> Reply:
        link = at.link
        if link.state == twin_link.ENDED:
            return Reply("kept_out", link.reason)
        if link.state == twin_link.BLOCKED:
            return Reply("blocked", link.reason)
        found = self.foresight.outlook(at, question.message, question.rest, live)
        if found.problem:
            return Reply("waits" if found.waits else "blocked", found.problem, found.lines)
        if link.issue_id is None:
            return Reply("create", "", found.lines)
        return Reply("update" if found.writes else "nothing", found.becomes, found.lines)

    def _leaving(self, at: Line, live: Rules, *, draft: bool) -> Reply:
        link = at.link
        if link.issue_id is None:
            raise Refused(HIDDEN, status=404)
        if link.state == twin_link.ENDED:
            return Reply("kept_out", link.reason)
        found = self.foresight.leaving(at, live)
        if found.kept_in:
            return Reply("kept_out", f"{KEPT_IN} {found.kept_in}")
        jql = found.mapping.flow_from(at.side).jql.strip()
        words = UNASKED if draft and jql and jql != _jql(live, found.mapping.id, at.side) else ""
        return Reply("update" if found.message.replica else "nothing", words, (), found.message, found.rest)


def _jql(rules: Rules, mapping_id: str, side: Side) -> str:
    mapping = rules.mapping(mapping_id)
    return mapping.flow_from(side).jql.strip() if mapping else ""


def _rules(question: Question, live: Rules, ours: Synchronization) -> Rules:
    """The rules to plan with.

    Raises:
        Refused: those that came cannot be used.
        Blocked: the live ones here are not those that the partner holds.
    """
    if question.document is not None:
        rulebook.check(question.document)
        return rules_from(question.message.rules_version, question.document)
    try:
        check_rules(live, question.message, ours.side)
    except Retryable as waiting:
        raise Blocked(waiting.reason) from waiting
    return live
