"""backup: a restored copy holds its messages back until it is released; backups and drills are noted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NEW = ("copy_released", "copy_restored")


def upgrade() -> None:
    # A restore of an older archive has made this table already, in the transaction that brought the rows.
    op.create_table(
        "sending_hold",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_sending_hold_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_hold")),
        if_not_exists=True,
    )
    op.create_table(
        "backup_run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        sa.CheckConstraint("kind IN ('backup', 'drill')", name=op.f("ck_backup_run_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
        sa.UniqueConstraint("slot", name=op.f("uq_backup_run_slot")),
    )
    op.create_index("ix_backup_run_last", "backup_run", ["kind", "ended_at"], postgresql_where=sa.text("ok"))
    _check(add=NEW)


def downgrade() -> None:
    _check(drop=NEW)
    op.drop_index("ix_backup_run_last", "backup_run")
    op.drop_table("backup_run")
    op.drop_table("sending_hold")


def _check(add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """The kinds that the journal takes: those it takes now, and these; whichever migration came before."""
    found = op.get_bind().execute(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_journal_entry_kind'")
    )
    kinds = set(found.scalar_one().split("'")[1::2]) | set(add)
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds - set(drop)))
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", f"kind IN ({listed})")
