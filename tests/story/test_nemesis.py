"""Real processes that kill themselves at a named point, again and again, while people work at both sites."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest
import redis

from addon import crash
from dev.stage import Ports, Stage
from dev.supervisor import wait_until
from tests.soak.figures import SOAK, note, size
from tests.story.conftest import HURRY
from tests.story.test_kills import Person
from tests.story.twins import differences, shown

pytestmark = [pytest.mark.story, pytest.mark.timeout(0 if SOAK else 240)]

SEED = int(os.environ.get("SEED", "1"))
POINTS = crash.POINTS if SOAK else ("receive.after_edit",)
AGAIN = 5
"""The process dies each time it has come by its point so often."""
CALM_SECONDS = 120.0


def _work(stage: Stage, seed: int) -> list[Person]:
    chance = random.Random(seed)
    people = [
        Person(stage.blue, "SHOP", random.Random(chance.random())),
        Person(stage.green, "QA", random.Random(chance.random())),
    ]
    for person in people:
        person.start()
    return people


def _compare(stage: Stage, people: list[Person]) -> float:
    """Wait until both sites are the same and hold all that was said; answers the seconds that took."""
    for person in people:
        person.join()
        if person.problem:
            raise person.problem
    summaries = people[0].summaries | people[1].summaries
    started = time.monotonic()
    wait_until(
        "The two sites were not the same",
        lambda: not differences(stage.blue, stage.green, summaries),
        seconds=CALM_SECONDS,
        why=lambda: "\n".join(differences(stage.blue, stage.green, summaries)),
    )
    took = time.monotonic() - started
    issues = [issue for found in shown(stage.green, "QA").values() for issue in found]
    for person in people:
        assert person.comments <= {words for issue in issues for words in issue.comments}
        assert person.labels <= {label for issue in issues for label in issue.labels}
    return took


@pytest.mark.parametrize("point", POINTS)
def test_dying_at_a_point_loses_and_doubles_nothing(point: str, tmp_path: Path) -> None:
    settings = {**HURRY, "CRASH_AT": f"{point}:{AGAIN}"}
    with Stage(tmp_path, Ports.free(), settings=settings) as stage:
        people = _work(stage, SEED)
        took = _compare(stage, people)
        deaths = sum(stage.supervisor.starts(name) - 1 for name in ("worker", "web"))
        note(
            "R1 R2 R4 R10", f"real processes, CRASH_AT={point}:{AGAIN}", seed=SEED, kills=deaths, seconds=round(took, 1)
        )
        assert deaths >= 1


def test_redis_flushed_again_and_again(tmp_path: Path) -> None:
    flushes, wanted = 0, size(usual=10, full=100)
    with Stage(tmp_path, Ports.free(), settings=HURRY) as stage:
        url = stage.deployments[0].environment()["REDIS_URL"]
        people = _work(stage, SEED)
        stop = threading.Event()
        with redis.Redis.from_url(url) as connection:
            while flushes < wanted or any(person.is_alive() for person in people):
                connection.flushall()
                flushes += 1
                stop.wait(0.2)
        took = _compare(stage, people)
    note("R9", "FLUSHALL while people work", seed=SEED, flushes=flushes, seconds=round(took, 1))
