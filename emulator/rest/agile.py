"""Boards and sprints: the agile API, at its own base path."""

from collections.abc import Callable
from typing import Any

from emulator import agile, context, issue_view, issues, permissions, search
from emulator.clock import jira_time, parse_time
from emulator.errors import JiraError, bad_field
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.rest.users import project_by
from emulator.store import Record

rest = Resource("agile", prefix="/rest/agile/<any('1.0','latest'):api>")
MOST = 50
TIMES = ("startDate", "endDate", "completeDate")


def one(kind: str, record_id: str) -> Record:
    record = context.site().store.get(kind, record_id)
    if record is None:
        raise JiraError(404, f"The {kind} does not exist or you do not have permission to view it.")
    return record


def base() -> str:
    return f"{context.site().base_url}/rest/agile/1.0"


def board_bean(record: Record) -> dict[str, Any]:
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
    shown = {"id": int(record["id"]), "self": f"{base()}/board/{record['id']}", "name": record["name"]}
    return shown | {"type": record["type"], "location": location}


def _sprint(record: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": int(record["id"]),
        "self": f"{base()}/sprint/{record['id']}",
        "state": record["state"],
        "name": record["name"],
        "originBoardId": int(record["board"]),
        "goal": record.get("goal", ""),
    }
    return shown | {name: jira_time(record[name]) for name in TIMES if record.get(name)}


def page_of(records: list[Record], show: Callable[[Record], dict[str, Any]]) -> dict[str, Any]:
    bean = params.paged(records, show)
    del bean["self"]
    return bean


@rest.get("/board")
def boards() -> Any:
    project = project_by(params.text("projectKeyOrId"))
    wanted, kinds, name = project["id"] if project else None, params.words("type"), params.text("name") or ""
    records = [
        b
        for b in context.site().store.all("board")
        if wanted in (None, b["project"]) and (not kinds or b["type"] in kinds) and name.lower() in b["name"].lower()
    ]
    return page_of(records, board_bean)


@rest.post("/board")
def create_board() -> Any:
    given, store = params.body(), context.site().store
    location = given.get("location") or {}
    chosen = store.get("filter", str(given.get("filterId")))
    project = project_by(str(location.get("projectKeyOrId") or "")) or _project_of(chosen)
    if project is None or given.get("type") not in ("scrum", "kanban") or not given.get("name"):
        raise JiraError(400, "A board needs a name, a type (scrum or kanban) and a location with a project.")
    record = {
        "id": store.next_id("board", 1),
        "name": str(given["name"]),
        "type": given["type"],
        "project": project["id"],
    } | ({"filter": chosen["id"]} if chosen else {})
    return board_bean(store.put("board", record)), 201


def _project_of(chosen: Record | None) -> Record | None:
    """The project of the first issue that a filter finds; boards live in projects here."""
    if chosen is None:
        return None
    issues_found = search.run(context.site(), chosen["jql"], context.caller().account_id)
    store = context.site().store
    return store.get("project", issues_found[0]["project"]) if issues_found else next(iter(store.all("project")), None)


@rest.delete("/board/<board>")
def delete_board(board: str) -> Any:
    record, store = one("board", board), context.site().store
    for sprint_record in store.owned("sprint", record["id"]):
        store.delete("sprint", sprint_record["id"])
    store.delete("board", record["id"])
    return None


@rest.get("/board/<board>")
def board(board: str) -> Any:
    return board_bean(one("board", board))


@rest.get("/board/<board>/sprint")
def sprints(board: str) -> Any:
    states = params.words("state")
    records = context.site().store.owned("sprint", one("board", board)["id"])
    return page_of([r for r in records if not states or r["state"] in states], _sprint)


@rest.get("/board/<board>/issue")
def board_issues(board: str) -> Any:
    return issue_page(agile.of_board(context.site(), one("board", board)))


def visible(records: list[Record]) -> list[Record]:
    """What the caller may see of the records, narrowed by the `jql` parameter."""
    site, user, text = context.site(), context.caller().user, params.text("jql")
    seen = [r for r in records if permissions.has_on_issue(site, user, "BROWSE_PROJECTS", r)]
    if text is None:
        return seen
    try:
        wanted = search.plan(site, text, context.caller().account_id)
        return [r for r in seen if wanted.matches(r)]
    except search.JqlError as error:
        raise JiraError(400, *error.messages) from None


def shown(records: list[Record]) -> list[dict[str, Any]]:
    here = scene()
    fields = issue_view.select(here, params.words("fields") or None, "*navigable")
    return [issue_view.issue_bean(here, record, fields, params.words("expand")) for record in records]


def issue_page(records: list[Record]) -> dict[str, Any]:
    """Issues as the pages of the agile API show them."""
    seen = visible(records)
    start, count = params.page(50, 100)
    page = shown(seen[start : start + count])
    return {"expand": "schema,names", "startAt": start, "maxResults": count, "total": len(seen), "issues": page}


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
    board = one("board", str(given.get("originBoardId")))
    record = {"id": store.next_id("sprint", 1), "board": board["id"], "state": "future", **parts}
    store.put("sprint", record)
    _tell("sprint_created", record)
    return _sprint(record), 201


@rest.get("/sprint/<sprint>")
def sprint(sprint: str) -> Any:
    return _sprint(one("sprint", sprint))


@rest.post("/sprint/<sprint>")
@rest.put("/sprint/<sprint>")
def update_sprint(sprint: str) -> Any:
    record, given = one("sprint", sprint), params.body()
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
    record = one("sprint", sprint)
    for issue in agile.in_sprint(context.site(), record):
        place(issue, None)
    context.site().store.delete("sprint", record["id"])
    _tell("sprint_deleted", record)
    return None


@rest.get("/sprint/<sprint>/issue")
def sprint_issues(sprint: str) -> Any:
    return issue_page(agile.in_sprint(context.site(), one("sprint", sprint)))


@rest.post("/sprint/<sprint>/issue")
def add_issues(sprint: str) -> Any:
    record = one("sprint", sprint)
    chosen = named()
    for issue in chosen:
        place(issue, record)
    rank_as_asked(chosen)
    return None


@rest.post("/backlog/issue")
def to_backlog() -> Any:
    for issue in named():
        place(issue, None)
    return None


def named() -> list[Record]:
    wanted = params.listed(params.body(), "issues", required=True)
    if len(wanted) > MOST:
        raise JiraError(400, f"At most {MOST} issues may be moved at once.")
    return [found(str(each)) for each in wanted]


def rank_as_asked(chosen: list[Record]) -> None:
    """What `rankBeforeIssue` and `rankAfterIssue` of a body ask for."""
    given = params.body()
    before, after = given.get("rankBeforeIssue"), given.get("rankAfterIssue")
    if before or after:
        agile.rank(context.site(), chosen, found(str(before)) if before else None, found(str(after)) if after else None)


def place(issue: Record, sprint: Record | None) -> None:
    """Put an issue into a sprint, or into the backlog; closed sprints stay in its list."""
    site = context.site()
    field_id = agile.sprint_field(site)
    issues.require(site, context.caller(), "EDIT_ISSUES", issue)
    held = issue["fields"].get(field_id) or []
    closed = [each for each in held if (site.store.get("sprint", each) or {}).get("state") == "closed"]
    issues.change(site, context.caller(), issue, {field_id: closed + ([sprint["id"]] if sprint else [])})


def _tell(event: str, record: Record) -> None:
    context.site().webhooks.publish(event, context.caller(), lambda: {"sprint": _sprint(record)})
