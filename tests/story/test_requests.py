"""Every request the add-on sends to Jira is one that Atlassian's own document knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from dev.recorder import Recorder, Request
from dev.site import paragraph
from dev.stage import Ports, Stage
from dev.supervisor import wait_until
from tests.emulator.contract import Contract
from tests.story.conftest import HURRY
from tests.story.twins import shown

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def _problems(contract: Contract, request: Request) -> list[str]:
    template = contract.template(request.method, request.target)
    if template is None:
        return [f"{request.method} {urlsplit(request.target).path} is not documented"]
    operation = contract.document["paths"][template][request.method.lower()]
    known = {parameter["name"] for parameter in operation.get("parameters", ())}
    given = {name for name, _ in parse_qsl(urlsplit(request.target).query, keep_blank_values=True)}
    strange = [f"{request.method} {template} knows no parameter {name}" for name in sorted(given - known)]
    status = next(int(status) for status in sorted(operation["responses"]) if status < "400")
    return strange + contract.check(request.method, request.target, request.body, status, "", b"")


def test_what_is_sent_to_jira_is_documented(tmp_path: Path, recorder: Recorder, shared: Path) -> None:
    contract = Contract(shared / "data" / "openapi" / "jira-platform-v3.2026-05.json")
    with Stage(tmp_path, Ports.free(), settings=HURRY, front=recorder.front) as stage:
        blue, green = stage.blue, stage.green
        key = blue.create_issue("SHOP", "Bug", "Blue asks", labels=["one"], priority={"name": "High"})
        comment = blue.comment(key, "Blue says")
        wait_until("The twin did not come", lambda: "Blue asks" in shown(green, "QA"), seconds=60)
        twin = next(i["key"] for i in green.search("project = QA") if i["fields"]["summary"] == "Blue asks")
        blue.edit(key, summary="Blue asks again", labels=["two"])
        green.comment(twin, "Green says")
        blue.call("PUT", f"/rest/api/3/issue/{key}/comment/{comment}", {"body": paragraph("Blue corrects")})
        wait_until("The comment did not come", lambda: len(blue.comments(key)) == 2, seconds=60)
        blue.call("DELETE", f"/rest/api/3/issue/{key}/comment/{comment}")
        wait_until("The comment did not go", lambda: len(green.comments(twin)) == 1, seconds=60)
        sites = {blue.listen, green.listen}
        sent = recorder.take(lambda request: request.port in sites and request.authorization == "JWT")
    assert {request.method for request in sent} >= {"GET", "POST", "PUT", "DELETE"}
    assert sorted({problem for request in sent for problem in _problems(contract, request)}) == []
