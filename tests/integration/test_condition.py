"""Conditions, counts and backlogs against an emulated Jira: called as Atlassian documents it, refused in its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from addon.errors import Refused
from addon.jira import condition, reader
from addon.jira.client import JiraClient
from addon.model.rules import BASIC_FIELDS, Flow, IssueMapping, document_of
from addon.store import rules, synchronization
from addon.store.synchronization import Synchronization
from dev import introduction
from tests.browser.stand import Stand, eventually
from tests.emulator.contract import Contract, shared

DOCUMENT = shared() / "data/openapi/jira-platform-v3.2026-05.json"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with Stand(tmp_path_factory.mktemp("condition")) as made:
        blue, green = made.tenant(made.blue), made.tenant(made.green)
        introduction.invite(made.parts, blue, green.base_url)
        introduction.accept(made.parts, green, blue.base_url)
        yield made


def _ours(stand: Stand) -> Synchronization:
    with stand.parts.db.read() as tx:
        return synchronization.of_tenant(tx, stand.tenant(stand.blue).id)[0]


def _mapping(stand: Stand, flow: Flow) -> IssueMapping:
    blue, ours = stand.tenant(stand.blue), _ours(stand)
    own = stand.parts.handshake.own_projects(blue)
    theirs = stand.parts.handshake.partner_projects(blue, ours.id)
    ends = introduction._end(own, "SHOP", "Bug"), introduction._end(theirs, "QA", "Bug")
    return IssueMapping("m", True, *ends, BASIC_FIELDS, to_accepter=flow)


def _keys(stand: Stand, site: Any, jql: str) -> set[str]:
    found = stand.call(site, "POST", "/rest/api/3/search/jql", {"jql": jql, "fields": ["summary"]})
    return {issue["fields"]["summary"] for issue in found["issues"]}


def test_jira_is_asked_as_documented(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    if not DOCUMENT.exists():
        pytest.skip("Atlassian's document is not here")
    contract, problems = Contract(DOCUMENT), list[str]()
    send = JiraClient._send

    def judged(self: JiraClient, method: str, path: str, params: Any, body: Any, **how: Any) -> Any:
        answer = send(self, method, path, params, body, **how)
        asked = path + ("?" + "&".join(f"{k}={v}" for k, v in params.items()) if params else "")
        problems.extend(contract.check(method, asked, json.dumps(body), answer.status, "application/json", answer.body))
        return answer

    monkeypatch.setattr(JiraClient, "_send", judged)
    jira = stand.parts.jira(stand.tenant(stand.blue))
    key = stand.create_issue(stand.blue, "SHOP", "Bug", "Asked about", labels=["asked"])
    issue_id = stand.call(stand.blue, "GET", f"/rest/api/3/issue/{key}?fields=summary")["id"]
    good, bad = "project = SHOP AND labels = asked", "labels ="
    told = condition.matches(jira, [issue_id], [good, bad, "labels = other"])
    assert told[good].issue_ids == {issue_id}
    assert told[bad].problem and not told[bad].issue_ids
    assert not told["labels = other"].issue_ids and not told["labels = other"].problem
    fresh = condition.not_copied(good)
    assert condition.count(jira, fresh) == 1
    assert list(condition.pages(jira, fresh)) == [[issue_id]]
    assert condition.problem(jira, "labels = asked") == ""
    assert "ORDER BY" in condition.problem(jira, "labels = asked ORDER BY key")
    assert condition.problem(jira, "nosuchfield = 1")
    assert [one.issue_id for one in reader.issues(jira, [issue_id, "99999999"])] == [issue_id]
    assert problems == []
    asked = {path.rpartition("/rest/api/3/")[2] for _, path in contract.seen}
    assert {"jql/match", "jql/parse", "search/approximate-count", "search/jql", "issue/bulkfetch"} <= asked


def test_a_condition_that_jira_cannot_use_is_refused_in_its_words(stand: Stand) -> None:
    blue, ours = stand.tenant(stand.blue), _ours(stand)
    document = document_of((_mapping(stand, Flow(jql="nosuchfield = 1")),))
    with pytest.raises(Refused, match="nosuchfield") as refused:
        stand.parts.handshake.publish(blue, ours.id, document, "")
    assert refused.value.status == 422
    with stand.parts.db.read() as tx:
        assert rules.live(tx, ours.id).version == 0


def test_these_n_are_said_and_opened_and_the_rest_left_alone(stand: Stand) -> None:
    for number in range(3):
        stand.create_issue(stand.blue, "SHOP", "Bug", f"Waits {number}", labels=["wanted"])
    stand.create_issue(stand.blue, "SHOP", "Bug", "Stays", labels=["unwanted"])
    blue, ours, mapping = stand.tenant(stand.blue), _ours(stand), _mapping(stand, Flow(jql="labels = wanted"))
    assert stand.parts.backlog.count(blue, ours, mapping) == 3
    stand.parts.handshake.publish(blue, ours.id, document_of((mapping,)), "", {"m": "waiting"})
    done = eventually(lambda: stand.parts.backlog.progress(blue, ours.id)["m"].synced == 3, 60)
    assert done
    twins = _keys(stand, stand.green, "project = QA")
    assert {"Waits 0", "Waits 1", "Waits 2"} <= twins
    assert not {"Stays", "Asked about"} & twins
    eventually(lambda: stand.parts.backlog.progress(blue, ours.id)["m"].state == "done", 30)
    assert stand.parts.backlog.count(blue, ours, mapping) == 0
    with stand.parts.db.read() as tx:
        green = synchronization.of_tenant(tx, stand.tenant(stand.green).id)[0]
    assert stand.parts.backlog.progress(stand.tenant(stand.green), green.id) == {}, "the choice does not travel"
