"""What hangs on a board, and epics and ranks: the rest of the agile API."""

from typing import Any

from emulator import agile, context, issues, projects
from emulator.errors import JiraError, bad_field
from emulator.fields.special import issue_by
from emulator.rest import params
from emulator.rest.agile import base, issue_page, named, one, page_of, place, rank_as_asked, shown
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("agile_boards", prefix="/rest/agile/<any('1.0','latest'):api>")
COLOURS = 9


def _project(board: Record) -> Record:
    project = context.site().store.get("project", board["project"])
    if project is None:
        raise JiraError(404, "The project of the board is gone.")
    return project


@rest.get("/board/<board>/configuration")
def configuration(board: str) -> Any:
    record, site = one("board", board), context.site()
    project = _project(record)
    used = {s["id"]: s for group in projects.statuses_by_type(project, scene()) for s in group["statuses"]}
    columns: list[dict[str, Any]] = []
    for name, key in (("To Do", "new"), ("In Progress", "indeterminate"), ("Done", "done")):
        held = [s for s in used.values() if s["statusCategory"]["key"] == key]
        columns.append({"name": name, "statuses": [{"id": s["id"], "self": s["self"]} for s in held]})
    answer: dict[str, Any] = {
        "id": int(record["id"]),
        "name": record["name"],
        "type": record["type"],
        "self": f"{base()}/board/{record['id']}/configuration",
        "location": {
            "type": "project",
            "key": project["key"],
            "id": project["id"],
            "self": f"{scene().root}/project/{project['id']}",
            "name": project["name"],
        },
        "columnConfig": {"columns": columns, "constraintType": "none"},
        "ranking": {"rankCustomFieldId": 10019},
    }
    if record.get("filter"):
        answer["filter"] = {"id": record["filter"], "self": f"{site.base_url}/rest/api/2/filter/{record['filter']}"}
    return answer


@rest.get("/board/<board>/backlog")
def backlog(board: str) -> Any:
    return issue_page(agile.backlog(context.site(), one("board", board)))


@rest.get("/board/<board>/project")
def board_projects(board: str) -> Any:
    return page_of([_project(one("board", board))], lambda record: projects.short(record, scene()))


@rest.get("/board/<board>/version")
def board_versions(board: str) -> Any:
    records = context.site().store.owned("version", _project(one("board", board))["id"])
    return page_of(records, lambda r: projects.version(r, scene()) | {"id": int(r["id"])})


@rest.get("/board/<board>/sprint/<sprint>/issue")
def sprint_issues(board: str, sprint: str) -> Any:
    one("board", board)
    return issue_page(agile.in_sprint(context.site(), one("sprint", sprint)))


@rest.post("/board/<board>/issue")
def to_board(board: str) -> Any:
    one("board", board)
    rank_as_asked(named())
    return None


@rest.post("/backlog/<board>/issue")
def to_backlog(board: str) -> Any:
    one("board", board)
    chosen = named()
    for issue in chosen:
        place(issue, None)
    rank_as_asked(chosen)
    return None


def _epic(issue: Record) -> dict[str, Any]:
    given = issue.get("epic", {})
    return {
        "id": int(issue["id"]),
        "key": issue["key"],
        "self": f"{base()}/epic/{issue['id']}",
        "name": given.get("name", issue["fields"]["summary"]),
        "summary": issue["fields"]["summary"],
        "color": {"key": given.get("colour", f"color_{int(issue['id']) % COLOURS + 1}")},
        "done": given.get("done", agile.is_done(context.site(), issue)),
    }


@rest.get("/board/<board>/epic")
def epics(board: str) -> Any:
    site, done = context.site(), params.text("done")
    shown_epics = [_epic(i) for i in agile.of_board(site, one("board", board)) if agile.is_epic(site, i)]
    return page_of([e for e in shown_epics if done is None or e["done"] == (done == "true")], dict)


@rest.get("/board/<board>/epic/none/issue")
def board_without_epic(board: str) -> Any:
    project = _project(one("board", board))["id"]
    return issue_page([i for i in agile.in_epic(context.site(), None) if i["project"] == project])


@rest.get("/board/<board>/epic/<epic>/issue")
def board_epic_issues(board: str, epic: str) -> Any:
    one("board", board)
    return epic_issues(epic)


@rest.get("/epic/<epic>")
def one_epic(epic: str) -> Any:
    return _epic(_visible_epic(epic))


def _visible_epic(id_or_key: str) -> Record:
    return found(agile.epic(context.site(), id_or_key)["id"])


@rest.post("/epic/<epic>")
def update_epic(epic: str) -> Any:
    record, given, site = _visible_epic(epic), params.body(), context.site()
    issues.require(site, context.caller(), "EDIT_ISSUES", record)
    held = record.setdefault("epic", {})
    for name, stored, kind in (("name", "name", str), ("done", "done", bool)):
        if name in given:
            if not isinstance(given[name], kind):
                raise bad_field(name, f"'{name}' is of the wrong kind.")
            held[stored] = given[name]
    if isinstance(given.get("color"), dict):
        held["colour"] = str(given["color"].get("key"))
    site.store.put("issue", record)
    if isinstance(given.get("summary"), str):
        issues.change(site, context.caller(), record, {"summary": given["summary"]})
    return _epic(record)


@rest.get("/epic/none/issue")
def without_epic() -> Any:
    return issue_page(agile.in_epic(context.site(), None))


@rest.get("/epic/<epic>/issue")
def epic_issues(epic: str) -> Any:
    return issue_page(agile.in_epic(context.site(), _visible_epic(epic)["id"]))


def _move(epic_id: str | None) -> None:
    site, caller = context.site(), context.caller()
    for issue in named():
        issues.require(site, caller, "EDIT_ISSUES", issue)
        issues.change(site, caller, issue, {"parent": epic_id})


@rest.post("/epic/none/issue")
def out_of_epics() -> Any:
    _move(None)
    return None


@rest.post("/epic/<epic>/issue")
def into_epic(epic: str) -> Any:
    _move(_visible_epic(epic)["id"])
    return None


@rest.put("/epic/<epic>/rank")
def rank_epic(epic: str) -> Any:
    given, site = params.body(), context.site()
    before, after = given.get("rankBeforeEpic"), given.get("rankAfterEpic")
    agile.rank(
        site,
        [_visible_epic(epic)],
        agile.epic(site, str(before)) if before else None,
        agile.epic(site, str(after)) if after else None,
    )
    return None


@rest.put("/issue/rank")
def rank() -> Any:
    given = params.body()
    if not given.get("rankBeforeIssue") and not given.get("rankAfterIssue"):
        raise JiraError(400, "Either 'rankBeforeIssue' or 'rankAfterIssue' is required.")
    rank_as_asked(named())
    return None


@rest.get("/issue/<issue>")
def agile_issue(issue: str) -> Any:
    record = issue_by(context.site(), issue)
    return shown([found(record["id"] if record else issue)])[0]
