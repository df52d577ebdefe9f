"""complaints of older records: what marks an imported case, and the files that they come from

An imported case is not public: the view of the restricted role says so, as the program does.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.indexes import drop, while_the_office_works

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

PUBLIC = """
CREATE OR REPLACE VIEW case_in_public AS
SELECT c.id AS complaint_id
FROM (SELECT current_setting('lapor.public'::text, true) AS said) asked
JOIN complaint c ON asked.said = 'yes'::text AND c.confidentiality::text = 'open'::text
    AND c.status::text <> 'withdrawn'::text{0}
"""
STATES = "'mapping', 'meaning', 'checking', 'checked', 'importing', 'done'"


def upgrade() -> None:
    op.execute("ALTER TABLE complaint ADD COLUMN IF NOT EXISTS imported_at timestamptz")
    op.execute("ALTER TABLE complaint ADD COLUMN IF NOT EXISTS old_number varchar")
    op.execute("ALTER TABLE complaint ADD COLUMN IF NOT EXISTS imported_key varchar(80)")
    with while_the_office_works():
        drop("uq_complaint_imported_key")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_complaint_imported_key ON complaint (imported_key)"
            " WHERE imported_key IS NOT NULL"
        )
    op.execute(PUBLIC.format(" AND c.imported_at IS NULL"))
    op.create_table(
        "move_in_file",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("file_hash", sa.String(80), nullable=False, unique=True),
        sa.Column("header_hash", sa.String(80), nullable=False),
        sa.Column("filename", sa.String(300), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(80), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("outcomes", JSONB(), nullable=False),
        sa.Column("chosen", JSONB(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_move_in_file_state")),
        sa.CheckConstraint("state <> 'done' OR content IS NULL", name=op.f("ck_move_in_file_emptied")),
    )
    op.execute("ALTER TABLE move_in_file ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("move_in_file")
    op.execute(PUBLIC.format(""))
    for column in ("imported_key", "old_number", "imported_at"):
        op.execute(f"ALTER TABLE complaint DROP COLUMN {column}")
