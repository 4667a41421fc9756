"""Entity properties: any JSON under a key, on issues, comments, projects, users and apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from emulator import events
from emulator.errors import JiraError

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

LIMIT = 32768


def check(key: str, value: Any) -> None:
    """400 for a key or value beyond Jira's limits."""
    if not key or len(key) > 255:
        raise JiraError(400, "The property key must be between 1 and 255 characters.")
    if len(orjson.dumps(value).decode()) > LIMIT:
        raise JiraError(400, f"The value is too long. It must not exceed {LIMIT} characters.")


def read_list(given: Any) -> dict[str, Any]:
    """The `properties` array of a create or edit body."""
    if given is None:
        return {}
    if not isinstance(given, list):
        raise JiraError(400, "The 'properties' must be an array of objects with 'key' and 'value'.")
    held = {}
    for entry in given:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise JiraError(400, "Each property must be an object with 'key' and 'value'.")
        check(entry["key"], entry["value"])
        held[entry["key"]] = entry["value"]
    return held


def parse_body(raw: bytes) -> Any:
    """The value in the body of a PUT; 400 if it is empty or no JSON."""
    if len(raw) > LIMIT * 4:
        raise JiraError(400, f"The value is too long. It must not exceed {LIMIT} characters.")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise JiraError(400, "The property value must be valid, non-empty JSON.") from None


def set_on_issue(site: Site, caller: Caller, issue: Record, key: str, value: Any) -> bool:
    """Store a property of an issue; True if it is new. It does not count as an update of the issue."""
    check(key, value)
    created = key not in issue["properties"]
    if created or issue["properties"][key] != value:
        issue["properties"][key] = value
        site.store.put("issue", issue)
        events.issue_property(site, caller, "issue_property_set", issue, key, value)
    return created


def delete_from_issue(site: Site, caller: Caller, issue: Record, key: str) -> None:
    """404 if the issue has no such property."""
    if key not in issue["properties"]:
        raise JiraError(404, f'Property with key "{key}" was not found.')
    value = issue["properties"].pop(key)
    site.store.put("issue", issue)
    events.issue_property(site, caller, "issue_property_deleted", issue, key, value)
