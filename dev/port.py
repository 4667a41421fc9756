"""Ports on loopback: which are free, and a clear sentence for those that are not."""

from __future__ import annotations

import socket
from collections.abc import Mapping

HOST = "127.0.0.1"


def free(count: int) -> list[int]:
    """Ports that nobody listens on just now; each only once."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    numbers: list[int] = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return numbers


def is_free(number: int) -> bool:
    try:
        with socket.create_server((HOST, number)):
            return True
    except OSError:
        return False


def problem_in(wanted: Mapping[str, int]) -> str | None:
    """What is wrong with the ports that ``wanted`` names by their environment variable, or None."""
    if len(set(wanted.values())) < len(wanted):
        return "Two of the ports are the same: " + ", ".join(f"{name}={number}" for name, number in wanted.items())
    taken = {name: number for name, number in wanted.items() if not is_free(number)}
    if not taken:
        return None
    numbers = " and ".join(str(number) for number in taken.values())
    example = " ".join(f"{name}={number}" for name, number in zip(taken, free(len(taken)), strict=True))
    return f"Port {numbers} is in use already. End what listens there, or choose another: {example} make run"
