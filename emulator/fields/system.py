"""The fields that every Jira has."""

from typing import Any

from emulator.fields.base import Field, FieldType
from emulator.fields.plain import Date, Labels, ReadOnly, ReadOnlyTime, RichText, Summary
from emulator.fields.reference import (
    Assignee,
    IssueType,
    Many,
    OfProject,
    Priority,
    Reference,
    Reporter,
    Security,
    User,
)
from emulator.fields.special import Parent, Seconds, TimeTracking


def _schema(kind: str, system: str, items: str | None = None) -> dict[str, Any]:
    return {"type": kind, "system": system} | ({"items": items} if items else {})


def _written(
    field_id: str,
    name: str,
    field_type: FieldType,
    kind: str,
    items: str | None = None,
    *,
    change_name: str | None = None,
    required: bool = False,
    clauses: tuple[str, ...] | None = None,
    on_edit: bool = True,
) -> Field:
    return Field(
        id=field_id,
        name=name,
        type=field_type,
        schema=_schema(kind, field_id, items),
        change_name=change_name or field_id,
        clauses=clauses if clauses is not None else (field_id.lower(),),
        required=required,
        on_edit=on_edit,
    )


def _shown(
    field_id: str,
    name: str,
    kind: str,
    items: str | None = None,
    *,
    field_type: FieldType | None = None,
    clauses: tuple[str, ...] = (),
    navigable: bool = True,
) -> Field:
    return Field(
        id=field_id,
        name=name,
        type=field_type or ReadOnly(),
        schema=_schema(kind, field_id, items),
        change_name=field_id,
        clauses=clauses,
        on_create=False,
        on_edit=False,
        navigable=navigable,
        orderable=False,
        searchable=bool(clauses),
    )


SYSTEM: tuple[Field, ...] = (
    _written("summary", "Summary", Summary(), "string", required=True),
    _written("issuetype", "Work type", IssueType(), "issuetype", required=True, clauses=("issuetype", "type")),
    _written("project", "Project", Reference("project", "Project", "key"), "project", required=True, on_edit=False),
    _written("description", "Description", RichText(), "string"),
    _written("environment", "Environment", RichText(), "string"),
    _written("priority", "Priority", Priority(), "priority"),
    _written("labels", "Labels", Labels(), "array", "string"),
    _written("assignee", "Assignee", Assignee(), "user"),
    _written("reporter", "Reporter", Reporter(), "user"),
    _written(
        "components",
        "Components",
        Many(OfProject("component", "Component")),
        "array",
        "component",
        change_name="Component",
        clauses=("component",),
    ),
    _written(
        "fixVersions",
        "Fix versions",
        Many(OfProject("version", "Version")),
        "array",
        "version",
        change_name="Fix Version",
        clauses=("fixVersion",),
    ),
    _written(
        "versions",
        "Affects versions",
        Many(OfProject("version", "Version")),
        "array",
        "version",
        change_name="Version",
        clauses=("affectedVersion",),
    ),
    _written("duedate", "Due date", Date(), "date", clauses=("due", "duedate")),
    _written("parent", "Parent", Parent(), "issuelink", change_name="IssueParentAssociation"),
    _written("security", "Security Level", Security(), "securitylevel", clauses=("level",)),
    _written("timetracking", "Time tracking", TimeTracking(), "timetracking", clauses=()),
    Field(
        "resolution",
        "Resolution",
        Reference("resolution", "Resolution"),
        _schema("resolution", "resolution"),
        "resolution",
        ("resolution",),
        on_create=False,
    ),
    _shown("status", "Status", "status", field_type=Reference("status", "Status"), clauses=("status",)),
    _shown("statusCategory", "Status Category", "statusCategory", clauses=("statusCategory",)),
    _shown("creator", "Creator", "user", field_type=User(), clauses=("creator",)),
    _shown("created", "Created", "datetime", field_type=ReadOnlyTime(), clauses=("created", "createdDate")),
    _shown("updated", "Updated", "datetime", field_type=ReadOnlyTime(), clauses=("updated", "updatedDate")),
    _shown("resolutiondate", "Resolved", "datetime", field_type=ReadOnlyTime(), clauses=("resolutiondate", "resolved")),
    _shown(
        "statuscategorychangedate",
        "Status Category Changed",
        "datetime",
        field_type=ReadOnlyTime(),
        clauses=("statusCategoryChangedDate",),
    ),
    _shown("lastViewed", "Last Viewed", "datetime", field_type=ReadOnlyTime(), clauses=("lastViewed",)),
    _shown("timespent", "Time Spent", "number", field_type=Seconds(), clauses=("timespent",)),
    _shown(
        "timeestimate",
        "Remaining Estimate",
        "number",
        field_type=Seconds(),
        clauses=("remainingEstimate", "timeestimate"),
    ),
    _shown(
        "timeoriginalestimate",
        "Original estimate",
        "number",
        field_type=Seconds(),
        clauses=("originalEstimate", "timeoriginalestimate"),
    ),
    _shown("aggregatetimespent", "Σ Time Spent", "number"),
    _shown("aggregatetimeestimate", "Σ Remaining Estimate", "number"),
    _shown("aggregatetimeoriginalestimate", "Σ Original Estimate", "number"),
    _shown("progress", "Progress", "progress"),
    _shown("aggregateprogress", "Σ Progress", "progress"),
    _shown("workratio", "Work Ratio", "number", clauses=("workratio",)),
    _shown("votes", "Votes", "votes", clauses=("votes",)),
    _shown("watches", "Watchers", "watches", clauses=("watchers",)),
    _shown("subtasks", "Sub-tasks", "array", "issuelinks"),
    _shown("issuelinks", "Linked work items", "array", "issuelinks", clauses=("issueLink",)),
    _shown("attachment", "Attachment", "array", "attachment", clauses=("attachments",), navigable=False),
    _shown("comment", "Comment", "comments-page", clauses=("comment",), navigable=False),
    _shown("worklog", "Log Work", "array", "worklog", navigable=False),
)
