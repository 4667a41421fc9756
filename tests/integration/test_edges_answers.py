"""What every answer carries, and what none may: headers, errors in words, no secret in log or database."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy.exc import OperationalError

from addon import log
from addon.app import DOORS, EDGES
from tests.fakes import probe
from tests.fakes.connect import FakeJira
from tests.fakes.edge import BASE_URL, Edge


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Edge]:
    with FakeJira() as jira:
        edge = Edge.new(jira, str(tmp_path / "edge.db"), doors=(*EDGES, probe.blueprint))
        edge.installed()
        yield edge
        edge.db.close()


def page(edge: Edge, path: str, user: str = "admin-1") -> Any:
    return edge.client.get(f"{path}?jwt={edge.jira.shared('GET', path, sub=user)}")


def test_every_answer_carries_the_headers_that_scanners_look_for(doors: Edge) -> None:
    answers = [
        page(doors, "/probe/page"),
        doors.client.get("/probe/page"),
        doors.client.get("/nowhere"),
        doors.client.put("/installed"),
        doors.client.get("/"),
        doors.client.get("/atlassian-connect.json"),
        doors.client.post("/installed"),
        doors.client.options("/probe/page"),
        doors.client.get("/health/live"),
        doors.client.get("/probe/bug"),
        doors.webhook(),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert "Content-Security-Policy" in answer.headers
        assert "X-Frame-Options" not in answer.headers
        assert "Set-Cookie" not in answer.headers


def test_only_the_tenants_jira_may_frame_a_page(doors: Edge) -> None:
    policy = page(doors, "/probe/page").headers["Content-Security-Policy"]
    jira = doors.jira.base_url
    assert f"frame-ancestors {jira}" in policy
    assert f"script-src 'self' {jira};" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert f"frame-ancestors {jira}" in page(doors, "/probe/admin_page", "user-1").headers["Content-Security-Policy"]
    for path in ("/probe/page", "/nowhere", "/atlassian-connect.json"):
        assert "frame-ancestors 'none'" in doors.client.get(path).headers["Content-Security-Policy"]


def test_the_custom_domain_may_frame_too(doors: Edge) -> None:
    told = doors.jira.told("installed", displayUrl="https://issues.example.com")
    doors.post("/installed", told, doors.install_token())
    policy = page(doors, "/probe/page").headers["Content-Security-Policy"]
    assert f"frame-ancestors {doors.jira.base_url} https://issues.example.com" in policy


def test_static_files_may_be_kept_and_nothing_else_is_served(doors: Edge) -> None:
    answer = doors.client.get("/static/icon.svg", buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("../setup.cfg", "%2e%2e/setup.cfg", "..%2fsetup.cfg", "/etc/passwd", "", "vendor"):
        assert doors.client.get(f"/static/{path}").status_code in (404, 308), path


def test_errors_speak_the_askers_language(doors: Edge) -> None:
    shown = doors.client.get("/probe/page")
    assert (shown.status_code, shown.mimetype) == (401, "text/html")
    assert "Reload the page" in shown.text
    assert "<script" not in shown.text
    refused = page(doors, "/probe/admin_page", "user-1")
    assert (refused.status_code, refused.mimetype) == (403, "text/html")
    assert f"{doors.jira.base_url}/atlassian-connect/all.js" in refused.text
    for answer, status in (
        (doors.client.get("/probe/context"), 401),
        (doors.client.get("/nowhere"), 404),
        (doors.client.get("/installed"), 405),
        (doors.client.post("/probe/json", data=b"x" * 70_000), 413),
        (doors.client.post("/probe/json", data=b"{"), 400),
    ):
        assert (answer.status_code, answer.mimetype) == (status, "application/json")
        assert answer.json is not None
        assert answer.json["error"].endswith(".")
    assert "POST" in doors.client.get("/installed").headers["Allow"]


def test_a_bug_tells_nothing(doors: Edge) -> None:
    answer = doors.client.get("/probe/bug")
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert "KeyError" not in answer.text


def test_the_body_may_not_be_longer_or_shorter_than_it_says(doors: Edge) -> None:
    def send(length: str) -> int:
        return doors.client.post(
            "/probe/json", data=b"{}", environ_overrides={"CONTENT_LENGTH": length, "wsgi.input_terminated": False}
        ).status_code

    assert send("2") == 200
    assert send("99999999999") == 413
    assert send("20") == 400
    # A length that is none: servers refuse it before us; here it is no length, and the limit holds.
    assert {send("-1"), send("x"), send("")} <= {200, 400}


def test_health(doors: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doors.client.get("/health/live").json == {"status": "live"}
    assert doors.client.get("/health/ready").json == {"status": "ready"}

    def fail(*_args: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(type(doors.db), "read", fail)
    assert doors.client.get("/health/ready").status_code == 503
    assert doors.client.get("/health/live").status_code == 200


def test_secrets_are_in_no_log_and_readable_in_no_table(
    doors: Edge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (logging.root.handlers[:], logging.root.level)
    log.configure("DEBUG")
    try:
        token = doors.jira.shared("GET", "/probe/page")
        doors.client.get(f"/probe/page?jwt={token}x")
        doors.client.get("/probe/context", headers={"Authorization": f"JWT {token}"})
        doors.client.get(f"/probe/bug?jwt={token}", headers={"Authorization": f"JWT {token}"})
        doors.lifecycle("installed")
        doors.webhook(
            {"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "fields": {"summary": "canary-text"}}}
        )
        doors.webhook({"webhookEvent": "jira:issue_updated", "issue": {"id": "canary-text"}})
    finally:
        logging.root.handlers[:], logging.root.level = before
    logged = capsys.readouterr().err
    assert '"token_refused"' in logged
    assert '"request_failed"' in logged
    for line in logged.splitlines():
        json.loads(line)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (doors.jira.secret, token, token.split(".")[1], "canary-text", "canary-in-an-exception"):
        assert secret not in logged
        assert secret.encode() not in stored


def test_the_descriptor_is_filled_in(doors: Edge) -> None:
    told = doors.client.get("/atlassian-connect.json")
    assert told.mimetype == "application/json"
    descriptor = told.json
    assert descriptor is not None
    assert (descriptor["key"], descriptor["baseUrl"]) == ("io.twinline.sync", BASE_URL)
    assert "{{" not in told.text


def test_the_descriptor_passes_the_schema_of_connect(doors: Edge, shared: Path) -> None:
    schema = json.loads((shared / "data/connect/jira-global-schema.json").read_text("utf-8"))
    descriptor = doors.client.get("/atlassian-connect.json").json
    assert descriptor is not None
    # The schema is of 2021; these two flags came after it and are what Atlassian asks for since.
    assert descriptor["apiMigrations"].pop("signed-install") is True
    assert descriptor["apiMigrations"].pop("context-qsh") is True
    jsonschema.Draft4Validator(schema).validate(descriptor)


def test_the_modules_pass_the_newer_schema(doors: Edge, shared: Path) -> None:
    modules = json.loads((shared / "data/connect/connect-modules-schema.json").read_text("utf-8"))
    definitions = json.loads((shared / "data/connect/jira-global-schema.json").read_text("utf-8"))["definitions"]
    definitions["ModuleKeySchema"] = {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"}
    descriptor = doors.client.get("/atlassian-connect.json").json
    assert descriptor is not None
    # This schema is of Forge's manifest, where each webhook has a key as well; a native one has none.
    for number, hook in enumerate(descriptor["modules"]["webhooks"]):
        hook["key"] = f"webhook-{number}"
    for name, content in descriptor["modules"].items():
        schema = modules[f"connect-jira:{name}"] | {"definitions": definitions}
        jsonschema.Draft7Validator(schema).validate(content)


def test_every_address_in_the_descriptor_has_a_door_of_its_kind(tmp_path: Path) -> None:
    with FakeJira() as jira:
        edge = Edge.new(jira, str(tmp_path / "edge.db"), doors=DOORS)
        descriptor = edge.client.get("/atlassian-connect.json").json
        assert descriptor is not None
        modules = descriptor["modules"]
        wanted = {(url, "POST") for url in descriptor["lifecycle"].values()}
        wanted |= {(hook["url"], "POST") for hook in modules["webhooks"]}
        wanted |= {(modules["adminPages"][0]["url"], "GET"), (modules["jiraIssueContexts"][0]["target"]["url"], "GET")}
        for url, method in wanted:
            answer = edge.client.open(
                url.partition("?")[0], method=method, json={"clientKey": "x"} if method == "POST" else None
            )
            assert answer.status_code == 401, url
        assert edge.client.get(modules["jiraIssueContexts"][0]["icon"]["url"], buffered=True).status_code == 200
        edge.db.close()
