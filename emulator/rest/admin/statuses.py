"""Making, changing and deleting statuses."""

from typing import Any

from emulator import context
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import must, text_of
from emulator.rest.routing import Resource, site_admin
from emulator.rest.statuses import modern
from emulator.store import Record

rest = Resource("admin_statuses")
CATEGORIES = {"TODO": "new", "IN_PROGRESS": "indeterminate", "DONE": "done"}


def scope_of(given: dict[str, Any]) -> str | None:
    """The id of the project that a body's scope names, or None for the whole site."""
    scope = given.get("scope") or {"type": "GLOBAL"}
    if not isinstance(scope, dict) or scope.get("type") not in ("GLOBAL", "PROJECT"):
        raise JiraError(400, "The scope's type must be GLOBAL or PROJECT.")
    if scope["type"] == "GLOBAL":
        return None
    project = scope.get("project")
    return str(must("project", project.get("id") if isinstance(project, dict) else None, "project")["id"])


def make(given: dict[str, Any], scope: str | None) -> Record:
    """A new status; 400 for a bad category, 409 where the name is taken."""
    store, name = context.site().store, text_of(given, "name").strip()
    _check(given, name, scope, None)
    record: Record = {
        "id": store.next_id("status"),
        "name": name,
        "category": CATEGORIES[given["statusCategory"]],
        "description": text_of(given, "description"),
    }
    return store.put("status", record | ({"scope": scope} if scope else {}))


def _check(given: dict[str, Any], name: str, scope: str | None, own: Record | None) -> None:
    if not name or len(name) > 255:
        raise JiraError(400, "A status needs a name of at most 255 characters.")
    if given.get("statusCategory") not in CATEGORIES:
        raise JiraError(400, f"The status category must be one of {', '.join(CATEGORIES)}.")
    for other in context.site().store.all("status"):
        if other is not own and other.get("scope") == scope and other["name"].lower() == name.lower():
            raise JiraError(409, f"A status with the name '{name}' exists already.")


@rest.post("/statuses", scope="ADMIN")
def create() -> Any:
    site_admin()
    given = params.body()
    scope = scope_of(given)
    wanted = [_object(each) for each in params.listed(given, "statuses", 50, required=True)]
    return [modern(make(each, scope)) for each in wanted]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise JiraError(400, "'statuses' must hold objects.")
    return value


@rest.put("/statuses", scope="ADMIN")
def update() -> Any:
    site_admin()
    store = context.site().store
    for given in map(_object, params.listed(params.body(), "statuses", 50, required=True)):
        record = store.get("status", str(given.get("id")))
        if record is None:
            raise JiraError(400, f"The status with id '{given.get('id')}' does not exist.")
        name = text_of(given, "name", record["name"]).strip()
        _check(given, name, record.get("scope"), record)
        record |= {"name": name, "category": CATEGORIES[given["statusCategory"]]}
        record["description"] = text_of(given, "description", record.get("description", ""))
        store.put("status", record)
    return None


@rest.delete("/statuses", scope="ADMIN")
def delete() -> Any:
    site_admin()
    store, wanted = context.site().store, params.words("id")
    if not wanted:
        raise JiraError(400, "Give the ids of the statuses to delete.")
    used = {status for workflow in store.all("workflow") for status in workflow["statuses"]}
    held = [status_id for status_id in wanted if status_id in used]
    if held:
        raise JiraError(400, f"Statuses that workflows use cannot be deleted: {', '.join(held)}.")
    for status_id in wanted:
        store.delete("status", status_id)
    return None
