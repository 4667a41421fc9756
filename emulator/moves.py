"""Moving issues to another project or type: a new key, the old one still leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator import events, history, permissions, workflows
from emulator.errors import JiraError
from emulator.fields import all_fields

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

# Lists whose members belong to a project; after a move those of the same name in the new project are kept.
BY_NAME = (("components", "component"), ("fixVersions", "version"), ("versions", "version"))


def move(site: Site, caller: Caller, issue: Record, project: Record, issue_type: Record) -> None:
    """Put an issue into a project under a type; JiraError 400 if the caller may not."""
    source = site.store.get("project", issue["project"])
    assert source is not None
    may_leave = permissions.has_on_issue(site, caller.user, "MOVE_ISSUES", issue)
    if not may_leave or not permissions.has_in_project(caller.user, "CREATE_ISSUES", project):
        raise JiraError(400, "You do not have permission to move this issue there.")
    if issue_type["id"] not in project["issueTypes"]:
        raise JiraError(400, "The issue type does not belong to the project.")
    known, fields, items = all_fields(site), issue["fields"], []
    values = {"issuetype": issue_type["id"], "status": _status(site, project, issue, issue_type)}
    if project is not source:
        values |= _lists(site, project, issue)
        said = ((source["id"], source["name"]), (project["id"], project["name"]))
        items.append(history.plain_item("project", *said) | {"fieldId": "project"})
        items.append(_rename(site, issue, project))
        values |= {"project": project["id"], "security": None}
    for name, value in values.items():
        if name != "project":
            items += history.items(site, known[name], fields.get(name), value)
    if not items:
        return
    fields |= values
    fields["updated"] = max(site.clock.now(), fields["updated"] + 1)
    site.store.put("issue", issue)
    record = history.add(site, issue, caller.account_id, items)
    events.issue_updated(site, caller, issue, record, "issue_moved")


def _status(site: Site, project: Record, issue: Record, issue_type: Record) -> str:
    workflow = workflows.workflow_of(site, project, issue_type["id"])
    status = str(issue["fields"]["status"])
    return status if status in workflow["statuses"] else workflows.initial_status(workflow)


def _lists(site: Site, project: Record, issue: Record) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for name, kind in BY_NAME:
        held = [record for record in (site.store.get(kind, each) for each in issue["fields"].get(name) or []) if record]
        names = {record["name"] for record in held}
        kept[name] = [record["id"] for record in site.store.owned(kind, project["id"]) if record["name"] in names]
    return kept


def _rename(site: Site, issue: Record, project: Record) -> history.Item:
    """Give the issue a key of its new project; its owner changes, so the store must see it go and come."""
    old = issue["key"]
    site.store.delete("issue", issue["id"])
    project["counter"] = project.get("counter", 0) + 1
    site.store.put("project", project)
    issue["project"] = project["id"]
    issue["key"] = f"{project['key']}-{project['counter']}"
    site.store.put("issuekey", {"id": issue["key"], "issue": issue["id"]})
    return history.plain_item("Key", (None, old), (None, issue["key"]))
