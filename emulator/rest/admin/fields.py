"""Changing and deleting custom fields and their contexts; the order of options; default values."""

from typing import Any

from emulator import context
from emulator.errors import FieldProblem, JiraError, bad_field
from emulator.fields import Scene, find_field
from emulator.fields.plain import Date, DateTime, Number, Text
from emulator.rest import params
from emulator.rest.admin.common import ids, moved, must, reorder, see_task, text_of
from emulator.rest.routing import Resource, site_admin
from emulator.store import Record

rest = Resource("admin_fields")


def _field(field_id: str) -> Record:
    record = context.site().store.get("field", field_id)
    if record is None:
        raise JiraError(404, f"The custom field '{field_id}' was not found.")
    return record


def _context(field_id: str, context_id: str) -> Record:
    record = must("context", context_id, "context")
    if record["field"] != field_id:
        raise JiraError(404, f"The context '{context_id}' of the field was not found.")
    return record


@rest.put("/field/<field>", scope="ADMIN")
def update(field: str) -> Any:
    site_admin()
    record, given = _field(field), params.body()
    name = text_of(given, "name", record["name"]).strip()
    if not name:
        raise bad_field("name", "The name is required.")
    record |= {"name": name, "description": text_of(given, "description", record.get("description", ""))}
    context.site().store.put("field", record)
    return None


@rest.post("/field/<field>/trash", scope="ADMIN")
def trash(field: str) -> Any:
    site_admin()
    context.site().store.put("field", _field(field) | {"trashed": True})
    return {}


@rest.post("/field/<field>/restore", scope="ADMIN")
def restore(field: str) -> Any:
    site_admin()
    record = dict(_field(field))
    record.pop("trashed", None)
    context.site().store.put("field", record)
    return {}


@rest.delete("/field/<field>", scope="ADMIN")
def delete(field: str) -> Any:
    site_admin()
    store, record = context.site().store, _field(field)
    for kind in ("option", "context"):
        for each in store.owned(kind, field):
            store.delete(kind, each["id"])
    for issue in store.all("issue"):
        if issue["fields"].pop(field, None) is not None:
            store.put("issue", issue)
    store.delete("field", field)
    return see_task(f"Deleting the field {record['id']}")


@rest.put("/field/<field>/context/<context_id>", scope="ADMIN")
def update_context(field: str, context_id: str) -> Any:
    site_admin()
    record, given = _context(field, context_id), params.body()
    record |= {name: text_of(given, name, record[name]) for name in ("name", "description")}
    context.site().store.put("context", record)
    return None


@rest.delete("/field/<field>/context/<context_id>", scope="ADMIN")
def delete_context(field: str, context_id: str) -> Any:
    site_admin()
    store = context.site().store
    _context(field, context_id)
    for option in [o for o in store.owned("option", field) if o["context"] == context_id]:
        store.delete("option", option["id"])
    store.delete("context", context_id)
    return None


@rest.post("/field/<field>/context/<context_id>/project/remove", scope="ADMIN")
def remove_projects(field: str, context_id: str) -> Any:
    site_admin()
    record = _context(field, context_id)
    gone = [str(each) for each in params.listed(params.body(), "projectIds", required=True)]
    kept = [each for each in record["projects"] if each not in gone]
    if record["projects"] and not kept:
        raise JiraError(400, "A context that is not global must keep at least one project.")
    record["projects"] = kept
    context.site().store.put("context", record)
    return None


@rest.put("/field/<field>/context/<context_id>/issuetype", scope="ADMIN")
def add_types(field: str, context_id: str) -> Any:
    site_admin()
    record = _context(field, context_id)
    added = ids("issuetype", params.listed(params.body(), "issueTypeIds", required=True), "issue type")
    record["issueTypes"] = list(dict.fromkeys([*record["issueTypes"], *added]))
    context.site().store.put("context", record)
    return None


@rest.post("/field/<field>/context/<context_id>/issuetype/remove", scope="ADMIN")
def remove_types(field: str, context_id: str) -> Any:
    site_admin()
    record = _context(field, context_id)
    gone = [str(each) for each in params.listed(params.body(), "issueTypeIds", required=True)]
    record["issueTypes"] = [each for each in record["issueTypes"] if each not in gone]
    context.site().store.put("context", record)
    return None


@rest.get("/field/<field>/context/issuetypemapping")
def type_mapping(field: str) -> Any:
    rows: list[dict[str, Any]] = []
    wanted = params.words("contextId")
    for record in context.site().store.owned("context", _field(field)["id"]):
        if wanted and record["id"] not in wanted:
            continue
        rows += [{"contextId": record["id"], "issueTypeId": each} for each in record["issueTypes"]]
        if not record["issueTypes"]:
            rows.append({"contextId": record["id"], "isAnyIssueType": True})
    return params.paged(rows, dict)


@rest.put("/field/<field>/context/<context_id>/option/move", scope="ADMIN")
def move_options(field: str, context_id: str) -> Any:
    """Options of one level are ordered among themselves."""
    site_admin()
    _context(field, context_id)
    given, store = params.body(), context.site().store
    held = {o["id"]: o for o in store.owned("option", field) if o["context"] == context_id}
    chosen = [str(each) for each in params.listed(given, "customFieldOptionIds", 1000, required=True)]
    unknown = [each for each in chosen if each not in held]
    if unknown or not chosen:
        raise JiraError(404 if unknown else 400, f"The options {unknown} were not found in the context.")
    parent = held[chosen[0]].get("parent")
    order = [each for each, option in held.items() if option.get("parent") == parent]
    reorder("option", moved(order, chosen, given.get("after"), given.get("position")))
    return None


@rest.get("/field/<field>/context/defaultValue")
def default_values(field: str) -> Any:
    records = [c for c in context.site().store.owned("context", _field(field)["id"]) if c.get("default") is not None]
    return params.paged(records, lambda record: {"contextId": record["id"]} | record["defaultShown"])


@rest.put("/field/<field>/context/defaultValue", scope="ADMIN")
def set_default_values(field: str) -> Any:
    """A default is `type` with the key that this type of field uses; null takes it away."""
    site_admin()
    _field(field)
    for given in params.listed(params.body(), "defaultValues", required=True):
        if not isinstance(given, dict):
            raise JiraError(400, "'defaultValues' must hold objects.")
        record = _context(field, str(given.get("contextId")))
        shown = {name: value for name, value in given.items() if name != "contextId"}
        record |= {"default": _stored(field, record, shown), "defaultShown": shown}
        context.site().store.put("context", record)
    return None


def _stored(field_id: str, record: Record, shown: dict[str, Any]) -> Any:
    """The stored form of a default, by the keys that the API uses for each type."""
    options = {o["id"] for o in context.site().store.owned("option", field_id) if o["context"] == record["id"]}
    if "optionIds" in shown or "optionId" in shown:
        one = shown.get("optionId")
        chosen = shown.get("optionIds") or ([one] if one else [])
        chosen += [shown["cascadingOptionId"]] if shown.get("cascadingOptionId") else []
        if not set(chosen) <= options:
            raise JiraError(400, "A default option must belong to the context.")
        simple = "optionIds" not in shown and "cascading" not in str(shown.get("type"))
        return (chosen[0] if chosen else None) if simple else chosen or None
    for name in ("text", "number", "date", "dateTime", "url", "labels"):
        if shown.get(name) is not None:
            return _parsed(field_id, shown[name])
    return None


def _parsed(field_id: str, value: Any) -> Any:
    field = find_field(context.site(), field_id)
    assert field is not None
    if not isinstance(field.type, (Text, Number, Date, DateTime)) and field.type.kind != "labels":
        raise JiraError(400, "Default values of this type of field are not kept.")
    try:
        return field.type.parse(field, value, Scene(context.site()))
    except FieldProblem as problem:
        raise JiraError(400, str(problem)) from None
