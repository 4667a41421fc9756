"""Rulebook: whether a document of rules can be used, wherever it comes from. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from addon.errors import Refused
from addon.model.reading import Unreadable
from addon.model.rules import FORMAT, RESERVED, IssueMapping, Rules, Side, rules_from
from addon.sync import row_check

MAX_MAPPINGS = 2_000
_ID = re.compile(r"[\w.-]{1,64}\Z", re.ASCII)
MAX_ID = 36
"""Of a mapping, as it is told with every message."""
MAX_BYTES = 900_000
"""A state holds a document twice at most (live and proposed), and has to pass the partner's door (2 MiB)."""


def check_shape(document: Mapping[str, Any]) -> tuple[IssueMapping, ...]:
    """Refuse what is no document of rules at all. It may still be incomplete or contradict itself.

    Raises:
        Refused: with what is wrong and what to do.
    """
    if document.get("format") != FORMAT:
        raise Refused(
            "These rules are in a format that this Twinline does not know; it needs to be updated.", status=422
        )
    try:
        mappings = rules_from(0, document).mappings
    except Unreadable as error:
        raise Refused(f"These rules cannot be read: {error}.", status=422) from error
    if len(mappings) > MAX_MAPPINGS or len(json.dumps(document)) > MAX_BYTES:
        raise Refused(
            f"A synchronization can hold {MAX_MAPPINGS} mappings and {MAX_BYTES // 1000} kB of rules; "
            "make a second one for the rest.",
            status=422,
        )
    if len({mapping.id for mapping in mappings}) != len(mappings):
        raise Refused("Two mappings have the same id; remove one of them.", status=422)
    for mapping in mappings:
        if len({field.id for field in mapping.fields}) != len(mapping.fields):
            raise Refused("A mapping has two field mappings with the same id; remove one of them.", status=422)
        names = [field.id for field in mapping.fields]
        if len(mapping.id) > MAX_ID or not all(map(_ID.match, (mapping.id, *names))) or {*names} & {*RESERVED}:
            raise Refused(
                f"The ids of mappings (up to {MAX_ID} characters) and of field mappings (up to 64) are letters, "
                f"digits, dots, dashes or underscores, and “twin” and “held” are taken; give them others.",
                status=422,
            )
    return mappings


def check(document: Mapping[str, Any]) -> None:
    """Refuse a document that this version cannot read or that contradicts itself.

    Raises:
        Refused: with what is wrong and what to do.
    """
    mappings = check_shape(document)
    for side in ("inviter", "accepter"):
        _check_side(mappings, side)
    for mapping in mappings:
        for field in mapping.fields:
            row_check.check(field)


def _check_side(mappings: tuple[IssueMapping, ...], side: Literal["inviter", "accepter"]) -> None:
    taken: set[tuple[str, str]] = set()
    for mapping in mappings:
        end = mapping.end_of(side)
        pair = (end.project_id, end.issue_type_id)
        if mapping.active and pair in taken:
            raise Refused(
                f"{end.issue_type_name} of {end.project_key} stands in two active mappings; switch one of them off.",
                status=422,
            )
        if mapping.active:
            taken.add(pair)


def widened(before: Rules, after: Rules, side: Side) -> tuple[str, ...]:
    """Ids of the mappings by which a new version may let issues out of this side that the one before kept in.

    Switched on, made automatic, of another pair, or under another condition: whether that lets out more nobody can
    tell but by counting.
    """

    def lets_out(mapping: IssueMapping) -> tuple[str, str, str] | None:
        flow, end = mapping.flow_from(side), mapping.end_of(side)
        if not mapping.active or flow.mode != "automatic":
            return None
        return end.project_id, end.issue_type_id, flow.jql.strip()

    known = {mapping.id: lets_out(mapping) for mapping in before.mappings}
    return tuple(m.id for m in after.mappings if lets_out(m) not in (None, known.get(m.id)))


_LESS: Mapping[str, int] = {"automatic": 2, "manual": 1, "off": 0}


def only_stops(before: Rules, after: Rules) -> bool:
    """Whether a new version only takes away: mappings, rows, directions, flows. Nobody has to be asked for that."""
    olds = {mapping.id: mapping for mapping in before.mappings}
    kept = [mapping.id for mapping in after.mappings]
    return (
        before.users == after.users
        and kept == [mapping.id for mapping in before.mappings if mapping.id in set(kept)]
        and all(_stops(olds[mapping.id], mapping) for mapping in after.mappings)
    )


def _stops(old: IssueMapping, new: IssueMapping) -> bool:
    rows = {row.id: row for row in old.fields}
    kept = [row.id for row in new.fields]
    if kept != [row.id for row in old.fields if row.id in set(kept)] or (new.active and not old.active):
        return False
    for row in new.fields:
        way = row.direction if rows[row.id].direction == "both" else rows[row.id].direction
        if row != replace(rows[row.id], direction=way):
            return False
    flows = {}
    for name in ("to_accepter", "to_inviter"):
        was, flow = getattr(old, name), getattr(new, name)
        if _LESS[flow.mode] > _LESS[was.mode]:
            return False
        flows[name] = replace(was, mode=flow.mode)
    return new == replace(old, active=new.active, fields=new.fields, **flows)


def supersedes(told: Rules, ours: Rules, our_side: Side) -> bool:
    """Whether the partner's live rules take the place of ours.

    The later version wins. Where both published the same version without knowing of each other, the inviter's stands.
    A side publishes only on top of what both know (``Handshake.publish``), so nothing older can carry a higher number.
    """
    return told.version > ours.version or (
        told.version == ours.version and told.hash != ours.hash and our_side == "accepter"
    )
