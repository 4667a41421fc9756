"""Calls to Jira: signed, marked, and each answer told as its verdict."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import jwt
import pytest

from addon import net
from addon.errors import Blocked, Ignored, Missing, Retryable, Verdict
from addon.jira import client as client_module
from addon.jira.auth import qsh
from addon.jira.client import JiraClient
from tests.fakes import connect
from tests.fakes.connect import FakeJira
from tests.fakes.edge import Edge

ISSUE = "/rest/api/3/issue/10001"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with FakeJira() as jira:
        edge = Edge.new(jira, str(tmp_path_factory.mktemp("client") / "edge.db"))
        edge.installed()
        yield edge
        edge.db.close()


@pytest.fixture
def jira(site: Edge, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeJira]:
    monkeypatch.setattr(client_module, "CONFLICT_PAUSE_SECONDS", 0.01)
    site.jira.calls.clear()
    yield site.jira
    site.jira.answers.clear()


@pytest.fixture
def client(site: Edge, jira: FakeJira) -> JiraClient:
    settings = site.app.extensions["twinline"].settings
    return JiraClient(site.tenant(), settings, site.vault, net.Http(deadline=1.0, limit=100_000, development=True))


def answer(jira: FakeJira, status: int, content: Any = b"", headers: Any = None, method: str = "PUT") -> None:
    jira.answers[method, ISSUE] = (status, content, headers or {})


def verdict(client: JiraClient, method: str = "put") -> Verdict:
    with pytest.raises(Verdict) as caught:
        getattr(client, method)(ISSUE)
    return caught.value


def test_calls_are_signed_for_exactly_what_is_sent(client: JiraClient, jira: FakeJira) -> None:
    answer(jira, 200, {"id": "10001"}, method="GET")
    params = {"fields": ["summary", "a b"], "expand": "x,y", "name": "O'Neil!()*ä"}
    assert client.get(ISSUE, params=params) == {"id": "10001"}
    call = jira.calls[0]
    claims = jwt.decode(call.headers["Authorization"].removeprefix("JWT "), jira.secret, algorithms=["HS256"])
    assert claims["iss"] == "io.twinline.sync"
    assert claims["exp"] == claims["iat"] + 180
    assert claims["qsh"] == connect.qsh("GET", call.target)
    assert call.body == b""
    assert "Content-Type" not in call.headers
    assert "Cookie" not in call.headers


def test_writes_are_marked_and_reading_posts_are_not(client: JiraClient, jira: FakeJira, site: Edge) -> None:
    answer(jira, 204)
    for path in ("/rest/api/3/issue", "/rest/api/3/search/jql", "/rest/api/3/issue/bulkfetch"):
        jira.answers["POST", path] = (201, {})
        client.post(path, json={})
    client.put(ISSUE, json={"fields": {}})
    jira.answers["DELETE", ISSUE] = (204, b"")
    client.delete(ISSUE)
    answer(jira, 200, {}, method="GET")
    client.get(ISSUE)
    client.put(ISSUE, trace=False)
    marks = [call.headers.get("X-Atlassian-Webhook-Trace") for call in jira.calls]
    trace = site.tenant().trace
    assert marks == [trace, None, None, trace, trace, None, None]


def test_text_of_all_languages_travels_as_it_is(client: JiraClient, jira: FakeJira) -> None:
    answer(jira, 204)
    client.put(ISSUE, json={"fields": {"summary": "Grüße 你好 \U0001f600"}})
    assert json.loads(jira.calls[0].body) == {"fields": {"summary": "Grüße 你好 \U0001f600"}}


@pytest.mark.parametrize("status", [400, 403, 413, 422, 405, 410, 418])
def test_refusals_block_with_jiras_sentence(client: JiraClient, jira: FakeJira, status: int) -> None:
    answer(jira, status, {"errorMessages": ["Not now"], "errors": {"priority": "The priority selected is invalid."}})
    found = verdict(client)
    assert type(found) is Blocked
    assert found.reason == "Not now. priority: The priority selected is invalid."


def test_a_refusal_tells_fields_and_keeps_values(client: JiraClient, jira: FakeJira) -> None:
    said = {
        "errorMessages": ["The value 'Secret Plan' does not exist for the field 'reporter'.", 5, None],
        "errors": {"customfield_10010": "Field 'customfield_10010' cannot be set. It is not there", "x": {"a": 1}},
    }
    answer(jira, 400, said)
    assert verdict(client).reason == (
        "The value '…' does not exist for the field 'reporter'. "
        "customfield_10010: Field 'customfield_10010' cannot be set. It is not there."
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"{}", b'{"errorMessages": 5, "errors": []}', b"\xff"])
def test_a_refusal_without_words_still_says_something(client: JiraClient, jira: FakeJira, body: bytes) -> None:
    answer(jira, 400, body)
    assert verdict(client).reason == "Jira refuses this (400)."
    answer(jira, 404, body)
    found = verdict(client)
    assert isinstance(found, Missing)
    assert found.reason.startswith("Jira does not find it")


def test_a_conflict_is_tried_once_more(client: JiraClient, jira: FakeJira) -> None:
    rounds = iter([(409, b"", {}), (204, b"", {})])
    jira.answers["PUT", ISSUE] = lambda: next(rounds)
    assert client.put(ISSUE) is None
    answer(jira, 409)
    jira.calls.clear()
    found = verdict(client)
    assert isinstance(found, Blocked)
    assert "Retry" in found.fix
    assert len(jira.calls) == 2


def retry(client: JiraClient, method: str = "put") -> Retryable:
    found = verdict(client, method)
    assert isinstance(found, Retryable)
    return found


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_jiras_own_troubles_are_tried_again(client: JiraClient, jira: FakeJira, status: int) -> None:
    answer(jira, status, b"<html>")
    answer(jira, status, b"<html>", method="GET")
    assert (retry(client).ambiguous, retry(client).party) == (True, "jira")
    assert retry(client, "get").ambiguous is False
    jira.answers["POST", ISSUE + "/search/jql"] = (status, b"")
    with pytest.raises(Retryable) as caught:
        client.post(ISSUE + "/search/jql")
    assert caught.value.ambiguous is False


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(client: JiraClient, jira: FakeJira, status: int) -> None:
    answer(jira, status, b"", {"Location": f"{jira.base_url}/elsewhere"})
    assert retry(client).party == "jira"
    assert len(jira.calls) == 1


def test_a_wrong_token_pauses_the_tenant(client: JiraClient, jira: FakeJira) -> None:
    answer(jira, 401)
    found = retry(client)
    assert (found.party, found.ambiguous) == ("jira", False)
    assert "uninstalled" in found.reason


@pytest.mark.parametrize(
    ("header", "after"),
    [("5", 5.0), ("0", 0.0), ("1.5", 1.5), (None, None), ("soon", None), ("-3", 0.0), ("nan", None), ("inf", None)],
)
def test_we_wait_as_long_as_jira_says(
    client: JiraClient, jira: FakeJira, header: str | None, after: float | None
) -> None:
    answer(jira, 429, b"", {"Retry-After": header} if header else {})
    found = retry(client)
    assert (found.after, found.ambiguous, found.party) == (after, False, "jira")


def test_waiting_until_a_date_and_for_one_issue_only(client: JiraClient, jira: FakeJira) -> None:
    answer(jira, 429, b"", {"Retry-After": formatdate(time.time() + 60, usegmt=True)})
    after = retry(client).after
    assert after is not None
    assert 55 < after < 62
    answer(jira, 429, b"", {"RateLimit-Reason": "jira-per-issue-on-write"})
    assert retry(client).party == "link"
    answer(jira, 503, b"", {"Retry-After": "7"})
    assert retry(client).after == 7.0


@pytest.mark.parametrize("body", [b"<html>login</html>", b"{", b"\xff", b"[" * 5000, b'{"a": }'])
def test_a_200_that_is_not_json_is_no_success(client: JiraClient, jira: FakeJira, body: bytes) -> None:
    answer(jira, 200, body)
    answer(jira, 200, body, method="GET")
    assert retry(client).ambiguous is True
    assert retry(client, "get").ambiguous is False


def test_an_endless_answer_is_no_success(client: JiraClient, jira: FakeJira) -> None:
    answer(jira, 200, b'"' + b"x" * 200_000 + b'"')
    assert retry(client).ambiguous is True


def test_silence_ends_at_the_deadline(client: JiraClient, jira: FakeJira) -> None:
    release = threading.Event()
    jira.answers["PUT", ISSUE] = lambda: (204, b"", {}) if release.wait(5) else None
    begun = time.monotonic()
    assert retry(client).ambiguous is True
    assert time.monotonic() - begun < 2
    release.set()


def test_nobody_there_is_not_ambiguous(site: Edge) -> None:
    tenant = site.tenant()
    away = dataclasses.replace(tenant, base_url="http://127.0.0.1:1")
    settings = site.app.extensions["twinline"].settings
    found = retry(JiraClient(away, settings, site.vault, net.Http(deadline=1, limit=10, development=True)))
    assert (found.ambiguous, found.party) == (False, "jira")
    with pytest.raises(Ignored):
        JiraClient(
            dataclasses.replace(tenant, state="uninstalled"), settings, site.vault, net.Http(deadline=1, limit=1)
        )


def test_sixteen_threads_share_a_client(client: JiraClient, jira: FakeJira) -> None:
    answer(jira, 200, {"id": "10001"}, method="GET")
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.extend(client.get(ISSUE) for _ in range(5))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"id": "10001"}] * 80


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", "GET&/&"),
        ("", "GET&/&"),
        ("/p/?jwt=x&b=1", "GET&/p&b=1"),
        ("/p?r=10&r=9&r=a", "GET&/p&r=10,9,a"),
        ("/p?a=1,2,3", "GET&/p&a=1%2C2%2C3"),
        ("/p?q=a+b", "GET&/p&q=a%20b"),
        ("/a&b/c?x=y", "GET&/a%26b/c&x=y"),
        ("/a%20b/c", "GET&/a%20b/c&"),
        ("/p?A=1&a=2", "GET&/p&A=1&a=2"),
        ("/p?a=1;b=2", "GET&/p&a=1%3Bb%3D2"),
        ("/p?name=O'Neil!()*", "GET&/p&name=O%27Neil%21%28%29%2A"),
        ("/p?a=", "GET&/p&a="),
    ],
)
def test_the_canonical_request(target: str, expected: str) -> None:
    wanted = hashlib.sha256(expected.encode()).hexdigest()
    assert qsh("get", target) == wanted
    assert qsh("GET", "/jira" + target, "/jira") == wanted


def test_the_base_path_is_taken_off_by_segments() -> None:
    assert qsh("GET", "/jirafoo/x", "/jira") == hashlib.sha256(b"GET&/jirafoo/x&").hexdigest()
