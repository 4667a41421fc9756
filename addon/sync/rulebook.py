"""Rulebook: whether a document of rules can be used, wherever it comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from addon.errors import Refused
from addon.model.reading import Unreadable
from addon.model.rules import FORMAT, IssueMapping, Rules, Side, rules_from
from addon.sync import row_check

MAX_MAPPINGS = 2_000


def check(document: Mapping[str, Any]) -> None:
    """Refuse a document that this version cannot read or that contradicts itself.

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
    if len(mappings) > MAX_MAPPINGS:
        raise Refused(
            f"A synchronization can hold {MAX_MAPPINGS} mappings; make a second one for the rest.", status=422
        )
    if len({mapping.id for mapping in mappings}) != len(mappings):
        raise Refused("Two mappings have the same id; remove one of them.", status=422)
    for side in ("inviter", "accepter"):
        _check_side(mappings, side)
    for mapping in mappings:
        if len({field.id for field in mapping.fields}) != len(mapping.fields):
            raise Refused("A mapping has two field mappings with the same id; remove one of them.", status=422)
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
