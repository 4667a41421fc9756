"""Workflows: searching, reading in bulk, creating, updating, deleting."""

from typing import Any

from emulator import context, issues, workflow_document, workflows
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, text_of
from emulator.rest.admin.statuses import make, scope_of
from emulator.rest.routing import INACCESSIBLE, Resource, site_admin
from emulator.store import Record

rest = Resource("admin_workflows")


def _answer(chosen: list[Record]) -> dict[str, Any]:
    used = dict.fromkeys(status for workflow in chosen for status in workflow["statuses"])
    statuses = [context.site().store.get("status", each) for each in used]
    return {
        "statuses": [workflow_document.status_bean(status) for status in statuses if status],
        "workflows": [workflow_document.bean(workflow) for workflow in chosen],
    }


def _in_use(workflow: Record) -> list[Record]:
    return [p for p in context.site().store.all("project") if workflow["id"] in p["workflows"].values()]


@rest.get("/workflows/search", scope=INACCESSIBLE)
def search() -> Any:
    site_admin()
    query, scope = (params.text("queryString") or "").lower(), params.text("scope")
    active = params.text("isActive")
    chosen = [
        workflow
        for workflow in context.site().store.all("workflow")
        if query in workflow["name"].lower()
        and scope in (None, workflow_document.scope(workflow)["type"])
        and active in (None, str(bool(_in_use(workflow))).lower())
    ]
    start, count = params.page(50, 200)
    page = _answer(chosen[start : start + count])
    bean = params.paged(chosen, lambda record: None, size=50, most=200)
    return bean | {"values": page["workflows"], "statuses": page["statuses"]}


@rest.post("/workflows", scope=INACCESSIBLE)
def read() -> Any:
    site_admin()
    given, site = params.body(), context.site()
    wanted = [str(each) for each in params.listed(given, "workflowIds")]
    names = params.listed(given, "workflowNames")
    for place in params.listed(given, "projectAndIssueTypes"):
        project = must("project", place.get("projectId") if isinstance(place, dict) else None, "project")
        wanted.append(workflows.workflow_of(site, project, str(place.get("issueTypeId")))["id"])
    return _answer([w for w in site.store.all("workflow") if w["id"] in wanted or w["name"] in names])


def _references(given: dict[str, Any], scope: str | None) -> dict[str, str]:
    """Each status reference of a body with the id of its status; those without an id are made."""
    store, found = context.site().store, {status["id"]: status["id"] for status in context.site().store.all("status")}
    for row in params.listed(given, "statuses"):
        if not isinstance(row, dict) or not row.get("statusReference"):
            raise JiraError(400, "Each status needs a 'statusReference'.")
        known = store.get("status", str(row.get("id") or "")) or _same_name(row, scope)
        found[str(row["statusReference"])] = (known or make(row, scope))["id"]
    return found


def _same_name(row: dict[str, Any], scope: str | None) -> Record | None:
    name = str(row.get("name", "")).lower()
    every = context.site().store.all("status")
    return next((s for s in every if s["name"].lower() == name and s.get("scope") == scope), None)


@rest.post("/workflows/create", scope=INACCESSIBLE)
def create() -> Any:
    site_admin()
    given, site = params.body(), context.site()
    scope = scope_of(given)
    rows = [row for row in params.listed(given, "workflows", 20, required=True) if isinstance(row, dict)]
    for row in rows:
        name_of(row, "workflow")
    references, made = _references(given, scope), []
    for row in rows:
        record: Record = {"id": site.store.next_id("workflow"), "name": name_of(row, "workflow"), "version": 0}
        record |= workflow_document.read(site, row, references) | {"description": text_of(row, "description")}
        made.append(site.store.put("workflow", record | ({"scope": scope} if scope else {})))
    return _answer(made)


@rest.post("/workflows/update", scope=INACCESSIBLE)
def update() -> Any:
    site_admin()
    given, site = params.body(), context.site()
    changed = []
    for row in params.listed(given, "workflows", 20, required=True):
        record = must("workflow", row.get("id") if isinstance(row, dict) else None, "workflow")
        version = row.get("version") or {}
        if version.get("versionNumber") != record.get("version", 0):
            raise JiraError(409, "The workflow was changed meanwhile. Read it again and repeat the change.")
        references = _references(given, record.get("scope"))
        read_again = workflow_document.read(site, row, references)
        _migrate(record, read_again["statuses"], row, references)
        record |= read_again | {"version": record.get("version", 0) + 1}
        record["description"] = text_of(row, "description", record.get("description", ""))
        changed.append(site.store.put("workflow", record))
    return _answer(changed)


def _migrate(workflow: Record, statuses: list[str], row: dict[str, Any], references: dict[str, str]) -> None:
    """Issues in a status that goes away are moved as the body says; 400 where it says nothing."""
    site, caller = context.site(), context.caller()
    for project in _in_use(workflow):
        for issue in site.store.owned("issue", project["id"]):
            type_id, held = issue["fields"]["issuetype"], issue["fields"]["status"]
            if held in statuses or workflows.workflow_of(site, project, type_id) is not workflow:
                continue
            target = references.get(_mapped(row, project["id"], type_id, held) or "")
            if target not in statuses:
                raise JiraError(400, f"Issues of {project['key']} are in a status that goes away. Map it to another.")
            issues.change(site, caller, issue, {"status": target})


def _mapped(row: dict[str, Any], project_id: str, type_id: str, status: str) -> str | None:
    for mapping in row.get("statusMappings") or []:
        if (mapping.get("projectId"), mapping.get("issueTypeId")) == (project_id, type_id):
            rows = mapping.get("statusMigrations") or []
            found = next((m["newStatusReference"] for m in rows if m.get("oldStatusReference") == status), None)
            if found:
                return str(found)
    rows = row.get("defaultStatusMappings") or []
    return next((str(m.get("newStatusReference")) for m in rows if m.get("oldStatusReference") == status), None)


@rest.delete("/workflow/<workflow>", scope="ADMIN")
def delete(workflow: str) -> Any:
    site_admin()
    record = must("workflow", workflow, "workflow")
    if _in_use(record):
        raise JiraError(400, "The workflow is in use by projects and cannot be deleted.")
    context.site().store.delete("workflow", workflow)
    return None
