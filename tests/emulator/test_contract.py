"""What the emulator declares, held to the documents: scopes, webhook bodies."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from emulator import apps
from emulator.app import create_app
from emulator.site import Site
from tests.emulator.app_probe import Probe
from tests.emulator.conftest import Client, document
from tests.emulator.contract import Contract, shared

CAPTURES = shared() / "data" / "webhooks"
# Keys of captures from years ago that Cloud has dropped since (GDPR), or that only some sites have.
DROPPED = {"name", "key", "emailAddress"}


def routes(site: Site) -> Iterator[tuple[str, str, str]]:
    """Method, OpenAPI path and scope of every v3 route."""
    app = create_app(site)
    for rule in app.url_map.iter_rules():
        scope = getattr(app.view_functions[rule.endpoint], "emulator_scope", None)
        if scope and rule.rule.startswith("/rest/api/"):
            path = "/rest/api/3" + re.sub(r"^/rest/api/<[^>]+>", "", rule.rule)
            yield next(iter(rule.methods - {"HEAD", "OPTIONS"})), re.sub(r"<[^>]+>", "x", path), scope  # type: ignore[operator]


@pytest.fixture
def known(contract: Contract | None) -> Contract:
    if contract is None:
        pytest.skip("the OpenAPI document is not beside the checkout")
    return contract


def test_scopes_are_the_documented_ones(known: Contract) -> None:
    wrong = []
    for method, path, scope in routes(Site.new()):
        template = known.template(method, path)
        if template is None:
            continue
        documented = known.document["paths"][template][method.lower()].get("x-atlassian-connect-scope")
        if documented not in (None, scope, "INACCESSIBLE", "NONE"):
            wrong.append(f"{method} {template}: {scope}, documented {documented}")
    assert not wrong, "\n".join(sorted(wrong))


def shape(value: Any) -> Any:
    """The keys of an object, all the way down; a list stands for the keys that any of its elements has."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if key not in DROPPED}
    if isinstance(value, list):
        shapes = [shape(each) for each in value]
        if shapes and all(isinstance(each, dict) for each in shapes):
            return [{key: each for one in shapes for key, each in one.items()}]
        return shapes[:1]
    return None


def missing(captured: Any, ours: Any, place: str = "") -> list[str]:
    """Keys that a captured body has and ours has not."""
    if isinstance(captured, dict) and isinstance(ours, dict):
        lost = [f"{place}.{key}" for key in captured if key not in ours]
        for key in set(captured) & set(ours):
            lost += missing(captured[key], ours[key], f"{place}.{key}")
        return lost
    if isinstance(captured, list) and isinstance(ours, list) and captured and ours:
        return missing(captured[0], ours[0], place + "[]")
    return []


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the captured webhooks are not beside the checkout")
def test_webhook_bodies_have_the_captured_keys(site: Site, admin: Client) -> None:
    events = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
              "comment_deleted", "worklog_created", "worklog_deleted")  # fmt: skip
    with Probe([{"event": event, "url": "/hook"} for event in events]) as app:
        apps.install(site, app.base_url + "/d")
        me = {"accountId": admin.json("GET", "/myself")["accountId"]}
        key = admin.create(assignee=me, description=document("d"))["key"]
        admin.call("PUT", f"/issue/{key}", json={"fields": {"summary": "renamed", "assignee": None}})
        made = admin.json("POST", f"/issue/{key}/comment", 201, json={"body": document("c")})
        admin.json("PUT", f"/issue/{key}/comment/{made['id']}", json={"body": document("d")})
        admin.call("DELETE", f"/issue/{key}/comment/{made['id']}")
        log = admin.json("POST", f"/issue/{key}/worklog", 201, json={"timeSpent": "1h", "comment": document("w")})
        admin.call("DELETE", f"/issue/{key}/worklog/{log['id']}")
        admin.call("DELETE", f"/issue/{key}")
        app.wait(10)
    ours = {body["webhookEvent"]: shape(body) for _, _, body in reversed(app.at("/hook"))}
    problems = []
    for path in sorted(CAPTURES.glob("*/*.json")):
        body = json.loads(path.read_text())
        cloud = "server" not in path.name and "SYNTHETIC" not in path.name
        if cloud and body.get("webhookEvent") in ours and "comment" not in body.get("issue_event_type_name", ""):
            lost = missing(shape(body), ours[body["webhookEvent"]])
            problems += [f"{path.name}: {each}" for each in lost if "customfield_" not in each]
    assert not problems, "\n".join(problems[:40])
