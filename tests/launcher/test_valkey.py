"""The embedded server keeps what it was told, and a folder has one server."""

from __future__ import annotations

import os
import subprocess

import pytest

from dev import port, valkey
from dev.deployment import TOP
from dev.supervisor import Supervisor, wait_until


@pytest.fixture
def supervisor():
    supervisor = Supervisor(cwd=TOP)
    yield supervisor
    supervisor.stop()


def test_a_killed_server_comes_back_with_its_data(tmp_path, supervisor):
    number = valkey.claim_port(tmp_path)
    supervisor.start("redis", valkey.command(tmp_path, number), os.environ)
    wait_until("the server", lambda: valkey.is_up(number), seconds=10)
    with valkey.connect(number) as connection:
        connection.lpush("rq:queue:twinline", *range(1000))
        # The file is written once a second: what came in the last one may be lost, and is found again by the sweep.
        wait_until("the file", lambda: _is_on_disk(connection), seconds=5)
    supervisor.kill("redis")
    wait_until("the second start", lambda: supervisor.starts("redis") == 2 and valkey.is_up(number), seconds=10)
    with valkey.connect(number) as connection:
        assert connection.llen("rq:queue:twinline") == 1000


def _is_on_disk(connection):
    return connection.info("persistence")["aof_pending_bio_fsync"] == 0 and connection.bgrewriteaof()


def test_a_server_left_behind_gives_its_folder_back(tmp_path):
    number = valkey.claim_port(tmp_path)
    left = subprocess.Popen(valkey.command(tmp_path, number))
    try:
        wait_until("the server", lambda: valkey.is_up(number), seconds=10)
        assert valkey.claim_port(tmp_path) == number
        left.wait(timeout=10)
    finally:
        left.kill()
        left.wait()


def test_a_stranger_on_our_port_is_left_alone(tmp_path):
    with port.socket.create_server((port.HOST, 0)) as stranger:
        taken = stranger.getsockname()[1]
        (tmp_path / "port").write_text(str(taken))
        assert valkey.claim_port(tmp_path) != taken
