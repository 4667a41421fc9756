"""What a request costs of an app's hourly quota: 1, and for reads 1 per object and 2 per identity returned."""

from __future__ import annotations

import re
from typing import Any

import orjson

# A POST to one of these reads.
READS = re.compile(
    r"/(search/jql|search/approximate-count|issue/bulkfetch|changelog/bulkfetch|changelog/list|comment/list"
    r"|worklog/list|jql/[a-z]+|permissions/check|permissions/project|expression/evaluate)$"
)
IDENTITY = re.compile(r"^/rest/api/[^/]+/(myself|users?|groups?|groupuserpicker)(/|$)")
LISTS = (
    "issues",
    "values",
    "comments",
    "worklogs",
    "histories",
    "issueChangeLogs",
    "changelogs",
    "transitions",
    "fields",
    "issueTypes",
    "users",
    "groups",
    "issueLinkTypes",
)


def cost(method: str, path: str, answer: bytes) -> int:
    """Points of one answered request."""
    if method != "GET" and not READS.search(path.rstrip("/")):
        return 1
    try:
        count = _objects(orjson.loads(answer)) if answer else 0
    except orjson.JSONDecodeError:
        # A file or a picture: one object.
        count = 1
    return 1 + count * (2 if IDENTITY.match(path) else 1)


def _objects(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    if not isinstance(value, dict):
        return 1
    held = [value[name] for name in LISTS if isinstance(value.get(name), list)]
    return sum(len(each) for each in held) if held else 1
