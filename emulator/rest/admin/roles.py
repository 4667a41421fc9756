"""Project roles and their actors."""

from typing import Any

from emulator import beans, context, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_roles")


def _shown(role: Record, project: Record | None) -> dict[str, Any]:
    root = scene().root
    place = f"{root}/project/{project['id']}" if project else root
    bean = {
        "self": f"{place}/role/{role['id']}",
        "name": role["name"],
        "id": int(role["id"]),
        "description": role.get("description", ""),
    }
    return bean | ({"actors": _actors(role, project)} if project else {})


def _actors(role: Record, project: Record) -> list[dict[str, Any]]:
    store, held = context.site().store, project.get("roles", {}).get(role["id"], {})
    rows: list[dict[str, Any]] = []
    for user in (store.get("user", each) for each in held.get("users", [])):
        if user:
            kind = {"type": "atlassian-user-role-actor", "actorUser": {"accountId": user["id"]}}
            rows.append({"displayName": user["displayName"], "avatarUrl": _picture(user)} | kind)
    for group in (store.get("group", each) for each in held.get("groups", [])):
        if group:
            shown = {"name": group["name"], "displayName": group["name"], "groupId": group["id"]}
            kind = {"type": "atlassian-group-role-actor", "actorGroup": shown}
            rows.append({"displayName": group["name"], "name": group["name"]} | kind)
    return [{"id": number} | row for number, row in enumerate(rows, 10000)]


def _picture(user: Record) -> str:
    return str(beans.user(user, scene())["avatarUrls"]["16x16"])


@rest.get("/role/<role>", scope="ADMIN")
def one(role: str) -> Any:
    return _shown(must("role", role, "project role"), None)


@rest.post("/role", scope="ADMIN")
def create() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    record: Record = {"id": store.next_id("role"), "name": name_of(given, "role")}
    record["description"] = text_of(given, "description")
    return _shown(store.put("role", record), None)


@rest.delete("/role/<role>", scope="ADMIN")
def delete(role: str) -> Any:
    site_admin()
    must("role", role, "project role")
    context.site().store.delete("role", role)
    return None


def _place(project: str, role: str) -> tuple[Record, Record]:
    record = projects.visible(context.site(), context.caller(), project)
    projects.administer(context.caller(), record)
    return record, must("role", role, "project role")


@rest.get("/project/<project>/role/<role>", scope="READ")
def actors(project: str, role: str) -> Any:
    record, known = _place(project, role)
    return _shown(known, record)


@rest.post("/project/<project>/role/<role>", scope="PROJECT_ADMIN")
def add(project: str, role: str) -> Any:
    record, known = _place(project, role)
    given = params.body()
    users, groups = _named(given, ("user",), "user"), _named(given, ("group", "groupId"), "group")
    held = record.setdefault("roles", {}).setdefault(known["id"], {"users": [], "groups": []})
    held["users"] = list(dict.fromkeys([*held["users"], *users]))
    held["groups"] = list(dict.fromkeys([*held["groups"], *groups]))
    context.site().store.put("project", record)
    return _shown(known, record)


def _named(given: dict[str, Any], names: tuple[str, ...], kind: str) -> list[str]:
    wanted = [str(each) for name in names for each in params.listed(given, name)]
    for each in wanted:
        if context.site().store.get(kind, each) is None:
            raise JiraError(404, f"The {kind} '{each}' does not exist.")
    return wanted


@rest.delete("/project/<project>/role/<role>", scope="PROJECT_ADMIN")
def remove(project: str, role: str) -> Any:
    record, known = _place(project, role)
    gone = {value for name in ("user", "group", "groupId") for value in params.words(name)}
    if not gone:
        raise JiraError(400, "Give the 'user', 'group' or 'groupId' to take out of the role.")
    held = record.get("roles", {}).get(known["id"], {"users": [], "groups": []})
    for name in ("users", "groups"):
        held[name] = [each for each in held[name] if each not in gone]
    context.site().store.put("project", record)
    return None
