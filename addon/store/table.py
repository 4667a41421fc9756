"""The tables. SQLAlchemy Core throughout: what runs is what stands here, on SQLite and on PostgreSQL.

Times are seconds since 1970 as floats (UTC), so that both databases compare them alike. JSON columns hold plain
values. Columns named ``..._secret`` or ``private_key`` hold Fernet tokens (``store.secret``), never clear text.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = BigInteger().with_variant(Integer, "sqlite")


def _tenant_id() -> Column[int]:
    return Column("tenant_id", Id, ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False)


tenant = Table(
    "tenant",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_key", String(255), nullable=False, unique=True),
    Column("base_url", String(255), nullable=False, index=True),
    Column("display_url", String(255), nullable=False, default=""),
    Column("name", String(255), nullable=False, default=""),
    Column("state", String(16), nullable=False),  # installed, enabled, disabled, uninstalled, stale
    Column("shared_secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", Float),
    Column("account_id", String(128)),  # the app's own user, learned from /myself
    Column("trace", String(64), nullable=False),  # unguessable; marks the webhooks of our own writes
    Column("retry_at", Float),  # no call to this Jira before
    Column("attempt_count", Integer, nullable=False, default=0),
    Column("retry_reason", Text, nullable=False, default=""),
    Column("reconciled_at", Float),  # by this Jira's clock: all that changed before has been looked at
    Column("reconcile_begun_at", Float),  # by ours: when the last pass was asked for
    Column("installed_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
)

synchronization = Table(
    "synchronization",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("agreement_id", String(36), nullable=False),  # the same at both ends
    Column("side", String(8), nullable=False),  # ours: inviter or accepter
    Column("name", String(255), nullable=False),
    # invitation_sent, invitation_received, accepted, rejected, deleted; the list shows six words
    Column("status", String(24), nullable=False),
    Column("status_by", String(8), nullable=False, default=""),  # who brought it about: us or partner
    Column("status_person", String(255), nullable=False, default=""),
    Column("status_reason", Text, nullable=False, default=""),
    Column("scope", JSON, nullable=False),  # model.scope.Scope; never leaves this tenant
    Column("veto", JSON, nullable=False, default=dict),  # model.veto.Veto; never leaves this tenant
    Column("partner_url", String(255), nullable=False),  # their Jira
    Column("partner_name", String(255), nullable=False, default=""),
    Column("partner_endpoint", String(255), nullable=False),  # their Twinline deployment
    Column("partner_tenant_id", Id),  # set where the partner lives in this deployment
    Column("key_id", String(64), nullable=False),
    Column("private_key", Text, nullable=False),
    Column("partner_key_id", String(64), nullable=False, default=""),
    Column("partner_public_key", Text, nullable=False, default=""),
    # Milliseconds since 1970, or one more than before where the clock stands still: a database restored from a backup
    # then still tells newer versions than those it has forgotten.
    Column("state_version", BigInteger, nullable=False, default=1),  # of what we tell the partner
    Column("told_version", BigInteger, nullable=False, default=0),  # the last one they confirmed
    Column("partner_state_version", BigInteger, nullable=False, default=0),
    Column("partner_rules_version", Integer, nullable=False, default=0),  # what they hold, as told last
    Column("partner_rules_hash", String(64), nullable=False, default=""),
    Column("review", Boolean, nullable=False, default=False),  # we want to accept the partner's rules before they live
    Column("review_version", BigInteger, nullable=False, default=0),  # our state that told this wish first
    Column("partner_review", Boolean, nullable=False, default=False),
    Column("epoch", Integer, nullable=False, default=1),  # raised when an end came back from a backup
    Column("epoch_at", Float),  # when this epoch began here; none for the first
    Column("invited_by", String(255), nullable=False, default=""),
    Column("retry_at", Float),  # no call to this partner before
    Column("attempt_count", Integer, nullable=False, default=0),
    Column("retry_reason", Text, nullable=False, default=""),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),  # of the invitation
    Column("accepted_at", Float),
    Column("updated_at", Float, nullable=False),
    UniqueConstraint("tenant_id", "agreement_id", "side"),
    Index("ix_synchronization_agreement_id", "agreement_id"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("synchronization_id", Id, ForeignKey("synchronization.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("published_by", String(255), nullable=False, default=""),
    Column("published_side", String(8), nullable=False),
    Column("published_at", Float, nullable=False),
    Column("proposal_id", String(36), nullable=False, default=""),  # of what the other side proposed and this accepts
    Column("proposed_by", String(255), nullable=False, default=""),
    UniqueConstraint("synchronization_id", "version"),
)

proposal = Table(
    "proposal",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("synchronization_id", Id, ForeignKey("synchronization.id", ondelete="CASCADE"), nullable=False),
    Column("proposal_id", String(36), nullable=False),  # the same at both ends
    Column("side", String(8), nullable=False),  # who proposes
    Column("document", JSON, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("based_on", Integer, nullable=False),  # the version it was made from
    Column("based_hash", String(64), nullable=False),
    Column("proposed_by", String(255), nullable=False),
    Column("proposed_at", Float, nullable=False),
    Column("state", String(16), nullable=False),  # open, withdrawn, accepted, declined
    Column("answered_by", String(255), nullable=False),
    Column("reason", Text, nullable=False),  # of a declined one, in the words of who declined it
    Column("starts", JSON, nullable=False),  # of ours: what becomes of our issues that are there; never told
    UniqueConstraint("synchronization_id", "proposal_id"),
)

draft = Table(
    "draft",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("synchronization_id", Id, ForeignKey("synchronization.id", ondelete="CASCADE"), nullable=False),
    Column("document", JSON, nullable=False),
    Column("based_on", Integer, nullable=False),  # the version it was made from
    Column("based_hash", String(64), nullable=False),
    Column("account_id", String(128), nullable=False),  # who saved it last
    Column("edited_by", String(255), nullable=False),  # their name
    Column("edited_at", Float, nullable=False),
    Column("revision", BigInteger, nullable=False),  # milliseconds since 1970, or one more than before
    UniqueConstraint("synchronization_id"),
)

mapping_start = Table(
    "mapping_start",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("synchronization_id", Id, ForeignKey("synchronization.id", ondelete="CASCADE"), nullable=False),
    Column("mapping_id", String(36), nullable=False),
    Column("started_at", Float, nullable=False),  # by our Jira's own clock: issues created later get twins
    UniqueConstraint("synchronization_id", "mapping_id"),
)

twin_link = Table(
    "twin_link",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("synchronization_id", Id, ForeignKey("synchronization.id", ondelete="CASCADE"), nullable=False),
    Column("link_key", String(36), nullable=False),  # the same at both ends
    Column("mapping_id", String(36), nullable=False),
    Column("state", String(16), nullable=False),  # active, blocked, out_of_scope, outside, ended
    Column("reason", Text, nullable=False, default=""),  # of blocked and ended, or why it waits
    Column("fix", Text, nullable=False, default=""),
    Column("partner_problem", Text, nullable=False, default=""),  # what blocks them, in their words
    Column("issue_id", String(32)),  # ours; none until created here
    Column("issue_key", String(64), nullable=False, default=""),
    Column("partner_issue", JSON, nullable=False),  # model.message.TwinInfo as told last, or {}
    Column("partner_issue_id", String(32), nullable=False, default=""),  # its id alone, to be found by
    Column("base", JSON, nullable=False),  # part -> value settled with the partner
    Column("next_sequence", Integer, nullable=False, default=1),  # of our outbox
    Column("delivered_sequence", Integer, nullable=False, default=0),  # the partner has stored up to
    Column("partner_seen", Integer, nullable=False, default=0),  # the partner has applied up to
    Column("expected_sequence", Integer, nullable=False, default=1),  # of our inbox
    Column("applied_sequence", Integer, nullable=False, default=0),  # we have applied up to
    Column("received_made_at", Float, nullable=False, default=0.0, server_default="0"),  # of the last message stored
    Column("renewed", Boolean, nullable=False, default=False),  # an epoch has begun: our next message tells all
    Column("lease_owner", String(36), nullable=False, default=""),
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("touched_at", Float),  # our issue may have changed: read it
    Column("read_at", Float),  # our issue's own `updated` when it was last read whole, by our Jira's clock
    Column("looked_at", Float),  # by our clock: when our issue was last read whole
    Column("retry_at", Float),
    Column("attempt_count", Integer, nullable=False, default=0),
    Column("waits_for", String(80), nullable=False, default=""),  # another issue or link: see sync.hierarchy
    Column("synced_at", Float),  # last time a change was settled
    Column("created_at", Float, nullable=False),
    UniqueConstraint("synchronization_id", "link_key"),
    Index("ix_twin_link_tenant_id_issue_id", "tenant_id", "issue_id"),
    Index(
        "ix_twin_link_waits_for",
        "synchronization_id",
        "waits_for",
        sqlite_where=text("waits_for <> ''"),
        postgresql_where=text("waits_for <> ''"),
    ),
    Index("ix_twin_link_synchronization_id_partner_issue_id", "synchronization_id", "partner_issue_id"),
    # One living twin per issue and synchronization: two workers that both want to pair meet here.
    Index(
        "uq_twin_link_living",
        "synchronization_id",
        "issue_id",
        unique=True,
        sqlite_where=text("state <> 'ended'"),
        postgresql_where=text("state <> 'ended'"),
    ),
)

touched_issue = Table(
    "touched_issue",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("issue_id", String(32), nullable=False),
    Column("touch_count", Integer, nullable=False, default=1),  # raised by each webhook: tells a late one apart
    Column("deleted", Boolean, nullable=False, default=False),  # Jira said so; believed only after a 404
    Column("touched_at", Float, nullable=False),
    Column("retry_at", Float),
    Column("attempt_count", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),  # why it waits
    UniqueConstraint("tenant_id", "issue_id"),
)

backlog = Table(
    "backlog",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("synchronization_id", Id, ForeignKey("synchronization.id", ondelete="CASCADE"), nullable=False),
    Column("mapping_id", String(36), nullable=False),
    Column("kind", String(8), nullable=False),  # waiting: what waited when it was chosen; all: what comes to match, too
    Column("state", String(16), nullable=False),  # collecting, opening, watching, done, cancelled
    Column("started_at", Float, nullable=False),  # by our Jira's own clock: when it was chosen
    Column("query", Text, nullable=False),  # what it is collected by
    Column("cursor", Text, nullable=False, default=""),  # Jira's token of the next page
    Column("reason", Text, nullable=False, default=""),  # why it waits
    Column("retry_at", Float),
    Column("attempt_count", Integer, nullable=False, default=0),
    Column("collected_at", Float),  # by our clock
    Column("created_at", Float, nullable=False),
    UniqueConstraint("synchronization_id", "mapping_id"),
)

backlog_issue = Table(
    "backlog_issue",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("backlog_id", Id, ForeignKey("backlog.id", ondelete="CASCADE"), nullable=False),
    Column("issue_id", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, opened, left_out: no longer qualified when its turn came
    Column("twin_link_id", Id, ForeignKey("twin_link.id", ondelete="SET NULL")),
    UniqueConstraint("backlog_id", "issue_id"),
    Index("ix_backlog_issue_tenant_id_twin_link_id", "tenant_id", "twin_link_id"),
    Index("ix_backlog_issue_backlog_id_state", "backlog_id", "state"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("twin_link_id", Id, ForeignKey("twin_link.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("message", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("remind_at", Float),  # of one to be applied: when it is handed over again, if it has not been by then
    UniqueConstraint("twin_link_id", "sequence"),
    Index(
        "ix_outbox_remind_at",
        "remind_at",
        sqlite_where=text("remind_at IS NOT NULL"),
        postgresql_where=text("remind_at IS NOT NULL"),
    ),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("twin_link_id", Id, ForeignKey("twin_link.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("message", JSON, nullable=False),
    Column("intent", JSON),  # what we are about to write: stored before the first write
    Column("intent_at", Float),
    Column("received_at", Float, nullable=False),
    UniqueConstraint("twin_link_id", "sequence"),
)

LONGEST_ORIGIN = 64

twin_item = Table(
    "twin_item",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("twin_link_id", Id, ForeignKey("twin_link.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),  # comment; later attachment, worklog, issue link
    Column("origin_id", String(LONGEST_ORIGIN), nullable=False),  # its id at the partner
    Column("our_id", String(64), nullable=False),  # what we created for it here; "" once it is gone
    UniqueConstraint("twin_link_id", "kind", "origin_id"),
    Index("ix_twin_item_tenant_id_kind_our_id", "tenant_id", "kind", "our_id"),
)

history = Table(
    "history",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("twin_link_id", Id, ForeignKey("twin_link.id", ondelete="CASCADE"), nullable=False),
    Column("at", Float, nullable=False),
    Column("direction", String(3), nullable=False),  # out, in
    Column("part", String(128), nullable=False),
    Column("verb", String(16), nullable=False),  # sent, written, skipped, conflict
    Column("before", Text, nullable=False, default=""),
    Column("after", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("latency", Float),  # seconds from the change at the partner to the write here
    Index("ix_history_twin_link_id_id", "twin_link_id", "id"),
    Index("ix_history_tenant_id_at", "tenant_id", "at"),
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("twin_link_id", Id, ForeignKey("twin_link.id", ondelete="CASCADE"), nullable=False),
    Column("part", String(128), nullable=False),
    Column("ours", JSON, nullable=False),  # both values, so that neither edit is lost without a word
    Column("theirs", JSON, nullable=False),
    Column("stands", String(8), nullable=False),  # ours, theirs, held
    Column("found_at", Float, nullable=False),
    Column("settled_at", Float),  # of held ones: when a later value or a person settled it
    Index("ix_conflict_twin_link_id_id", "twin_link_id", "id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("at", Float, nullable=False),
    Column("account_id", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", String(128), nullable=False, default=""),
    Column("detail", JSON, nullable=False),
)

nonce = Table(
    "nonce",
    metadata,
    Column("id", Id, primary_key=True),
    _tenant_id(),
    Column("key_id", String(64), nullable=False),
    Column("value", String(64), nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    UniqueConstraint("key_id", "value"),
)
