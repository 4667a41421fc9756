"""What every fresh site has: people, issue types, statuses, a workflow, priorities, custom fields."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

TO_DO, IN_PROGRESS, IN_REVIEW, DONE = "10000", "3", "10001", "10002"
EPIC, STORY, TASK, BUG, SUBTASK = "10000", "10001", "10002", "10004", "10003"
WORKFLOW = "software"
PEOPLE = ("Mia Krystof", "Jonas Weber", "Aiko Tanaka", "Priya Nair", "Lucas Moreau", "Sofia Lindqvist")
PRIORITIES = (
    ("1", "Highest", "#d04437"),
    ("2", "High", "#f15C75"),
    ("3", "Medium", "#f79232"),
    ("4", "Low", "#707070"),
    ("5", "Lowest", "#999999"),
)
STATUSES = (
    (TO_DO, "To Do", "new"),
    (IN_PROGRESS, "In Progress", "indeterminate"),
    (IN_REVIEW, "In Review", "indeterminate"),
    (DONE, "Done", "done"),
)
TYPES = (
    (EPIC, "Epic", 1, "A collection of related bugs, stories, and tasks."),
    (STORY, "Story", 0, "Functionality or a feature expressed as a user goal."),
    (TASK, "Task", 0, "A small, distinct piece of work."),
    (BUG, "Bug", 0, "A problem or error."),
    (SUBTASK, "Sub-task", -1, "A small piece of work that's part of a larger task."),
)
RESOLUTIONS = ("Done", "Won't Do", "Duplicate", "Cannot Reproduce", "Fixed")
LINK_TYPES = (
    ("Blocks", "is blocked by", "blocks"),
    ("Cloners", "is cloned by", "clones"),
    ("Duplicate", "is duplicated by", "duplicates"),
    ("Relates", "relates to", "relates to"),
)
ROLES = ("Administrators", "Developers", "Users", "Service Desk Team", "atlassian-addons-project-access")
_BASIC = "com.atlassian.jira.plugin.system.customfieldtypes:"
_AGILE = "com.pyxis.greenhopper.jira:"
CUSTOM_FIELDS = (
    ("10001", "Team", f"{_BASIC}atlassian-team"),
    ("10015", "Start date", f"{_BASIC}datepicker"),
    ("10016", "Story point estimate", f"{_AGILE}jsw-story-points"),
    ("10019", "Rank", f"{_AGILE}gh-lexo-rank"),
    ("10020", "Sprint", f"{_AGILE}gh-sprint"),
    ("10021", "Flagged", f"{_BASIC}multicheckboxes"),
)


def fill(site: Site) -> None:
    """Write the common records."""
    _people(site)
    store = site.store
    for number, (priority_id, name, colour) in enumerate(PRIORITIES):
        default = name == "Medium"
        record = {"id": priority_id, "name": name, "statusColor": colour, "rank": number, "isDefault": default}
        store.put("priority", record)
    for status_id, name, category in STATUSES:
        store.put("status", {"id": status_id, "name": name, "category": category, "description": ""})
    for type_id, name, level, description in TYPES:
        store.put("issuetype", {"id": type_id, "name": name, "hierarchyLevel": level, "description": description})
    for number, name in enumerate(RESOLUTIONS):
        store.put("resolution", {"id": str(10000 + number), "name": name, "isDefault": number == 0})
    for number, (name, inward, outward) in enumerate(LINK_TYPES):
        store.put("linktype", {"id": str(10000 + number), "name": name, "inward": inward, "outward": outward})
    for number, name in enumerate(ROLES):
        store.put("role", {"id": str(10002 + number), "name": name})
    store.put("workflow", software_workflow())
    for sequence in ("status", "issuetype", "resolution", "linktype", "role", "field"):
        store.reserve(sequence, 10029)
    _custom_fields(site)


def account_id(name: str) -> str:
    """A stable account id, so that two runs of a seed name the same people."""
    return "5b" + hashlib.sha256(name.encode()).hexdigest()[:22]


def person(site: Site, name: str, email: str, token: str | None = None, admin: bool = False) -> Record:
    groups = ["jira-users"] + (["jira-administrators"] if admin else [])
    record: Record = {
        "id": account_id(email),
        "displayName": name,
        "email": email,
        "token": token,
        "accountType": "atlassian",
        "active": True,
        "admin": admin,
        "groups": groups,
        "timeZone": "Etc/UTC",
    }
    return site.store.put("user", record)


def _people(site: Site) -> None:
    for group in ("jira-users", "jira-administrators", "developers"):
        site.store.put("group", {"id": group, "name": group})
    person(site, f"{site.name} Admin", "admin@example.com", "admin", admin=True)
    person(site, f"{site.name} User", "user@example.com", "user")
    for name in PEOPLE:
        person(site, name, name.lower().replace(" ", ".") + "@example.com", name.split()[0].lower())


def software_workflow() -> Record:
    """To Do, In Progress, In Review, Done; every status is reachable from anywhere, as in a new project."""
    transitions: list[dict[str, Any]] = [{"id": "1", "name": "Create", "from": [], "to": TO_DO, "initial": True}]
    for number, (status_id, name, _) in enumerate(STATUSES):
        transitions.append({"id": str(11 + number * 10), "name": name, "from": [], "to": status_id, "global": True})
    return {
        "id": WORKFLOW,
        "name": "Software workflow",
        "statuses": [status_id for status_id, _, _ in STATUSES],
        "transitions": transitions,
    }


def custom_field(site: Site, number: str, name: str, kind: str, options: tuple[str, ...] = ()) -> Record:
    """A custom field with one context for every project, and its options."""
    record = site.store.put("field", {"id": f"customfield_{number}", "name": name, "type": kind, "description": ""})
    context = {
        "id": site.store.next_id("context", 10100),
        "field": record["id"],
        "name": f"Default Configuration Scheme for {name}",
        "description": "",
        "projects": [],
        "issueTypes": [],
    }
    site.store.put("context", context)
    for value in options:
        parent, _, child = value.partition(" / ")
        known = site.store.find("option", field=record["id"], value=parent, parent=None)
        above = known or option(site, record["id"], context["id"], parent)
        if child:
            option(site, record["id"], context["id"], child, above["id"])
    return record


def option(site: Site, field_id: str, context_id: str, value: str, parent: str | None = None) -> Record:
    record = {
        "id": site.store.next_id("option", 10020),
        "field": field_id,
        "context": context_id,
        "value": value,
        "parent": parent,
        "disabled": False,
    }
    return site.store.put("option", record)


def _custom_fields(site: Site) -> None:
    for key, name, kind in CUSTOM_FIELDS:
        custom_field(site, key, name, kind, ("Impediment",) if name == "Flagged" else ())
    for number, (name, kind, options) in enumerate(ALL_TYPES, 10030):
        custom_field(site, str(number), name, _BASIC + kind, options)
    site.store.reserve("field", 10099)


# One field of each type that people make themselves.
ALL_TYPES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Reference", "textfield", ()),
    ("Steps to reproduce", "textarea", ()),
    ("Web link", "url", ()),
    ("Effort", "float", ()),
    ("Target date", "datepicker", ()),
    ("Occurred at", "datetime", ()),
    ("Keywords", "labels", ()),
    ("Severity", "select", ("Critical", "Major", "Minor", "Trivial")),
    ("Environment kind", "radiobuttons", ("Production", "Staging", "Test")),
    ("Platforms", "multiselect", ("Linux", "macOS", "Windows", "iOS", "Android")),
    ("Checks", "multicheckboxes", ("Documented", "Tested", "Reviewed")),
    ("Location", "cascadingselect", ("Europe / Berlin", "Europe / Paris", "Asia / Tokyo", "Asia / Delhi", "Other")),
    ("Contact", "userpicker", ()),
    ("Reviewers", "multiuserpicker", ()),
    ("Owning group", "grouppicker", ()),
    ("Watching groups", "multigrouppicker", ()),
    ("Target version", "version", ()),
    ("Tested versions", "multiversion", ()),
    ("Related project", "project", ()),
)
