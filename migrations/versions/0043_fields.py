"""fields that an office adds to complaints: their definitions, values in the case, and encrypted personal values

Old code leaves the values empty.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.checks import add_words
from migrations.indexes import build, drop, while_the_office_works
from migrations.journal import journal

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TYPES = ("text", "long_text", "integer", "decimal", "date", "boolean", "choice", "choices", "phone", "file")
ACTIVATED = """
CREATE OR REPLACE FUNCTION guard_field_definition() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp AS $$
DECLARE
    free text[] := ARRAY['label_id', 'label_en', 'hint_id', 'hint_en', 'order', 'active_until'];
BEGIN
    IF OLD.active_from IS NOT NULL AND (TG_OP = 'DELETE' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'an activated field is ended, never changed or deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
TRIGGERS = """
CREATE TRIGGER field_definition_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON field_definition
    FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed();
CREATE TRIGGER field_definition_stays BEFORE UPDATE OR DELETE ON field_definition
    FOR EACH ROW EXECUTE FUNCTION guard_field_definition()
"""
ISOLATED = """
    EXISTS (SELECT FROM case_of_agency s WHERE s.complaint_id = personal_value.complaint_id)
    OR complaint_id = (SELECT nullif(current_setting('lapor.case', true), '')::bigint)
"""


def upgrade() -> None:
    op.execute("ALTER TABLE complaint ADD COLUMN IF NOT EXISTS field_values jsonb NOT NULL DEFAULT '{}'")
    with while_the_office_works():
        build("ix_complaint_field_values", "complaint", "field_values jsonb_path_ops", using="gin")
    listed = ", ".join(f"'{name}'" for name in TYPES)
    json = {name: sa.Column(name, postgresql.JSONB(), nullable=False, server_default="[]") for name in _LISTS}
    texts = {name: sa.Column(name, sa.Text(), nullable=False, server_default="") for name in ("hint_id", "hint_en")}
    op.create_table(
        "field_definition",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(80), nullable=False, index=True),
        sa.Column("label_id", sa.String(300), nullable=False),
        sa.Column("label_en", sa.String(300), nullable=False, server_default=""),
        *texts.values(),
        sa.Column("type", sa.String(80), nullable=False),
        *json.values(),
        sa.Column("bounds", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("pattern", sa.Text(), nullable=False, server_default=""),
        sa.Column("required", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("only_if", postgresql.JSONB(), nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("order", sa.Integer(), nullable=False, server_default="100"),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"type IN ({listed})", name=op.f("ck_field_definition_type")),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_field_definition_code")),
        sa.CheckConstraint(
            "active_until IS NULL OR active_until >= active_from", name=op.f("ck_field_definition_ends_after_start")
        ),
        sa.Index(
            "uq_field_definition_code",
            "code",
            unique=True,
            postgresql_where=sa.text("active_from IS NOT NULL AND active_until IS NULL"),
        ),
    )
    op.create_table(
        "personal_value",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("complaint_id", sa.BigInteger(), sa.ForeignKey("complaint.id"), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(80), nullable=False),
        sa.UniqueConstraint("complaint_id", "code", name="uq_personal_value_case_code"),
    )
    op.execute("ALTER TABLE personal_value ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY walled ON personal_value TO lapor_walled USING ({ISOLATED}) WITH CHECK ({ISOLATED})")
    op.execute(ACTIVATED)
    for trigger in TRIGGERS.split(";\n"):
        op.execute(trigger)
    add_words("journal_entry", "kind", "definition_activated")
    journal("field_definition")


_LISTS = ("options", "categories", "classifications", "moments", "visible_to")


def downgrade() -> None:
    for table in ("personal_value", "field_definition"):
        op.drop_table(table)
    op.execute("DROP FUNCTION guard_field_definition()")
    with while_the_office_works():
        drop("ix_complaint_field_values")
    op.drop_column("complaint", "field_values")
