"""Killing any process at any time loses nothing, doubles nothing and turns nothing round.

People create, edit and comment issues at both sites while a nemesis kills worker, web, clock and Redis, and stops a
second worker for longer than its lease. Afterwards the sites' own histories are checked. In batches, each on a stage of
its own, so that a soak of 1,000 kills and 10,000 changes can be gone on with.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dev.stage import Ports, Stage
from dev.supervisor import wait_until
from tests.soak.figures import SHARE, SOAK, begin, note, size
from tests.story.conftest import HURRY
from tests.story.nemesis import Nemesis, start_second_worker
from tests.story.outcome import judged
from tests.story.people import Crowd

pytestmark = [pytest.mark.story, pytest.mark.timeout(0 if SOAK else 600)]

WHAT = "real processes killed while people work"
SEED = int(os.environ.get("SEED", "1"))
BATCHES = max(1, round(10 * SHARE)) if SOAK else 1
KILLS = size(usual=12, full=1_000) // BATCHES
CHANGES = size(usual=150, full=10_000) // BATCHES
STALLS = size(usual=1, full=40) // BATCHES
PACE = (0.5, 1.1)
"""Between two kills, in seconds."""
EACH = 4
"""People per site."""
PAUSES = (0.2, 1.1)
"""Between two acts of one person, in seconds."""
JIRA_TRIES_AGAIN = [1, 2, 4, 8, 16]
"""Webhooks, after so many seconds: as Jira, in a hurry. The reconcile pass, which would heal what is lost, rests until
all that any webhook told of has come across."""


@pytest.mark.parametrize("seed", range(SEED, SEED + BATCHES))
def test_nothing_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    begun = begin(WHAT, str(seed))
    with (
        (tmp_path / "lines").open("w") as lines,
        Stage(tmp_path, Ports.free(), settings=HURRY, longest_pause=0.4, output=lines) as stage,
    ):
        for site in (stage.blue, stage.green):
            site.call("PUT", "/_control/webhooks", {"delays": JIRA_TRIES_AGAIN})
        start_second_worker(stage)
        crowd = Crowd(stage, seed, EACH, PAUSES)
        nemesis = Nemesis(stage, seed, pace=PACE, lease=float(HURRY["LEASE_SECONDS"]))
        try:
            wait_until(
                "People and nemesis were not done",
                lambda: nemesis.kills.total() >= KILLS and crowd.changes >= CHANGES and nemesis.stalls >= STALLS,
                seconds=1200,
                why=lambda: f"{crowd.changes} changes, {nemesis.kills}, {nemesis.stalls} stalls",
            )
        finally:
            crowd.stop()
            nemesis.stop()
        figures = judged(stage, crowd, nemesis.ended_at)
    note(
        "R1 R2 R3 R4 R6 R9",
        WHAT,
        seeds=str(seed),
        kills=nemesis.kills.total(),
        **{f"kills_of_{name}": count for name, count in nemesis.kills.items()},
        stalls=nemesis.stalls,
        **figures,
        seconds_in_all=round(time.monotonic() - begun, 1),
    )
    assert not figures["complaints"]
