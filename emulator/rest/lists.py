"""Issue types, priorities, resolutions, link types, roles, groups: the site's short lists."""

from collections.abc import Callable
from typing import Any

from emulator import beans, context
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.rest.users import project_by
from emulator.store import Record

rest = Resource("lists")
Show = Callable[[Record], dict[str, Any]]


def _one(kind: str, record_id: str, words: str, show: Show) -> Any:
    record = context.site().store.get(kind, record_id)
    if record is None:
        raise JiraError(404, words)
    return show(record)


def _issue_type(record: Record) -> dict[str, Any]:
    return beans.issue_type(record, scene())


def _priority(record: Record) -> dict[str, Any]:
    return beans.priority_detail(record, scene())


def _resolution(record: Record) -> dict[str, Any]:
    return beans.resolution(record, scene())


def _chosen(kind: str) -> list[Record]:
    """Records narrowed by repeated `id`, and by `onlyDefault`."""
    wanted = params.words("id")
    records = context.site().store.all(kind)
    only_default = params.flag("onlyDefault")
    return [r for r in records if (not wanted or r["id"] in wanted) and (not only_default or r.get("isDefault"))]


@rest.get("/issuetype")
def issue_types() -> Any:
    return [_issue_type(record) for record in context.site().store.all("issuetype")]


@rest.get("/issuetype/<type_id>")
def issue_type(type_id: str) -> Any:
    return _one("issuetype", type_id, f"Issue type with id '{type_id}' was not found.", _issue_type)


@rest.get("/issuetype/project")
def issue_types_of_project() -> Any:
    project = project_by(params.text("projectId"))
    if project is None:
        raise JiraError(404, f"No project could be found with id '{params.text('projectId')}'.")
    level = params.text("level")
    records = [context.site().store.get("issuetype", type_id) for type_id in project["issueTypes"]]
    return [_issue_type(r) for r in records if r and level in (None, str(r["hierarchyLevel"]))]


@rest.get("/priority")
def priorities() -> Any:
    return [_priority(record) for record in context.site().store.all("priority")]


@rest.get("/priority/search")
def priority_search() -> Any:
    return params.paged(_chosen("priority"), _priority)


@rest.get("/priority/<priority_id>")
def priority(priority_id: str) -> Any:
    return _one("priority", priority_id, f"The priority with id '{priority_id}' does not exist", _priority)


@rest.get("/resolution")
def resolutions() -> Any:
    return [_resolution(record) for record in context.site().store.all("resolution")]


@rest.get("/resolution/search")
def resolution_search() -> Any:
    return params.paged(_chosen("resolution"), _resolution)


@rest.get("/resolution/<resolution_id>")
def resolution(resolution_id: str) -> Any:
    return _one("resolution", resolution_id, f"The resolution with id '{resolution_id}' does not exist", _resolution)


@rest.get("/issueLinkType")
def link_types() -> Any:
    return {"issueLinkTypes": [beans.link_type(record, scene()) for record in context.site().store.all("linktype")]}


@rest.get("/issueLinkType/<type_id>")
def link_type(type_id: str) -> Any:
    words = f"No issue link type with id '{type_id}' found."
    return _one("linktype", type_id, words, lambda record: beans.link_type(record, scene()))


@rest.get("/label")
def labels() -> Any:
    used = {label for issue in context.site().store.all("issue") for label in issue["fields"].get("labels") or []}
    return params.paged(sorted(used), str, size=1000, most=1000)


@rest.get("/role", scope="ADMIN")
def roles() -> Any:
    return [_role(record) for record in context.site().store.all("role")]


def _role(record: Record) -> dict[str, Any]:
    return {
        "self": f"{scene().root}/role/{record['id']}",
        "name": record["name"],
        "id": int(record["id"]),
        "description": record.get("description", ""),
    }


@rest.get("/securitylevel/<level_id>", scope="PROJECT_ADMIN")
def security_level(level_id: str) -> Any:
    words = f"The security level with id '{level_id}' does not exist."
    return _one("securitylevel", level_id, words, lambda record: beans.security_level(record, scene()))
