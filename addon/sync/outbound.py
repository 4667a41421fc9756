"""Outbound: change and rules → replica. Pure. What leaves is decided here, by the sender: direction, then form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from addon.model.change import Change
from addon.model.entry import Entry
from addon.model.matrix import COMMENTS
from addon.model.message import Replica
from addon.model.rules import IssueMapping, Side
from addon.model.veto import WORDS, Veto
from addon.sync.processors import comments, parent
from addon.sync.processors.registry import comments_of, fields_of

NO_TWINS: Mapping[str, str] = {}


def replica_of(
    change: Change, mapping: IssueMapping, side: Side, twins: Mapping[str, str] = NO_TWINS
) -> Replica | None:
    """What of a change travels, or None if nothing does. ``twins``: see ``processors.parent.told``."""
    parts: dict[str, Any] = {}
    if mapping.flow_from(side).mode == "off":
        return None
    for field, processor in fields_of(mapping, side):
        delta = change.deltas.get(field.id)
        if delta is None or not field.leaves(side) or (field.mode == "create_only" and not change.first):
            continue
        what = parent.told(field, side, processor.leaving(field, side, delta.before, delta.after), twins)
        # A renamed option is another value here, but the same element: nothing came and nothing went.
        if "add" not in what or what["add"] or what["remove"] or change.first:
            parts[field.id] = {**what, **({"at": delta.at} if field.conflict == "newer" else {})}
    row = comments_of(mapping)
    if row is not None and row.leaves(side):
        for part, delta in change.deltas.items():
            if part.startswith(comments.PREFIX):
                parts[part] = comments.change_of(delta.after)
    return Replica(parts, change.at) if parts else None


def whole(
    base: Mapping[str, Any],
    mapping: IssueMapping,
    side: Side,
    parts: Collection[str],
    now: float,
    twins: Mapping[str, str] = NO_TWINS,
) -> Replica | None:
    """These parts as they were settled here last, because a person chose our value of them."""
    sent = {
        row.id: parent.told(row, side, processor.leaving(row, side, None, base[row.id]), twins)
        for row, processor in fields_of(mapping, side)
        if row.id in parts and row.id in base and row.leaves(side) and mapping.flow_from(side).mode != "off"
    }
    return Replica(sent, now) if sent else None


def entries(change: Change, replica: Replica | None, mapping: IssueMapping, side: Side) -> list[Entry]:
    """History of what was sent."""
    sent = replica.parts if replica else {}
    found = []
    for field, processor in fields_of(mapping, side):
        delta = change.deltas.get(field.id)
        if delta is not None and field.id in sent:
            before = "" if delta.before is None else processor.show(delta.before)
            found.append(Entry("out", field.id, "sent", before, processor.show(delta.after)))
    for part, delta in change.deltas.items():
        if part in sent and part.startswith(comments.PREFIX):
            found.append(Entry("out", part, "sent", comments.show(delta.before), comments.show(delta.after)))
    return found


def held_back(change: Change, mapping: IssueMapping, veto: Veto, side: Side) -> list[Entry]:
    """History of what our veto kept here."""
    found = []
    for row in mapping.fields:
        if veto.keeps(row, side) and (row.mode == "keep" or change.first):
            prefix = comments.PREFIX if row.inviter_type == COMMENTS else None
            parts = [part for part in change.deltas if (part.startswith(prefix) if prefix else part == row.id)]
            found += [Entry("out", part, "skipped", note=WORDS) for part in parts]
    return found


def notes(done: Sequence[Entry], latency: float | None) -> list[Entry]:
    """History of what was written, skipped or decided here."""
    return [replace(entry, latency=latency) for entry in done]
