"""peer: how we stand with SP4N as a whole and report by report, each night's comparison, and files taken in by hand"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DRIFTS = "'missing_here', 'missing_there', 'we_behind', 'they_behind', 'status'"


def upgrade() -> None:
    _peer()
    _ledger()
    _comparison()
    _import()


def _peer() -> None:
    op.create_table(
        "sync_peer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("poll_cursor", sa.String(), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poll_failures", sa.Integer(), nullable=False),
        sa.Column("push_cursor", sa.String(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_push_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("push_failures", sa.Integer(), nullable=False),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_sync_peer_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_peer")),
    )
    op.execute(
        "INSERT INTO sync_peer (id, poll_cursor, poll_failures, push_cursor, push_failures) VALUES (1,'',0,'',0)"
    )


def _ledger() -> None:
    op.create_table(
        "sync_ledger",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tracking_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("their_revision", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acked_position", sa.BigInteger(), nullable=False),
        sa.Column("acked_version", sa.Integer(), nullable=True),
        sa.Column("acked_status", sa.String(length=80), nullable=True),
        sa.Column("acked_key", sa.String(length=80), nullable=True),
        sa.Column("acked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_position", sa.BigInteger(), nullable=False),
        sa.Column("resend_key", sa.String(length=80), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("fetch_wanted", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("refused_reason", sa.String(length=300), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drift", sa.String(length=80), nullable=True),
        sa.Column("drift_detail", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("drift_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('in_step', 'behind', 'failed', 'parked')", name=op.f("ck_sync_ledger_state")),
        sa.CheckConstraint(f"drift IN ({DRIFTS})", name=op.f("ck_sync_ledger_drift")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_ledger")),
        sa.UniqueConstraint("tracking_id", name=op.f("uq_sync_ledger_tracking_id")),
    )
    for name, column, condition in (
        ("due", "next_try_at", "next_try_at IS NOT NULL"),
        ("fetch", "id", "fetch_wanted"),
        ("drift", "id", "drift IS NOT NULL"),
        ("refused", "id", "refused_at IS NOT NULL"),
        ("troubled", "id", "state <> 'in_step'"),
    ):
        op.create_index(f"ix_sync_ledger_{name}", "sync_ledger", [column], postgresql_where=sa.text(condition))


def _comparison() -> None:
    op.create_table(
        "sync_comparison",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("drifted", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_comparison")),
        sa.UniqueConstraint("day", name=op.f("uq_sync_comparison_day")),
    )


def _import() -> None:
    op.create_table(
        "sync_import",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("file_hash", sa.String(length=80), nullable=False),
        sa.Column("header_hash", sa.String(length=80), nullable=False),
        sa.Column("filename", sa.String(length=300), nullable=False),
        sa.Column("encoding", sa.String(length=80), nullable=False),
        sa.Column("delimiter", sa.String(length=80), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('mapping', 'checking', 'checked', 'importing', 'done', 'dropped')",
            name=op.f("ck_sync_import_state"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["ab_user.id"], name=op.f("fk_sync_import_made_by_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_import")),
        sa.UniqueConstraint("file_hash", name="uq_sync_import_file_hash"),
    )
    op.create_index("ix_sync_import_header", "sync_import", ["header_hash", "id"])
    op.create_index(
        "ix_sync_import_open", "sync_import", ["id"], postgresql_where=sa.text("state IN ('checking', 'importing')")
    )


def downgrade() -> None:
    for table in ("sync_import", "sync_comparison", "sync_ledger", "sync_peer"):
        op.drop_table(table)
