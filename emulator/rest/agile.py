"""Boards and sprints: the agile API, at its own base path."""

from collections.abc import Callable
from typing import Any

from emulator import context, issue_view, issues, permissions
from emulator.clock import jira_time, parse_time
from emulator.errors import JiraError, bad_field
from emulator.fields import all_fields
from emulator.fields.special import Sprint
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.rest.users import project_by
from emulator.store import Record

rest = Resource("agile", prefix="/rest/agile/<any('1.0','latest'):api>")
MOST = 50
TIMES = ("startDate", "endDate", "completeDate")


def _one(kind: str, record_id: str) -> Record:
    record = context.site().store.get(kind, record_id)
    if record is None:
        raise JiraError(404, f"The {kind} does not exist or you do not have permission to view it.")
    return record


def _base() -> str:
    return f"{context.site().base_url}/rest/agile/1.0"


def _board(record: Record) -> dict[str, Any]:
    project = project_by(record["project"])
    location = {}
    if project:
        location = {
            "projectId": int(project["id"]),
            "projectKey": project["key"],
            "projectName": project["name"],
            "displayName": f"{project['name']} ({project['key']})",
            "projectTypeKey": project.get("type", "software"),
            "name": f"{project['name']} ({project['key']})",
        }
    shown = {"id": int(record["id"]), "self": f"{_base()}/board/{record['id']}", "name": record["name"]}
    return shown | {"type": record["type"], "location": location}


def _sprint(record: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": int(record["id"]),
        "self": f"{_base()}/sprint/{record['id']}",
        "state": record["state"],
        "name": record["name"],
        "originBoardId": int(record["board"]),
        "goal": record.get("goal", ""),
    }
    return shown | {name: jira_time(record[name]) for name in TIMES if record.get(name)}


def _page(records: list[Record], show: Callable[[Record], dict[str, Any]]) -> dict[str, Any]:
    bean = params.paged(records, show)
    del bean["self"]
    return bean


@rest.get("/board")
def boards() -> Any:
    project = project_by(params.text("projectKeyOrId"))
    wanted = project["id"] if project else None
    records = [b for b in context.site().store.all("board") if wanted in (None, b["project"])]
    return _page(records, _board)


@rest.post("/board")
def create_board() -> Any:
    given, store = params.body(), context.site().store
    location = given.get("location") or {}
    project = project_by(str(location.get("projectKeyOrId") or ""))
    if project is None or given.get("type") not in ("scrum", "kanban") or not given.get("name"):
        raise JiraError(400, "A board needs a name, a type (scrum or kanban) and a location with a project.")
    record = {
        "id": store.next_id("board", 1),
        "name": str(given["name"]),
        "type": given["type"],
        "project": project["id"],
    }
    return _board(store.put("board", record)), 201


@rest.get("/board/<board>")
def board(board: str) -> Any:
    return _board(_one("board", board))


@rest.get("/board/<board>/sprint")
def sprints(board: str) -> Any:
    states = params.words("state")
    records = context.site().store.owned("sprint", _one("board", board)["id"])
    return _page([r for r in records if not states or r["state"] in states], _sprint)


@rest.get("/board/<board>/issue")
def board_issues(board: str) -> Any:
    return _issues(context.site().store.owned("issue", _one("board", board)["project"]))


def _issues(records: list[Record]) -> dict[str, Any]:
    site, here = context.site(), scene()
    fields = issue_view.select(here, params.words("fields") or None, "*navigable")
    seen = [r for r in records if permissions.has_on_issue(site, context.caller().user, "BROWSE_PROJECTS", r)]
    start, count = params.page(50, 100)
    shown = [issue_view.issue_bean(here, r, fields, params.words("expand")) for r in seen[start : start + count]]
    return {"expand": "schema,names", "startAt": start, "maxResults": count, "total": len(seen), "issues": shown}


def _parts(given: dict[str, Any]) -> Record:
    parts: Record = {name: str(given[name]) for name in ("name", "goal") if given.get(name) is not None}
    for name in TIMES:
        if given.get(name):
            parts[name] = parse_time(str(given[name]).replace("Z", "+00:00"))
            if parts[name] is None:
                raise bad_field(name, "The date must look like 2026-11-21T10:00:00.000+0000.")
    return parts


@rest.post("/sprint")
def create_sprint() -> Any:
    given, store = params.body(), context.site().store
    parts = _parts(given)
    if not parts.get("name"):
        raise bad_field("name", "The sprint needs a name.")
    board = _one("board", str(given.get("originBoardId")))
    record = {"id": store.next_id("sprint", 1), "board": board["id"], "state": "future", **parts}
    store.put("sprint", record)
    _tell("sprint_created", record)
    return _sprint(record), 201


@rest.get("/sprint/<sprint>")
def sprint(sprint: str) -> Any:
    return _sprint(_one("sprint", sprint))


@rest.post("/sprint/<sprint>")
@rest.put("/sprint/<sprint>")
def update_sprint(sprint: str) -> Any:
    record, given = _one("sprint", sprint), params.body()
    before, state = dict(record), given.get("state", record["state"])
    steps = {"future": ("future", "active"), "active": ("active", "closed"), "closed": ("closed",)}
    if state not in steps[record["state"]]:
        raise bad_field("state", f"A sprint that is {record['state']} cannot become {state}.")
    record |= _parts(given) | {"state": state}
    if state == "closed" and before["state"] != "closed":
        record["completeDate"] = context.site().clock.now()
    context.site().store.put("sprint", record)
    events = {("future", "active"): "sprint_started", ("active", "closed"): "sprint_closed"}
    _tell(events.get((before["state"], state), "sprint_updated"), record)
    return _sprint(record)


@rest.delete("/sprint/<sprint>")
def delete_sprint(sprint: str) -> Any:
    record = _one("sprint", sprint)
    for issue in _held(record):
        _place(issue, None)
    context.site().store.delete("sprint", record["id"])
    _tell("sprint_deleted", record)
    return None


@rest.get("/sprint/<sprint>/issue")
def sprint_issues(sprint: str) -> Any:
    return _issues(_held(_one("sprint", sprint)))


@rest.post("/sprint/<sprint>/issue")
def add_issues(sprint: str) -> Any:
    record = _one("sprint", sprint)
    for issue in _named():
        _place(issue, record)
    return None


@rest.post("/backlog/issue")
def to_backlog() -> Any:
    for issue in _named():
        _place(issue, None)
    return None


def _named() -> list[Record]:
    wanted = params.listed(params.body(), "issues", required=True)
    if len(wanted) > MOST:
        raise JiraError(400, f"At most {MOST} issues may be moved at once.")
    return [found(str(each)) for each in wanted]


def _field_id() -> str:
    return next(f.id for f in all_fields(context.site()).values() if isinstance(f.type, Sprint))


def _held(record: Record) -> list[Record]:
    field_id = _field_id()
    return [i for i in context.site().store.all("issue") if record["id"] in (i["fields"].get(field_id) or [])]


def _place(issue: Record, sprint: Record | None) -> None:
    """Put an issue into a sprint, or into the backlog; closed sprints stay in its list."""
    site, field_id = context.site(), _field_id()
    issues.require(site, context.caller(), "EDIT_ISSUES", issue)
    held = issue["fields"].get(field_id) or []
    closed = [each for each in held if (site.store.get("sprint", each) or {}).get("state") == "closed"]
    issues.change(site, context.caller(), issue, {field_id: closed + ([sprint["id"]] if sprint else [])})


def _tell(event: str, record: Record) -> None:
    context.site().webhooks.publish(event, context.caller(), lambda: {"sprint": _sprint(record)})
