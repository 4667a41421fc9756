"""Kinds of fields: which operators each has, how Jira names its type, and what `World.value` gives for it.

kind            value of an issue
text            str, or a list of str (all comments; for `text` all texts of the issue)
number          float or int
date            date
datetime        aware datetime
labels          list of str
user            Entity, or a list of them
issue           Entity (id, name and key: the issue's key)
every other     Entity, or a list of them
"""

from dataclasses import dataclass

EQUALITY = ("=", "!=")
RANGE = ("<", ">", "<=", ">=")
MEMBERSHIP = ("in", "not in")
EMPTINESS = ("is", "is not")
LIKENESS = ("~", "!~")
HISTORY = ("was", "was in", "was not", "was not in", "changed")

# The order in which Jira lists a field's operators.
_ORDER = ("=", "!=", "~", "!~", "<=", ">=", ">", "<", *EMPTINESS, *MEMBERSHIP, *HISTORY)


@dataclass(frozen=True, slots=True)
class Kind:
    """What JQL can do with a field: its operators, Jira's Java type (in autocomplete data), whether it can sort."""

    operators: frozenset[str]
    java_type: str
    orderable: bool = True
    suggests: bool = True


def _kind(*groups: tuple[str, ...], java: str, orderable: bool = True, suggests: bool = True) -> Kind:
    return Kind(frozenset().union(*groups), java, orderable, suggests)


_CHOICE = (EQUALITY, MEMBERSHIP, EMPTINESS)
_TEXT = "java.lang.String"

KINDS: dict[str, Kind] = {
    "text": _kind(LIKENESS, EMPTINESS, java=_TEXT, suggests=False),
    "comment": _kind(LIKENESS, java=_TEXT, orderable=False, suggests=False),
    "alltext": _kind(("~",), java=_TEXT, orderable=False, suggests=False),
    "number": _kind(EQUALITY, RANGE, MEMBERSHIP, EMPTINESS, java="java.lang.Number", suggests=False),
    "date": _kind(EQUALITY, RANGE, MEMBERSHIP, EMPTINESS, java="java.util.Date", suggests=False),
    "datetime": _kind(EQUALITY, RANGE, MEMBERSHIP, EMPTINESS, java="java.util.Date", suggests=False),
    "labels": _kind(*_CHOICE, java="com.atlassian.jira.issue.label.Label"),
    "user": _kind(*_CHOICE, java="com.atlassian.jira.user.ApplicationUser"),
    "group": _kind(*_CHOICE, java="com.atlassian.crowd.embedded.api.Group"),
    "issue": _kind(EQUALITY, RANGE, MEMBERSHIP, EMPTINESS, java="com.atlassian.jira.issue.Issue", suggests=False),
    "parent": _kind(*_CHOICE, java="com.atlassian.jira.issue.Issue", suggests=False),
    "project": _kind(*_CHOICE, java="com.atlassian.jira.project.Project"),
    "category": _kind(*_CHOICE, java="com.atlassian.jira.project.ProjectCategory"),
    "issuetype": _kind(*_CHOICE, java="com.atlassian.jira.issue.issuetype.IssueType"),
    "status": _kind(*_CHOICE, java="com.atlassian.jira.issue.status.Status"),
    "statuscategory": _kind(*_CHOICE, java="com.atlassian.jira.issue.status.category.StatusCategory"),
    "priority": _kind(*_CHOICE, RANGE, java="com.atlassian.jira.issue.priority.Priority"),
    "resolution": _kind(*_CHOICE, RANGE, java="com.atlassian.jira.issue.resolution.Resolution"),
    "version": _kind(*_CHOICE, RANGE, java="com.atlassian.jira.project.version.Version"),
    "component": _kind(*_CHOICE, java="com.atlassian.jira.bc.project.component.ProjectComponent"),
    "sprint": _kind(*_CHOICE, java="com.atlassian.greenhopper.service.sprint.Sprint"),
    "level": _kind(*_CHOICE, java="com.atlassian.jira.issue.security.IssueSecurityLevel"),
    "option": _kind(*_CHOICE, java="com.atlassian.jira.issue.customfields.option.Option"),
    "attachments": _kind(EMPTINESS, java="com.atlassian.jira.issue.attachment.Attachment", orderable=False),
    "links": _kind(*_CHOICE, java="com.atlassian.jira.issue.link.IssueLinkType", orderable=False),
}

# Jira keeps searchable history of these fields alone.
_FIELDS_WITH_HISTORY = frozenset({"assignee", "reporter", "status", "priority", "resolution", "fixVersions"})


def has_history(field_id: str) -> bool:
    """Whether WAS and CHANGED are possible for the field."""
    return field_id in _FIELDS_WITH_HISTORY


def operators_of(field_id: str, kind: str) -> frozenset[str]:
    """All operators of a field."""
    known = KINDS[kind].operators
    return known | frozenset(HISTORY) if has_history(field_id) else known


def listed_operators(field_id: str, kind: str) -> list[str]:
    """The operators in the order in which Jira lists them."""
    known = operators_of(field_id, kind)
    return [operator for operator in _ORDER if operator in known]
