"""Projects: their JSON in full, and finding one a caller may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import beans, permissions, workflows
from emulator.errors import JiraError

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.fields import Scene
    from emulator.site import Site
    from emulator.store import Record

Bean = dict[str, Any]


def visible(site: Site, caller: Caller, id_or_key: object) -> Record:
    """The project, or 404 in the words Jira uses for both absence and lack of permission."""
    text = str(id_or_key)
    project = site.store.get("project", text) or next(
        (p for p in site.store.all("project") if p["key"] == text.upper() or text.upper() in p.get("formerKeys", [])),
        None,
    )
    if project is None or not permissions.has_in_project(caller.user, "BROWSE_PROJECTS", project):
        what = "id" if text.isdigit() else "key"
        raise JiraError(404, f"No project could be found with {what} '{text}'.")
    return project


def all_visible(site: Site, caller: Caller) -> list[Record]:
    return [p for p in site.store.all("project") if permissions.has_in_project(caller.user, "BROWSE_PROJECTS", p)]


def administer(caller: Caller, project: Record) -> None:
    """403 unless the caller administers the project."""
    if not (caller.is_admin or permissions.has_in_project(caller.user, "ADMINISTER_PROJECTS", project)):
        raise JiraError(403, "You do not have permission to administer this project.")


def issue_types(site: Site, project: Record) -> list[Record]:
    found = (site.store.get("issuetype", type_id) for type_id in project["issueTypes"])
    return [record for record in found if record]


def short(project: Record, scene: Scene) -> Bean:
    """As `/project/search` shows it."""
    bean: Bean = {
        "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
        "self": f"{scene.root}/project/{project['id']}",
        "id": project["id"],
        "key": project["key"],
        "name": project["name"],
        "avatarUrls": beans.avatars(scene, f"/avatar/project/{project['id']}.svg"),
        "projectTypeKey": project.get("type", "software"),
        "simplified": project.get("style") == "next-gen",
        "style": project.get("style", "classic"),
        "isPrivate": False,
        "properties": {},
    }
    return bean | ({"archived": True} if project.get("archived") else {})


def full(project: Record, scene: Scene) -> Bean:
    store = scene.site.store
    lead = store.get("user", project.get("lead"))
    bean = short(project, scene) | {
        "description": project.get("description", ""),
        "issueTypes": [beans.issue_type(record, scene) for record in issue_types(scene.site, project)],
        "components": [beans.component(record, scene) for record in store.owned("component", project["id"])],
        "versions": [version(record, scene) for record in store.owned("version", project["id"])],
        "assigneeType": project.get("assigneeType", "UNASSIGNED"),
        "roles": {
            role["name"]: f"{scene.root}/project/{project['id']}/role/{role['id']}" for role in store.all("role")
        },
    }
    return bean | ({"lead": beans.user(lead, scene)} if lead else {})


def version(record: Record, scene: Scene) -> Bean:
    """A version with the project it belongs to."""
    return beans.version(record, scene) | {"projectId": int(record["project"])}


def component(record: Record, scene: Scene) -> Bean:
    """A component in full."""
    project = scene.site.store.get("project", record["project"])
    lead = scene.site.store.get("user", record.get("lead"))
    shown: Bean = beans.component(record, scene) | {
        "assigneeType": record.get("assigneeType", "PROJECT_DEFAULT"),
        "realAssigneeType": record.get("assigneeType", "PROJECT_DEFAULT"),
        "isAssigneeTypeValid": False,
        "project": project["key"] if project else "",
        "projectId": int(record["project"]),
    }
    return shown | ({"lead": beans.user(lead, scene)} if lead else {})


def statuses_by_type(project: Record, scene: Scene) -> list[Bean]:
    """For each issue type the statuses of its workflow."""
    shown = []
    for record in issue_types(scene.site, project):
        workflow = workflows.workflow_of(scene.site, project, record["id"])
        statuses = (scene.site.store.get("status", status_id) for status_id in workflow["statuses"])
        shown.append(
            {
                "self": f"{scene.root}/issuetype/{record['id']}",
                "id": record["id"],
                "name": record["name"],
                "subtask": record["hierarchyLevel"] < 0,
                "statuses": [beans.status(status, scene) for status in statuses if status],
            }
        )
    return shown
