"""Issue types, priorities, resolutions, link types, statuses, people."""

import pytest

from emulator.site import Site
from tests.emulator.conftest import Client


def test_a_new_issue_type_is_offered_everywhere(admin: Client) -> None:
    made = admin.json("POST", "/issuetype", 201, json={"name": "Incident", "description": "", "type": "standard"})
    assert admin.create(kind="Incident")["key"]
    admin.json("PUT", f"/issuetype/{made['id']}", json={"name": "Outage"})
    assert admin.json("GET", f"/issuetype/{made['id']}")["name"] == "Outage"
    assert admin.call("DELETE", f"/issuetype/{made['id']}").status_code == 409
    task = next(t["id"] for t in admin.json("GET", "/issuetype") if t["name"] == "Task")
    admin.json("DELETE", f"/issuetype/{made['id']}?alternativeIssueTypeId={task}", 204)
    assert admin.json("GET", "/issue/SHOP-1")["fields"]["issuetype"]["name"] == "Task"


def test_issue_type_schemes_narrow_a_project(admin: Client) -> None:
    types = {t["name"]: t["id"] for t in admin.json("GET", "/issuetype")}
    body = {"name": "Small", "issueTypeIds": [types["Task"], types["Bug"]], "defaultIssueTypeId": types["Task"]}
    scheme = admin.json("POST", "/issuetypescheme", 201, json=body)["issueTypeSchemeId"]
    project = admin.json("GET", "/project/OPS")["id"]
    admin.json("PUT", "/issuetypescheme/project", 204, json={"issueTypeSchemeId": scheme, "projectId": project})
    assert {t["name"] for t in admin.json("GET", "/project/OPS")["issueTypes"]} == {"Task", "Bug"}
    rows = admin.json("GET", f"/issuetypescheme/project?projectId={project}")["values"]
    assert rows[0]["issueTypeScheme"]["name"] == "Small"
    admin.json("PUT", f"/issuetypescheme/{scheme}/issuetype", 204, json={"issueTypeIds": [types["Story"]]})
    mapped = admin.json("GET", f"/issuetypescheme/mapping?issueTypeSchemeId={scheme}")["values"]
    assert [row["issueTypeId"] for row in mapped] == [types["Task"], types["Bug"], types["Story"]]


def test_priorities_are_made_ordered_and_replaced(admin: Client) -> None:
    made = admin.json("POST", "/priority", 201, json={"name": "Blocker", "statusColor": "#ff0000", "description": ""})
    admin.json("PUT", "/priority/move", 204, json={"ids": [made["id"]], "position": "First"})
    assert admin.json("GET", "/priority/search")["values"][0]["name"] == "Blocker"
    issue = admin.create(priority={"id": made["id"]})
    admin.json("DELETE", f"/priority/{made['id']}?replaceWith=2", 200)
    assert admin.json("GET", f"/issue/{issue['key']}")["fields"]["priority"]["name"] == "High"
    assert "statusColor" in admin.json("POST", "/priority", 400, json={"name": "X", "statusColor": "red"})["errors"]


def test_resolutions_and_link_types(admin: Client) -> None:
    made = admin.json("POST", "/resolution", 201, json={"name": "Obsolete", "description": "Not needed"})
    admin.json("PUT", f"/resolution/{made['id']}", 204, json={"name": "Out of date"})
    assert admin.json("GET", f"/resolution/{made['id']}")["name"] == "Out of date"
    body = {"name": "Causes", "inward": "is caused by", "outward": "causes"}
    link = admin.json("POST", "/issueLinkType", 201, json=body)
    changed = admin.json("PUT", f"/issueLinkType/{link['id']}", json={"outward": "leads to"})
    assert changed["outward"] == "leads to"
    admin.json("DELETE", f"/issueLinkType/{link['id']}", 204)
    admin.json("GET", f"/issueLinkType/{link['id']}", 404)


def test_statuses_are_made_renamed_and_deleted(admin: Client) -> None:
    body = {"scope": {"type": "GLOBAL"}, "statuses": [{"name": "Waiting", "statusCategory": "IN_PROGRESS"}]}
    (made,) = admin.json("POST", "/statuses", json=body)
    assert admin.call("POST", "/statuses", json=body).status_code == 409
    change = {"id": made["id"], "name": "On hold", "statusCategory": "TODO"}
    admin.json("PUT", "/statuses", 204, json={"statuses": [change]})
    assert admin.json("GET", "/statuses/search?searchString=on%20hold")["values"][0]["statusCategory"] == "TODO"
    admin.json("DELETE", f"/statuses?id={made['id']}", 204)
    assert admin.call("DELETE", "/statuses?id=3").status_code == 400


def test_people_are_invited_and_closed(admin: Client, user: Client) -> None:
    body = {"emailAddress": "new.person@example.com", "products": ["jira-software"], "displayName": "New Person"}
    made = admin.json("POST", "/user", 201, json=body)
    assert admin.json("POST", "/user", 201, json=body)["accountId"] == made["accountId"]
    admin.json("DELETE", f"/user?accountId={made['accountId']}", 204)
    assert admin.json("GET", f"/user?accountId={made['accountId']}")["active"] is False
    assert user.call("POST", "/user", json=body).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/issuetype", {"name": "X"}),
        ("/priority", {"name": "X", "statusColor": "#000000"}),
        ("/resolution", {"name": "X"}),
        ("/issueLinkType", {"name": "X", "inward": "a", "outward": "b"}),
        ("/screens", {"name": "X"}),
        ("/workflowscheme", {"name": "X"}),
        ("/permissionscheme", {"name": "X"}),
    ],
)
def test_others_are_refused(user: Client, site: Site, path: str, body: dict[str, str]) -> None:
    assert user.call("POST", path, json=body).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/issuetype", "/priority", "/resolution", "/issueLinkType", "/screens", "/project", "/statuses", "/user"],
)
@pytest.mark.parametrize("body", ["[]", '{"name": 5}', "{", '{"name": null, "statuses": [4], "scope": 4}'])
def test_nonsense_is_refused_in_words(admin: Client, path: str, body: str) -> None:
    answer = admin.call("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errorMessages"] or answer.json()["errors"]
