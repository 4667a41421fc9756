from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from addon import crash


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Memory instead of a disk where there is one: each run makes thousands of durable commits."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def _harmless() -> Iterator[None]:
    yield
    crash.disarm()
