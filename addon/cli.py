"""Commands: ``python -m addon.cli migrate | worker | clock | restored | link | retry | skip | resync``.

The Procfile runs the first three; the others are for an operator. The last four name one twin link by its number,
issue key or link key.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence

import redis
from rq import SimpleWorker

from addon import log
from addon.config import Settings, SettingsError
from addon.store import inspection, migration, twin_link, wake
from addon.store.db import Database, Tx
from addon.store.twin_link import TwinLink
from addon.sync import epoch


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 where it did what it should."""
    commands = {"migrate": migrate, "worker": worker, "clock": clock, "restored": restored}
    parser = argparse.ArgumentParser(prog="python -m addon.cli", description="Twinline's commands.")
    choices = parser.add_subparsers(dest="command", required=True)
    for name, command in commands.items():
        choices.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
    for name, act in OPERATIONS.items():
        further = choices.add_parser(name, help=(act.__doc__ or "").splitlines()[0])
        further.add_argument("link", help="number, issue key or link key of a twin link")
    given = parser.parse_args(argv)
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    log.configure(settings.log_level)
    if given.command in OPERATIONS:
        return operate(settings, OPERATIONS[given.command], given.link)
    commands[given.command](settings)
    return 0


def migrate(settings: Settings) -> None:
    """Bring the database to the tables of this release."""
    database = Database(settings.database_url)
    migration.upgrade(database)
    database.close()
    log.info("migrated")


def worker(settings: Settings) -> None:
    """Drain what is awake until told to stop.

    RQ's ``SimpleWorker`` runs the job in this process: a forking worker would import everything and connect to
    everything afresh for each job. Its supervisor restarts it when it dies.
    """
    connection = redis.Redis.from_url(settings.redis_url)
    SimpleWorker([wake.QUEUE], connection=connection).work(logging_level="WARNING")


def clock(settings: Settings) -> None:
    """Wake the sweep every ``SWEEP_SECONDS`` until told to stop.

    The first one goes at once: after a restart there may be work that nobody was told of.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bell = wake.Wake(wake.connect(settings.redis_url))
    while True:
        bell.sweep()
        if stop.wait(settings.sweep_seconds):
            return


def restored(settings: Settings) -> None:
    """After a backup was put back: begin every synchronization afresh, both sides read again.

    Partners in other deployments would notice by themselves. Where both sites live in this database both have forgotten
    the same, and nobody else can know.
    """
    database = Database(settings.database_url)
    with database.begin() as tx:
        epoch.begin_all(tx, time.time())
    database.close()
    with contextlib.suppress(redis.RedisError):
        wake.Wake(wake.connect(settings.redis_url)).sweep()


def operate(settings: Settings, act: Operation, name: str) -> int:
    """Do something to the one link that ``name`` means; 1 where there is none, or more than one."""
    database = Database(settings.database_url)
    try:
        with database.begin() as tx:
            links = inspection.find(tx, name)
            if len(links) != 1:
                found = ", ".join(f"{link.id} (tenant {link.tenant_id})" for link in links) or "none"
                print(f"{name} names {len(links)} twin links: {found}. Name one by its number.", file=sys.stderr)
                return 1
            link = twin_link.lock(tx, links[0].id)
            done, words = act(tx, link, time.time())
    finally:
        database.close()
    print(words)
    if done and act is not show:
        # The sweep would find it too; a Redis that is away must not turn what is done into a failure.
        with contextlib.suppress(redis.RedisError):
            wake.Wake(wake.connect(settings.redis_url)).link(link.id)
    return 0 if done else 1


def show(tx: Tx, link: TwinLink, now: float) -> tuple[bool, str]:
    """Show where a twin link stands: sequences, lease, queues, last verdicts; names of parts, no content."""
    return True, json.dumps(inspection.describe(tx, link, now), indent=2)


def retry(tx: Tx, link: TwinLink, now: float) -> tuple[bool, str]:
    """Forget why a twin link stands still and try its first message again."""
    if link.state == twin_link.ENDED:
        return False, "This link has ended: one of its issues was deleted."
    twin_link.try_again(tx, link.id, now)
    return True, f"Link {link.id} is tried again."


def skip(tx: Tx, link: TwinLink, now: float) -> tuple[bool, str]:
    """Drop the message that blocks a twin link, with a note in its history; later ones go on."""
    if link.state != twin_link.BLOCKED:
        return False, f"Link {link.id} is not blocked ({link.state}); there is nothing to skip."
    if link.lease_until > now:
        return False, f"A worker is at link {link.id} right now; try again in a moment."
    sequence = inspection.skip(tx, link, now)
    if sequence is None:
        return False, f"No message of the partner waits on link {link.id}: what stops it is on our side. Use retry."
    return True, f"Message {sequence} was dropped; link {link.id} goes on. Use resync to compare the issues' values."


def resync(tx: Tx, link: TwinLink, now: float) -> tuple[bool, str]:
    """Read our issue afresh, as if a webhook had come."""
    if link.state == twin_link.ENDED:
        return False, "This link has ended: one of its issues was deleted."
    twin_link.touch(tx, link.id, now)
    return True, f"Our issue of link {link.id} is looked at afresh."


Operation = Callable[[Tx, TwinLink, float], tuple[bool, str]]
OPERATIONS: dict[str, Operation] = {"link": show, "retry": retry, "skip": skip, "resync": resync}


if __name__ == "__main__":
    sys.exit(main())
