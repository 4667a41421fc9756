"""The nemesis: kills what runs, stops a worker for longer than its lease and lets it go on, until told to stop."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from signal import SIGCONT, SIGSTOP

from dev.deployment import PROCFILE
from dev.stage import Stage

SECOND_WORKER = "worker-2"
WEIGHTS = {"redis": 4, "worker": 6, "web": 2, "clock": 2}
"""How often each is killed, in proportion. Redis is back at once; the web needs seconds in which Jira finds nobody."""

UP_SECONDS = 3.0
"""A worker or clock that has run for so long is at work."""


def start_second_worker(stage: Stage) -> None:
    """While one worker sleeps another one has to take over."""
    (deployment,) = stage.deployments
    command = ["sh", "-c", f"exec {PROCFILE['worker']}"]
    stage.supervisor.start(SECOND_WORKER, command, deployment.environment())


class Nemesis:
    """Kills in one thread and sends the second worker to sleep in another; that one is not killed.

    ``pace``: shortest and longest time between two kills; ``lease``: how long a worker may keep a link (all seconds).
    """

    def __init__(
        self,
        stage: Stage,
        seed: int,
        *,
        pace: tuple[float, float],
        lease: float,
        weights: Mapping[str, int] = WEIGHTS,
        further: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        self.kills: Counter[str] = Counter()
        """How often each was at work and was killed."""
        self.stalls = 0
        """How often the second worker slept for longer than its lease and went on."""
        self.ended_at = 0.0
        """The moment of the last fault, by ``time.monotonic``."""
        self._stage, self._pace, self._lease = stage, pace, lease
        self._chance, self._weights, self._further = random.Random(seed), weights, further or {}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._kill), threading.Thread(target=self._stall)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everything run from now on."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.ended_at = time.monotonic()

    def _kill(self) -> None:
        while not self._over.wait(self._chance.uniform(*self._pace)):
            weights = {victim: weight for victim, weight in self._weights.items() if self._is_at_work(victim)}
            if not weights:
                continue
            (victim,) = self._chance.choices([*weights], [*weights.values()])
            if victim in self._further:
                self._further[victim]()
            else:
                self._stage.kill(victim)
            self.kills[victim] += 1

    def _is_at_work(self, victim: str) -> bool:
        """One that has not come up again yet has nothing to lose."""
        if victim in self._further:
            return True
        if victim == "web":
            return self._stage.deployments[0].is_up()
        return self._stage.supervisor.age(victim) > (UP_SECONDS if victim in ("worker", "clock") else 0.0)

    def _stall(self) -> None:
        while not self._over.wait(self._chance.uniform(2, 8)):
            self._stage.kill(SECOND_WORKER, SIGSTOP)
            self.stalls += not self._over.wait(self._lease + 2)
            self._stage.kill(SECOND_WORKER, SIGCONT)
