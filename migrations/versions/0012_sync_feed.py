"""sync feed: one row for each change of a report that SP4N knows; those that are known already stand in it as they are"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATUSES = (
    "'registering', 'checking', 'reporting', 'directing', 'relaying', 'with_agencies', 'disposing_answer', "
    "'replying', 'waiting_for_reporter', 'answered', 'closed', 'archived', 'merged', 'withdrawn'"
)
FIRST = """
    INSERT INTO sync_change (complaint_id, tracking_id, number, revision, version, kind, status, at, origin,
                             tombstone, mark)
    SELECT id, sp4n_tracking_id, number, sp4n_revision, version, 'linked', status, received_at, 'office',
           false, substr(md5(random()::text), 1, 12)
    FROM complaint WHERE sp4n_tracking_id IS NOT NULL ORDER BY id
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE sync_change_position")
    op.create_table(
        "sync_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("tracking_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("tombstone", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.CheckConstraint("origin IN ('office', 'sp4n')", name=op.f("ck_sync_change_origin")),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_sync_change_status")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_sync_change_complaint_id_complaint")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_change")),
        sa.UniqueConstraint("position", name=op.f("uq_sync_change_position")),
        sa.UniqueConstraint("event_id", name=op.f("uq_sync_change_event_id")),
    )
    op.create_index(op.f("ix_sync_change_complaint_id"), "sync_change", ["complaint_id"])
    op.create_index("ix_sync_change_at", "sync_change", ["at"])
    op.create_index("ix_sync_change_unnumbered", "sync_change", ["id"], postgresql_where=sa.text("position IS NULL"))
    op.execute(FIRST)


def downgrade() -> None:
    op.drop_table("sync_change")
    op.execute("DROP SEQUENCE sync_change_position")
