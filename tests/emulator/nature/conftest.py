"""Sites whose clock stands still."""

import pytest

from tests.emulator.nature.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
