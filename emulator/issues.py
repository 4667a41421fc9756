"""Creating, editing, moving through the workflow and deleting issues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from emulator import events, history, issue_extras, issue_input, metadata, permissions, properties, workflows
from emulator.auth import Caller
from emulator.errors import JiraError
from emulator.fields import Scene, all_fields, is_on_screen
from emulator.fields.special import issue_by

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.store import Record

NOT_FOUND = "Issue does not exist or you do not have permission to see it."


def visible(site: Site, caller: Caller, id_or_key: object) -> Record:
    """The issue, if the caller may see it; else 404, which does not tell which of the two was wrong."""
    issue = issue_by(site, id_or_key)
    if issue is None or not permissions.has_on_issue(site, caller.user, "BROWSE_PROJECTS", issue):
        raise JiraError(404, NOT_FOUND)
    return issue


def require(site: Site, caller: Caller, permission: str, issue: Record) -> None:
    """403 unless the caller holds a project permission on the issue."""
    if not permissions.has_on_issue(site, caller.user, permission, issue):
        words = permissions.PROJECT[permission].lower()
        raise JiraError(403, f"You do not have permission to {words} in this project.")


def touch(site: Site, issue: Record) -> int:
    """Move `updated` forward; it grows with each change even if the clock does not."""
    now: int = max(site.clock.now(), issue["fields"]["updated"] + 1)
    issue["fields"]["updated"] = now
    site.store.put("issue", issue)
    return now


def scene_for(site: Site, caller: Caller, version: int, issue: Record) -> Scene:
    project = site.store.get("project", issue["project"])
    return Scene(site, version, caller.account_id, project, issue)


def create(site: Site, caller: Caller, payload: Mapping[str, Any], version: int) -> Record:
    """A new issue from a request body; JiraError 400 with every field's problem."""
    scene = Scene(site, version, caller.account_id)
    project, issue_type = issue_input.project_and_type(scene, payload)
    if not permissions.has_in_project(caller.user, "BROWSE_PROJECTS", project):
        raise JiraError(400, errors={"project": "Specify a valid project ID or key"})
    if not permissions.has_in_project(caller.user, "CREATE_ISSUES", project):
        raise JiraError(400, errors={"project": "You cannot create issues in this project."})
    issue = _blank(site, caller, project, issue_type)
    scene = scene_for(site, caller, version, issue)
    wanted = issue_input.read(scene, payload, creating=True, skip=("project", "issuetype"))
    issue_input.require(scene, _with_place(wanted, project, issue_type), issue_type)
    wanted.raise_if_wrong()
    held = properties.read_list(payload.get("properties"))
    extras = issue_extras.check(scene, caller, wanted.extras)
    issue["fields"] |= wanted.values
    issue["properties"] = held
    _insert(site, project, issue)
    events.issue_created(site, caller, issue, _initial_items(site, issue))
    issue_extras.apply(scene, caller, extras)
    return issue


def _with_place(wanted: issue_input.Wanted, project: Record, issue_type: Record) -> issue_input.Wanted:
    wanted.values |= {"project": project["id"], "issuetype": issue_type["id"]}
    return wanted


def _blank(site: Site, caller: Caller, project: Record, issue_type: Record) -> Record:
    now = site.clock.now()
    workflow = workflows.workflow_of(site, project, issue_type["id"])
    draft: Record = {"id": None, "project": project["id"], "fields": {"issuetype": issue_type["id"]}}
    scene = Scene(site, 3, caller.account_id, project, draft)
    defaults = {
        field.id: metadata.default_value(field, scene)
        for field in all_fields(site).values()
        if is_on_screen(site, field, project, issue_type["id"], creating=True)
    }
    fields = {name: value for name, value in defaults.items() if value is not None} | {
        "project": project["id"],
        "issuetype": issue_type["id"],
        "status": workflows.initial_status(workflow),
        "creator": caller.account_id,
        "reporter": caller.account_id,
        "assignee": permissions.default_assignee(project),
        "created": now,
        "updated": now,
        "statuscategorychangedate": now,
    }
    return {"id": "", "key": "", "project": project["id"], "fields": fields, "properties": {}, "watchers": []}


def _insert(site: Site, project: Record, issue: Record) -> None:
    project["counter"] = project.get("counter", 0) + 1
    site.store.put("project", project)
    issue["id"] = site.store.next_id("issue")
    issue["key"] = f"{project['key']}-{project['counter']}"
    if issue["fields"]["creator"]:
        issue["watchers"] = [issue["fields"]["creator"]]
    site.store.put("issue", issue)
    site.store.put("issuekey", {"id": issue["key"], "issue": issue["id"]})
    site.indexes.set_parent(issue["id"], None, issue["fields"].get("parent"))


def _initial_items(site: Site, issue: Record) -> list[history.Item]:
    """The changelog inside the webhook of a new issue: initial values; it is not kept."""
    items = []
    for field in all_fields(site).values():
        if field.id in ("issuetype", "project", "parent") or field.id.startswith("time"):
            continue
        if field.on_create or field.id == "status":
            items += history.items(site, field, None, issue["fields"].get(field.id))
    for item in items:
        if item.get("fieldId") == "status":
            item["field"] = "Status"
    return items


def edit(site: Site, caller: Caller, issue: Record, payload: Mapping[str, Any], version: int) -> None:
    """Change fields; nothing is written if one of them is wrong. A `transition` in the body is ignored."""
    require(site, caller, "EDIT_ISSUES", issue)
    scene = scene_for(site, caller, version, issue)
    wanted = issue_input.read(scene, payload)
    _check_type_change(site, issue, wanted)
    wanted.raise_if_wrong()
    held = properties.read_list(payload.get("properties"))
    extras = issue_extras.check(scene, caller, wanted.extras)
    change(site, caller, issue, wanted.values, metadata=payload.get("historyMetadata"))
    for key, value in held.items():
        properties.set_on_issue(site, caller, issue, key, value)
    issue_extras.apply(scene, caller, extras)


def _check_type_change(site: Site, issue: Record, wanted: issue_input.Wanted) -> None:
    """A type whose workflow lacks the issue's status can only be reached by moving the issue."""
    type_id = wanted.values.get("issuetype")
    project = site.store.get("project", issue["project"])
    if type_id is None or project is None:
        return
    old = site.store.get("issuetype", issue["fields"]["issuetype"])
    new = site.store.get("issuetype", type_id)
    same_level = old is None or new is None or (old["hierarchyLevel"] < 0) == (new["hierarchyLevel"] < 0)
    if not same_level or issue["fields"]["status"] not in workflows.workflow_of(site, project, type_id)["statuses"]:
        wanted.refuse("issuetype", "The issue type selected is invalid.")


def change(
    site: Site,
    caller: Caller,
    issue: Record,
    values: Mapping[str, Any],
    event_type: str | None = None,
    metadata: Any = None,
) -> Record | None:
    """Write stored values, the changelog and the event; None if nothing was different."""
    fields = all_fields(site)
    items = []
    for name, value in values.items():
        items += history.items(site, fields[name], issue["fields"].get(name), value)
    if not items:
        return None
    if "parent" in values:
        site.indexes.set_parent(issue["id"], issue["fields"].get("parent"), values["parent"])
    now = touch(site, issue)
    issue["fields"] |= values
    if "resolution" in values:
        issue["fields"]["resolutiondate"] = now if values["resolution"] else None
    record = history.add(site, issue, caller.account_id, items, metadata)
    events.issue_updated(site, caller, issue, record, event_type)
    return record


def transition(site: Site, caller: Caller, issue: Record, payload: Mapping[str, Any], version: int) -> None:
    """Move an issue along a transition that leads away from its status."""
    asked = payload.get("transition")
    transition_id = asked.get("id") if isinstance(asked, dict) else None
    if transition_id is None:
        raise JiraError(400, "Missing 'transition' identifier")
    allowed = permissions.has_on_issue(site, caller.user, "TRANSITION_ISSUES", issue)
    found = next((t for t in workflows.available(site, issue) if allowed and t["id"] == str(transition_id)), None)
    if found is None:
        raise JiraError(400, f"Transition id '{transition_id}' is not valid for this issue.")
    screen = found.get("fields") or {}
    scene = scene_for(site, caller, version, issue)
    wanted = issue_input.read(scene, payload, screen=screen)
    _require_screen(scene, wanted, screen)
    wanted.raise_if_wrong()
    extras = issue_extras.check(scene, caller, wanted.extras)
    held = properties.read_list(payload.get("properties"))
    values = {"status": found["to"], "resolution": workflows.resolution_after(site, issue, found)} | wanted.values
    _note_category(site, issue, found["to"])
    change(site, caller, issue, values, "issue_generic", payload.get("historyMetadata"))
    for key, value in held.items():
        properties.set_on_issue(site, caller, issue, key, value)
    issue_extras.apply(scene, caller, extras)


def _require_screen(scene: Scene, wanted: issue_input.Wanted, screen: Mapping[str, bool]) -> None:
    assert scene.issue is not None
    for name, required in screen.items():
        held = wanted.values.get(name, scene.issue["fields"].get(name))
        if required and held in (None, []):
            field = all_fields(scene.site).get(name)
            wanted.refuse(name, f"{field.name if field else name} is required.")


def _note_category(site: Site, issue: Record, status_id: str) -> None:
    before = site.store.get("status", issue["fields"]["status"])
    after = site.store.get("status", status_id)
    if before and after and before["category"] != after["category"]:
        issue["fields"]["statuscategorychangedate"] = site.clock.now()


def delete(site: Site, caller: Caller, issue: Record, with_subtasks: bool) -> None:
    """Remove an issue and what hangs on it; 400 if it has sub-tasks that are not to go too."""
    require(site, caller, "DELETE_ISSUES", issue)
    subtasks = _subtasks(site, issue)
    if subtasks and not with_subtasks:
        raise JiraError(
            400,
            f"The issue '{issue['key']}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete"
            " this issue and all its subtasks.",
        )
    for subtask in subtasks:
        _remove(site, caller, subtask)
    _remove(site, caller, issue)


def _subtasks(site: Site, issue: Record) -> list[Record]:
    found = []
    for child_id in list(site.indexes.children.get(issue["id"], {})):
        child = site.store.get("issue", child_id)
        kind = site.store.get("issuetype", child["fields"]["issuetype"]) if child else None
        if child and kind and kind["hierarchyLevel"] < 0:
            found.append(child)
    return found


def _remove(site: Site, caller: Caller, issue: Record) -> None:
    events.issue_deleted(site, caller, issue)
    for child_id in list(site.indexes.children.get(issue["id"], {})):
        child = site.store.get("issue", child_id)
        if child:
            change(site, caller, child, {"parent": None})
    issue_extras.remove_all(site, caller, issue)
    site.indexes.set_parent(issue["id"], issue["fields"].get("parent"), None)
    for pointer in [p for p in site.store.all("issuekey") if p["issue"] == issue["id"]]:
        site.store.delete("issuekey", pointer["id"])
    site.store.delete("issue", issue["id"])
