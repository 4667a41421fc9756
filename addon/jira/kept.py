"""Kept: what a Jira was asked a short while ago, so that it is not asked at every step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

KEEP_SECONDS = 300.0
FRESH_SECONDS = 10.0
MOST = 5_000


class Kept:
    """Per process and tenant. Safe to be shared by threads; two that ask at once may both fetch."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[int, str], tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, tenant_id: int, name: str, fetch: Callable[[], Any]) -> Any:
        """What was fetched under this name a few minutes ago at most; fetched now otherwise. Raises as ``fetch``."""
        with self._lock:
            at, value = self._kept.get((tenant_id, name), (None, None))
        if at is not None and 0 <= self._clock() - at < KEEP_SECONDS:  # a clock may be put back
            return value
        value = fetch()
        with self._lock:
            self._kept.pop((tenant_id, name), None)
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[tenant_id, name] = (self._clock(), value)
        return value

    def forget(self, tenant_id: int, *, fresh: bool = False) -> bool:
        """Drop what was fetched a while ago, or everything (``fresh`` too); answers whether there was any."""
        now, keep = self._clock(), 0.0 if fresh else FRESH_SECONDS
        with self._lock:
            old = [key for key, (at, _) in self._kept.items() if key[0] == tenant_id and not 0 <= now - at < keep]
            for key in old:
                del self._kept[key]
        return bool(old)
