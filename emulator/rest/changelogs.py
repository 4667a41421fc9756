"""Changelogs of one issue or many."""

from typing import Any

from emulator import context, history
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("changelogs")
MOST_ISSUES = 1000
MOST_FIELDS = 10


@rest.get("/issue/<issue>/changelog")
def of_issue(issue: str) -> Any:
    records = context.site().store.owned("history", found(issue)["id"])
    return params.paged(records, lambda record: history.bean(record, scene()), size=100)


@rest.post("/issue/<issue>/changelog/list")
def listed(issue: str) -> Any:
    wanted = {str(each) for each in params.listed(params.body(), "changelogIds", required=True)}
    records = [r for r in context.site().store.owned("history", found(issue)["id"]) if r["id"] in wanted]
    shown = [history.bean(record, scene()) for record in records]
    return {"startAt": 0, "maxResults": len(shown), "total": len(shown), "histories": shown}


@rest.post("/changelog/bulkfetch", scope="READ")
def bulk() -> Any:
    given = params.body()
    wanted = params.listed(given, "issueIdsOrKeys", required=True)
    if not 1 <= len(wanted) <= MOST_ISSUES:
        raise JiraError(400, f"Between 1 and {MOST_ISSUES} issues may be asked for.")
    fields = set(params.listed(given, "fieldIds", MOST_FIELDS))
    most = params.whole(given, "maxResults", 1000, 1, 10000)
    start = _position(given.get("nextPageToken"))
    rows = _rows(wanted, fields)
    chosen = rows[start : start + most]
    logs: dict[str, list[Any]] = {}
    for record in chosen:
        # Here, and only here, the time is a number of milliseconds.
        bean = history.bean(record, scene()) | {"created": record["created"]}
        logs.setdefault(record["issue"], []).append(bean)
    shown = [{"issueId": issue_id, "changeHistories": beans} for issue_id, beans in logs.items()]
    more = start + most < len(rows)
    return {"issueChangeLogs": shown} | ({"nextPageToken": str(start + most)} if more else {})


def _rows(wanted: list[Any], fields: set[str]) -> list[Record]:
    rows = []
    for id_or_key in wanted:
        try:
            issue = found(str(id_or_key))
        except JiraError:
            continue
        for record in context.site().store.owned("history", issue["id"]):
            items = [item for item in record["items"] if not fields or item.get("fieldId") in fields]
            if items:
                rows.append(record | {"items": items})
    return rows


def _position(token: object) -> int:
    if token is None:
        return 0
    if not isinstance(token, str) or not token.isdigit():
        raise JiraError(400, "The 'nextPageToken' is not valid.")
    return int(token)
