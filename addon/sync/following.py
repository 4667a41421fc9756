"""Following: an issue that changes its type or project goes on under the mapping that covers what it is now. Pure.

The side where it changed says so by the mapping its next message names; the other makes its issue into that mapping's
pair. Parts are named by field mappings, so what was settled under the former mapping is kept for the field mappings
that both have; whatever else the issue says is told like a new twin's, and nothing is cleared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from addon.model.matrix import COMMENTS
from addon.model.message import Message
from addon.model.rules import FieldMapping, IssueMapping, Rules, Side
from addon.model.snapshot import Snapshot
from addon.sync.line import HELD
from addon.sync.processors import comments

FORMER = "former"
"""The part of the base that tells which mapping was left here last, and by which message the partner was told."""


def covers(mapping: IssueMapping, side: Side, snapshot: Snapshot) -> bool:
    """Whether an issue of this side is of the mapping's pair."""
    end = mapping.end_of(side)
    return (end.project_id, end.issue_type_id) == (snapshot.project_id, snapshot.issue_type_id)


def covering(rules: Rules, side: Side, snapshot: Snapshot) -> IssueMapping | None:
    """The active mapping for an issue as it is now. No two of them share a pair."""
    return next((one for one in rules.mappings if one.active and covers(one, side, snapshot)), None)


def carried(base: Mapping[str, Any], before: IssueMapping | None, after: IssueMapping, told: int) -> dict[str, Any]:
    """The base under another mapping. ``told``: the sequence of our message that says so, 0 if the partner said it."""
    names = _names(before, after)
    kept = _renamed(base, names)
    if HELD in base:
        kept[HELD] = [parts for parts in (_renamed(held, names) for held in base[HELD]) if parts]
    return {**kept, FORMER: {"mapping": before.id if before else "", "told": told}}


def translated(message: Message, rules: Rules, mapping_id: str) -> Message:
    """A message said under another mapping, in the terms of this one; what this one does not know is left out."""
    before, after = rules.mapping(message.mapping_id), rules.mapping(mapping_id)
    if message.replica is None or before is None or after is None or before.id == after.id:
        return message
    parts = _renamed(message.replica.parts, _names(before, after))
    return replace(message, replica=replace(message.replica, parts=parts))


def run_of(
    mapping_id: str, base: Mapping[str, Any], side: Side, messages: Sequence[Message]
) -> tuple[Sequence[Message], str]:
    """The messages to be applied in one go, and the mapping that they ask our issue to be under.

    A message made before the partner knew that our issue had changed is no wish to change it back. Where both sides
    changed theirs at the same time, the inviter's stands.
    """
    former = base.get(FORMER) or {"mapping": "", "told": 0}
    wanted = mapping_id
    for index, message in enumerate(messages):
        knows = message.seen >= former["told"]
        asks = knows or (message.mapping_id != former["mapping"] and side == "accepter")
        if message.mapping_id == wanted or not asks:
            continue
        if index:
            return messages[:index], wanted
        wanted = message.mapping_id
    return messages, wanted


def _renamed(parts: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        names.get(part, part): what for part, what in parts.items() if part in names or part.startswith(comments.PREFIX)
    }


def _names(before: IssueMapping | None, after: IssueMapping) -> dict[str, str]:
    """By the name of a part under one mapping, its name under the other: those that mean the same two fields."""
    known = {_fields(row): row.id for row in before.fields if row.inviter_type != COMMENTS} if before else {}
    return {known[_fields(row)]: row.id for row in after.fields if _fields(row) in known}


def _fields(row: FieldMapping) -> tuple[str, ...]:
    return (row.inviter_type, row.accepter_type, row.inviter_field, row.accepter_field)
