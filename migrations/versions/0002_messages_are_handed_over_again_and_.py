"""Messages are handed over again, and known by when they were made.

Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batches: SQLite would make the tables anew, and what refers to them would go with the old ones.
    op.add_column("outbox", sa.Column("remind_at", sa.Float(), nullable=True))
    reminded = sa.text("remind_at IS NOT NULL")
    op.create_index("ix_outbox_remind_at", "outbox", ["remind_at"], sqlite_where=reminded, postgresql_where=reminded)
    op.add_column("twin_link", sa.Column("received_made_at", sa.Float(), server_default="0", nullable=False))
    op.drop_column("twin_link", "received_digest")


def downgrade() -> None:
    op.add_column("twin_link", sa.Column("received_digest", sa.String(64), server_default="", nullable=False))
    op.drop_column("twin_link", "received_made_at")
    op.drop_index("ix_outbox_remind_at", "outbox")
    op.drop_column("outbox", "remind_at")
