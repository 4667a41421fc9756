"""Boards and sprints."""

from tests.emulator.conftest import Client

AGILE = "/rest/agile/1.0"


def test_sprint_life(admin: Client) -> None:
    body = {"name": "Board", "type": "scrum", "location": {"type": "project", "projectKeyOrId": "SHOP"}}
    board = admin.json("POST", f"{AGILE}/board", 201, json=body)
    sprint = admin.json("POST", f"{AGILE}/sprint", 201, json={"name": "S1", "originBoardId": board["id"]})
    path = f"{AGILE}/sprint/{sprint['id']}"
    key = admin.create()["key"]
    assert admin.call("POST", f"{path}/issue", json={"issues": [key]}).status_code == 204
    assert admin.json("GET", f"/issue/{key}")["fields"]["customfield_10020"][0]["name"] == "S1"
    assert admin.json("GET", f"{path}/issue")["total"] == 1
    admin.json("POST", path, json={"state": "active"})
    assert admin.json("GET", "/search/jql", params={"jql": "sprint in openSprints()"})["issues"]
    assert admin.call("POST", path, json={"state": "future"}).status_code == 400
    admin.json("PUT", path, json={"state": "closed"})
    assert admin.json("GET", f"{AGILE}/board/{board['id']}/sprint?state=closed")["total"] == 1
    assert admin.call("POST", f"{AGILE}/backlog/issue", json={"issues": [key]}).status_code == 204
    assert admin.call("GET", f"{AGILE}/sprint/99").status_code == 404
