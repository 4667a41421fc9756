"""Entity properties of issues, comments and projects."""

from typing import Any

from flask import request

from emulator import comments, context, issues, permissions, projects, properties, worklogs
from emulator.errors import JiraError
from emulator.rest.issues import found
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("properties")


def _keys(record: Record, base: str) -> Any:
    return {"keys": [{"self": f"{base}/{key}", "key": key} for key in sorted(record["properties"])]}


def _value(record: Record, key: str) -> Any:
    if key not in record["properties"]:
        raise JiraError(404, f'Property with key "{key}" was not found.')
    return {"key": key, "value": record["properties"][key]}


def _editable(issue: str) -> Record:
    record = found(issue)
    issues.require(context.site(), context.caller(), "EDIT_ISSUES", record)
    return record


@rest.get("/issue/<issue>/properties")
def issue_keys(issue: str) -> Any:
    record = found(issue)
    return _keys(record, f"{scene().root}/issue/{record['id']}/properties")


@rest.get("/issue/<issue>/properties/<key>")
def issue_property(issue: str, key: str) -> Any:
    return _value(found(issue), key)


@rest.put("/issue/<issue>/properties/<key>")
def set_issue_property(issue: str, key: str) -> Any:
    value = properties.parse_body(request.get_data())
    created = properties.set_on_issue(context.site(), context.caller(), _editable(issue), key, value)
    return None, 201 if created else 200


@rest.delete("/issue/<issue>/properties/<key>")
def delete_issue_property(issue: str, key: str) -> Any:
    properties.delete_from_issue(context.site(), context.caller(), _editable(issue), key)
    return None


def _comment(comment_id: str) -> Record:
    """A comment by its id alone, with the caller's right to see its issue checked."""
    record = context.site().store.get("comment", comment_id)
    if record is None:
        raise JiraError(404, f"Can not find a comment for the id: {comment_id}.")
    issue = found(record["issue"])
    return comments.find(issues.scene_for(context.site(), context.caller(), context.version(), issue), comment_id)


def _editable_comment(comment_id: str) -> Record:
    record = _comment(comment_id)
    issue = context.site().store.get("issue", record["issue"])
    assert issue is not None
    own = record["author"] == context.caller().account_id
    wanted = "EDIT_OWN_COMMENTS" if own else "EDIT_ALL_COMMENTS"
    if not permissions.has_on_issue(context.site(), context.caller().user, wanted, issue):
        raise JiraError(403, "You do not have the permission to edit this comment.")
    return record


@rest.get("/comment/<comment>/properties")
def comment_keys(comment: str) -> Any:
    return _keys(_comment(comment), f"{scene().root}/comment/{comment}/properties")


@rest.get("/comment/<comment>/properties/<key>")
def comment_property(comment: str, key: str) -> Any:
    return _value(_comment(comment), key)


@rest.put("/comment/<comment>/properties/<key>")
def set_comment_property(comment: str, key: str) -> Any:
    record, value = _editable_comment(comment), properties.parse_body(request.get_data())
    return _put("comment", record, key, value)


@rest.delete("/comment/<comment>/properties/<key>")
def delete_comment_property(comment: str, key: str) -> Any:
    return _drop("comment", _editable_comment(comment), key)


def _put(kind: str, record: Record, key: str, value: Any) -> Any:
    properties.check(key, value)
    created = key not in record["properties"]
    record["properties"][key] = value
    context.site().store.put(kind, record)
    return None, 201 if created else 200


def _drop(kind: str, record: Record, key: str) -> Any:
    _value(record, key)
    del record["properties"][key]
    context.site().store.put(kind, record)
    return None


def _project(project: str) -> Record:
    record = projects.visible(context.site(), context.caller(), project)
    record.setdefault("properties", {})
    return record


@rest.get("/project/<project>/properties")
def project_keys(project: str) -> Any:
    return _keys(_project(project), f"{scene().root}/project/{project}/properties")


@rest.get("/project/<project>/properties/<key>")
def project_property(project: str, key: str) -> Any:
    return _value(_project(project), key)


@rest.put("/project/<project>/properties/<key>")
def set_project_property(project: str, key: str) -> Any:
    record, value = _project(project), properties.parse_body(request.get_data())
    projects.administer(context.caller(), record)
    return _put("project", record, key, value)


@rest.delete("/project/<project>/properties/<key>")
def delete_project_property(project: str, key: str) -> Any:
    record = _project(project)
    projects.administer(context.caller(), record)
    return _drop("project", record, key)


def _worklog(issue: str, worklog: str, writing: bool = False) -> Record:
    here = issues.scene_for(context.site(), context.caller(), context.version(), found(issue))
    record = worklogs.find(here, worklog)
    if writing:
        worklogs.may_edit(here, context.caller(), record)
    return record


@rest.get("/issue/<issue>/worklog/<worklog>/properties")
def worklog_keys(issue: str, worklog: str) -> Any:
    return _keys(_worklog(issue, worklog), f"{scene().root}/issue/{issue}/worklog/{worklog}/properties")


@rest.get("/issue/<issue>/worklog/<worklog>/properties/<key>")
def worklog_property(issue: str, worklog: str, key: str) -> Any:
    return _value(_worklog(issue, worklog), key)


@rest.put("/issue/<issue>/worklog/<worklog>/properties/<key>")
def set_worklog_property(issue: str, worklog: str, key: str) -> Any:
    value = properties.parse_body(request.get_data())
    return _put("worklog", _worklog(issue, worklog, writing=True), key, value)


@rest.delete("/issue/<issue>/worklog/<worklog>/properties/<key>")
def delete_worklog_property(issue: str, worklog: str, key: str) -> Any:
    return _drop("worklog", _worklog(issue, worklog, writing=True), key)
