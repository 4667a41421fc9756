"""What one field change costs: Jira calls (P1) and time from the webhook to the partner's write (P5)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from statistics import quantiles

import requests
from requests.auth import HTTPBasicAuth

from dev.recorder import Recorder, Request
from dev.site import ADMIN, Site
from dev.stage import Stage
from dev.supervisor import wait_until

ISSUES = 20
CHANGES = 100
"""Single changes, at ``PER_SECOND``, over the issues in turn."""
PER_SECOND = 20.0
BURSTS = 10
EDITS = 10
"""Edits of one issue that come within a second."""
REST_SECONDS = 4.0
_MARK = re.compile(rb"change (\d+)")


@dataclass(frozen=True)
class Run:
    """One run. Times in milliseconds, counts per change."""

    calls: float
    burst_calls: float
    latencies: list[float]
    floors: list[float]
    """One read and the beginning of a write over a kept-alive connection: what no design can do without."""


@dataclass(frozen=True)
class Row:
    words: str
    value: Callable[[Run], float]
    floor: Callable[[Run], float]
    goal: str


def percentile(values: list[float], which: int) -> float:
    return quantiles(values, n=100, method="inclusive")[which - 1]


ROWS = (
    Row("P1 Jira calls per synced field change", lambda run: run.calls, lambda _: 2.0, "≤ 2.1"),
    Row("P1 the same, ten edits of one issue within a second", lambda run: run.burst_calls, lambda _: 0.2, "≤ 1.2"),
    Row(
        "P5 ms from webhook to partner's PUT, 20 changes/s: p50",
        lambda run: percentile(run.latencies, 50),
        lambda run: percentile(run.floors, 50),
        "≤ 25",
    ),
    Row(
        "P5 the same: p99",
        lambda run: percentile(run.latencies, 99),
        lambda run: percentile(run.floors, 99),
        "≤ 100",
    ),
)


class Bench:
    """Changes summaries at Blue and watches what goes over the wire."""

    def __init__(self, stage: Stage, recorder: Recorder) -> None:
        self._blue, self._green = stage.blue, stage.green
        self._addon = stage.deployments[0].listen
        self._recorder = recorder
        self._numbers = count(1)
        self._keys: list[str] = []
        self._session = requests.Session()
        self._session.auth = HTTPBasicAuth(*ADMIN)

    def warm_up(self) -> None:
        """Create the issues and wait for their twins: sessions are open then and caches full."""
        print(f"Creating {ISSUES} issues and waiting for their twins ...", flush=True)
        self._keys = [self._blue.create_issue("SHOP", "Task", self._summary()) for _ in range(ISSUES)]
        wait_until("The twins were not all there", self._all_there, seconds=120)
        self._quiet()

    def run(self) -> Run:
        print("Measuring ...", flush=True)
        calls, latencies = self._single()
        return Run(calls, self._bursts(), latencies, self._floors())

    def _single(self) -> tuple[float, list[float]]:
        self._recorder.take()
        started = time.perf_counter()
        for number in range(CHANGES):
            time.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
            self._edit(self._keys[number % ISSUES])
        passed = self._settled()
        webhooks = self._first_of(passed, lambda request: request.port == self._addon)
        writes = self._first_of(passed, lambda request: request.method == "PUT" and self._is_jira(request, self._green))
        latencies = [(writes[mark] - at) * 1000 for mark, at in webhooks.items() if mark in writes]
        return self._calls(passed) / CHANGES, latencies

    def _bursts(self) -> float:
        self._recorder.take()
        for number in range(BURSTS):
            started = time.perf_counter()
            for step in range(EDITS):
                time.sleep(max(0.0, started + step * 0.9 / EDITS - time.perf_counter()))
                self._edit(self._keys[number % ISSUES])
        return self._calls(self._settled()) / (BURSTS * EDITS)

    def _floors(self) -> list[float]:
        """The bare loop through the same proxies: read the issue here, then the write is on its way there."""
        twin = self._green.search("project = QA ORDER BY created DESC")[0]["key"]
        floors = []
        for number in range(CHANGES):
            self._recorder.take()
            started = time.perf_counter()
            self._session.get(f"{self._blue.url}/rest/api/3/issue/{self._keys[number % ISSUES]}?fields=summary")
            self._session.put(f"{self._green.url}/rest/api/3/issue/{twin}", json={"fields": {"summary": "floor"}})
            write = next(request for request in self._recorder.take() if request.method == "PUT")
            floors.append((write.at - started) * 1000)
        self._quiet()
        return floors

    def _edit(self, key: str) -> None:
        body = {"fields": {"summary": self._summary()}}
        self._session.put(f"{self._blue.url}/rest/api/3/issue/{key}", json=body).raise_for_status()

    def _summary(self) -> str:
        return f"change {next(self._numbers)}"

    def _all_there(self) -> bool:
        here = {issue["fields"]["summary"] for issue in self._blue.search("project = SHOP AND summary ~ change")}
        there = {issue["fields"]["summary"] for issue in self._green.search("project = QA AND summary ~ change")}
        mine = {summary for summary in here if _MARK.fullmatch(summary.encode())}
        return len(mine) >= ISSUES and mine <= there

    def _settled(self) -> list[Request]:
        """What has passed, once nothing passes any more."""
        passed: list[Request] = []
        quiet_since = time.perf_counter()
        while time.perf_counter() - quiet_since < REST_SECONDS:
            time.sleep(0.1)
            if more := self._recorder.take(self._is_ours):
                passed += more
                quiet_since = time.perf_counter()
        return passed

    def _quiet(self) -> None:
        self._settled()

    def _is_ours(self, request: Request) -> bool:
        return request.port == self._addon or request.authorization == "JWT"

    def _calls(self, passed: list[Request]) -> float:
        jira = [self._is_jira(request, self._blue) or self._is_jira(request, self._green) for request in passed]
        return float(sum(jira))

    @staticmethod
    def _is_jira(request: Request, site: Site) -> bool:
        """Whether the add-on asked this of a site."""
        return request.port == site.listen and request.authorization == "JWT"

    @staticmethod
    def _first_of(passed: list[Request], wanted: Callable[[Request], bool]) -> dict[bytes, float]:
        """When each change was first named by such a request."""
        first: dict[bytes, float] = {}
        for request in passed:
            if wanted(request) and (mark := _MARK.search(request.body)):
                first.setdefault(mark[1], request.at)
        return first
