"""Installing apps, their tokens and scopes, and the webhooks they get."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import atlassian_jwt
import jwt
import pytest
import requests

from emulator import apps, tokens
from emulator.errors import JiraError
from emulator.seeds import writing
from emulator.server import Running
from emulator.site import Site
from tests.emulator.app_probe import Probe
from tests.emulator.conftest import ADMIN, Client, document

EVENTS = (
    "jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
    "comment_deleted", "issuelink_created", "issuelink_deleted", "issue_property_set", "worklog_created",
)  # fmt: skip
HOOKS = [{"event": event, "url": "/hook"} for event in EVENTS]


@pytest.fixture
def probe(site: Site) -> Iterator[Probe]:
    with Probe(HOOKS) as app:
        apps.install(site, app.base_url + "/descriptor.json")
        yield app


def as_app(site: Site, method: str, path: str, secret: str | None = None, **more: Any) -> requests.Response:
    app = site.store.get("app", "com.example.probe")
    assert app is not None
    request = requests.Request(method, f"{site.base_url}/rest/api/3{path}", **more).prepare()
    now = int(time.time())
    claims = {"iss": app["key"], "iat": now, "exp": now + 60, "qsh": tokens.qsh(method, request.path_url)}
    request.headers["Authorization"] = "JWT " + jwt.encode(claims, secret or app["secret"], "HS256")
    with requests.Session() as session:
        return session.send(request)


def test_signed_install_verifies_independently(site: Site, probe: Probe) -> None:
    _, headers, body = probe.at("/installed")[0]
    token = headers["Authorization"].removeprefix("JWT ")
    kid = jwt.get_unverified_header(token)["kid"]
    key = requests.get(f"{site.base_url}/_keys/{kid}", timeout=5)
    assert key.headers["Content-Type"].startswith("text/plain")
    claims = jwt.decode(token, key.text, algorithms=["RS256"], audience=probe.base_url)
    assert claims["iss"] == body["clientKey"] == site.client_key
    assert claims["qsh"] == atlassian_jwt.url_utils.hash_url("POST", "/installed")
    assert len(body["sharedSecret"]) >= 32 and body["baseUrl"] == site.base_url and body["productType"] == "jira"
    _, headers, enabled = probe.wait(1, "/enabled")[0]
    token = headers["Authorization"].removeprefix("JWT ")
    assert jwt.decode(token, body["sharedSecret"], algorithms=["HS256"])["iss"] == site.client_key
    assert "sharedSecret" not in enabled and enabled["eventType"] == "enabled"


def test_refused_install_leaves_nothing(site: Site, admin: Client) -> None:
    with Probe() as app:
        app.install_status = 401
        answer = admin.call("POST", "/_control/apps", json={"descriptorUrl": app.base_url + "/d"})
        assert answer.status_code == 400 and "401" in answer.json()["errorMessages"][0]
        assert site.store.all("app") == []
        app.install_status = 204
        app.descriptor["baseUrl"] = "http://example.com"
        with pytest.raises(JiraError, match="https"):
            apps.install(site, app.base_url + "/d")


def test_app_token_is_checked(site: Site, probe: Probe) -> None:
    assert as_app(site, "GET", "/myself").json()["accountType"] == "app"
    assert as_app(site, "GET", "/user/bulk?accountId=b&accountId=a,c").status_code == 200
    assert as_app(site, "GET", "/myself", secret="x" * 40).status_code == 401
    assert as_app(site, "GET", "/myself", json={"a": 1}).status_code == 403
    assert as_app(site, "GET", "/announcementBanner").status_code == 403


def test_scopes_are_enforced(site: Site) -> None:
    with Probe(scopes=["READ"]) as app:
        apps.install(site, app.base_url + "/d")
        assert as_app(site, "GET", "/field").status_code == 200
        assert as_app(site, "POST", "/issue", json={}).status_code == 403


def test_uninstall_and_rotation(site: Site, admin: Client, probe: Probe) -> None:
    before = site.store.get("app", "com.example.probe")["secret"]  # type: ignore[index]
    admin.json("POST", "/_control/apps/com.example.probe/rotate")
    assert probe.at("/installed")[1][2]["sharedSecret"] != before
    assert as_app(site, "GET", "/myself", secret=before).status_code == 401
    assert admin.call("DELETE", "/_control/apps/com.example.probe").status_code == 204
    probe.wait(1, "/uninstalled")
    probe.wait(1, "/disabled")
    assert as_app(site, "GET", "/myself").status_code == 401


def test_module_urls_and_context_tokens(site: Site, probe: Probe) -> None:
    app = apps.installed_apps(site)[0]
    user = site.store.all("user")[0]
    url = apps.module_url(site, app, "panel", user, {"issue.id": "10 1"})
    assert "issueId=10%201&other=&" in url and f"xdm_e={site.base_url.replace(':', '%3A').replace('/', '%2F')}" in url
    parts = urlsplit(url)
    token = parts.query.rpartition("jwt=")[2]
    claims = jwt.decode(token, app["secret"], algorithms=["HS256"])
    assert claims["qsh"] == atlassian_jwt.url_utils.hash_url("GET", f"{parts.path}?{parts.query}")
    assert claims["sub"] == user["id"]
    context = jwt.decode(apps.context_token(site, app, user, {"issue.id": 1}), app["secret"], algorithms=["HS256"])
    assert context["qsh"] == "context-qsh" and context["context"] == {"jira": {"issue": {"id": "1"}}}


def test_issue_webhooks(site: Site, admin: Client, probe: Probe) -> None:
    key = admin.create("Hooked", description=document("x"))["key"]
    _, headers, body = probe.wait(1)[0]
    app = apps.installed_apps(site)[0]
    claims = jwt.decode(headers["Authorization"].removeprefix("JWT "), app["secret"], algorithms=["HS256"])
    assert claims["qsh"] == atlassian_jwt.url_utils.hash_url("POST", "/hook") and claims["iss"] == site.client_key
    assert headers["X-Atlassian-Webhook-Flow"] == "Primary" and headers["X-Atlassian-Webhook-Identifier"]
    assert "X-Atlassian-Webhook-Retry" not in headers
    assert set(body) == {"timestamp", "webhookEvent", "issue_event_type_name", "user", "issue", "changelog"}
    assert body["issue"]["fields"]["description"] == "x" and "/rest/api/2/" in body["issue"]["self"]
    answer = admin.call(
        "PUT", f"/issue/{key}", json={"fields": {"summary": "S"}}, headers={"X-Atlassian-Webhook-Trace": "t/1"}
    )
    assert answer.status_code == 204
    _, headers, body = probe.wait(2)[1]
    assert body["webhookEvent"] == "jira:issue_updated" and headers["X-Atlassian-Webhook-Trace"] == "t/1"
    assert body["changelog"]["items"][0]["fromString"] == "Hooked"
    admin.call("POST", f"/issue/{key}/comment", json={"body": document("c")})
    _, _, body = probe.wait(3)[2]
    assert set(body) == {"timestamp", "webhookEvent", "comment", "issue"} and body["comment"]["body"] == "c"
    assert set(body["issue"]["fields"]) == {"summary", "issuetype", "project", "assignee", "priority", "status"}


def test_filters_choose_issues(site: Site, admin: Client) -> None:
    with Probe(
        [{"event": "jira:issue_created", "url": "/hook", "filter": "project = OPS", "excludeBody": True}]
    ) as app:
        apps.install(site, app.base_url + "/d")
        admin.create()
        admin.create(project={"key": "OPS"})
        assert app.wait(1)[0][2] is None
        assert len(app.at("/hook")) == 1


def test_retries_and_failures(site: Site, admin: Client, probe: Probe) -> None:
    site.webhooks.retry_delays_s = (0.01,) * 5
    probe.answers = [503, 429]
    admin.create()
    posts = probe.wait(3)
    assert [headers.get("X-Atlassian-Webhook-Retry") for _, headers, _ in posts] == [None, "1", "2"]
    assert len({headers["X-Atlassian-Webhook-Identifier"] for _, headers, _ in posts}) == 1
    probe.answers = [404]
    admin.create()
    probe.wait(4)
    probe.answers = [500] * 6
    admin.create()
    probe.wait(10)
    deadline = time.time() + 3
    while not site.store.all("failed_webhook") and time.time() < deadline:
        time.sleep(0.02)
    assert len(as_app(site, "GET", "/webhook/failed").json()["values"]) == 1
    assert len(probe.at("/hook")) == 10


def test_a_restart_goes_on_delivering(tmp_path: Path) -> None:
    with Probe(HOOKS) as app:
        site = Site.new("Blue", tmp_path)
        writing.project(site, "SHOP", "Shop")
        with Running(site) as running:
            apps.install(running, app.base_url + "/d")
            running.webhooks.retry_delays_s = (0.5,) * 5
            app.answers = [503]
            Client(running, ADMIN).create("Kept")
            app.wait(1)
            time.sleep(0.1)
        client_key = site.client_key
        again = Site.new("Ignored", tmp_path)
        with Running(again) as running:
            assert running.client_key == client_key and running.name == "Blue"
            posts = app.wait(2)
            assert posts[1][1]["X-Atlassian-Webhook-Retry"] == "1"
            assert Client(running, ADMIN).json("GET", "/issue/SHOP-1")["fields"]["summary"] == "Kept"
