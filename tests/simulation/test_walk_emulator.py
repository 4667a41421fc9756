"""A sample of walks through the real client's verdicts and the emulated Jira: what is offered and taken is Jira's."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from addon import net
from addon.errors import Blocked
from addon.jira.client import _verdict
from addon.model.rules import End, FieldMapping
from addon.store import twin_link
from addon.store.queue import Received
from addon.sync.apply import Application, Ports
from addon.sync.inbound import Arrived
from addon.sync.line import load
from emulator.seeds import workflow_graphs, writing
from tests.emulator.nature.bench import Bench
from tests.fakes.workflow import GRAPHS, from_graph
from tests.simulation.world import World

ROWS = (
    FieldMapping("summary", "text", "text", "summary", "summary"),
    FieldMapping("status", "status", "status", "status", "status"),
    FieldMapping("resolution", "resolution", "resolution", "resolution", "resolution"),
)
SAMPLE = (8, 11, 20)
"""Bug workflows of eight and nine statuses, one with two transitions between the same two."""


class Rest:
    """The client's protocol, to an emulated site in this process; what an answer means is the client's own word."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.calls: list[str] = []

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        return self._call("GET", f"{path}?{urlencode(params)}" if params else path, None)

    def post(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any:
        return self._call("POST", path, json or {})

    def put(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any:
        return self._call("PUT", f"{path}?{urlencode(params or {})}", json or {})

    def delete(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        return self._call("DELETE", path, None)

    def _call(self, method: str, target: str, body: Any) -> Any:
        self.calls.append(f"{method} {target.partition('?')[0]}")
        told = self.bench.app(method, target, body)
        headers = requests.structures.CaseInsensitiveDict(told.headers)
        return _verdict(net.Answer(told.status, headers, told.body), "blue", method != "GET")


class Course:
    """A project of the emulated site under one of the real workflows; a link whose issue lives there."""

    def __init__(self, folder: Path, graph: Mapping[str, Any]) -> None:
        self.bench = Bench()
        self.site, self.rest = self.bench.site, Rest(self.bench)
        with self.site.transaction():
            project = writing.project(self.site, "WALK", "Walk")
            workflow_graphs.use(self.site, project, workflow_graphs.load(self.site, graph, "walked"))
        self.project_id = str(project["id"])
        shown = self.bench.person("GET", f"/project/{self.project_id}/statuses").json
        bug = next(one for one in shown if one["name"] == "Bug")
        self.type_id, self.ids = str(bug["id"]), {one["name"]: str(one["id"]) for one in bug["statuses"]}
        self.world = World(f"sqlite:///{folder}/twinline.db", random.Random(1), rows=ROWS)
        self.world.sites[self.world.blue.id].create("First")
        self.world.settle()
        (self.link,) = (link for link in self.world.links() if link.tenant_id == self.world.green.id)

    def create(self, status: str) -> str:
        """An issue that people brought to a status, whatever way."""
        fields = {"project": {"id": self.project_id}, "issuetype": {"id": self.type_id}, "summary": "One"}
        made = self.bench.person("POST", "/issue", {"fields": fields})
        assert made.status == 201, made.body
        with self.site.transaction():
            issue = self.site.store.get("issue", str(made.json["id"]))
            assert issue is not None
            issue["fields"]["status"] = self.ids[status]
            self.site.store.put("issue", issue)
        return str(made.json["id"])

    def walk(self, start: str, goal: str) -> tuple[str, int]:
        """Bring the goal to an issue; answers the status it is in then, and the transitions taken."""
        issue_id, world = self.create(start), self.world
        with world.db.begin() as tx:
            link = twin_link.take_lease(tx, self.link.id, "course", world.now, 10_000.0)
            assert link is not None
            base = {"summary": "One", "status": {"id": self.ids[start], "name": start}, "resolution": None}
            link = twin_link.change(tx, link.id, issue_id=issue_id, base=base)
            at = load(tx, link, "course")
        assert at is not None
        end = End(self.project_id, "WALK", self.type_id, "Bug")
        at.rules = replace(at.rules, mappings=tuple(replace(one, accepter=end) for one in at.rules.mappings))
        arrived = {"status": Arrived({"value": {"id": "theirs", "name": goal}}, 10_000)}
        rows = [Received(0, 1, at.message(base), None, None, world.now)]
        ports = Ports(world.db, world.settings, world.engine.metadata, world.engine.clock)
        self.rest.calls.clear()
        Application(ports, at, self.rest, rows, arrived).run()  # type: ignore[arg-type]
        shown = self.bench.person("GET", f"/issue/{issue_id}?fields=status").json["fields"]["status"]["name"]
        return shown, sum(call.startswith("POST") and call.endswith("/transitions") for call in self.rest.calls)


@pytest.fixture(params=SAMPLE)
def graph(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    if not GRAPHS.exists():
        pytest.skip("the graphs of real workflows are not beside the checkout")
    found: Mapping[str, Any] = json.loads(GRAPHS.read_text())[request.param]
    return found


def test_a_workflow_that_connect_apps_may_not_read_is_learnt_and_walked(graph: Mapping[str, Any], folder: Path) -> None:
    course, told = Course(folder, graph), from_graph(graph)
    for name in told.statuses.values():
        course.create(name)
    start = next(iter(told.statuses))
    distances, wrong = told.distances(start), []
    for goal, name in told.statuses.items():
        if goal == start:
            continue
        try:
            shown, steps = course.walk(told.statuses[start], name)
        except Blocked as blocked:
            if goal in distances or "no way" not in blocked.reason:
                wrong.append((name, blocked.reason))
            continue
        if (shown, steps) != (name, distances.get(goal)):
            wrong.append((name, f"{shown} after {steps} steps, not {distances.get(goal)}"))
    assert not wrong
    assert max(distances.values()) > 2
