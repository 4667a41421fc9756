"""Screens, their tabs and the fields on them."""

from typing import Any

from emulator import context
from emulator.errors import JiraError
from emulator.fields import all_fields
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, text_of
from emulator.rest.routing import Resource, site_admin
from emulator.store import Record

rest = Resource("admin_screens")


def _screen(screen_id: str) -> Record:
    site_admin()
    return must("screen", screen_id, "screen")


def _tab(screen: Record, tab_id: str) -> Record:
    found: Record | None = next((tab for tab in screen["tabs"] if str(tab["id"]) == tab_id), None)
    if found is None:
        raise JiraError(404, f"The tab with id '{tab_id}' was not found on the screen.")
    return found


def _keep(screen: Record) -> None:
    context.site().store.put("screen", screen)


def _shown(record: Record) -> dict[str, Any]:
    return {"id": int(record["id"]), "name": record["name"], "description": record["description"]}


@rest.get("/screens", scope="ADMIN")
def every() -> Any:
    site_admin()
    wanted, query = params.words("id"), (params.text("queryString") or "").lower()
    records = [s for s in context.site().store.all("screen") if query in s["name"].lower()]
    return params.paged([s for s in records if not wanted or s["id"] in wanted], _shown, size=100)


@rest.post("/screens", scope="ADMIN")
def create() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    tab = {"id": int(store.next_id("screentab")), "name": "Field Tab", "fields": []}
    record: Record = {
        "id": store.next_id("screen"),
        "name": name_of(given, "screen"),
        "description": text_of(given, "description"),
        "tabs": [tab],
    }
    return _shown(store.put("screen", record)), 201


@rest.put("/screens/<screen>", scope="ADMIN")
def update(screen: str) -> Any:
    record, given = _screen(screen), params.body()
    if given.get("name") is not None:
        record["name"] = name_of(given, "screen", known=record)
    record["description"] = text_of(given, "description", record["description"])
    _keep(record)
    return _shown(record)


@rest.delete("/screens/<screen>", scope="ADMIN")
def delete(screen: str) -> Any:
    _screen(screen)
    store = context.site().store
    shown = {s for scheme in store.all("screenscheme") for s in scheme["screens"].values()}
    moved = {t.get("screen") for workflow in store.all("workflow") for t in workflow["transitions"]}
    if screen in shown | moved:
        raise JiraError(400, "The screen is in use by a screen scheme or a workflow.")
    store.delete("screen", screen)
    return None


@rest.get("/screens/<screen>/tabs", scope="ADMIN")
def tabs(screen: str) -> Any:
    return [{"id": tab["id"], "name": tab["name"]} for tab in _screen(screen)["tabs"]]


def _tab_name(screen: Record, own: Record | None = None) -> str:
    name = text_of(params.body(), "name").strip()
    if not name or any(tab is not own and tab["name"] == name for tab in screen["tabs"]):
        raise JiraError(400, "The tab needs a name that no other tab of the screen has.")
    return name


@rest.post("/screens/<screen>/tabs", scope="ADMIN")
def create_tab(screen: str) -> Any:
    record = _screen(screen)
    tab = {"id": int(context.site().store.next_id("screentab")), "name": _tab_name(record), "fields": []}
    record["tabs"].append(tab)
    _keep(record)
    return {"id": tab["id"], "name": tab["name"]}


@rest.put("/screens/<screen>/tabs/<tab_id>", scope="ADMIN")
def rename_tab(screen: str, tab_id: str) -> Any:
    record = _screen(screen)
    tab = _tab(record, tab_id)
    tab["name"] = _tab_name(record, tab)
    _keep(record)
    return {"id": tab["id"], "name": tab["name"]}


@rest.delete("/screens/<screen>/tabs/<tab_id>", scope="ADMIN")
def delete_tab(screen: str, tab_id: str) -> Any:
    record = _screen(screen)
    record["tabs"].remove(_tab(record, tab_id))
    _keep(record)
    return None


@rest.post("/screens/<screen>/tabs/<tab_id>/move/<int:position>", scope="ADMIN")
def move_tab(screen: str, tab_id: str, position: int) -> Any:
    record = _screen(screen)
    tab = _tab(record, tab_id)
    record["tabs"].remove(tab)
    record["tabs"].insert(position, tab)
    _keep(record)
    return None


@rest.get("/screens/<screen>/tabs/<tab_id>/fields", scope="ADMIN")
def tab_fields(screen: str, tab_id: str) -> Any:
    return [_field(each) for each in _tab(_screen(screen), tab_id)["fields"]]


def _field(field_id: str) -> dict[str, Any]:
    field = all_fields(context.site()).get(field_id)
    return {"id": field_id, "name": field.name if field else field_id}


@rest.get("/screens/<screen>/availableFields", scope="ADMIN")
def available(screen: str) -> Any:
    held = {each for tab in _screen(screen)["tabs"] for each in tab["fields"]}
    fields = all_fields(context.site()).values()
    return [_field(f.id) for f in fields if f.id not in held and (f.on_create or f.on_edit)]


@rest.post("/screens/<screen>/tabs/<tab_id>/fields", scope="ADMIN")
def add_field(screen: str, tab_id: str) -> Any:
    record = _screen(screen)
    tab, field_id = _tab(record, tab_id), str(params.body().get("fieldId"))
    if field_id not in all_fields(context.site()):
        raise JiraError(400, f"The field '{field_id}' does not exist.")
    if any(field_id in each["fields"] for each in record["tabs"]):
        raise JiraError(400, f"The field '{field_id}' is on the screen already.")
    tab["fields"].append(field_id)
    _keep(record)
    return _field(field_id)


@rest.delete("/screens/<screen>/tabs/<tab_id>/fields/<field_id>", scope="ADMIN")
def remove_field(screen: str, tab_id: str, field_id: str) -> Any:
    record = _screen(screen)
    tab = _tab(record, tab_id)
    if field_id not in tab["fields"]:
        raise JiraError(404, f"The field '{field_id}' is not on the tab.")
    tab["fields"].remove(field_id)
    _keep(record)
    return None


@rest.post("/screens/<screen>/tabs/<tab_id>/fields/<field_id>/move", scope="ADMIN")
def move_field(screen: str, tab_id: str, field_id: str) -> Any:
    record, given = _screen(screen), params.body()
    tab = _tab(record, tab_id)
    others = [each for each in tab["fields"] if each != field_id]
    if len(others) == len(tab["fields"]):
        raise JiraError(404, f"The field '{field_id}' is not on the tab.")
    at = tab["fields"].index(field_id)
    places = {"First": 0, "Last": len(others), "Earlier": max(at - 1, 0), "Later": at + 1}
    after = str(given.get("after") or "").rpartition("/")[2]
    if after and after not in others:
        raise JiraError(400, f"The field '{after}' is not on the tab.")
    if not after and given.get("position") not in places:
        raise JiraError(400, f"Give 'after', or 'position' as one of {', '.join(places)}.")
    others.insert(others.index(after) + 1 if after else places[given["position"]], field_id)
    tab["fields"] = others
    _keep(record)
    return None
