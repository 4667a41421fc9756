"""R12: fifty signed webhooks a second for a minute, and each that was answered 2xx is in the database by then."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles

import pytest
import requests
from sqlalchemy import select

from addon.store import table
from addon.store.db import Database
from dev import port
from dev.deployment import TOP, Deployment
from dev.supervisor import Supervisor
from tests.fakes.connect import FakeJira
from tests.soak.figures import SOAK, begin, note, size

pytestmark = [pytest.mark.story, pytest.mark.timeout(0 if SOAK else 120)]

WHAT = "50 webhooks a second"
PER_SECOND = 50
CLIENTS = 20
"""As many as Jira delivers at a time."""
WEBHOOK = "/webhooks/issue"


class _Senders:
    """Sends each webhook at its moment, whether or not the earlier ones have been answered."""

    def __init__(self, jira: FakeJira, url: str) -> None:
        self.acknowledged: list[str] = []
        self.seconds: list[float] = []
        """From the moment a webhook was due until it was answered."""
        self._jira, self._url, self._local = jira, url, threading.local()
        self._lock = threading.Lock()

    def send(self, number: int, due: float) -> None:
        time.sleep(max(0.0, due - time.monotonic()))
        issue_id = str(20_001 + number)
        body = json.dumps({"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": {"id": issue_id}})
        headers = {"Authorization": f"JWT {self._jira.shared('POST', WEBHOOK)}", "Content-Type": "application/json"}
        try:
            answer = self._session().post(self._url + WEBHOOK, data=body, headers=headers, timeout=20)
        except requests.RequestException:
            return
        with self._lock:
            self.seconds.append(time.monotonic() - due)
            if answer.ok:
                self.acknowledged.append(issue_id)

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session


def test_each_is_answered_once_it_is_committed(tmp_path: Path) -> None:
    count = PER_SECOND * size(usual=3, full=60)
    begun = begin(WHAT, str(count))
    (listen,) = port.free(1)
    url = f"http://localhost:{listen}"
    supervisor = Supervisor(cwd=TOP)
    with FakeJira() as jira:
        keys = {"INSTALL_KEY_URLS": f"{jira.base_url}/keys"}
        deployment = Deployment(tmp_path / "add-on", url, listen, (), settings=keys)
        try:
            deployment.start(supervisor)
            deployment.wait(supervisor)
            # Nobody takes the rows away again: what was acknowledged must be there to be counted.
            supervisor.end("worker")
            _install(jira, url)
            senders, start = _Senders(jira, url), time.monotonic() + 0.5
            with ThreadPoolExecutor(CLIENTS) as pool:
                for number in range(count):
                    pool.submit(senders.send, number, start + number / PER_SECOND)
            supervisor.kill("web")
            found = _touched(deployment.environment()["DATABASE_URL"])
        finally:
            supervisor.stop()
    lost = set(senders.acknowledged) - found
    hundredths = quantiles(senders.seconds, n=100, method="inclusive")
    note(
        "R12",
        WHAT,
        seeds=str(count),
        sent=count,
        acknowledged=len(senders.acknowledged),
        lost=len(lost),
        p50_ms=round(hundredths[49] * 1000, 1),
        p99_ms=round(hundredths[98] * 1000, 1),
        failed=int(bool(lost)),
        complaints="",
        seconds_in_all=round(time.monotonic() - begun, 1),
    )
    assert not lost
    assert len(senders.acknowledged) >= 0.999 * count


def _install(jira: FakeJira, url: str) -> None:
    signed = jira.signed("POST", "/installed", url)
    for event, token in (("installed", signed), ("enabled", jira.shared("POST", "/enabled"))):
        headers = {"Authorization": f"JWT {token}"}
        requests.post(f"{url}/{event}", json=jira.told(event), headers=headers, timeout=20).raise_for_status()


def _touched(database_url: str) -> set[str]:
    """The issues that a row names."""
    database = Database(database_url)
    with database.read() as tx:
        found = set(tx.scalars(select(table.touched_issue.c.issue_id)))
    database.close()
    return found
