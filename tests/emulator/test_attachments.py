"""Attachments, worklogs, watchers, votes."""

import requests

from emulator.site import Site
from tests.emulator.conftest import Client, document

NO_CHECK = {"X-Atlassian-Token": "no-check"}


def upload(admin: Client, key: str, content: bytes, name: str = "a.txt") -> dict[str, object]:
    made = admin.json("POST", f"/issue/{key}/attachments", files={"file": (name, content)}, headers=NO_CHECK)
    first: dict[str, object] = made[0]
    return first


def test_attachment_life(admin: Client) -> None:
    key = admin.create()["key"]
    path = f"/issue/{key}/attachments"
    assert admin.call("POST", path, files={"file": ("a.txt", b"x")}).status_code == 403
    assert admin.call("POST", path, files={"other": ("a.txt", b"x")}, headers=NO_CHECK).status_code == 400
    made = upload(admin, key, b"hello world")
    assert admin.json("GET", f"/attachment/{made['id']}")["id"] == int(str(made["id"]))
    answer = admin.call("GET", f"/attachment/content/{made['id']}", allow_redirects=False)
    assert answer.status_code == 303
    # Whoever has the address may fetch, without credentials; a wrong token opens nothing.
    location = answer.headers["Location"]
    assert requests.get(location, timeout=5).content == b"hello world"
    assert requests.get(location.replace("token=", "token=x"), timeout=5).status_code == 403
    straight = f"/attachment/content/{made['id']}?redirect=false"
    assert admin.call("GET", straight).content == b"hello world"
    part = admin.call("GET", straight, headers={"Range": "bytes=6-"})
    assert part.status_code == 206 and part.content == b"world"
    assert admin.call("GET", straight, headers={"Range": "bytes=99-"}).status_code == 416
    assert admin.json("GET", f"/issue/{key}")["fields"]["attachment"][0]["filename"] == "a.txt"
    assert admin.call("DELETE", f"/attachment/{made['id']}").status_code == 204
    items = [h["items"][0] for h in admin.json("GET", f"/issue/{key}/changelog")["values"]]
    assert [(i["field"], i["from"], i["to"]) for i in items] == [
        ("Attachment", None, made["id"]),
        ("Attachment", made["id"], None),
    ]


def test_limits_answer_413(admin: Client) -> None:
    key = admin.create()["key"]
    admin.call("PUT", "/_control/limits", json={"comments": 1, "attachments": 0})
    admin.json("POST", f"/issue/{key}/comment", 201, json={"body": document("1")})
    assert admin.call("POST", f"/issue/{key}/comment", json={"body": document("2")}).status_code == 413
    files = {"file": ("a", b"x")}
    assert admin.call("POST", f"/issue/{key}/attachments", files=files, headers=NO_CHECK).status_code == 413


def test_worklogs_book_time(admin: Client) -> None:
    key = admin.create(timetracking={"originalEstimate": "1d"})["key"]
    path = f"/issue/{key}/worklog"
    body = {"timeSpent": "2h", "started": "2026-11-21T10:00:00.000+0000", "comment": document("work")}
    made = admin.json("POST", path, 201, json=body)
    assert made["timeSpentSeconds"] == 7200 and made["started"] == "2026-11-21T10:00:00.000+0000"
    tracking = admin.json("GET", f"/issue/{key}")["fields"]["timetracking"]
    assert tracking["remainingEstimate"] == "6h" and tracking["timeSpent"] == "2h"
    admin.json("PUT", f"{path}/{made['id']}?adjustEstimate=leave", json={"timeSpentSeconds": 3600})
    assert admin.json("GET", path)["worklogs"][0]["timeSpent"] == "1h"
    assert admin.json("POST", "/worklog/list", json={"ids": [int(made["id"])]})[0]["id"] == made["id"]
    for wrong in ({}, {"timeSpent": "soon"}, {"timeSpent": "1h", "started": "yesterday"}):
        assert admin.call("POST", path, json=wrong).status_code == 400
    assert admin.json("GET", "/worklog/updated?since=0")["values"] == []
    admin.call("PUT", "/_control/clock", json={"offsetMs": 120_000})
    assert [v["worklogId"] for v in admin.json("GET", "/worklog/updated?since=0")["values"]] == [int(made["id"])]
    assert admin.call("DELETE", f"{path}/{made['id']}").status_code == 204
    admin.call("PUT", "/_control/clock", json={"offsetMs": 240_000})
    assert [v["worklogId"] for v in admin.json("GET", "/worklog/deleted?since=0")["values"]] == [int(made["id"])]


def test_watchers_and_votes(admin: Client, user: Client) -> None:
    key = admin.create()["key"]
    account = user.json("GET", "/myself")["accountId"]
    assert admin.call("POST", f"/issue/{key}/watchers", json=account).status_code == 204
    assert admin.json("GET", f"/issue/{key}/watchers")["watchCount"] == 2
    assert admin.call("DELETE", f"/issue/{key}/watchers?accountId={account}").status_code == 204
    assert admin.call("POST", f"/issue/{key}/votes").status_code == 404
    assert user.call("POST", f"/issue/{key}/votes").status_code == 204
    assert admin.json("GET", f"/issue/{key}/votes")["votes"] == 1
    assert user.call("DELETE", f"/issue/{key}/votes").status_code == 204


def test_files_survive_with_the_site(site: Site, admin: Client) -> None:
    key = admin.create()["key"]
    upload(admin, key, b"x", "weird \u00e4 name.png")
    assert admin.json("GET", f"/issue/{key}")["fields"]["attachment"][0]["mimeType"] == "image/png"
    assert admin.call("DELETE", f"/issue/{key}").status_code == 204
    assert site.blobs == {}
