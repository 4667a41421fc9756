"""The same plays, with moves chosen by Hypothesis: what fails is made as short as it can be."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from addon import crash
from tests.simulation.conftest import MEMORY
from tests.simulation.people import ACTS
from tests.simulation.play import CALM_ACTS, STALLS, WRITE_FAULTS, Play
from tests.simulation.test_histories import OPPOSITE, POLICIES
from tests.soak.figures import note, size

SIDES, PICKS = st.sampled_from([0, 1]), st.integers(0, 59)
EXAMPLES = size(usual=12, full=500)


class Machine(RuleBasedStateMachine):
    """One history. Every move is a move of ``Play``."""

    histories = 0

    @initialize(policy=st.sampled_from(POLICIES), opposite=st.booleans(), seed=st.integers(0, 2**16))
    def open(self, policy: str, opposite: bool, seed: int) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        url = f"sqlite:///{self.folder.name}/twinline.db"
        self.play = Play(url, seed, policy=policy, normalise=OPPOSITE if opposite else (str, str))
        Machine.histories += 1

    @rule(side=SIDES, act=st.sampled_from(ACTS), pick=PICKS)
    def person(self, side: int, act: str, pick: int) -> None:
        self.play.person(side, act, pick)

    @rule(times=st.integers(1, 4))
    def work(self, times: int) -> None:
        self.play.work(times)

    @rule(seconds=st.sampled_from([1.0, 10.0, 70.0, 200.0]))
    def sweep(self, seconds: float) -> None:
        self.play.sweep(seconds)
        self.play.work(3)

    @rule(side=SIDES, kind=st.sampled_from(WRITE_FAULTS))
    def fault(self, side: int, kind: str) -> None:
        self.play.fault(side, kind)

    @rule(kind=st.sampled_from(["request", "receipt"]))
    def lose(self, kind: str) -> None:
        self.play.lose(kind)

    @rule(fate=st.sampled_from(["lost", "twice", "late"]))
    def webhook(self, fate: str) -> None:
        self.play.webhook(fate)

    @rule()
    def late_webhooks(self) -> None:
        self.play.late_webhooks()

    @rule()
    def flush(self) -> None:
        self.play.flush()

    @rule(side=SIDES, seconds=st.sampled_from([-600.0, 0.0, 600.0]))
    def skew(self, side: int, seconds: float) -> None:
        self.play.skew(side, seconds)

    @rule(name=st.sampled_from(crash.POINTS))
    def die(self, name: str) -> None:
        self.play.die(name)

    @rule(name=st.sampled_from(STALLS))
    def stall(self, name: str) -> None:
        self.play.stall(name)

    @rule(side=SIDES, how=st.sampled_from(["disable", "uninstall"]))
    def switch(self, side: int, how: str) -> None:
        self.play.switch(side, how)

    @rule(side=SIDES, act=st.sampled_from(CALM_ACTS), pick=PICKS)
    def calm(self, side: int, act: str, pick: int) -> None:
        self.play.calm(side, act, pick)

    def teardown(self) -> None:
        try:
            assert self.play.finish() == []
        finally:
            self.play.close()
            self.folder.cleanup()


@pytest.fixture(autouse=True)
def _count() -> Iterator[None]:
    Machine.histories = 0
    yield


@pytest.mark.timeout(600 if EXAMPLES < 50 else 0)
def test_no_sequence_of_moves_breaks_a_promise() -> None:
    seed = int(os.environ.get("SEED", "0"))
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=seed == 0,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    note("R1 R2 R3 R4 R5 R6", "state machine (Hypothesis)", histories=Machine.histories, failed=0)
