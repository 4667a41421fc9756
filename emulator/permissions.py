"""Who may do what: a built-in scheme or the project's own, and denials that a test adds to a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator import grants

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

GLOBAL = {
    "ADMINISTER": "Administer Jira",
    "SYSTEM_ADMIN": "Administer the system",
    "USER_PICKER": "Browse users and groups",
    "BULK_CHANGE": "Make bulk changes",
    "CREATE_SHARED_OBJECTS": "Share dashboards and filters",
    "CREATE_PROJECT": "Create team-managed projects",
}
ADMIN_ONLY = {"ADMINISTER", "SYSTEM_ADMIN", "CREATE_PROJECT"}
PROJECT = {
    "ADMINISTER_PROJECTS": "Administer projects",
    "BROWSE_PROJECTS": "Browse projects",
    "CREATE_ISSUES": "Create work items",
    "EDIT_ISSUES": "Edit work items",
    "DELETE_ISSUES": "Delete work items",
    "MOVE_ISSUES": "Move work items",
    "LINK_ISSUES": "Link work items",
    "ASSIGN_ISSUES": "Assign work items",
    "ASSIGNABLE_USER": "Assignable user",
    "CLOSE_ISSUES": "Close work items",
    "RESOLVE_ISSUES": "Resolve work items",
    "SCHEDULE_ISSUES": "Schedule work items",
    "TRANSITION_ISSUES": "Transition work items",
    "MODIFY_REPORTER": "Modify reporter",
    "SET_ISSUE_SECURITY": "Set work item security",
    "ADD_COMMENTS": "Add comments",
    "EDIT_ALL_COMMENTS": "Edit all comments",
    "EDIT_OWN_COMMENTS": "Edit own comments",
    "DELETE_ALL_COMMENTS": "Delete all comments",
    "DELETE_OWN_COMMENTS": "Delete own comments",
    "CREATE_ATTACHMENTS": "Create attachments",
    "DELETE_ALL_ATTACHMENTS": "Delete all attachments",
    "DELETE_OWN_ATTACHMENTS": "Delete own attachments",
    "WORK_ON_ISSUES": "Work on work items",
    "EDIT_ALL_WORKLOGS": "Edit all worklogs",
    "EDIT_OWN_WORKLOGS": "Edit own worklogs",
    "DELETE_ALL_WORKLOGS": "Delete all worklogs",
    "DELETE_OWN_WORKLOGS": "Delete own worklogs",
    "MANAGE_WATCHERS": "Manage watchers",
    "VIEW_VOTERS_AND_WATCHERS": "View voters and watchers",
    "MANAGE_SPRINTS_PERMISSION": "Manage sprints",
    "VIEW_DEV_TOOLS": "View development tools",
}
# Only project administrators and apps get these; everybody who is logged in gets the rest.
PRIVILEGED = {
    "ADMINISTER_PROJECTS",
    "EDIT_ALL_COMMENTS",
    "DELETE_ALL_COMMENTS",
    "DELETE_ALL_ATTACHMENTS",
    "EDIT_ALL_WORKLOGS",
    "DELETE_ALL_WORKLOGS",
}
# An archived project can be read and nothing else.
READING = {"BROWSE_PROJECTS", "VIEW_VOTERS_AND_WATCHERS", "VIEW_DEV_TOOLS"}


def has_global(user: Record | None, permission: str) -> bool:
    """Whether an account holds a global permission."""
    if user is None or not user["active"]:
        return False
    return bool(user.get("admin")) or permission not in ADMIN_ONLY


def has_in_project(user: Record | None, permission: str, project: Record) -> bool:
    """Whether an account holds a project permission."""
    if user is None or not user["active"] or user["accountType"] == "customer" or project.get("deleted"):
        return False
    denied = project.get("denied", {})
    taken = {*denied.get(user["id"], []), *denied.get("*", [])}
    archived = project.get("archived") and permission not in READING
    if archived or permission in taken or "BROWSE_PROJECTS" in taken:
        return False
    if permission == "ASSIGNABLE_USER" and user["accountType"] == "app":
        return bool(user.get("assignable", True))
    if project.get("grants") is not None and user["accountType"] != "app":
        return grants.granted(user, permission, project)
    if permission in PRIVILEGED:
        return bool(user.get("admin")) or user["accountType"] == "app" or project.get("lead") == user["id"]
    return True


def has_on_issue(site: Site, user: Record | None, permission: str, issue: Record) -> bool:
    """Whether an account holds a project permission on one issue, whose security level may hide it."""
    project = site.store.get("project", issue["project"])
    if project is None or not has_in_project(user, permission, project):
        return False
    return sees_level(site, user, issue)


def sees_level(site: Site, user: Record | None, issue: Record) -> bool:
    """Whether the issue's security level lets the account see it."""
    level = site.store.get("securitylevel", issue["fields"].get("security"))
    if level is None or user is None:
        return level is None
    members = level.get("members", [])
    named = {"reporter": issue["fields"].get("reporter"), "assignee": issue["fields"].get("assignee")}
    project = site.store.get("project", issue["project"]) or {}
    roles = [member.removeprefix("role:") for member in members if member.startswith("role:")]
    if any(grants.in_role(user, project, role) for role in roles):
        return True
    if user["id"] in members or any(named.get(member) == user["id"] for member in members):
        return True
    return user["accountType"] == "app" or any(group in members for group in user.get("groups", []))


def is_assignable(site: Site, user: Record, project: Record | None) -> bool:
    return project is None or has_in_project(user, "ASSIGNABLE_USER", project)


def default_assignee(project: Record | None) -> str | None:
    """Whom an issue goes to when nobody is named."""
    if project and project.get("assigneeType") == "PROJECT_LEAD":
        return str(project["lead"])
    return None


def has(site: Site, user: Record | None, permission: str, project: Record | None, issue: Record | None) -> bool:
    """A permission of either sort, wherever it is asked for."""
    if permission in GLOBAL:
        return has_global(user, permission)
    if issue is not None:
        return has_on_issue(site, user, permission, issue)
    if project is not None:
        return has_in_project(user, permission, project)
    return any(has_in_project(user, permission, each) for each in site.store.all("project"))
