"""The database: one transaction per arrow.

SQLite runs in WAL with ``synchronous=FULL`` (a commit survives a power cut) and every writing transaction opens with
``BEGIN IMMEDIATE``: it waits for its turn at the start instead of failing half way. PostgreSQL locks rows.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

Tx = Connection
"""An open transaction. A function that takes one never commits: whoever opened it does."""

_PATIENCE = 30.0
"""Seconds to wait for other writers of a SQLite database."""
_PAUSE = 0.001
"""Seconds between two looks whether another process has finished writing. SQLite's own waiting grows to a hundred times
that, and whoever has waited longest then comes last."""


class Database:
    """Opens transactions. One per process, shared by its threads."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.engine = _sqlite(url, patience=_PATIENCE)
            self._durable = _sqlite(url, patience=0.0)
            self._light = _sqlite(url, patience=0.0, synchronous="NORMAL")
            self._turn = threading.Lock()
        else:
            self.engine = create_engine(url, hide_parameters=True, pool_size=20, max_overflow=20, pool_pre_ping=True)

    @contextmanager
    def begin(self, *, durable: bool = True) -> Iterator[Tx]:
        """A writing transaction: committed at the end of the block, rolled back by an exception.

        ``durable=False`` is for what nobody outside is told and what is simply done again if a power cut takes it back:
        leases and receipts. It is as atomic as any other, but the commit does not wait for the disk.

        Raises:
            TimeoutError: other writers of a SQLite database did not finish.
        """
        if self.is_sqlite:
            with self._alone(durable) as connection:
                yield connection
            return
        with self.engine.begin() as connection:
            if not durable:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A reading transaction: sees one state of the database, changes nothing."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    def close(self) -> None:
        self.engine.dispose()
        if self.is_sqlite:
            self._durable.dispose()
            self._light.dispose()

    @contextmanager
    def _alone(self, durable: bool) -> Iterator[Connection]:
        """SQLite has one writer: the threads of this process take turns, so that only one of them vies with others."""
        if not self._turn.acquire(timeout=_PATIENCE):
            raise TimeoutError("Other threads did not finish writing to the database.")
        try:
            with (self._durable if durable else self._light).connect() as connection:
                _begin_immediate(connection)
                try:
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        finally:
            self._turn.release()


def _begin_immediate(connection: Connection) -> None:
    until = time.monotonic() + _PATIENCE
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > until:
                raise TimeoutError("Another process did not finish writing to the database.") from error
            time.sleep(_PAUSE)
        else:
            return


def _sqlite(url: str, *, patience: float, synchronous: str = "FULL") -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _PATIENCE, "check_same_thread": False}, pool_size=32
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling would begin late and deferred; we begin ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={patience * 1000:.0f}")
        cursor.close()

    return engine
