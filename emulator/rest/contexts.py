"""Custom fields: making them, their contexts and their options."""

from typing import Any

from emulator import context
from emulator.errors import JiraError, bad_field
from emulator.fields import find_field
from emulator.fields.registry import TYPES, WITH_OPTIONS
from emulator.rest import params
from emulator.rest.fields import detail
from emulator.rest.routing import Resource, site_admin
from emulator.seeds import base
from emulator.store import Record

rest = Resource("contexts")


def _field(field_id: str) -> Record:
    record = context.site().store.get("field", field_id)
    if record is None:
        raise JiraError(404, f"The custom field '{field_id}' was not found.")
    return record


def _context(field_id: str, context_id: str) -> Record:
    record = context.site().store.get("context", context_id)
    if record is None or record["field"] != field_id:
        raise JiraError(404, f"The context '{context_id}' of the field was not found.")
    return record


@rest.post("/field", scope="ADMIN")
def create_field() -> Any:
    site_admin()
    given, site = params.body(), context.site()
    if given.get("type") not in TYPES:
        raise bad_field("type", f"The custom field type is not known. Known are: {', '.join(TYPES)}")
    if not given.get("name"):
        raise bad_field("name", "The name is required.")
    record = base.custom_field(site, site.store.next_id("field"), str(given["name"]), given["type"])
    record["description"] = str(given.get("description") or "")
    field = find_field(site, record["id"])
    assert field is not None
    return detail(field), 201


@rest.get("/field/<field>/context")
def contexts(field: str) -> Any:
    wanted = params.words("contextId")
    records = [c for c in context.site().store.owned("context", _field(field)["id"]) if not wanted or c["id"] in wanted]
    return params.paged(records, _context_bean)


def _context_bean(record: Record) -> dict[str, Any]:
    return {
        "id": record["id"],
        "name": record["name"],
        "description": record["description"],
        "isGlobalContext": not record["projects"],
        "isAnyIssueType": not record["issueTypes"],
    }


@rest.post("/field/<field>/context", scope="ADMIN")
def create_context(field: str) -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    projects = [str(each) for each in params.listed(given, "projectIds")]
    types = [str(each) for each in params.listed(given, "issueTypeIds")]
    record: Record = {
        "id": store.next_id("context", 10100),
        "field": _field(field)["id"],
        "name": str(given.get("name") or ""),
        "description": str(given.get("description") or ""),
        "projects": projects,
        "issueTypes": types,
    }
    if not record["name"]:
        raise bad_field("name", "The name is required.")
    store.put("context", record)
    shown = {name: record[name] for name in ("id", "name", "description")}
    return shown | {"projectIds": projects, "issueTypeIds": types}, 201


@rest.put("/field/<field>/context/<context_id>/project", scope="ADMIN")
def assign_projects(field: str, context_id: str) -> Any:
    site_admin()
    record = _context(field, context_id)
    record["projects"] = [*record["projects"], *map(str, params.listed(params.body(), "projectIds", required=True))]
    context.site().store.put("context", record)
    return None


@rest.get("/field/<field>/context/projectmapping")
def project_mapping(field: str) -> Any:
    rows: list[dict[str, Any]] = []
    for record in context.site().store.owned("context", _field(field)["id"]):
        rows += [{"contextId": record["id"], "projectId": each} for each in record["projects"]]
        if not record["projects"]:
            rows.append({"contextId": record["id"], "isGlobalContext": True})
    return params.paged(rows, dict)


@rest.get("/field/<field>/context/<context_id>/option")
def options(field: str, context_id: str) -> Any:
    _context(field, context_id)
    records = [o for o in context.site().store.owned("option", field) if o["context"] == context_id]
    return params.paged(records, _option_bean, size=100)


def _option_bean(record: Record) -> dict[str, Any]:
    bean = {"id": record["id"], "value": record["value"], "disabled": record["disabled"]}
    return bean | ({"optionId": record["parent"]} if record["parent"] else {})


@rest.post("/field/<field>/context/<context_id>/option", scope="ADMIN")
def create_options(field: str, context_id: str) -> Any:
    site_admin()
    known = _context(field, context_id)
    if _field(field)["type"] not in WITH_OPTIONS:
        raise JiraError(400, "The custom field has no options.")
    held = {
        (o["parent"], o["value"]) for o in context.site().store.owned("option", field) if o["context"] == context_id
    }
    made = []
    for wanted in params.listed(params.body(), "options", 1000, required=True):
        parent, value = wanted.get("optionId"), str(wanted.get("value") or "")
        if not value or (parent, value) in held:
            raise JiraError(400, f"The option '{value}' is empty or exists already.")
        record = base.option(context.site(), field, known["id"], value, parent)
        record["disabled"] = bool(wanted.get("disabled"))
        made.append(_option_bean(record))
    return {"options": made}


@rest.put("/field/<field>/context/<context_id>/option", scope="ADMIN")
def update_options(field: str, context_id: str) -> Any:
    site_admin()
    _context(field, context_id)
    store, shown = context.site().store, []
    for wanted in params.listed(params.body(), "options", 1000, required=True):
        record = store.get("option", str(wanted.get("id")))
        if record is None or record["context"] != context_id:
            raise JiraError(404, f"The option '{wanted.get('id')}' was not found.")
        record["value"] = wanted.get("value", record["value"])
        record["disabled"] = wanted.get("disabled", record["disabled"])
        store.put("option", record)
        shown.append(_option_bean(record))
    return {"options": shown}


@rest.delete("/field/<field>/context/<context_id>/option/<option>", scope="ADMIN")
def delete_option(field: str, context_id: str, option: str) -> Any:
    site_admin()
    _context(field, context_id)
    record = context.site().store.get("option", option)
    if record is None or record["context"] != context_id:
        raise JiraError(404, f"The option '{option}' was not found.")
    context.site().store.delete("option", option)
    return None


@rest.get("/customFieldOption/<option>")
def one_option(option: str) -> Any:
    record = context.site().store.get("option", option)
    if record is None:
        raise JiraError(404, f"A custom field option with id '{option}' does not exist")
    return {"self": f"{context.site().base_url}/rest/api/3/customFieldOption/{option}", "value": record["value"]}
