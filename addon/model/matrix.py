"""The type matrix: which type of field may be kept in step with which, one way or both, and by which rule.

Data that the editor, the validation of rules and the processors share. A *type* is what an administrator sees, a
*form* is the shape of its values while they travel (``addon.model.value``). A cell is one way: *source* to *target*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from addon.model.value import Form

Rule = Literal[
    "same", "option", "element", "cascade", "person", "twin", "words", "rich", "day", "midnight", "hours", "number"
]
"""How a value is converted.

=========  ==========================================================================================
same       as it is
option     by the row's value mapping, then by name, among what the field offers at the receiver
element    the same for each element of a set
cascade    the same level by level
person     by the user mapping
twin       the twin of an issue, by its twin link in the same synchronization
words      by ``processors.readable``: what a person would read
rich       words, one paragraph per line
day        the day of a moment, in the zone its Jira shows it in
midnight   the start of the day, in the zone of the receiving site
hours      seconds as hours
number     a number that is not written at its source
=========  ==========================================================================================
"""

TEXT_LIMIT = 255
PARAGRAPH_LIMIT = 32_767
NUMBER_LIMIT = 100_000_000_000_000


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type. ``limit``: most characters of a text, or how far a number may lie from zero; 0 for none.

    ``clearable``: whether an empty value that arrives empties our field. ``offers``: where its values are listed in
    Jira (``field`` for the field's own metadata), empty where they are not chosen from a list.
    """

    name: str
    title: str
    form: Form
    writable: bool = True
    clearable: bool = True
    limit: int = 0
    offers: str = ""
    creates: bool = False
    """Whether a missing value can be created at the receiver (by name)."""
    guards: bool = False
    """Whether it says who may see the issue: a value that matches nothing here is never left out in silence."""


TYPES: Mapping[str, FieldType] = {
    one.name: one
    for one in (
        FieldType("text", "Short text", "text", limit=TEXT_LIMIT),
        FieldType("paragraph", "Paragraph", "rich", limit=PARAGRAPH_LIMIT),
        FieldType("url", "URL", "text", limit=TEXT_LIMIT),
        FieldType("number", "Number", "number", limit=NUMBER_LIMIT),
        FieldType("date", "Date", "date"),
        FieldType("datetime", "Date and time", "moment"),
        FieldType("select", "Select (single)", "option", offers="field"),
        FieldType("radio", "Radio buttons", "option", offers="field"),
        FieldType("priority", "Priority", "option", clearable=False, offers="priorities"),
        FieldType("issue_type", "Issue type", "option", writable=False),
        FieldType("resolution", "Resolution", "option", clearable=False, offers="resolutions"),
        FieldType("security", "Security level", "option", offers="field", guards=True),
        FieldType("multi_select", "Select (multiple)", "options", offers="field"),
        FieldType("checkboxes", "Checkboxes", "options", offers="field"),
        FieldType("labels", "Labels", "labels", limit=TEXT_LIMIT),
        FieldType("cascading", "Select (cascading)", "cascade", offers="field"),
        FieldType("user", "User", "person"),
        FieldType("reporter", "Reporter", "person", clearable=False),
        FieldType("users", "Users", "people"),
        FieldType("group", "Group", "option", offers="groups"),
        FieldType("groups", "Groups", "options", offers="groups"),
        FieldType("version", "Version", "option", offers="versions", creates=True),
        FieldType("versions", "Versions", "options", offers="versions", creates=True),
        FieldType("components", "Components", "options", offers="components", creates=True),
        FieldType("team", "Team", "option", offers="field"),
        FieldType("original_estimate", "Original estimate", "seconds"),
        FieldType("remaining_estimate", "Remaining estimate", "seconds"),
        FieldType("project", "Project", "option", writable=False),
        FieldType("status", "Status", "option", clearable=False, offers="statuses"),
        FieldType("sprint", "Sprint", "options", writable=False),
        FieldType("parent", "Parent", "option"),
        FieldType("count", "Count", "number", writable=False),
        FieldType("moment", "Moment", "moment", writable=False),
        FieldType("author", "Creator", "person", writable=False),
        FieldType("time_spent", "Time spent", "seconds", writable=False),
        FieldType("app", "App field", "text", writable=False),
    )
}
COMMENTS = "comments"
"""Not a field: the comments of an issue, as items."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One way from a type to another, and the rule by which values are converted."""

    source: str
    target: str
    rule: Rule


_SINGLE = ("select", "radio", "priority")
_MULTIPLE = ("multi_select", "checkboxes")
_VERSIONS = ("version", "versions")


def _cells() -> Iterator[Cell]:
    for name in ("text", "paragraph", "url", "number", "date", "datetime", "original_estimate", "remaining_estimate"):
        yield Cell(name, name, "same")
    yield Cell("datetime", "date", "day")
    yield Cell("date", "datetime", "midnight")
    for source in _SINGLE:
        yield from (Cell(source, target, "option") for target in _SINGLE)
    for name in ("resolution", "security", "group", "team", "status"):
        yield Cell(name, name, "option")
    for source in ("issue_type", "resolution", "security", "status"):
        yield Cell(source, "select", "option")
    for source in _MULTIPLE:
        yield from (Cell(source, target, "element") for target in (*_MULTIPLE, "labels"))
    for source in _VERSIONS:
        yield from (Cell(source, target, "element") for target in (*_VERSIONS, "labels"))
    for source, target in (
        ("labels", "labels"),
        ("labels", "multi_select"),
        ("groups", "groups"),
        ("components", "components"),
        ("components", "labels"),
        ("components", "multi_select"),
    ):
        yield Cell(source, target, "element")
    yield Cell("cascading", "cascading", "cascade")
    yield Cell("parent", "parent", "twin")
    for source in ("user", "reporter"):
        yield from (Cell(source, target, "person") for target in ("user", "reporter"))
    yield Cell("users", "users", "person")
    for source in ("original_estimate", "remaining_estimate", "time_spent"):
        yield Cell(source, "number", "hours")
    yield Cell("count", "number", "number")
    yield Cell("moment", "datetime", "same")
    yield Cell("moment", "date", "day")
    for source in TYPES:
        if source != "text":
            yield Cell(source, "text", "words")
        if source != "paragraph":
            yield Cell(source, "paragraph", "rich")


CELLS: Mapping[tuple[str, str], Cell] = {(cell.source, cell.target): cell for cell in _cells()}


def rule(source: str, target: str) -> Rule | None:
    """How a value of one type becomes one of the other; None where it does not."""
    cell = CELLS.get((source, target))
    return cell.rule if cell else None


def directions(ours: str, theirs: str) -> tuple[str, ...]:
    """The directions a row of these types may have, seen from ours: ``out``, ``in``, ``both``."""
    if ours == theirs == COMMENTS:
        return ("out", "in", "both")
    out, back = rule(ours, theirs) is not None, rule(theirs, ours) is not None
    # A type that swallows the other's form (text, paragraph) does not give it back, though a cell the other way exists.
    both = out and back and _lossless(ours, theirs)
    return tuple(name for name, allowed in (("out", out), ("in", back), ("both", both)) if allowed)


def _lossless(ours: str, theirs: str) -> bool:
    return not {rule(ours, theirs), rule(theirs, ours)} & {"words", "rich"}


_SYSTEM: Mapping[str, str] = {
    "summary": "text",
    "description": "paragraph",
    "environment": "paragraph",
    "priority": "priority",
    "issuetype": "issue_type",
    "resolution": "resolution",
    "security": "security",
    "labels": "labels",
    "assignee": "user",
    "reporter": "reporter",
    "creator": "author",
    "versions": "versions",
    "fixVersions": "versions",
    "components": "components",
    "project": "project",
    "status": "status",
    "parent": "parent",
    "duedate": "date",
    "created": "moment",
    "updated": "moment",
    "resolutiondate": "moment",
    "statuscategorychangedate": "moment",
    "lastViewed": "moment",
    "votes": "count",
    "watches": "count",
    "workratio": "count",
    "timespent": "time_spent",
    "aggregatetimespent": "time_spent",
    "timeoriginalestimate": "original_estimate",
    "timeestimate": "remaining_estimate",
    "comment": COMMENTS,
}
_CUSTOM: Mapping[str, str] = {
    "textfield": "text",
    "textarea": "paragraph",
    "url": "url",
    "float": "number",
    "datepicker": "date",
    "datetime": "datetime",
    "select": "select",
    "radiobuttons": "radio",
    "multiselect": "multi_select",
    "multicheckboxes": "checkboxes",
    "labels": "labels",
    "cascadingselect": "cascading",
    "userpicker": "user",
    "multiuserpicker": "users",
    "people": "users",
    "grouppicker": "group",
    "multigrouppicker": "groups",
    "version": "version",
    "multiversion": "versions",
    "project": "project",
    "readonlyfield": "app",
    "gh-sprint": "sprint",
    "jsw-story-points": "number",
    "sd-request-participants": "users",
    "atlassian-team": "team",
    "rm-teams-custom-field-team": "team",
}


def recognise(schema: Mapping[str, Any]) -> str:
    """The type of a field by ``schema`` of Jira's metadata; ``app`` for what no table knows: read, never written."""
    system = schema.get("system")
    if isinstance(system, str) and system in _SYSTEM:
        return _SYSTEM[system]
    custom = schema.get("custom")
    if isinstance(custom, str):
        return _CUSTOM.get(custom.rpartition(":")[2], "app")
    return "app"
