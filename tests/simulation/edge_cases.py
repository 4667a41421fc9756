"""Cases at the edges: what Jira tells us, what Jira answers, and with which secret it is called."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt

from addon import jobs, net
from addon.errors import Retryable
from addon.jira import client as jira_client
from addon.jira.client import JiraClient
from addon.store import queue
from addon.store import tenant as tenants
from dev.proxy import Fault, Proxy
from tests.fakes.connect import FakeJira
from tests.fakes.edge import Edge
from tests.simulation.cases import Case, Patch, Stand

ISSUE = "/rest/api/3/issue/10001"
DEADLINE = 0.5


@contextlib.contextmanager
def _edge(folder: Path) -> Iterator[Edge]:
    with FakeJira() as jira:
        edge = Edge.new(jira, str(folder / "edge.db"))
        edge.installed()
        try:
            yield edge
        finally:
            edge.db.close()


# R1, R12: webhooks


def acknowledged_is_stored(folder: Path) -> None:
    """Whoever dies after the 204: another process finds the row."""
    with _edge(folder) as edge:
        assert edge.webhook().status_code == 204
        with contextlib.closing(sqlite3.connect(folder / "edge.db")) as another:
            rows = another.execute("select issue_id from touched_issue").fetchall()
        assert rows == [("10001",)], "acknowledged, and not stored"


def acknowledged_before_commit(patch: Patch) -> None:
    """The row is to be written once there is time for it."""
    later: list[tuple[Any, ...]] = []
    patch.setattr(queue, "touch", lambda *given, **how: later.append((given, how)))


def what_cannot_be_stored_is_not_acknowledged(folder: Path) -> None:
    """The database fails: Jira is told, so that it tries again."""
    with _edge(folder) as edge:
        with edge.db.begin() as tx:
            tx.exec_driver_sql("alter table touched_issue rename to away")
        assert edge.webhook().status_code == 503
        with edge.db.begin() as tx:
            tx.exec_driver_sql("alter table away rename to touched_issue")
        assert edge.webhook().status_code == 204
        assert edge.touched() == [("10001", False, 1)]


def failures_are_swallowed(patch: Patch) -> None:
    """A webhook that could not be stored is thanked for."""
    honest = queue.touch

    def touch(*given: Any, **how: Any) -> None:
        with contextlib.suppress(Exception):
            honest(*given, **how)

    patch.setattr(queue, "touch", touch)


# R14: secrets and sites


def calls_bear_the_secret_of_the_day(folder: Path) -> None:
    """Jira changes the secret while we have a client for it: the next call is signed with the new one."""
    with _edge(folder) as edge:
        edge.jira.answers["GET", ISSUE] = (200, {"id": "10001"}, {})
        jira = edge.app.extensions["twinline"].jira
        jira(edge.tenant()).get(ISSUE)
        old, edge.jira.secret = edge.jira.secret, "fedcba9876543210fedcba9876543210"
        # A rotation is signed by Atlassian's key and tells the new secret.
        assert edge.lifecycle("installed").status_code == 204
        jira(edge.tenant()).get(ISSUE)
        sent = [call.headers["Authorization"].removeprefix("JWT ") for call in edge.jira.calls if call.target == ISSUE]
        for token, secret in zip(sent, (old, edge.jira.secret), strict=True):
            assert _signed_with(token, secret), "a call was signed with another secret than the site's"


def _signed_with(token: str, secret: str) -> bool:
    try:
        jwt.decode(token, secret, algorithms=["HS256"], options={"verify_aud": False})
    except jwt.InvalidSignatureError:
        return False
    return True


def client_outlives_its_secret(patch: Patch) -> None:
    """A client is kept for as long as the address is the same."""
    patch.setattr(jobs, "_calls_as", lambda tenant: (tenant.base_url,))


def an_uninstalled_site_is_left_alone(folder: Path) -> None:
    """Green takes the app off while a change is under way: not a call more; the change arrives once it is back."""
    stand = Stand(folder)
    green = stand.world.green
    stand.blue.edit(stand.ours, summary="On its way")
    calls: list[float] = []
    with stand.world.db.begin() as tx:
        tenants.set_state(tx, green.id, "uninstalled", stand.world.now)
    stand.green.called = lambda: calls.append(stand.world.now)
    stand.run(400)
    assert not calls, "a site without the app was called"
    stand.green.called = lambda: None
    with stand.world.db.begin() as tx:
        told = {"base_url": green.base_url, "display_url": "", "name": "green", "shared_secret": ""}
        tenants.install(tx, client_key=green.client_key, **told, now=stand.world.now)
        tenants.introduce(tx, green.id, "app", "")
        tenants.set_state(tx, green.id, "enabled", stand.world.now)
    stand.world.settle()
    assert stand.twin()["summary"] == "On its way"


def uninstalling_changes_nothing(patch: Patch) -> None:
    """Whether the app is still there is not asked."""
    honest = tenants.by_id

    def by_id(tx: Any, tenant_id: int) -> Any:
        found = honest(tx, tenant_id)
        return dataclasses.replace(found, state="enabled") if found else None

    patch.setattr(tenants, "by_id", by_id)
    patch.setattr(queue, "due_links", lambda tx, _now: [r[0] for r in tx.exec_driver_sql("select id from twin_link")])


def a_renamed_site_is_called_by_its_new_name(folder: Path) -> None:
    """The site moves while we have a client for it: the old address hears nothing more, whoever stands there now."""
    with _edge(folder) as edge, FakeJira() as moved:
        edge.jira.answers["GET", ISSUE] = moved.answers["GET", ISSUE] = (200, {"id": "10001"}, {})
        jira = edge.app.extensions["twinline"].jira
        jira(edge.tenant()).get(ISSUE)
        told = edge.jira.told("installed", baseUrl=moved.base_url)
        assert edge.post("/installed", told, edge.install_token()).status_code == 204
        jira(edge.tenant()).get(ISSUE)
        counts = [sum(call.target == ISSUE for call in site.calls) for site in (edge.jira, moved)]
        assert counts == [1, 1], "the old address was called"


def client_outlives_its_address(patch: Patch) -> None:
    """A client is kept for as long as the secret is the same."""
    patch.setattr(jobs, "_calls_as", lambda tenant: (tenant.shared_secret and "kept",))


def a_cloned_site_says_nothing(folder: Path) -> None:
    """Green's address comes with another client key, a clone of the site: nothing of the old one goes on there."""
    stand = Stand(folder)
    green = stand.world.green
    stand.blue.edit(stand.ours, summary="Not for a clone")
    stand.green.edit(stand.theirs, priority={"id": "1"})
    with stand.world.db.begin() as tx:
        told = {"base_url": green.base_url, "display_url": "", "name": "green", "shared_secret": ""}
        tenants.install(tx, client_key="another", **told, now=stand.world.now)
    calls: list[float] = []
    stand.green.called = lambda: calls.append(stand.world.now)
    stand.run(400)
    assert not calls, "the clone was called for the site it was made of"
    assert stand.blue.issues[stand.ours]["fields"]["priority"]["id"] != "1", "what was changed at the clone came across"


# R16: hostile answers


def no_answer_is_endless(folder: Path) -> None:
    """An answer that comes a byte at a time, one too large, one that is no JSON: a call that may have been done."""
    with _edge(folder) as edge:
        tenant = edge.tenant()
        port = int(tenant.base_url.rsplit(":", 1)[1])
        settings = edge.app.extensions["twinline"].settings
        answers = (
            ({"words": "x" * 300}, Fault(drip=0.005)),
            ({"words": "x" * 3000}, Fault()),
            (b"<html>Please log in</html>", Fault()),
        )
        for answer, fault in answers:
            edge.jira.answers["PUT", ISSUE] = (200, answer, {})
            with Proxy(0, port) as proxy:
                proxy.fault = fault
                through = dataclasses.replace(tenant, base_url=f"http://127.0.0.1:{proxy.port}")
                http = net.Http(deadline=DEADLINE, limit=1000, development=True)
                try:
                    passed = JiraClient(through, settings, edge.vault, http).put(ISSUE)
                except Retryable as verdict:
                    assert verdict.ambiguous, "a write whose answer did not come may have happened"
                else:
                    raise AssertionError(f"{passed} passed for an answer")


def deadlines_are_not_kept(patch: Patch) -> None:
    """Each byte may take its time."""
    patch.setattr(net._Call, "left", property(lambda _call: 60.0))


def sizes_are_not_counted(patch: Patch) -> None:
    """An answer may be of any size."""
    honest = net.Http._once
    patch.setattr(net.Http, "_once", lambda self, prepared, end, _limit: honest(self, prepared, end, 10**9))


def any_200_is_success(patch: Patch) -> None:
    """What cannot be read is taken for an empty answer."""
    patch.setattr(jira_client, "_content", lambda _answer, _writes: {})


CASES = (
    Case("R1", acknowledged_is_stored, (acknowledged_before_commit,)),
    Case("R12", acknowledged_is_stored, (acknowledged_before_commit,)),
    Case("R12", what_cannot_be_stored_is_not_acknowledged, (failures_are_swallowed,)),
    Case("R14", calls_bear_the_secret_of_the_day, (client_outlives_its_secret,)),
    Case("R14", an_uninstalled_site_is_left_alone, (uninstalling_changes_nothing,)),
    Case("R14", a_renamed_site_is_called_by_its_new_name, (client_outlives_its_address,)),
    Case("R14", a_cloned_site_says_nothing, (uninstalling_changes_nothing,)),
    Case("R16", no_answer_is_endless, (deadlines_are_not_kept, sizes_are_not_counted, any_200_is_success)),
)
