"""`make run` says in a sentence why it cannot start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dev import environment, port
from dev.deployment import TOP


def run(tmp_path, **settings):
    settings = {"DATA_DIR": str(tmp_path / "data"), **settings}
    return subprocess.run(
        [sys.executable, "-m", "dev.run"],
        env={**os.environ, **settings},
        cwd=TOP,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_in_use(tmp_path):
    with port.socket.create_server((port.HOST, 0)) as stranger:
        taken = stranger.getsockname()[1]
        done = run(tmp_path, BLUE_PORT=str(taken))
    assert done.returncode == 1
    assert f"Port {taken} is in use already." in done.stderr
    assert "BLUE_PORT=" in done.stderr


def test_the_same_port_twice(tmp_path):
    done = run(tmp_path, BLUE_PORT="4000", GREEN_PORT="4000")
    assert done.returncode == 1
    assert done.stderr.startswith("Two of the ports are the same: BLUE_PORT=4000, GREEN_PORT=4000")


@pytest.mark.parametrize("number", ["0", "70000", "eighty", "-1"])
def test_no_port_at_all(tmp_path, number):
    done = run(tmp_path, ADDON_PORT=number)
    assert done.returncode == 1
    assert "ADDON_PORT must be a port number" in done.stderr


def test_a_data_folder_that_is_none(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    blue, green, addon = map(str, port.free(3))
    done = run(tmp_path, BLUE_PORT=blue, GREEN_PORT=green, ADDON_PORT=addon)
    assert done.returncode == 1
    assert "cannot be used" in done.stderr


def test_a_python_that_is_too_old(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(environment, "OLDEST", (99, 0))
    monkeypatch.setattr(environment, "find_python", lambda: None)
    assert environment.main(str(tmp_path / "venv")) == 1
    assert "Twinline needs Python 99.0 or newer" in capsys.readouterr().err
