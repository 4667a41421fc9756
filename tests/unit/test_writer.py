"""What a write looks like on the wire: path, parameters, body, the mark of our own and the signature."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
import responses
from atlassian_jwt.url_utils import hash_url
from cryptography.fernet import Fernet

from addon import net
from addon.config import Settings
from addon.jira import writer
from addon.jira.client import JiraClient
from addon.model.plan import Edit
from addon.store.secret import Vault
from addon.store.tenant import Tenant

SITE = "http://127.0.0.1:1"
SECRET = "a shared secret of thirty-two bytes!"


@pytest.fixture
def jira() -> JiraClient:
    key = Fernet.generate_key().decode()
    settings = Settings("http://localhost", "", "", (key,), development=True)
    vault = Vault((key,))
    names = dict.fromkeys(Tenant.__slots__)
    tenant = replace(
        Tenant(**names), id=1, base_url=SITE, state="enabled", shared_secret=vault.seal(SECRET), trace="twinline/mark"
    )
    return JiraClient(tenant, settings, vault, net.Http(deadline=5.0, limit=100_000, development=True))


def _sent() -> tuple[Any, Any]:
    request = responses.calls[0].request
    token = request.headers["Authorization"].removeprefix("JWT ")
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["iss"] == "io.twinline.sync"
    assert claims["qsh"] == hash_url(request.method, request.path_url)
    assert request.headers["X-Atlassian-Webhook-Trace"] == "twinline/mark"
    return request, json.loads(request.body) if request.body else None


@responses.activate
def test_an_issue_is_created_with_the_links_key_inside(jira: JiraClient) -> None:
    responses.post(
        f"{SITE}/rest/api/3/issue", json={"id": "10001", "key": "QA-1"}, status=201, auto_calculate_content_length=True
    )
    made = writer.create_issue(jira, "10000", "10004", Edit({"summary": "Hello"}), {"link": "link-1", "twin": "a/7"})
    assert made == ("10001", "QA-1")
    assert _sent()[1] == {
        "fields": {"summary": "Hello", "project": {"id": "10000"}, "issuetype": {"id": "10004"}},
        "properties": [{"key": "twinline", "value": {"link": "link-1", "twin": "a/7"}}],
    }


@responses.activate
def test_an_edit_asks_for_the_issue_and_what_it_replaced(jira: JiraClient) -> None:
    responses.put(f"{SITE}/rest/api/3/issue/10001", json={"id": "10001"}, auto_calculate_content_length=True)
    writer.edit_issue(jira, "10001", Edit({}, {"labels": [{"add": "a"}]}))
    request, body = _sent()
    assert request.params == {"returnIssue": "true", "expand": "changelog"}
    assert body == {"update": {"labels": [{"add": "a"}]}}


@responses.activate
def test_a_comment_carries_the_part_it_stands_for(jira: JiraClient) -> None:
    responses.post(
        f"{SITE}/rest/api/3/issue/10001/comment", json={"id": "7"}, status=201, auto_calculate_content_length=True
    )
    document = {"type": "doc", "version": 1, "content": []}
    mark = {"part": "comments/inviter/3", "agreement": "a"}
    assert writer.add_comment(jira, "10001", mark, document) == "7"
    assert _sent()[1]["properties"] == [{"key": "twinline", "value": mark}]


@responses.activate
def test_an_edited_comment_keeps_its_properties_by_leaving_them_out(jira: JiraClient) -> None:
    responses.put(f"{SITE}/rest/api/3/issue/10001/comment/7", json={"id": "7"}, auto_calculate_content_length=True)
    writer.edit_comment(jira, "10001", "7", {"type": "doc", "version": 1, "content": []})
    assert _sent()[1].keys() == {"body"}
