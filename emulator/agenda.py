"""What a site has still to do at a later moment of its own clock: webhooks, retries, late effects."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.clock import Clock

log = logging.getLogger(__name__)
Work = Callable[[], None]
# How many webhooks of either flow, and how many late effects, are under way at a time.
LANES = {"Primary": 20, "Secondary": 10, "late": 8}
NAP_S = 1.0


@dataclass(order=True, slots=True)
class Entry:
    """Work and its moment; the number keeps the order of entries that share one."""

    due_ms: int
    number: int
    work: Work = field(compare=False)


class Agenda:
    """Runs work when it is due: in threads of its own, or step by step in the thread of who moves the clock."""

    def __init__(self, clock: Clock) -> None:
        self.most = dict(LANES)
        self._clock = clock
        self._lanes: dict[str, list[Entry]] = {lane: [] for lane in LANES}
        self._busy = dict.fromkeys(LANES, 0)
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._running = False
        self._thread: threading.Thread | None = None
        clock.on_move(self._notify)

    def at(self, due_ms: int, work: Work, lane: str) -> None:
        """Have this done at a moment of the site's clock."""
        with self._changed:
            heapq.heappush(self._lanes[lane], Entry(due_ms, next(self._numbers), work))
            self._changed.notify()

    def start(self) -> None:
        self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._running = False
        self._notify()
        if self._thread:
            self._thread.join(timeout=10)
            self._thread = None

    def step(self, until_ms: int) -> None:
        """Do everything that is due until then, in order, moving the clock from one moment to the next."""
        while entry := self._first_until(until_ms):
            self._clock.move(max(entry.due_ms - self._clock.now(), 0))
            entry.work()
        self._clock.move(until_ms - self._clock.now())

    def _first_until(self, until_ms: int) -> Entry | None:
        with self._changed:
            heads = [(heap[0], lane) for lane, heap in self._lanes.items() if heap and heap[0].due_ms <= until_ms]
            return heapq.heappop(self._lanes[min(heads)[1]]) if heads else None

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        with ThreadPoolExecutor(sum(self.most.values())) as pool:
            while self._running:
                with self._changed:
                    found = self._ready()
                    if found is None:
                        self._changed.wait(self._nap_s())
                        continue
                pool.submit(self._do, *found)

    def _ready(self) -> tuple[str, Work] | None:
        """The next work whose moment has come and whose lane has room."""
        if self._clock.stepped or not self._running:
            return None
        now = self._clock.now()
        for lane, heap in self._lanes.items():
            if heap and heap[0].due_ms <= now and self._busy[lane] < self.most[lane]:
                self._busy[lane] += 1
                return lane, heapq.heappop(heap).work
        return None

    def _nap_s(self) -> float:
        now = self._clock.now()
        waits = [heap[0].due_ms - now for lane, heap in self._lanes.items() if heap and self._free(lane)]
        return max(min([NAP_S, *(wait / 1000 for wait in waits)]), 0.001)

    def _free(self, lane: str) -> bool:
        return not self._clock.stepped and self._busy[lane] < self.most[lane]

    def _do(self, lane: str, work: Work) -> None:
        try:
            work()
        except Exception:
            log.exception("emulator.agenda")
        finally:
            with self._changed:
                self._busy[lane] -= 1
                self._changed.notify()
