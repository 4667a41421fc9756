"""The newer lists of issues, paged by tokens: /rest/software/1.0."""

import base64
import binascii
from typing import Any

from emulator import agile, context
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.agile import one, shown, visible
from emulator.rest.issues import found
from emulator.rest.routing import Resource
from emulator.store import Record

rest = Resource("software", prefix="/rest/software/<any('1.0','latest'):api>")


def _tokened(records: list[Record]) -> dict[str, Any]:
    seen, count = visible(records), params.number("maxResults", 50, 1, 100)
    start = _start(params.text("nextPageToken"))
    answer: dict[str, Any] = {"issues": shown(seen[start : start + count]), "isLast": start + count >= len(seen)}
    if not answer["isLast"]:
        answer["nextPageToken"] = base64.urlsafe_b64encode(str(start + count).encode()).decode()
    return answer


def _start(token: str | None) -> int:
    try:
        return int(base64.urlsafe_b64decode(token or "MA=="))
    except (ValueError, binascii.Error):
        raise JiraError(400, "The provided next page token is invalid.") from None


def _board(board: str) -> list[Record]:
    return agile.of_board(context.site(), one("board", board))


def _without_epic(board: str) -> list[Record]:
    project = one("board", board)["project"]
    return [i for i in agile.in_epic(context.site(), None) if i["project"] == project]


@rest.get("/board/<board>/issue")
def board_issues(board: str) -> Any:
    return _tokened(_board(board))


@rest.get("/board/<board>/issue/approximate-count")
def board_count(board: str) -> Any:
    return {"count": len(visible(_board(board)))}


@rest.get("/board/<board>/backlog")
def backlog(board: str) -> Any:
    return _tokened(agile.backlog(context.site(), one("board", board)))


@rest.get("/board/<board>/backlog/approximate-count")
def backlog_count(board: str) -> Any:
    return {"count": len(visible(agile.backlog(context.site(), one("board", board))))}


@rest.get("/board/<board>/epic/none/issue")
def without_epic_on_board(board: str) -> Any:
    return _tokened(_without_epic(board))


@rest.get("/board/<board>/epic/<epic>/issue")
def epic_on_board(board: str, epic: str) -> Any:
    one("board", board)
    return epic_issues(epic)


@rest.get("/board/<board>/sprint/<sprint>/issue")
def sprint_on_board(board: str, sprint: str) -> Any:
    one("board", board)
    return sprint_issues(sprint)


@rest.get("/sprint/<sprint>/issue")
def sprint_issues(sprint: str) -> Any:
    return _tokened(agile.in_sprint(context.site(), one("sprint", sprint)))


@rest.get("/epic/none/issue")
def without_epic() -> Any:
    return _tokened(agile.in_epic(context.site(), None))


@rest.get("/epic/<epic>/issue")
def epic_issues(epic: str) -> Any:
    return _tokened(agile.in_epic(context.site(), found(agile.epic(context.site(), epic)["id"])["id"]))
