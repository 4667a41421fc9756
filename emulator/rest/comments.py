"""Comments."""

from typing import Any

from emulator import comments, context, issues, permissions, threads
from emulator.errors import JiraError
from emulator.fields import Scene
from emulator.rest import params
from emulator.rest.issues import check_override, found
from emulator.rest.routing import Resource, scene

rest = Resource("comments")
MOST = 1000


def on_issue(issue: str) -> Scene:
    """The caller looking at an issue."""
    return issues.scene_for(context.site(), context.caller(), context.version(), found(issue))


def _expand() -> tuple[str, ...]:
    return tuple(params.words("expand"))


@rest.get("/issue/<issue>/comment", anonymous=True)
def every(issue: str) -> Any:
    here = on_issue(issue)
    assert here.issue is not None
    records = threads.visible(here, "comment", here.issue)
    order = params.text("orderBy") or "created"
    if order.lstrip("+-") != "created":
        raise JiraError(400, "The 'orderBy' must be created, +created or -created.")
    if order.startswith("-"):
        records = records[::-1]
    start, count = params.page(100, 5000)
    shown = [threads.comment_bean(here, record, _expand()) for record in records[start : start + count]]
    return {"startAt": start, "maxResults": count, "total": len(records), "comments": shown}


@rest.post("/issue/<issue>/comment")
def add(issue: str) -> Any:
    here, caller = on_issue(issue), context.caller()
    comment = comments.add(here, caller, comments.read(here, caller, params.body()))
    return threads.comment_bean(here, comment, _expand()), 201


@rest.get("/issue/<issue>/comment/<comment>", anonymous=True)
def one(issue: str, comment: str) -> Any:
    here = on_issue(issue)
    return threads.comment_bean(here, comments.find(here, comment), _expand())


@rest.put("/issue/<issue>/comment/<comment>")
def update(issue: str, comment: str) -> Any:
    here, caller = on_issue(issue), context.caller()
    check_override()
    record = comments.find(here, comment)
    comments.update(here, caller, record, comments.read(here, caller, params.body(), updating=True))
    return threads.comment_bean(here, record, _expand())


@rest.delete("/issue/<issue>/comment/<comment>")
def delete(issue: str, comment: str) -> Any:
    here = on_issue(issue)
    comments.delete(here, context.caller(), comments.find(here, comment))
    return None


@rest.post("/comment/list", scope="READ")
def listed() -> Any:
    site, caller, here = context.site(), context.caller(), scene()
    wanted = params.listed(params.body(), "ids", MOST, required=True)
    shown = []
    for comment_id in wanted:
        record = site.store.get("comment", str(comment_id))
        issue = site.store.get("issue", record["issue"]) if record else None
        if not record or not issue or not threads.may_see(here, record):
            continue
        if permissions.has_on_issue(site, caller.user, "BROWSE_PROJECTS", issue):
            shown.append(threads.comment_bean(here, record, _expand()))
    page: dict[str, Any] = {"startAt": 0, "maxResults": MOST, "total": len(shown), "isLast": True, "values": shown}
    return page
