"""Create and edit metadata."""

from dataclasses import replace
from typing import Any

from emulator import beans, context, issues, metadata, permissions, projects
from emulator.errors import JiraError
from emulator.rest import params
from emulator.rest.projects import found
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("createmeta")


def _creatable(project: str) -> Record:
    record = found(project)
    if not permissions.has_in_project(context.caller().user, "CREATE_ISSUES", record):
        raise JiraError(404, f"No project could be found with key '{project}'.")
    return record


@rest.get("/issue/createmeta/<project>/issuetypes")
def issue_types(project: str) -> Any:
    here = scene()
    records = projects.issue_types(context.site(), _creatable(project))
    start, count = params.page(50, 200)
    shown = [beans.issue_type(r, here) | {"untranslatedName": r["name"]} for r in records[start : start + count]]
    return {"startAt": start, "maxResults": count, "total": len(records), "issueTypes": shown}


@rest.get("/issue/createmeta/<project>/issuetypes/<type_id>")
def fields(project: str, type_id: str) -> Any:
    record = _creatable(project)
    issue_type = context.site().store.get("issuetype", type_id)
    if issue_type is None or type_id not in record["issueTypes"]:
        raise JiraError(404, f"The issue type with id '{type_id}' is not part of project '{record['key']}'.")
    shown = metadata.create_fields(replace(scene(), project=record), issue_type)
    start, count = params.page(50, 200)
    return {"startAt": start, "maxResults": count, "total": len(shown), "fields": shown[start : start + count]}


@rest.get("/issue/<issue>/editmeta")
def edit_metadata(issue: str) -> Any:
    site, caller = context.site(), context.caller()
    record = issues.visible(site, caller, issue)
    if not permissions.has_on_issue(site, caller.user, "EDIT_ISSUES", record):
        return {"fields": {}}
    return {"fields": metadata.edit_fields(issues.scene_for(site, caller, context.version(), record))}
