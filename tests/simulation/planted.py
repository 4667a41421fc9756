"""Bugs planted on purpose, each a mistake that the engine's rules exist to prevent: a test of the tests.

Where two layers guard the same promise, both are taken away: one alone would hide behind the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from addon.model.message import Message
from addon.store import queue, twin_item, twin_link
from addon.sync import inbound, inbox
from addon.sync.apply import Application
from addon.sync.engine import Engine
from addon.sync.line import Line
from addon.sync.recovery import Recovery

Patch = pytest.MonkeyPatch


def seen_ignored(patch: Patch) -> None:
    """What the partner had not seen is not asked: the last to arrive wins, on each side another one."""
    patch.setattr("addon.sync.inbound.unseen", lambda _messages: {})


def base_as_intended(patch: Patch) -> None:
    """The base takes the value that was meant, not the one read back: where a site rewrites text, an echo is news."""
    honest = Application.settled

    def settled(self: Application, before: Any, snapshot: Any, mapping: Any, plan: Any) -> dict[str, Any]:
        meant = {part: change["value"] for part, change in plan.changes.items() if "value" in change}
        return {**honest(self, before, snapshot, mapping, plan), **meant}

    patch.setattr(Application, "settled", settled)


def no_intent(patch: Patch) -> None:
    """Nothing tells afterwards that a write was under way: our own is taken for a person's, or done again."""
    patch.setattr("addon.store.queue.intend", lambda *_: None)


def winner_is_ours(patch: Patch) -> None:
    """Each side lets itself win."""
    patch.setattr(inbound, "_stands", lambda *_: "ours")


def no_lease(patch: Patch) -> None:
    """A worker that slept too long writes on: neither the fence before a write nor the owner at a lock is checked."""
    patch.setattr(Application, "fence", lambda _self: None)

    def lock(self: Line, tx: Any) -> Any:
        self.link = twin_link.lock(tx, self.link.id)
        return self.link

    patch.setattr(Line, "lock", lock)


def acks_are_answered(patch: Patch) -> None:
    """An empty message is confirmed with an empty message: two sides thank each other for ever."""
    honest = Engine._settle

    def settle(self: Engine, at: Line, rows: Any, application: Any) -> None:
        honest(self, at, rows, application)
        if application is None and all(row.message.replica is None for row in rows):
            with self.db.begin() as tx:
                link = at.lock(tx)
                queue.append(tx, link, at.message(link.base), self.clock())

    patch.setattr(Engine, "_settle", settle)


def sequence_unchecked(patch: Patch) -> None:
    """Whatever comes is stored as the next message: a lost receipt makes the same one come twice."""
    honest = inbox.accept

    def accept(tx: Any, synchronization: Any, messages: list[Message], now: float) -> Any:
        link = twin_link.by_key(tx, synchronization.id, messages[0].link_key)
        first = link.expected_sequence if link else 1
        renumbered = [replace(message, sequence=first + i) for i, message in enumerate(messages)]
        accepted = honest(tx, synchronization, renumbered, now)
        return replace(accepted, up_to={messages[0].link_key: messages[-1].sequence})

    patch.setattr("addon.sync.inbox.accept", accept)


def provenance_dropped(patch: Patch) -> None:
    """Which comments we wrote is forgotten, in the rows and on the comments: our copies travel back."""
    patch.setattr(twin_item, "our_ids", lambda *_: set())
    patch.setattr("addon.sync.processors.comments.read", _read_all)


def _read_all(comments: Any, side: str, created_here: Any) -> dict[str, Any]:
    return {
        f"comments/{side}/{one.id}": {
            "author": {"id": one.author_id, "name": one.author, "email": one.author_email},
            "body": dict(one.body),
            "created_at": one.created_at,
        }
        for one in comments
    }


def create_at_once(patch: Patch) -> None:
    """A create that may have happened is not looked for: it is done again."""
    patch.setattr(Recovery, "parked", lambda _self: None)


def conflicts_untold(patch: Patch) -> None:
    """Of two edits made at once the one that does not stand is gone without a word."""
    patch.setattr("addon.store.conflict.write", lambda *_: None)


@dataclass(frozen=True, slots=True)
class Bug:
    """``plant`` breaks the engine; ``invariants``: those that are broken by it, as "R4 R5"."""

    plant: Callable[[Patch], None]
    invariants: str

    def breaks(self, invariant: str) -> bool:
        return invariant in self.invariants.split()


BUGS: dict[str, Bug] = {
    plant.__name__: Bug(plant, invariants)
    for plant, invariants in (
        (seen_ignored, "R4 R5"),
        (base_as_intended, "R6"),
        (no_intent, "R2 R10"),
        (winner_is_ours, "R4"),
        (conflicts_untold, "R5"),
        (no_lease, "R2 R11"),
        (acks_are_answered, "R6"),
        (sequence_unchecked, "R3"),
        (provenance_dropped, "R2"),
        (create_at_once, "R2"),
    )
}
