"""What a user may do, asked of Jira: a token says who somebody is, never what they may."""

from __future__ import annotations

from typing import Any, Protocol


class Posts(Protocol):
    """The part of ``JiraClient`` that is needed here."""

    def post(self, path: str, *, json: Any = None) -> Any: ...


def is_administrator(client: Posts, account_id: str) -> bool:
    """Whether this user administers Jira. Raises the verdicts of ``jira.client``."""
    asked = {"accountId": account_id, "globalPermissions": ["ADMINISTER"]}
    answer = client.post("/rest/api/3/permissions/check", json=asked)
    return isinstance(answer, dict) and "ADMINISTER" in (answer.get("globalPermissions") or [])


def may_browse(client: Posts, account_id: str, issue_id: str) -> bool:
    """Whether this user may see this issue (its numeric id). Raises the verdicts of ``jira.client``.

    Jira leaves out silently what it does not know, so the issue has to stand in the answer.
    """
    asked = {
        "accountId": account_id,
        "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "issues": [int(issue_id)]}],
    }
    answer = client.post("/rest/api/3/permissions/check", json=asked)
    granted = (answer.get("projectPermissions") or []) if isinstance(answer, dict) else []
    return any(
        grant.get("permission") == "BROWSE_PROJECTS" and int(issue_id) in map(int, grant.get("issues") or [])
        for grant in granted
    )
