"""texts that an office edits: versions of each text of the program, and standard answers and letters

A text without an active version is the original of the program, so older code and an empty table behave as before.
"""

import sqlalchemy as sa
from alembic import op

from migrations.journal import journal

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STAYS = """
CREATE OR REPLACE FUNCTION guard_text_version() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp AS $$
DECLARE
    moves jsonb := '{"draft": ["active", "retired"], "active": ["retired"], "retired": []}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a version of a text begins as a draft' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR NOT moves -> OLD.state ? NEW.state
        OR (OLD.state <> 'draft' AND (NEW.activated_at, NEW.activated_by_id, NEW.reason)
            IS DISTINCT FROM (OLD.activated_at, OLD.activated_by_id, OLD.reason))
        OR (NEW.id, NEW.code, NEW.number, NEW.subject_id, NEW.subject_en, NEW.body_id, NEW.body_en, NEW.made_by_id, NEW.made_at)
            IS DISTINCT FROM
            (OLD.id, OLD.code, OLD.number, OLD.subject_id, OLD.subject_en, OLD.body_id, OLD.body_en, OLD.made_by_id, OLD.made_at)
    THEN
        RAISE EXCEPTION 'a version of a text is never changed or deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = """
CREATE TRIGGER text_version_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON text_version
    FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed();
CREATE TRIGGER text_version_stays BEFORE INSERT OR UPDATE OR DELETE ON text_version
    FOR EACH ROW EXECUTE FUNCTION guard_text_version()
"""


def upgrade() -> None:
    op.create_table(
        "text_version",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.String(300), nullable=False, server_default=""),
        sa.Column("subject_en", sa.String(300), nullable=False, server_default=""),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.String(80), nullable=False, server_default="draft"),
        sa.Column("made_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True, index=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True, index=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("code", "number", name="uq_text_version_number"),
        sa.CheckConstraint("state IN ('draft', 'active', 'retired')", name=op.f("ck_text_version_state")),
        sa.CheckConstraint("body_id <> ''", name=op.f("ck_text_version_body_id")),
        sa.CheckConstraint("state <> 'active' OR activated_at IS NOT NULL", name=op.f("ck_text_version_activated_at")),
        sa.CheckConstraint("activated_at IS NULL OR reason <> ''", name=op.f("ck_text_version_reason")),
        sa.Index("uq_text_version_active", "code", unique=True, postgresql_where=sa.text("state = 'active'")),
        sa.Index("uq_text_version_draft", "code", unique=True, postgresql_where=sa.text("state = 'draft'")),
    )
    op.execute(STAYS)
    for trigger in TRIGGERS.split(";\n"):
        op.execute(trigger)
    journal("text_version")
    _standard_texts()


def _standard_texts() -> None:
    op.create_table(
        "standard_text",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("agency_code", sa.String(80), sa.ForeignKey("agency.code"), nullable=True, index=True),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True, index=True),
        sa.Column("category_id", sa.BigInteger(), sa.ForeignKey("category.id"), nullable=True, index=True),
        sa.Column("order", sa.Integer(), nullable=False, server_default="100"),
        sa.Column("active", sa.Boolean(), nullable=False, server_default="true"),
        sa.UniqueConstraint("code", "owner_id", name="uq_standard_text_code", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("kind IN ('answer', 'letter')", name=op.f("ck_standard_text_kind")),
        sa.CheckConstraint("scope IN ('office', 'agency', 'own')", name=op.f("ck_standard_text_scope")),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_standard_text_code")),
        sa.CheckConstraint("title <> '' AND body <> ''", name=op.f("ck_standard_text_title")),
        sa.CheckConstraint("(scope = 'agency') = (agency_code IS NOT NULL)", name=op.f("ck_standard_text_agency")),
        sa.CheckConstraint("(scope = 'own') = (owner_id IS NOT NULL)", name=op.f("ck_standard_text_owner")),
    )
    journal("standard_text")


def downgrade() -> None:
    op.drop_table("standard_text")
    op.drop_table("text_version")
    op.execute("DROP FUNCTION guard_text_version()")
