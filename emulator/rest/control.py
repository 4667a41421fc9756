"""What a test or an administrator may do to a site that no Jira resource offers: `/_control`."""

import re
from typing import Any

from emulator import context, events, lifecycle, permissions
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, site_admin
from emulator.seeds import cloud_answers, generator, titanium, workflow_graphs, writing
from emulator.store import Record

rest = Resource("control", prefix="/_control")


def _shown(app: Record) -> dict[str, Any]:
    """An app without its secret."""
    return {name: app[name] for name in ("key", "name", "state", "baseUrl", "descriptorUrl", "accountId")}


@rest.get("/apps")
def apps() -> Any:
    site_admin()
    return [_shown(app) for app in context.site().store.all("app")]


@rest.post("/apps", locked=False)
def install() -> Any:
    site_admin()
    url = params.body().get("descriptorUrl")
    if not isinstance(url, str):
        raise JiraError(400, "The body must hold a 'descriptorUrl'.")
    return _shown(lifecycle.install(context.site(), url)), 201


@rest.delete("/apps/<key>", locked=False)
def uninstall(key: str) -> Any:
    site_admin()
    lifecycle.uninstall(context.site(), key)
    return None


@rest.post("/apps/<key>/rotate", locked=False)
def rotate(key: str) -> Any:
    site_admin()
    return _shown(lifecycle.rotate_secret(context.site(), key))


@rest.post("/apps/<key>/enable", locked=False)
def enable(key: str) -> Any:
    site_admin()
    return _shown(lifecycle.set_enabled(context.site(), key, True))


@rest.post("/apps/<key>/disable", locked=False)
def disable(key: str) -> Any:
    site_admin()
    return _shown(lifecycle.set_enabled(context.site(), key, False))


@rest.post("/apps/<key>/forget")
def forget(key: str) -> Any:
    """The app is gone and not told so, as after a restore of the site."""
    site_admin()
    lifecycle.forget(context.site(), key)


def _project(key: object) -> Record:
    record = context.site().store.find("project", key=str(key).upper())
    if record is None:
        raise JiraError(404, f"No project could be found with key '{key}'.")
    return record


def _account(name: str) -> str:
    """An account by its id, its e-mail address or its app's key; `*` is everybody."""
    store = context.site().store
    app = store.get("app", name)
    known = store.get("user", app["accountId"] if app else name) or store.find("user", email=name)
    if known is None and name != "*":
        raise JiraError(400, f"There is no account '{name}'.")
    return str(known["id"]) if known else name


@rest.put("/projects/<project>/denied")
def deny(project: str) -> Any:
    """Take permissions away: `{"<account, app key or *>": ["EDIT_ISSUES", …]}`; replaces what was denied before."""
    site_admin()
    record, denied = _project(project), params.body()
    for names in denied.values():
        if not isinstance(names, list) or not all(name in permissions.PROJECT for name in names):
            raise JiraError(400, f"Name a list of permissions for each account: {', '.join(permissions.PROJECT)}.")
    record["denied"] = {_account(name): names for name, names in denied.items()}
    context.site().store.put("project", record)


@rest.put("/projects/<project>/archived")
def archive(project: str) -> Any:
    """`{"archived": true}` makes a project read-only, false lets it live again; apps hear of it."""
    site_admin()
    record, archived = _project(project), params.body().get("archived")
    if not isinstance(archived, bool):
        raise JiraError(400, "'archived' must be true or false.")
    if bool(record.get("archived")) != archived:
        record["archived"] = archived
        context.site().store.put("project", record)
        event = "project_archived" if archived else "project_restored_archived"
        events.project(context.site(), context.caller(), event, record)


@rest.post("/generate")
def generate() -> Any:
    """Write many issues into a project: `{"project": "SHOP", "count": 1000, "seed": 1}`; no webhooks."""
    site_admin()
    given, site = params.body(), context.site()
    record = _project(given.get("project"))
    count = params.whole(given, "count", 100, 1, 100_000)
    made = generator.fill(site, record, count, params.whole(given, "seed", 0, 0, 2**31))
    return {"first": made[0]["key"], "last": made[-1]["key"], "count": len(made)}, 201


@rest.post("/load")
def load() -> Any:
    """Write real issues into a project: `{"project": "SHOP", "count": 300}`; 404 if they are not here.

    `"source"` is `project` (a public project's archive) or `answers` (recorded from Cloud sites).
    """
    site_admin()
    given, site = params.body(), context.site()
    record, answers = _project(given.get("project")), given.get("source") == "answers"
    path = cloud_answers.data_file() if answers else titanium.data_file()
    if path is None:
        raise JiraError(404, "The real issues are not beside the checkout; TWINLINE_SHARED says where they are.")
    if answers:
        return {"count": cloud_answers.load(site, record, path)}, 201
    return {"count": titanium.load(site, record, path, params.whole(given, "count", 300, 1, 10_000))}, 201


@rest.post("/projects")
def create_project() -> Any:
    """A project with the standard types: `{"key": "NEW", "name": "New", "workflow": {…}}`; the graph is optional.

    `"workflow": "several"` gives bugs and tasks workflows of their own.
    """
    site_admin()
    given, site = params.body(), context.site()
    key = str(given.get("key", "")).upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,9}", key) or site.store.find("project", key=key):
        raise JiraError(400, "The key must be two to ten letters and digits, and not be taken.")
    graph, name = given.get("workflow"), str(given.get("name") or key)
    record = generator.project(site, key, name) if graph == "several" else writing.project(site, key, name)
    if isinstance(graph, dict):
        workflow_graphs.use(site, record, workflow_graphs.load(site, graph, f"{key} workflow"))
    events.project(site, context.caller(), "project_created", record)
    return {"id": int(record["id"]), "key": key, "self": f"{site.base_url}/rest/api/3/project/{record['id']}"}, 201
