"""Issue types, and the schemes by which projects have them."""

from typing import Any

from emulator import beans, context
from emulator.errors import JiraError, bad_field
from emulator.rest import params
from emulator.rest.admin.common import ids, must, name_of, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_issue_types")
DEFAULT = "10000"


@rest.post("/issuetype", scope="ADMIN")
def create() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    level = given.get("hierarchyLevel")
    if level is None:
        level = -1 if given.get("type") == "subtask" else 0
    if level not in (0, -1):
        raise bad_field("hierarchyLevel", "The hierarchy level must be 0 for standard types or -1 for sub-tasks.")
    record: Record = {
        "id": store.next_id("issuetype"),
        "name": name_of(given, "issuetype", 60),
        "description": text_of(given, "description"),
        "hierarchyLevel": level,
    }
    store.put("issuetype", record)
    for project in store.all("project"):
        # The default scheme holds every type that is not a project's own.
        if project.get("style") != "next-gen" and project.get("issueTypeScheme", DEFAULT) == DEFAULT:
            _assign(project, [*project["issueTypes"], record["id"]])
    return beans.issue_type(record, scene()), 201


@rest.put("/issuetype/<type_id>", scope="ADMIN")
def update(type_id: str) -> Any:
    site_admin()
    record, given = must("issuetype", type_id, "issue type"), params.body()
    if given.get("name") is not None:
        record["name"] = name_of(given, "issuetype", 60, record)
    record["description"] = text_of(given, "description", record.get("description", ""))
    context.site().store.put("issuetype", record)
    return beans.issue_type(record, scene())


@rest.delete("/issuetype/<type_id>", scope="ADMIN")
def delete(type_id: str) -> Any:
    site_admin()
    store = context.site().store
    record = must("issuetype", type_id, "issue type")
    other = params.text("alternativeIssueTypeId")
    used = [issue for issue in store.all("issue") if issue["fields"]["issuetype"] == type_id]
    if used and other is None:
        raise JiraError(409, "The issue type is in use. Give 'alternativeIssueTypeId' for its issues.")
    if other is not None and must("issuetype", other, "issue type")["hierarchyLevel"] != record["hierarchyLevel"]:
        raise JiraError(400, "The alternative issue type must be of the same level.")
    for issue in used:
        issue["fields"]["issuetype"] = other
        store.put("issue", issue)
    for project in store.all("project"):
        if type_id in project["issueTypes"]:
            kept = [each for each in project["issueTypes"] if each != type_id]
            _assign(project, [*kept, other] if other and other not in kept and used else kept)
    store.delete("issuetype", type_id)
    return None


@rest.get("/issuetype/<type_id>/alternatives")
def alternatives(type_id: str) -> Any:
    record = must("issuetype", type_id, "issue type")
    others = [r for r in context.site().store.all("issuetype") if r["hierarchyLevel"] == record["hierarchyLevel"]]
    return [beans.issue_type(other, scene()) for other in others if other is not record]


def _assign(project: Record, types: list[str]) -> None:
    project["issueTypes"] = list(dict.fromkeys(types))
    context.site().store.put("project", project)


def _schemes() -> list[Record]:
    """The default scheme, then those that were made."""
    store = context.site().store
    every = [t["id"] for t in store.all("issuetype") if not t.get("scope")]
    default = {
        "id": DEFAULT,
        "name": "Default Issue Type Scheme",
        "description": "Default issue type scheme is the list of global issue types.",
        "issueTypes": every,
        "isDefault": True,
    }
    return [default, *store.all("issuetypescheme")]


def _scheme(scheme_id: str) -> Record:
    found = next((s for s in _schemes() if s["id"] == scheme_id), None)
    if found is None:
        raise JiraError(404, f"The issue type scheme with id '{scheme_id}' was not found.")
    return found


def _shown(scheme: Record) -> dict[str, Any]:
    bean = {name: scheme[name] for name in ("id", "name", "description")}
    return bean | {name: scheme[name] for name in ("defaultIssueTypeId", "isDefault") if scheme.get(name)}


@rest.get("/issuetypescheme", scope="ADMIN")
def schemes() -> Any:
    wanted = params.words("id")
    return params.paged([s for s in _schemes() if not wanted or s["id"] in wanted], _shown)


@rest.get("/issuetypescheme/mapping", scope="ADMIN")
def mapping() -> Any:
    wanted = params.words("issueTypeSchemeId")
    rows = [
        {"issueTypeSchemeId": scheme["id"], "issueTypeId": each}
        for scheme in _schemes()
        if not wanted or scheme["id"] in wanted
        for each in scheme["issueTypes"]
    ]
    return params.paged(rows, dict)


@rest.get("/issuetypescheme/project", scope="ADMIN")
def by_project() -> Any:
    wanted = params.words("projectId")
    rows: dict[str, list[str]] = {}
    for project in context.site().store.all("project"):
        if project["id"] in wanted and project.get("style") != "next-gen":
            rows.setdefault(project.get("issueTypeScheme", DEFAULT), []).append(project["id"])
    shown = [{"issueTypeScheme": _shown(_scheme(each)), "projectIds": held} for each, held in rows.items()]
    return params.paged(shown, dict)


@rest.post("/issuetypescheme", scope="ADMIN")
def create_scheme() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    types = ids("issuetype", params.listed(given, "issueTypeIds", required=True), "issue type")
    default = given.get("defaultIssueTypeId")
    if default is not None and default not in types:
        raise JiraError(400, "The default issue type must be one of the scheme's types.")
    record: Record = {
        "id": store.next_id("issuetypescheme", 10100),
        "name": name_of(given, "issuetypescheme"),
        "description": text_of(given, "description"),
        "issueTypes": types,
        "defaultIssueTypeId": default,
    }
    store.put("issuetypescheme", record)
    return {"issueTypeSchemeId": record["id"]}, 201


@rest.put("/issuetypescheme/<scheme_id>/issuetype", scope="ADMIN")
def add_types(scheme_id: str) -> Any:
    site_admin()
    scheme = must("issuetypescheme", scheme_id, "issue type scheme")
    added = ids("issuetype", params.listed(params.body(), "issueTypeIds", required=True), "issue type")
    _change(scheme, [*scheme["issueTypes"], *added])
    return None


@rest.delete("/issuetypescheme/<scheme_id>/issuetype/<type_id>", scope="ADMIN")
def remove_type(scheme_id: str, type_id: str) -> Any:
    site_admin()
    scheme, store = must("issuetypescheme", scheme_id, "issue type scheme"), context.site().store
    owners = {p["id"] for p in store.all("project") if p.get("issueTypeScheme") == scheme_id}
    if any(i["project"] in owners and i["fields"]["issuetype"] == type_id for i in store.all("issue")):
        raise JiraError(400, "The issue type is used by issues of the scheme's projects.")
    _change(scheme, [each for each in scheme["issueTypes"] if each != type_id])
    return None


def _change(scheme: Record, types: list[str]) -> None:
    scheme["issueTypes"] = list(dict.fromkeys(types))
    store = context.site().store
    store.put("issuetypescheme", scheme)
    for project in store.all("project"):
        if project.get("issueTypeScheme") == scheme["id"]:
            _assign(project, scheme["issueTypes"])


@rest.put("/issuetypescheme/project", scope="ADMIN")
def assign_scheme() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    scheme = _scheme(str(given.get("issueTypeSchemeId")))
    project = must("project", given.get("projectId"), "project")
    if project.get("style") == "next-gen":
        raise JiraError(400, "Team-managed projects have issue types of their own.")
    held = {issue["fields"]["issuetype"] for issue in store.owned("issue", project["id"])}
    if not held <= set(scheme["issueTypes"]):
        raise JiraError(400, "The scheme lacks issue types that issues of the project have.")
    project["issueTypeScheme"] = scheme["id"]
    _assign(project, scheme["issueTypes"])
    return None
