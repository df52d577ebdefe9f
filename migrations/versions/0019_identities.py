"""identities are found by keyed hashes and opened with a record; personal traces are taken out of what agencies read"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MARKS = ("phone_mark", "email_mark", "nik_mark")
NEW = ("identity_keys_rotated", "identity_searched", "subject_reported")
KINDS = (
    *("bundle_made", "calendar_changed", "delegation_ended", "key_made", "key_revoked", "key_rotated"),
    *("limit_changed", "sop_activated", "webhook_changed"),
)
OPENED = sa.text("kind = 'identity_opened'")


def upgrade() -> None:
    for mark in MARKS:
        op.add_column("reporter", sa.Column(mark, sa.String(length=20), nullable=True))
        op.create_index(op.f(f"ix_reporter_{mark}"), "reporter", [mark])
    op.add_column("complaint", sa.Column("redacted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("complaint", "redacted", server_default=None)
    op.create_table(
        "original_text",
        sa.Column("complaint_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_original_text_complaint_id_complaint")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_original_text")),
    )
    # Behind the second wall (0018) nobody reads what was taken out.
    op.execute("ALTER TABLE original_text ENABLE ROW LEVEL SECURITY")
    op.create_index("ix_complaint_event_identity", "complaint_event", ["at"], postgresql_where=OPENED)
    _check(*KINDS, *NEW)


def downgrade() -> None:
    """What was taken out of the shown words is lost with the table; entries of the new kinds keep it from going back."""
    _check(*KINDS)
    op.drop_index("ix_complaint_event_identity", "complaint_event")
    op.drop_table("original_text")
    op.drop_column("complaint", "redacted")
    for mark in MARKS:
        op.drop_index(op.f(f"ix_reporter_{mark}"), "reporter")
        op.drop_column("reporter", mark)


def _check(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", f"kind IN ({listed})")
