"""Workflows in the shape of `/workflows`, workflow schemes, screens and required fields."""

from typing import Any

from tests.emulator.conftest import Client

TODO, WORK, DONE = "ref-todo", "ref-work", "ref-done"
REQUIRED = {
    "ruleKey": "system:validate-field-value",
    "parameters": {
        "ruleType": "fieldRequired",
        "fieldsRequired": "assignee",
        "errorMessage": "",
        "ignoreContext": "true",
    },
}


def _body(*transitions: dict[str, Any], name: str = "Careful") -> dict[str, Any]:
    statuses = [
        {"name": "To Do", "statusCategory": "TODO", "statusReference": TODO, "description": ""},
        {"name": "Working", "statusCategory": "IN_PROGRESS", "statusReference": WORK, "description": ""},
        {"name": "Done", "statusCategory": "DONE", "statusReference": DONE, "description": ""},
    ]
    held = [{"statusReference": each, "properties": {}} for each in (TODO, WORK, DONE)]
    first = {"id": "1", "type": "INITIAL", "name": "Create", "toStatusReference": TODO, "links": []}
    workflow = {"name": name, "description": "", "statuses": held, "transitions": [first, *transitions]}
    return {"scope": {"type": "GLOBAL"}, "statuses": statuses, "workflows": [workflow]}


def _direct(number: str, name: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    link = {"fromStatusReference": start}
    return {"id": number, "type": "DIRECTED", "name": name, "links": [link], "toStatusReference": end} | more


def _use(admin: Client, name: str, project: str = "OPS") -> None:
    scheme = admin.json("POST", "/workflowscheme", 201, json={"name": f"{name} scheme", "defaultWorkflow": name})["id"]
    project_id = admin.json("GET", f"/project/{project}")["id"]
    body = {"workflowSchemeId": str(scheme), "projectId": project_id}
    admin.json("PUT", "/workflowscheme/project", 204, json=body)
    held = admin.json("GET", f"/workflowscheme/project?projectId={project_id}")["values"][0]
    assert held["workflowScheme"]["defaultWorkflow"] == name


def _names(admin: Client, key: str) -> list[str]:
    return [t["name"] for t in admin.json("GET", f"/issue/{key}/transitions")["transitions"]]


def _move(admin: Client, key: str, number: str, status: int = 204, **more: Any) -> Any:
    return admin.json("POST", f"/issue/{key}/transitions", status, json={"transition": {"id": number}, **more})


def test_a_workflow_is_made_read_and_followed(admin: Client) -> None:
    again = {"id": "31", "type": "GLOBAL", "name": "Touch", "links": []}
    body = _body(_direct("11", "Start", TODO, WORK), _direct("21", "Finish", WORK, DONE), again)
    made = admin.json("POST", "/workflows/create", json=body)
    workflow = made["workflows"][0]
    assert {s["name"] for s in made["statuses"]} == {"To Do", "Working", "Done"}
    assert [t["type"] for t in workflow["transitions"]] == ["INITIAL", "DIRECTED", "DIRECTED", "GLOBAL"]
    assert "toStatusReference" not in workflow["transitions"][3]
    _use(admin, "Careful")
    key = admin.create(project={"key": "OPS"})["key"]
    assert _names(admin, key) == ["Start", "Touch"]
    looped = admin.json("GET", f"/issue/{key}/transitions")["transitions"][1]
    assert looped["isLooped"] and looped["to"]["name"] == "To Do"
    _move(admin, key, "21", 400)
    _move(admin, key, "11")
    _move(admin, key, "31")
    assert admin.json("GET", f"/issue/{key}")["fields"]["status"]["name"] == "Working"
    read = admin.json("POST", "/workflows", json={"workflowNames": ["Careful"]})["workflows"]
    assert read == made["workflows"]
    found = admin.json("GET", "/workflows/search?queryString=careful&isActive=true")
    assert [w["name"] for w in found["values"]] == ["Careful"]


def test_validators_and_screens_ask_for_fields(admin: Client, lead: str) -> None:
    screen = admin.json("POST", "/screens", 201, json={"name": "Finish screen", "description": ""})["id"]
    tab = admin.json("GET", f"/screens/{screen}/tabs")[0]["id"]
    for field in ("assignee", "labels"):
        admin.json("POST", f"/screens/{screen}/tabs/{tab}/fields", json={"fieldId": field})
    more = {
        "validators": [REQUIRED],
        "transitionScreen": {"ruleKey": "system:transition-screen", "parameters": {"screenId": str(screen)}},
    }
    admin.json("POST", "/workflows/create", json=_body(_direct("11", "Start", TODO, WORK, **more)))
    _use(admin, "Careful")
    key = admin.create(project={"key": "OPS"})["key"]
    shown = admin.json("GET", f"/issue/{key}/transitions?expand=transitions.fields")["transitions"][0]
    assert shown["hasScreen"]
    assert {name: field["required"] for name, field in shown["fields"].items()} == {"assignee": True, "labels": False}
    assert "assignee" in _move(admin, key, "11", 400)["errors"]
    _move(admin, key, "11", fields={"assignee": {"accountId": lead}, "labels": ["done"]})
    assert admin.call("DELETE", f"/screens/{screen}").status_code == 400


def test_updating_needs_the_version_and_a_place_for_issues(admin: Client) -> None:
    made = admin.json("POST", "/workflows/create", json=_body(_direct("11", "Start", TODO, WORK)))
    workflow, ids = made["workflows"][0], {s["name"]: s["id"] for s in made["statuses"]}
    _use(admin, "Careful")
    key = admin.create(project={"key": "OPS"})["key"]
    _move(admin, key, "11")
    without = {
        "id": workflow["id"],
        "version": workflow["version"],
        "statuses": [{"statusReference": ids[name], "properties": {}} for name in ("To Do", "Done")],
        "transitions": [t for t in workflow["transitions"] if t["type"] == "INITIAL"],
    }
    kept = [
        {"id": s["id"], "name": s["name"], "statusCategory": s["statusCategory"], "statusReference": s["id"]}
        for s in made["statuses"]
    ]
    body = {"statuses": kept, "workflows": [without]}
    assert "Map it" in admin.json("POST", "/workflows/update", 400, json=body)["errorMessages"][0]
    without["defaultStatusMappings"] = [{"oldStatusReference": ids["Working"], "newStatusReference": ids["Done"]}]
    answer = admin.json("POST", "/workflows/update", json=body)
    assert answer["workflows"][0]["version"]["versionNumber"] == 1
    assert admin.json("GET", f"/issue/{key}")["fields"]["status"]["name"] == "Done"
    admin.json("POST", "/workflows/update", 409, json=body)


def test_what_is_wrong_with_a_workflow_is_named(admin: Client) -> None:
    nowhere = _direct("11", "Start", "ref-nowhere", WORK)
    assert "ref-nowhere" in admin.json("POST", "/workflows/create", 400, json=_body(nowhere))["errorMessages"][0]
    twice = [_direct("11", "Start", TODO, WORK), _direct("11", "Finish", WORK, DONE)]
    assert "differ" in admin.json("POST", "/workflows/create", 400, json=_body(*twice))["errorMessages"][0]
    body = _body()
    body["workflows"][0]["transitions"] = []
    assert "initial" in admin.json("POST", "/workflows/create", 400, json=body)["errorMessages"][0]


def test_create_screens_hold_what_is_offered(admin: Client) -> None:
    screen = admin.json("POST", "/screens", 201, json={"name": "Small"})["id"]
    tab = admin.json("GET", f"/screens/{screen}/tabs")[0]["id"]
    for field in ("summary", "labels"):
        admin.json("POST", f"/screens/{screen}/tabs/{tab}/fields", json={"fieldId": field})
    move = {"position": "First"}
    admin.json("POST", f"/screens/{screen}/tabs/{tab}/fields/labels/move", 204, json=move)
    assert [f["id"] for f in admin.json("GET", f"/screens/{screen}/tabs/{tab}/fields")] == ["labels", "summary"]
    body = {"name": "Small scheme", "screens": {"default": screen}}
    scheme = admin.json("POST", "/screenscheme", 201, json=body)["id"]
    mapping = [{"issueTypeId": "default", "screenSchemeId": str(scheme)}]
    types = {"name": "Small types", "issueTypeMappings": mapping}
    held = admin.json("POST", "/issuetypescreenscheme", 201, json=types)["id"]
    project = admin.json("GET", "/project/OPS")["id"]
    assign = {"issueTypeScreenSchemeId": held, "projectId": project}
    admin.json("PUT", "/issuetypescreenscheme/project", 204, json=assign)
    bug = next(t["id"] for t in admin.json("GET", "/issuetype") if t["name"] == "Bug")
    offered = admin.json("GET", f"/issue/createmeta/OPS/issuetypes/{bug}")["fields"]
    assert {f["fieldId"] for f in offered} <= {"summary", "labels", "issuetype", "project", "parent"}
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "x", "priority": {"id": "2"}}
    assert "priority" in admin.json("POST", "/issue", 400, json={"fields": fields})["errors"]


def test_field_configurations_require_fields(admin: Client) -> None:
    made = admin.json("POST", "/fieldconfiguration", json={"name": "Strict"})
    items = {"fieldConfigurationItems": [{"id": "labels", "isRequired": True}]}
    admin.json("PUT", f"/fieldconfiguration/{made['id']}/fields", 204, json=items)
    scheme = admin.json("POST", "/fieldconfigurationscheme", 201, json={"name": "Strict scheme"})["id"]
    mapping = {"mappings": [{"issueTypeId": "default", "fieldConfigurationId": str(made["id"])}]}
    admin.json("PUT", f"/fieldconfigurationscheme/{scheme}/mapping", 204, json=mapping)
    project = admin.json("GET", "/project/OPS")["id"]
    assign = {"fieldConfigurationSchemeId": scheme, "projectId": project}
    admin.json("PUT", "/fieldconfigurationscheme/project", 204, json=assign)
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "x"}
    assert "labels" in admin.json("POST", "/issue", 400, json={"fields": fields})["errors"]
    admin.create(project={"key": "OPS"}, labels=["one"])
    admin.create()
