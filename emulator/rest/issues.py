"""Issues: create, read, edit, delete, one by one and in bulk."""

from typing import Any

from emulator import context, issue_input, issue_view, issues, permissions
from emulator.errors import JiraError
from emulator.fields.special import issue_by
from emulator.rest import params
from emulator.rest.routing import Resource, scene
from emulator.store import Record

rest = Resource("issues")
BULK = 50
FETCH = 100
PROPERTIES = 5


def found(issue: str) -> Record:
    return issues.visible(context.site(), context.caller(), issue)


def _created(issue: Record) -> dict[str, Any]:
    return {"id": issue["id"], "key": issue["key"], "self": f"{scene().root}/issue/{issue['id']}"}


@rest.post("/issue")
def create() -> Any:
    return _created(issues.create(context.site(), context.caller(), params.body(), context.version())), 201


@rest.post("/issue/bulk")
def create_many() -> Any:
    updates = params.listed(params.body(), "issueUpdates", required=True)
    if len(updates) > BULK:
        raise JiraError(400, f"The maximum number of issues that can be created at once is {BULK}.")
    made, errors = [], []
    for number, update in enumerate(updates):
        try:
            if not isinstance(update, dict):
                raise JiraError(400, "Each issue update must be an object.")
            made.append(_created(issues.create(context.site(), context.caller(), update, context.version())))
        except JiraError as error:
            errors.append({"status": error.status, "elementErrors": error.body(), "failedElementNumber": number})
    return {"issues": made, "errors": errors}, 201 if made or not errors else 400


@rest.post("/issue/bulkfetch")
def fetch_many() -> Any:
    given = params.body()
    wanted = params.listed(given, "issueIdsOrKeys", required=True)
    if len(wanted) > FETCH:
        raise JiraError(400, f"The maximum number of issues that can be fetched at once is {FETCH}.")
    properties = _few(params.listed(given, "properties"))
    here = scene()
    fields = issue_view.select(here, params.listed(given, "fields") or None, "*navigable")
    chosen: dict[str, Record] = {}
    errors = []
    for id_or_key in wanted:
        try:
            issue = found(str(id_or_key))
            chosen[issue["id"]] = issue
        except JiraError:
            errors.append({"id": str(id_or_key), "errorMessage": issues.NOT_FOUND})
    expand = params.listed(given, "expand")
    in_order = sorted(chosen.values(), key=lambda issue: int(issue["id"]))
    shown = [issue_view.issue_bean(here, issue, fields, expand, properties) for issue in in_order]
    return {"expand": issue_view.EXPANDS, "issues": shown, "issueErrors": errors}


def _few(properties: list[Any]) -> list[str]:
    if len(properties) > PROPERTIES:
        raise JiraError(400, f"At most {PROPERTIES} properties may be asked for.")
    return [str(each) for each in properties]


@rest.get("/issue/<issue>", anonymous=True)
def read(issue: str) -> Any:
    return _whole(found(issue))


def _whole(record: Record) -> dict[str, Any]:
    here = scene()
    fields = issue_view.select(here, params.words("fields") or None, "*all")
    return issue_view.issue_bean(here, record, fields, params.words("expand"), params.words("properties"))


@rest.put("/issue/<issue>")
def edit(issue: str) -> Any:
    record = found(issue)
    check_override()
    issues.edit(context.site(), context.caller(), record, params.body(), context.version())
    return _whole(record) if params.flag("returnIssue") else None


def check_override() -> None:
    """403 for flags that only an app or an administrator may use."""
    caller = context.caller()
    if params.flag("overrideEditableFlag") and not (caller.app and caller.is_admin):
        raise JiraError(403, "Only apps with the Administer Jira permission may override the editable flag.")


@rest.delete("/issue/<issue>")
def delete(issue: str) -> Any:
    issues.delete(context.site(), context.caller(), found(issue), params.flag("deleteSubtasks"))
    return None


@rest.put("/issue/<issue>/assignee")
def assign(issue: str) -> Any:
    site, caller, record = context.site(), context.caller(), found(issue)
    issues.require(site, caller, "ASSIGN_ISSUES", record)
    account = params.body()
    if "accountId" not in account:
        raise JiraError(400, "The body must hold an 'accountId'.")
    value = None if account["accountId"] is None else {"accountId": account["accountId"]}
    here = issues.scene_for(site, caller, context.version(), record)
    wanted = issue_input.read(here, {"fields": {"assignee": value}})
    wanted.raise_if_wrong()
    issues.change(site, caller, record, wanted.values, "issue_assigned")
    return None


@rest.get("/issue/picker")
def picker() -> Any:
    site, caller = context.site(), context.caller()
    query = (params.text("query") or "").lower()
    exact = issue_by(site, query) if query else None
    near = [i for i in site.store.all("issue") if query and query in i["fields"]["summary"].lower()]
    rows = [
        i
        for i in ([exact] if exact else []) + near
        if permissions.has_on_issue(site, caller.user, "BROWSE_PROJECTS", i)
    ]
    shown = [
        {
            "id": int(issue["id"]),
            "key": issue["key"],
            "keyHtml": issue["key"],
            "img": "/images/icons/issuetypes/task.svg",
            "summary": issue["fields"]["summary"],
            "summaryText": issue["fields"]["summary"],
        }
        for issue in rows[:20]
    ]
    return {"sections": [{"id": "cs", "label": "Current Search", "sub": f"Showing {len(shown)}", "issues": shown}]}
