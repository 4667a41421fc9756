"""People of a Jira, found by what somebody types."""

from __future__ import annotations

from addon.jira.reader import Reading
from addon.model.rules import Choice

MOST = 20


def search(jira: Reading, words: str) -> tuple[Choice, ...]:
    """Active people whose name or shown e-mail address begins like these words, apps left out.

    Raises:
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    if not words:
        return ()
    found = jira.get("/rest/api/3/user/search", params={"query": words, "maxResults": MOST})
    return tuple(
        Choice(str(user["accountId"]), str(user.get("displayName") or user["accountId"]))
        for user in found
        if user.get("active", True) and user.get("accountType", "atlassian") != "app"
    )


def by_id(jira: Reading, account_id: str) -> Choice:
    """The person with this account id.

    Raises:
        Missing: there is none.
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    user = jira.get("/rest/api/3/user", params={"accountId": account_id})
    return Choice(str(user["accountId"]), str(user.get("displayName") or account_id))
