"""``make migration MESSAGE="what changes"``: compare the tables with what the migrations make; write the difference."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from addon.store import migration
from addon.store.db import Database
from dev.deployment import TOP


def main() -> int:
    message = sys.argv[1].strip() if len(sys.argv) > 1 else ""
    if not message:
        print('Say what changes: make migration MESSAGE="twin links remember their colour"', file=sys.stderr)
        return 1
    config = Config(str(TOP / "alembic.ini"))
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        migration.upgrade(database)
        with database.begin() as tx:
            config.attributes["connection"] = tx
            command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
