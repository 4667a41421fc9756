"""Metadata of a Jira, fetched when needed and kept for a few minutes: what was created later is seen soon."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from addon.jira.reader import Reading

KEEP_SECONDS = 300.0


class Metadata:
    """Per process and tenant. Safe to be shared by threads; two that ask at once may both fetch."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[int, str], tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def priorities(self, tenant_id: int, jira: Reading) -> Mapping[str, str]:
        """Ids of the site's priorities by lower-case name."""
        found: Mapping[str, str] = self._get(tenant_id, "priorities", lambda: _priorities(jira))
        return found

    def _get(self, tenant_id: int, name: str, fetch: Callable[[], Any]) -> Any:
        with self._lock:
            until, value = self._kept.get((tenant_id, name), (0.0, None))
        if until > self._clock():
            return value
        value = fetch()
        with self._lock:
            self._kept[tenant_id, name] = (self._clock() + KEEP_SECONDS, value)
        return value


def _priorities(jira: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    while True:
        page = jira.get("/rest/api/3/priority/search", params={"startAt": len(found), "maxResults": 50})
        found.update({item["name"].lower(): str(item["id"]) for item in page["values"]})
        if page.get("isLast", True) or not page["values"]:
            return found


def site_time(jira: Reading) -> str:
    """The site's own clock (Jira's date-time), the one by which its issues are dated."""
    return str(jira.get("/rest/api/3/serverInfo")["serverTime"])
