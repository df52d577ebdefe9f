"""evidence: the journal also says which evidence bundles were made; rehearsals of past cases are kept"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('calendar_changed', 'delegation_ended', 'limit_changed', 'sop_activated')"
AFTER = "kind IN ('bundle_made', 'calendar_changed', 'delegation_ended', 'limit_changed', 'sop_activated')"


def upgrade() -> None:
    _check(AFTER)
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sop_version_id", sa.BigInteger(), nullable=True),
        sa.Column("sop_number", sa.String(length=80), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what_if", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'ready', 'failed')", name=op.f("ck_rehearsal_state")),
        sa.CheckConstraint("ends >= begins", name=op.f("ck_rehearsal_ends_after_start")),
        sa.CheckConstraint("(state = 'ready') = (result IS NOT NULL)", name=op.f("ck_rehearsal_result")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["ab_user.id"], name=op.f("fk_rehearsal_asked_by_id_ab_user")),
        sa.ForeignKeyConstraint(
            ["sop_version_id"],
            ["sop_version.id"],
            name=op.f("fk_rehearsal_sop_version_id_sop_version"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    op.create_index(op.f("ix_rehearsal_sop_version_id"), "rehearsal", ["sop_version_id"])
    op.create_index(op.f("ix_rehearsal_asked_by_id"), "rehearsal", ["asked_by_id"])
    op.create_index(
        "ix_rehearsal_unfinished",
        "rehearsal",
        ["touched_at"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def downgrade() -> None:
    op.drop_table("rehearsal")
    _check(BEFORE)


def _check(rule: str) -> None:
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", rule)
