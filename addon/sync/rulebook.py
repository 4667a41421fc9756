"""Rulebook: whether a document of rules can be used, wherever it comes from. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from addon.errors import Refused
from addon.model.reading import Unreadable
from addon.model.rules import FORMAT, RESERVED, IssueMapping, Rules, Side, rules_from
from addon.sync import row_check

MAX_MAPPINGS = 2_000
_ID = re.compile(r"[\w.-]{1,36}\Z", re.ASCII)
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
        if not _ID.match(mapping.id) or not all(_ID.match(field.id) and field.id not in RESERVED for field in mapping.fields):
            raise Refused(
                "The ids of mappings and field mappings are 1 to 36 letters, digits, dots, dashes or underscores, "
                "and “twin” and “held” are taken; give them others.",
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


def newly_active(before: Rules, after: Rules) -> tuple[str, ...]:
    """Ids of the mappings that a new version switches on."""
    on = {mapping.id for mapping in before.mappings if mapping.active}
    return tuple(mapping.id for mapping in after.mappings if mapping.active and mapping.id not in on)


def supersedes(told: Rules, ours: Rules, our_side: Side) -> bool:
    """Whether the partner's live rules take the place of ours.

    The later version wins. Where both published the same version without knowing of each other, the inviter's stands.
    A side publishes only on top of what both know (``Handshake.publish``), so nothing older can carry a higher number.
    """
    return told.version > ours.version or (
        told.version == ours.version and told.hash != ours.hash and our_side == "accepter"
    )
