"""Inbox: the partner's messages, stored in order before they are answered for.

A message is taken if its sequence is the expected one, skipped if it is older (a receipt was lost), and refused with
the number expected if one is missing: the sender rewinds. A message that can only be because one end came back from a
backup begins a new epoch instead (``sync.epoch``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from addon import crash
from addon.model.message import Message
from addon.store import queue, twin_link
from addon.store.db import Tx
from addon.store.synchronization import Synchronization
from addon.store.twin_link import TwinLink
from addon.sync import epoch


@dataclass(frozen=True, slots=True)
class Accepted:
    """``up_to``: by link key, the last sequence stored here. ``link_ids``: our links that have something new.

    ``epoch``: the one we count in by now.
    """

    up_to: dict[str, int]
    link_ids: tuple[int, ...]
    epoch: int


def accept(tx: Tx, synchronization: Synchronization, messages: Sequence[Message], now: float) -> Accepted:
    """Store a batch that came for this synchronization (verified to be from its partner) within one transaction.

    A link that is not known yet is opened: the partner's first message asks for a twin. Whether there will be one is
    decided when the message is applied, by our rules and scope.
    """
    number = max(message.epoch for message in messages)
    if number > synchronization.epoch:
        synchronization = epoch.begin(tx, synchronization.id, number, now) or synchronization
    up_to: dict[str, int] = {}
    changed: list[int] = []
    for link_key in dict.fromkeys(message.link_key for message in messages):
        ours = [one for one in messages if one.link_key == link_key and one.epoch == synchronization.epoch]
        link = twin_link.by_key(tx, synchronization.id, link_key)
        up_to[link_key] = link.expected_sequence - 1 if link else 0
        if not ours:
            continue
        twin = None if link else _twin_of(tx, synchronization, ours[0])
        if any(epoch.proves_restore(tx, link, message) for message in ours) or epoch.is_known_otherwise(twin):
            return _begin_anew(tx, synchronization, messages, now)
        if link is None:
            if min(message.sequence for message in ours) != 1 or twin is not None:
                continue
            link = twin_link.create(
                tx,
                tenant_id=synchronization.tenant_id,
                synchronization_id=synchronization.id,
                mapping_id=ours[0].mapping_id,
                link_key=link_key,
                now=now,
                # Known before it is applied: a partner that comes back from a backup asks for it by another key.
                partner_issue_id=ours[0].twin.issue_id,
            )
        expected = link.expected_sequence
        if _is_ack_at_once(link, ours):
            twin_link.forget_settled(tx, link.id, ours[0].seen)
            settled = {**settled_by(link, ours[0]), "received_made_at": ours[0].made_at}
            twin_link.change(tx, link.id, expected_sequence=expected + 1, **settled)
            up_to[link_key] = expected
            continue
        last = ours[0]
        for message in sorted(ours, key=lambda message: message.sequence):
            if message.sequence != expected:
                continue
            if link.state != twin_link.ENDED:
                queue.store_received(tx, link, message, now)
            expected, last = expected + 1, message
        if expected != link.expected_sequence:
            # What it waits for may be put right by what has come.
            soon = {"retry_at": None} if link.waits_for else {}
            told = {"received_made_at": last.made_at}
            twin_link.change(tx, link.id, expected_sequence=expected, **told, **soon)
            changed.append(link.id)
        up_to[link_key] = expected - 1
    crash.point("inbox.before_commit")
    return Accepted(up_to, tuple(changed), synchronization.epoch)


def _twin_of(tx: Tx, synchronization: Synchronization, first: Message) -> TwinLink | None:
    """Our link for the issue that a message with an unknown key speaks of: the partner has forgotten the key."""
    if not first.twin.issue_id:
        return None
    return twin_link.with_partner_issue(tx, synchronization.id, first.twin.issue_id)


def _begin_anew(tx: Tx, synchronization: Synchronization, messages: Sequence[Message], now: float) -> Accepted:
    """One end came back from a backup: nothing of this batch is kept, all is told again in the next epoch."""
    number = synchronization.epoch + 1
    epoch.begin(tx, synchronization.id, number, now)
    return Accepted({message.link_key: 0 for message in messages}, (), number)


def settled_by(link: TwinLink, last: Message) -> dict[str, Any]:
    """The link's columns once all messages up to this one are dealt with."""
    return {
        "applied_sequence": last.sequence,
        "partner_seen": max(link.partner_seen, last.seen),
        # What they have applied they have stored, though the receipt for it may have been lost.
        "delivered_sequence": max(link.delivered_sequence, last.seen),
        "partner_issue": last.twin.to_json() if last.twin.issue_id else dict(link.partner_issue),
        "partner_issue_id": last.twin.issue_id or link.partner_issue_id,
        "partner_problem": last.problem,
    }


def _is_ack_at_once(link: TwinLink, messages: Sequence[Message]) -> bool:
    """Whether this is a mere ack and nothing waits before it: then there is nothing to plan, and no worker to wake."""
    first, *more = messages
    return (
        not more
        and link.state != twin_link.ENDED
        and first.sequence == link.expected_sequence == link.applied_sequence + 1
        and first.replica is None
        and first.mapping_id == link.mapping_id
        and not first.wants
        and not first.ended
    )
