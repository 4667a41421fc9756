"""Fetching and checking a Connect app's descriptor."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

import requests

from emulator.auth import SCOPE_ORDER
from emulator.errors import JiraError

TIMEOUT_S = 10
LARGEST = 1024 * 1024
KEY = re.compile(r"^[a-zA-Z0-9\-._]{1,64}$")
MODULE_KEY = re.compile(r"^[a-zA-Z0-9_-]+$")
SCOPES = {*SCOPE_ORDER, "ACT_AS_USER", "ACCESS_EMAIL_ADDRESSES"}
LIFECYCLE = {"installed", "enabled", "disabled", "uninstalled", "dare-migration"}
WITHOUT_KEY = {"webhooks"}


def fetch(url: str) -> dict[str, Any]:
    """The checked descriptor at a URL; JiraError 400 names what is wrong with it."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise JiraError(400, "The descriptor URL must begin with https://.")
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, timeout=TIMEOUT_S, headers={"Accept": "application/json"})
    except requests.RequestException as error:
        raise JiraError(400, f"The app's descriptor at {url} could not be fetched: {error}") from None
    if answer.status_code != 200:
        raise JiraError(400, f"The app's descriptor at {url} could not be fetched: HTTP {answer.status_code}.")
    try:
        found = answer.json() if len(answer.content) <= LARGEST else None
    except ValueError:
        found = None
    problems = problems_of(found)
    if problems:
        raise JiraError(400, "The app's descriptor is not valid.", *problems)
    assert isinstance(found, dict)
    return found


def problems_of(found: Any) -> list[str]:
    """What a descriptor does wrong, in sentences; empty if it is valid."""
    if not isinstance(found, dict):
        return ["The descriptor must be a JSON object."]
    problems = []
    if not KEY.match(str(found.get("key", ""))):
        problems.append("'key' must be 1 to 64 letters, digits, hyphens, dots or underscores.")
    if not isinstance(found.get("name"), str) or not found["name"]:
        problems.append("'name' must be a non-empty string.")
    problems += _base_url(found.get("baseUrl"))
    authentication = found.get("authentication")
    kind = authentication.get("type") if isinstance(authentication, dict) else None
    if kind not in ("jwt", "none"):
        problems.append("'authentication.type' must be jwt or none.")
    if kind == "none" and isinstance(found.get("lifecycle"), dict) and "installed" in found["lifecycle"]:
        problems.append("Without authentication there can be no 'installed' callback.")
    unknown = set(found.get("scopes") or []) - SCOPES
    if unknown:
        problems.append(f"Unknown scopes: {', '.join(sorted(map(str, unknown)))}.")
    return problems + _lifecycle(found.get("lifecycle", {})) + _modules(found.get("modules", {}))


def _base_url(url: Any) -> list[str]:
    """Plain http is allowed for this machine's own addresses only, for development."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        return ["'baseUrl' must be an absolute URL."]
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return []
    return ["'baseUrl' must begin with https://."]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _lifecycle(given: Any) -> list[str]:
    if not isinstance(given, dict):
        return ["'lifecycle' must be an object."]
    problems = [f"Unknown lifecycle event '{name}'." for name in given if name not in LIFECYCLE]
    absolute = [name for name, url in given.items() if not isinstance(url, str) or "://" in url]
    return problems + [f"The lifecycle URL '{name}' must be relative." for name in absolute]


def _modules(given: Any) -> list[str]:
    if not isinstance(given, dict):
        return ["'modules' must be an object."]
    problems, seen = [], set()
    for kind, listed in given.items():
        for module in listed if isinstance(listed, list) else [listed]:
            if not isinstance(module, dict):
                problems.append(f"Each of '{kind}' must be an object.")
                continue
            if kind == "webhooks" and not (module.get("event") and module.get("url")):
                problems.append("Each webhook needs an 'event' and a 'url'.")
            key = module.get("key")
            if kind not in WITHOUT_KEY and not (isinstance(key, str) and MODULE_KEY.match(key)):
                problems.append(f"A module of '{kind}' has no valid 'key'.")
            elif key and key in seen:
                problems.append(f"The module key '{key}' is used twice.")
            seen.add(key)
    return problems
