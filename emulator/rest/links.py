"""Issue links."""

from typing import Any

from emulator import comments, context, issue_view, issues, links
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("links")


@rest.post("/issueLink")
def create() -> Any:
    site, caller, given = context.site(), context.caller(), params.body()
    link_type = links.type_named(site, given.get("type"))
    source = links.end(site, caller, given.get("inwardIssue"))
    destination = links.end(site, caller, given.get("outwardIssue"))
    here = issues.scene_for(site, caller, context.version(), destination)
    draft = comments.read(here, caller, given["comment"]) if isinstance(given.get("comment"), dict) else None
    links.add(site, caller, link_type, source, destination)
    if draft:
        comments.add(here, caller, draft)
    # Real Jira answers with no body and so without the id of the link.
    return None, 201


def _found(link_id: str) -> Record:
    link = context.site().store.get("issuelink", link_id)
    if link is None:
        raise JiraError(404, f"No issue link with id '{link_id}' exists.")
    for end in (link["source"], link["destination"]):
        issues.visible(context.site(), context.caller(), end)
    return link


@rest.get("/issueLink/<link>")
def read(link: str) -> Any:
    return issue_view.link_bean(scene(), _found(link))


@rest.delete("/issueLink/<link>")
def delete(link: str) -> Any:
    site, caller, record = context.site(), context.caller(), _found(link)
    source = issues.visible(site, caller, record["source"])
    issues.require(site, caller, "LINK_ISSUES", source)
    links.remove(site, caller, record)
    return None
