"""Screen schemes and field configurations: which screen an operation uses, which fields are required."""

from collections.abc import Callable
from typing import Any

from emulator import context, screens
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, name_of, text_of
from emulator.rest.routing import Resource, site_admin
from emulator.store import Record

rest = Resource("admin_screen_schemes")


def _make(kind: str, given: dict[str, Any], more: dict[str, Any]) -> Record:
    store = context.site().store
    record: Record = {
        "id": store.next_id(kind, 10100),
        "name": name_of(given, kind),
        "description": text_of(given, "description"),
    }
    return store.put(kind, record | more)


def _short(record: Record) -> dict[str, Any]:
    return {name: record[name] for name in ("id", "name", "description")}


@rest.get("/screenscheme", scope="ADMIN")
def screen_schemes() -> Any:
    site_admin()

    def shown(record: Record) -> dict[str, Any]:
        held = {name: int(screen) for name, screen in record["screens"].items()}
        return _short(record) | {"id": int(record["id"]), "screens": held}

    return params.paged(context.site().store.all("screenscheme"), shown)


@rest.post("/screenscheme", scope="ADMIN")
def create_screen_scheme() -> Any:
    site_admin()
    given = params.body()
    wanted = given.get("screens")
    if not isinstance(wanted, dict) or not wanted.get("default"):
        raise JiraError(400, "'screens' must name at least the default screen.")
    held = {
        name: must("screen", screen, "screen")["id"]
        for name, screen in wanted.items()
        if screen and name in ("default", "create", "edit", "view")
    }
    return {"id": int(_make("screenscheme", given, {"screens": held})["id"])}, 201


@rest.get("/issuetypescreenscheme", scope="ADMIN")
def type_schemes() -> Any:
    site_admin()
    return params.paged(context.site().store.all("issuetypescreenscheme"), _short)


@rest.post("/issuetypescreenscheme", scope="ADMIN")
def create_type_scheme() -> Any:
    site_admin()
    given = params.body()
    held = {}
    for row in params.listed(given, "issueTypeMappings", required=True):
        if not isinstance(row, dict):
            raise JiraError(400, "'issueTypeMappings' must hold objects.")
        held[str(row.get("issueTypeId"))] = must("screenscheme", row.get("screenSchemeId"), "screen scheme")["id"]
    if "default" not in held:
        raise JiraError(400, "The mappings must hold one for 'default'.")
    return {"id": _make("issuetypescreenscheme", given, {"mappings": held})["id"]}, 201


@rest.get("/issuetypescreenscheme/mapping", scope="ADMIN")
def type_mapping() -> Any:
    site_admin()
    return params.paged(_mappings("issuetypescreenscheme", "issueTypeScreenSchemeId", "screenSchemeId"), dict)


def _mappings(kind: str, own: str, other: str) -> list[dict[str, Any]]:
    wanted = params.words(own)
    return [
        {own: scheme["id"], "issueTypeId": each, other: held}
        for scheme in context.site().store.all(kind)
        if not wanted or scheme["id"] in wanted
        for each, held in scheme["mappings"].items()
    ]


def _by_project(kind: str, key: str, name: str, show: Callable[[Record], dict[str, Any]]) -> list[dict[str, Any]]:
    rows: dict[str, list[str]] = {}
    store, wanted = context.site().store, params.words("projectId")
    for project in store.all("project"):
        if project["id"] in wanted and project.get(key):
            rows.setdefault(project[key], []).append(project["id"])
    found = ((store.get(kind, scheme_id), held) for scheme_id, held in rows.items())
    return [{name: show(scheme), "projectIds": held} for scheme, held in found if scheme]


@rest.get("/issuetypescreenscheme/project", scope="ADMIN")
def type_schemes_by_project() -> Any:
    site_admin()
    kind, key = "issuetypescreenscheme", "issueTypeScreenScheme"
    return params.paged(_by_project(kind, key, key, _short), dict)


def _assign(key: str, scheme_id: str | None) -> Record:
    project = must("project", params.body().get("projectId"), "project")
    if project.get("style") == "next-gen":
        raise JiraError(400, "Team-managed projects have no schemes.")
    project[key] = scheme_id
    return context.site().store.put("project", project)


@rest.put("/issuetypescreenscheme/project", scope="ADMIN")
def assign_type_scheme() -> Any:
    site_admin()
    wanted = params.body().get("issueTypeScreenSchemeId")
    _assign("issueTypeScreenScheme", must("issuetypescreenscheme", wanted, "issue type screen scheme")["id"])
    return None


def _configuration(configuration_id: str) -> Record:
    store = context.site().store
    if configuration_id == screens.DEFAULT_CONFIGURATION and store.get("fieldconfiguration", configuration_id) is None:
        words = {"name": "Default Field Configuration", "description": "The default field configuration"}
        store.put("fieldconfiguration", {"id": configuration_id, "items": {}, "isDefault": True} | words)
    return must("fieldconfiguration", configuration_id, "field configuration")


def _configuration_bean(record: Record) -> dict[str, Any]:
    bean = _short(record) | {"id": int(record["id"])}
    return bean | ({"isDefault": True} if record.get("isDefault") else {})


@rest.get("/fieldconfiguration", scope="ADMIN")
def configurations() -> Any:
    site_admin()
    _configuration(screens.DEFAULT_CONFIGURATION)
    return params.paged(context.site().store.all("fieldconfiguration"), _configuration_bean)


@rest.post("/fieldconfiguration", scope="ADMIN")
def create_configuration() -> Any:
    site_admin()
    return _configuration_bean(_make("fieldconfiguration", params.body(), {"items": {}}))


@rest.get("/fieldconfiguration/<configuration>/fields", scope="ADMIN")
def configuration_fields(configuration: str) -> Any:
    site_admin()
    rows = [{"id": each} | item for each, item in _configuration(configuration)["items"].items()]
    return params.paged(rows, dict)


@rest.put("/fieldconfiguration/<configuration>/fields", scope="ADMIN")
def configure(configuration: str) -> Any:
    site_admin()
    record = _configuration(configuration)
    for given in params.listed(params.body(), "fieldConfigurationItems", required=True):
        if not isinstance(given, dict) or not given.get("id"):
            raise JiraError(400, "Each item needs the 'id' of a field.")
        known = {"isHidden": False, "isRequired": False} | record["items"].get(given["id"], {})
        told = {name: given[name] for name in ("description", "isHidden", "isRequired", "renderer") if name in given}
        record["items"][str(given["id"])] = known | told
    context.site().store.put("fieldconfiguration", record)
    screens.apply_configurations(context.site())
    return None


@rest.get("/fieldconfigurationscheme", scope="ADMIN")
def configuration_schemes() -> Any:
    site_admin()
    return params.paged(context.site().store.all("fieldconfigurationscheme"), _short)


@rest.post("/fieldconfigurationscheme", scope="ADMIN")
def create_configuration_scheme() -> Any:
    site_admin()
    held = {"mappings": {"default": screens.DEFAULT_CONFIGURATION}}
    return _short(_make("fieldconfigurationscheme", params.body(), held)), 201


@rest.put("/fieldconfigurationscheme/<scheme>/mapping", scope="ADMIN")
def map_configurations(scheme: str) -> Any:
    site_admin()
    record = must("fieldconfigurationscheme", scheme, "field configuration scheme")
    for row in params.listed(params.body(), "mappings", required=True):
        if not isinstance(row, dict):
            raise JiraError(400, "'mappings' must hold objects.")
        record["mappings"][str(row.get("issueTypeId"))] = _configuration(str(row.get("fieldConfigurationId")))["id"]
    context.site().store.put("fieldconfigurationscheme", record)
    screens.apply_configurations(context.site())
    return None


@rest.get("/fieldconfigurationscheme/project", scope="ADMIN")
def configuration_schemes_by_project() -> Any:
    site_admin()
    kind, key = "fieldconfigurationscheme", "fieldConfigurationScheme"
    return params.paged(_by_project(kind, key, key, _short), dict)


@rest.put("/fieldconfigurationscheme/project", scope="ADMIN")
def assign_configuration_scheme() -> Any:
    site_admin()
    wanted = params.body().get("fieldConfigurationSchemeId")
    scheme = must("fieldconfigurationscheme", wanted, "field configuration scheme")["id"] if wanted else None
    _assign("fieldConfigurationScheme", scheme)
    screens.apply_configurations(context.site())
    return None
