"""PyPI's atlassian-python-api works unchanged."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
import requests

with warnings.catch_warnings():
    # The package's own imports announce what they will drop.
    warnings.simplefilter("ignore")
    atlassian = pytest.importorskip("atlassian", reason="needs the package atlassian-python-api")

from emulator.site import Site
from tests.emulator.conftest import ADMIN, document

NEW = {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}}


@pytest.fixture(params=["2", "3"])
def client(site: Site, request: pytest.FixtureRequest) -> Any:
    return atlassian.Jira(site.base_url, *ADMIN, cloud=True, api_version=request.param, timeout=10)


def text(client: Any, words: str) -> Any:
    return document(words) if client.api_version == "3" else words


def new(client: Any, summary: str = "From a client") -> str:
    return str(client.create_issue({**NEW, "summary": summary})["key"])


def test_issues(client: Any) -> None:
    key = new(client)
    client.update_issue_field(key, {"summary": "Changed", "description": text(client, "words")})
    assert client.issue_field_value(key, "summary") == "Changed"
    assert client.issue_exists(key) and client.get_issue(key)["key"] == key
    made = client.create_issues([{"fields": {**NEW, "summary": s}} for s in ("one", "two")])
    assert len(made["issues"]) == 2
    client.assign_issue(key, account_id=client.myself()["accountId"])
    client.edit_issue(key, {"labels": [{"add": "x"}]})
    assert client.get_issue_labels(key) == ["x"]
    assert client.get_issue_changelog(key)["values"]
    assert client.issue_editmeta(key)["fields"]
    client.delete_issue(key)
    with pytest.raises(requests.HTTPError):
        client.get_issue(key)


def test_search(client: Any) -> None:
    keys = [new(client, f"n{n}") for n in range(3)]
    found = client.enhanced_jql("project = SHOP order by key", fields=["summary"], limit=2)
    assert [i["key"] for i in found["issues"]] == keys[:2] and not found["isLast"]
    assert client.approximate_issue_count("project = SHOP")["count"] == 3
    whole = client.enhanced_jql_get_list_of_tickets("project = SHOP order by key", fields=["summary"])
    assert [i["key"] for i in whole] == keys
    if client.api_version == "2":
        with pytest.raises(requests.HTTPError) as refused:
            client.get("rest/api/2/search", params={"jql": "project = SHOP"})
        assert refused.value.response.status_code == 410


def test_comments_worklogs_and_links(client: Any) -> None:
    key, other = new(client), new(client)
    comment = client.issue_add_comment(key, text(client, "Hello"))
    client.issue_edit_comment(key, comment["id"], text(client, "Edited"))
    assert client.issue_get_comments(key)["total"] == 1 and client.issue_get_comment(key, comment["id"])
    client.issue_add_json_worklog(key, {"timeSpentSeconds": 3600, "started": "2026-11-20T10:00:00.000+0000"})
    logs = client.issue_get_worklog(key)
    assert logs["total"] == 1 and logs["worklogs"][0]["timeSpentSeconds"] == 3600
    kind = client.get_issue_link_types()[0]
    link = {"type": {"name": kind["name"]}, "inwardIssue": {"key": key}, "outwardIssue": {"key": other}}
    client.create_issue_link(link)
    linked = client.get_issue(key)["fields"]["issuelinks"]
    assert client.get_issue_link(linked[0]["id"])["type"]["name"] == kind["name"]
    client.remove_issue_link(linked[0]["id"])
    remote = client.create_or_update_issue_remote_links(key, "https://example.com/1", "One", global_id="g=1")
    assert [r["id"] for r in client.get_issue_remote_links(key)] == [remote["id"]]
    client.delete_issue_remote_link_by_id(key, remote["id"])


def test_attachments(client: Any, tmp_path: Path) -> None:
    key, file = new(client), tmp_path / "a.txt"
    file.write_bytes(b"content")
    made = client.add_attachment(key, str(file))[0]
    assert client.get_attachment(made["id"])["filename"] == "a.txt"
    assert client.get_attachments_ids_from_issue(key) == [{"filename": "a.txt", "attachment_id": made["id"]}]
    assert client.get_attachment_content(made["id"]) == b"content"
    client.remove_attachment(made["id"])
    assert client.get_attachments_ids_from_issue(key) == []


def test_transitions(client: Any) -> None:
    key = new(client)
    assert {t["name"] for t in client.get_issue_transitions(key)} >= {"Done"}
    client.set_issue_status(key, "Done")
    assert client.get_issue_status(key) == "Done"


def test_people_projects_and_lists(client: Any) -> None:
    me = client.myself()
    assert client.user(account_id=me["accountId"])["displayName"] == "Blue Admin"
    assert client.user_find_by_user_string(query="Blue")
    assert client.get_all_assignable_users_for_project("SHOP")
    assert client.get_groups("")["total"] and client.create_group("people")["groupId"]
    assert {p["key"] for p in client.projects()} == {"SHOP", "OPS"} and client.project("SHOP")["name"] == "Shop"
    assert client.get_all_priorities() and client.get_all_statuses() and client.get_all_fields()
    assert client.get_issue_types() and client.get_server_info()["deploymentType"] == "Cloud"
    assert client.get_permissions("EDIT_ISSUES")["permissions"]["EDIT_ISSUES"]["havePermission"]
    types = client.issue_createmeta_issuetypes("SHOP")["issueTypes"]
    assert client.issue_createmeta_fieldtypes("SHOP", types[0]["id"])["fields"]


def test_versions_components_watchers_properties(client: Any) -> None:
    key, project, me = new(client), client.project("SHOP")["id"], client.myself()["accountId"]
    version = client.add_version("SHOP", project, "1.0")
    client.update_version(version["id"], description="first")
    assert [v["name"] for v in client.get_project_versions("SHOP")] == ["1.0"]
    component = client.create_component({"project": "SHOP", "name": "Web"})
    assert client.component(component["id"])["name"] == "Web"
    assert [c["name"] for c in client.get_project_components("SHOP")] == ["Web"]
    client.delete_component(component["id"])
    client.issue_add_watcher(key, me)
    assert client.issue_get_watchers(key)["watchCount"] >= 1
    client.set_issue_property(key, "mark", {"a": 1})
    assert client.get_issue_property(key, "mark")["value"] == {"a": 1}
    client.delete_issue_property(key, "mark")


def test_boards_and_sprints(client: Any) -> None:
    key = new(client)
    saved = client.create_filter("Mine", "project = SHOP")
    board = client.create_agile_board(
        "Board", "scrum", saved["id"], location={"type": "project", "projectKeyOrId": "SHOP"}
    )
    assert client.get_agile_board(board["id"])["name"] == "Board" and client.get_all_agile_boards()["values"]
    sprint = client.create_sprint("Sprint 1", board["id"], goal="g")
    client.add_issues_to_sprint(sprint["id"], [key])
    assert client.get_all_issues_for_sprint_in_board(board["id"], sprint["id"])["total"] == 1
    assert client.get_sprint_issues(sprint["id"], 0, 10)["issues"][0]["key"] == key
    assert client.get_all_sprints_from_board(board["id"])["values"]
    client.delete_sprint(sprint["id"])
    client.delete_agile_board(board["id"])
