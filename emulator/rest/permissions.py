"""Permissions of the caller, and of others for those who may ask."""

from typing import Any

from emulator import context, permissions
from emulator.errors import JiraError
from emulator.fields.special import issue_by
from emulator.rest import params
from emulator.rest.routing import Resource
from emulator.rest.users import project_by
from emulator.store import Record

rest = Resource("permissions")
MOST = 1000


@rest.get("/mypermissions", anonymous=True)
def mine() -> Any:
    wanted = params.words("permissions")
    if not wanted:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    unknown = [key for key in wanted if key not in permissions.GLOBAL and key not in permissions.PROJECT]
    if unknown:
        raise JiraError(400, f"Unrecognized permission: {', '.join(unknown)}")
    site, user = context.site(), context.caller().user
    project, issue = _place()
    shown = {}
    for index, key in enumerate(wanted):
        is_global = key in permissions.GLOBAL
        shown[key] = {
            "id": str(index),
            "key": key,
            "name": (permissions.GLOBAL if is_global else permissions.PROJECT)[key],
            "type": "GLOBAL" if is_global else "PROJECT",
            "description": "",
            "havePermission": permissions.has(site, user, key, project, issue),
        }
    return {"permissions": shown}


def _place() -> tuple[Record | None, Record | None]:
    issue_id = params.text("issueId") or params.text("issueKey")
    project_id = params.text("projectId") or params.text("projectKey")
    issue = issue_by(context.site(), issue_id) if issue_id else None
    if issue_id and issue is None:
        raise JiraError(404, "Issue does not exist or you do not have permission to see it.")
    project = project_by(project_id) if project_id else None
    if project_id and project is None:
        raise JiraError(404, f"No project could be found with key '{project_id}'.")
    return project, issue


@rest.get("/permissions", scope="ADMIN")
def every() -> Any:
    shown: dict[str, Any] = {}
    for kind, known in (("GLOBAL", permissions.GLOBAL), ("PROJECT", permissions.PROJECT)):
        shown |= {key: {"key": key, "name": name, "type": kind, "description": ""} for key, name in known.items()}
    return {"permissions": shown}


@rest.post("/permissions/check", scope="READ")
def check() -> Any:
    given, caller = params.body(), context.caller()
    account_id = given.get("accountId") or caller.account_id
    if account_id != caller.account_id and not caller.is_admin and caller.app is None:
        raise JiraError(403, "You may not check the permissions of other users.")
    user = context.site().store.get("user", account_id)
    held_globally = [
        key
        for key in params.listed(given, "globalPermissions", MOST)
        if key in permissions.GLOBAL and permissions.has_global(user, key)
    ]
    rows = []
    for asked in params.listed(given, "projectPermissions", MOST):
        if not isinstance(asked, dict):
            raise JiraError(400, "'projectPermissions' must hold objects.")
        rows += [_in_projects(user, key, asked) for key in params.listed(asked, "permissions", MOST)]
    return {"globalPermissions": held_globally, "projectPermissions": rows}


def _in_projects(user: Record | None, key: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Where the user holds a permission; ids that do not exist are left out in silence."""
    site = context.site()
    if key not in permissions.PROJECT:
        raise JiraError(400, f"Unrecognized permission: {key}")
    issues, projects = [], []
    for issue_id in params.listed(asked, "issues", MOST):
        issue = site.store.get("issue", str(issue_id))
        if issue and permissions.has_on_issue(site, user, key, issue):
            issues.append(int(issue["id"]))
    for project_id in params.listed(asked, "projects", MOST):
        project = site.store.get("project", str(project_id))
        if project and permissions.has_in_project(user, key, project):
            projects.append(int(project["id"]))
    return {"permission": key, "issues": issues, "projects": projects}


@rest.post("/permissions/project", scope="READ")
def permitted() -> Any:
    wanted = params.listed(params.body(), "permissions", MOST, required=True)
    unknown = [str(key) for key in wanted if key not in permissions.PROJECT]
    if unknown:
        raise JiraError(400, f"Unrecognized permission: {', '.join(unknown)}")
    site, user = context.site(), context.caller().user
    allowed = [
        project
        for project in site.store.all("project")
        if all(permissions.has_in_project(user, str(key), project) for key in wanted)
    ]
    return {"projects": [{"id": int(project["id"]), "key": project["key"]} for project in allowed]}
