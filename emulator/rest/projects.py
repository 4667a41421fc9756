"""Projects."""

from typing import Any

from emulator import agile, beans, context, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("projects")


def found(id_or_key: str) -> Record:
    return projects.visible(context.site(), context.caller(), id_or_key)


@rest.get("/project/search")
def search() -> Any:
    ids, keys = params.words("id"), params.words("keys")
    query, kinds = (params.text("query") or "").lower(), params.words("typeKey")
    archived = "archived" in (params.words("status") or [])
    chosen = [
        project
        for project in projects.all_visible(context.site(), context.caller())
        if (not ids or project["id"] in ids)
        and (not keys or project["key"] in keys)
        and (not kinds or project.get("type", "software") in kinds)
        and (query in project["name"].lower() or query in project["key"].lower())
        and (archived or not project.get("archived"))
    ]
    order = params.text("orderBy") or "key"
    name = order.lstrip("+-")
    if name not in ("key", "name", "category", "owner"):
        raise JiraError(400, f"Unable to order by '{order}'.")
    chosen.sort(key=lambda p: str(p.get(name, p["key"])).lower(), reverse=order.startswith("-"))
    return params.paged(chosen, _with_expands)


def _with_expands(project: Record) -> dict[str, Any]:
    here, expand = scene(), params.words("expand")
    bean = projects.short(project, here)
    full = projects.full(project, here)
    return bean | {
        name: full[name] for name in ("description", "lead", "issueTypes") if name in expand and name in full
    }


@rest.get("/project")
def every() -> Any:
    return [projects.short(p, scene()) for p in projects.all_visible(context.site(), context.caller())]


@rest.get("/project/<project>")
def one(project: str) -> Any:
    return projects.full(found(project), scene())


@rest.get("/project/<project>/statuses")
def statuses(project: str) -> Any:
    return projects.statuses_by_type(found(project), scene())


@rest.get("/project/<project>/hierarchy")
def hierarchy(project: str) -> Any:
    record = found(project)
    levels: dict[int, list[Record]] = {}
    for issue_type in projects.issue_types(context.site(), record):
        levels.setdefault(issue_type["hierarchyLevel"], []).append(issue_type)
    names = {1: "Epic", 0: "Base", -1: "Subtask"}
    shown = [
        {
            "level": level,
            "name": names.get(level, f"Level {level}"),
            "issueTypes": [{"id": int(t["id"]), "name": t["name"], "avatarId": 10300} for t in types],
        }
        for level, types in sorted(levels.items(), reverse=True)
    ]
    return {"projectId": int(record["id"]), "hierarchy": shown}


@rest.get("/project/<project>/securitylevel")
def security_levels(project: str) -> Any:
    record = found(project)
    levels = [context.site().store.get("securitylevel", each) for each in record.get("securityLevels", [])]
    return {"levels": [beans.security_level(level, scene()) for level in levels if level]}


@rest.get("/project/<project>/components")
def components(project: str) -> Any:
    records = context.site().store.owned("component", found(project)["id"])
    return [projects.component(record, scene()) for record in records]


@rest.get("/project/<project>/component")
def component_page(project: str) -> Any:
    query = (params.text("query") or "").lower()
    records = context.site().store.owned("component", found(project)["id"])
    chosen = [r for r in records if query in r["name"].lower()]
    return params.paged(chosen, lambda r: projects.component(r, scene()) | {"issueCount": _use("components", r)})


def _use(field: str, record: Record) -> int:
    issues = context.site().store.owned("issue", record["project"])
    return sum(record["id"] in (issue["fields"].get(field) or []) for issue in issues)


@rest.get("/project/<project>/versions")
def versions(project: str) -> Any:
    records = agile.ranked(context.site().store.owned("version", found(project)["id"]))
    return [projects.version(record, scene()) for record in records]


@rest.get("/project/<project>/version")
def version_page(project: str) -> Any:
    query, wanted = (params.text("query") or "").lower(), params.words("status")
    records = agile.ranked(context.site().store.owned("version", found(project)["id"]))
    chosen = [r for r in records if query in r["name"].lower() and (not wanted or _state(r) in wanted)]
    if (params.text("orderBy") or "").startswith("-"):
        chosen.reverse()
    return params.paged(chosen, lambda r: projects.version(r, scene()))


def _state(version: Record) -> str:
    if version.get("archived"):
        return "archived"
    return "released" if version.get("released") else "unreleased"


@rest.get("/project/<project>/role")
def roles(project: str) -> Any:
    return projects.full(found(project), scene())["roles"]


@rest.get("/project/<project>/roledetails")
def role_details(project: str) -> Any:
    record = found(project)
    return [
        {
            "self": f"{scene().root}/project/{record['id']}/role/{role['id']}",
            "name": role["name"],
            "id": int(role["id"]),
            "description": role.get("description", ""),
            "admin": role["name"] == "Administrators",
            "default": False,
            "roleConfigurable": True,
            "translatedName": role["name"],
        }
        for role in context.site().store.all("role")
    ]
