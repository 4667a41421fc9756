"""A test of the tests: every planted bug is found within a few histories, and without one there is no complaint."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted import BUGS
from tests.simulation.play import drive
from tests.simulation.test_histories import play_of
from tests.soak.figures import note

TRIES = 100
"""Two of the bugs need a rare meeting of faults: a worker that sleeps beyond its lease right before a write is found by
one history in fifty, a message out of turn by one in twenty. Both have a story of their own in ``cases``."""


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[name].plant(monkeypatch)
    for seed in range(TRIES):
        play = play_of(seed, f"sqlite:///{folder}/twinline.db")
        try:
            complaints = drive(play, seed)
        finally:
            play.close()
        if complaints:
            found_by = ", ".join(sorted({kind for kind, _ in complaints}))
            note("planted", name, found_after=seed + 1, found_by=found_by)
            return
    pytest.fail(f"{name} was planted, and {TRIES} histories did not find it")
