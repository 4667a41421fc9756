"""Making and changing priorities, resolutions and link types."""

from typing import Any

from emulator import beans, context
from emulator.errors import JiraError, bad_field
from emulator.rest import params
from emulator.rest.admin.common import moved, must, name_of, reorder, see_task, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_lists")


@rest.post("/priority", scope="ADMIN")
def create_priority() -> Any:
    site_admin()
    given = params.body()
    colour = text_of(given, "statusColor")
    if not colour.startswith("#") or len(colour) not in (4, 7):
        raise bad_field("statusColor", "The status colour must be given as #RGB or #RRGGBB.")
    return {"id": _make("priority", given, {"statusColor": colour})}, 201


@rest.post("/resolution", scope="ADMIN")
def create_resolution() -> Any:
    site_admin()
    return {"id": _make("resolution", params.body(), {})}, 201


def _make(kind: str, given: dict[str, Any], more: dict[str, Any]) -> str:
    store = context.site().store
    record: Record = {
        "id": store.next_id(kind, 10100),
        "name": name_of(given, kind, 60),
        "description": text_of(given, "description"),
        "isDefault": False,
    }
    store.put(kind, record | more)
    return str(record["id"])


@rest.put("/<any('priority','resolution'):kind>/<record_id>", scope="ADMIN")
def update(kind: str, record_id: str) -> Any:
    site_admin()
    record, given = must(kind, record_id, kind), params.body()
    if given.get("name") is not None:
        record["name"] = name_of(given, kind, 60, record)
    record["description"] = text_of(given, "description", record.get("description", ""))
    if kind == "priority":
        record["statusColor"] = text_of(given, "statusColor", record.get("statusColor", "#707070"))
    context.site().store.put(kind, record)
    return None


@rest.delete("/<any('priority','resolution'):kind>/<record_id>", scope="ADMIN")
def delete(kind: str, record_id: str) -> Any:
    site_admin()
    store = context.site().store
    must(kind, record_id, kind)
    used = [issue for issue in store.all("issue") if issue["fields"].get(kind) == record_id]
    other = params.text("replaceWith") or next((r["id"] for r in store.all(kind) if r["id"] != record_id), None)
    if other is None or other == record_id:
        raise JiraError(400, f"Give another {kind} in 'replaceWith'.")
    must(kind, other, kind)
    for issue in used:
        issue["fields"][kind] = other
        store.put("issue", issue)
    store.delete(kind, record_id)
    return see_task(f"Deleting the {kind} {record_id}")


@rest.put("/<any('priority','resolution'):kind>/default", scope="ADMIN")
def set_default(kind: str) -> Any:
    site_admin()
    chosen, store = params.body().get("id"), context.site().store
    if chosen:
        must(kind, chosen, kind)
    for record in store.all(kind):
        record["isDefault"] = record["id"] == chosen
        store.put(kind, record)
    return None


@rest.put("/<any('priority','resolution'):kind>/move", scope="ADMIN")
def move(kind: str) -> Any:
    site_admin()
    given, order = params.body(), [record["id"] for record in context.site().store.all(kind)]
    chosen = [must(kind, each, kind)["id"] for each in params.listed(given, "ids", required=True)]
    reorder(kind, moved(order, chosen, given.get("after"), given.get("position")))
    return None


@rest.post("/issueLinkType", scope="ADMIN")
def create_link_type() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    record: Record = {"id": store.next_id("linktype"), "name": name_of(given, "linktype")}
    record |= {end: _end(given, end) for end in ("inward", "outward")}
    store.put("linktype", record)
    return beans.link_type(record, scene()), 201


def _end(given: dict[str, Any], end: str) -> str:
    words = text_of(given, end).strip()
    if not words:
        raise bad_field(end, f"The {end} description is required.")
    return words


@rest.put("/issueLinkType/<type_id>", scope="ADMIN")
def update_link_type(type_id: str) -> Any:
    site_admin()
    record, given = must("linktype", type_id, "issue link type"), params.body()
    if given.get("name") is not None:
        record["name"] = name_of(given, "linktype", known=record)
    record |= {end: _end(given, end) for end in ("inward", "outward") if given.get(end) is not None}
    context.site().store.put("linktype", record)
    return beans.link_type(record, scene())


@rest.delete("/issueLinkType/<type_id>", scope="ADMIN")
def delete_link_type(type_id: str) -> Any:
    site_admin()
    site = context.site()
    must("linktype", type_id, "issue link type")
    for link in [link for link in site.store.all("issuelink") if link["type"] == type_id]:
        site.indexes.remove_link(link)
        site.store.delete("issuelink", link["id"])
    site.store.delete("linktype", type_id)
    return None
