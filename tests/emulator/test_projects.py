"""Versions, components, custom fields, moves."""

from typing import Any

import pytest

from tests.emulator.conftest import Client

FIELDS: dict[str, tuple[Any, Any]] = {
    "customfield_10030": ("short", "short"),
    "customfield_10032": ("https://x.test/a", "https://x.test/a"),
    "customfield_10033": (2.5, 2.5),
    "customfield_10034": ("2026-12-01", "2026-12-01"),
    "customfield_10035": ("2026-12-01T10:00:00.000+0100", "2026-12-01T09:00:00.000+0000"),
    "customfield_10036": (["b", "a"], ["a", "b"]),
    "customfield_10037": ({"value": "Major"}, "Major"),
    "customfield_10038": ({"value": "Test"}, "Test"),
    "customfield_10039": ([{"value": "Linux"}, {"value": "iOS"}], ["Linux", "iOS"]),
    "customfield_10040": ([{"value": "Tested"}], ["Tested"]),
    "customfield_10041": ({"value": "Asia", "child": {"value": "Tokyo"}}, "Asia"),
    "customfield_10044": ({"name": "developers"}, "developers"),
    "customfield_10048": ({"key": "OPS"}, "OPS"),
}
WRONG: dict[str, Any] = {
    "customfield_10030": 5,
    "customfield_10032": "no address",
    "customfield_10033": "5",
    "customfield_10034": "tomorrow",
    "customfield_10035": "2026-12-01",
    "customfield_10036": ["two words"],
    "customfield_10037": {"value": "Nothing"},
    "customfield_10039": {"value": "Linux"},
    "customfield_10041": {"value": "Asia", "child": {"value": "Paris"}},
    "customfield_10042": {"accountId": "nobody"},
    "customfield_10044": {"name": "nobody"},
    "customfield_10048": {"key": "NONE"},
}


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return value.get("value") or value.get("key") or value.get("name")
    return value


def test_each_custom_type_round_trips(admin: Client) -> None:
    made = admin.create(**{name: sent for name, (sent, _) in FIELDS.items()})
    fields = admin.json("GET", f"/issue/{made['id']}?expand=names,schema,renderedFields")["fields"]
    assert {name: plain(fields[name]) for name in FIELDS} == {name: wanted for name, (_, wanted) in FIELDS.items()}
    assert fields["customfield_10041"]["child"]["value"] == "Tokyo"
    cleared = {"fields": dict.fromkeys(FIELDS)}
    assert admin.call("PUT", f"/issue/{made['id']}", json=cleared).status_code == 204
    fields = admin.json("GET", f"/issue/{made['id']}")["fields"]
    assert all(fields[name] is None for name in FIELDS)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_blame_their_field(admin: Client, name: str) -> None:
    body = {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": "s", name: WRONG[name]}}
    assert set(admin.json("POST", "/issue", 400, json=body)["errors"]) == {name}


def test_versions_and_components(admin: Client, user: Client) -> None:
    version = admin.json("POST", "/version", 201, json={"name": "1.0", "projectId": 10000, "releaseDate": "2026-12-01"})
    assert admin.call("POST", "/version", json={"name": "1.0", "projectId": 10000}).status_code == 400
    assert user.call("POST", "/version", json={"name": "2", "projectId": 10000}).status_code == 403
    component = admin.json("POST", "/component", 201, json={"name": "UI", "project": "SHOP"})
    made = admin.create(fixVersions=[{"name": "1.0"}], components=[{"id": component["id"]}])
    assert admin.json("GET", "/search/jql?jql=fixVersion=1.0")["issues"] == [{"id": made["id"]}]
    admin.json("PUT", f"/version/{version['id']}", json={"released": True})
    assert admin.json("GET", "/project/SHOP/version?status=released")["total"] == 1
    assert admin.json("GET", "/project/SHOP/component")["values"][0]["issueCount"] == 1
    assert admin.call("POST", f"/version/{version['id']}/removeAndSwap", json={}).status_code == 204
    assert admin.call("DELETE", f"/component/{component['id']}").status_code == 204
    fields = admin.json("GET", f"/issue/{made['id']}")["fields"]
    assert fields["fixVersions"] == [] and fields["components"] == []


def test_fields_contexts_and_options(admin: Client, user: Client) -> None:
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:select"
    assert user.call("POST", "/field", json={"name": "N", "type": kind}).status_code == 403
    field = admin.json("POST", "/field", 201, json={"name": "Colour", "type": kind})["id"]
    context = admin.json("GET", f"/field/{field}/context")["values"][0]
    assert context["isGlobalContext"]
    path = f"/field/{field}/context/{context['id']}/option"
    made = admin.json("POST", path, json={"options": [{"value": "Red"}, {"value": "Blue"}]})["options"]
    issue = admin.create(**{field: {"value": "Red"}})
    admin.json("PUT", path, json={"options": [{"id": made[0]["id"], "value": "Crimson"}]})
    assert admin.json("GET", f"/issue/{issue['id']}")["fields"][field]["value"] == "Crimson"
    assert [o["value"] for o in admin.json("GET", path)["values"]] == ["Crimson", "Blue"]
    meta = admin.json("GET", "/issue/createmeta/SHOP/issuetypes/10004?maxResults=200")["fields"]
    shown = next(f for f in meta if f["fieldId"] == field)
    assert [o["value"] for o in shown["allowedValues"]] == ["Crimson", "Blue"]
    assert admin.call("DELETE", f"{path}/{made[1]['id']}").status_code == 204
    assert admin.json("GET", f"/field/{field}/context/projectmapping")["total"] == 1


def test_moved_issue_is_followed(admin: Client) -> None:
    made = admin.create(kind="Task")
    body = {"targetToSourcesMapping": {"OPS,10001": {"issueIdsOrKeys": [made["key"]]}}}
    task = admin.json("POST", "/bulk/issues/move", 201, json=body)["taskId"]
    assert admin.json("GET", f"/bulk/queue/{task}")["status"] == "COMPLETE"
    issue = admin.json("GET", f"/issue/{made['key']}")
    assert issue["id"] == made["id"] and issue["key"] == "OPS-1"
    assert issue["fields"]["issuetype"]["name"] == "Story"
    items = admin.json("GET", f"/issue/{made['id']}/changelog")["values"][0]["items"]
    assert {"project", "Key", "issuetype"} == {item["field"] for item in items}
    assert admin.json("GET", "/search/jql?jql=project=OPS")["issues"] == [{"id": made["id"]}]
    assert admin.json("GET", "/search/jql?jql=project=SHOP")["issues"] == []


def test_groups(admin: Client) -> None:
    assert admin.json("GET", "/group/bulk")["total"] == 3
    assert admin.json("GET", "/group/member?groupname=jira-administrators")["total"] == 1
    assert admin.json("GET", "/groups/picker?query=dev")["groups"][0]["name"] == "developers"
