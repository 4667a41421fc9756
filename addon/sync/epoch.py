"""Epochs: how two ends begin afresh when one of them came back from a backup.

A database that was restored has forgotten messages it sent and messages it stored. It would number new messages as it
numbered the forgotten ones, and they would be taken for repeats. So sequences count within an epoch, and no triple of
synchronization, epoch and sequence ever means two things. Whoever sees proof of a restore, at whichever end, begins
the next epoch; the other follows as soon as it hears of it. Nobody has to say that a backup was put back.

In a new epoch nothing is taken for settled: every link forgets its messages and its base, reads its issue and tells all
of it. What differs was changed on both sides at once as far as anybody can know, so the rows' policies decide and the
conflict log keeps the rest (ADR 8).
"""

from __future__ import annotations

from typing import NoReturn

from addon import log
from addon.errors import Retryable
from addon.model.message import Message
from addon.store import queue, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store.db import Database, Tx
from addon.store.synchronization import Synchronization
from addon.store.twin_link import TwinLink
from addon.sync.line import LostLease

WATCH_SECONDS = 24 * 3600.0
"""For so long after an epoch has begun, an issue is looked for before it is created: it may be there from before."""
PAUSE_SECONDS = 300.0
"""Between two epochs: each costs two reads per twin, and a partner could ask for one after another."""
ENDED = "is no longer its twin"


def begin(tx: Tx, synchronization_id: int, number: int, now: float) -> Synchronization | None:
    """Begin an epoch at our end, unless it has begun already. Whoever works on a link loses it by that.

    Answers the synchronization as it is then.

    Raises:
        Retryable: the last one has only just begun.
    """
    ours = synchronization_store.lock(tx, synchronization_id)
    if ours is None or ours.epoch >= number:
        return ours
    wait = (ours.epoch_at or -PAUSE_SECONDS) + PAUSE_SECONDS - now
    if wait > 0:
        raise Retryable(
            "All was told anew only minutes ago; it can be told once more later.", after=wait, party="partner"
        )
    return _renew(tx, ours, number, now)


def _renew(tx: Tx, ours: Synchronization, number: int, now: float) -> Synchronization:
    # The partner is told, though none of our links had anything to say.
    told = {"state_version": ours.next_version(now)}
    ours = synchronization_store.change(tx, ours.id, epoch=number, epoch_at=now, **told)
    rules = rules_store.live(tx, ours.id)
    for link in twin_link.renew(tx, ours.id, now):
        # The partner may have forgotten that it is over.
        said = Message(link.link_key, 1, 0, link.mapping_id, rules.version, rules.hash, ended=ENDED, epoch=number)
        queue.append(tx, link, said, now)
        twin_link.change(tx, link.id, next_sequence=2)
    log.warning("epoch_begun", synchronization=ours.id, epoch=number)
    return ours


def begin_all(tx: Tx, now: float) -> None:
    """Begin an epoch of every synchronization at once: this database came back from a backup."""
    for ours in synchronization_store.accepted(tx):
        _renew(tx, ours, ours.epoch + 1, now)


def begin_ours(db: Database, ours: Synchronization, now: float) -> NoReturn:
    """Something in our Jira can only be if this database came back from a backup: begin an epoch.

    Raises:
        LostLease: always; the link that was being worked on has begun afresh as well.
        Retryable: the last epoch has only just begun.
    """
    with db.begin() as tx:
        begin(tx, ours.id, ours.epoch + 1, now)
    raise LostLease


def proves_restore(tx: Tx, link: TwinLink | None, message: Message) -> bool:
    """Whether a message that came for this link can only be if one of both ends has forgotten something."""
    if link is None:
        return message.seen > 0
    if message.seen >= link.next_sequence:
        return True  # they have applied what we do not know to have sent
    if message.sequence >= link.expected_sequence:
        if message.seen < link.partner_seen:
            return True  # they have forgotten what they had applied
        # They have applied what we have no receipt for: is it what we know by this number?
        known = queue.made_at(tx, link.id, message.seen) if message.seen > link.delivered_sequence else None
        return known is not None and message.seen_made_at not in (0.0, known)
    last = message.sequence == link.expected_sequence - 1
    # They number anew what they have forgotten.
    return last and link.received_made_at not in (0.0, message.made_at)


def is_known_otherwise(twin: TwinLink | None) -> bool:
    """Whether an issue that a message with an unknown key speaks of is the twin of one of ours by another key."""
    return twin is not None and (twin.expected_sequence > 1 or twin.partner_seen > 0)


def is_recent(synchronization: Synchronization, now: float) -> bool:
    """Whether what was there before this epoch may still come to light."""
    return synchronization.epoch_at is not None and now - synchronization.epoch_at < WATCH_SECONDS
