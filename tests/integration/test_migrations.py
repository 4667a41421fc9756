"""The migrations make just the tables that the code uses, and can be taken back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from addon.store import migration, table
from addon.store.db import Database


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'twinline.db'}")
    yield database
    database.close()


def test_migrations_and_tables_agree(database):
    migration.upgrade(database)
    with database.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, table.metadata) == [], 'Run make migration MESSAGE="what changes"'


def test_running_them_again_changes_nothing(database):
    assert not migration.is_current(database)
    migration.upgrade(database)
    assert migration.is_current(database)
    migration.upgrade(database)
    assert migration.is_current(database)


def test_they_can_be_taken_back(database):
    migration.upgrade(database)
    migration.downgrade(database, "base")
    with database.read() as tx:
        assert inspect(tx).get_table_names() == ["alembic_version"]


def test_every_table_names_its_tenant():
    strangers = [name for name, found in table.metadata.tables.items() if "tenant_id" not in found.columns]
    assert strangers == ["tenant"]


def test_what_there_is_survives_them(database):
    migration.upgrade(database, "0001")
    with database.begin() as tx:
        for name in ("tenant", "synchronization", "twin_link", "outbox", "inbox"):
            columns = inspect(tx).get_columns(name)
            given = [column for column in columns if not column["nullable"] and column["default"] is None]
            names = ", ".join(column["name"] for column in given)
            values = ", ".join("1" if "JSON" not in str(column["type"]) else "'{}'" for column in given)
            tx.exec_driver_sql(f"INSERT INTO {name} ({names}) VALUES ({values})")
    migration.upgrade(database)
    with database.read() as tx:
        for name in ("tenant", "synchronization", "twin_link", "outbox", "inbox"):
            assert tx.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() == 1, name
