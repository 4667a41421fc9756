"""Statuses and their categories."""

from typing import Any

from emulator import beans, context
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("statuses")
_CATEGORY = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE", "undefined": "TODO"}


def _short(record: Record) -> dict[str, Any]:
    return beans.status(record, scene())


def modern(record: Record) -> dict[str, Any]:
    """The shape of the newer `/statuses` resources."""
    scope: dict[str, Any] = {"type": "GLOBAL"}
    if record.get("scope"):
        scope = {"type": "PROJECT", "project": {"id": record["scope"]}}
    return {
        "id": record["id"],
        "name": record["name"],
        "statusCategory": _CATEGORY[record["category"]],
        "scope": scope,
        "description": record.get("description", ""),
    }


@rest.get("/status", anonymous=True)
def every() -> Any:
    return [_short(record) for record in context.site().store.all("status")]


@rest.get("/status/<id_or_name>")
def one(id_or_name: str) -> Any:
    store = context.site().store
    record = store.get("status", id_or_name) or store.find("status", name=id_or_name)
    if record is None:
        raise JiraError(404, f"The status with id '{id_or_name}' does not exist")
    return _short(record)


@rest.get("/statuses")
def chosen() -> Any:
    wanted = params.words("id")
    if not 1 <= len(wanted) <= 50:
        raise JiraError(400, "Between 1 and 50 status ids must be given.")
    return [modern(record) for record in map(_status, wanted) if record]


def _status(status_id: str) -> Record | None:
    return context.site().store.get("status", status_id)


@rest.get("/statuses/search")
def search() -> Any:
    project, text = params.text("projectId"), (params.text("searchString") or "").lower()
    category = params.text("statusCategory")
    found = [
        record
        for record in context.site().store.all("status")
        if (project is None or record.get("scope") in (None, project))
        and text in record["name"].lower()
        and category in (None, _CATEGORY[record["category"]])
    ]
    return params.paged(found, modern, size=200, most=200)


@rest.get("/statuscategory")
def categories() -> Any:
    return [beans.category(key, scene()) for key in beans.CATEGORIES]


@rest.get("/statuscategory/<id_or_key>")
def category(id_or_key: str) -> Any:
    for key, known in beans.CATEGORIES.items():
        if id_or_key in (key, str(known["id"])):
            return beans.category(key, scene())
    raise JiraError(404, f"Status category '{id_or_key}' not found.")


@rest.get("/statuses/byNames")
def by_names() -> Any:
    """Statuses by name; `projectId` narrows to those of a project and the global ones."""
    names, project = params.words("name"), params.text("projectId")
    if not 1 <= len(names) <= 50:
        raise JiraError(400, "Between 1 and 50 status names must be given.")
    wanted = {name.lower() for name in names}
    records = [r for r in context.site().store.all("status") if r["name"].lower() in wanted]
    return [modern(r) for r in records if not r.get("scope") or project in (None, str(r["scope"]))]
