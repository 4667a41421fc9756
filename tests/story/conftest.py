"""The stage that stories play on: real processes on free ports, with a data folder that goes away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dev.stage import Ports, Stage

HURRY = {"DEADLINE_SECONDS": "5", "SETTLE_SECONDS": "8", "LEASE_SECONDS": "15", "SWEEP_SECONDS": "3"}
"""What waits for a dead worker waits this long: the same order of times as in production, all of them shorter."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Both sites in one deployment, one synchronization active; shared by the stories of a module."""
    with Stage(tmp_path_factory.mktemp("stage"), Ports.free(), settings=HURRY) as stage:
        yield stage


@pytest.fixture(scope="module")
def federated_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Blue in one deployment, Green in another."""
    with Stage(tmp_path_factory.mktemp("federated"), Ports.free(federated=True), settings=HURRY) as stage:
        yield stage
