"""Bring a database to the tables of this release, by the migrations in ``migrations/``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from addon.store.db import Database

_INI = Path(__file__).resolve().parents[2] / "alembic.ini"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that is missing, all in one transaction. Nothing happens where none is."""
    with database.begin() as tx:
        command.upgrade(_config(connection=tx), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take migrations back down to ``revision`` ("base": all of them)."""
    with database.begin() as tx:
        command.downgrade(_config(connection=tx), revision)


def is_current(database: Database) -> bool:
    """Whether the database has just the tables of this release."""
    with database.read() as tx:
        here = MigrationContext.configure(tx).get_current_heads()
    return set(here) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config(**attributes: object) -> Config:
    config = Config(str(_INI))
    config.attributes.update(attributes)
    return config
