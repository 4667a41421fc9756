"""R16: whatever a connection does to an answer, the call ends in time and never passes for an answer."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

import pytest

from addon import net
from addon.errors import Retryable
from addon.jira.client import JiraClient
from dev.proxy import Fault, Proxy
from tests.fakes.connect import FakeJira
from tests.fakes.edge import Edge
from tests.soak.figures import note

DEADLINE = 1.0
ISSUE = "/rest/api/3/issue/10001"
FAULTS = {
    "reset": Fault(reset=True),
    "cut in the head": Fault(cut_after=12),
    "cut in the body": Fault(cut_after=400),
    "one byte after the other": Fault(drip=0.05),
    "blackhole": Fault(blackhole=True),
    "late": Fault(latency=DEADLINE * 2),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with FakeJira() as jira:
        edge = Edge.new(jira, str(tmp_path_factory.mktemp("proxy") / "edge.db"))
        edge.installed()
        jira.answers["PUT", ISSUE] = (200, {"id": "10001", "key": "P-1", "words": "x" * 2000}, {})
        yield edge
        edge.db.close()


@pytest.mark.parametrize("name", FAULTS)
def test_the_call_ends_in_time_and_is_no_answer(name: str, site: Edge) -> None:
    tenant = site.tenant()
    port = int(tenant.base_url.rsplit(":", 1)[1].split("/")[0])
    with Proxy(0, port) as proxy:
        through = dataclasses.replace(tenant, base_url=tenant.base_url.replace(f":{port}", f":{proxy.port}", 1))
        http = net.Http(deadline=DEADLINE, limit=100_000, development=True)
        client = JiraClient(through, site.app.extensions["twinline"].settings, site.vault, http)
        assert client.put(ISSUE)["key"] == "P-1"
        proxy.fault = FAULTS[name]
        # A further client: a connection that was kept from before would not meet the fault.
        http = net.Http(deadline=DEADLINE, limit=100_000, development=True)
        client = JiraClient(through, site.app.extensions["twinline"].settings, site.vault, http)
        started = time.monotonic()
        with pytest.raises(Retryable) as caught:
            client.put(ISSUE)
        lasted = time.monotonic() - started
        # A reset may come before a byte of the request went out; then the write surely was not done.
        assert caught.value.ambiguous or name == "reset", "a write whose answer did not come may have happened"
        assert proxy.count >= 1
        assert lasted <= DEADLINE + 1
    note("R16", f"answers: {name}", most_seconds=round(lasted, 2), most_deadline=DEADLINE)
