"""Refusals: what Jira's refusal of a write means in terms of the mapping, and what a person can do about it. Pure."""

from __future__ import annotations

from addon.errors import Blocked, Missing
from addon.model.plan import Edit
from addon.model.rules import IssueMapping, Side

_PLACE = ("project", "issuetype")
_PEOPLE = ("user", "reporter", "users")


def explained(refused: Blocked, mapping: IssueMapping, side: Side, edit: Edit) -> Blocked:
    """The refusal, with what mends it. ``edit``: what was to be written."""
    if refused.fix:
        return refused
    if isinstance(refused, Missing):
        return Blocked(
            f"Jira does not show the app what it has to write: {refused.reason}",
            fix="Let the app browse and edit the issues of the project again, then retry.",
        )
    fixes = [_fix(field, mapping, side, edit) for field in refused.fields]
    return Blocked(refused.reason, fix=" ".join(dict.fromkeys(fixes)) or "Mend this in Jira, then retry.")


def _fix(field: str, mapping: IssueMapping, side: Side, edit: Edit) -> str:
    end = mapping.end_of(side)
    place = f"{end.issue_type_name} of {end.project_key}"
    if field in _PLACE:
        return f"Let the app create and edit {place}, or choose another pair in the mapping, then retry."
    row = next((row for row in mapping.fields if row.field_of(side) == field), None)
    if row is None and field == "timetracking":
        row = next((row for row in mapping.fields if row.type_of(side).endswith("_estimate")), None)
    written = field in edit.fields or field in edit.update
    if not written:
        # Jira asks for it, and nothing that arrived holds it.
        how = "fill it in by a fixed value or a value when empty in its field mapping" if row else "add a field mapping"
        fixed = "" if row else ", or a fixed value,"
        return f"{place} demands “{field}”: {how}{fixed} for it, or make the field optional there, then retry."
    name = f"The field mapping “{row.id}”" if row else f"“{field}”"
    if row is not None and row.type_of(side) in _PEOPLE:
        return f"{name} names a person who may not stand there: permit it, or map them to another person, then retry."
    if row is not None and row.type_of(side) == "parent":
        return f"{name}: the issue types on both sides have to be of the same level of the hierarchy."
    return (
        f"{name} writes “{field}”: put the field on the screens of {place}, if it still exists there, or take the row "
        "out of the mapping, then retry."
    )
