"""R6: when everything has come across, nothing is written any more, however often both sides look again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dev.stage import Ports, Stage
from dev.supervisor import wait_until
from tests.soak.figures import SOAK, begin, note, size
from tests.story.conftest import HURRY
from tests.story.outcome import judged
from tests.story.people import Crowd

pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(0),
    pytest.mark.skipif(not SOAK, reason="takes ten minutes: make soak; stories with kills have a short quiet time"),
]

WHAT = "a quiet time, with a reconcile pass each half minute"
SEED = int(os.environ.get("SEED", "1"))


def test_nothing_is_written_in_quiet(tmp_path: Path) -> None:
    quiet = size(usual=30, full=600)
    begun = begin(WHAT, str(SEED))
    with Stage(tmp_path, Ports.free(), settings={**HURRY, "RECONCILE_SECONDS": "30"}) as stage:
        crowd = Crowd(stage, SEED, 2, (0.1, 0.4))
        try:
            wait_until("People were not done", lambda: crowd.changes >= 150, seconds=120)
        finally:
            crowd.stop()
        figures = judged(stage, crowd, time.monotonic(), quiet=quiet)
    spent = round(time.monotonic() - begun, 1)
    note("R4 R6", WHAT, seeds=str(SEED), quiet_seconds=quiet, **figures, seconds_in_all=spent)
    assert not figures["complaints"]
