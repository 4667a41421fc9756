"""Writing worklogs, and what they do to the issue's estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import comments, durations, events, history, issues, permissions, properties, threads
from emulator.clock import parse_time
from emulator.errors import JiraError
from emulator.fields import all_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.auth import Caller
    from emulator.fields import Scene
    from emulator.site import Site
    from emulator.store import Record

LIMIT = 10000


def read(scene: Scene, payload: Mapping[str, Any], updating: bool = False) -> Record:
    """The checked parts of a worklog body."""
    draft: Record = {}
    seconds = _seconds(payload)
    if seconds is not None:
        draft["seconds"] = seconds
    elif not updating:
        raise JiraError(400, errors={"timeLogged": "You must indicate the time spent working."})
    if payload.get("started") is not None:
        draft["started"] = parse_time(str(payload["started"]))
        if draft["started"] is None:
            raise JiraError(400, errors={"started": "The date must look like 2026-11-21T10:00:00.000+0000."})
    if payload.get("comment"):
        draft["comment"] = comments.body_of(payload["comment"], scene, "comment")
    if "visibility" in payload:
        draft["visibility"] = comments.visibility(scene.site, payload["visibility"])
    if "properties" in payload:
        draft["properties"] = properties.read_list(payload["properties"])
    if not updating:
        draft = {"started": scene.site.clock.now(), "comment": None, "visibility": None, "properties": {}} | draft
    return draft


def _seconds(payload: Mapping[str, Any]) -> int | None:
    given = payload.get("timeSpentSeconds")
    seconds = given if isinstance(given, int) and not isinstance(given, bool) else None
    if given is None and payload.get("timeSpent") is not None:
        given = payload["timeSpent"]
        seconds = durations.parse(str(given))
    if given is not None and (seconds is None or seconds < 60):
        raise JiraError(400, errors={"timeLogged": "Invalid time duration entered."})
    return seconds


def estimate(parameters: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, int | None]:
    """`adjustEstimate` and the seconds it needs; `names` maps a mode to its parameter."""
    mode = parameters.get("adjustEstimate", "auto")
    if mode not in {"auto", "leave", *names}:
        raise JiraError(400, errors={"adjustEstimate": "Use new, leave, manual or auto."})
    if mode not in names:
        return mode, None
    seconds = durations.parse(parameters.get(names[mode], ""))
    if seconds is None:
        raise JiraError(400, errors={names[mode]: "Invalid time duration entered."})
    return mode, seconds


def add(scene: Scene, caller: Caller, draft: Record, mode: str, seconds: int | None) -> Record:
    site, issue = scene.site, scene.issue
    assert issue is not None
    issues.require(site, caller, "WORK_ON_ISSUES", issue)
    if site.store.count("worklog", issue["id"]) >= site.limit("worklogs", LIMIT):
        raise JiraError(413, "The number of worklogs on this issue has reached the limit.")
    worklog: Record = {
        "id": site.store.next_id("worklog"),
        "issue": issue["id"],
        "author": caller.account_id,
        "updateAuthor": caller.account_id,
        "created": site.clock.now(),
        "updated": site.clock.now(),
        **draft,
    }
    site.store.put("worklog", worklog)
    _account(site, caller, issue, worklog["id"], draft["seconds"], mode, seconds)
    events.worklog(site, caller, "worklog_created", issue, worklog)
    return worklog


def find(scene: Scene, worklog_id: str) -> Record:
    worklog = scene.site.store.get("worklog", worklog_id)
    assert scene.issue is not None
    if worklog is None or worklog["issue"] != scene.issue["id"] or not threads.may_see(scene, worklog):
        raise JiraError(404, f"Cannot find worklog with id: '{worklog_id}'.")
    return worklog


def update(scene: Scene, caller: Caller, worklog: Record, draft: Record, mode: str, seconds: int | None) -> None:
    site, issue = scene.site, scene.issue
    assert issue is not None
    _require(site, caller, "EDIT", worklog, issue)
    grown = draft.get("seconds", worklog["seconds"]) - worklog["seconds"]
    worklog["properties"] |= draft.pop("properties", {})
    now = max(site.clock.now(), worklog["updated"] + 1)
    worklog |= draft | {"updateAuthor": caller.account_id, "updated": now}
    site.store.put("worklog", worklog)
    _account(site, caller, issue, worklog["id"], grown, mode, seconds)
    events.worklog(site, caller, "worklog_updated", issue, worklog)


def may_edit(scene: Scene, caller: Caller, worklog: Record) -> None:
    """400 unless the caller may edit the worklog."""
    assert scene.issue is not None
    _require(scene.site, caller, "EDIT", worklog, scene.issue)


def delete(scene: Scene, caller: Caller, worklog: Record, mode: str, seconds: int | None) -> None:
    site, issue = scene.site, scene.issue
    assert issue is not None
    _require(site, caller, "DELETE", worklog, issue)
    site.store.delete("worklog", worklog["id"])
    site.store.put("worklogdeleted", {"id": worklog["id"], "at": site.clock.now()})
    _account(site, caller, issue, worklog["id"], -worklog["seconds"], mode, seconds)
    events.worklog(site, caller, "worklog_deleted", issue, worklog)


def _account(
    site: Site, caller: Caller, issue: Record, worklog_id: str, grown: int, mode: str, seconds: int | None
) -> None:
    """Book the time on the issue: time spent grows, the remaining estimate follows the mode."""
    fields = issue["fields"]
    values: dict[str, Any] = {"timespent": max((fields.get("timespent") or 0) + grown, 0) or None}
    remaining = fields.get("timeestimate")
    if mode == "new":
        values["timeestimate"] = seconds
    elif mode == "manual":
        values["timeestimate"] = max((remaining or 0) + (seconds or 0) * (-1 if grown > 0 else 1), 0)
    elif mode == "auto" and remaining is not None:
        values["timeestimate"] = max(remaining - grown, 0)
    known = all_fields(site)
    items = []
    for name, value in values.items():
        items += history.items(site, known[name], fields.get(name), value)
    if items:
        items.append(history.plain_item("WorklogId", (None, None), (worklog_id, worklog_id)))
        issues.touch(site, issue)
        fields |= values
        record = history.add(site, issue, caller.account_id, items)
        events.issue_updated(site, caller, issue, record, "issue_work_logged")


def _require(site: Site, caller: Caller, verb: str, worklog: Record, issue: Record) -> None:
    own = worklog["author"] == caller.account_id
    wanted = [f"{verb}_ALL_WORKLOGS"] + ([f"{verb}_OWN_WORKLOGS"] if own else [])
    if not any(permissions.has_on_issue(site, caller.user, each, issue) for each in wanted):
        raise JiraError(400, f"You do not have the permission to {verb.lower()} this worklog.")
