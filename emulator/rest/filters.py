"""Saved searches."""

from typing import Any
from urllib.parse import quote

from emulator import beans, context, jql
from emulator.errors import JiraError, bad_field
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("filters")
EMPTY = {"size": 0, "items": [], "max-results": 0, "start-index": 0, "end-index": 0}


def _bean(record: Record) -> dict[str, Any]:
    here = scene()
    owner = here.site.store.get("user", record["owner"])
    shown = {
        "self": f"{here.root}/filter/{record['id']}",
        "id": record["id"],
        "name": record["name"],
        "description": record["description"],
        "jql": record["jql"],
        "viewUrl": f"{here.site.base_url}/issues/?filter={record['id']}",
        "searchUrl": f"{here.root}/search/jql?jql={quote(record['jql'])}",
        "favourite": context.caller().account_id in record["favouredBy"],
        "favouritedCount": len(record["favouredBy"]),
        "sharePermissions": [{"id": int(record["id"]), "type": "authenticated"}] if record["shared"] else [],
        "editPermissions": [],
        "subscriptions": EMPTY,
    }
    return shown | ({"owner": beans.user(owner, here)} if owner else {})


def _writable(record: Record) -> bool:
    return context.caller().is_admin or record["owner"] == context.caller().account_id


def _seen() -> list[Record]:
    return [f for f in context.site().store.all("filter") if f["shared"] or _writable(f)]


def _one(filter_id: str, writing: bool = False) -> Record:
    record = next((f for f in _seen() if f["id"] == filter_id), None)
    if record is None or (writing and not _writable(record)):
        raise JiraError(400, f"The selected filter with id '{filter_id}' does not exist.")
    return record


def _parts(given: dict[str, Any], own: Record | None) -> Record:
    name, text = given.get("name"), given.get("jql", own["jql"] if own else "")
    if not isinstance(name, str) or not name.strip():
        raise bad_field("filterName", "You must specify a name to save this filter as.")
    taken = (f for f in context.site().store.all("filter") if own is None or f["id"] != own["id"])
    if any(f["name"] == name and f["owner"] == context.caller().account_id for f in taken):
        raise bad_field("filterName", "Filter with same name already exists.")
    if not isinstance(text, str):
        raise bad_field("jql", "'jql' must be a string.")
    try:
        jql.parse(text)
    except jql.JqlError as error:
        raise JiraError(400, *error.messages) from None
    shared = bool(given["sharePermissions"]) if "sharePermissions" in given else bool(own and own["shared"])
    described = str(given.get("description") or (own["description"] if own else ""))
    return {"name": name, "jql": text, "description": described, "shared": shared}


@rest.post("/filter")
def create() -> Any:
    given, store = params.body(), context.site().store
    account_id = context.caller().account_id
    favoured = [account_id] if given.get("favourite") in (True, "true") else []
    parts = _parts(given, None)
    return _bean(
        store.put("filter", {"id": store.next_id("filter"), "owner": account_id, "favouredBy": favoured} | parts)
    )


@rest.get("/filter/search")
def search() -> Any:
    name, ids, owner = (params.text("filterName") or "").lower(), params.words("id"), params.text("accountId")
    chosen = [
        f for f in _seen() if name in f["name"].lower() and (not ids or f["id"] in ids) and owner in (None, f["owner"])
    ]
    expand = set(params.words("expand"))
    always = {"self", "id", "name"}
    return params.paged(chosen, lambda f: {k: v for k, v in _bean(f).items() if k in always | expand})


@rest.get("/filter/my")
def mine() -> Any:
    me, too = context.caller().account_id, params.flag("includeFavourites")
    return [_bean(f) for f in _seen() if f["owner"] == me or (too and me in f["favouredBy"])]


@rest.get("/filter/favourite")
def favourites() -> Any:
    return [_bean(f) for f in _seen() if context.caller().account_id in f["favouredBy"]]


@rest.get("/filter/<filter_id>")
def one(filter_id: str) -> Any:
    return _bean(_one(filter_id))


@rest.put("/filter/<filter_id>")
def update(filter_id: str) -> Any:
    record = _one(filter_id, writing=True)
    return _bean(context.site().store.put("filter", record | _parts(params.body(), record)))


@rest.delete("/filter/<filter_id>")
def delete(filter_id: str) -> Any:
    context.site().store.delete("filter", _one(filter_id, writing=True)["id"])
    return None


def _favour(filter_id: str, present: bool) -> Any:
    record, me = _one(filter_id), context.caller().account_id
    others = [each for each in record["favouredBy"] if each != me]
    record["favouredBy"] = [*others, me] if present else others
    return _bean(context.site().store.put("filter", record))


@rest.put("/filter/<filter_id>/favourite")
def favour(filter_id: str) -> Any:
    return _favour(filter_id, True)


@rest.delete("/filter/<filter_id>/favourite")
def forget(filter_id: str) -> Any:
    return _favour(filter_id, False)
