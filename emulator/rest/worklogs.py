"""Worklogs, and the feeds of what changed among them."""

from typing import Any

from flask import request

from emulator import context, permissions, threads, worklogs
from emulator.rest import params
from emulator.rest.comments import on_issue
from emulator.rest.issues import check_override
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("worklogs")
MOST = 1000
# The feeds leave out the last minute, in which clocks and transactions may still disagree.
WITHHELD_MS = 60_000
ADDING = {"new": "newEstimate", "manual": "reduceBy"}
UPDATING = {"new": "newEstimate"}
DELETING = {"new": "newEstimate", "manual": "increaseBy"}


def _expand() -> tuple[str, ...]:
    return tuple(params.words("expand"))


@rest.get("/issue/<issue>/worklog", anonymous=True)
def every(issue: str) -> Any:
    here = on_issue(issue)
    assert here.issue is not None
    after, before = params.number("startedAfter", 0), params.number("startedBefore", 2**62)
    records = [w for w in threads.visible(here, "worklog", here.issue) if after <= w["started"] < before]
    start, count = params.page(5000, 5000)
    shown = [threads.worklog_bean(here, record, _expand()) for record in records[start : start + count]]
    return {"startAt": start, "maxResults": count, "total": len(records), "worklogs": shown}


@rest.post("/issue/<issue>/worklog")
def add(issue: str) -> Any:
    here = on_issue(issue)
    check_override()
    mode, seconds = worklogs.estimate(request.args, ADDING)
    record = worklogs.add(here, context.caller(), worklogs.read(here, params.body()), mode, seconds)
    return threads.worklog_bean(here, record, _expand()), 201


@rest.get("/issue/<issue>/worklog/<worklog>", anonymous=True)
def one(issue: str, worklog: str) -> Any:
    here = on_issue(issue)
    return threads.worklog_bean(here, worklogs.find(here, worklog), _expand())


@rest.put("/issue/<issue>/worklog/<worklog>")
def update(issue: str, worklog: str) -> Any:
    here = on_issue(issue)
    check_override()
    record = worklogs.find(here, worklog)
    mode, seconds = worklogs.estimate(request.args, UPDATING)
    draft = worklogs.read(here, params.body(), updating=True)
    worklogs.update(here, context.caller(), record, draft, mode, seconds)
    return threads.worklog_bean(here, record, _expand())


@rest.delete("/issue/<issue>/worklog/<worklog>")
def delete(issue: str, worklog: str) -> Any:
    here = on_issue(issue)
    check_override()
    mode, seconds = worklogs.estimate(request.args, DELETING)
    worklogs.delete(here, context.caller(), worklogs.find(here, worklog), mode, seconds)
    return None


def _feed(name: str, rows: list[tuple[int, Record]]) -> Any:
    """A page of a feed, oldest first; `until` is where to go on."""
    since = params.number("since", 0)
    now = context.site().clock.now()
    due = sorted((row for row in rows if since <= row[0] <= now - WITHHELD_MS), key=lambda row: row[0])
    page = due[:MOST]
    until = page[-1][0] if page else since
    base = f"{context.site().base_url}/rest/api/3/worklog/{name}?since="
    answer: dict[str, Any] = {
        "values": [{"worklogId": int(r["id"]), "updatedTime": at, "properties": []} for at, r in page],
        "since": since,
        "until": until,
        "self": f"{base}{since}",
        "lastPage": len(due) <= MOST,
    }
    return answer | ({} if answer["lastPage"] else {"nextPage": f"{base}{until}"})


@rest.get("/worklog/updated")
def updated() -> Any:
    return _feed("updated", [(record["updated"], record) for record in context.site().store.all("worklog")])


@rest.get("/worklog/deleted")
def deleted() -> Any:
    return _feed("deleted", [(record["at"], record) for record in context.site().store.all("worklogdeleted")])


@rest.post("/worklog/list", scope="READ")
def listed() -> Any:
    site, caller, here = context.site(), context.caller(), scene()
    shown = []
    for worklog_id in params.listed(params.body(), "ids", MOST, required=True):
        record = site.store.get("worklog", str(worklog_id))
        issue = site.store.get("issue", record["issue"]) if record else None
        if not record or not issue or not threads.may_see(here, record):
            continue
        if permissions.has_on_issue(site, caller.user, "BROWSE_PROJECTS", issue):
            shown.append(threads.worklog_bean(here, record, _expand()))
    return shown
