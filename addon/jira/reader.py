"""Reader: Jira's issue → snapshot. Reads by id, never by search (search is stale for seconds)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from addon.model.snapshot import RENDERED, Comment, Snapshot

PROPERTY = "twinline"
"""The entity property that carries our link id on issues we create and the part on comments we create."""

_ALWAYS = ("project", "issuetype", "status", "created", "updated")
_PAGE = 100


class Reading(Protocol):
    """What the reader needs of ``jira.client.JiraClient``."""

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any: ...

    def post(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any: ...


def issue(
    jira: Reading, issue_id: str, field_ids: Collection[str], *, dated: bool = False, rendered: Collection[str] = ()
) -> Snapshot:
    """Read one issue as it is now; ``dated``: with when each field was last changed; ``rendered``: fields as shown.

    Raises:
        addon.errors.Missing: Jira does not show it: deleted, or no permission.
        addon.errors.Retryable: Jira could not answer.
    """
    data = ask(jira, issue_id, field_ids, expand=_expand(changelog=dated, rendered=rendered))
    found = snapshot(data, rendered)
    if "comment" in field_ids and found.comments is None:
        return replace(found, comments=comments(jira, issue_id))
    return found


def issues(jira: Reading, issue_ids: Sequence[str]) -> list[Snapshot]:
    """Up to a hundred issues without their values, read by id in one call; those that Jira does not show are left out.

    Raises:
        addon.errors.Retryable: Jira could not answer.
    """
    body = {"issueIdsOrKeys": list(issue_ids), "fields": list(_ALWAYS), "properties": [PROPERTY]}
    return [snapshot(data) for data in jira.post("/rest/api/3/issue/bulkfetch", json=body)["issues"]]


def new_issue(
    jira: Reading, issue_id: str, field_ids: Collection[str], rendered: Collection[str] = ()
) -> tuple[Snapshot, Mapping[str, Mapping[str, Any]]]:
    """An issue that we have just created, and by field id the first edit that somebody has made to it since."""
    data = ask(jira, issue_id, field_ids, expand=_expand(changelog=True, rendered=rendered))
    edited: dict[str, Mapping[str, Any]] = {}
    for entry in (data.get("changelog") or {}).get("histories", ()):  # newest first: the first edit stays
        edited.update({item.get("fieldId") or item.get("field", ""): item for item in entry.get("items", ())})
    return snapshot(data, rendered), edited


def _expand(*, changelog: bool, rendered: Collection[str]) -> str:
    return ",".join(name for name, asked in (("changelog", changelog), ("renderedFields", bool(rendered))) if asked)


def ask(jira: Reading, issue_id: str, field_ids: Collection[str], *, expand: str = "") -> Mapping[str, Any]:
    names = ",".join(sorted({*_ALWAYS, *field_ids}))
    """An issue's JSON with these fields and what ``snapshot`` always needs. Raises the verdicts of the client."""
    data: Mapping[str, Any] = jira.get(
        f"/rest/api/3/issue/{issue_id}",
        params={
            "fields": names,
            "properties": PROPERTY,
            "updateHistory": "false",
            **({"expand": expand} if expand else {}),
        },
    )
    return data


def snapshot(data: Mapping[str, Any], rendered: Collection[str] = ()) -> Snapshot:
    """The snapshot of an issue's JSON as Jira answers it; ``rendered``: fields of which that is kept what it shows."""
    shown = data.get("renderedFields") or {}
    fields = data["fields"] | {name: {RENDERED: shown[name]} for name in rendered if shown.get(name)}
    return Snapshot(
        issue_id=str(data["id"]),
        issue_key=data["key"],
        project_id=str(fields["project"]["id"]),
        issue_type_id=str(fields["issuetype"]["id"]),
        status=fields["status"]["name"],
        status_category=fields["status"].get("statusCategory", {}).get("key", ""),
        created_at=seconds(fields["created"]),
        updated_at=seconds(fields["updated"]),
        fields=fields,
        comments=_complete(fields.get("comment")),
        link_key=str(((data.get("properties") or {}).get(PROPERTY) or {}).get("link", "")),
        twin=str(((data.get("properties") or {}).get(PROPERTY) or {}).get("twin", "")),
        changed_at=_changed_at(data),
    )


def _changed_at(data: Mapping[str, Any]) -> dict[str, float]:
    times: dict[str, float] = {}
    for entry in (data.get("changelog") or {}).get("histories", ()):  # newest first: the first that speaks counts
        for item in entry.get("items", ()):
            times.setdefault(item.get("fieldId") or item.get("field", ""), seconds(entry["created"]))
    return times


def comments(jira: Reading, issue_id: str) -> tuple[Comment, ...]:
    """All comments of an issue, page by page, with the property that marks those we created."""
    found: list[Comment] = []
    while True:
        page = jira.get(
            f"/rest/api/3/issue/{issue_id}/comment",
            params={"startAt": len(found), "maxResults": _PAGE, "expand": "properties"},
        )
        found.extend(_comment(data) for data in page["comments"])
        if not page["comments"] or len(found) >= page["total"]:
            return tuple(found)


def created_for(jira: Reading, link_key: str, twin: str = "") -> str | None:
    """The id of the issue that was created for a link, if the search index knows it already.

    ``twin``: also one that was created for this issue of the partner (``writer.create_issue``), whatever its link.
    """
    jql = f'issue.property[{PROPERTY}].link = "{link_key}"'
    if twin:
        jql += f' OR issue.property[{PROPERTY}].twin = "{twin}"'
    page = jira.post("/rest/api/3/search/jql", json={"jql": jql, "fields": ["id"], "maxResults": 2})
    return str(page["issues"][0]["id"]) if page["issues"] else None


def with_our_change(
    jira: Reading, issue_id: str, field_ids: Collection[str], account_id: str | None, since: float
) -> tuple[Snapshot, Sequence[Mapping[str, Any]]]:
    """An issue that we may have edited, and the changelog items of that edit, made after ``since`` (Jira's clock).

    Where that clock has been set back meanwhile, as the issue itself shows, they are those of our last edit, whenever
    that was.
    """
    data = ask(jira, issue_id, field_ids, expand="changelog")
    found = snapshot(data)
    if "comment" in field_ids and found.comments is None:
        found = replace(found, comments=comments(jira, issue_id))
    return found, our_change(data, account_id, list(field_ids), since if found.updated_at >= since else 0.0)


def our_change(
    data: Mapping[str, Any], account_id: str | None, field_ids: Sequence[str], since: float = 0.0
) -> Sequence[Mapping[str, Any]]:
    """The changelog items of our own edit, from the issue it answered with (newest first); empty if not told."""
    for entry in (data.get("changelog") or {}).get("histories", ()):
        if account_id is not None and (entry.get("author") or {}).get("accountId") != account_id:
            continue
        # Only our own are asked for their time: people's may be dated by a clock that has been set back since.
        if seconds(entry["created"]) <= since:
            return ()
        items: Sequence[Mapping[str, Any]] = entry.get("items", ())
        if any((item.get("fieldId") or item.get("field")) in field_ids for item in items):
            return items
        return ()
    return ()


def seconds(text: str) -> float:
    """Jira's ``2026-11-21T10:00:00.000+0000`` as seconds since 1970."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def _complete(data: Mapping[str, Any] | None) -> tuple[Comment, ...] | None:
    if data is None or len(data["comments"]) < data["total"]:
        return None
    return tuple(_comment(item) for item in data["comments"])


def _comment(data: Mapping[str, Any]) -> Comment:
    properties = {item["key"]: item["value"] for item in data.get("properties", ())}
    author = data.get("author") or {}
    internal = (properties.get("sd.public.comment") or {}).get("internal") is True
    return Comment(
        id=str(data["id"]),
        author=author.get("displayName") or "",
        author_id=author.get("accountId") or "",
        body=data["body"],
        created_at=seconds(data["created"]),
        restricted=bool(data.get("visibility")) or data.get("jsdPublic") is False or internal,
        origin=str((properties.get(PROPERTY) or {}).get("part", "")),
        agreement=str((properties.get(PROPERTY) or {}).get("agreement", "")),
        author_email=author.get("emailAddress") or "",
    )
