"""Workflow schemes: which workflow each issue type of a project follows."""

from typing import Any

from emulator import context
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_workflow_schemes")
DEFAULT = "10000"
BUILT_IN = "software"


def _scheme(scheme_id: object) -> Record:
    if str(scheme_id) == DEFAULT:
        words = "Default Workflow Scheme"
        return {"id": DEFAULT, "name": words, "description": "", "workflows": {"default": BUILT_IN}}
    return must("workflowscheme", scheme_id, "workflow scheme")


def _shown(scheme: Record) -> dict[str, Any]:
    store = context.site().store
    names = {each: (store.get("workflow", held) or {}).get("name", held) for each, held in scheme["workflows"].items()}
    return {
        "id": int(scheme["id"]),
        "name": scheme["name"],
        "description": scheme["description"],
        "defaultWorkflow": names["default"],
        "issueTypeMappings": {each: name for each, name in names.items() if each != "default"},
        "draft": False,
        "self": f"{scene().root}/workflowscheme/{scheme['id']}",
    }


def _workflow(name: object) -> str:
    found = context.site().store.find("workflow", name=name)
    if found is None:
        raise JiraError(400, f"There is no workflow with the name '{name}'.")
    return str(found["id"])


def _read(given: dict[str, Any], before: dict[str, str]) -> dict[str, str]:
    mappings = given.get("issueTypeMappings")
    if mappings is not None and not isinstance(mappings, dict):
        raise JiraError(400, "'issueTypeMappings' must be an object of issue type ids and workflow names.")
    kept = {"default": before.get("default", BUILT_IN)} if mappings is not None else dict(before)
    if given.get("defaultWorkflow"):
        kept["default"] = _workflow(given["defaultWorkflow"])
    return kept | {
        must("issuetype", each, "issue type")["id"]: _workflow(name) for each, name in (mappings or {}).items()
    }


@rest.get("/workflowscheme", scope="ADMIN")
def every() -> Any:
    return params.paged([_scheme(DEFAULT), *context.site().store.all("workflowscheme")], _shown)


@rest.get("/workflowscheme/<scheme>", scope="ADMIN")
def one(scheme: str) -> Any:
    return _shown(_scheme(scheme))


@rest.post("/workflowscheme", scope="ADMIN")
def create() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    record: Record = {
        "id": store.next_id("workflowscheme", 10100),
        "name": name_of(given, "workflowscheme"),
        "description": text_of(given, "description"),
        "workflows": _read(given, {"default": BUILT_IN}),
    }
    return _shown(store.put("workflowscheme", record)), 201


@rest.put("/workflowscheme/<scheme>", scope="ADMIN")
def update(scheme: str) -> Any:
    site_admin()
    record, given = must("workflowscheme", scheme, "workflow scheme"), params.body()
    after = _read(given, record["workflows"])
    for project in [p for p in context.site().store.all("project") if p.get("workflowScheme") == scheme]:
        _assign(project, record["id"], after)
    if given.get("name"):
        record["name"] = name_of(given, "workflowscheme", known=record)
    record |= {"workflows": after, "description": text_of(given, "description", record["description"])}
    context.site().store.put("workflowscheme", record)
    return _shown(record)


@rest.delete("/workflowscheme/<scheme>", scope="ADMIN")
def delete(scheme: str) -> Any:
    site_admin()
    must("workflowscheme", scheme, "workflow scheme")
    if any(p.get("workflowScheme") == scheme for p in context.site().store.all("project")):
        raise JiraError(400, "The workflow scheme is in use by projects.")
    context.site().store.delete("workflowscheme", scheme)
    return None


@rest.get("/workflowscheme/project", scope="ADMIN")
def by_project() -> Any:
    rows = []
    for project_id in params.words("projectId"):
        project = must("project", project_id, "project")
        scheme = _scheme(project.get("workflowScheme", DEFAULT)) | {"workflows": project["workflows"]}
        rows.append({"projectIds": [project_id], "workflowScheme": _shown(scheme)})
    return {"values": rows}


@rest.put("/workflowscheme/project", scope="ADMIN")
def assign() -> Any:
    site_admin()
    given = params.body()
    scheme = _scheme(given.get("workflowSchemeId") or DEFAULT)
    _assign(must("project", given.get("projectId"), "project"), scheme["id"], scheme["workflows"])
    return None


def _assign(project: Record, scheme_id: str, held: dict[str, str]) -> None:
    """Give a project these workflows; 400 if an issue's status would be lost."""
    store = context.site().store
    if project.get("style") == "next-gen":
        raise JiraError(400, "Team-managed projects have workflows of their own.")
    for issue in store.owned("issue", project["id"]):
        workflow = store.get("workflow", held.get(issue["fields"]["issuetype"], held["default"]))
        if workflow is None or issue["fields"]["status"] not in workflow["statuses"]:
            raise JiraError(400, f"{issue['key']} is in a status that the new workflow lacks. Move it first.")
    store.put("project", project | {"workflows": dict(held), "workflowScheme": scheme_id})
