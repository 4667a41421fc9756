"""What hangs on an issue in a row: comments, worklogs, attachments; their JSON and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from emulator import beans, durations, rich_text
from emulator.clock import jira_time

if TYPE_CHECKING:
    from emulator.fields import Scene
    from emulator.store import Record

Bean = dict[str, Any]
INTERNAL = "sd.public.comment"


def visible(scene: Scene, kind: str, issue: Record) -> list[Record]:
    """The comments or worklogs of an issue that the viewer may see, oldest first."""
    records = scene.site.store.owned(kind, issue["id"])
    return [record for record in records if may_see(scene, record)]


def may_see(scene: Scene, record: Record) -> bool:
    """Whether the viewer is in the group or role that a comment is restricted to."""
    restriction = record.get("visibility")
    if not restriction:
        return True
    viewer = scene.site.store.get("user", scene.viewer)
    if viewer is None:
        return False
    if viewer["accountType"] == "app" or restriction["type"] == "role":
        return viewer["accountType"] == "app" or bool(viewer.get("admin")) or restriction["value"] != "Administrators"
    return restriction.get("identifier") in viewer.get("groups", []) or record["author"] == viewer["id"]


def _people(scene: Scene, record: Record) -> Bean:
    shown: Bean = {}
    for name in ("author", "updateAuthor"):
        user = scene.site.store.get("user", record.get(name))
        if user:
            shown[name] = beans.user(user, scene)
    return shown


def _properties(record: Record) -> list[Bean]:
    return [{"key": key, "value": value} for key, value in record["properties"].items()]


def comment_bean(scene: Scene, comment: Record, expand: tuple[str, ...] = ()) -> Bean:
    bean: Bean = {
        "self": f"{scene.root}/issue/{comment['issue']}/comment/{comment['id']}",
        "id": comment["id"],
        **_people(scene, comment),
        "body": rich_text.show(comment["body"], scene.version),
        "created": jira_time(comment["created"]),
        "updated": jira_time(comment["updated"]),
    }
    if comment.get("visibility"):
        bean["visibility"] = comment["visibility"]
    bean["jsdPublic"] = is_public(comment)
    if "renderedBody" in expand:
        bean["renderedBody"] = rich_text.to_html(comment["body"])
    if "properties" in expand:
        bean["properties"] = _properties(comment)
    return bean


def is_public(comment: Record) -> bool:
    """False for a service project's internal note."""
    marker = comment["properties"].get(INTERNAL)
    return not (isinstance(marker, dict) and marker.get("internal") is True)


def rendered_comment(scene: Scene, comment: Record) -> Bean:
    """A comment inside `renderedFields`."""
    return comment_bean(scene, comment) | {"body": rich_text.to_html(comment["body"])}


def worklog_bean(scene: Scene, worklog: Record, expand: tuple[str, ...] = ()) -> Bean:
    bean: Bean = {
        "self": f"{scene.root}/issue/{worklog['issue']}/worklog/{worklog['id']}",
        **_people(scene, worklog),
    }
    if worklog.get("comment"):
        bean["comment"] = rich_text.show(worklog["comment"], scene.version)
    bean |= {
        "created": jira_time(worklog["created"]),
        "updated": jira_time(worklog["updated"]),
        "started": jira_time(worklog["started"]),
        "timeSpent": durations.show(worklog["seconds"]),
        "timeSpentSeconds": worklog["seconds"],
        "id": worklog["id"],
        "issueId": worklog["issue"],
    }
    if worklog.get("visibility"):
        bean["visibility"] = worklog["visibility"]
    if "properties" in expand:
        bean["properties"] = _properties(worklog)
    return bean


def attachment_bean(scene: Scene, attachment: Record) -> Bean:
    author = scene.site.store.get("user", attachment["author"])
    bean: Bean = {
        "self": f"{scene.root}/attachment/{attachment['id']}",
        "id": attachment["id"],
        "filename": attachment["filename"],
        "created": jira_time(attachment["created"]),
        "size": attachment["size"],
        "mimeType": attachment["mimeType"],
        "content": f"{scene.root}/attachment/content/{quote(attachment['id'])}",
    }
    if author:
        bean["author"] = beans.user(author, scene)
    if attachment["mimeType"].startswith("image/"):
        bean["thumbnail"] = f"{scene.root}/attachment/thumbnail/{attachment['id']}"
    return bean
