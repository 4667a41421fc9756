"""Alembic's entry point: which database, which tables."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from addon.store.db import Database
from addon.store.table import metadata


def main() -> None:
    """Migrate over the connection handed in (``addon.store.migration``), or the database of ``-x url=...``."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    database = Database(context.get_x_argument(as_dictionary=True)["url"])
    with database.begin() as tx:
        migrate(tx)


def migrate(connection: Connection) -> None:
    # SQLite cannot alter most things in place: batch mode copies the table.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


main()
