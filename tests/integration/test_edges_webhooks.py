"""Webhooks: a row before the 204, whatever the body; a 4xx for nonsense, a 503 only where another try helps."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from addon.store import queue
from addon.store import tenant as tenants
from addon.web import webhooks
from tests.fakes.edge import Edge

COMMENT = {"id": "5", "self": "https://x.atlassian.net/rest/api/2/issue/10007/comment/5"}
BODIES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("issue", {"webhookEvent": "jira:issue_created", "issue": {"id": "10001"}}, ["10001"]),
    ("issue", {"webhookEvent": "jira:issue_updated", "issue": {"id": 10002}}, ["10002"]),
    ("comment", {"webhookEvent": "comment_created", "comment": COMMENT, "issue": {"id": "10003"}}, ["10003"]),
    ("comment", {"webhookEvent": "comment_deleted", "comment": COMMENT}, ["10007"]),
    ("worklog", {"webhookEvent": "worklog_updated", "worklog": {"id": "1", "issueId": "10004"}}, ["10004"]),
    (
        "issuelink",
        {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 10006, "destinationIssueId": 10005}},
        ["10005", "10006"],
    ),
    (
        "issuelink",
        {
            "webhookEvent": "issuelink_created",
            "issueLink": {"sourceIssueId": 1, "destinationIssueId": 2, "systemLink": True},
        },
        [],
    ),
    ("attachment", {"webhookEvent": "attachment_created", "attachment": {"id": 7}}, []),
    ("issue", {"webhookEvent": "jira:issue_frobnicated", "issue": {"id": "1"}}, []),
    ("issue", {"webhookEvent": "comment_created", "issue": {"id": "1"}}, []),
    ("sprint", {"webhookEvent": "sprint_created", "sprint": {}}, []),
]


@pytest.mark.parametrize(("family", "body", "expected"), BODIES)
def test_each_family_names_its_issue(edge: Edge, family: str, body: dict[str, Any], expected: list[str]) -> None:
    tenant = edge.installed()
    assert edge.webhook(body, family).status_code == 204
    assert [issue_id for issue_id, _, _ in edge.touched()] == expected
    assert edge.wake.issues == [(tenant.id, issue_id) for issue_id in expected]


def test_many_webhooks_of_an_issue_are_one_row(edge: Edge) -> None:
    edge.installed()
    body = {"webhookEvent": "jira:issue_updated", "issue": {"id": "10001"}}
    for _ in range(3):
        edge.webhook(body)
    edge.webhook(body | {"webhookEvent": "jira:issue_deleted"})
    edge.webhook(body)
    assert edge.touched() == [("10001", True, 5)]


def test_our_own_writes_come_back_marked_and_touch_nothing(edge: Edge) -> None:
    trace = edge.installed().trace
    assert edge.webhook(headers={"X-Atlassian-Webhook-Trace": trace}).status_code == 204
    assert edge.touched() == []
    assert edge.webhook(headers={"X-Atlassian-Webhook-Trace": trace[:-1]}).status_code == 204
    assert edge.webhook(headers={"X-Atlassian-Webhook-Trace": ""}).status_code == 204
    assert edge.touched() == [("10001", False, 2)]


def test_jiras_own_captures(edge: Edge, shared: Path) -> None:
    edge.installed()
    taken = 0
    for path in sorted((shared / "data/webhooks").rglob("*.json")):
        body = json.loads(path.read_text("utf-8"))
        event = body.get("webhookEvent") if isinstance(body, dict) else None
        for family, events in webhooks.EVENTS.items():
            if event in events:
                answer = edge.webhook(path.read_bytes(), family)
                assert answer.status_code in (204, 400), (path, answer.text)
                taken += answer.status_code == 204
    assert taken > 30
    assert edge.touched()


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "not JSON": b"hello",
    "cut": b'{"webhookEvent": "jira:issue_upd',
    "form": b"webhookEvent=jira%3Aissue_updated",
    "XML": b"<?xml version='1.0'?><a/>",
    "array": b"[]",
    "text": b'"x"',
    "number": b"5",
    "null": b"null",
    "true": b"true",
    "empty object": b"{}",
    "two documents": b"{}{}",
    "not UTF-8": b'{"webhookEvent": "\xff\xfe"}',
    "UTF-16": '{"webhookEvent": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"webhookEvent": "jira:issue_updated"}',
    "raw NUL": b'{"webhookEvent": "a\x00b"}',
    "escaped NUL": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1\\u0000"}}',
    "escaped NUL in a key": b'{"a\\u0000": 1, "webhookEvent": "jira:issue_updated", "issue": {"id": "1"}}',
    "lone surrogate": b'{"webhookEvent": "jira:issue_updated", "x": "\\ud800", "issue": {"id": "1"}}',
    "lone low surrogate": b'{"webhookEvent": "jira:issue_updated", "x": "\\udc00", "issue": {"id": "1"}}',
    "NaN": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": NaN}}',
    "Infinity": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": Infinity}}',
    "huge float": b'{"webhookEvent": "jira:issue_updated", "timestamp": 1e999, "issue": {"id": "1"}}',
    "huge integer": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": ' + b"9" * 10_000 + b"}}",
    "key twice": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "id": "2"}}',
    "deep lists": b"[" * 100_000,
    "deep closed lists": b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "deep objects": b'{"a":' * 50_000,
    "just too deep": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}, "a":'
    + b"[" * 100
    + b"]" * 100
    + b"}",
    "too many elements": b'{"a": [' + b"0," * 300_000 + b"0]}",
    "many quotes": b'{"a": "' + b'\\"' * 200_000,
    "event is a number": b'{"webhookEvent": 5}',
    "event is a list": b'{"webhookEvent": ["jira:issue_updated"]}',
    "event is null": b'{"webhookEvent": null}',
    "no issue": b'{"webhookEvent": "jira:issue_updated"}',
    "issue is null": b'{"webhookEvent": "jira:issue_updated", "issue": null}',
    "issue is a list": b'{"webhookEvent": "jira:issue_updated", "issue": [{"id": "1"}]}',
    "no id": b'{"webhookEvent": "jira:issue_updated", "issue": {"key": "A-1"}}',
    "id is a key": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "A-1"}}',
    "id is empty": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": ""}}',
    "id is negative": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": -1}}',
    "id is zero": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": 0}}',
    "id is a float": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": 1.5}}',
    "id is true": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": true}}',
    "id is a path": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1/../../2"}}',
    "id is long": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "' + b"1" * 19 + b'"}}',
    "id ends in a line break": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1\\n"}}',
    "id in other digits": '{"webhookEvent": "jira:issue_updated", "issue": {"id": "١٢"}}'.encode(),
    "id is an object": b'{"webhookEvent": "jira:issue_updated", "issue": {"id": {"$gt": ""}}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_a_400_and_leave_nothing(edge: Edge, name: str) -> None:
    edge.installed()
    answer = edge.webhook(HOSTILE[name])
    assert answer.status_code == 400, answer.text
    assert answer.json is not None
    assert answer.json["error"].endswith(".")
    assert edge.touched() == []


@pytest.mark.parametrize("family", ["comment", "worklog", "issuelink"])
@pytest.mark.parametrize("part", [None, 5, [], {}, {"issueId": "x"}, {"sourceIssueId": 1}])
def test_other_families_take_no_nonsense_either(edge: Edge, family: str, part: Any) -> None:
    edge.installed()
    name = {"issuelink": "issueLink"}.get(family, family)
    event = f"{family}_created"
    assert edge.webhook({"webhookEvent": event, name: part}, family).status_code == 400
    assert edge.touched() == []


def test_a_body_within_the_limit_is_taken_and_beyond_it_is_a_413(edge: Edge) -> None:
    edge.installed()
    start = b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}, "x": "'
    fill = webhooks.LIMIT - len(start) - 2
    assert edge.webhook(start + b"x" * fill + b'"}').status_code == 204
    assert edge.webhook(start + b"x" * (fill + 1) + b'"}').status_code == 413
    assert edge.touched() == [("1", False, 1)]


def test_without_a_good_token_the_body_is_not_even_read(edge: Edge) -> None:
    edge.installed()
    assert edge.webhook(b"x" * (webhooks.LIMIT + 1), token="x").status_code == 401


def test_a_busy_database_is_a_503_so_that_jira_tries_again(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    edge.installed()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("INSERT canary", {}, Exception("database is locked"))

    monkeypatch.setattr(queue, "touch", fail)
    answer = edge.webhook()
    assert answer.status_code == 503
    assert "canary" not in answer.text
    assert (edge.touched(), edge.wake.issues) == ([], [])


def test_nobody_is_woken_before_the_row_is_there(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    edge.installed()
    seen: list[Any] = []
    monkeypatch.setattr(edge.wake, "issue", lambda *_ids: seen.append(edge.touched()))
    edge.webhook()
    assert seen == [[("10001", False, 1)]]


def test_a_call_of_jira_ends_our_back_off_but_not_the_wait_it_asked_for(edge: Edge) -> None:
    tenant = edge.installed()
    with edge.db.begin() as tx:
        tenants.back_off(tx, tenant.id, 9e9, "Jira has a problem of its own.")
    edge.webhook()
    assert (edge.tenant().retry_at, edge.tenant().attempt_count) == (None, 0)
    with edge.db.begin() as tx:
        tenants.back_off(tx, tenant.id, 9e9, "Jira asks us to wait.", asked=True)
    edge.webhook()
    assert edge.tenant().retry_at == 9e9


def test_at_once_from_many_threads(edge: Edge) -> None:
    edge.installed()
    statuses: list[int] = []

    def send(number: int) -> None:
        body = {"webhookEvent": "jira:issue_updated", "issue": {"id": str(number % 3 + 1)}}
        path = "/webhooks/issue"
        answer = edge.app.test_client().post(
            path, json=body, headers={"Authorization": f"JWT {edge.jira.shared('POST', path)}"}
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [204] * 12
    assert sorted(edge.touched()) == [("1", False, 4), ("2", False, 4), ("3", False, 4)]
