"""Conditions in JQL, evaluated by Jira itself: which issues match, how many, and whether a condition can be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from addon.jira.reader import PROPERTY, Reading

MOST_AT_ONCE = 10
"""Queries in one call of ``jql/match``: Jira has a limit that it does not tell."""
_IDS_PER_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Match:
    """What Jira says of one query. ``problem``: why it cannot be evaluated, in Jira's words; then nothing matches."""

    issue_ids: frozenset[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An issue as a list names it."""

    id: str
    key: str
    summary: str


def latest(jira: Reading, project_id: str, issue_type_id: str, limit: int) -> list[Found]:
    """The issues of a project and type that changed last. Raises as ``matches``."""
    jql = f"{query(project_id, issue_type_id, '')} ORDER BY updated DESC"
    answer = jira.post("/rest/api/3/search/jql", json={"jql": jql, "fields": ["summary"], "maxResults": limit})
    return [Found(str(one["id"]), one["key"], one["fields"].get("summary") or "") for one in answer["issues"]]


def query(project_id: str, issue_type_id: str, jql: str) -> str:
    """The query for the issues of a project and type that fulfil a condition (may be empty)."""
    pair = f"project = {project_id} AND issuetype = {issue_type_id}"
    return f"{pair} AND ({jql})" if jql else pair


def not_copied(jql: str) -> str:
    """The same query without the issues that Twinline created."""
    return f"{jql} AND issue.property[{PROPERTY}].link IS EMPTY"


def matches(jira: Reading, issue_ids: Sequence[str], queries: Sequence[str]) -> dict[str, Match]:
    """By query, which of the issues match now. One call for up to ``MOST_AT_ONCE`` queries.

    Raises:
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    found: dict[str, Match] = {}
    wanted = list(dict.fromkeys(queries))
    ids = [int(issue_id) for issue_id in dict.fromkeys(issue_ids)]
    while wanted:
        some, wanted = wanted[:MOST_AT_ONCE], wanted[MOST_AT_ONCE:]
        answer = jira.post("/rest/api/3/jql/match", json={"issueIds": ids, "jqls": some})
        for text, match in zip(some, answer["matches"], strict=True):
            problem = " ".join(match["errors"])
            matched = () if problem else match["matchedIssues"]
            found[text] = Match(frozenset(str(issue_id) for issue_id in matched), problem)
    return found


def problem(jira: Reading, jql: str) -> str:
    """Why this text cannot be a condition, in Jira's words; "" where it can.

    Raises:
        Blocked, Retryable, Ignored: Jira does not tell.
    """
    answer = jira.post("/rest/api/3/jql/parse", params={"validation": "strict"}, json={"queries": [jql]})
    parsed = answer["queries"][0]
    if parsed.get("errors"):
        return " ".join(parsed["errors"])
    if (parsed.get("structure") or {}).get("orderBy"):
        return "A condition has no order: leave out ORDER BY."
    return ""


def count(jira: Reading, jql: str) -> int:
    """About how many issues match; Jira estimates. Raises as ``matches``."""
    return int(jira.post("/rest/api/3/search/approximate-count", json={"jql": jql})["count"])


def page(jira: Reading, jql: str, token: str = "") -> tuple[list[str], str]:
    """The ids of a page of matching issues, and the token of the next page ("" on the last). Raises as ``matches``."""
    body: dict[str, Any] = {"jql": jql, "fields": ["id"], "maxResults": _IDS_PER_PAGE}
    if token:
        body["nextPageToken"] = token
    answer = jira.post("/rest/api/3/search/jql", json=body)
    return [str(issue["id"]) for issue in answer["issues"]], answer.get("nextPageToken") or ""


def pages(jira: Reading, jql: str) -> Iterator[list[str]]:
    """All pages of ids. Raises as ``matches``."""
    token = ""
    while True:
        ids, token = page(jira, jql, token)
        yield ids
        if not token:
            return
