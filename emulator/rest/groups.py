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
