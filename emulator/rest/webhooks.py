"""An app's failed deliveries, and webhooks that it registers at run time."""

from typing import Any

from emulator import context
from emulator.clock import jira_time
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource
from emulator.store import Record

rest = Resource("webhooks")
LIFETIME_MS = 30 * 24 * 3600 * 1000
MOST = 100
EVENTS = {
    *(f"jira:issue_{each}" for each in ("created", "updated", "deleted")),
    *(f"comment_{each}" for each in ("created", "updated", "deleted")),
    *(f"issue_property_{each}" for each in ("set", "deleted")),
    *(f"sprint_{each}" for each in ("created", "deleted", "updated", "started", "closed")),
    *(
        f"jira:version_{each}"
        for each in ("released", "unreleased", "created", "moved", "updated", "deleted", "merged")
    ),
}


def _app() -> Record:
    app = context.caller().app
    if app is None:
        raise JiraError(403, "Only Connect and OAuth 2.0 apps can use this operation.")
    return app


@rest.get("/webhook/failed")
def failed() -> Any:
    app, after = _app(), params.number("after", 0)
    count = params.number("maxResults", 100, 1, 100)
    rows = [r for r in context.site().store.all("failed_webhook") if r["app"] == app["id"] and r["failureTime"] > after]
    rows.sort(key=lambda row: row["failureTime"])
    chosen = rows[:count]
    shown = [
        {"id": r["identifier"], "body": r["body"], "url": r["url"], "failureTime": r["failureTime"]} for r in chosen
    ]
    page: dict[str, Any] = {"values": shown, "maxResults": count}
    if len(rows) > count:
        base = f"{context.site().base_url}/rest/api/3/webhook/failed"
        page["next"] = f"{base}?maxResults={count}&after={chosen[-1]['failureTime']}"
    return page


@rest.post("/webhook", scope="READ")
def register() -> Any:
    app, given = _app(), params.body()
    url = str(given.get("url", ""))
    if not url.startswith(app["baseUrl"]):
        raise JiraError(400, "The webhook URL must start with the app's base URL.")
    results = [_register(app, url, wanted) for wanted in params.listed(given, "webhooks", required=True)]
    context.site().store.put("app", app)
    return {"webhookRegistrationResult": results}


def _register(app: Record, url: str, wanted: Any) -> dict[str, Any]:
    events = wanted.get("events") if isinstance(wanted, dict) else None
    errors = []
    if not isinstance(events, list) or not events or not set(events) <= EVENTS:
        errors.append("The events are missing or cannot be listened to with a dynamic webhook.")
    if isinstance(wanted, dict) and not wanted.get("jqlFilter"):
        errors.append("A jqlFilter is required.")
    dynamic = app.setdefault("dynamic", [])
    if len(dynamic) >= MOST:
        errors.append(f"An app may register at most {MOST} webhooks.")
    if errors:
        return {"errors": errors}
    site = context.site()
    number = int(site.store.next_id("dynamicwebhook", 1000))
    expires = site.clock.now() + LIFETIME_MS
    entry = {
        "createdWebhookId": number,
        "url": url,
        "events": events,
        "filter": wanted["jqlFilter"],
        "expires": expires,
    }
    dynamic.append(entry)
    return {"createdWebhookId": number}


@rest.get("/webhook")
def every() -> Any:
    return params.paged(
        _app().get("dynamic", []),
        lambda entry: {
            "id": entry["createdWebhookId"],
            "url": entry["url"],
            "events": entry["events"],
            "jqlFilter": entry["filter"],
            "expirationDate": jira_time(entry["expires"]),
        },
        size=100,
    )


def _chosen(app: Record) -> tuple[list[Record], list[Record]]:
    """The app's webhooks named in the body, and the others."""
    wanted = set(params.listed(params.body(), "webhookIds", required=True))
    held = app.get("dynamic", [])
    return [e for e in held if e["createdWebhookId"] in wanted], [
        e for e in held if e["createdWebhookId"] not in wanted
    ]


@rest.put("/webhook/refresh", scope="READ")
def refresh() -> Any:
    app, site = _app(), context.site()
    expires = site.clock.now() + LIFETIME_MS
    for entry in _chosen(app)[0]:
        entry["expires"] = expires
    site.store.put("app", app)
    return {"expirationDate": jira_time(expires)}


@rest.delete("/webhook", scope="READ")
def forget() -> Any:
    app = _app()
    app["dynamic"] = _chosen(app)[1]
    context.site().store.put("app", app)
    return None, 202
