"""Projects as an administrator makes, renames, archives and deletes them."""

from typing import Any

import pytest

from tests.emulator.conftest import Client

AGILITY = "com.pyxis.greenhopper.jira:gh-simplified-agility-kanban"


def _create(admin: Client, lead: str, key: str = "NEW", **more: Any) -> dict[str, Any]:
    body = {"key": key, "name": f"Project {key}", "projectTypeKey": "software", "leadAccountId": lead, **more}
    created: dict[str, Any] = admin.json("POST", "/project", 201, json=body)
    return created


def test_a_company_managed_project_shares_the_site_s_types(admin: Client, lead: str) -> None:
    created = _create(admin, lead, description="Fresh")
    shown = admin.json("GET", f"/project/{created['id']}")
    assert (shown["key"], shown["style"], shown["description"]) == ("NEW", "classic", "Fresh")
    assert {t["name"] for t in shown["issueTypes"]} >= {"Bug", "Task", "Epic"}
    assert admin.create(project={"key": "NEW"})["key"] == "NEW-1"


def test_a_team_managed_project_has_types_and_statuses_of_its_own(admin: Client, lead: str) -> None:
    created = _create(admin, lead, projectTemplateKey=AGILITY)
    shown = admin.json("GET", "/project/NEW")
    assert shown["simplified"] and shown["style"] == "next-gen"
    assert all(t["scope"]["project"]["id"] == str(created["id"]) for t in shown["issueTypes"])
    issue = admin.create(kind="Task", project={"key": "NEW"})
    status = admin.json("GET", f"/issue/{issue['key']}")["fields"]["status"]
    assert status["name"] == "To Do" and status["scope"]["project"]["id"] == str(created["id"])
    names = {s["name"] for s in admin.json("GET", f"/statuses/search?projectId={created['id']}")["values"]}
    assert {"To Do", "In Progress", "Done"} <= names


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"key": "shop"}, "projectKey"),
        ({"key": "SHOP"}, "projectKey"),
        ({"name": "Shop"}, "projectName"),
        ({"leadAccountId": "nobody"}, "projectLead"),
    ],
)
def test_what_is_wrong_with_a_new_project_is_named(admin: Client, lead: str, more: dict[str, str], field: str) -> None:
    body = {"key": "NEW", "name": "New", "leadAccountId": lead, "projectTypeKey": "software"} | more
    assert field in admin.json("POST", "/project", 400, json=body)["errors"]


def test_only_administrators_make_projects(user: Client, lead: str) -> None:
    assert user.call("POST", "/project", json={"key": "NEW", "name": "New", "leadAccountId": lead}).status_code == 403


def test_a_new_key_renames_the_issues_and_the_old_keys_lead_there(admin: Client) -> None:
    issue = admin.create()
    admin.json("PUT", "/project/SHOP", json={"key": "STORE", "name": "Store"})
    assert admin.json("GET", f"/issue/{issue['key']}")["key"] == "STORE-1"
    assert admin.json("GET", "/project/SHOP")["key"] == "STORE"
    assert admin.create(project={"key": "STORE"})["key"] == "STORE-2"


def test_an_archived_project_is_read_only_until_restored(admin: Client) -> None:
    issue = admin.create()
    admin.json("POST", "/project/SHOP/archive", 204)
    edit = {"json": {"fields": {"summary": "Changed"}}}
    assert admin.call("PUT", f"/issue/{issue['key']}", **edit).status_code in (400, 403)
    assert admin.json("GET", f"/issue/{issue['key']}")["key"] == issue["key"]
    assert admin.call("DELETE", "/project/SHOP").status_code == 400
    admin.json("POST", "/project/SHOP/restore")
    admin.json("PUT", f"/issue/{issue['key']}", 204, **edit)


def test_a_deleted_project_waits_in_the_trash(admin: Client) -> None:
    issue = admin.create()
    admin.json("DELETE", "/project/SHOP", 204)
    admin.json("GET", "/project/SHOP", 404)
    admin.json("GET", f"/issue/{issue['key']}", 404)
    admin.json("POST", "/project/SHOP/restore")
    admin.json("GET", f"/issue/{issue['key']}")


def test_deleting_for_good_takes_the_issues_along(admin: Client) -> None:
    one = admin.create()
    two = admin.create(project={"key": "OPS"}, kind="Bug")
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": one["key"]}, "outwardIssue": {"key": two["key"]}}
    admin.json("POST", "/issueLink", 201, json=link)
    task = admin.json("POST", "/project/SHOP/delete", 200)
    assert (task["status"], task["progress"]) == ("COMPLETE", 100)
    assert admin.json("GET", f"/task/{task['id']}")["id"] == task["id"]
    admin.json("GET", f"/issue/{one['key']}", 404)
    assert admin.json("GET", f"/issue/{two['key']}")["fields"]["issuelinks"] == []


def test_keys_and_names_can_be_tried_first(admin: Client) -> None:
    assert admin.json("GET", "/projectvalidate/key?key=SHOP")["errors"]["projectKey"]
    assert admin.json("GET", "/projectvalidate/key?key=FREE")["errors"] == {}
    assert admin.json("GET", "/projectvalidate/validProjectKey?key=shop") == "SHOP2"
    assert admin.json("GET", "/projectvalidate/validProjectName?name=Shop") == "Shop 2"
    assert {t["key"] for t in admin.json("GET", "/project/type")} == {"software", "service_desk", "business"}
