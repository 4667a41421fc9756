"""Links from an issue to something outside Jira."""

from typing import Any
from urllib.parse import urlsplit

from emulator import context, events, history, issues
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("remote_links")
LIMIT = 2000


def _bean(link: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": int(link["id"]),
        "self": f"{scene().root}/issue/{link['issue']}/remotelink/{link['id']}",
    }
    if link.get("globalId"):
        shown["globalId"] = link["globalId"]
    shown["application"] = link.get("application") or {}
    if link.get("relationship"):
        shown["relationship"] = link["relationship"]
    return shown | {"object": link["object"]}


def _read(given: dict[str, Any]) -> Record:
    """What is not given becomes empty: a write replaces the whole link."""
    target = given.get("object")
    errors = {}
    if not isinstance(target, dict):
        raise JiraError(400, errors={"object": "'object' is required."})
    if not target.get("title"):
        errors["title"] = "'title' is required."
    url = target.get("url")
    if not url or not urlsplit(str(url)).scheme:
        errors["url"] = "'url' must be an absolute URL."
    if len(str(given.get("globalId") or "")) > 255:
        errors["globalId"] = "'globalId' cannot be longer than 255 characters."
    if errors:
        raise JiraError(400, errors=errors)
    shown = {name: target.get(name) for name in ("url", "title", "summary") if target.get(name)}
    shown["icon"] = target.get("icon") or {}
    status = target.get("status") or {}
    shown["status"] = (
        {"resolved": bool(status.get("resolved")), "icon": status.get("icon") or {}} if status else {"icon": {}}
    )
    return {
        "globalId": given.get("globalId"),
        "application": given.get("application"),
        "relationship": given.get("relationship"),
        "object": shown,
    }


def _of(issue: Record, link_id: str) -> Record:
    link = context.site().store.get("remotelink", link_id)
    if link is None or link["issue"] != issue["id"]:
        raise JiraError(404, f"No remote issue link with id '{link_id}' exists for issue '{issue['key']}'.")
    return link


def _linkable(issue: str) -> Record:
    record = found(issue)
    issues.require(context.site(), context.caller(), "LINK_ISSUES", record)
    return record


@rest.get("/issue/<issue>/remotelink")
def every(issue: str) -> Any:
    links = context.site().store.owned("remotelink", found(issue)["id"])
    global_id = params.text("globalId")
    if global_id is None:
        return [_bean(link) for link in links]
    link = next((link for link in links if link.get("globalId") == global_id), None)
    if link is None:
        raise JiraError(404, "No remote issue link with this global id exists for the issue.")
    return _bean(link)


@rest.post("/issue/<issue>/remotelink")
def upsert(issue: str) -> Any:
    record, draft = _linkable(issue), _read(params.body())
    store = context.site().store
    links = store.owned("remotelink", record["id"])
    known = next((link for link in links if draft["globalId"] and link.get("globalId") == draft["globalId"]), None)
    if known is None and len(links) >= context.site().limit("remotelinks", LIMIT):
        raise JiraError(413, "The number of remote links on this issue has reached the limit.")
    link = known or {"id": store.next_id("remotelink"), "issue": record["id"]}
    link.update(draft)
    store.put("remotelink", link)
    if known is None:
        _note(record, link, added=True)
    bean = {"id": int(link["id"]), "self": f"{scene().root}/issue/{record['id']}/remotelink/{link['id']}"}
    return bean, 200 if known else 201


@rest.delete("/issue/<issue>/remotelink")
def delete_by_global_id(issue: str) -> Any:
    record, global_id = _linkable(issue), params.text("globalId")
    if global_id is None:
        raise JiraError(400, "The 'globalId' query parameter is required.")
    links = context.site().store.owned("remotelink", record["id"])
    link = next((link for link in links if link.get("globalId") == global_id), None)
    if link is None:
        raise JiraError(404, "No remote issue link with this global id exists for the issue.")
    return _delete(record, link)


@rest.get("/issue/<issue>/remotelink/<link>")
def one(issue: str, link: str) -> Any:
    return _bean(_of(found(issue), link))


@rest.put("/issue/<issue>/remotelink/<link>")
def update(issue: str, link: str) -> Any:
    record = _linkable(issue)
    known = _of(record, link)
    known.update(_read(params.body()))
    context.site().store.put("remotelink", known)
    return None


@rest.delete("/issue/<issue>/remotelink/<link>")
def delete(issue: str, link: str) -> Any:
    record = _linkable(issue)
    return _delete(record, _of(record, link))


def _delete(record: Record, link: Record) -> None:
    context.site().store.delete("remotelink", link["id"])
    _note(record, link, added=False)


def _note(issue: Record, link: Record, added: bool) -> None:
    """A remote link is seen in the changelog as `RemoteIssueLink`; there is no webhook of its own."""
    site, caller = context.site(), context.caller()
    said = (link["id"], f'This work item links to "{link["object"]["title"]}"')
    nothing = (None, None)
    item = history.plain_item("RemoteIssueLink", nothing if added else said, said if added else nothing)
    issues.touch(site, issue)
    events.issue_updated(site, caller, issue, history.add(site, issue, caller.account_id, [item]))
