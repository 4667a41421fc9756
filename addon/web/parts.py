"""Parts and twins in words: what stands in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from addon.model.entry import Entry
from addon.model.rules import IssueMapping, Side
from addon.store import twin_link
from addon.store.conflict import Found
from addon.store.queue import Waiting
from addon.store.synchronization import Synchronization
from addon.store.twin_link import TwinLink
from addon.sync.processors.registry import fields_of
from addon.web import words

_NAMES = {"comments": "Comment"}
_TONES = {"new": "gone", "indeterminate": "info", "done": "ok"}
"""Jira's status categories with the colours Jira gives them."""
_STILL = {
    twin_link.ENDED: "ended",
    twin_link.BLOCKED: "held",
    twin_link.OUT_OF_SCOPE: "out_of_scope",
    twin_link.OUTSIDE: "outside",
}
_VERBS = {"skipped": "not written", "conflict": "changed on both sides"}


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One line under *Last changes*."""

    direction: str
    title: str
    detail: str
    at: float
    held: bool


@dataclass(frozen=True, slots=True)
class HeldView:
    """A part that both sides changed at once, and that waits for a person: both values in words."""

    part: str
    name: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class TwinView:
    """One twin of an issue.

    ``state``: in_sync, waiting, pending, conflict, held, held_there, out_of_scope, outside, gone, ended.
    ``off``: the rules let nothing leave our side.
    """

    link: TwinLink
    synchronization: Synchronization
    state: str
    waiting: Waiting
    changes: tuple[ChangeView, ...]
    held: tuple[HeldView, ...] = ()
    off: bool = False

    @property
    def live(self) -> bool:
        return self.state not in ("ended", "gone")

    @property
    def busy(self) -> bool:
        return self.state in ("waiting", "pending")

    @property
    def id(self) -> int:
        return self.link.id

    @property
    def via(self) -> str:
        return self.synchronization.name

    @property
    def via_id(self) -> int:
        return self.synchronization.id

    @property
    def partner(self) -> str:
        return self.synchronization.partner_name or words.host(self.synchronization.partner_url)

    @property
    def key(self) -> str:
        return str(self.link.partner_issue.get("issue_key", ""))

    @property
    def url(self) -> str:
        """The twin's address, if it is one at the partner's own site: it came from them."""
        url = str(self.link.partner_issue.get("url", ""))
        return url if url.startswith(self.synchronization.partner_url.rstrip("/") + "/") else ""

    @property
    def their_status(self) -> str:
        return str(self.link.partner_issue.get("status", ""))

    @property
    def their_tone(self) -> str:
        return _TONES.get(str(self.link.partner_issue.get("status_category", "")), "gone")

    @property
    def synced_at(self) -> float | None:
        """When something last came or went."""
        return self.changes[0].at if self.changes else self.link.synced_at

    @property
    def pending_words(self) -> str:
        parts = []
        if self.waiting.outgoing:
            parts.append(f"{words.plural(self.waiting.outgoing, 'change')} to send")
        if self.waiting.incoming:
            parts.append(f"{words.plural(self.waiting.incoming, 'change')} to apply")
        return ", ".join(parts) or "Looking at this issue"

    @property
    def later_words(self) -> str:
        """What waits behind a held change."""
        count = self.waiting.incoming if self.state == "held" else self.waiting.outgoing
        later = count - 1
        if later <= 0:
            return ""
        return f"{words.plural(later, 'later change')} {'waits' if later == 1 else 'wait'} in order."

    @property
    def delay(self) -> str:
        """Why it waits longer than usual, or nothing."""
        row = self.synchronization
        if row.attempt_count and row.retry_reason:
            return row.retry_reason
        return self.link.reason if self.link.state == twin_link.ACTIVE and self.link.attempt_count else ""

    @property
    def next_try(self) -> float | None:
        moments = [at for at in (self.synchronization.retry_at, self.link.retry_at) if at]
        return max(moments) if moments and self.delay else None


def held(found: Sequence[Found], mapping: IssueMapping | None, side: Side) -> tuple[HeldView, ...]:
    """The held parts of a link, in words; those whose row is still in the rules."""
    shows = {row.id: processor.show for row, processor in fields_of(mapping, side)} if mapping else {}

    def shown(part: str, value: object) -> str:
        return (shows[part](value) if value is not None else "") or "(empty)"

    return tuple(
        HeldView(one.part, _name(one.part), shown(one.part, one.ours), shown(one.part, one.theirs))
        for one in found
        if one.part in shows
    )


def twin(
    link: TwinLink,
    synchronization: Synchronization,
    waiting: Waiting,
    entries: Sequence[Entry],
    held: tuple[HeldView, ...] = (),
    *,
    touched: bool,
    off: bool = False,
) -> TwinView:
    """What the panel says of one twin link. ``touched``: a webhook named the issue and nobody has looked yet."""
    waiting = replace(waiting, touched=waiting.touched or touched)
    state = _state(link, synchronization, waiting, conflicts=bool(held))
    return TwinView(link, synchronization, state, waiting, tuple(_change(entry) for entry in entries), held, off)


def _state(link: TwinLink, synchronization: Synchronization, waiting: Waiting, *, conflicts: bool) -> str:
    if synchronization.over:
        return "gone"
    if link.state != twin_link.ACTIVE:
        return _STILL[link.state]
    if link.partner_problem:
        return "held_there"
    if not link.partner_issue.get("issue_key"):
        return "waiting"
    if conflicts:
        return "conflict"
    return "pending" if waiting.outgoing or waiting.incoming or waiting.touched else "in_sync"


def _change(entry: Entry) -> ChangeView:
    name = _name(entry.part)
    held = entry.verb in _VERBS
    if held:
        title = f"{name} {_VERBS[entry.verb]}"
        return ChangeView(entry.direction, title, entry.note or entry.after, entry.at, held)
    if entry.before and entry.after and len(entry.before) + len(entry.after) < 40:
        return ChangeView(entry.direction, f"{name} {entry.before} → {entry.after}", entry.note, entry.at, held)
    if entry.note.startswith(name):
        # "Comment added" says it all.
        return ChangeView(entry.direction, entry.note, "", entry.at, held)
    detail = entry.note or (f"“{entry.after}”" if entry.after else "")
    gone = "" if entry.after or not entry.before else " cleared"
    return ChangeView(entry.direction, f"{name}{gone}", detail, entry.at, held)


def _name(part: str) -> str:
    first = part.partition("/")[0]
    return _NAMES.get(first) or first.replace("_", " ").capitalize()
