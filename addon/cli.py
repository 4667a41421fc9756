"""Commands: ``python -m addon.cli migrate | worker | clock``. The Procfile runs them; so may a person."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence

import redis
from rq import SimpleWorker

from addon import log
from addon.config import Settings, SettingsError
from addon.store import migration, wake
from addon.store.db import Database


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 where it did what it should."""
    commands = {"migrate": migrate, "worker": worker, "clock": clock}
    parser = argparse.ArgumentParser(prog="python -m addon.cli", description="Twinline's commands.")
    choices = parser.add_subparsers(dest="command", required=True)
    for name, command in commands.items():
        choices.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
    chosen = parser.parse_args(argv).command
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    log.configure(settings.log_level)
    commands[chosen](settings)
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


if __name__ == "__main__":
    sys.exit(main())
