"""Whose lease it is: a process that has ended is known to have, any other is left alone."""

from __future__ import annotations

import os
import subprocess
import sys

from addon import owner


def _of_another_process() -> tuple[subprocess.Popen[str], str]:
    code = "import sys; from addon import owner; print(owner.new(), flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


def test_the_living_and_the_dead() -> None:
    child, name = _of_another_process()
    assert not owner.is_dead(name)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert owner.is_dead(name), "it has ended, though nobody has taken note"
    child.communicate()
    assert owner.is_dead(name)


def test_a_number_that_another_process_has_got_since() -> None:
    machine, pid, started, number = owner.new().split(".")
    assert owner.is_dead(f"{machine}.{pid}.{int(started, 16) - 1:x}.{number}")


def test_of_other_machines_nothing_is_certain() -> None:
    _, _, started, number = owner.new().split(".")
    assert not owner.is_dead(f"00000000.{2**22 + 1:x}.{started}.{number}")
    assert not owner.is_dead("")
    assert not owner.is_dead("nonsense")


def test_names_are_short_and_never_the_same() -> None:
    names = [owner.new() for _ in range(100)]
    assert len(set(names)) == 100
    assert max(map(len, names)) <= 36
