"""inbound: what came from SP4N and waits for the Admin, each message once; files that SP4N has taken back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "inbound_hold",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("tracking_id", sa.String(length=80), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("confidentiality", sa.String(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(length=80), nullable=False),
        sa.Column("other_hash", sa.String(), nullable=True),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'conflict', 'loosening', 'message')", name=op.f("ck_inbound_hold_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'applied', 'kept', 'dismissed', 'superseded')", name=op.f("ck_inbound_hold_state")
        ),
        sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_inbound_hold_settled")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_inbound_hold_complaint_id_complaint")
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["ab_user.id"], name=op.f("fk_inbound_hold_settled_by_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_hold")),
    )
    op.create_index(op.f("ix_inbound_hold_complaint_id"), "inbound_hold", ["complaint_id"])
    op.create_index("ix_inbound_hold_tracking", "inbound_hold", ["tracking_id", "revision"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_inbound_hold_page", "inbound_hold", ["kind", "id"], postgresql_where=waiting)
    op.create_index(
        "uq_inbound_hold_waiting",
        "inbound_hold",
        ["tracking_id", "kind", "content_hash"],
        unique=True,
        postgresql_where=waiting,
    )
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tracking_id", sa.String(length=80), nullable=False),
        sa.Column("message_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("content_hash", sa.String(length=80), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint("tracking_id", "message_id", name="uq_inbound_message_report_id"),
    )


def downgrade() -> None:
    op.drop_table("inbound_message")
    op.drop_table("inbound_hold")
    op.drop_column("attachment", "removed_at")
