"""The search index of Jira is late: for a while it knows issues only as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from emulator.chaos import Chaos
    from emulator.clock import Clock
    from emulator.store import Record


class IndexLag:
    """Keeps what issues were before their latest changes, for as long as the index lags behind."""

    def __init__(self, clock: Clock, chaos: Chaos) -> None:
        self._clock = clock
        self._chaos = chaos
        # For each issue the moments of its changes and what it was before each; None before its creation.
        self._before: dict[str, list[tuple[int, bytes | None]]] = {}

    def note(self, issue_id: str, before: bytes | None) -> None:
        """An issue has changed just now."""
        if self._chaos.settings.search_lag_ms > 0:
            self._before.setdefault(issue_id, []).append((self._clock.now(), before))

    def seen(self, issue: Record) -> Record | None:
        """The issue as the index knows it; None if it does not know it yet."""
        changes = self._before.get(issue["id"])
        if not changes:
            return issue
        horizon = self._clock.now() - self._chaos.settings.search_lag_ms
        while changes and changes[0][0] <= horizon:
            changes.pop(0)
        if not changes:
            del self._before[issue["id"]]
            return issue
        before = changes[0][1]
        return None if before is None else orjson.loads(before)
