"""Making, changing, archiving and deleting projects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from emulator import events
from emulator.errors import JiraError, bad_field
from emulator.seeds import writing

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

KEY = re.compile(r"[A-Z][A-Z0-9_]{1,9}")
TYPES = ("software", "service_desk", "business")
TEAM_STATUSES = (("To Do", "new"), ("In Progress", "indeterminate"), ("Done", "done"))
TEAM_TYPES = (("Epic", 1), ("Task", 0), ("Subtask", -1))


def key_problem(site: Site, key: object, own: Record | None = None) -> str | None:
    """What is wrong with a project key, in words."""
    if not isinstance(key, str) or not key:
        return "You must specify a valid project key."
    if not KEY.fullmatch(key):
        return (
            "Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric"
            " characters, and have at most 10 characters."
        )
    for other in site.store.all("project"):
        if other is not own and key in (other["key"], *other.get("formerKeys", [])):
            return f"Project '{other['name']}' uses this project key."
    return None


def name_problem(site: Site, name: object, own: Record | None = None) -> str | None:
    """What is wrong with a project name, in words."""
    if not isinstance(name, str) or not 2 <= len(name.strip()) <= 80:
        return "You must specify a project name of 2 to 80 characters."
    if any(p is not own and p["name"].lower() == name.strip().lower() for p in site.store.all("project")):
        return "A project with that name already exists."
    return None


def create(site: Site, caller: Caller, given: dict[str, Any]) -> Record:
    """A company- or team-managed project from a request body; 400 with every problem."""
    problems = {
        "projectKey": key_problem(site, given.get("key")),
        "projectName": name_problem(site, given.get("name")),
        "projectLead": _lead_problem(site, given.get("leadAccountId") or given.get("lead")),
        "projectType": None
        if given.get("projectTypeKey", "software") in TYPES
        else "An invalid project type was given.",
    }
    found = {name: words for name, words in problems.items() if words}
    if found:
        raise JiraError(400, errors=found)
    record = writing.project(site, given["key"], given["name"].strip(), given.get("projectTypeKey") or "software")
    record["lead"] = given.get("leadAccountId") or given.get("lead")
    record["description"] = str(given.get("description") or "")
    record["assigneeType"] = given.get("assigneeType") or "UNASSIGNED"
    if is_team_managed(str(given.get("projectTemplateKey") or "")):
        _make_team_managed(site, record)
    site.store.put("project", record)
    events.project(site, caller, "project_created", record)
    return record


def is_team_managed(template: str) -> bool:
    """Whether a template makes a team-managed project."""
    return "agility" in template or "next-gen" in template


def _lead_problem(site: Site, account_id: object) -> str | None:
    user = site.store.get("user", account_id) if isinstance(account_id, str) else None
    if user is None or not user["active"]:
        return "You must specify a valid project lead."
    return None


def _make_team_managed(site: Site, project: Record) -> None:
    """Types, statuses and a workflow of the project's own."""
    store, scope = site.store, project["id"]
    types = []
    for name, level in TEAM_TYPES:
        known = {"id": store.next_id("issuetype"), "name": name, "hierarchyLevel": level, "scope": scope}
        types.append(store.put("issuetype", known)["id"])
    statuses = []
    for name, category in TEAM_STATUSES:
        known = {"id": store.next_id("status"), "name": name, "category": category, "description": "", "scope": scope}
        statuses.append(store.put("status", known)["id"])
    transitions: list[Record] = [{"id": "1", "name": "Create", "from": [], "to": statuses[0], "initial": True}]
    for number, (status_id, (name, _)) in enumerate(zip(statuses, TEAM_STATUSES, strict=True)):
        transitions.append({"id": str(11 + number * 10), "name": name, "from": [], "to": status_id, "global": True})
    workflow = {
        "id": store.next_id("workflow"),
        "name": f"Software workflow for project {scope}",
        "scope": scope,
        "statuses": statuses,
        "transitions": transitions,
    }
    store.put("workflow", workflow)
    project |= {"style": "next-gen", "issueTypes": types, "workflows": {"default": workflow["id"]}}


def update(site: Site, caller: Caller, project: Record, given: dict[str, Any]) -> None:
    """Change what the body names; a new key renames every issue, and the old ones still lead there."""
    problems = {}
    if given.get("key") is not None and given["key"] != project["key"]:
        problems["projectKey"] = key_problem(site, given["key"], project)
    if given.get("name") is not None:
        problems["projectName"] = name_problem(site, given["name"], project)
    lead = given.get("leadAccountId") or given.get("lead")
    if lead is not None:
        problems["projectLead"] = _lead_problem(site, lead)
    found = {name: words for name, words in problems.items() if words}
    if found:
        raise JiraError(400, errors=found)
    if given.get("assigneeType") not in (None, "PROJECT_LEAD", "UNASSIGNED"):
        raise bad_field("assigneeType", "The assignee type must be PROJECT_LEAD or UNASSIGNED.")
    project |= {name: given[name] for name in ("description", "assigneeType", "url") if given.get(name) is not None}
    if given.get("name") is not None:
        project["name"] = given["name"].strip()
    if lead is not None:
        project["lead"] = lead
    if given.get("key") is not None and given["key"] != project["key"]:
        _rename(site, project, given["key"])
    site.store.put("project", project)
    events.project(site, caller, "project_updated", project)


def _rename(site: Site, project: Record, key: str) -> None:
    former = [each for each in project.get("formerKeys", []) if each != key]
    project["formerKeys"] = [*former, project["key"]]
    project["key"] = key
    for issue in site.store.owned("issue", project["id"]):
        issue["key"] = f"{key}-{issue['key'].rpartition('-')[2]}"
        site.store.put("issue", issue)
        site.store.put("issuekey", {"id": issue["key"], "issue": issue["id"]})


def archive(site: Site, caller: Caller, project: Record) -> None:
    """Make a project read-only; 400 if it is already."""
    if project.get("archived"):
        raise JiraError(400, f"The project '{project['key']}' is archived already.")
    project["archived"] = True
    site.store.put("project", project)
    events.project(site, caller, "project_archived", project)


def restore(site: Site, caller: Caller, project: Record) -> None:
    """Bring a project back from the archive or from the trash."""
    event = "project_restored_deleted" if project.get("deleted") else "project_restored_archived"
    for mark in ("archived", "deleted"):
        project.pop(mark, None)
    site.store.put("project", project)
    events.project(site, caller, event, project)


def trash(site: Site, caller: Caller, project: Record) -> None:
    """Hide a project until somebody restores it."""
    project["deleted"] = True
    site.store.put("project", project)
    events.project(site, caller, "project_soft_deleted", project)


def delete(site: Site, caller: Caller, project: Record) -> None:
    """Remove a project with all it holds; nobody is told of each issue, as in Jira."""
    store = site.store
    gone = {issue["id"] for issue in store.owned("issue", project["id"])}
    for issue_id in gone:
        for kind in ("comment", "worklog", "attachment", "history", "remotelink"):
            for record in store.owned(kind, issue_id):
                store.delete(kind, record["id"])
        for link_id in list(site.indexes.links.get(issue_id, {})):
            link = store.get("issuelink", link_id)
            if link:
                site.indexes.remove_link(link)
                store.delete("issuelink", link_id)
        issue = store.get("issue", issue_id)
        if issue:
            site.indexes.set_parent(issue_id, issue["fields"].get("parent"), None)
        store.delete("issue", issue_id)
    for pointer in [p for p in store.all("issuekey") if p["issue"] in gone]:
        store.delete("issuekey", pointer["id"])
    for kind in ("version", "component"):
        for record in store.owned(kind, project["id"]):
            store.delete(kind, record["id"])
    for kind in ("issuetype", "status", "workflow"):
        for record in [r for r in store.all(kind) if r.get("scope") == project["id"]]:
            store.delete(kind, record["id"])
    store.delete("project", project["id"])
    events.project(site, caller, "project_deleted", project)
