"""Writing comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import events, issues, permissions, properties, rich_text, threads
from emulator.errors import FieldProblem, JiraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.auth import Caller
    from emulator.fields import Scene
    from emulator.site import Site
    from emulator.store import Record

LIMIT = 5000
ROLES = ("Administrators", "Developers", "Users", "Service Desk Team", "Service Desk Customers")


def read(scene: Scene, caller: Caller, payload: Mapping[str, Any], updating: bool = False) -> Record:
    """The checked parts of a comment body: text, visibility, properties."""
    draft: Record = {"body": body_of(payload.get("body"), scene, "comment")}
    if "visibility" in payload:
        draft["visibility"] = visibility(scene.site, payload["visibility"])
    if "properties" in payload:
        draft["properties"] = properties.read_list(payload["properties"])
    if not updating:
        draft.setdefault("visibility", None)
        draft.setdefault("properties", {})
    return draft


def body_of(body: Any, scene: Scene, blamed: str) -> dict[str, Any]:
    """The document of a comment or worklog; 400 if it is empty or no document."""
    if body is None or body == "":
        raise JiraError(400, errors={blamed: "Comment body can not be empty!"})
    try:
        document = rich_text.read(body, scene.version)
    except FieldProblem as problem:
        raise JiraError(400, errors={blamed: str(problem)}) from None
    if not document or not document.get("content"):
        raise JiraError(400, errors={blamed: "Comment body can not be empty!"})
    return document


def visibility(site: Site, given: Any) -> dict[str, Any] | None:
    """To whom a comment or worklog is restricted; 400 for an unknown group or role."""
    if not given:
        return None
    kind = given.get("type") if isinstance(given, dict) else None
    wanted = (given.get("identifier") or given.get("value")) if kind in ("group", "role") else None
    if not wanted:
        raise JiraError(400, errors={"visibility": "Specify the type (group or role) and its value or identifier."})
    if kind == "group":
        group = next((g for g in site.store.all("group") if wanted in (g["id"], g["name"])), None)
        if group is None:
            raise JiraError(400, errors={"commentLevel": f"Group: {wanted} does not exist."})
        return {"type": "group", "value": group["name"], "identifier": group["id"]}
    role = next((r for r in site.store.all("role") if wanted in (r["id"], r["name"])), None)
    if role is None:
        raise JiraError(400, errors={"commentLevel": f"Role: {wanted} does not exist."})
    return {"type": "role", "value": role["name"], "identifier": role["name"]}


def add(scene: Scene, caller: Caller, draft: Record) -> Record:
    """Write a comment that `read` has checked."""
    site, issue = scene.site, scene.issue
    assert issue is not None
    issues.require(site, caller, "ADD_COMMENTS", issue)
    if site.store.count("comment", issue["id"]) >= site.limit("comments", LIMIT):
        raise JiraError(413, "The number of comments on this issue has reached the limit.")
    now = issues.touch(site, issue)
    author = caller.account_id
    stamps = {"author": author, "updateAuthor": author, "created": now, "updated": now}
    comment = {"id": site.store.next_id("comment"), "issue": issue["id"], **stamps, **draft}
    site.store.put("comment", comment)
    events.comment(site, caller, "comment_created", issue, comment)
    return comment


def find(scene: Scene, comment_id: str) -> Record:
    """A comment of the scene's issue that the viewer may see; 404 otherwise."""
    comment = scene.site.store.get("comment", comment_id)
    assert scene.issue is not None
    if comment is None or comment["issue"] != scene.issue["id"] or not threads.may_see(scene, comment):
        raise JiraError(404, f"Can not find a comment for the id: {comment_id}.")
    return comment


def update(scene: Scene, caller: Caller, comment: Record, draft: Record) -> None:
    """Replace text, visibility and properties where given."""
    site, issue = scene.site, scene.issue
    assert issue is not None
    _require(site, caller, "EDIT", comment, issue)
    now = issues.touch(site, issue)
    comment["properties"] |= draft.pop("properties", {})
    comment |= draft | {"updateAuthor": caller.account_id, "updated": max(now, comment["updated"] + 1)}
    site.store.put("comment", comment)
    events.comment(site, caller, "comment_updated", issue, comment)


def delete(scene: Scene, caller: Caller, comment: Record) -> None:
    site, issue = scene.site, scene.issue
    assert issue is not None
    _require(site, caller, "DELETE", comment, issue)
    issues.touch(site, issue)
    site.store.delete("comment", comment["id"])
    events.comment(site, caller, "comment_deleted", issue, comment)


def _require(site: Site, caller: Caller, verb: str, comment: Record, issue: Record) -> None:
    own = comment["author"] == caller.account_id
    wanted = [f"{verb}_ALL_COMMENTS"] + ([f"{verb}_OWN_COMMENTS"] if own else [])
    if not any(permissions.has_on_issue(site, caller.user, each, issue) for each in wanted):
        # Jira answers 400, not 403, when a comment may not be touched.
        raise JiraError(400, f"You do not have the permission to {verb.lower()} this comment.")
