"""registers: the daily and monthly registers, never changed; steps and events are found by their time"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=300), nullable=False),
        sa.Column("paper_id", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('daily', 'monthly')", name=op.f("ck_register_kind")),
        sa.CheckConstraint(
            "kind = 'daily' OR extract(day from day) = 1", name=op.f("ck_register_month_by_its_first_day")
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_register_paper_id_paper")),
        sa.ForeignKeyConstraint(["made_by_id"], ["ab_user.id"], name=op.f("fk_register_made_by_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register")),
        sa.UniqueConstraint("kind", "day", name="uq_register_kind_day"),
        sa.UniqueConstraint("number", name=op.f("uq_register_number")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_register_paper_id")),
    )
    op.create_index(op.f("ix_register_made_by_id"), "register", ["made_by_id"])
    op.execute(
        "CREATE TRIGGER register_is_append_only BEFORE UPDATE OR DELETE ON register "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER register_is_never_emptied BEFORE TRUNCATE ON register "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_index("ix_ledger_entry_closed_at", "ledger_entry", ["at"], postgresql_where=sa.text("kind = 'closed'"))
    op.create_index("ix_complaint_event_at", "complaint_event", ["at"])


def downgrade() -> None:
    op.drop_index("ix_complaint_event_at", "complaint_event")
    op.drop_index("ix_ledger_entry_closed_at", "ledger_entry")
    op.drop_table("register")
