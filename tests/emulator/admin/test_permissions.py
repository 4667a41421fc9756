"""Roles, permission schemes and security levels, as refusals show them."""

from typing import Any

from emulator.site import Site
from tests.emulator.conftest import Client

DEVELOPERS = "10003"


def _account(site: Site, email: str) -> str:
    found = site.store.find("user", email=email)
    assert found
    return str(found["id"])


def _grant(permission: str, kind: str, parameter: str | None = None) -> dict[str, Any]:
    holder = {"type": kind} | ({"parameter": parameter} if parameter else {})
    return {"permission": permission, "holder": holder}


def test_a_scheme_grants_by_role_and_refuses_the_rest(admin: Client, user: Client, site: Site) -> None:
    grants = [
        _grant("BROWSE_PROJECTS", "applicationRole"),
        _grant("CREATE_ISSUES", "projectRole", DEVELOPERS),
        _grant("EDIT_ISSUES", "group", "jira-administrators"),
    ]
    body = {"name": "Closed", "permissions": grants}
    scheme = admin.json("POST", "/permissionscheme?expand=permissions", 201, json=body)
    assert len(scheme["permissions"]) == 3
    issue = admin.create()
    admin.json("PUT", "/project/SHOP/permissionscheme", json={"id": scheme["id"]})
    assert admin.json("GET", "/project/SHOP/permissionscheme")["name"] == "Closed"
    fields = {"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": "x"}}
    assert "project" in user.json("POST", "/issue", 400, json=fields)["errors"]
    edit = {"json": {"fields": {"summary": "y"}}}
    assert user.call("PUT", f"/issue/{issue['key']}", **edit).status_code == 403
    admin.json("PUT", f"/issue/{issue['key']}", 204, **edit)
    path = f"/project/SHOP/role/{DEVELOPERS}"
    added = {"user": [_account(site, "user@example.com")]}
    shown = admin.json("POST", path, json=added)
    assert shown["actors"][0]["displayName"] == "Blue User"
    user.json("POST", "/issue", 201, json=fields)
    mine = user.json("GET", "/mypermissions?projectKey=SHOP&permissions=CREATE_ISSUES,EDIT_ISSUES")["permissions"]
    assert [mine[key]["havePermission"] for key in ("CREATE_ISSUES", "EDIT_ISSUES")] == [True, False]
    admin.json("DELETE", f"{path}?user={added['user'][0]}", 204)
    user.json("POST", "/issue", 400, json=fields)
    row = admin.json("POST", f"/permissionscheme/{scheme['id']}/permission", 201, json=_grant("EDIT_ISSUES", "anyone"))
    user.json("PUT", f"/issue/{issue['key']}", 204, **edit)
    admin.json("DELETE", f"/permissionscheme/{scheme['id']}/permission/{row['id']}", 204)
    assert user.call("PUT", f"/issue/{issue['key']}", **edit).status_code == 403


def test_security_levels_hide_issues(admin: Client, user: Client) -> None:
    level = {"name": "Private", "members": [{"type": "reporter"}, {"type": "projectrole", "parameter": DEVELOPERS}]}
    body = {"name": "Secrets", "description": "", "levels": [level]}
    scheme = admin.json("POST", "/issuesecurityschemes", 201, json=body)["id"]
    project = admin.json("GET", "/project/SHOP")["id"]
    task = admin.json("PUT", "/issuesecurityschemes/project", json={"schemeId": scheme, "projectId": project})
    assert task["status"] == "COMPLETE"
    (shown,) = admin.json("GET", "/project/SHOP/securitylevel")["levels"]
    issue = admin.create(security={"id": shown["id"]})
    user.json("GET", f"/issue/{issue['key']}", 404)
    admin.json("POST", f"/project/SHOP/role/{DEVELOPERS}", json={"groupId": ["jira-users"]})
    user.json("GET", f"/issue/{issue['key']}")
    assert admin.json("GET", "/project/SHOP/issuesecuritylevelscheme")["name"] == "Secrets"


def test_roles_are_made_and_taken_away(admin: Client, user: Client) -> None:
    role = admin.json("POST", "/role", json={"name": "Testers", "description": "They test"})
    assert admin.json("GET", f"/project/SHOP/role/{role['id']}")["actors"] == []
    assert user.call("POST", f"/project/SHOP/role/{role['id']}", json={"user": []}).status_code == 403
    admin.json("DELETE", f"/role/{role['id']}", 204)
    admin.json("GET", f"/role/{role['id']}", 404)
