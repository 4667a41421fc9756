"""Findings: what will not work, or may not, once a mapping is published, by what both ends can hold now. Pure.

A row that contradicts the type matrix or itself is told by ``row_check``, a value by the rule that matches it when it
arrives (``processors.option``): nothing is decided twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from addon.errors import Refused
from addon.model import matrix
from addon.model.catalog import STATUS, EndInfo
from addon.model.rules import FieldMapping, IssueMapping, Side, UserMapping, other
from addon.sync import finding_status, finding_value, row_check
from addon.sync.finding import Finding, Spot, field_id_of

__all__ = ["Finding", "findings"]

SIDES: tuple[Side, Side] = ("inviter", "accepter")
_BY_TRANSITION = (STATUS, "resolution")
"""Types that no edit screen has to hold: they are set on the way."""
_NEEDS: Mapping[str, str] = {
    "assignee": "ASSIGN_ISSUES",
    "reporter": "MODIFY_REPORTER",
    "duedate": "SCHEDULE_ISSUES",
    "security": "SET_ISSUE_SECURITY",
    "resolution": "RESOLVE_ISSUES",
    "status": "TRANSITION_ISSUES",
    "comment": "ADD_COMMENTS",
}
_PERMISSIONS: Mapping[str, str] = {
    "BROWSE_PROJECTS": "browse the project",
    "CREATE_ISSUES": "create issues",
    "EDIT_ISSUES": "edit issues",
    "TRANSITION_ISSUES": "transition issues",
    "RESOLVE_ISSUES": "resolve issues",
    "ASSIGN_ISSUES": "assign issues",
    "SCHEDULE_ISSUES": "set due dates",
    "MODIFY_REPORTER": "set the reporter",
    "SET_ISSUE_SECURITY": "set the security level",
    "ADD_COMMENTS": "add comments",
    "EDIT_OWN_COMMENTS": "edit its own comments",
    "DELETE_OWN_COMMENTS": "delete its own comments",
}


def findings(mapping: IssueMapping, users: UserMapping, inviter: EndInfo, accepter: EndInfo) -> tuple[Finding, ...]:
    """All findings of one mapping, row by row, then those of the whole. Of one switched off, none is an error but
    what would be refused anyway.
    """
    ends: Mapping[Side, EndInfo] = {"inviter": inviter, "accepter": accepter}
    found: list[Finding] = []
    for row in mapping.fields:
        spots = [_spot(mapping, ends, side, row) for side in SIDES]
        broken = _broken(spots[0], row)
        loose = [one for spot in spots for one in _of_row(mapping, users, spot, row)]
        found += [*broken, *(loose if mapping.active else _as_warnings(loose))]
    whole = [one for side in SIDES for one in _of_end(mapping, _spot(mapping, ends, side, None))]
    return (*found, *(whole if mapping.active else _as_warnings(whole)))


def _as_warnings(found: list[Finding]) -> list[Finding]:
    return [replace(one, severity="warning") for one in found]


def _spot(mapping: IssueMapping, ends: Mapping[Side, EndInfo], side: Side, row: FieldMapping | None) -> Spot:
    enters = _arrives(mapping, side) and (row is None or (row.enters(side) and row.end_of(side).fixed is None))
    return Spot(mapping.id, side, ends[side], ends[other(side)], row, enters)


def _arrives(mapping: IssueMapping, side: Side) -> bool:
    """Whether anything comes to this side at all: then twins are created here too."""
    return mapping.flow_from(other(side)).mode != "off"


def _broken(spot: Spot, row: FieldMapping) -> list[Finding]:
    try:
        row_check.check(row)
    except Refused as refused:
        return [spot.error(refused.sentence, "Change the row, or take it out.")]
    return []


def _of_row(mapping: IssueMapping, users: UserMapping, spot: Spot, row: FieldMapping) -> Iterator[Finding]:
    field_id = field_id_of(row, spot.side)
    if not field_id:
        return
    field, kind = spot.field, row.type_of(spot.side)
    if field is None:
        yield spot.error(
            f"{spot.place} has no field “{field_id}” that could be used: it is gone, on no screen, or not shown.",
            "Choose another field, put it on the screens there, or have it shown in that side's scope.",
        )
        return
    if field.type != kind:
        yield spot.error(
            f"“{field.name}” in {spot.place} is a {_title(field.type)}, and the row takes it for a {_title(kind)}.",
            "Choose the field again in the row.",
        )
        return
    if kind not in matrix.TYPES:
        return
    yield from _of_screens(mapping, spot, row)
    yield from finding_value.of_given(spot)
    if not spot.enters:
        return
    yield from _of_people(users, spot, row)
    across = spot.field_across
    if across is not None and across.type in matrix.TYPES and matrix.rule(across.type, kind):
        yield from finding_value.of_options(spot)
        yield from finding_value.of_size(spot)
        yield from finding_status.of_ways(spot, _given(mapping, spot.side))


def _title(kind: str) -> str:
    return matrix.TYPES[kind].title if kind in matrix.TYPES else kind


def _of_screens(mapping: IssueMapping, spot: Spot, row: FieldMapping) -> Iterator[Finding]:
    field = spot.field
    given = row.end_of(spot.side).fixed is not None and _arrives(mapping, spot.side)
    if field is None or field.type in _BY_TRANSITION or not (spot.enters or given):
        return
    if not field.on_create:
        yield spot.error(
            f"“{field.name}” is not on the create screen of {spot.place}, so no twin could be created there with it.",
            "Put the field on that screen in Jira, or take the row out.",
        )
    if not field.on_edit and spot.enters and row.mode == "keep":
        yield spot.error(
            f"“{field.name}” is not on the edit screen of {spot.place}, so later changes could not be written there.",
            "Put the field on that screen in Jira, or let the row set it at creation only.",
        )


def _of_people(users: UserMapping, spot: Spot, row: FieldMapping) -> Iterator[Finding]:
    form = matrix.TYPES[row.type_of(spot.side)].form
    if form in ("person", "people") and users.unmatched == "default" and not users.default_of(spot.side):
        yield spot.error(
            f"People who match nobody in {spot.place} shall become the default person, and none is chosen.",
            "Choose a default person for that side, or leave such fields as they are.",
        )


def _of_end(mapping: IssueMapping, spot: Spot) -> Iterator[Finding]:
    if spot.side == "inviter" and not mapping.fields:
        yield spot.error(
            "The mapping has no rows: nothing would be kept in step.", "Add rows, or take the suggested ones."
        )
    yield from _of_writers(mapping, spot)
    if _arrives(mapping, spot.side):
        yield from _of_required(mapping, spot)
    yield from _of_permissions(mapping, spot)


def _of_writers(mapping: IssueMapping, spot: Spot) -> Iterator[Finding]:
    """Two rows that write the same field undo each other for ever."""
    ids = [field_id_of(row, spot.side) for row in mapping.fields if row.enters(spot.side)]
    for field_id in sorted({one for one in ids if one and ids.count(one) > 1}):
        field = spot.end.field(field_id)
        yield spot.error(
            f"Several rows write to “{field.name if field else field_id}” in {spot.place}.",
            "Keep one of them, or turn the others round.",
        )


def _given(mapping: IssueMapping, side: Side) -> frozenset[str]:
    """The fields of this side that some row gives a value."""
    return frozenset(
        field_id_of(row, side) for row in mapping.fields if row.enters(side) or row.end_of(side).fixed is not None
    )


def _of_required(mapping: IssueMapping, spot: Spot) -> Iterator[Finding]:
    given = _given(mapping, spot.side)
    for field in spot.end.fields:
        if field.required and field.id not in given:
            yield spot.error(
                f"{spot.place} demands “{field.name}” of every new issue, and no row gives it.",
                "Add a row for it, with a fixed value if need be, or give it a default in Jira.",
            )
    for row in mapping.fields:
        here, across = replace(spot, row=row).field, replace(spot, row=row).field_across
        end = row.end_of(spot.side)
        if here is None or across is None or not here.required or across.required or not row.enters(spot.side):
            continue
        if end.fixed is None and end.when_empty is None:
            yield replace(spot, row=row).warning(
                f"{spot.place} demands “{here.name}” of every new issue, and “{across.name}” of {spot.place_across} "
                "may be empty: such an issue gets no twin.",
                "Give the row a value for what is empty.",
            )


def _of_permissions(mapping: IssueMapping, spot: Spot) -> Iterator[Finding]:
    needed = {"BROWSE_PROJECTS": True}
    rows = [row for row in mapping.fields if row.enters(spot.side) or row.end_of(spot.side).fixed is not None]
    if _arrives(mapping, spot.side):
        needed["CREATE_ISSUES"] = True
        kept = [row for row in rows if row.mode == "keep" and row.type_of(spot.side) not in (matrix.COMMENTS, STATUS)]
        needed |= {"EDIT_ISSUES": True} if kept else {}
        needed |= {key: True for row in rows if (key := _NEEDS.get(field_id_of(row, spot.side)))}
        if "ADD_COMMENTS" in needed:
            needed |= {"EDIT_OWN_COMMENTS": False, "DELETE_OWN_COMMENTS": False}
    for key, must in needed.items():
        if key in spot.end.permissions_missing:
            tell: Callable[[str, str], Finding] = spot.error if must else spot.warning
            yield tell(
                f"Twinline's user may not {_PERMISSIONS[key]} in {spot.end.project_key}.",
                f"Give it the permission in the permission scheme of {spot.end.project_key}.",
            )
