"""Reconcile: finds what webhooks missed. One search per pass for all that changed since the last one, and one question
which webhooks Jira could not deliver: no search finds what was deleted. At rest a pass costs three calls, however many
twins there are.

The watermark is the site's own clock, so it matters neither what ours says nor in which zone the app's user lives: the
search asks for the last so many minutes, with an overlap because search lags behind and counts in minutes. What a link
has read already is told from the issue's own ``updated`` and costs nothing more.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from addon import log
from addon.errors import Blocked, Ignored, Retryable
from addon.jira import condition, reader
from addon.store import queue, twin_link
from addon.store import rules as rules_store
from addon.store import synchronization as synchronization_store
from addon.store import tenant as tenant_store
from addon.store.db import Tx
from addon.store.tenant import Tenant
from addon.strict_json import Malformed, parse_answer
from addon.sync import backoff, site
from addon.sync.apply import Jira
from addon.sync.engine import Engine
from addon.sync.pairing import Offer

OVERLAP_SECONDS = 300.0
_PAGE = 100


@dataclass(slots=True)
class Reconcile:
    """Passes over a tenant's mapped projects."""

    engine: Engine

    def run(self, tenant_id: int) -> None:
        """One pass: touch every issue that changed since the last pass and that no link has read since."""
        with self.engine.db.read() as tx:
            tenant = tenant_store.by_id(tx, tenant_id)
            mapped = _mapped(tx, tenant_id)
        if tenant is None or tenant.state != "enabled" or not mapped.projects:
            return
        try:
            found = self._pass(tenant, mapped)
        except (Blocked, Ignored) as verdict:
            log.warning("reconcile_failed", tenant=tenant_id, verdict=type(verdict).__name__)
        except Retryable as verdict:
            with self.engine.db.begin() as tx:
                until = self.engine.clock() + backoff.wait(tenant.attempt_count, verdict.after)
                tenant_store.back_off(tx, tenant_id, until, verdict.reason, asked=verdict.after is not None)
        else:
            log.info("reconciled", tenant=tenant_id, missed=found)

    def _pass(self, tenant: Tenant, mapped: Mapped) -> int:
        jira = self.engine.jira_of(tenant)
        now = site.now(jira)
        start = tenant.reconciled_at if tenant.reconciled_at is not None else min(mapped.started_at, now)
        minutes = math.ceil((now - start + OVERLAP_SECONDS) / 60)
        missed = self._told_in_vain(tenant, jira, start - OVERLAP_SECONDS)
        for page in _changed(jira, mapped.projects, minutes):
            missed += self._touch(jira, tenant, page, mapped)
        with self.engine.db.begin() as tx:
            tenant_store.reconciled(tx, tenant.id, now)
        self.engine.wake.issue(tenant.id, *missed)
        return len(missed)

    def _told_in_vain(self, tenant: Tenant, jira: Jira, since: float) -> list[str]:
        """Touch the issues of webhooks that Jira has given up; answers their ids. Jira keeps them for 72 hours."""
        found: dict[str, bool] = {}
        after = max(0, int(since * 1000))
        while True:
            page = jira.get("/rest/api/3/webhook/failed", params={"maxResults": _PAGE, "after": after})
            for item in page["values"]:
                after = max(after, int(item["failureTime"]))
                issue_id, deleted = _named(str(item.get("body", "")))
                if issue_id:
                    found[issue_id] = found.get(issue_id, False) or deleted
            if not page["values"] or not page.get("next"):
                break
        with self.engine.db.begin() as tx:
            for issue_id, deleted in found.items():
                queue.touch(tx, tenant.id, issue_id, deleted=deleted, now=self.engine.clock())
        return list(found)

    def _touch(self, jira: Jira, tenant: Tenant, page: list[tuple[str, float, float]], mapped: Mapped) -> list[str]:
        with self.engine.db.read() as tx:
            read = twin_link.read_times(tx, tenant.id, [issue_id for issue_id, _, _ in page])
        # Without a link it may be owed its first one: by its age, or because it matches a condition by now.
        young = {issue_id for issue_id, created_at, _ in page if created_at >= mapped.since}
        others = [issue_id for issue_id, _, _ in page if issue_id not in read and issue_id not in young]
        if others and mapped.queries:
            for match in condition.matches(jira, others, mapped.queries).values():
                young |= match.issue_ids
        missed = [
            issue_id
            for issue_id, _, updated_at in page
            # Another time than it was read at, not a later one: a site's clock may have been set back.
            if (read[issue_id] != updated_at if issue_id in read else issue_id in young)
        ]
        with self.engine.db.begin() as tx:
            for issue_id in missed:
                queue.touch(tx, tenant.id, issue_id, deleted=False, now=self.engine.clock())
        return missed


def _named(body: str) -> tuple[str, bool]:
    """The issue that a webhook's body names, "" where it names none, and whether it was deleted."""
    try:
        told = parse_answer(body.encode())
    except Malformed:
        return "", False
    issue = told.get("issue") if isinstance(told, dict) else None
    issue_id = str(issue.get("id", "")) if isinstance(issue, dict) else ""
    if not issue_id.isascii() or not issue_id.isdigit():
        return "", False
    return issue_id, told.get("webhookEvent") == "jira:issue_deleted"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What active mappings speak of. Times by our Jira's clock.

    ``started_at``: when the first of them started. ``since``: issues created later may be owed a twin anyway;
    ``queries``: those that match may be owed one whatever their age.
    """

    projects: frozenset[str]
    started_at: float
    since: float
    queries: tuple[str, ...]


def _mapped(tx: Tx, tenant_id: int) -> Mapped:
    projects: set[str] = set()
    queries: dict[str, None] = {}
    started_at = since = math.inf
    for synchronization in synchronization_store.of_tenant(tx, tenant_id):
        if not synchronization.accepted:
            continue
        starts = rules_store.starts(tx, synchronization.id)
        for mapping in rules_store.live(tx, synchronization.id).mappings:
            if not mapping.active:
                continue
            offer = Offer(synchronization, mapping)
            projects.add(mapping.end_of(synchronization.side).project_id)
            start = starts.get(mapping.id, math.inf)
            # One that started at zero takes old issues, too: its backlog finds them.
            started_at = min(started_at, start or math.inf)
            if offer.jql and mapping.id in starts:
                queries[offer.query] = None
            else:
                since = min(since, start)
    return Mapped(frozenset(projects), started_at, since, tuple(queries))


def _changed(jira: Jira, projects: Collection[str], minutes: int) -> Iterator[list[tuple[str, float, float]]]:
    """Pages of (issue id, created, updated) of issues that changed in the last so many minutes."""
    named = ", ".join(sorted(projects))
    body: dict[str, Any] = {
        "jql": f'project in ({named}) AND updated >= "-{minutes}m" ORDER BY updated ASC',
        "fields": ["created", "updated"],
        "maxResults": _PAGE,
    }
    while True:
        page = jira.post("/rest/api/3/search/jql", json=body)
        yield [
            (
                str(item["id"]),
                reader.seconds(item["fields"]["created"]),
                reader.seconds(item["fields"]["updated"]),
            )
            for item in page["issues"]
        ]
        token = page.get("nextPageToken")
        if not token:
            return
        body["nextPageToken"] = token
