"""Creating, changing, archiving, deleting and validating projects."""

from typing import Any

from flask import Response

from emulator import context, project_admin, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.admin.common import see_task
from emulator.rest.routing import Resource, scene, site_admin
from emulator.store import Record

rest = Resource("admin_projects")
KINDS = {"software": "Software", "service_desk": "Service Desk", "business": "Business"}


def _any(id_or_key: str) -> Record:
    """A project, archived or in the trash included."""
    store = context.site().store
    found = store.get("project", id_or_key) or next(
        (p for p in store.all("project") if id_or_key.upper() in (p["key"], *p.get("formerKeys", []))), None
    )
    if found is None:
        raise JiraError(404, f"No project could be found with key '{id_or_key}'.")
    return found


@rest.post("/project", scope="PROJECT_ADMIN")
def create() -> Any:
    site_admin()
    record = project_admin.create(context.site(), context.caller(), params.body())
    return {"self": f"{scene().root}/project/{record['id']}", "id": int(record["id"]), "key": record["key"]}, 201


@rest.put("/project/<project>", scope="PROJECT_ADMIN")
def update(project: str) -> Any:
    record = projects.visible(context.site(), context.caller(), project)
    given = params.body()
    projects.administer(context.caller(), record)
    if given.get("key") not in (None, record["key"]):
        site_admin()
    project_admin.update(context.site(), context.caller(), record, given)
    return projects.full(record, scene())


@rest.delete("/project/<project>", scope="PROJECT_ADMIN")
def delete(project: str) -> Any:
    site_admin()
    record = _any(project)
    if record.get("archived"):
        raise JiraError(400, "You cannot delete archived projects. Restore the project first.")
    if params.flag("enableUndo", default=True):
        project_admin.trash(context.site(), context.caller(), record)
    else:
        project_admin.delete(context.site(), context.caller(), record)
    return None


@rest.post("/project/<project>/delete", scope="PROJECT_ADMIN")
def delete_later(project: str) -> Response:
    site_admin()
    record = _any(project)
    project_admin.delete(context.site(), context.caller(), record)
    return see_task(f"Deleting the project {record['key']}", f"Project {record['key']} deleted.")


@rest.post("/project/<project>/archive", scope="PROJECT_ADMIN")
def archive(project: str) -> Any:
    site_admin()
    project_admin.archive(context.site(), context.caller(), _any(project))
    return None


@rest.post("/project/<project>/restore", scope="PROJECT_ADMIN")
def restore(project: str) -> Any:
    site_admin()
    record = _any(project)
    project_admin.restore(context.site(), context.caller(), record)
    return projects.full(record, scene())


@rest.get("/project/type", anonymous=True)
def types() -> Any:
    return [_type(key) for key in KINDS]


@rest.get("/project/type/accessible")
def accessible_types() -> Any:
    return types()


@rest.get("/project/type/<key>", anonymous=True)
def one_type(key: str) -> Any:
    if key not in KINDS:
        raise JiraError(404, f"The project type '{key}' was not found.")
    return _type(key)


def _type(key: str) -> dict[str, Any]:
    words = f"jira.project.type.{key}.description"
    return {"key": key, "formattedKey": KINDS[key], "descriptionI18nKey": words, "icon": "", "color": "#1D7AFC"}


@rest.get("/projectvalidate/key")
def validate_key() -> Any:
    problem = project_admin.key_problem(context.site(), params.text("key"))
    return {"errorMessages": [], "errors": {"projectKey": problem} if problem else {}}


@rest.get("/projectvalidate/validProjectKey")
def valid_key() -> Any:
    """A key like the one wished for that is still free."""
    wished = "".join(c for c in (params.text("key") or "").upper() if c.isascii() and c.isalnum()).lstrip("0123456789")
    start = (wished or "PROJ")[:8]
    candidates = [start if len(start) > 1 else f"{start}X", *(f"{start}{number}" for number in range(2, 100))]
    return next(each for each in candidates if project_admin.key_problem(context.site(), each) is None)


@rest.get("/projectvalidate/validProjectName")
def valid_name() -> Any:
    wished = (params.text("name") or "Project").strip()
    candidates = [wished, *(f"{wished} {number}" for number in range(2, 100))]
    return next(each for each in candidates if project_admin.name_problem(context.site(), each) is None)
