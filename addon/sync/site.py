"""Site: what a synchronization asks of our own Jira: its projects, its clock, a person's name."""

from __future__ import annotations

import datetime
from typing import Any, Protocol

from addon.errors import Blocked, Ignored, Retryable
from addon.model.scope import IssueTypeInfo, ProjectInfo

PAGE = 50


class Asking(Protocol):
    """What is needed of a Jira client."""

    def get(self, path: str, *, params: Any = None) -> Any: ...


def projects(jira: Asking) -> tuple[ProjectInfo, ...]:
    """All projects the app may browse, with their issue types, by name.

    Raises:
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    found: list[ProjectInfo] = []
    while True:
        params = {"startAt": len(found), "maxResults": PAGE, "expand": "issueTypes", "orderBy": "name"}
        page = jira.get("/rest/api/3/project/search", params=params)
        found += [_project(item) for item in page["values"]]
        if page.get("isLast", True) or not page["values"]:
            return tuple(found)


def _project(item: dict[str, Any]) -> ProjectInfo:
    kinds = (
        IssueTypeInfo(str(kind["id"]), kind["name"], bool(kind.get("subtask"))) for kind in item.get("issueTypes", [])
    )
    return ProjectInfo(str(item["id"]), item["key"], item["name"], tuple(kinds))


def now(jira: Asking) -> float:
    """The time by this Jira's own clock, seconds since 1970: its issues are dated by it.

    Raises:
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    text = jira.get("/rest/api/3/serverInfo")["serverTime"]
    return datetime.datetime.fromisoformat(text).timestamp()


def introduction(jira: Asking) -> tuple[str, str]:
    """The account id of the app's own user here, and the name the site gives itself ("" where it is Jira's own).

    Raises:
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    title = str(jira.get("/rest/api/3/serverInfo").get("serverTitle", ""))[:255]
    account_id = str(jira.get("/rest/api/3/myself")["accountId"])
    return account_id, "" if title.lower() in ("jira", "your company jira") else title


def person_name(jira: Asking, account_id: str) -> str:
    """The name a person goes by, to be shown to the partner; "" where Jira does not tell."""
    try:
        return str(jira.get("/rest/api/3/user", params={"accountId": account_id}).get("displayName", ""))[:255]
    except (Blocked, Ignored, Retryable):
        return ""
