"""Writing records in bulk, past the API: no permissions, no webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.seeds import base

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record


def project(site: Site, key: str, name: str, kind: str = "software") -> Record:
    """A company-managed project with the standard types and workflow."""
    record: Record = {
        "id": site.store.next_id("project"),
        "key": key,
        "name": name,
        "type": kind,
        "style": "classic",
        "lead": base.account_id("admin@example.com"),
        "assigneeType": "UNASSIGNED",
        "issueTypes": [type_id for type_id, *_ in base.TYPES],
        "workflows": {"default": base.WORKFLOW},
        "description": "",
        "properties": {},
        "counter": 0,
    }
    return site.store.put("project", record)


def issue(site: Site, owner: Record, fields: dict[str, Any]) -> Record:
    """An issue with these stored values; times are set where they are missing."""
    now = site.clock.now()
    admin = base.account_id("admin@example.com")
    owner["counter"] += 1
    site.store.put("project", owner)
    defaults = {
        "project": owner["id"],
        "status": base.TO_DO,
        "priority": "3",
        "creator": admin,
        "reporter": admin,
        "created": now,
        "updated": now,
    }
    values = defaults | fields
    values.setdefault("statuscategorychangedate", values["updated"])
    record: Record = {
        "id": site.store.next_id("issue"),
        "key": f"{owner['key']}-{owner['counter']}",
        "project": owner["id"],
        "fields": values,
        "properties": {},
        "watchers": [],
    }
    site.store.put("issue", record)
    site.store.put("issuekey", {"id": record["key"], "issue": record["id"]})
    site.indexes.set_parent(record["id"], None, values.get("parent"))
    return record


def comment(site: Site, of: Record, author: str | None, body: dict[str, Any], moment: int) -> Record:
    record: Record = {
        "id": site.store.next_id("comment"),
        "issue": of["id"],
        "author": author,
        "updateAuthor": author,
        "created": moment,
        "updated": moment,
        "body": body,
        "visibility": None,
        "properties": {},
    }
    return site.store.put("comment", record)


def worklog(site: Site, of: Record, author: str | None, body: dict[str, Any], seconds: int, moment: int) -> Record:
    """Time booked on an issue; the issue's own sum is the caller's business."""
    record: Record = {
        "id": site.store.next_id("worklog"),
        "issue": of["id"],
        "author": author,
        "updateAuthor": author,
        "created": moment,
        "updated": moment,
        "started": moment,
        "comment": body,
        "visibility": None,
        "properties": {},
        "seconds": seconds,
    }
    return site.store.put("worklog", record)


def link(site: Site, type_id: str, source: str, destination: str) -> Record:
    """A link between two issues by their ids."""
    record = {"id": site.store.next_id("issuelink"), "type": type_id, "source": source, "destination": destination}
    site.store.put("issuelink", record)
    site.indexes.add_link(record)
    return record


def component(site: Site, owner: Record, name: str) -> str:
    """The id of a component, made if the project has none of this name."""
    known = next((c for c in site.store.owned("component", owner["id"]) if c["name"] == name), None)
    if known is None:
        known = {"id": site.store.next_id("component"), "project": owner["id"], "name": name, "description": ""}
        site.store.put("component", known)
    return str(known["id"])


def version(site: Site, owner: Record, name: str) -> str:
    """The id of a version, made if the project has none of this name."""
    known = next((v for v in site.store.owned("version", owner["id"]) if v["name"] == name), None)
    if known is None:
        known = {"id": site.store.next_id("version"), "project": owner["id"], "name": name, "description": ""}
        site.store.put("version", known)
    return str(known["id"])
