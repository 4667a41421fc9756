"""The bodies of webhooks, in their real shapes: REST v2 resources, wiki markup, little context.

Which event carries an issue, a user or neither follows captured payloads, irregular as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator import beans, issue_view, threads
from emulator.fields import Scene

if TYPE_CHECKING:
    from emulator.auth import Caller
    from emulator.site import Site
    from emulator.store import Record

Body = dict[str, Any]
COMMENT_ISSUE_FIELDS = ("summary", "issuetype", "project", "assignee", "priority", "status")


def _scene(site: Site) -> Scene:
    return Scene(site, version=2)


def _user(site: Site, caller: Caller) -> Body:
    return {"user": beans.user(caller.user, _scene(site))} if caller.user else {}


def _issue(site: Site, issue: Record, hidden: tuple[str, ...] = ("comment", "worklog")) -> Body:
    scene = _scene(site)
    bean = issue_view.issue_bean(scene, issue, issue_view.select(scene, None, "*all"))
    for name in (*hidden, "statusCategory"):
        bean["fields"].pop(name, None)
    del bean["expand"]
    return {"issue": bean}


def issue_created(site: Site, caller: Caller, issue: Record, items: list[Body]) -> None:
    body = {"issue_event_type_name": "issue_created"}
    changelog = {"id": site.store.next_id("history"), "items": items}
    site.webhooks.publish(
        "jira:issue_created",
        caller,
        lambda: body | _user(site, caller) | _issue(site, issue) | {"changelog": changelog},
        issue,
    )


def issue_updated(site: Site, caller: Caller, issue: Record, record: Record, event_type: str | None = None) -> None:
    body = {"issue_event_type_name": event_type or _event_type(record["items"])}
    changelog = {"id": record["id"], "items": record["items"]}
    site.webhooks.publish(
        "jira:issue_updated",
        caller,
        lambda: body | _user(site, caller) | _issue(site, issue) | {"changelog": changelog},
        issue,
    )


def _event_type(items: list[Body]) -> str:
    if [item.get("fieldId") for item in items] == ["assignee"]:
        return "issue_assigned"
    return "issue_updated"


def issue_deleted(site: Site, caller: Caller, issue: Record) -> None:
    # Only the last word on an issue holds its comments and worklogs; the captures of other events do not.
    site.webhooks.publish("jira:issue_deleted", caller, lambda: _user(site, caller) | _issue(site, issue, ()), issue)


def comment(site: Site, caller: Caller, event: str, issue: Record, record: Record, flow: str = "Primary") -> None:
    """`comment_created`, `comment_updated`, `comment_deleted`: a short issue, no user, no changelog."""

    def build() -> Body:
        scene = issue_view.scene_of(_scene(site), issue)
        fields = issue_view.select(scene, COMMENT_ISSUE_FIELDS, "summary")
        short = {
            "id": issue["id"],
            # Real bodies lack `/issue/` here; clients that follow the link get a 404.
            "self": f"{scene.root}/{issue['id']}",
            "key": issue["key"],
            "fields": {field.id: issue_view.field_value(field, scene) for field in fields},
        }
        return {"comment": threads.comment_bean(scene, record), "issue": short}

    site.webhooks.publish(event, caller, build, issue, flow)


def worklog(site: Site, caller: Caller, event: str, issue: Record, record: Record, flow: str = "Primary") -> None:
    """`worklog_*`: only the worklog, with its `issueId`."""

    def build() -> Body:
        return {"worklog": threads.worklog_bean(_scene(site), record), "isFromIssueLimitTransformation": False}

    site.webhooks.publish(event, caller, build, issue, flow)


def attachment(site: Site, caller: Caller, event: str, issue: Record, record: Record, flow: str = "Primary") -> None:
    """`attachment_*`: nothing says which issue it belongs to."""
    site.webhooks.publish(
        event, caller, lambda: {"attachment": threads.attachment_bean(_scene(site), record)}, issue, flow
    )


def issue_link(site: Site, caller: Caller, event: str, link: Record, flow: str = "Primary") -> None:
    """`issuelink_*`: numeric ids, no user; `systemLink` marks parents and children."""

    def build() -> Body:
        link_type = site.store.get("linktype", link["type"]) or SUBTASK_LINK_TYPE
        return {
            "issueLink": {
                "id": int(link["id"]),
                "sourceIssueId": int(link["source"]),
                "destinationIssueId": int(link["destination"]),
                "issueLinkType": {
                    "id": int(link_type["id"]),
                    "name": link_type["name"],
                    "outwardName": link_type["outward"],
                    "inwardName": link_type["inward"],
                    "isSubTaskLinkType": link_type is SUBTASK_LINK_TYPE,
                    "isSystemLinkType": link_type is SUBTASK_LINK_TYPE,
                },
                "systemLink": link_type is SUBTASK_LINK_TYPE,
            }
        }

    site.webhooks.publish(event, caller, build, flow=flow)


SUBTASK_LINK_TYPE: Body = {
    "id": "10100",
    "name": "jira_subtask_link",
    "outward": "jira_subtask_outward",
    "inward": "jira_subtask_inward",
}


def issue_property(site: Site, caller: Caller, event: str, issue: Record, key: str, value: Any) -> None:
    """`issue_property_set` and `issue_property_deleted`: the property, not the issue."""

    def build() -> Body:
        entity = {"self": f"{_scene(site).root}/issue/{issue['id']}/properties/{key}", "key": key}
        return {"property": entity | ({"value": value} if event.endswith("_set") else {})}

    site.webhooks.publish(event, caller, build, issue)


def version(site: Site, caller: Caller, event: str, record: Record, extra: Body | None = None) -> None:
    def build() -> Body:
        shown = beans.version(record, _scene(site)) | {"projectId": int(record["project"]), "overdue": False}
        return {"version": shown} | (extra or {})

    site.webhooks.publish(event, caller, build)


def project(site: Site, caller: Caller, event: str, record: Record) -> None:
    def build() -> Body:
        scene = _scene(site)
        lead = site.store.get("user", record.get("lead"))
        return {
            "project": {
                "self": f"{scene.root}/project/{record['id']}",
                "id": int(record["id"]),
                "key": record["key"],
                "name": record["name"],
                "avatarUrls": beans.avatars(scene, f"/avatar/project/{record['id']}.svg"),
                "projectLead": beans.user(lead, scene) if lead else None,
                "assigneeType": f"admin.assignee.type.{record.get('assigneeType', 'UNASSIGNED').lower()}",
            }
        }

    site.webhooks.publish(event, caller, build)
