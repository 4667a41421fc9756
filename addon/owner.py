"""Owners: who holds a lease, named so that others on the same machine can tell whether that worker still lives.

A worker that was killed cannot give its leases back, and a lease is long. Its process id and the moment it started say
for certain that it is gone; other machines wait until the lease is over.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import socket
from functools import cache
from pathlib import Path

_numbers = itertools.count(1)


def new() -> str:
    """The name for one run of this process over one twin link; never used again. At most 36 characters."""
    return f"{_machine()}.{os.getpid():x}.{_started_at(os.getpid())}.{next(_numbers):x}"


def is_dead(name: str) -> bool:
    """Whether it is certain that this owner's process has ended. Of another machine's nothing is certain."""
    parts = name.split(".")
    if len(parts) != 4 or parts[0] != _machine():
        return False
    try:
        pid = int(parts[1], 16)
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (ValueError, OSError):
        return False
    # Another process may have got the number since.
    return _started_at(pid) != parts[2]


@cache
def _machine() -> str:
    """What shares our process numbers: this host since it was started, and this container."""
    told = [socket.gethostname()]
    with contextlib.suppress(OSError):
        told += [Path("/proc/sys/kernel/random/boot_id").read_text(), str(Path("/proc/self/ns/pid").readlink())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:8]


def _started_at(pid: int) -> str:
    """When a process started, in ticks since the machine did (proc(5), field 22); "" where that is not told."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{int(fields[19]):x}"
