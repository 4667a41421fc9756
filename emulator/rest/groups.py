"""Groups."""

from typing import Any

from emulator import beans, context
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("groups")


def _found() -> Record:
    name, group_id = params.text("groupname"), params.text("groupId")
    for group in context.site().store.all("group"):
        if group["id"] == group_id or (group_id is None and group["name"] == name):
            return group
    raise JiraError(404, f"The group with the name '{name or group_id}' does not exist.")


@rest.get("/group/bulk", scope="ADMIN")
def bulk() -> Any:
    site_admin()
    names, ids = params.words("groupName"), params.words("groupId")
    groups = [
        group
        for group in context.site().store.all("group")
        if not (names or ids) or group["name"] in names or group["id"] in ids
    ]
    return params.paged(groups, lambda group: {"name": group["name"], "groupId": group["id"]})


@rest.get("/group/member", scope="ADMIN")
def members() -> Any:
    site_admin()
    group = _found()
    users = [u for u in context.site().store.all("user") if group["id"] in u.get("groups", []) and u["active"]]
    return params.paged(users, lambda user: beans.user(user, scene()))


@rest.get("/groups/picker")
def picker() -> Any:
    query = (params.text("query") or "").lower()
    found = [g for g in context.site().store.all("group") if query in g["name"].lower()]
    chosen = found[: params.number("maxResults", 20, high=1000)]
    shown = [{"name": g["name"], "html": g["name"], "labels": [], "groupId": g["id"]} for g in chosen]
    return {"header": f"Showing {len(shown)} of {len(found)} matching groups", "total": len(found), "groups": shown}


def _bean(group: Record) -> dict[str, Any]:
    users = [u for u in context.site().store.all("user") if group["id"] in u.get("groups", []) and u["active"]]
    page: dict[str, Any] = {"size": len(users), "max-results": 50, "start-index": 0, "end-index": min(len(users), 50)}
    page["items"] = [beans.user(user, scene()) for user in users[:50]] if "users" in params.words("expand") else []
    return beans.group(group, scene()) | {"users": page, "expand": "users"}


@rest.get("/group", scope="ADMIN")
def one() -> Any:
    site_admin()
    return _bean(_found())


@rest.post("/group", scope="ADMIN")
def create() -> Any:
    site_admin()
    name, store = params.body().get("name"), context.site().store
    if not isinstance(name, str) or not name.strip():
        raise JiraError(400, "A group needs a name.")
    if store.find("group", name=name):
        raise JiraError(400, f"A group with the name '{name}' exists already.")
    return _bean(store.put("group", {"id": context.site().entropy.uuid(), "name": name})), 201


@rest.delete("/group", scope="ADMIN")
def delete() -> Any:
    site_admin()
    group, store = _found(), context.site().store
    for user in store.all("user"):
        if group["id"] in user.get("groups", []):
            _join(user, group, False)
    store.delete("group", group["id"])
    return None, 200


def _join(user: Record, group: Record, present: bool) -> None:
    others = [each for each in user.get("groups", []) if each != group["id"]]
    user["groups"] = [*others, group["id"]] if present else others
    context.site().store.put("user", user)


def _user(account_id: object) -> Record:
    user = context.site().store.get("user", str(account_id))
    if user is None:
        raise JiraError(404, f"The user with the account id '{account_id}' does not exist.")
    return user


@rest.post("/group/user", scope="ADMIN")
def add() -> Any:
    site_admin()
    group, user = _found(), _user(params.body().get("accountId"))
    if group["id"] in user.get("groups", []):
        raise JiraError(400, f"The user is a member of the group '{group['name']}' already.")
    _join(user, group, True)
    return _bean(group), 201


@rest.delete("/group/user", scope="ADMIN")
def remove() -> Any:
    site_admin()
    _join(_user(params.text("accountId")), _found(), False)
    return None, 200
