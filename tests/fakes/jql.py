"""JQL for the Jira in memory: terms joined by AND, in brackets or not. What is none of them is an error, as in Jira."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PAGE = 3
"""Ids in one page: small, so that tests turn pages."""
_TERM = re.compile(r"\s*(?:(project|issuetype) = 1|labels = (\w+)|(issue\.property\[twinline\]\.link IS EMPTY))\s*")


class Unknown(Exception):
    """Jira's words about a query that it cannot evaluate."""


def answer(resource: str, body: Mapping[str, Any], issues: Mapping[str, Any]) -> Any:
    """``match``, ``parse``, ``approximate-count`` and searching for ids, as Jira answers them."""
    if resource == "match":
        return {"matches": [_match(text, body["issueIds"], issues) for text in body["jqls"]]}
    if resource == "parse":
        return {"queries": [_parsed(text) for text in body["queries"]]}
    ids = [issue_id for issue_id in issues if matches(body["jql"], issues[issue_id])]
    if resource == "approximate-count":
        return {"count": len(ids)}
    start = int(body.get("nextPageToken", 0))
    page = {"issues": [{"id": issue_id} for issue_id in ids[start : start + PAGE]]}
    more = start + PAGE < len(ids)
    return {**page, "isLast": not more, **({"nextPageToken": str(start + PAGE)} if more else {})}


def matches(text: str, issue: Mapping[str, Any]) -> bool:
    found = [_TERM.fullmatch(term.strip(" ()")) for term in text.split(" AND ")]
    if None in found:
        raise Unknown(f"Error in the JQL Query: {text}")
    return all(
        (label is None or label in issue["fields"]["labels"]) and (not fresh or "twinline" not in issue["properties"])
        for _, label, fresh in (one.groups() for one in found if one)
    )


def _match(text: str, ids: list[int], issues: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = [issue_id for issue_id in ids if str(issue_id) in issues and matches(text, issues[str(issue_id)])]
    except Unknown as error:
        return {"matchedIssues": [], "errors": [str(error)]}
    return {"matchedIssues": found, "errors": []}


def _parsed(text: str) -> dict[str, Any]:
    try:
        matches(text, {"fields": {"labels": []}, "properties": {}})
    except Unknown as error:
        return {"query": text, "errors": [str(error)]}
    return {"query": text, "structure": {}}
