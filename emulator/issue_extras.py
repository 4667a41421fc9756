"""Comments, worklogs and links given inside an edit or transition, and all that goes with a deleted issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import attachments, comments, events, links, worklogs
from emulator.errors import JiraError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulator.auth import Caller
    from emulator.fields import Scene
    from emulator.site import Site
    from emulator.store import Record

Step = tuple[str, Any]


def check(scene: Scene, caller: Caller, extras: Mapping[str, list[Step]]) -> list[Callable[[], Any]]:
    """What to do after the fields are written; raises 400 before anything is."""
    todo: list[Callable[[], Any]] = []
    for name, steps in extras.items():
        for operation, operand in steps:
            if operation != "add" or not isinstance(operand, dict):
                raise JiraError(400, errors={name: f"Operation '{operation}' is not supported here; use 'add'."})
            todo.append(_PLANS[name](scene, caller, operand))
    return todo


def apply(scene: Scene, caller: Caller, todo: list[Callable[[], Any]]) -> None:
    for step in todo:
        step()


def _comment(scene: Scene, caller: Caller, operand: dict[str, Any]) -> Callable[[], Any]:
    draft = comments.read(scene, caller, operand)
    return lambda: comments.add(scene, caller, draft)


def _worklog(scene: Scene, caller: Caller, operand: dict[str, Any]) -> Callable[[], Any]:
    draft = worklogs.read(scene, operand)
    return lambda: worklogs.add(scene, caller, draft, "auto", None)


def _link(scene: Scene, caller: Caller, operand: dict[str, Any]) -> Callable[[], Any]:
    plan = links.read_from(scene, caller, operand)
    return lambda: links.add(scene.site, caller, *plan())


_PLANS: dict[str, Callable[[Scene, Caller, dict[str, Any]], Callable[[], Any]]] = {
    "comment": _comment,
    "worklog": _worklog,
    "issuelinks": _link,
}


def remove_all(site: Site, caller: Caller, issue: Record) -> None:
    """Delete what hangs on an issue; the webhooks of a cascade flow as Secondary."""
    for comment in site.store.owned("comment", issue["id"]):
        events.comment(site, caller, "comment_deleted", issue, comment, "Secondary")
        site.store.delete("comment", comment["id"])
    for worklog in site.store.owned("worklog", issue["id"]):
        events.worklog(site, caller, "worklog_deleted", issue, worklog, "Secondary")
        site.store.delete("worklog", worklog["id"])
        site.store.put("worklogdeleted", {"id": worklog["id"], "at": site.clock.now()})
    for attachment in site.store.owned("attachment", issue["id"]):
        events.attachment(site, caller, "attachment_deleted", issue, attachment, "Secondary")
        site.store.delete("attachment", attachment["id"])
        attachments.forget(site, attachment)
    for link_id in list(site.indexes.links.get(issue["id"], {})):
        link = site.store.get("issuelink", link_id)
        if link:
            links.remove(site, caller, link, "Secondary", changelog=False)
    for kind in ("history", "remotelink"):
        for record in site.store.owned(kind, issue["id"]):
            site.store.delete(kind, record["id"])
