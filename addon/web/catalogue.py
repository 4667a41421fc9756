"""Catalogue: a tenant's own projects and issue types, kept for a few minutes.

The preview of a scope asks for them at every tick of a box: without this each would be a call to Jira per hundred
projects. What is decided (accepting, publishing) never rests on it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from addon.model.scope import ProjectInfo
from addon.store.tenant import Tenant

KEPT_SECONDS = 180.0
KEPT_TENANTS = 500


class Catalogue:
    """Thread-safe. ``ask`` reads a tenant's projects from its Jira."""

    def __init__(
        self, ask: Callable[[Tenant], Sequence[ProjectInfo]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask, self._clock = ask, clock
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[float, Sequence[ProjectInfo]]] = {}

    def fresh(self, tenant: Tenant) -> Sequence[ProjectInfo]:
        """As Jira has them now. Raises its verdicts."""
        found = self._ask(tenant)
        with self._lock:
            self._kept.pop(tenant.id, None)
            while len(self._kept) >= KEPT_TENANTS:
                del self._kept[next(iter(self._kept))]
            self._kept[tenant.id] = (self._clock(), found)
        return found

    def recent(self, tenant: Tenant) -> Sequence[ProjectInfo]:
        """As Jira had them some minutes ago at most. Raises its verdicts."""
        with self._lock:
            at, found = self._kept.get(tenant.id, (0.0, ()))
        return found if found and self._clock() - at < KEPT_SECONDS else self.fresh(tenant)
