"""Checks: what people enter, and whether what they ask for can still be done. Pure."""

from __future__ import annotations

from addon.errors import Refused
from addon.model.veto import Veto
from addon.store.synchronization import (
    ACCEPTED,
    DELETED,
    INVITATION_RECEIVED,
    INVITATION_SENT,
    REJECTED,
    Synchronization,
)

MAX_NAME = 120
MAX_REASON = 1000
MAX_FIELDS = 1000


def duplicate(synchronizations: list[Synchronization], name: str, partner_url: str) -> None:
    """Refuse a name that a living synchronization with the same partner already has."""
    for other in synchronizations:
        if not other.over and other.partner_url == partner_url and other.name.casefold() == name.casefold():
            raise Refused(
                f"You already have a synchronization named {other.name} with {partner_url}. Choose another name.",
                status=409,
                field="name",
            )


def status(ours: Synchronization, wanted: str) -> None:
    """Refuse an act that the status no longer allows; says what it is instead."""
    if ours.status == wanted:
        return
    now_it_is = {
        ACCEPTED: "It has been accepted; delete it to end it.",
        INVITATION_SENT: "The invitation has not been answered; withdraw it to end it.",
        INVITATION_RECEIVED: "The invitation has not been answered; accept or reject it.",
        REJECTED: "The invitation has been rejected.",
        DELETED: ours.status_reason or "The synchronization has been deleted.",
    }
    raise Refused(f"This cannot be done any more. {now_it_is[ours.status]}", status=409)


def clean_name(name: str) -> str:
    """The name as it is stored."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Refused(f"Enter a name of 1 to {MAX_NAME} characters.", field="name")
    return name


def clean_veto(veto: Veto) -> Veto:
    """The veto as it is stored."""
    ids = veto.leave | veto.enter
    if len(ids) > MAX_FIELDS or not all(0 < len(id_) <= MAX_NAME and id_.isprintable() for id_ in ids):
        raise Refused(f"A veto names up to {MAX_FIELDS} fields by their ids; take some out.", status=422, field="veto")
    return veto


def clean_reason(reason: str) -> str:
    """The reason as it is stored and told; may be empty."""
    reason = reason.strip()
    if len(reason) > MAX_REASON or "\x00" in reason:
        raise Refused(f"Keep the reason below {MAX_REASON} characters.", field="reason")
    return reason
