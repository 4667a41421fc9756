"""An issue as the API shows it: the fields asked for, and what `expand` adds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from emulator import beans, durations, history, metadata, rich_text, threads, workflows
from emulator.clock import jira_time
from emulator.fields import Field, Scene, all_fields, find_field
from emulator.fields.options import context_for
from emulator.fields.plain import RichText

if TYPE_CHECKING:
    from emulator.store import Record

Bean = dict[str, Any]
EXPANDS = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
SHORT_FIELDS = ("summary", "status", "priority", "issuetype")
CHANGELOG_CAP = 100


def scene_of(scene: Scene, issue: Record) -> Scene:
    """The same viewer looking at one issue."""
    return Scene(scene.site, scene.version, scene.viewer, scene.site.store.get("project", issue["project"]), issue)


def select(scene: Scene, asked: Collection[str] | None, default: str) -> list[Field]:
    """The fields named by a `fields` parameter: ids, `*all`, `*navigable`, and `-id` to leave one out."""
    names = [name.strip() for name in (asked or [default]) if name.strip()] or [default]
    fields = all_fields(scene.site)
    if all(name.startswith("-") for name in names):
        names = ["*all", *names]
    chosen: dict[str, Field] = {}
    for name in names:
        if name in ("*all", "*navigable"):
            chosen |= {f.id: f for f in fields.values() if name == "*all" or f.navigable}
        elif name.startswith("-"):
            chosen.pop(name[1:], None)
        elif name in fields:
            chosen[name] = fields[name]
    return list(chosen.values())


def issue_bean(
    scene: Scene,
    issue: Record,
    fields: list[Field],
    expand: Collection[str] = (),
    properties: Collection[str] = (),
) -> Bean:
    """The whole answer for one issue."""
    here = scene_of(scene, issue)
    shown = [field for field in fields if _applies(field, here)]
    bean: Bean = {
        "expand": EXPANDS,
        "id": issue["id"],
        "self": f"{scene.root}/issue/{issue['id']}",
        "key": issue["key"],
    }
    if shown:
        bean["fields"] = {field.id: field_value(field, here) for field in shown}
    if properties:
        held = issue["properties"]
        wanted = held if "*all" in properties else {key: held[key] for key in properties if key in held}
        bean["properties"] = wanted
    for name, build in _EXPANSIONS.items():
        if name in expand:
            bean[name] = build(here, shown)
    return bean


def short_bean(scene: Scene, issue: Record) -> Bean:
    """An issue as parents, sub-tasks and links show it."""
    here = scene_of(scene, issue)
    fields = {name: field_value(_must(here, name), here) for name in SHORT_FIELDS}
    return {"id": issue["id"], "key": issue["key"], "self": f"{scene.root}/issue/{issue['id']}", "fields": fields}


def field_value(field: Field, scene: Scene) -> Any:
    """The JSON of one field of the scene's issue."""
    issue = scene.issue
    assert issue is not None
    computed = _COMPUTED.get(field.id)
    if computed:
        return computed(scene, issue)
    stored = issue["fields"].get(field.id)
    if stored is None or stored == []:
        # A custom list that was never filled is null, a system list is empty.
        return [] if field.type.many and not field.custom else None
    return field.type.show(field, stored, scene)


def _must(scene: Scene, field_id: str) -> Field:
    field = find_field(scene.site, field_id)
    assert field is not None
    return field


def _applies(field: Field, scene: Scene) -> bool:
    if not field.custom:
        return field.id != "parent" or scene.issue is None or bool(scene.issue["fields"].get("parent"))
    assert scene.issue is not None
    return bool(
        scene.issue["fields"].get(field.id) is not None
        or context_for(scene.site, field.id, scene.issue["project"], scene.issue["fields"]["issuetype"])
    )


def _parent(scene: Scene, issue: Record) -> Bean | None:
    parent = scene.site.store.get("issue", issue["fields"].get("parent"))
    return short_bean(scene, parent) if parent else None


def children(scene: Scene, issue: Record) -> list[Record]:
    """The issues directly below this one."""
    ids = scene.site.indexes.children.get(issue["id"], {})
    return [child for child in (scene.site.store.get("issue", child_id) for child_id in ids) if child]


def _subtasks(scene: Scene, issue: Record) -> list[Bean]:
    types = {t["id"] for t in scene.site.store.all("issuetype") if t["hierarchyLevel"] < 0}
    return [short_bean(scene, child) for child in children(scene, issue) if child["fields"]["issuetype"] in types]


def _links(scene: Scene, issue: Record) -> list[Bean]:
    return [link_bean(scene, link, issue["id"]) for link in links_of(scene, issue["id"])]


def links_of(scene: Scene, issue_id: str) -> list[Record]:
    """The issue links that touch an issue, oldest first."""
    ids = scene.site.indexes.links.get(issue_id, {})
    return [link for link in (scene.site.store.get("issuelink", link_id) for link_id in ids) if link]


def link_bean(scene: Scene, link: Record, seen_from: str | None = None) -> Bean:
    """A link; seen from one issue it shows only the other end."""
    link_type = scene.site.store.get("linktype", link["type"])
    bean: Bean = {
        "id": link["id"],
        "self": f"{scene.root}/issueLink/{link['id']}",
        "type": beans.link_type(link_type, scene) if link_type else None,
    }
    for name, end in (("inwardIssue", link["source"]), ("outwardIssue", link["destination"])):
        other = scene.site.store.get("issue", end)
        if end != seen_from and other:
            bean[name] = short_bean(scene, other)
    return bean


def _status_category(scene: Scene, issue: Record) -> Bean | None:
    status = scene.site.store.get("status", issue["fields"]["status"])
    return beans.category(status["category"], scene) if status else None


def _watches(scene: Scene, issue: Record) -> Bean:
    watchers = issue.get("watchers", [])
    return {
        "self": f"{scene.root}/issue/{issue['key']}/watchers",
        "watchCount": len(watchers),
        "isWatching": scene.viewer in watchers,
    }


def _votes(scene: Scene, issue: Record) -> Bean:
    voters = issue.get("voters", [])
    return {
        "self": f"{scene.root}/issue/{issue['key']}/votes",
        "votes": len(voters),
        "hasVoted": scene.viewer in voters,
    }


def _progress(scene: Scene, issue: Record) -> Bean:
    spent = issue["fields"].get("timespent") or 0
    total = spent + (issue["fields"].get("timeestimate") or 0)
    return {"progress": spent, "total": total} | ({"percent": spent * 100 // total} if total else {})


def _time_tracking(scene: Scene, issue: Record) -> Bean:
    shown: Bean = {}
    for name, source in (
        ("originalEstimate", "timeoriginalestimate"),
        ("remainingEstimate", "timeestimate"),
        ("timeSpent", "timespent"),
    ):
        seconds = issue["fields"].get(source)
        if seconds is not None:
            shown |= {name: durations.show(seconds), f"{name}Seconds": seconds}
    return shown


def _work_ratio(scene: Scene, issue: Record) -> int:
    original = issue["fields"].get("timeoriginalestimate")
    return (issue["fields"].get("timespent") or 0) * 100 // original if original else -1


def _comments(scene: Scene, issue: Record) -> Bean:
    comments = threads.visible(scene, "comment", issue)
    return {
        "comments": [threads.comment_bean(scene, comment) for comment in comments],
        "self": f"{scene.root}/issue/{issue['id']}/comment",
        "maxResults": len(comments),
        "total": len(comments),
        "startAt": 0,
    }


def _worklogs(scene: Scene, issue: Record) -> Bean:
    worklogs = threads.visible(scene, "worklog", issue)
    shown = [threads.worklog_bean(scene, worklog) for worklog in worklogs[:20]]
    return {"startAt": 0, "maxResults": 20, "total": len(worklogs), "worklogs": shown}


def _attachments(scene: Scene, issue: Record) -> list[Bean]:
    return [threads.attachment_bean(scene, a) for a in scene.site.store.owned("attachment", issue["id"])]


_COMPUTED: dict[str, Callable[[Scene, Any], Any]] = {
    "parent": _parent,
    "subtasks": _subtasks,
    "issuelinks": _links,
    "statusCategory": _status_category,
    "watches": _watches,
    "votes": _votes,
    "progress": _progress,
    "aggregateprogress": _progress,
    "timetracking": _time_tracking,
    "workratio": _work_ratio,
    "comment": _comments,
    "worklog": _worklogs,
    "attachment": _attachments,
    "aggregatetimespent": lambda scene, issue: issue["fields"].get("timespent"),
    "aggregatetimeestimate": lambda scene, issue: issue["fields"].get("timeestimate"),
    "aggregatetimeoriginalestimate": lambda scene, issue: issue["fields"].get("timeoriginalestimate"),
}


def _rendered(scene: Scene, shown: list[Field]) -> Bean:
    assert scene.issue is not None
    rendered: Bean = {}
    for field in shown:
        stored = scene.issue["fields"].get(field.id)
        if isinstance(field.type, RichText):
            rendered[field.id] = rich_text.to_html(stored) if stored else ""
        elif field.type.kind == "datetime":
            rendered[field.id] = jira_time(stored)
        elif field.id == "comment":
            comments = threads.visible(scene, "comment", scene.issue)
            rendered["comment"] = {"comments": [threads.rendered_comment(scene, c) for c in comments]}
        else:
            rendered[field.id] = None
    return rendered


def _changelog(scene: Scene, shown: list[Field]) -> Bean:
    assert scene.issue is not None
    records = scene.site.store.owned("history", scene.issue["id"])
    newest_first = [history.bean(record, scene) for record in reversed(records[-CHANGELOG_CAP:])]
    return {"startAt": 0, "maxResults": len(newest_first), "total": len(records), "histories": newest_first}


def _transitions(scene: Scene, shown: list[Field]) -> list[Bean]:
    assert scene.issue is not None
    return [workflows.bean(t, scene) for t in workflows.available(scene.site, scene.issue)]


_EXPANSIONS: dict[str, Callable[[Scene, list[Field]], Any]] = {
    "renderedFields": _rendered,
    "names": lambda scene, shown: {field.id: field.name for field in shown},
    "schema": lambda scene, shown: {field.id: field.schema for field in shown},
    "changelog": _changelog,
    "transitions": _transitions,
    "editmeta": lambda scene, shown: {"fields": metadata.edit_fields(scene)},
    "operations": lambda scene, shown: {"linkGroups": []},
}
