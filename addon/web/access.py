"""What a context token does not say: whether the person may see an issue, or edit it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from addon.errors import Refused
from addon.store.tenant import Tenant
from addon.web.services import services

_KEEP_SECONDS = 60.0
_KEEP_COUNT = 5000
_allowed: dict[tuple[int, str, str, str], float] = {}
_BROWSE, _EDIT = "BROWSE_PROJECTS", "EDIT_ISSUES"
_lock = threading.Lock()


def may_browse(tenant: Tenant, account_id: str, issue_id: str) -> bool:
    """Whether this person may see this issue, by their Jira."""
    return _may(_BROWSE, tenant, account_id, issue_id)


def browsable(tenant: Tenant, account_id: str, issue_ids: Sequence[str]) -> frozenset[str]:
    """Which of these issues this person may see, by their Jira, in one call. Raises the verdicts of ``jira.client``."""
    if not issue_ids:
        return frozenset()
    asked = {"permissions": [_BROWSE], "issues": [int(issue_id) for issue_id in issue_ids]}
    answer = (
        services()
        .jira(tenant)
        .post("/rest/api/3/permissions/check", json={"accountId": account_id, "projectPermissions": [asked]})
    )
    return frozenset(issue_id for issue_id in issue_ids if _grants(answer, _BROWSE, issue_id))


def _may(permission: str, tenant: Tenant, account_id: str, issue_id: str) -> bool:
    """Whether this person has this permission for this issue, by their Jira.

    The token proves who asks, not what they may do, and its issue is not proven at all. A *yes* is kept for a minute:
    the panel asks every few seconds. Raises the verdicts of ``jira.client``.
    """
    if not account_id or not issue_id.isascii() or not issue_id.isdigit() or len(issue_id) > 18:
        return False
    key = (tenant.id, account_id, issue_id, permission)
    with _lock:
        if _allowed.get(key, 0.0) > time.monotonic():
            return True
    asked = {"permissions": [permission], "issues": [int(issue_id)]}
    answer = (
        services()
        .jira(tenant)
        .post("/rest/api/3/permissions/check", json={"accountId": account_id, "projectPermissions": [asked]})
    )
    if not _grants(answer, permission, issue_id):
        return False
    with _lock:
        if len(_allowed) >= _KEEP_COUNT:
            _allowed.clear()
        _allowed[key] = time.monotonic() + _KEEP_SECONDS
    return True


def _grants(answer: object, permission: str, issue_id: str) -> bool:
    # Jira leaves out what it does not grant and ids it does not know: only an id that is named back is granted.
    if not isinstance(answer, dict):
        return False
    return any(
        granted.get("permission") == permission and issue_id in map(str, granted.get("issues") or ())
        for granted in answer.get("projectPermissions") or ()
    )


def require_browse(tenant: Tenant, account_id: str, issue_id: str) -> None:
    """The same as a guard.

    Raises:
        Refused: they may not see it, or it does not exist.
    """
    if not may_browse(tenant, account_id, issue_id):
        raise Refused("You may not see this issue, or it is gone.", status=403)


def require_edit(tenant: Tenant, account_id: str, issue_id: str) -> None:
    """As a guard of what changes an issue.

    Raises:
        Refused: they may not edit it, or it does not exist.
    """
    if not _may(_EDIT, tenant, account_id, issue_id):
        raise Refused("You may not edit this issue, so this is not for you to choose.", status=403)
