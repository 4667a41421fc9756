"""Small JSON shapes that appear in many answers: users, statuses, priorities, projects …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from emulator.clock import jira_time

if TYPE_CHECKING:
    from emulator.fields.base import Scene
    from emulator.store import Record

Bean = dict[str, Any]
SIZES = {"48x48": "", "24x24": "?size=small", "16x16": "?size=xsmall", "32x32": "?size=medium"}
CATEGORIES: dict[str, Bean] = {
    "undefined": {"id": 1, "key": "undefined", "colorName": "medium-gray", "name": "No Category"},
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}


def avatars(scene: Scene, path: str) -> Bean:
    return {size: f"{scene.site.base_url}{path}{query}" for size, query in SIZES.items()}


def user(record: Record, scene: Scene) -> Bean:
    """A user; the e-mail address of others is hidden, as profiles are by default."""
    shown: Bean = {
        "self": f"{scene.root}/user?accountId={quote(record['id'], safe='')}",
        "accountId": record["id"],
        "avatarUrls": avatars(scene, f"/avatar/user/{quote(record['id'], safe='')}.svg"),
        "displayName": record["displayName"],
        "active": record["active"],
        "timeZone": record.get("timeZone", "Etc/UTC"),
        "accountType": record["accountType"],
    }
    if record.get("email") and (scene.viewer == record["id"] or record.get("emailVisible")):
        shown["emailAddress"] = record["email"]
    return shown


def group(record: Record, scene: Scene) -> Bean:
    return {
        "name": record["name"],
        "groupId": record["id"],
        "self": f"{scene.root}/group?groupId={record['id']}",
    }


def category(key: str, scene: Scene) -> Bean:
    return {"self": f"{scene.root}/statuscategory/{CATEGORIES[key]['id']}"} | CATEGORIES[key]


def status(record: Record, scene: Scene) -> Bean:
    return {
        "self": f"{scene.root}/status/{record['id']}",
        "description": record.get("description", ""),
        "iconUrl": f"{scene.site.base_url}/images/icons/statuses/generic.png",
        "name": record["name"],
        "id": record["id"],
        "statusCategory": category(record["category"], scene),
    } | _scope(record)


def priority(record: Record, scene: Scene) -> Bean:
    return {
        "self": f"{scene.root}/priority/{record['id']}",
        "iconUrl": f"{scene.site.base_url}/images/icons/priorities/{record['name'].lower()}.svg",
        "name": record["name"],
        "id": record["id"],
    }


def priority_detail(record: Record, scene: Scene) -> Bean:
    return priority(record, scene) | {
        "description": record.get("description", ""),
        "statusColor": record.get("statusColor", "#707070"),
        "isDefault": bool(record.get("isDefault")),
    }


def resolution(record: Record, scene: Scene) -> Bean:
    return {
        "self": f"{scene.root}/resolution/{record['id']}",
        "id": record["id"],
        "description": record.get("description", ""),
        "name": record["name"],
    }


def issue_type(record: Record, scene: Scene) -> Bean:
    return {
        "self": f"{scene.root}/issuetype/{record['id']}",
        "id": record["id"],
        "description": record.get("description", ""),
        "iconUrl": f"{scene.site.base_url}/images/icons/issuetypes/{record['name'].lower().replace(' ', '-')}.svg",
        "name": record["name"],
        "subtask": record["hierarchyLevel"] < 0,
        "avatarId": record.get("avatarId", 10300),
        "hierarchyLevel": record["hierarchyLevel"],
    } | _scope(record)


def project(record: Record, scene: Scene) -> Bean:
    """The short form inside an issue."""
    return {
        "self": f"{scene.root}/project/{record['id']}",
        "id": record["id"],
        "key": record["key"],
        "name": record["name"],
        "projectTypeKey": record.get("type", "software"),
        "simplified": record.get("style") == "next-gen",
        "avatarUrls": avatars(scene, f"/avatar/project/{record['id']}.svg"),
    }


def version(record: Record, scene: Scene) -> Bean:
    shown: Bean = {
        "self": f"{scene.root}/version/{record['id']}",
        "id": record["id"],
        "description": record.get("description", ""),
        "name": record["name"],
        "archived": record.get("archived", False),
        "released": record.get("released", False),
    }
    return shown | {key: record[key] for key in ("startDate", "releaseDate") if record.get(key)}


def component(record: Record, scene: Scene) -> Bean:
    shown = {"self": f"{scene.root}/component/{record['id']}", "id": record["id"], "name": record["name"]}
    return shown | ({"description": record["description"]} if record.get("description") else {})


def option(record: Record, scene: Scene) -> Bean:
    return {
        "self": f"{scene.root}/customFieldOption/{record['id']}",
        "value": record["value"],
        "id": record["id"],
    }


def security_level(record: Record, scene: Scene) -> Bean:
    return {
        "self": f"{scene.root}/securitylevel/{record['id']}",
        "id": record["id"],
        "description": record.get("description", ""),
        "name": record["name"],
    }


def link_type(record: Record, scene: Scene) -> Bean:
    return {
        "id": record["id"],
        "name": record["name"],
        "inward": record["inward"],
        "outward": record["outward"],
        "self": f"{scene.root}/issueLinkType/{record['id']}",
    }


def stamps(record: Record) -> Bean:
    return {"created": jira_time(record["created"]), "updated": jira_time(record["updated"])}


def _scope(record: Record) -> Bean:
    if not record.get("scope"):
        return {}
    return {"scope": {"type": "PROJECT", "project": {"id": record["scope"]}}}


_BY_KIND = {
    "priority": priority,
    "resolution": resolution,
    "issuetype": issue_type,
    "status": status,
    "project": project,
    "version": version,
    "component": component,
    "securitylevel": security_level,
}


def of_kind(kind: str, record: Record, scene: Scene) -> Bean:
    """The short form of a record by the kind it is stored under."""
    return _BY_KIND[kind](record, scene)
