"""Keep processes running: start, restart what dies, show their lines, end them all.

``honcho`` reads the Procfile and prints; it stops everything when one process dies, so the keeping is done here: the
promise that any process may be killed at any time is only worth something when it comes back by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import IO

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from dev.reaper import GRACE_SECONDS, signal_groups

PAUSE_SECONDS = 0.2
"""Before a dead process is started again; doubled each time it dies young, up to the longest."""
LONGEST_PAUSE_SECONDS = 5.0
YOUNG_SECONDS = 10.0


@dataclass
class Process:
    """One supervised process and what to start it with again."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    colour: str
    is_foundation: bool = False
    """Others stand on it: ended after them."""
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float | None = None
    pause: float = PAUSE_SECONDS
    start_count: int = 0
    lines: list[str] = field(default_factory=list)
    """The last lines it wrote, for a person who asks why it would not start."""

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None


class Supervisor:
    """Owns the processes. ``stop`` ends all; so does the death of this process (``dev.reaper``).

    ``output``: where the processes' lines are shown; None keeps only the last of each (``last_words``).
    ``longest_pause``: seconds at most before what died is started again.
    """

    def __init__(
        self, *, cwd: Path, output: IO[str] | None = None, longest_pause: float = LONGEST_PAUSE_SECONDS
    ) -> None:
        self._longest_pause = longest_pause
        self._printer = None if output is None else Printer(output, width=14)
        self._cwd = cwd
        self._colours = cycle(get_colours())
        self._processes: dict[str, Process] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        reaper_command = [sys.executable, "-m", "dev.reaper"]
        self._reaper = subprocess.Popen(reaper_command, stdin=subprocess.PIPE, cwd=cwd, start_new_session=True)
        self._keeper = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self._keeper.start()

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str], *, is_foundation: bool = False) -> Process:
        """Start a process now and again whenever it dies. ``env`` is its whole environment."""
        with self._lock:
            process = Process(name, argv, env, next(self._colours), is_foundation)
            self._processes[name] = process
            self._spawn(process)
            return process

    def pid(self, name: str) -> int | None:
        with self._lock:
            popen = self._processes[name].popen
            return popen.pid if popen is not None and popen.poll() is None else None

    def age(self, name: str) -> float:
        """For how many seconds it has been running; 0 while it does not."""
        with self._lock:
            process = self._processes[name]
            return time.monotonic() - process.started_at if process.is_running else 0.0

    def kill(self, name: str, number: Signals = SIGKILL) -> None:
        """Kill a process and its children as a machine does that runs out of memory. It is started again."""
        with self._lock:
            popen = self._processes[name].popen
            if popen is not None and popen.poll() is None:
                os.killpg(popen.pid, number)

    def end(self, name: str) -> None:
        """End one process for good."""
        with self._lock:
            process = self._processes.pop(name)
        self._end([process])

    def last_words(self, name: str) -> str:
        return "\n".join(self._processes[name].lines)

    def starts(self, name: str) -> int:
        """How often it has been started; 1 while it never died."""
        return self._processes[name].start_count

    def stop(self) -> None:
        """End every process: first asked, after the grace killed."""
        self._stopping.set()
        if threading.current_thread() is not self._keeper:
            self._keeper.join()
        with self._lock:
            processes = list(self._processes.values())
            self._processes.clear()
        self._end([process for process in processes if not process.is_foundation])
        self._end([process for process in processes if process.is_foundation])
        if self._reaper.stdin is not None:
            self._reaper.stdin.close()
        self._reaper.wait()

    def _end(self, processes: Sequence[Process]) -> None:
        popens = [process.popen for process in processes if process.popen is not None]
        signal_groups({popen.pid for popen in popens if popen.poll() is None}, SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(popen.poll() is None for popen in popens):
            time.sleep(0.02)
        # The whole group, even where its leader has ended: a child of it may have stayed behind.
        signal_groups({popen.pid for popen in popens}, SIGKILL)
        for popen in popens:
            popen.wait()
            self._tell_reaper("-", popen.pid)

    def _keep(self) -> None:
        while not self._stopping.wait(0.05):
            with self._lock:
                for process in self._processes.values():
                    self._look_after(process)

    def _look_after(self, process: Process) -> None:
        if process.popen is None or process.popen.poll() is None:
            return
        now = time.monotonic()
        if process.start_at is None:
            self._say(process, f"ended ({_how(process.popen.returncode)}); starting it again")
            self._tell_reaper("-", process.popen.pid)
            young = now - process.started_at < YOUNG_SECONDS
            process.pause = min(process.pause * 2, self._longest_pause) if young else PAUSE_SECONDS
            process.start_at = now + process.pause
        elif now >= process.start_at:
            self._spawn(process)

    def _spawn(self, process: Process) -> None:
        popen = subprocess.Popen(
            process.argv,
            env=dict(process.env),
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C reaches the launcher alone, which then ends the others in order, children too.
            start_new_session=True,
        )
        process.popen, process.start_at = popen, None
        process.started_at = time.monotonic()
        process.start_count += 1
        self._tell_reaper("+", popen.pid)
        threading.Thread(target=self._pump, args=(process, popen), name=f"lines of {process.name}", daemon=True).start()

    def _pump(self, process: Process, popen: subprocess.Popen[bytes]) -> None:
        assert popen.stdout is not None
        with popen.stdout as lines:
            for line in lines:
                self._say(process, line.decode(errors="replace").rstrip())

    def _say(self, process: Process, line: str) -> None:
        process.lines.append(line)
        del process.lines[:-50]
        if self._printer is not None:
            self._printer.write(Message("line", line, datetime.now(), process.name, process.colour))

    def _tell_reaper(self, sign: str, group: int) -> None:
        assert self._reaper.stdin is not None
        self._reaper.stdin.write(f"{sign}{group}\n".encode())
        self._reaper.stdin.flush()


def _how(returncode: int) -> str:
    return f"signal {Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"


def wait_until(what: str, check: Callable[[], bool], *, seconds: float, why: Callable[[], str] = str) -> None:
    """Ask ``check`` until it is true.

    Raises:
        TimeoutError: not true in time: "``what`` within n s", followed by the words of ``why()``.
    """
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} within {seconds:.0f} s. {why()}".strip())
        time.sleep(0.05)
