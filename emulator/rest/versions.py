"""Versions and components of projects."""

from typing import Any

from emulator import context, events, issues, projects
from emulator.clock import parse_date
from emulator.errors import JiraError, bad_field
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.rest.users import project_by
from emulator.store import Record

rest = Resource("versions")
LONGEST = 255


def _project_of(given: dict[str, Any]) -> Record:
    wanted = given.get("projectId") or given.get("project")
    if wanted is None:
        raise bad_field("projectId", "A project id or key is required.")
    project = projects.visible(context.site(), context.caller(), wanted)
    projects.administer(context.caller(), project)
    return project


def _name(given: dict[str, Any], kind: str, project: Record, own_id: str | None = None) -> str:
    name = str(given.get("name") or "").strip()
    if not name or len(name) > LONGEST:
        raise bad_field("name", f"The name must be between 1 and {LONGEST} characters.")
    for other in context.site().store.owned(kind, project["id"]):
        if other["id"] != own_id and other["name"].lower() == name.lower():
            raise bad_field("name", f"A {kind} with this name already exists in this project.")
    return name


def found(kind: str, record_id: str) -> tuple[Record, Record]:
    record = context.site().store.get(kind, record_id)
    project = project_by(record["project"]) if record else None
    if record is None or project is None:
        raise JiraError(404, f"Could not find {kind} for id '{record_id}'")
    projects.visible(context.site(), context.caller(), project["id"])
    return record, project


def _version_parts(given: dict[str, Any]) -> Record:
    parts: Record = {
        name: given[name] for name in ("description", "archived", "released") if given.get(name) is not None
    }
    for name in ("startDate", "releaseDate"):
        if given.get(name):
            parts[name] = parse_date(str(given[name]))
            if parts[name] is None:
                raise bad_field(name, f"Error parsing date string: {given[name]}")
    return parts


@rest.post("/version", scope="PROJECT_ADMIN")
def create_version() -> Any:
    site, given = context.site(), params.body()
    project = _project_of(given)
    name = _name(given, "version", project)
    record: Record = {"id": "", "project": project["id"], "name": name, "archived": False, "released": False}
    record |= _version_parts(given)
    record["id"] = site.store.next_id("version")
    site.store.put("version", record)
    events.version(site, context.caller(), "jira:version_created", record)
    return projects.version(record, scene()), 201


@rest.get("/version/<version>")
def version(version: str) -> Any:
    return projects.version(found("version", version)[0], scene())


@rest.put("/version/<version>", scope="PROJECT_ADMIN")
def update_version(version: str) -> Any:
    record, project = found("version", version)
    projects.administer(context.caller(), project)
    given = params.body()
    changed = _version_parts(given)
    if given.get("name") is not None:
        changed["name"] = _name(given, "version", project, record["id"])
    was_released = record.get("released", False)
    record |= changed
    context.site().store.put("version", record)
    event = "jira:version_updated"
    if record.get("released", False) != was_released:
        event = "jira:version_released" if record["released"] else "jira:version_unreleased"
    events.version(context.site(), context.caller(), event, record)
    return projects.version(record, scene())


@rest.post("/version/<version>/removeAndSwap", scope="PROJECT_ADMIN")
def remove_version(version: str) -> Any:
    record, project = found("version", version)
    projects.administer(context.caller(), project)
    given = params.body()
    for field, name in (("fixVersions", "moveFixIssuesTo"), ("versions", "moveAffectedIssuesTo")):
        replace(project, field, record["id"], _swap(given.get(name)))
    context.site().store.delete("version", record["id"])
    events.version(context.site(), context.caller(), "jira:version_deleted", record)
    return None


def _swap(wanted: object) -> str | None:
    return found("version", str(wanted))[0]["id"] if wanted else None


def replace(project: Record, field: str, record_id: str, other: str | None) -> None:
    """Take a version or component off every issue, or put another in its place."""
    site = context.site()
    for issue in site.store.owned("issue", project["id"]):
        held = issue["fields"].get(field) or []
        if record_id in held:
            kept = [each for each in held if each != record_id]
            added = [other] if other and other not in kept else []
            issues.change(site, context.caller(), issue, {field: kept + added})


def _component_parts(given: dict[str, Any]) -> Record:
    parts: Record = {name: given[name] for name in ("description", "assigneeType") if given.get(name) is not None}
    if given.get("leadAccountId"):
        if context.site().store.get("user", given["leadAccountId"]) is None:
            raise bad_field("leadUserName", f"The user '{given['leadAccountId']}' does not exist.")
        parts["lead"] = given["leadAccountId"]
    return parts


@rest.post("/component", scope="PROJECT_ADMIN")
def create_component() -> Any:
    store, given = context.site().store, params.body()
    project = _project_of(given)
    record: Record = {"id": "", "project": project["id"], "name": _name(given, "component", project)}
    record |= _component_parts(given)
    record["id"] = store.next_id("component")
    store.put("component", record)
    return projects.component(record, scene()), 201


@rest.get("/component/<component>")
def component(component: str) -> Any:
    return projects.component(found("component", component)[0], scene())


@rest.put("/component/<component>", scope="PROJECT_ADMIN")
def update_component(component: str) -> Any:
    record, project = found("component", component)
    projects.administer(context.caller(), project)
    given = params.body()
    changed = _component_parts(given)
    if given.get("name") is not None:
        changed["name"] = _name(given, "component", project, record["id"])
    record |= changed
    context.site().store.put("component", record)
    return projects.component(record, scene())


@rest.delete("/component/<component>", scope="PROJECT_ADMIN")
def delete_component(component: str) -> Any:
    record, project = found("component", component)
    projects.administer(context.caller(), project)
    other = params.text("moveIssuesTo")
    replace(project, "components", record["id"], found("component", other)[0]["id"] if other else None)
    context.site().store.delete("component", record["id"])
    return None
