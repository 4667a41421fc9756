"""Editing: what an administrator does to a document of rules, each as a change of frozen values. Pure.

A draft may be incomplete, so what a change leaves behind need not work yet (that is for ``sync.row_check`` to say
before it is published); what can never be meant is refused here, in words. Directions are named as the editor's own
side sees them: ``out``, ``in``, ``both``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from addon.errors import Refused
from addon.model import matrix
from addon.model.rules import (
    Direction,
    FieldMapping,
    FlowMode,
    IssueMapping,
    Rules,
    Side,
    other,
)

Way = Literal["out", "in", "both"]
WAYS: tuple[Way, ...] = ("out", "in", "both")
MAX_ROWS = 300


def direction(side: Side, way: Way) -> Direction:
    """What the document calls a way that this side sees."""
    if way == "both":
        return "both"
    return _towards(other(side) if way == "out" else side)


def way(side: Side, said: Direction) -> Way:
    """What this side sees of a direction."""
    if said == "both":
        return "both"
    return "in" if said == _towards(side) else "out"


def _towards(side: Side) -> Direction:
    return "to_inviter" if side == "inviter" else "to_accepter"


# -- mappings ------------------------------------------------------------------------------------------------------


def mapping_of(rules: Rules, mapping_id: str) -> IssueMapping:
    """The mapping with this id.

    Raises:
        Refused: 404, there is none.
    """
    found = rules.mapping(mapping_id)
    if found is None:
        raise Refused("This mapping has been removed meanwhile. Open the page again.", status=404)
    return found


def add_mapping(rules: Rules, mapping: IssueMapping) -> Rules:
    """One mapping more, as the last."""
    return replace(rules, mappings=(*rules.mappings, mapping))


def remove_mapping(rules: Rules, mapping_id: str) -> Rules:
    """The rules without this mapping. Raises as ``mapping_of``."""
    mapping_of(rules, mapping_id)
    return replace(rules, mappings=tuple(one for one in rules.mappings if one.id != mapping_id))


def change_mapping(rules: Rules, mapping_id: str, change: Callable[[IssueMapping], IssueMapping]) -> Rules:
    """The rules with one mapping changed. Raises as ``mapping_of``, and what ``change`` raises."""
    changed = change(mapping_of(rules, mapping_id))
    return replace(rules, mappings=tuple(changed if one.id == mapping_id else one for one in rules.mappings))


def rival(rules: Rules, mapping: IssueMapping) -> tuple[IssueMapping, Side] | None:
    """Which active mapping has this one's end at a side already: an issue falls under one active mapping only."""
    sides: tuple[Side, Side] = ("inviter", "accepter")
    for one in rules.mappings:
        if one.id == mapping.id or not one.active:
            continue
        for side in sides:
            end, its = mapping.end_of(side), one.end_of(side)
            if (end.project_id, end.issue_type_id) == (its.project_id, its.issue_type_id):
                return one, side
    return None


def set_flow(
    mapping: IssueMapping, from_side: Side, *, mode: FlowMode | None = None, jql: str | None = None
) -> IssueMapping:
    """How issues leave a side; what is None stays as it is."""
    flow = mapping.flow_from(from_side)
    flow = replace(flow, mode=flow.mode if mode is None else mode, jql=flow.jql if jql is None else jql)
    return replace(mapping, to_accepter=flow) if from_side == "inviter" else replace(mapping, to_inviter=flow)


# -- field mappings ------------------------------------------------------------------------------------------------


def row_id(inviter_field: str, accepter_field: str) -> str:
    """The id of a row between two fields: always the same for the same fields, so it never comes to mean others."""
    if inviter_field == accepter_field:
        return inviter_field
    return f"{inviter_field}-{accepter_field}"


def row_of(mapping: IssueMapping, wanted: str) -> FieldMapping:
    """The row with this id.

    Raises:
        Refused: 404, there is none.
    """
    found = next((row for row in mapping.fields if row.id == wanted), None)
    if found is None:
        raise Refused("This field mapping has been removed meanwhile. Open the page again.", status=404)
    return found


def new_row(
    inviter: tuple[str, str], accepter: tuple[str, str], side: Side, beside: Sequence[FieldMapping] = ()
) -> FieldMapping:
    """A row between two fields, each given as field id and type, in the widest direction they allow.

    ``beside``: the rows there are; where one of them brings values into a field already, the new one does not.

    Raises:
        Refused: 422, nothing can go between these types.
    """
    ours, theirs = (inviter, accepter) if side == "inviter" else (accepter, inviter)
    ways = matrix.directions(ours[1], theirs[1])
    if not ways:
        raise Refused("Nothing can go between fields of these types. Choose another field.", status=422)
    made = FieldMapping(row_id(inviter[0], accepter[0]), inviter[1], accepter[1], inviter[0], accepter[0])
    order: tuple[Way, ...] = ("both", "out", "in")
    turned = [replace(made, direction=direction(side, one)) for one in order if one in ways]
    free = [row for row in turned if not any(_clash(row, one) for one in beside)]
    return free[0] if free else turned[0]


def add_rows(mapping: IssueMapping, rows: Sequence[FieldMapping]) -> IssueMapping:
    """Rows more, as the last.

    Raises:
        Refused: 409, a row stands there already, or another brings values into the same field; 422, too many.
    """
    for row in rows:
        _check_free(mapping, row)
        mapping = replace(mapping, fields=(*mapping.fields, row))
    if len(mapping.fields) > MAX_ROWS:
        raise Refused(f"A mapping can hold {MAX_ROWS} field mappings.", status=422)
    return mapping


def suggested(mapping: IssueMapping, rows: Sequence[FieldMapping]) -> tuple[FieldMapping, ...]:
    """Those of the suggested rows whose fields are still free at both sides."""
    found: list[FieldMapping] = []
    for row in rows:
        inviter = {one.inviter_field for one in (*mapping.fields, *found)}
        accepter = {one.accepter_field for one in (*mapping.fields, *found)}
        if row.inviter_field not in inviter and row.accepter_field not in accepter:
            found.append(row)
    return tuple(found)


def change_row(mapping: IssueMapping, wanted: str, change: Callable[[FieldMapping], FieldMapping]) -> IssueMapping:
    """The mapping with one row changed. Raises as ``row_of``, and what ``change`` raises."""
    changed = change(row_of(mapping, wanted))
    without = replace(mapping, fields=tuple(row for row in mapping.fields if row.id != wanted))
    _check_free(without, changed)
    return replace(mapping, fields=tuple(changed if row.id == wanted else row for row in mapping.fields))


def remove_row(mapping: IssueMapping, wanted: str) -> IssueMapping:
    """The mapping without this row. Raises as ``row_of``."""
    row_of(mapping, wanted)
    return replace(mapping, fields=tuple(row for row in mapping.fields if row.id != wanted))


def move_row(mapping: IssueMapping, wanted: str, to: int) -> IssueMapping:
    """The mapping with this row at another place (from 0; beyond the ends it comes first or last)."""
    row = row_of(mapping, wanted)
    rest = [one for one in mapping.fields if one.id != wanted]
    place = max(0, min(to, len(rest)))
    return replace(mapping, fields=(*rest[:place], row, *rest[place:]))


def turn(row: FieldMapping, side: Side, to: Way) -> FieldMapping:
    """The row in another direction.

    Raises:
        Refused: 422, the two types do not allow it.
    """
    if to not in matrix.directions(row.type_of(side), row.type_of(other(side))):
        raise Refused(closed(row.type_of(side), row.type_of(other(side)), to), status=422)
    return replace(row, direction=direction(side, to))


def closed(ours: str, theirs: str, to: Way) -> str:
    """Why a row of these types cannot go this way, in one sentence; "" where it can."""
    if to in matrix.directions(ours, theirs):
        return ""
    if to == "both":
        return "Values of these types can go one way only: the way back would lose something."
    source, target = (ours, theirs) if to == "out" else (theirs, ours)
    return f"“{title(target)}” cannot take the values of “{title(source)}”."


def title(kind: str) -> str:
    """A type as it is called on pages."""
    return "Comments" if kind == matrix.COMMENTS else matrix.TYPES[kind].title if kind in matrix.TYPES else kind


def _check_free(mapping: IssueMapping, row: FieldMapping) -> None:
    for one in mapping.fields:
        if one.id == row.id:
            raise Refused("These two fields are mapped already.", status=409)
        if _clash(row, one):
            raise Refused(
                "Another field mapping already brings values into this field. Turn or remove that one first.",
                status=409,
            )


def _clash(row: FieldMapping, one: FieldMapping) -> bool:
    """Whether both rows bring values into the same field."""
    sides: tuple[Side, Side] = ("inviter", "accepter")
    return any(
        row.enters(side) and one.enters(side) and row.field_of(side) and row.field_of(side) == one.field_of(side)
        for side in sides
    )
