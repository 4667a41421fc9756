"""Issues through REST v3 and v2."""

from tests.emulator.conftest import Client, document


def test_created_issue_reads_back(admin: Client) -> None:
    made = admin.create("First", description=document("Hello"), labels=["b", "a"], priority={"name": "High"})
    issue = admin.json("GET", f"/issue/{made['key']}")
    fields = issue["fields"]
    assert made["key"] == "SHOP-1" and issue["id"] == made["id"]
    assert fields["summary"] == "First" and fields["labels"] == ["a", "b"]
    assert fields["description"] == document("Hello")
    assert fields["priority"]["name"] == "High" and fields["status"]["name"] == "To Do"
    assert fields["reporter"]["displayName"] == "Blue Admin"


def test_v2_speaks_wiki_markup(admin: Client) -> None:
    made = admin.json(
        "POST",
        "/issue",
        201,
        version=2,
        json={
            "fields": {
                "project": {"key": "SHOP"},
                "issuetype": {"name": "Task"},
                "summary": "w",
                "description": "some *bold* text",
            }
        },
    )
    assert admin.json("GET", f"/issue/{made['id']}", version=2)["fields"]["description"] == "some *bold* text"
    marks = admin.json("GET", f"/issue/{made['id']}")["fields"]["description"]["content"][0]["content"][1]["marks"]
    assert marks == [{"type": "strong"}]


def test_one_bad_field_writes_nothing(admin: Client) -> None:
    made = admin.create()
    body = {"fields": {"summary": "new", "labels": ["two words"], "nonsense": 1}}
    errors = admin.json("PUT", f"/issue/{made['key']}", 400, json=body)["errors"]
    assert set(errors) == {"labels", "nonsense"}
    assert admin.json("GET", f"/issue/{made['key']}?fields=summary")["fields"] == {"summary": "A bug"}


def test_wrong_bodies_are_400(admin: Client) -> None:
    for body in ({}, {"fields": {}}, {"fields": []}, {"fields": {"project": {"key": "NONE"}}}):
        assert admin.call("POST", "/issue", json=body).status_code == 400
    assert admin.call("POST", "/issue", data="{", headers={"Content-Type": "application/json"}).status_code == 400
    made = admin.create()
    wrong = {"fields": {"description": "plain words"}}
    assert "description" in admin.json("PUT", f"/issue/{made['id']}", 400, json=wrong)["errors"]
    both = {"fields": {"labels": ["a"]}, "update": {"labels": [{"add": "b"}]}}
    assert admin.call("PUT", f"/issue/{made['id']}", json=both).status_code == 400


def test_edit_writes_changelog_and_moves_updated(admin: Client) -> None:
    made = admin.create()
    before = admin.json("GET", f"/issue/{made['id']}?fields=updated")["fields"]["updated"]
    body = {"fields": {"summary": "Better"}, "update": {"labels": [{"add": "x"}]}}
    assert admin.call("PUT", f"/issue/{made['id']}", json=body).status_code == 204
    issue = admin.json("GET", f"/issue/{made['id']}?expand=changelog")
    assert issue["fields"]["updated"] > before
    items = issue["changelog"]["histories"][0]["items"]
    assert [(i["field"], i["fromString"], i["toString"]) for i in items] == [
        ("summary", "A bug", "Better"),
        ("labels", "", "x"),
    ]
    page = admin.json("GET", f"/issue/{made['id']}/changelog")
    assert page["total"] == 1 and page["values"][0]["items"] == items


def test_return_issue_and_expands(admin: Client) -> None:
    made = admin.create()
    shown = admin.json("PUT", f"/issue/{made['id']}?returnIssue=true", json={"fields": {"summary": "Z"}})
    assert shown["fields"]["summary"] == "Z"
    names = "changelog,renderedFields,names,schema,transitions,editmeta,operations"
    issue = admin.json("GET", f"/issue/{made['id']}?expand={names}")
    assert set(names.split(",")) <= set(issue)


def test_fields_parameter(admin: Client) -> None:
    made = admin.create()
    ask = lambda fields: admin.json("GET", f"/issue/{made['id']}?fields={fields}")["fields"]  # noqa: E731
    assert set(ask("summary,status")) == {"summary", "status"}
    assert "summary" not in ask("-summary") and "status" in ask("-summary")
    assert "comment" not in ask("*navigable") and "comment" in ask("*all")


def test_bulk_create_succeeds_in_part(admin: Client) -> None:
    good = {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}, "summary": "ok"}}
    bad = {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}}}
    answer = admin.json("POST", "/issue/bulk", 201, json={"issueUpdates": [good, bad, good]})
    assert len(answer["issues"]) == 2 and answer["errors"][0]["failedElementNumber"] == 1
    assert admin.call("POST", "/issue/bulk", json={"issueUpdates": [good] * 51}).status_code == 400


def test_bulkfetch_answers_in_order_of_ids(admin: Client) -> None:
    first, second = admin.create("1"), admin.create("2")
    body = {"issueIdsOrKeys": [second["key"], first["id"], "SHOP-99"], "fields": ["summary"], "properties": ["p"]}
    answer = admin.json("POST", "/issue/bulkfetch", json=body)
    assert [i["id"] for i in answer["issues"]] == [first["id"], second["id"]]
    assert answer["issueErrors"][0]["id"] == "SHOP-99"


def test_transitions_set_and_clear_the_resolution(admin: Client) -> None:
    made = admin.create()
    path = f"/issue/{made['id']}/transitions"
    offered = {t["to"]["name"]: t["id"] for t in admin.json("GET", path + "?expand=transitions.fields")["transitions"]}
    assert admin.call("POST", path, json={"transition": {"id": offered["Done"]}}).status_code == 204
    fields = admin.json("GET", f"/issue/{made['id']}")["fields"]
    assert fields["status"]["name"] == "Done" and fields["resolution"]["name"] == "Done" and fields["resolutiondate"]
    assert admin.call("POST", path, json={"transition": {"id": offered["To Do"]}}).status_code == 204
    assert admin.json("GET", f"/issue/{made['id']}")["fields"]["resolution"] is None
    assert admin.call("POST", path, json={"transition": {"id": "999"}}).status_code == 400
    stray = {"transition": {"id": offered["Done"]}, "fields": {"summary": "no"}}
    assert "summary" in admin.json("POST", path, 400, json=stray)["errors"]


def test_subtasks_and_deletion(admin: Client) -> None:
    parent = admin.create(kind="Task")
    child = admin.create("child", kind="Sub-task", parent={"key": parent["key"]})
    assert (
        "parent"
        in admin.json(
            "POST",
            "/issue",
            400,
            json={"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Sub-task"}, "summary": "s"}},
        )["errors"]
    )
    shown = admin.json("GET", f"/issue/{parent['id']}")["fields"]["subtasks"]
    assert [s["key"] for s in shown] == [child["key"]]
    assert admin.json("GET", f"/issue/{child['id']}")["fields"]["parent"]["key"] == parent["key"]
    assert admin.call("DELETE", f"/issue/{parent['id']}").status_code == 400
    assert admin.call("DELETE", f"/issue/{parent['id']}?deleteSubtasks=true").status_code == 204
    assert admin.call("GET", f"/issue/{child['id']}").status_code == 404


def test_strangers_and_denied(site: object, admin: Client, user: Client, anonymous: Client) -> None:
    made = admin.create()
    assert anonymous.call("GET", f"/issue/{made['id']}").status_code == 404
    assert anonymous.call("GET", "/myself").status_code == 401
    assert anonymous.call("POST", "/issue", json={}).status_code == 401
    account = user.json("GET", "/myself")["accountId"]
    admin.call("PUT", "/_control/projects/SHOP/denied", json={account: ["EDIT_ISSUES"]})
    assert user.call("PUT", f"/issue/{made['id']}", json={"fields": {"summary": "x"}}).status_code == 403
    admin.call("PUT", "/_control/projects/SHOP/denied", json={account: ["BROWSE_PROJECTS"]})
    assert user.call("GET", f"/issue/{made['id']}").status_code == 404


def test_hidden_emails(admin: Client, user: Client) -> None:
    account = user.json("GET", "/myself")["accountId"]
    assert "emailAddress" not in admin.json("GET", f"/user?accountId={account}")
    assert user.json("GET", "/myself")["emailAddress"] == "user@example.com"


def test_changelog_bulkfetch_counts_in_milliseconds(admin: Client) -> None:
    made = admin.create()
    for number in range(3):
        admin.call("PUT", f"/issue/{made['id']}", json={"fields": {"summary": str(number)}})
    body = {"issueIdsOrKeys": [made["key"]], "fieldIds": ["summary"], "maxResults": 2}
    first = admin.json("POST", "/changelog/bulkfetch", json=body)
    assert len(first["issueChangeLogs"][0]["changeHistories"]) == 2
    assert isinstance(first["issueChangeLogs"][0]["changeHistories"][0]["created"], int)
    rest = admin.json("POST", "/changelog/bulkfetch", json=body | {"nextPageToken": first["nextPageToken"]})
    assert len(rest["issueChangeLogs"][0]["changeHistories"]) == 1 and "nextPageToken" not in rest
