"""What the tests of the wired add-on may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.connect import FakeJira
from tests.fakes.edge import Edge


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    """The web process with an empty database, and a Jira that has not installed it yet."""
    with FakeJira() as jira:
        made = Edge.new(jira, str(tmp_path / "edge.db"))
        yield made
        made.db.close()
