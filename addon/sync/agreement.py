"""Agreement: what the two ends' states mean together. Pure: decides, stores nothing.

An invitation is sent, and then accepted, rejected or withdrawn; what was accepted can be deleted. *Rejected* and
*Deleted* are final at both ends, whichever side came first, so that the two always come to rest at the same answer.
Whether an acceptance is in time is decided by the inviter alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from addon.model.rules import Rules
from addon.model.state import State
from addon.store.synchronization import (
    ACCEPTED,
    DELETED,
    INVITATION_RECEIVED,
    INVITATION_SENT,
    REJECTED,
    Synchronization,
)

MAX_VERSION = 2**53
WITHDRAWN = "The invitation was withdrawn."
_WORDS = {
    INVITATION_SENT: "Invitation sent",
    INVITATION_RECEIVED: "Invitation received",
    REJECTED: "Rejected",
    DELETED: "Deleted",
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a told state changes here. ``refused``: why what it asks for cannot be, as a sentence for their person."""

    columns: dict[str, Any] = field(default_factory=dict)
    refused: str = ""


def status_word(synchronization: Synchronization, rules: Rules) -> str:
    """One of the six words of the list. *Active* has at least one active mapping, *Not configured* has none yet."""
    if synchronization.accepted:
        return "Active" if any(mapping.active for mapping in rules.mappings) else "Not configured"
    return _WORDS[synchronization.status]


def note(synchronization: Synchronization, now: float) -> str:
    """What a person should know beside the status, as a sentence; empty when there is nothing."""
    if synchronization.expired(now):
        assert synchronization.expires_at is not None
        day = time.strftime("%Y-%m-%d", time.gmtime(synchronization.expires_at))
        sent = synchronization.status == INVITATION_SENT
        return f"The invitation expired on {day}. " + ("Resend it." if sent else "Ask your partner to send it again.")
    if not synchronization.told and synchronization.retry_reason:
        return f"Your partner has not been told yet and will be as soon as possible: {synchronization.retry_reason}"
    if synchronization.over and synchronization.status_by == "partner":
        who = synchronization.status_person or "your partner"
        reason = f" Reason: {synchronization.status_reason}" if synchronization.status_reason else ""
        return f"{_WORDS[synchronization.status]} by {who} at {synchronization.partner_url}.{reason}"
    return synchronization.status_reason


def settle(ours: Synchronization, told: State, now: float) -> Settlement:
    """What this state of the partner's changes in our row. Anything older than what we know of them changes nothing."""
    if told.state_version < ours.partner_state_version:
        return Settlement(refused=_refusal(ours, told, now))
    columns: dict[str, Any] = {
        "partner_state_version": told.state_version,
        "partner_url": told.site_url,
        "partner_name": told.site_name,
    }
    if ours.side == "inviter" and not ours.partner_key_id:
        columns |= {"partner_key_id": told.key_id, "partner_public_key": told.public_key}
    if ours.status == INVITATION_RECEIVED and told.side == "inviter":
        columns |= {"name": told.name, "expires_at": told.expires_at}
    refused = _refusal(ours, told, now)
    if not refused:
        columns |= _transition(ours, told, now)
    return Settlement(columns, refused)


def _refusal(ours: Synchronization, told: State, now: float) -> str:
    if told.status != ACCEPTED or told.side != "accepter":
        return ""
    if ours.status == DELETED:
        return ours.status_reason or "The inviter has deleted this synchronization."
    if ours.status == REJECTED:
        return "This invitation has been rejected; ask your partner for a new one."
    if ours.expired(now):
        return "This invitation has expired; ask your partner to send it again."
    return ""


def _transition(ours: Synchronization, told: State, now: float) -> dict[str, Any]:
    over = {
        "status": told.status,
        "status_by": "partner",
        "status_person": told.person,
        "status_reason": told.reason,
        "updated_at": now,
    }
    if ours.over:
        return {}
    if told.status == DELETED or (told.status == REJECTED and told.side == "accepter"):
        return over
    if told.status != ACCEPTED or ours.accepted:
        return {}
    if told.side == "accepter":
        # Our state has changed by it: telling it makes good for an answer that was lost on its way to the accepter.
        return {**over, "accepted_at": now, "state_version": ours.next_version(now)}
    if ours.accepted_at is not None:
        # Our person had accepted, and only the inviter's answer was lost. Without that, their word opens nothing.
        return {"status": ACCEPTED, "status_by": "us", "updated_at": now}
    return {}
