"""A site without sockets or threads: a scripted client, a scripted app, and a clock that moves when told."""

import base64
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson
from flask import Flask

from emulator import tokens
from emulator.app import create_app
from emulator.gate import Gate
from emulator.seeds import writing
from emulator.site import Site

START_MS = 1_790_000_000_000
KEY = "com.example.scripted"
SECRET = "a secret of at least thirty-two bytes"
EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_deleted",
    "issue_property_set",
    "project_archived",
)


@cache
def _routes() -> Flask:
    """The application is slow to build and knows its site only by name: one serves all tests in turn."""
    return create_app(Site.new("Blue"))


def _application(site: Site) -> Flask:
    app = _routes()
    app.extensions["jira_site"] = site
    del app.wsgi_app
    app.wsgi_app = Gate(site, app)  # type: ignore[method-assign,assignment]
    return app


class Answer:
    """What came back: `cut` when the connection closed before the whole body was there."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.cut = int(headers.get("Content-Length", len(body))) != len(body)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Bench:
    """One site with project SHOP and an app that hears of everything."""

    def __init__(self, entropy: int | None = 1, **more: Any) -> None:
        self.site = Site.new("Blue", entropy=entropy, now_ms=START_MS, **more)
        with self.site.transaction():
            writing.project(self.site, "SHOP", "Shop")
            self._install()
        self.client = _application(self.site).test_client()
        self.heard: list[tuple[dict[str, str], Any]] = []
        self.react: Callable[[dict[str, str], Any], int] = lambda headers, body: 204
        self.site.webhooks.post = self._post

    def _install(self) -> None:
        account = "557058:app"
        self.site.store.put(
            "user",
            {
                "id": account,
                "displayName": "Scripted",
                "accountType": "app",
                "active": True,
                "admin": True,
                "groups": [],
                "app": KEY,
            },
        )
        webhooks = [{"event": event, "url": "/hook"} for event in EVENTS]
        app = {
            "id": KEY,
            "key": KEY,
            "name": "Scripted",
            "descriptor": {"key": KEY, "name": "Scripted", "scopes": ["ADMIN"], "modules": {"webhooks": webhooks}},
            "descriptorUrl": "http://app.invalid/d",
            "baseUrl": "http://app.invalid",
            "accountId": account,
            "secret": SECRET,
            "oauthClientId": "none",
            "state": "enabled",
            "properties": {},
        }
        self.site.store.put("app", app)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        given = orjson.loads(body)
        self.heard.append((dict(headers), given))
        return self.react(dict(headers), given)

    def person(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Answer:
        credential = base64.b64encode(f"{who}@example.com:{who}".encode()).decode()
        return self._send(method, path, body, {"Authorization": f"Basic {credential}"} | headers)

    def app(self, method: str, path: str, body: Any = None, trace: str | None = None) -> Answer:
        target = _target(path)
        now = self.site.clock.seconds()
        claims = {"iss": KEY, "iat": now, "exp": now + 180, "qsh": tokens.qsh(method, target)}
        headers = {"Authorization": f"JWT {tokens.sign_hs256(claims, SECRET)}"}
        return self._send(method, path, body, headers | ({"X-Atlassian-Webhook-Trace": trace} if trace else {}))

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str], **raw: Any) -> Answer:
        more = raw if body is None else {"data": orjson.dumps(body), "content_type": "application/json"}
        answer = self.client.open(_target(path), method=method, headers=headers, **more)
        return Answer(answer.status_code, answer.headers, answer.data)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.person(method, f"/_control{path}", body)
        assert answer.status < 300, answer.body
        return answer.json if answer.body and "ndjson" not in answer.headers["Content-Type"] else answer.body

    def create(self, summary: str = "One") -> str:
        """The id of a new issue in SHOP, made by a person."""
        fields = {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}, "summary": summary}
        answer = self.person("POST", "/issue", {"fields": fields})
        assert answer.status == 201, answer.body
        return str(answer.json["id"])

    def history(self, *types: str) -> list[dict[str, Any]]:
        raw: bytes = self.control("GET", f"/history?type={','.join(types)}")
        return [orjson.loads(line) for line in raw.splitlines()]


def _target(path: str) -> str:
    return path if path.startswith(("/_", "/rest/")) else f"/rest/api/3{path}"
