"""The operator's commands over a real database: a link that stands still is shown, skipped, and goes on."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from addon import cli
from tests.simulation.world import World


@pytest.fixture
def world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    url = f"sqlite:///{folder}/twinline.db"
    settings = {
        "ADDON_BASE_URL": "http://localhost",
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "DEVELOPMENT": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return World(url, random.Random(3))


def test_a_poisoned_message_is_shown_skipped_and_the_next_goes_on(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    blue, green = world.sites[world.blue.id], world.sites[world.green.id]
    ours = blue.create("First")
    world.settle()
    (theirs,) = green.issues
    green.faults = lambda operation: "refused" if operation == "edit" else ""
    blue.edit(ours, summary="Poison")
    for _ in range(20):
        world.work()
    link = next(link for link in world.links() if link.tenant_id == world.green.id)
    assert link.state == "blocked"

    assert cli.main(["link", str(link.id)]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown)["pending"]["incoming"] == 1
    assert "Poison" not in shown, "no issue content"
    green.faults = lambda _operation: ""
    assert cli.main(["skip", str(link.id)]) == 0
    blue.edit(ours, priority={"id": "1"})
    world.settle()
    fields = green.issues[theirs]["fields"]
    assert (fields["summary"], fields["priority"]["id"]) == ("First", "1")
    assert cli.main(["skip", str(link.id)]) == 1
    assert cli.main(["retry", str(link.id)]) == cli.main(["resync", str(link.id)]) == 0
    assert cli.main(["link", "NOWHERE-1"]) == 1
