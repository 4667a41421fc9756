"""Installed Connect apps, and the signed URLs and tokens that the host pages need for their iframes."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from emulator import lifecycle, tokens
from emulator.site import Site
from emulator.store import Record

IFRAME_LIFETIME_S = 180
CONTEXT_LIFETIME_S = 900
CLIENT_VERSION = "1001.0.0-SNAPSHOT"
_VARIABLE = re.compile(r"\{([A-Za-z0-9_.]+)\}")


def installed_apps(site: Site) -> list[Record]:
    """Apps that are installed and enabled; each holds its `descriptor`, `key`, `baseUrl`, `accountId`."""
    return [app for app in site.store.all("app") if app["state"] == "enabled"]


def app_by_key(site: Site, key: str) -> Record | None:
    """An enabled app, or None."""
    return next((app for app in installed_apps(site) if app["key"] == key), None)


def modules(app: Record, kind: str) -> list[Record]:
    """The modules of one kind, whether the descriptor gives a list or a single object."""
    found = app["descriptor"].get("modules", {}).get(kind, [])
    return found if isinstance(found, list) else [found]


def find_module(app: Record, module_key: str) -> Record | None:
    """The page or panel with this key, of whatever kind."""
    for kind in app["descriptor"].get("modules", {}):
        for module in modules(app, kind):
            if isinstance(module, dict) and module.get("key") == module_key:
                return module
    return None


def module_url(site: Site, app: Record, module_key: str, user: Record | None, context: Mapping[str, object]) -> str:
    """The absolute, signed URL of a module's iframe.

    `context` holds the variables by their Jira names (`issue.id`, `project.key`, `ac.x`); a variable that is
    absent becomes empty. A cacheable module gets neither token nor context. Raises LookupError if there is
    no such module or it has no URL.
    """
    module = find_module(app, module_key)
    url = (module or {}).get("url") or (module or {}).get("target", {}).get("url")
    if module is None or not url:
        raise LookupError(f"{app['key']} has no module {module_key} with a page")
    host = {"xdm_e": site.base_url, "xdm_c": f"channel-{app['key']}__{module_key}", "cp": ""}
    cacheable = bool(module.get("cacheable"))
    variables = {} if cacheable else context
    absolute = _absolute(app, _VARIABLE.sub(lambda found: _value(variables, found[1]), url))
    absolute = _with_query(absolute, host | {"lic": license_of(app), "cv": CLIENT_VERSION})
    if cacheable:
        return absolute
    claims = _claims(site, user, IFRAME_LIFETIME_S)
    claims["qsh"] = tokens.qsh_of_url("GET", absolute, app["baseUrl"])
    return _with_query(absolute, {"jwt": tokens.sign_hs256(claims, app["secret"])})


def context_token(site: Site, app: Record, user: Record | None, context: Mapping[str, object]) -> str:
    """What `AP.context.getToken()` gives to the app's script: good for user and tenant, not for one URL."""
    claims = _claims(site, user, CONTEXT_LIFETIME_S)
    claims["qsh"] = "context-qsh"
    claims["context"] = _nested(context)
    return tokens.sign_hs256(claims, app["secret"])


def license_of(app: Record) -> str:
    """`active` or `none`, as the `lic` parameter says it."""
    return "active" if app.get("license", {}).get("active", True) else "none"


def _claims(site: Site, user: Record | None, lifetime_s: int) -> dict[str, Any]:
    now = site.clock.seconds()
    claims: dict[str, Any] = {"iss": site.client_key, "iat": now, "exp": now + lifetime_s}
    return claims | ({"sub": user["id"]} if user else {})


def _value(context: Mapping[str, object], name: str) -> str:
    value = context.get(name)
    return "" if value is None else quote(str(value), safe="")


def _absolute(app: Record, url: str) -> str:
    if re.match(r"https?://", url):
        return url
    return str(app["baseUrl"]).rstrip("/") + "/" + url.lstrip("/")


def _with_query(url: str, parameters: Mapping[str, object]) -> str:
    return url + ("&" if "?" in url else "?") + urlencode({k: str(v) for k, v in parameters.items()})


def _nested(context: Mapping[str, object]) -> dict[str, Any]:
    """`{"issue.id": 1}` as `{"jira": {"issue": {"id": "1"}}}`."""
    result: dict[str, Any] = {}
    for name, value in context.items():
        owner, _, part = name.partition(".")
        if part and value is not None:
            result.setdefault(owner, {})[part] = str(value)
    return {"jira": result} if result else {}


def install(site: Site, descriptor_url: str) -> Record:
    """Install the app whose descriptor is at this URL; see `emulator.lifecycle`."""
    return lifecycle.install(site, descriptor_url)
