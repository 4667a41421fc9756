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
