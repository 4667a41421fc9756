"""Why: what keeps an issue out of step, by each synchronization, in words. The rules are those of pairing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from addon.errors import Missing, Verdict
from addon.jira import reader
from addon.model.rules import IssueMapping
from addon.model.snapshot import Snapshot
from addon.store import queue, twin_link
from addon.store import synchronization as synchronization_store
from addon.store.db import Tx
from addon.store.queue import Touched
from addon.store.synchronization import DELETED, INVITATION_RECEIVED, INVITATION_SENT, REJECTED, Synchronization
from addon.store.tenant import Tenant
from addon.store.twin_link import TwinLink
from addon.sync import admission
from addon.sync.admission import Rule, Ruling
from addon.sync.pairing import Candidate, Look, Offer, Pairing, candidates, facts, terms_of

Cause = Rule | Literal["app", "hidden", "jira", "blocked", "outside", "partner", "waiting", "looking", "syncs"]
"""An admission rule, or what stands in the way before it and after it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an issue is not in step by one synchronization: the first rule that keeps it out; or that it is.

    ``words`` and ``fix`` are sentences for people. ``by_hand``: a person may give it a twin now.
    """

    synchronization: Synchronization
    cause: Cause
    words: str
    fix: str = ""
    mapping: IssueMapping | None = None
    link: TwinLink | None = None
    by_hand: bool = False

    @property
    def state(self) -> str:
        """The cause in a word or two, for people."""
        return _WORDS.get(self.cause, "Not in step")

    @property
    def over(self) -> bool:
        """Whether the synchronization is a thing of the past."""
        return self.synchronization.over


_WORDS: dict[Cause, str] = {
    "scope": "Out of scope",
    "condition": "Out of scope",
    "outside": "Out of scope",
    "manual": "Not by itself",
    "start": "Not by itself",
    "ended": "Not by itself",
    "copy": "Not by itself",
    "off": "Off",
    "inactive": "Off",
    "mapping": "Not covered",
    "blocked": "Held",
    "partner": "Held there",
    "syncs": "In step",
    "waiting": "Waiting",
    "looking": "Waiting",
}


@dataclass(frozen=True, slots=True)
class Why:
    """One per process, shared by its threads."""

    pairing: Pairing

    def explain(self, tenant: Tenant, issue_id: str) -> tuple[Reason, ...]:
        """By each synchronization why this issue is in step or not: one read, and one call more where conditions are.

        A Jira that does not tell is a reason like others.
        """
        with self.pairing.engine.db.read() as tx:
            all_ = synchronization_store.of_tenant(tx, tenant.id)
        if tenant.state != "enabled":
            words = "Twinline is switched off at this site."
            return tuple(Reason(one, "app", words, "Enable the app in Jira's administration.") for one in all_)
        if not all_:
            return ()
        try:
            snapshot = reader.issue(self.pairing.engine.jira_of(tenant), issue_id, ())
        except Missing:
            words = "Twinline's app user may not see this issue."
            return tuple(Reason(one, "hidden", words, "Give it permission to browse the project.") for one in all_)
        except Verdict as verdict:
            return tuple(Reason(one, "jira", verdict.reason) for one in all_)
        return self.of(tenant, snapshot)

    def of(self, tenant: Tenant, snapshot: Snapshot) -> tuple[Reason, ...]:
        """The same of an issue that has just been read."""
        with self.pairing.engine.db.read() as tx:
            links = twin_link.for_issue(tx, tenant.id, snapshot.issue_id)
            touched = queue.touched(tx, tenant.id, snapshot.issue_id)
            found = candidates(tx, tenant, links)
            twins = [_twin(tx, link, touched) for link in links if link.state != twin_link.ENDED]
        offers = []
        for one in found:
            asked = admission.rule_on(one.terms, facts(snapshot), asked=True)
            if asked.rule is None and asked.mapping is not None:
                offers.append(Offer(one.synchronization, asked.mapping))
        try:
            look = self.pairing.fulfilled(tenant, snapshot, offers)
        except Verdict as verdict:
            look = Look(snapshot, (), verdict.reason)
        matching = {offer.synchronization.id for offer in look.offers}
        others = [_other(one, admission.rule_on(one.terms, facts(snapshot)), matching, look, touched) for one in found]
        return (*twins, *others)


def _other(candidate: Candidate, ruling: Ruling, matching: set[int], look: Look, touched: Touched | None) -> Reason:
    """Of a synchronization by which the issue has no twin."""
    synchronization, mapping = candidate.synchronization, ruling.mapping
    rule, by_hand = ruling.rule, synchronization.id in matching
    if mapping is not None and rule not in ("inactive", "off") and not by_hand:
        if look.problem:
            fix = "A Jira administrator has to mend the condition."
            return Reason(synchronization, "jira", look.problem, fix, mapping)
        rule = "condition"
    if rule is None:
        words = "It is about to get a twin." if touched else "It gets a twin as soon as Twinline looks at it."
        return Reason(synchronization, "looking", words, mapping=mapping, by_hand=True)
    words, fix = words_of(rule, synchronization, candidate.terms.jql_of(mapping) if mapping else "")
    return Reason(synchronization, rule, words, fix, mapping, by_hand=by_hand)


def words_of(rule: Rule, synchronization: Synchronization, jql: str = "") -> tuple[str, str]:
    """Why an issue has no twin by this rule, and what mends it. ``jql``: the condition, where that is the rule."""
    if rule == "synchronization":
        return _STATUS[synchronization.status]
    words, fix = _RULES[rule]
    return f"{words} {jql}" if rule == "condition" else words, fix


_STATUS = {
    INVITATION_SENT: ("Your partner has not accepted the synchronization yet.", ""),
    INVITATION_RECEIVED: (
        "The synchronization has not been accepted yet.",
        "A Jira administrator can accept it under Settings > Apps > Twinline.",
    ),
    REJECTED: ("The synchronization was rejected.", ""),
    DELETED: ("The synchronization was deleted.", ""),
}
_RULES: dict[Rule, tuple[str, str]] = {
    "scope": (
        "Its project or issue type is not shown to the partner.",
        "A Jira administrator can change the scope of the synchronization.",
    ),
    "mapping": ("No mapping covers its project and issue type.", "A Jira administrator can add one."),
    "inactive": (
        "The mapping of its project and issue type is switched off.",
        "A Jira administrator can switch it on.",
    ),
    "off": ("Nothing leaves this side: this direction of the mapping is off.", ""),
    "manual": ("Issues of this mapping do not get a twin by themselves.", "Sync it by hand."),
    "ended": ("It had a twin, and that ended. It does not get another one by itself.", "Sync it by hand."),
    "copy": (
        "Twinline created it as a twin of another issue, and such issues do not get a further twin by themselves.",
        "Sync it by hand.",
    ),
    "start": ("It is older than the mapping's start.", "Sync it by hand."),
    "condition": ("It does not match the condition of its mapping:", "It gets a twin once it matches."),
}


def _twin(tx: Tx, link: TwinLink, touched: Touched | None) -> Reason:
    """Of a synchronization by which the issue has a twin."""
    synchronization = synchronization_store.get(tx, link.synchronization_id)
    assert synchronization is not None, "a link goes with its synchronization"
    ruling = admission.rule_on_twin(terms_of(tx, synchronization), link.mapping_id)

    cause, words, fix = _standing(tx, link, synchronization, ruling.rule, touched)
    return Reason(synchronization, cause, words, fix, ruling.mapping, link)


def _standing(
    tx: Tx, link: TwinLink, synchronization: Synchronization, rule: Rule | None, touched: Touched | None
) -> tuple[Cause, str, str]:
    delay = synchronization.retry_reason or link.reason
    waiting = queue.waiting(tx, link)
    said: tuple[Cause, str, str] = (
        "syncs",
        f"It is in step with {link.partner_issue.get('issue_key', 'its twin')}.",
        "",
    )
    if rule is not None:
        said = (rule, *((OFF, "") if rule == "off" else words_of(rule, synchronization)))
    elif link.state != twin_link.ACTIVE:
        said = (_STATES[link.state], link.reason, link.fix)
    elif link.partner_problem:
        said = ("partner", link.partner_problem, "It has to be mended at the partner's side.")
    elif delay:
        said = ("waiting", delay, "")
    elif waiting.outgoing or waiting.incoming or waiting.touched or touched:
        said = ("looking", "A change is on its way.", "")
    return said


OFF = "Nothing leaves this side: this direction of the mapping is off. What the partner changes still arrives."
_STATES: dict[str, Cause] = {
    twin_link.BLOCKED: "blocked",
    twin_link.OUT_OF_SCOPE: "scope",
    twin_link.OUTSIDE: "outside",
}
