"""Searching through the REST API; the query language itself is tried in `jql/`."""

from emulator import apps
from emulator.site import Site
from tests.emulator.app_probe import Probe
from tests.emulator.conftest import Client, document


def keys(admin: Client, jql: str) -> list[str]:
    found = admin.json("POST", "/search/jql", json={"jql": jql, "fields": ["summary"]})["issues"]
    return [issue["key"] for issue in found]


def test_bounded_and_paged(admin: Client) -> None:
    for number in range(5):
        admin.create(f"Issue {number}")
    assert admin.call("GET", "/search/jql", params={"jql": "order by created"}).status_code == 400
    assert admin.call("GET", "/search/jql", params={"jql": "nonsense = 1"}).status_code == 400
    assert admin.call("POST", "/search/jql", json={"jql": "project ="}).status_code == 400
    body = {"jql": "project = SHOP ORDER BY key ASC", "maxResults": 2}
    first = admin.json("POST", "/search/jql", json=body)
    assert first["issues"] == [{"id": "10000"}, {"id": "10001"}] and first["isLast"] is False
    seen = first["issues"]
    while "nextPageToken" in first:
        first = admin.json("POST", "/search/jql", json=body | {"nextPageToken": first["nextPageToken"]})
        seen = seen + first["issues"]
    assert [i["id"] for i in seen] == [str(10000 + n) for n in range(5)] and first["isLast"] is True
    assert admin.call("POST", "/search/jql", json=body | {"nextPageToken": "x"}).status_code == 400
    assert admin.json("POST", "/search/approximate-count", json={"jql": "project = SHOP"}) == {"count": 5}


def test_conditions_on_every_kind(admin: Client) -> None:
    key = admin.create(
        "Needle in hay",
        priority={"name": "High"},
        labels=["red"],
        duedate="2026-12-01",
        customfield_10033=5,
        customfield_10037={"value": "Major"},
        customfield_10041={"value": "Europe", "child": {"value": "Paris"}},
        description=document("under the straw"),
    )["key"]
    admin.create("Other")
    me = admin.json("GET", "/myself")["accountId"]
    for jql in (
        "summary ~ needle and project = SHOP",
        "description ~ straw",
        'text ~ "straw"',
        "priority > Medium and project = Shop",
        "labels = red",
        'due < "2026-12-02"',
        "Effort >= 5",
        "cf[10033] = 5",
        "Severity = Major",
        "Location = Paris",
        f"reporter = {me} and labels is not EMPTY",
        f"key = {key}",
        'status = "To Do" and statusCategory = new and labels in (red, blue)',
        "created > -1d and reporter = currentUser() and priority = High",
    ):
        assert keys(admin, jql) == [key], jql


def test_history_and_parents(admin: Client) -> None:
    epic = admin.create("E", kind="Epic")["key"]
    key = admin.create("Child", kind="Task", parent={"key": epic})["key"]
    admin.call("POST", f"/issue/{key}/transitions", json={"transition": {"id": "41"}})
    assert keys(admin, 'project = SHOP and status was "To Do" and status = Done') == [key]
    assert keys(admin, f"parent = {epic}") == [key]
    assert keys(admin, f"key = {key} and status changed to Done") == [key]


def test_match_and_parse(admin: Client) -> None:
    made = admin.create(labels=["alpha"])
    body = {"issueIds": [int(made["id"]), 5], "jqls": ["labels = alpha", "labels = beta", "nope = 1"]}
    matches = admin.json("POST", "/jql/match", json=body)["matches"]
    assert [m["matchedIssues"] for m in matches] == [[int(made["id"])], [], []] and matches[2]["errors"]
    queries = {"queries": ["project = SHOP and summary ~ x order by key", "project = = 1", "nope = 1"]}
    good, bad, unknown = admin.json("POST", "/jql/parse?validation=strict", json=queries)["queries"]
    assert good["structure"]["where"] and bad["errors"] and unknown["errors"]
    assert admin.json("GET", "/jql/autocompletedata")["visibleFieldNames"]
    found = admin.json("GET", "/jql/autocompletedata/suggestions?fieldName=status&fieldValue=do")["results"]
    assert "Done" in str(found)


def test_indexed_properties(site: Site, admin: Client) -> None:
    with Probe() as app:
        app.descriptor["modules"]["jiraEntityProperties"] = [
            {
                "key": "p",
                "name": {"value": "P"},
                "keyConfigurations": [
                    {
                        "propertyKey": "sync",
                        "extractions": [{"objectName": "link.id", "type": "string", "alias": "syncLink"}],
                    }
                ],
            }
        ]
        made = admin.create()
        admin.call("PUT", f"/issue/{made['id']}/properties/sync", json={"link": {"id": "L1"}})
        assert keys(admin, "issue.property[sync].link.id = L1") == []
        apps.install(site, app.base_url + "/d")
        assert keys(admin, "issue.property[sync].link.id = L1") == [made["key"]]
        assert keys(admin, "syncLink = L1") == [made["key"]]


def test_lag_hides_new_issues_unless_reconciled(admin: Client) -> None:
    admin.json("PUT", "/_control/chaos", json={"search_lag_ms": 60000})
    made = admin.create()
    assert keys(admin, "project = SHOP") == []
    body = {"jql": "project = SHOP", "reconcileIssues": [int(made["id"])]}
    assert admin.json("POST", "/search/jql", json=body)["issues"] == [{"id": made["id"]}]
