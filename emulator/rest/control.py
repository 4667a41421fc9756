"""What a test or an administrator may do to a site that no Jira resource offers: `/_control`."""

import re
from dataclasses import asdict
from typing import Any

from emulator import context, events, lifecycle
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, site_admin
from emulator.seeds import generator, workflow_graphs, writing
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


@rest.get("/webhooks")
def pending() -> Any:
    """Deliveries that are still to be made."""
    site_admin()
    names = ("id", "app", "event", "identifier", "attempts", "due", "url")
    return [{name: row[name] for name in names} for row in context.site().store.all("delivery")]


@rest.get("/chaos")
def misbehaviour() -> Any:
    site_admin()
    chaos = context.site().chaos
    return asdict(chaos.settings) | {"seed": chaos.seed}


@rest.put("/chaos")
def misbehave() -> Any:
    """Set how the site misbehaves; what is not named is off. `{}` makes it behave."""
    site_admin()
    given = params.body()
    seed = given.pop("seed", 0)
    try:
        context.site().chaos.configure(given, int(seed))
    except (ValueError, TypeError) as error:
        raise JiraError(400, str(error)) from None
    return misbehaviour()


@rest.put("/webhooks/retries")
def retries() -> Any:
    """How many seconds to wait before each retry of a webhook."""
    site_admin()
    delays = params.listed(params.body(), "delays", 5, required=True)
    if not all(isinstance(delay, (int, float)) and delay >= 0 for delay in delays):
        raise JiraError(400, "'delays' must be up to five numbers of seconds.")
    context.site().webhooks.retry_delays_s = tuple(float(delay) for delay in delays)
    return None


@rest.put("/limits")
def limits() -> Any:
    """Lower the per-issue limits: `comments`, `worklogs`, `attachments`, `links`, `remotelinks`."""
    site_admin()
    given = params.body()
    if not all(isinstance(value, int) and value >= 0 for value in given.values()):
        raise JiraError(400, "Each limit must be a whole number.")
    context.site().limits = {str(name): int(value) for name, value in given.items()}
    return None


@rest.put("/clock")
def clock() -> Any:
    """Move the site's clock by `offsetMs` from the machine's."""
    site_admin()
    context.site().clock.offset_ms = params.whole(params.body(), "offsetMs", 0, 0, 10**13)
    return None


@rest.put("/projects/<project>/denied")
def deny(project: str) -> Any:
    """Take permissions away: `{"<accountId or *>": ["EDIT_ISSUES", …]}`; replaces what was denied before."""
    site_admin()
    record = context.site().store.find("project", key=project.upper())
    if record is None:
        raise JiraError(404, f"No project could be found with key '{project}'.")
    record["denied"] = params.body()
    context.site().store.put("project", record)
    return None


@rest.post("/generate")
def generate() -> Any:
    """Write many issues into a project: `{"project": "SHOP", "count": 1000, "seed": 1}`; no webhooks."""
    site_admin()
    given, site = params.body(), context.site()
    record = site.store.find("project", key=str(given.get("project")).upper())
    if record is None:
        raise JiraError(404, f"No project could be found with key '{given.get('project')}'.")
    count = params.whole(given, "count", 100, 1, 100_000)
    made = generator.fill(site, record, count, params.whole(given, "seed", 0, 0, 2**31))
    return {"first": made[0]["key"], "last": made[-1]["key"], "count": len(made)}, 201


@rest.post("/projects")
def create_project() -> Any:
    """A project with the standard types: `{"key": "NEW", "name": "New", "workflow": {…}}`; the graph is optional."""
    site_admin()
    given, site = params.body(), context.site()
    key = str(given.get("key", "")).upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,9}", key) or site.store.find("project", key=key):
        raise JiraError(400, "The key must be two to ten letters and digits, and not be taken.")
    record = writing.project(site, key, str(given.get("name") or key))
    graph = given.get("workflow")
    if isinstance(graph, dict):
        workflow_graphs.use(site, record, workflow_graphs.load(site, graph, f"{key} workflow"))
    events.project(site, context.caller(), "project_created", record)
    return {"id": int(record["id"]), "key": key, "self": f"{site.base_url}/rest/api/3/project/{record['id']}"}, 201
