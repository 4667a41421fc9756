"""Metadata of a Jira, fetched when needed and kept for a few minutes: what was created later is seen soon."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from addon.errors import Missing
from addon.jira.kept import Kept
from addon.jira.reader import Reading
from addon.jira.workflow import Workflows
from addon.model.offer import Need, Offer

_PAGE = 50
_CREATE_PAGE = 200
"""The most that Jira gives of create metadata in one page."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an issue is or will be. ``issue_id`` is empty while it is still to be created."""

    project_id: str
    issue_type_id: str
    issue_id: str = ""


class Metadata:
    """Per process and tenant, shared by its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.kept = Kept(clock)
        self.workflows = Workflows(clock)

    def offers(
        self, tenant_id: int, jira: Reading, place: Place, needs: Collection[Need]
    ) -> Mapping[Need, tuple[Offer, ...]]:
        """What this Jira offers for each need; empty where it offers nothing or does not show it."""
        return {need: self._offers(tenant_id, jira, place, need) for need in needs}

    def forget(self, tenant_id: int, *, fresh: bool = False) -> bool:
        """Drop what was fetched a while ago, or everything (``fresh`` too); answers whether there was any."""
        return self.kept.forget(tenant_id, fresh=fresh)

    def _offers(self, tenant_id: int, jira: Reading, place: Place, need: Need) -> tuple[Offer, ...]:
        def kept(name: str, fetch: Callable[[], Any]) -> Any:
            return self.kept.get(tenant_id, name, fetch)

        pair = f"{place.project_id} {place.issue_type_id}"
        found: tuple[Offer, ...]
        if need.kind == "field":
            fields = kept(f"create {pair}", lambda: _create_options(jira, place))
            if need.name not in fields and place.issue_id:
                fields = kept(f"edit {pair}", lambda: _edit_options(jira, place))
            return tuple(fields.get(need.name, ()))
        if need.kind == "statuses":
            return tuple(kept(f"statuses {pair}", lambda: _statuses(jira, place)))
        if need.kind in ("versions", "components"):
            return tuple(kept(f"{need.kind} {place.project_id}", lambda: _of_project(jira, place, need.kind)))
        if need.kind == "subtask":
            found = kept(f"subtask {place.issue_type_id}", lambda: _subtask(jira, place.issue_type_id))
            return found
        found = kept(f"{need.kind} {need.name}", lambda: _FETCH[need.kind](jira, need.name))
        return found


def offer(item: Mapping[str, Any]) -> Offer:
    """An option, version, person … of Jira's JSON."""
    name = item.get("value") or item.get("name") or item.get("title") or item.get("displayName") or ""
    children = tuple(offer(child) for child in item.get("children") or ())
    return Offer(str(item.get("id") or item.get("groupId") or item.get("accountId") or name), str(name), children)


def create_fields(jira: Reading, project_id: str, issue_type_id: str) -> dict[str, Mapping[str, Any]]:
    """The fields of the create screen, by id, as Jira tells them."""
    found: dict[str, Mapping[str, Any]] = {}
    path = f"/rest/api/3/issue/createmeta/{project_id}/issuetypes/{issue_type_id}"
    while True:
        page = jira.get(path, params={"startAt": len(found), "maxResults": _CREATE_PAGE})
        fields = page.get("fields") or page.get("results") or []
        found.update({item["fieldId"]: item for item in fields})
        if not fields or len(found) >= page["total"]:
            return found


def _create_options(jira: Reading, place: Place) -> dict[str, tuple[Offer, ...]]:
    fields = create_fields(jira, place.project_id, place.issue_type_id)
    return {field_id: allowed(item) for field_id, item in fields.items()}


def _edit_options(jira: Reading, place: Place) -> dict[str, tuple[Offer, ...]]:
    fields = jira.get(f"/rest/api/3/issue/{place.issue_id}/editmeta")["fields"]
    return {field_id: allowed(item) for field_id, item in fields.items()}


def allowed(field: Mapping[str, Any]) -> tuple[Offer, ...]:
    """What can be chosen in a field, by its metadata."""
    items = field.get("allowedValues") or ()
    return tuple(offer(item) for item in items if not item.get("disabled") and not item.get("archived"))


def _of_project(jira: Reading, place: Place, kind: str) -> tuple[Offer, ...]:
    items = jira.get(f"/rest/api/3/project/{place.project_id}/{kind}")
    # An archived version can no longer be given to an issue.
    return tuple(offer(item) for item in items if not item.get("archived"))


def _statuses(jira: Reading, place: Place) -> tuple[Offer, ...]:
    """The statuses of the workflow that the type's issues follow."""
    kinds = jira.get(f"/rest/api/3/project/{place.project_id}/statuses")
    return tuple(offer(one) for kind in kinds if str(kind["id"]) == place.issue_type_id for one in kind["statuses"])


def _paged(path: str) -> Callable[[Reading, str], tuple[Offer, ...]]:
    def fetch(jira: Reading, _name: str) -> tuple[Offer, ...]:
        found: list[Offer] = []
        while True:
            page = jira.get(path, params={"startAt": len(found), "maxResults": _PAGE})
            found += [offer(item) for item in page["values"]]
            if page.get("isLast", True) or not page["values"]:
                return tuple(found)

    return fetch


def _user(jira: Reading, account_id: str) -> tuple[Offer, ...]:
    try:
        return _people([jira.get("/rest/api/3/user", params={"accountId": account_id})])
    except Missing:
        return ()


def _by_email(jira: Reading, address: str) -> tuple[Offer, ...]:
    """People who show this address. Jira's search is wider than that, and never finds a hidden one."""
    users = jira.get("/rest/api/3/user/search", params={"query": address, "maxResults": _PAGE})
    return _people(user for user in users if str(user.get("emailAddress") or "").casefold() == address.casefold())


def _people(users: Iterable[Mapping[str, Any]]) -> tuple[Offer, ...]:
    return tuple(offer(user) for user in users if user.get("active", True))


def _subtask(jira: Reading, issue_type_id: str) -> tuple[Offer, ...]:
    """The issue type, if it is one of sub-tasks."""
    kind = jira.get(f"/rest/api/3/issuetype/{issue_type_id}")
    return (offer(kind),) if kind.get("subtask") else ()


def _zone(jira: Reading, _name: str) -> tuple[Offer, ...]:
    """The zone in which Jira tells the app its times."""
    zone = str(jira.get("/rest/api/3/myself").get("timeZone") or "UTC")
    return (Offer(zone, zone),)


_FETCH: Mapping[str, Callable[[Reading, str], tuple[Offer, ...]]] = {
    "priorities": _paged("/rest/api/3/priority/search"),
    "resolutions": _paged("/rest/api/3/resolution/search"),
    "groups": _paged("/rest/api/3/group/bulk"),
    "user": _user,
    "email": _by_email,
    "zone": _zone,
}
