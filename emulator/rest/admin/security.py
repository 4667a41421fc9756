"""Issue security schemes: levels, who is in them, and which project has them."""

from typing import Any

from flask import Response

from emulator import beans, context, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, see_task, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_security")
KEY = "securityScheme"


def _levels(scheme: Record) -> list[Record]:
    return [level for level in context.site().store.all("securitylevel") if level.get("scheme") == scheme["id"]]


def _level_bean(level: Record) -> dict[str, Any]:
    more = {"isDefault": bool(level.get("isDefault")), "issueSecuritySchemeId": level["scheme"]}
    return beans.security_level(level, scene()) | more


def _shown(scheme: Record) -> dict[str, Any]:
    levels = _levels(scheme)
    bean: dict[str, Any] = {
        "self": f"{scene().root}/issuesecurityschemes/{scheme['id']}",
        "id": int(scheme["id"]),
        "name": scheme["name"],
        "description": scheme["description"],
        "levels": [_level_bean(level) for level in levels],
    }
    default = next((level["id"] for level in levels if level.get("isDefault")), None)
    return bean | ({"defaultSecurityLevelId": int(default)} if default else {})


@rest.get("/issuesecurityschemes", scope="PROJECT_ADMIN")
def every() -> Any:
    site_admin()
    return {"issueSecuritySchemes": [_shown(scheme) for scheme in context.site().store.all("securityscheme")]}


@rest.get("/issuesecurityschemes/<int:scheme>", scope="PROJECT_ADMIN")
def one(scheme: int) -> Any:
    site_admin()
    return _shown(must("securityscheme", scheme, "issue security scheme"))


@rest.post("/issuesecurityschemes", scope="ADMIN")
def create() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    record: Record = {
        "id": store.next_id("securityscheme"),
        "name": name_of(given, "securityscheme"),
        "description": text_of(given, "description"),
    }
    rows = [_read_level(row) for row in params.listed(given, "levels", 100)]
    store.put("securityscheme", record)
    _add(record, rows)
    return {"id": record["id"]}, 201


def _read_level(given: Any) -> Record:
    if not isinstance(given, dict) or not text_of(given, "name").strip():
        raise JiraError(400, "Each level needs a name.")
    members = [_member(row) for row in params.listed(given, "members", 100)]
    told = {"name": given["name"].strip(), "description": text_of(given, "description")}
    return told | {"isDefault": bool(given.get("isDefault")), "members": members}


def _member(given: Any) -> str:
    kind, parameter = (given.get("type"), given.get("parameter")) if isinstance(given, dict) else (None, None)
    if kind in ("reporter", "assignee"):
        return str(kind)
    if kind in ("user", "group", "projectrole") and parameter:
        found = must("role" if kind == "projectrole" else kind, parameter, str(kind))
        return f"role:{found['id']}" if kind == "projectrole" else str(found["id"])
    raise JiraError(400, "A member is of type reporter, assignee, user, group or projectrole, with its parameter.")


def _add(scheme: Record, rows: list[Record]) -> None:
    store = context.site().store
    for row in rows:
        store.put("securitylevel", {"id": store.next_id("securitylevel"), "scheme": scheme["id"]} | row)
    for project in [p for p in store.all("project") if p.get(KEY) == scheme["id"]]:
        _apply(project, scheme)


def _apply(project: Record, scheme: Record) -> None:
    held = {KEY: scheme["id"], "securityLevels": [level["id"] for level in _levels(scheme)]}
    context.site().store.put("project", project | held)


@rest.put("/issuesecurityschemes/<int:scheme>/level", scope="ADMIN")
def add_levels(scheme: int) -> Any:
    site_admin()
    record = must("securityscheme", scheme, "issue security scheme")
    _add(record, [_read_level(row) for row in params.listed(params.body(), "levels", 100, required=True)])
    return None


@rest.put("/issuesecurityschemes/project", scope="ADMIN")
def assign() -> Response:
    site_admin()
    given = params.body()
    project = must("project", given.get("projectId"), "project")
    _apply(project, must("securityscheme", given.get("schemeId"), "issue security scheme"))
    return see_task(f"Associating a security scheme with {project['key']}")


@rest.get("/project/<project>/issuesecuritylevelscheme", scope="READ")
def of_project(project: str) -> Any:
    record = projects.visible(context.site(), context.caller(), project)
    projects.administer(context.caller(), record)
    if not record.get(KEY):
        raise JiraError(404, "The project has no issue security scheme.")
    return _shown(must("securityscheme", record[KEY], "issue security scheme"))
