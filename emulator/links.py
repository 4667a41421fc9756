"""Links between issues of one site. Viewed from its source a link shows the `outwardIssue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import events, history, issues
from emulator.errors import JiraError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.auth import Caller
    from emulator.fields import Scene
    from emulator.site import Site
    from emulator.store import Record

LIMIT = 2000


def type_named(site: Site, given: Any) -> Record:
    """The link type by id or name; 404 if there is none."""
    wanted = given if isinstance(given, dict) else {}
    for link_type in site.store.all("linktype"):
        by_id = wanted.get("id") is not None and str(wanted["id"]) == link_type["id"]
        by_name = str(wanted.get("name", "")).lower() == link_type["name"].lower()
        if by_id or (wanted.get("id") is None and by_name):
            return link_type
    raise JiraError(404, f"No issue link type with name '{wanted.get('name', wanted.get('id'))}' found.")


def end(site: Site, caller: Caller, given: Any) -> Record:
    """The issue at one end, by id or key."""
    wanted = (given.get("id") or given.get("key")) if isinstance(given, dict) else None
    if wanted is None:
        raise JiraError(400, "The link needs an inwardIssue and an outwardIssue, each with an id or a key.")
    return issues.visible(site, caller, wanted)


def read_from(scene: Scene, caller: Caller, operand: dict[str, Any]) -> Callable[[], tuple[Record, Record, Record]]:
    """The link described inside an issue's edit, where one end is the issue itself."""
    link_type = type_named(scene.site, operand.get("type"))
    name = "outwardIssue" if "outwardIssue" in operand else "inwardIssue"
    other = end(scene.site, caller, operand.get(name))
    this = scene.issue
    assert this is not None
    if name == "outwardIssue":
        return lambda: (link_type, this, other)
    return lambda: (link_type, other, this)


def add(site: Site, caller: Caller, link_type: Record, source: Record, destination: Record) -> Record:
    """Link two issues; an equal link that exists is accepted in silence and made no second time."""
    for issue in (source, destination):
        issues.require(site, caller, "LINK_ISSUES", issue)
        if len(site.indexes.links.get(issue["id"], {})) >= site.limit("links", LIMIT):
            raise JiraError(413, "The number of links on this issue has reached the limit.")
    if source["id"] == destination["id"]:
        raise JiraError(400, "You cannot link an issue to itself.")
    existing = _equal(site, link_type, source, destination)
    if existing:
        return existing
    link: Record = {
        "id": site.store.next_id("issuelink"),
        "type": link_type["id"],
        "source": source["id"],
        "destination": destination["id"],
    }
    site.store.put("issuelink", link)
    site.indexes.add_link(link)
    _note(site, caller, link, added=True)
    events.issue_link(site, caller, "issuelink_created", link)
    return link


def _equal(site: Site, link_type: Record, source: Record, destination: Record) -> Record | None:
    for link_id in site.indexes.links.get(source["id"], {}):
        link = site.store.get("issuelink", link_id)
        ends = (link_type["id"], source["id"], destination["id"])
        if link and (link["type"], link["source"], link["destination"]) == ends:
            return link
    return None


def remove(site: Site, caller: Caller, link: Record, flow: str = "Primary", changelog: bool = True) -> None:
    site.store.delete("issuelink", link["id"])
    site.indexes.remove_link(link)
    if changelog:
        _note(site, caller, link, added=False)
    events.issue_link(site, caller, "issuelink_deleted", link, flow)


def _note(site: Site, caller: Caller, link: Record, added: bool) -> None:
    """Both ends get a changelog item that says the relation in words."""
    link_type = site.store.get("linktype", link["type"])
    source, destination = site.store.get("issue", link["source"]), site.store.get("issue", link["destination"])
    if not (link_type and source and destination):
        return
    sides = ((source, destination, link_type["outward"]), (destination, source, link_type["inward"]))
    for issue, other, words in sides:
        said = (other["key"], f"This work item {words} {other['key']}")
        nothing = (None, None)
        item = history.plain_item("Link", nothing if added else said, said if added else nothing)
        issues.touch(site, issue)
        record = history.add(site, issue, caller.account_id, [item])
        events.issue_updated(site, caller, issue, record)
