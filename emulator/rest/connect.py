"""What an app may ask about itself: its licence and its own properties."""

from typing import Any

from flask import request

from emulator import context, properties
from emulator.errors import JiraError
from emulator.rest.routing import Resource
from emulator.store import Record

rest = Resource("connect", prefix="/rest/atlassian-connect/<any('1','latest'):api>")


def _own(key: str) -> Record:
    """The app, if it asks about itself or an administrator does."""
    caller = context.caller()
    app = context.site().store.get("app", key)
    if app is None or app["state"] == "uninstalled":
        raise JiraError(404, f"The add-on with key {key} is not installed.")
    if caller.app is not app and not caller.is_admin:
        raise JiraError(401, "The request is not from the add-on itself.")
    return app


@rest.get("/addons/<key>")
def addon(key: str) -> Any:
    site, app = context.site(), _own(key)
    return {
        "key": key,
        "version": "1.0.0",
        "state": "ENABLED" if app["state"] == "enabled" else "DISABLED",
        "host": {"product": "jira", "contacts": []},
        "license": {"active": app["license"]["active"], "type": "COMMERCIAL", "evaluation": False},
        "links": {"self": [{"href": f"{site.base_url}/rest/atlassian-connect/1/addons/{key}"}]},
    }


@rest.get("/addons/<key>/properties")
def keys(key: str) -> Any:
    base = f"{context.site().base_url}/rest/atlassian-connect/1/addons/{key}/properties"
    return {"keys": [{"self": f"{base}/{name}", "key": name} for name in sorted(_own(key)["properties"])]}


@rest.get("/addons/<key>/properties/<name>")
def read(key: str, name: str) -> Any:
    held = _own(key)["properties"]
    if name not in held:
        raise JiraError(404, f"Property with key {name} not found.")
    base = f"{context.site().base_url}/rest/atlassian-connect/1/addons/{key}/properties"
    return {"key": name, "value": held[name], "self": f"{base}/{name}"}


@rest.put("/addons/<key>/properties/<name>", scope="NONE")
def write(key: str, name: str) -> Any:
    app, value = _own(key), properties.parse_body(request.get_data())
    properties.check(name, value)
    created = name not in app["properties"]
    app["properties"][name] = value
    context.site().store.put("app", app)
    words = "Property created." if created else "Property updated."
    return {"message": words, "status-code": 201 if created else 200}, 201 if created else 200


@rest.delete("/addons/<key>/properties/<name>", scope="NONE")
def delete(key: str, name: str) -> Any:
    app = _own(key)
    if app["properties"].pop(name, None) is None:
        raise JiraError(404, f"Property with key {name} not found.")
    context.site().store.put("app", app)
    return None
