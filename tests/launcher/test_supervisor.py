"""What is started is kept, and nothing outlives the launcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from dev.deployment import TOP
from dev.supervisor import Supervisor, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# A child that ignores the polite signal and has a child of its own.
STUBBORN = ["sh", "-c", "trap '' TERM; sleep 600 & echo started; wait; sleep 600"]


@pytest.fixture
def supervisor():
    supervisor = Supervisor(cwd=TOP)
    yield supervisor
    supervisor.stop()


def is_alive(group):
    """Whether a process of this group still runs; one that ended and that nobody has asked for does not."""
    rows = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(row.split()[0] == str(group) and not row.split()[1].startswith("Z") for row in rows.splitlines())


def test_a_killed_process_comes_back(supervisor):
    supervisor.start("sleeper", SLEEP, os.environ)
    first = supervisor.pid("sleeper")
    supervisor.kill("sleeper")
    wait_until("a new process", lambda: supervisor.pid("sleeper") not in (None, first), seconds=10)
    assert supervisor.starts("sleeper") == 2
    assert "signal SIGKILL" in supervisor.last_words("sleeper")


def test_one_that_dies_at_once_is_not_started_in_a_tight_loop(supervisor):
    supervisor.start("broken", [sys.executable, "-c", "print('no such setting'); raise SystemExit(3)"], os.environ)
    time.sleep(1.5)
    assert 2 <= supervisor.starts("broken") <= 4
    assert "no such setting" in supervisor.last_words("broken")
    assert "exit code 3" in supervisor.last_words("broken")


def test_stop_ends_every_process_and_its_children(monkeypatch):
    monkeypatch.setattr("dev.supervisor.GRACE_SECONDS", 0.5)
    supervisor = Supervisor(cwd=TOP)
    supervisor.start("polite", SLEEP, os.environ)
    supervisor.start("stubborn", STUBBORN, os.environ, is_foundation=True)
    wait_until("its first line", lambda: "started" in supervisor.last_words("stubborn"), seconds=10)
    groups = [supervisor.pid("polite"), supervisor.pid("stubborn")]
    supervisor.stop()
    assert not any(is_alive(group) for group in groups)


def test_nothing_outlives_a_launcher_that_was_killed():
    script = f"""
import os, time
from dev.supervisor import Supervisor
supervisor = Supervisor(cwd=".")
supervisor.start("sleeper", {SLEEP!r}, os.environ)
print(supervisor.pid("sleeper"), flush=True)
time.sleep(600)
"""
    launcher = subprocess.Popen([sys.executable, "-c", script], cwd=TOP, stdout=subprocess.PIPE, text=True)
    with launcher, launcher.stdout as lines:
        group = int(lines.readline())
        assert is_alive(group)
        launcher.send_signal(signal.SIGKILL)
    wait_until("the end of the orphan", lambda: not is_alive(group), seconds=10)


def test_waiting_in_vain_says_for_what_and_why():
    with pytest.raises(TimeoutError, match=r"The moon did not rise within 0 s\. It is day\."):
        wait_until("The moon did not rise", lambda: False, seconds=0.1, why=lambda: "It is day.")
