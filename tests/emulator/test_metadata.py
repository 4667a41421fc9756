"""Lists and metadata answer in the documented shapes."""

import pytest

from tests.emulator.conftest import Client

READS = (
    "/serverInfo", "/configuration", "/myself", "/user/search?query=mia", "/users/search", "/users",
    "/user/assignable/search?project=SHOP", "/user/assignable/search?issueKey=SHOP-1",
    "/user/assignable/multiProjectSearch?projectKeys=SHOP", "/user/picker?query=a", "/field", "/field/search",
    "/issuetype", "/issuetype/10004", "/issuetype/project?projectId=10000", "/priority", "/priority/search",
    "/priority/1", "/resolution", "/resolution/search", "/resolution/10000", "/status", "/status/3",
    "/statuses?id=3&id=10000", "/statuses/search", "/statuscategory", "/statuscategory/new", "/project/search",
    "/project/search?expand=lead,issueTypes,description", "/project", "/project/SHOP", "/project/SHOP/statuses",
    "/project/SHOP/hierarchy", "/project/SHOP/securitylevel", "/project/SHOP/components", "/project/SHOP/component",
    "/project/SHOP/versions", "/project/SHOP/version", "/project/SHOP/role", "/issueLinkType", "/issueLinkType/10000",
    "/issue/createmeta/SHOP/issuetypes", "/issue/createmeta/SHOP/issuetypes/10004", "/issue/SHOP-1/editmeta",
    "/issue/SHOP-1/transitions?expand=transitions.fields", "/issue/SHOP-1/comment", "/issue/SHOP-1/remotelink",
    "/issue/SHOP-1/properties", "/mypermissions?permissions=BROWSE_PROJECTS,ADMINISTER", "/permissions", "/label",
    "/role", "/attachment/meta", "/issue/picker?query=shop", "/project/SHOP/properties",
)  # fmt: skip


@pytest.fixture
def filled(admin: Client) -> Client:
    admin.create()
    return admin


def test_every_list_answers(filled: Client) -> None:
    for path in READS:
        filled.json("GET", path)


def test_bulk_users_are_paged_by_ten(admin: Client) -> None:
    ids = [u["accountId"] for u in admin.json("GET", "/users/search")]
    page = admin.json("GET", "/user/bulk?" + "&".join(f"accountId={each}" for each in ids))
    assert page["maxResults"] == 10 and page["total"] == len(ids)


def test_permissions(admin: Client, user: Client) -> None:
    account = user.json("GET", "/myself")["accountId"]
    made = admin.create()
    body = {
        "accountId": account,
        "globalPermissions": ["ADMINISTER", "USER_PICKER"],
        "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "issues": [int(made["id"]), 99], "projects": [1]}],
    }
    answer = admin.json("POST", "/permissions/check", json=body)
    assert answer["globalPermissions"] == ["USER_PICKER"]
    assert answer["projectPermissions"] == [
        {"permission": "BROWSE_PROJECTS", "issues": [int(made["id"])], "projects": []}
    ]
    assert user.call("POST", "/permissions/check", json=body | {"accountId": "other"}).status_code == 403
    assert admin.call("GET", "/mypermissions").status_code == 400
    assert admin.call("GET", "/mypermissions?permissions=NONSENSE").status_code == 400


def test_what_was_removed_is_gone(admin: Client) -> None:
    for method, path in (("GET", "/search"), ("POST", "/search"), ("GET", "/issue/createmeta")):
        assert admin.call(method, path).status_code == 410
        assert admin.call(method, path, version=2).status_code == 410


def test_unknown_things_are_404(admin: Client) -> None:
    for path in ("/issue/NO-1", "/project/NO", "/user?accountId=x", "/priority/99", "/nothing/here"):
        assert admin.call("GET", path).status_code == 404
