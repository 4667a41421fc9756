"""Catalog: what issues of a project and type can hold, at our site and at the partner's, each as its owner shows it.

The owner decides: a scope is applied where the Jira stands, and what it hides is answered like what does not exist.
Both are asked for when they are needed, and kept for minutes, so that what was created meanwhile is seen soon.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from addon.errors import Missing, Refused
from addon.jira.catalog import Ends
from addon.jira.metadata import Metadata
from addon.jira.reader import Reading
from addon.model.catalog import EndInfo, visible
from addon.model.offer import Offer
from addon.model.rules import End, Side
from addon.store.synchronization import Synchronization
from addon.store.tenant import Tenant
from addon.sync.publication import asked

KEEP_SECONDS = 120.0
MOST = 500
UNKNOWN = "There is no such project and issue type, or it is not shown."


class Asking(Protocol):
    """What is needed of ``sync.transport``."""

    def end(
        self, synchronization: Synchronization, project_id: str, issue_type_id: str, *, fresh: bool = False
    ) -> EndInfo: ...


class Catalog:
    """One per process, shared by its threads."""

    def __init__(
        self,
        jira: Callable[[Tenant], Reading],
        transport: Asking,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jira, self._transport, self._clock = jira, transport, clock
        self._ends = Ends(Metadata(clock))
        self._theirs: dict[tuple[int, str, str], tuple[float, EndInfo]] = {}
        self._lock = threading.Lock()

    def ours(
        self,
        tenant: Tenant,
        synchronization: Synchronization,
        project_id: str,
        issue_type_id: str,
        *,
        fresh: bool = False,
    ) -> EndInfo:
        """Our end as our scope shows it to the partner. ``fresh``: as Jira has it now, give or take some seconds.

        Raises:
            Refused: there is no such project and type, or our scope hides it (404); or Jira does not tell.
        """
        return asked(lambda: self.shown(tenant, synchronization, project_id, issue_type_id, fresh=fresh))

    def shown(
        self,
        tenant: Tenant,
        synchronization: Synchronization,
        project_id: str,
        issue_type_id: str,
        *,
        fresh: bool = False,
    ) -> EndInfo:
        """The same for the door, whose partner is to hear a verdict.

        Raises:
            Refused: there is no such project and type, or our scope hides it (404).
            Blocked, Retryable, Ignored: Jira does not tell.
        """
        _check(tenant, synchronization, project_id, issue_type_id)
        if not synchronization.scope.shows(project_id, issue_type_id):
            raise Refused(UNKNOWN, status=404)
        try:
            found = self._ends.read(tenant.id, self._jira(tenant), project_id, issue_type_id, fresh=fresh)
        except Missing as missing:
            raise Refused(UNKNOWN, status=404) from missing
        end = visible(synchronization.scope, found)
        if end is None:
            raise Refused(UNKNOWN, status=404)
        return end

    def own_fields(self, tenant: Tenant) -> tuple[Offer, ...]:
        """Every field of our Jira that can be kept in step, id and name, by name: what a scope may hide.

        Raises:
            Refused: Jira does not tell.
        """
        return asked(lambda: self._ends.fields(tenant.id, self._jira(tenant)))

    def theirs(
        self,
        tenant: Tenant,
        synchronization: Synchronization,
        project_id: str,
        issue_type_id: str,
        *,
        fresh: bool = False,
    ) -> EndInfo:
        """The partner's end, as they show it. ``fresh``: as their Jira has it now, give or take some seconds.

        What is kept may be older than their scope; ask afresh before rules are published on it.

        Raises:
            Refused: they show no such project and type (404), or will not tell.
            Retryable: they cannot be asked just now.
        """
        _check(tenant, synchronization, project_id, issue_type_id)
        if not synchronization.accepted:
            raise Refused("What your partner shows can be seen once they have accepted.", status=409)
        key = (synchronization.id, project_id, issue_type_id)
        with self._lock:
            at, kept = self._theirs.get(key, (0.0, None))
        if kept is not None and not fresh and 0 <= self._clock() - at < KEEP_SECONDS:
            return kept
        found = self._transport.end(synchronization, project_id, issue_type_id, fresh=fresh)
        with self._lock:
            self._theirs.pop(key, None)
            while len(self._theirs) >= MOST:
                del self._theirs[next(iter(self._theirs))]
            self._theirs[key] = (self._clock(), found)
        return found

    def ends(
        self, tenant: Tenant, synchronization: Synchronization, inviter: End, accepter: End, *, fresh: bool = False
    ) -> tuple[EndInfo, EndInfo]:
        """Both ends of a mapping, the inviter's first. Raises as ``ours`` and ``theirs``."""

        def told(side: Side, end: End) -> EndInfo:
            ask = self.ours if side == synchronization.side else self.theirs
            return ask(tenant, synchronization, end.project_id, end.issue_type_id, fresh=fresh)

        return told("inviter", inviter), told("accepter", accepter)


def _check(tenant: Tenant, synchronization: Synchronization, *ids: str) -> None:
    """A synchronization of this tenant's, and ids that may stand in a path: Jira's are numbers."""
    if synchronization.tenant_id != tenant.id:
        raise Refused("This synchronization does not exist here; it may have been removed.", status=404)
    if not all(one.isascii() and one.isdigit() for one in ids):
        raise Refused(UNKNOWN, status=404)
