"""How often a stranger may ask: for the few doors that are open to everybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from addon.errors import Refused

MAX_KNOWN = 10_000


class Rate:
    """So many calls per second and address, with a burst. Per process: it spares us work, it guards no secret."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        """Count one call.

        Raises:
            Refused: this address has called too often (429).
        """
        now = self._clock()
        with self._lock:
            if len(self._left) > MAX_KNOWN:
                self._left.clear()
            left, since = self._left.get(address, (float(self._burst), now))
            left = min(self._burst, left + (now - since) * self._per_second)
            self._left[address] = (max(left - 1.0, 0.0), now)
        if left < 1.0:
            raise Refused("You ask too often. Wait a few seconds and try again.", status=429)
