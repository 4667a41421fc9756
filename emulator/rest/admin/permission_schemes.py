"""Permission schemes, and which project has which."""

from typing import Any

from emulator import context, grants, permissions, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, text_of
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_permission_schemes")
DEFAULT = "0"


def _scheme(scheme_id: object) -> Record:
    if str(scheme_id) == DEFAULT:
        return {"id": DEFAULT, "name": "Default Permission Scheme", "description": "", "grants": _built_in()}
    return must("permissionscheme", scheme_id, "permission scheme")


def _built_in() -> list[Record]:
    """What holds where a project has no scheme of its own."""
    rows = []
    for number, key in enumerate(permissions.PROJECT, 10000):
        kind = "projectLead" if key in permissions.PRIVILEGED else "applicationRole"
        rows.append({"id": number, "permission": key, "holder": {"type": kind}})
    return rows


def _shown(scheme: Record) -> dict[str, Any]:
    address = f"{scene().root}/permissionscheme/{scheme['id']}"
    bean: dict[str, Any] = {
        "expand": "permissions,user,group,projectRole,field,all",
        "id": int(scheme["id"]),
        "self": address,
        "name": scheme["name"],
        "description": scheme["description"],
    }
    if params.text("expand"):
        bean["permissions"] = [row | {"self": f"{address}/permission/{row['id']}"} for row in scheme["grants"]]
    return bean


def _grant(given: Any) -> Record:
    holder = given.get("holder") if isinstance(given, dict) else None
    if not isinstance(holder, dict) or holder.get("type") not in grants.HOLDERS:
        raise JiraError(400, f"Each permission needs a holder of one of the types {', '.join(grants.HOLDERS)}.")
    if given.get("permission") not in permissions.PROJECT:
        raise JiraError(400, f"Unrecognized permission: {given.get('permission')}")
    parameter = holder.get("parameter") or holder.get("value")
    kept = {"type": holder["type"]} | ({"parameter": str(parameter), "value": str(parameter)} if parameter else {})
    number = int(context.site().store.next_id("grant"))
    return {"id": number, "permission": given["permission"], "holder": kept}


def _keep(scheme: Record) -> None:
    store = context.site().store
    store.put("permissionscheme", scheme)
    for project in [p for p in store.all("project") if p.get("permissionScheme") == scheme["id"]]:
        _apply(project, scheme)


def _apply(project: Record, scheme: Record) -> None:
    held: dict[str, list[Record]] = {}
    for row in scheme["grants"]:
        held.setdefault(row["permission"], []).append(row["holder"])
    own = None if scheme["id"] == DEFAULT else held
    context.site().store.put("project", project | {"permissionScheme": scheme["id"], "grants": own})


@rest.get("/permissionscheme")
def every() -> Any:
    return {"permissionSchemes": [_shown(s) for s in [_scheme(DEFAULT), *context.site().store.all("permissionscheme")]]}


@rest.get("/permissionscheme/<scheme>")
def one(scheme: str) -> Any:
    return _shown(_scheme(scheme))


@rest.post("/permissionscheme", scope="ADMIN")
def create() -> Any:
    site_admin()
    given, store = params.body(), context.site().store
    record: Record = {
        "id": store.next_id("permissionscheme"),
        "name": name_of(given, "permissionscheme"),
        "description": text_of(given, "description"),
        "grants": [_grant(row) for row in params.listed(given, "permissions")],
    }
    return _shown(store.put("permissionscheme", record)), 201


@rest.put("/permissionscheme/<scheme>", scope="ADMIN")
def update(scheme: str) -> Any:
    site_admin()
    record, given = must("permissionscheme", scheme, "permission scheme"), params.body()
    record["name"] = name_of(given, "permissionscheme", known=record)
    record["description"] = text_of(given, "description", record["description"])
    if given.get("permissions") is not None:
        record["grants"] = [_grant(row) for row in params.listed(given, "permissions")]
    _keep(record)
    return _shown(record)


@rest.delete("/permissionscheme/<scheme>", scope="ADMIN")
def delete(scheme: str) -> Any:
    site_admin()
    must("permissionscheme", scheme, "permission scheme")
    if any(p.get("permissionScheme") == scheme for p in context.site().store.all("project")):
        raise JiraError(400, "The permission scheme is in use by projects.")
    context.site().store.delete("permissionscheme", scheme)
    return None


@rest.post("/permissionscheme/<scheme>/permission", scope="ADMIN")
def add(scheme: str) -> Any:
    site_admin()
    record = must("permissionscheme", scheme, "permission scheme")
    row = _grant(params.body())
    record["grants"].append(row)
    _keep(record)
    return row | {"self": f"{scene().root}/permissionscheme/{scheme}/permission/{row['id']}"}, 201


@rest.delete("/permissionscheme/<scheme>/permission/<int:permission>", scope="ADMIN")
def remove(scheme: str, permission: int) -> Any:
    site_admin()
    record = must("permissionscheme", scheme, "permission scheme")
    kept = [row for row in record["grants"] if row["id"] != permission]
    if len(kept) == len(record["grants"]):
        raise JiraError(404, f"The permission with id '{permission}' was not found in the scheme.")
    record["grants"] = kept
    _keep(record)
    return None


@rest.get("/project/<project>/permissionscheme")
def of_project(project: str) -> Any:
    record = projects.visible(context.site(), context.caller(), project)
    projects.administer(context.caller(), record)
    return _shown(_scheme(record.get("permissionScheme", DEFAULT)))


@rest.put("/project/<project>/permissionscheme", scope="PROJECT_ADMIN")
def assign(project: str) -> Any:
    site_admin()
    record = projects.visible(context.site(), context.caller(), project)
    scheme = _scheme(params.body().get("id"))
    _apply(record, scheme)
    return _shown(scheme)
