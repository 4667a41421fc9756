"""The first tables.

The beginning: revises nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_key", sa.String(length=255), nullable=False),
        sa.Column("base_url", sa.String(length=255), nullable=False),
        sa.Column("display_url", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("shared_secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.Float(), nullable=True),
        sa.Column("account_id", sa.String(length=128), nullable=True),
        sa.Column("trace", sa.String(length=64), nullable=False),
        sa.Column("retry_at", sa.Float(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("retry_reason", sa.Text(), nullable=False),
        sa.Column("reconciled_at", sa.Float(), nullable=True),
        sa.Column("reconcile_begun_at", sa.Float(), nullable=True),
        sa.Column("installed_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("client_key", name=op.f("uq_tenant_client_key")),
    )
    with op.batch_alter_table("tenant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tenant_base_url"), ["base_url"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("account_id", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "nonce",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_nonce_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nonce")),
        sa.UniqueConstraint("key_id", "value", name=op.f("uq_nonce_key_id_value")),
    )
    with op.batch_alter_table("nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nonce_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "synchronization",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.String(length=36), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("status_by", sa.String(length=8), nullable=False),
        sa.Column("status_person", sa.String(length=255), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("veto", sa.JSON(), nullable=False),
        sa.Column("partner_url", sa.String(length=255), nullable=False),
        sa.Column("partner_name", sa.String(length=255), nullable=False),
        sa.Column("partner_endpoint", sa.String(length=255), nullable=False),
        sa.Column("partner_tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("partner_key_id", sa.String(length=64), nullable=False),
        sa.Column("partner_public_key", sa.Text(), nullable=False),
        sa.Column("state_version", sa.BigInteger(), nullable=False),
        sa.Column("told_version", sa.BigInteger(), nullable=False),
        sa.Column("partner_state_version", sa.BigInteger(), nullable=False),
        sa.Column("partner_rules_version", sa.Integer(), nullable=False),
        sa.Column("partner_rules_hash", sa.String(length=64), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("review_version", sa.BigInteger(), nullable=False),
        sa.Column("partner_review", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("epoch_at", sa.Float(), nullable=True),
        sa.Column("invited_by", sa.String(length=255), nullable=False),
        sa.Column("retry_at", sa.Float(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("retry_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("accepted_at", sa.Float(), nullable=True),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_synchronization_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synchronization")),
        sa.UniqueConstraint(
            "tenant_id", "agreement_id", "side", name=op.f("uq_synchronization_tenant_id_agreement_id_side")
        ),
    )
    with op.batch_alter_table("synchronization", schema=None) as batch_op:
        batch_op.create_index("ix_synchronization_agreement_id", ["agreement_id"], unique=False)

    op.create_table(
        "touched_issue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.String(length=32), nullable=False),
        sa.Column("touch_count", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("touched_at", sa.Float(), nullable=False),
        sa.Column("retry_at", sa.Float(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_touched_issue_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touched_issue")),
        sa.UniqueConstraint("tenant_id", "issue_id", name=op.f("uq_touched_issue_tenant_id_issue_id")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synchronization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.String(length=36), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("based_hash", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.String(length=255), nullable=False),
        sa.Column("proposed_at", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answered_by", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["synchronization_id"],
            ["synchronization.id"],
            name=op.f("fk_proposal_synchronization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_proposal_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint(
            "synchronization_id", "proposal_id", name=op.f("uq_proposal_synchronization_id_proposal_id")
        ),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synchronization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("based_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=128), nullable=False),
        sa.Column("edited_by", sa.String(length=255), nullable=False),
        sa.Column("edited_at", sa.Float(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["synchronization_id"], ["synchronization.id"], name=op.f("fk_draft_synchronization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_draft_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("synchronization_id", name=op.f("uq_draft_synchronization_id")),
    )
    op.create_table(
        "mapping_start",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synchronization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping_id", sa.String(length=36), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["synchronization_id"],
            ["synchronization.id"],
            name=op.f("fk_mapping_start_synchronization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_mapping_start_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_start")),
        sa.UniqueConstraint(
            "synchronization_id", "mapping_id", name=op.f("uq_mapping_start_synchronization_id_mapping_id")
        ),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synchronization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("published_by", sa.String(length=255), nullable=False),
        sa.Column("published_side", sa.String(length=8), nullable=False),
        sa.Column("published_at", sa.Float(), nullable=False),
        sa.Column("proposal_id", sa.String(length=36), nullable=False),
        sa.Column("proposed_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["synchronization_id"], ["synchronization.id"], name=op.f("fk_rules_synchronization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rules_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("synchronization_id", "version", name=op.f("uq_rules_synchronization_id_version")),
    )
    op.create_table(
        "twin_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synchronization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_key", sa.String(length=36), nullable=False),
        sa.Column("mapping_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.Column("partner_problem", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.String(length=32), nullable=True),
        sa.Column("issue_key", sa.String(length=64), nullable=False),
        sa.Column("partner_issue", sa.JSON(), nullable=False),
        sa.Column("partner_issue_id", sa.String(length=32), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("next_sequence", sa.Integer(), nullable=False),
        sa.Column("delivered_sequence", sa.Integer(), nullable=False),
        sa.Column("partner_seen", sa.Integer(), nullable=False),
        sa.Column("expected_sequence", sa.Integer(), nullable=False),
        sa.Column("applied_sequence", sa.Integer(), nullable=False),
        sa.Column("received_digest", sa.String(length=64), nullable=False),
        sa.Column("renewed", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.String(length=36), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("touched_at", sa.Float(), nullable=True),
        sa.Column("read_at", sa.Float(), nullable=True),
        sa.Column("looked_at", sa.Float(), nullable=True),
        sa.Column("retry_at", sa.Float(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("waits_for", sa.String(length=80), nullable=False),
        sa.Column("synced_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["synchronization_id"],
            ["synchronization.id"],
            name=op.f("fk_twin_link_synchronization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_twin_link_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twin_link")),
        sa.UniqueConstraint("synchronization_id", "link_key", name=op.f("uq_twin_link_synchronization_id_link_key")),
    )
    with op.batch_alter_table("twin_link", schema=None) as batch_op:
        batch_op.create_index(
            "ix_twin_link_synchronization_id_partner_issue_id",
            ["synchronization_id", "partner_issue_id"],
            unique=False,
        )
        batch_op.create_index("ix_twin_link_tenant_id_issue_id", ["tenant_id", "issue_id"], unique=False)
        batch_op.create_index(
            "uq_twin_link_living",
            ["synchronization_id", "issue_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )
        batch_op.create_index(
            "ix_twin_link_waits_for",
            ["synchronization_id", "waits_for"],
            unique=False,
            sqlite_where=sa.text("waits_for <> ''"),
            postgresql_where=sa.text("waits_for <> ''"),
        )

    op.create_table(
        "conflict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("twin_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=128), nullable=False),
        sa.Column("ours", sa.JSON(), nullable=False),
        sa.Column("theirs", sa.JSON(), nullable=False),
        sa.Column("stands", sa.String(length=8), nullable=False),
        sa.Column("found_at", sa.Float(), nullable=False),
        sa.Column("settled_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_conflict_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["twin_link_id"], ["twin_link.id"], name=op.f("fk_conflict_twin_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index("ix_conflict_twin_link_id_id", ["twin_link_id", "id"], unique=False)

    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("twin_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("part", sa.String(length=128), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("latency", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_history_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["twin_link_id"], ["twin_link.id"], name=op.f("fk_history_twin_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_tenant_id_at", ["tenant_id", "at"], unique=False)
        batch_op.create_index("ix_history_twin_link_id_id", ["twin_link_id", "id"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("twin_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("intent", sa.JSON(), nullable=True),
        sa.Column("intent_at", sa.Float(), nullable=True),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_inbox_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["twin_link_id"], ["twin_link.id"], name=op.f("fk_inbox_twin_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("twin_link_id", "sequence", name=op.f("uq_inbox_twin_link_id_sequence")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("twin_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outbox_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["twin_link_id"], ["twin_link.id"], name=op.f("fk_outbox_twin_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("twin_link_id", "sequence", name=op.f("uq_outbox_twin_link_id_sequence")),
    )
    op.create_table(
        "twin_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("twin_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("origin_id", sa.String(length=64), nullable=False),
        sa.Column("our_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_twin_item_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["twin_link_id"], ["twin_link.id"], name=op.f("fk_twin_item_twin_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twin_item")),
        sa.UniqueConstraint("twin_link_id", "kind", "origin_id", name=op.f("uq_twin_item_twin_link_id_kind_origin_id")),
    )
    with op.batch_alter_table("twin_item", schema=None) as batch_op:
        batch_op.create_index("ix_twin_item_tenant_id_kind_our_id", ["tenant_id", "kind", "our_id"], unique=False)
    op.create_table(
        "backlog",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synchronization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retry_at", sa.Float(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("collected_at", sa.Float(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["synchronization_id"],
            ["synchronization.id"],
            name=op.f("fk_backlog_synchronization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_backlog_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backlog")),
        sa.UniqueConstraint("synchronization_id", "mapping_id", name=op.f("uq_backlog_synchronization_id_mapping_id")),
    )
    op.create_table(
        "backlog_issue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("backlog_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("twin_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["backlog_id"], ["backlog.id"], name=op.f("fk_backlog_issue_backlog_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_backlog_issue_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["twin_link_id"], ["twin_link.id"], name=op.f("fk_backlog_issue_twin_link_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backlog_issue")),
        sa.UniqueConstraint("backlog_id", "issue_id", name=op.f("uq_backlog_issue_backlog_id_issue_id")),
    )
    with op.batch_alter_table("backlog_issue", schema=None) as batch_op:
        batch_op.create_index("ix_backlog_issue_backlog_id_state", ["backlog_id", "state"], unique=False)
        batch_op.create_index("ix_backlog_issue_tenant_id_twin_link_id", ["tenant_id", "twin_link_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("backlog_issue", schema=None) as batch_op:
        batch_op.drop_index("ix_backlog_issue_tenant_id_twin_link_id")
        batch_op.drop_index("ix_backlog_issue_backlog_id_state")
    op.drop_table("backlog_issue")
    op.drop_table("backlog")
    with op.batch_alter_table("twin_item", schema=None) as batch_op:
        batch_op.drop_index("ix_twin_item_tenant_id_kind_our_id")

    op.drop_table("twin_item")
    op.drop_table("outbox")
    op.drop_table("inbox")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index("ix_conflict_twin_link_id_id")

    op.drop_table("conflict")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("ix_history_tenant_id_at")
        batch_op.drop_index("ix_history_twin_link_id_id")

    op.drop_table("history")
    with op.batch_alter_table("twin_link", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_twin_link_waits_for",
            sqlite_where=sa.text("waits_for <> ''"),
            postgresql_where=sa.text("waits_for <> ''"),
        )
        batch_op.drop_index(
            "uq_twin_link_living",
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )
        batch_op.drop_index("ix_twin_link_tenant_id_issue_id")

    op.drop_table("twin_link")
    op.drop_table("rules")
    op.drop_table("mapping_start")
    op.drop_table("draft")
    op.drop_table("proposal")
    op.drop_table("touched_issue")
    with op.batch_alter_table("synchronization", schema=None) as batch_op:
        batch_op.drop_index("ix_synchronization_agreement_id")

    op.drop_table("synchronization")
    with op.batch_alter_table("nonce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nonce_expires_at"))

    op.drop_table("nonce")
    op.drop_table("audit")
    with op.batch_alter_table("tenant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tenant_base_url"))

    op.drop_table("tenant")
