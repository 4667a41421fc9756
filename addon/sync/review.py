"""Review: what the two ends tell each other of proposals, and which of the partner's rules may become live here.

A side that asks for *review* takes no rules of the partner's without a person's word, except such as only stop
something. The partner then publishes proposals. A proposal is part of its maker's state and the answer part of the
hearer's: each told whole, any number of times. Accepting makes it the next version by the common path, so what two
versions at once come to is decided where all versions are (``rulebook.supersedes``). It can be accepted only on the
version that it was made from: otherwise it would undo, unseen, what was published since.
"""

from __future__ import annotations

from typing import Any

from addon.model.rules import NO_RULES, Rules, hash_of, rules_from
from addon.model.state import Declined, ProposedRules, State
from addon.store import draft, proposal, rules
from addon.store import synchronization as store
from addon.store.db import Tx
from addon.store.draft import Draft
from addon.store.proposal import Proposal
from addon.store.rules import Version
from addon.store.synchronization import Synchronization
from addon.sync import rulebook

UNASKED = (
    "Your partner published version {version} of the rules without the review that you ask for, so it is not live "
    "here. Take it by switching the review off, or ask them to go back."
)


def told(tx: Tx, ours: Synchronization) -> dict[str, Any]:
    """What our state says of proposals: ours while it is open, and our no to the partner's."""
    mine = proposal.latest(tx, ours.id, ours.side)
    theirs = proposal.latest(tx, ours.id, ours.partner_side)
    said: dict[str, Any] = {}
    if mine is not None and mine.open:
        said["proposal"] = ProposedRules(
            mine.proposal_id, mine.document, mine.based_on, mine.based_hash, mine.proposed_by
        )
    if theirs is not None and theirs.state == "declined":
        said["declined"] = Declined(theirs.proposal_id, theirs.reason, theirs.answered_by)
    return said


def may_be_lost(ours: Synchronization, live: Rules) -> bool:
    """Whether what is live here may be a version of ours that the partner never took. The inviter's always stand."""
    return ours.side == "accepter" and not ours.told and ours.partner_rules_hash != live.hash


def admits(tx: Tx, ours: Synchronization, live: Rules, theirs: Rules) -> bool:
    """Whether the partner's version may become live here without being asked about.

    It may where it only stops something, or is what we proposed, as far as the partner could know when they published.
    """
    if not ours.review_told:
        return True
    known = [live]
    if may_be_lost(ours, live):
        before = rules.document(tx, ours.id, live.version - 1)
        known.append(rules_from(live.version - 1, before) if before is not None else NO_RULES)
    hashes = {one.hash for one in known}
    known += [
        rules_from(one.based_on, one.document)
        for one in proposal.all_of(tx, ours.id, ours.side)
        if one.based_hash in hashes
    ]
    return any(rulebook.only_stops(one, theirs) for one in known)


def hear(tx: Tx, ours: Synchronization, said: State, now: float) -> None:
    """Take in what the partner says of their rules, of their proposal and of ours. Repeating it changes nothing."""
    theirs = said.rules
    store.change(
        tx,
        ours.id,
        partner_review=said.review,
        partner_rules_version=theirs.version if theirs else 0,
        partner_rules_hash=hash_of(theirs.document) if theirs else "",
    )
    _hear_proposal(tx, ours, said.proposal, now)
    if said.declined is not None and _is_ours(tx, ours, said.declined.proposal_id):
        declined = said.declined
        proposal.answer(tx, ours.id, declined.proposal_id, "declined", by=declined.declined_by, reason=declined.reason)
    live = rules.latest_version(tx, ours.id)
    if live is not None and live.proposal_id and _is_ours(tx, ours, live.proposal_id):
        proposal.answer(tx, ours.id, live.proposal_id, "accepted", by=live.published_by)
    edited = draft.of(tx, ours.id)
    if live is not None and edited is not None and hash_of(edited.document) == live.hash:
        draft.drop(tx, ours.id, edited.revision)


def _hear_proposal(tx: Tx, ours: Synchronization, said: ProposedRules | None, now: float) -> None:
    known = proposal.by_id(tx, ours.id, said.proposal_id) if said else None
    if said is None or known is not None:
        if known is None or not known.open:
            proposal.withdraw(tx, ours.id, ours.partner_side)
        return
    heard = Proposal(
        said.proposal_id,
        ours.partner_side,
        said.document,
        hash_of(said.document),
        said.based_on,
        said.based_hash,
        said.proposed_by,
        now,
    )
    proposal.add(tx, ours, heard)


def _is_ours(tx: Tx, ours: Synchronization, proposal_id: str) -> bool:
    known = proposal.by_id(tx, ours.id, proposal_id)
    return known is not None and known.side == ours.side


def keep_lost(tx: Tx, ours: Synchronization, lost: Version, now: float) -> None:
    """Our version gives way to one published at the same time: what it said becomes a draft, unless there is one."""
    if lost.proposal_id or draft.of(tx, ours.id) is not None:
        return
    before = rules.document(tx, ours.id, lost.version - 1)
    based_hash = hash_of(before) if before is not None else ""
    kept = Draft(lost.document, lost.version - 1, based_hash, "", lost.published_by, now, int(now * 1000))
    draft.add(tx, ours, kept)
