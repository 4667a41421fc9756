"""Real processes that kill themselves at a named point, again and again, while people work; Redis flushed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import redis

from addon import crash
from dev import valkey
from dev.stage import Ports, Stage
from dev.supervisor import wait_until
from tests.soak.figures import SOAK, begin, note, size
from tests.story.conftest import HURRY
from tests.story.outcome import judged
from tests.story.people import Crowd

pytestmark = [pytest.mark.story, pytest.mark.timeout(0 if SOAK else 300)]

SEED = int(os.environ.get("SEED", "1"))
UNUSED = {"backlog.before_commit", "backlog.after_commit", "receive.after_step"}
"""Nobody starts a backlog here, and statuses are not mapped, so that nothing is walked."""
POINTS = [point for point in crash.POINTS if point not in UNUSED] if SOAK else ["receive.after_edit"]
AGAIN = 5
"""The process dies each time it has come by its point so often."""
CALM_SECONDS = 240.0
"""These faults never end: every few steps a worker dies, until all is done."""
CHANGES = 150
EACH, PAUSES = 2, (0.1, 0.5)


@pytest.mark.parametrize("point", POINTS)
def test_dying_at_a_point_loses_and_doubles_nothing(point: str, tmp_path: Path) -> None:
    what = f"real processes, CRASH_AT={point}:{AGAIN}"
    begun = begin(what, str(SEED))
    settings = {**HURRY, "CRASH_AT": f"{point}:{AGAIN}"}
    with Stage(tmp_path, Ports.free(), settings=settings, longest_pause=0.4) as stage:
        crowd = Crowd(stage, SEED, EACH, PAUSES)
        try:
            wait_until("People were not done", lambda: crowd.changes >= CHANGES, seconds=240)
        finally:
            crowd.stop()
        figures = judged(stage, crowd, time.monotonic(), calm=CALM_SECONDS)
        deaths = sum(stage.supervisor.starts(name) - 1 for name in ("worker", "web"))
    spent = round(time.monotonic() - begun, 1)
    note("R1 R2 R3 R4 R6 R10", what, seeds=str(SEED), kills=deaths, **figures, seconds_in_all=spent)
    assert not figures["complaints"]
    assert deaths >= 1


def test_redis_flushed_and_killed_again_and_again(tmp_path: Path) -> None:
    """Mostly flushed; each fifth time killed, and then its file may know less than it did."""
    what, wanted = "Redis flushed or killed while people work", size(usual=10, full=150)
    begun = begin(what, str(SEED))
    flushes = kills = 0
    with Stage(tmp_path, Ports.free(), settings=HURRY, longest_pause=0.4) as stage:
        port = valkey.port_of(stage.deployments[0].folder / "redis")
        crowd = Crowd(stage, SEED, EACH, PAUSES)
        try:
            while flushes + kills < wanted or crowd.changes < CHANGES:
                time.sleep(0.3)
                if stage.supervisor.pid("redis") is not None and (flushes + kills) % 5 == 4:
                    stage.kill("redis")
                    kills += 1
                    continue
                try:
                    with valkey.connect(port) as connection:
                        connection.flushall()
                    flushes += 1
                except redis.RedisError:
                    continue  # it was killed a moment ago
        finally:
            crowd.stop()
        figures = judged(stage, crowd, time.monotonic())
    spent = round(time.monotonic() - begun, 1)
    note("R9", what, seeds=str(SEED), flushes=flushes, kills=kills, **figures, seconds_in_all=spent)
    assert not figures["complaints"]
