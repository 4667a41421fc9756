"""Bulk operations: accepted at once, done as a task."""

from collections.abc import Callable
from typing import Any

from emulator import beans, context, issues, moves
from emulator.clock import jira_time
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.rest.users import project_by
from emulator.store import Record

rest = Resource("bulk")
MOST = 1000


def _run(wanted: list[Any], work: Callable[[Record], None]) -> tuple[dict[str, Any], int]:
    """Do the work on each issue and keep a task that tells how it went."""
    if not 1 <= len(wanted) <= MOST:
        raise JiraError(400, f"Between 1 and {MOST} issues must be selected.")
    site, done, failed, unseen = context.site(), [], {}, 0
    for id_or_key in wanted:
        try:
            issue = found(str(id_or_key))
        except JiraError:
            unseen += 1
            continue
        try:
            work(issue)
            done.append(int(issue["id"]))
        except JiraError as error:
            failed[issue["id"]] = error.messages + list(error.errors.values())
    task: Record = {
        "id": site.store.next_id("task"),
        "by": context.caller().account_id,
        "at": site.clock.now(),
        "done": done,
        "failed": failed,
        "unseen": unseen,
        "total": len(wanted),
    }
    site.store.put("task", task)
    return {"taskId": task["id"]}, 201


def _selected(given: dict[str, Any], name: str = "selectedIssueIdsOrKeys") -> list[Any]:
    return params.listed(given, name, required=True)


@rest.post("/bulk/issues/move")
def move() -> Any:
    mapping = params.body().get("targetToSourcesMapping")
    if not isinstance(mapping, dict) or not mapping:
        raise JiraError(400, "'targetToSourcesMapping' is required.")
    targets: dict[str, tuple[Record, Record]] = {}
    for name, source in mapping.items():
        place, _, rest_of = str(name).partition(",")
        project, issue_type = project_by(place), context.site().store.get("issuetype", rest_of.partition(",")[0])
        if project is None or issue_type is None:
            raise JiraError(400, f"The target '{name}' must be 'project,issueTypeId'.")
        for id_or_key in params.listed(source, "issueIdsOrKeys", MOST, required=True):
            targets[found(str(id_or_key))["id"]] = (project, issue_type)
    site, caller = context.site(), context.caller()
    return _run(list(targets), lambda issue: moves.move(site, caller, issue, *targets[issue["id"]]))


@rest.post("/bulk/issues/transition")
def transition() -> Any:
    site, caller = context.site(), context.caller()
    ids: dict[str, str] = {}
    for given in params.listed(params.body(), "bulkTransitionInputs", required=True):
        for id_or_key in _selected(given):
            ids[found(str(id_or_key))["id"]] = str(given.get("transitionId"))
    return _run(
        list(ids),
        lambda issue: issues.transition(site, caller, issue, {"transition": {"id": ids[issue["id"]]}}, 3),
    )


@rest.post("/bulk/issues/delete")
def delete() -> Any:
    site, caller = context.site(), context.caller()
    return _run(_selected(params.body()), lambda issue: issues.delete(site, caller, issue, with_subtasks=True))


@rest.get("/bulk/queue/<task>")
def progress(task: str) -> Any:
    record = context.site().store.get("task", task)
    if record is None:
        raise JiraError(404, f"The task '{task}' was not found.")
    by = context.site().store.get("user", record["by"])
    shown: dict[str, Any] = {
        "taskId": record["id"],
        "status": "COMPLETE",
        "progressPercent": 100,
        "created": jira_time(record["at"]),
        "started": jira_time(record["at"]),
        "updated": jira_time(record["at"]),
        "totalIssueCount": record["total"],
        "processedAccessibleIssues": record["done"],
        "failedAccessibleIssues": record["failed"],
        "invalidOrInaccessibleIssueCount": record["unseen"],
    }
    return shown | ({"submittedBy": beans.user(by, scene())} if by else {})
