"""The last one to leave: ends process groups when the launcher itself has died, even by ``kill -9``.

Started by the supervisor with a pipe on standard input: ``+PGID`` and ``-PGID`` lines say which groups live. The end
of the file means that the launcher is gone. Works wherever pipes do, with no help from the operating system.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 5.0


def main() -> None:
    alive: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            alive.add(group)
        else:
            alive.discard(group)
    end(alive)


def end(groups: set[int]) -> None:
    """Ask every group to end; after the grace, kill what is left."""
    signal_groups(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while groups and time.monotonic() < deadline:
        groups = signal_groups(groups, 0)
        time.sleep(0.05)
    signal_groups(groups, signal.SIGKILL)


def signal_groups(groups: set[int], number: int) -> set[int]:
    """Send a signal (0: only look) to each process group and return those that exist."""
    living = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            continue
        living.add(group)
    return living


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
