"""The index that lags, limits of an issue, projects and apps that go away, sites that change their name."""

from typing import Any

import pytest

from emulator import apps, nature
from emulator.site import Site
from tests.emulator.app_probe import Probe
from tests.emulator.nature.bench import KEY, Bench


def found(bench: Bench, jql: str, reconcile: list[int] | None = None) -> list[str]:
    body: dict[str, Any] = {"jql": jql, "fields": ["summary"]}
    answer = bench.app("POST", "/search/jql", body | ({"reconcileIssues": reconcile} if reconcile else {}))
    return [issue["fields"]["summary"] for issue in answer.json["issues"]]


def test_the_index_is_late_for_new_issues_edits_and_properties(bench: Bench) -> None:
    bench.control("PUT", "/chaos", {"search_lag_ms": 5000})
    issue = int(bench.create("first"))
    everything = "project = SHOP"
    assert found(bench, everything) == []
    assert found(bench, everything, [issue]) == ["first"]
    assert bench.app("POST", "/search/approximate-count", {"jql": everything}).json == {"count": 0}
    bench.site.advance(5000)
    assert found(bench, everything) == ["first"]
    bench.person("PUT", f"/issue/{issue}", {"fields": {"summary": "second"}})
    bench.person("PUT", f"/issue/{issue}/properties/mark", {"x": 1})
    bench.site.advance(1000)
    bench.person("PUT", f"/issue/{issue}", {"fields": {"summary": "third"}})
    assert found(bench, everything) == ["first"] and found(bench, everything, [issue]) == ["third"]
    assert found(bench, "project = SHOP and summary ~ third") == []
    matched = bench.app("POST", "/jql/match", {"issueIds": [issue], "jqls": ["summary ~ third"]})
    assert matched.json["matches"][0]["matchedIssues"] == [issue]
    bench.site.advance(4000)
    assert found(bench, everything) == ["second"]
    bench.site.advance(1000)
    assert found(bench, everything) == ["third"]


@pytest.mark.parametrize("kind", nature.PER_ISSUE)
def test_an_issue_holds_only_so_much(bench: Bench, kind: str) -> None:
    one, other, third = bench.create(), bench.create(), bench.create()
    text = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]}
    calls = {
        "comments": lambda n: bench.person("POST", f"/issue/{one}/comment", {"body": text}),
        "worklogs": lambda n: bench.person("POST", f"/issue/{one}/worklog", {"timeSpentSeconds": 60}),
        "attachments": lambda n: _attach(bench, one),
        "links": lambda n: bench.person(
            "POST",
            "/issueLink",
            {"type": {"name": "Relates"}, "inwardIssue": {"id": one}, "outwardIssue": {"id": (other, third)[n]}},
        ),
        "remotelinks": lambda n: bench.person(
            "POST", f"/issue/{one}/remotelink", {"object": {"url": f"http://x.invalid/{n}", "title": "x"}}
        ),
    }
    bench.control("PUT", "/limits", {kind: 1})
    assert calls[kind](0).status in (200, 201)
    assert calls[kind](1).status == 413
    bench.control("PUT", "/limits", {})
    assert calls[kind](1).status in (200, 201)


def _attach(bench: Bench, issue: str) -> Any:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
    return bench._send(
        "POST",
        f"/issue/{issue}/attachments",
        None,
        {
            "Authorization": "Basic YWRtaW5AZXhhbXBsZS5jb206YWRtaW4=",
            "X-Atlassian-Token": "no-check",
        },
        data=body,
        content_type="multipart/form-data; boundary=b",
    )


def test_an_archived_project_is_read_only(bench: Bench) -> None:
    issue = bench.create()
    bench.control("PUT", "/projects/SHOP/archived", {"archived": True})
    assert bench.app("GET", f"/issue/{issue}").status == 200
    assert bench.app("PUT", f"/issue/{issue}", {"fields": {"summary": "x"}}).status in (400, 403)
    assert bench.app("POST", f"/issue/{issue}/worklog", {"timeSpentSeconds": 60}).status in (400, 403)
    bench.control("PUT", "/projects/SHOP/archived", {"archived": False})
    assert bench.app("PUT", f"/issue/{issue}", {"fields": {"summary": "x"}}).status == 204


def test_a_permission_is_taken_from_the_app_alone(bench: Bench) -> None:
    issue = bench.create()
    change = {"fields": {"summary": "x"}}
    bench.control("PUT", "/projects/SHOP/denied", {KEY: ["EDIT_ISSUES"]})
    assert bench.app("PUT", f"/issue/{issue}", change).status == 403
    assert bench.person("PUT", f"/issue/{issue}", change).status == 204
    bench.control("PUT", "/projects/SHOP/denied", {"user@example.com": ["BROWSE_PROJECTS"]})
    assert bench.person("GET", f"/issue/{issue}", who="user").status == 404
    assert bench.person("PUT", "/_control/projects/SHOP/denied", {"*": ["NONSENSE"]}).status == 400
    assert bench.person("PUT", "/_control/projects/SHOP/denied", {"nobody": []}).status == 400


def test_rename_tells_every_app_and_clone_none(bench: Bench) -> None:
    site = bench.site
    with Probe() as app:
        apps.install(site, app.base_url + "/d")
        first = app.wait(1, "/installed")[0][2]
        with site.transaction():
            site.store.delete("app", KEY)
        assert bench.control("POST", "/rename", {"displayUrl": "https://jira.example.com"}) == {"refused": []}
        second = app.wait(2, "/installed")[1][2]
        assert second["displayUrl"] == "https://jira.example.com" and second["baseUrl"] == first["baseUrl"]
        assert second["clientKey"] == first["clientKey"]
        account = site.store.all("app")[0]["accountId"]
        fresh = bench.control("POST", "/clone")
        assert len(app.received) == 3 and site.store.all("app") == []
        apps.install(site, app.base_url + "/d")
        third = app.wait(3, "/installed")[2][2]
        assert third["clientKey"] == fresh["clientKey"] != first["clientKey"]
        assert third["sharedSecret"] != first["sharedSecret"] and third["baseUrl"] == first["baseUrl"]
        assert site.store.all("app")[0]["accountId"] == account


def test_the_history_outlives_a_restart(tmp_path: Any) -> None:
    bench = Bench(data=tmp_path)
    bench.create("kept")
    before = bench.history("write")
    bench.site.close()
    again = Site.new(data=tmp_path)
    lines = list(again.ledger.lines(types=frozenset({"write"})))
    again.close()
    assert len(lines) == len(before) and before[-1]["values"]["summary"] == "kept"


def test_one_document_sets_all(bench: Bench) -> None:
    given = {
        "clock": {"frozen": True, "atMs": 1_800_000_000_000},
        "chaos": {"seed": 3, "webhook_lost": 0.5},
        "rates": {"pointsPerHour": 7},
        "limits": {"comments": 2},
        "webhooks": {"delays": [1], "timeoutS": 2},
    }
    set_now = bench.control("PUT", "/nature", given)
    assert bench.control("GET", "/nature") == set_now
    assert set_now["clock"]["nowMs"] == 1_800_000_000_000 and set_now["rates"]["enforced"]
    for wrong in ({"x": {}}, {"chaos": 1}, {"limits": {"x": 1}}, {"clock": {"x": 1}}, {"webhooks": {"delays": "x"}}):
        assert bench.person("PUT", "/_control/nature", wrong).status == 400
