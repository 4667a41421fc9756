"""Comments, properties, links."""

from tests.emulator.conftest import Client, document


def test_comment_life(admin: Client) -> None:
    key = admin.create()["key"]
    path = f"/issue/{key}/comment"
    body = {"body": document("One"), "properties": [{"key": "sync", "value": {"id": 1}}]}
    made = admin.json("POST", path, 201, json=body)
    admin.json("POST", path, 201, json={"body": document("Two")})
    page = admin.json("GET", path + "?orderBy=-created&expand=properties,renderedBody")
    assert [c["body"] for c in page["comments"]] == [document("Two"), document("One")]
    assert page["comments"][1]["properties"] == [{"key": "sync", "value": {"id": 1}}]
    assert admin.json("GET", f"{path}/{made['id']}", version=2)["body"] == "One"
    changed = admin.json("PUT", f"{path}/{made['id']}", json={"body": document("1")})
    assert changed["body"] == document("1") and changed["updated"] > made["updated"]
    assert len(admin.json("POST", "/comment/list", json={"ids": [int(made["id"]), 5]})["values"]) == 1
    assert admin.call("DELETE", f"{path}/{made['id']}").status_code == 204
    assert admin.call("GET", f"{path}/{made['id']}").status_code == 404
    assert admin.call("POST", path, json={"body": {"type": "doc", "version": 1, "content": []}}).status_code == 400
    assert admin.call("POST", path, json={"body": "words"}).status_code == 400


def test_restricted_comments(admin: Client, user: Client) -> None:
    key = admin.create()["key"]
    path = f"/issue/{key}/comment"
    hidden = {"body": document("secret"), "visibility": {"type": "group", "value": "jira-administrators"}}
    made = admin.json("POST", path, 201, json=hidden)
    assert made["visibility"]["identifier"] == "jira-administrators"
    assert user.json("GET", path)["comments"] == []
    wrong = hidden | {"visibility": {"type": "group", "value": "nobody"}}
    assert admin.call("POST", path, json=wrong).status_code == 400
    internal = {"body": document("note"), "properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}
    assert admin.json("POST", path, 201, json=internal)["jsdPublic"] is False


def test_only_the_author_edits(admin: Client, user: Client) -> None:
    key = admin.create()["key"]
    made = admin.json("POST", f"/issue/{key}/comment", 201, json={"body": document("mine")})
    assert user.call("PUT", f"/issue/{key}/comment/{made['id']}", json={"body": document("x")}).status_code == 400


def test_properties(admin: Client) -> None:
    key = admin.create()["key"]
    path = f"/issue/{key}/properties/sync"
    assert admin.call("PUT", path, json={"a": [1]}).status_code == 201
    assert admin.call("PUT", path, json={"a": [2]}).status_code == 200
    assert admin.json("GET", path) == {"key": "sync", "value": {"a": [2]}}
    shown = admin.json("GET", f"/issue/{key}?fields=summary&properties=sync,none")
    assert shown["properties"] == {"sync": {"a": [2]}}
    assert [k["key"] for k in admin.json("GET", f"/issue/{key}/properties")["keys"]] == ["sync"]
    assert admin.call("PUT", path, json="x" * 40000).status_code == 400
    assert admin.call("PUT", path, data="").status_code == 400
    assert admin.call("DELETE", path).status_code == 204
    assert admin.call("DELETE", path).status_code == 404
    comment = admin.json("POST", f"/issue/{key}/comment", 201, json={"body": document("c")})
    assert admin.call("PUT", f"/comment/{comment['id']}/properties/k", json=1).status_code == 201
    assert admin.json("GET", f"/comment/{comment['id']}/properties/k")["value"] == 1


def test_issue_links(admin: Client) -> None:
    first, second = admin.create("1"), admin.create("2")
    body = {"type": {"name": "Blocks"}, "inwardIssue": {"key": first["key"]}, "outwardIssue": {"key": second["key"]}}
    answer = admin.call("POST", "/issueLink", json=body)
    assert answer.status_code == 201 and answer.content == b""
    assert admin.call("POST", "/issueLink", json=body).status_code == 201
    links = admin.json("GET", f"/issue/{first['key']}")["fields"]["issuelinks"]
    assert len(links) == 1 and links[0]["outwardIssue"]["key"] == second["key"]
    other = admin.json("GET", f"/issue/{second['key']}")["fields"]["issuelinks"][0]
    assert other["inwardIssue"]["key"] == first["key"] and other["type"]["inward"] == "is blocked by"
    assert admin.json("GET", f"/issueLink/{links[0]['id']}")["id"] == links[0]["id"]
    assert admin.call("POST", "/issueLink", json=body | {"type": {"name": "No"}}).status_code == 404
    assert admin.call("DELETE", f"/issueLink/{links[0]['id']}").status_code == 204
    assert admin.json("GET", f"/issue/{second['key']}")["fields"]["issuelinks"] == []


def test_remote_links_are_upserted(admin: Client) -> None:
    key = admin.create()["key"]
    path = f"/issue/{key}/remotelink"
    link = {
        "globalId": "system=x&id=1",
        "relationship": "synced with",
        "object": {"url": "https://x.test/1", "title": "T"},
    }
    made = admin.json("POST", path, 201, json=link)
    again = admin.json(
        "POST", path, 200, json={"globalId": "system=x&id=1", "object": {"url": "https://x.test/1", "title": "U"}}
    )
    assert made["id"] == again["id"]
    shown = admin.json("GET", path)
    assert len(shown) == 1 and shown[0]["object"]["title"] == "U" and "relationship" not in shown[0]
    assert admin.call("POST", path, json={"object": {"title": "no url"}}).status_code == 400
    assert admin.call("DELETE", path, params={"globalId": "system=x&id=1"}).status_code == 204
    assert admin.json("GET", path) == []
