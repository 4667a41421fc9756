"""Webhooks: a hint that an issue changed. Marks it and wakes a worker; the state itself is read later.

Jira tries again on 408, 409, 425, 429, 5xx and silence, and on nothing else: so 2xx only once the row is committed,
5xx only where another try may help.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, g, request

from addon.errors import Refused
from addon.store import queue
from addon.store import tenant as tenants
from addon.web import body
from addon.web.auth import guard
from addon.web.services import services

blueprint = Blueprint("webhooks", __name__)
LIMIT = 6 * body.MiB
NOTHING = ("", 204)
TRACE_HEADER = "X-Atlassian-Webhook-Trace"
_ID = re.compile(r"[1-9][0-9]{0,17}")
_COMMENT_SELF = re.compile(r"/issue/([1-9][0-9]{0,17})/comment/")
Told = Mapping[str, Any]


@blueprint.post("/webhooks/<family>")
@guard("webhook")
def webhook(family: str) -> Any:
    told = body.read_object(LIMIT)
    event = told.get("webhookEvent")
    if not isinstance(event, str):
        raise Refused("webhookEvent must be a text.", field="webhookEvent")
    issues_of = _FAMILIES.get(family)
    if issues_of is None or event not in EVENTS[family] or _is_echo():
        return NOTHING
    issue_ids = issues_of(told)
    with services().db.begin() as tx:
        for issue_id in issue_ids:
            queue.touch(tx, g.tenant.id, issue_id, deleted=event == "jira:issue_deleted", now=time.time())
        tenants.clear_back_off(tx, g.tenant.id)
    services().wake.issue(g.tenant.id, *issue_ids)
    return NOTHING


def _is_echo() -> bool:
    """Whether one of our own writes caused this. The mark is unguessable, so nobody else can hide a change with it."""
    given = request.headers.get(TRACE_HEADER, "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), g.tenant.trace.encode())


def _of_issue(told: Told) -> list[str]:
    return [_id(_part(told, "issue"), "id")]


def _of_comment(told: Told) -> list[str]:
    if isinstance(told.get("issue"), dict):
        return _of_issue(told)
    found = _COMMENT_SELF.search(str(_part(told, "comment").get("self", "")))
    if not found:
        raise Refused("issue.id is missing.", field="issue")
    return [found[1]]


def _of_worklog(told: Told) -> list[str]:
    return [_id(_part(told, "worklog"), "issueId")]


def _of_issue_link(told: Told) -> list[str]:
    link = _part(told, "issueLink")
    ends = sorted({_id(link, "sourceIssueId"), _id(link, "destinationIssueId")})
    # Parents and sub-tasks are fields of the issue and come with its own event.
    return [] if link.get("systemLink") is True else ends


def _of_attachment(_told: Told) -> list[str]:
    # The body names no issue; `jira:issue_updated` comes beside it and does.
    return []


_FAMILIES: Mapping[str, Callable[[Told], list[str]]] = {
    "issue": _of_issue,
    "comment": _of_comment,
    "worklog": _of_worklog,
    "issuelink": _of_issue_link,
    "attachment": _of_attachment,
}
EVENTS: Mapping[str, frozenset[str]] = {
    "issue": frozenset({"jira:issue_created", "jira:issue_updated", "jira:issue_deleted"}),
    "comment": frozenset({"comment_created", "comment_updated", "comment_deleted"}),
    "worklog": frozenset({"worklog_created", "worklog_updated", "worklog_deleted"}),
    "issuelink": frozenset({"issuelink_created", "issuelink_deleted"}),
    "attachment": frozenset({"attachment_created", "attachment_deleted"}),
}


def _part(told: Told, name: str) -> dict[str, Any]:
    part = told.get(name)
    if not isinstance(part, dict):
        raise Refused(f"{name} must be an object.", field=name)
    return part


def _id(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not _ID.fullmatch(text):
        raise Refused(f"{name} must be a number.", field=name)
    return text
