"""lists that an office maintains: channels, reasons, urgencies, reply media, quick phrases and units of agencies

A case may name any channel and urgency of the lists; old code goes on with those that it knows.
`definition_state` changes with each change of a definition, so that every process reads them again.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.checks import add_words, remove_words
from migrations.journal import journal

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NOTICE = "unit_disposed"
LISTS = ("channel", "archive_reason", "decline_reason", "urgency", "quick_phrase", "unit", "reply_medium")
CHANNELS = (
    ("sp4n", "SP4N-LAPOR!", "SP4N-LAPOR!"),
    ("web", "Situs web", "Website"),
    ("walk_in", "Datang langsung", "In person"),
    ("phone", "Telepon", "Telephone"),
    ("letter", "Surat", "Letter"),
    ("whatsapp", "WhatsApp", "WhatsApp"),
    ("email", "Surel", "E-mail"),
    ("sms", "SMS", "SMS"),
    ("social", "Media sosial", "Social media"),
)
ENTRIES = {
    "channel": CHANNELS,
    "archive_reason": (
        ("incomplete", "Belum lengkap", "Incomplete", "tells_reporter"),
        ("spam", "Spam atau uji coba", "Spam or a test", "tells_reporter"),
        (
            "not_our_authority",
            "Bukan kewenangan pemerintah kabupaten",
            "Not within the regency’s authority",
            "tells_reporter",
        ),
        ("private_matter", "Urusan pribadi", "Private matter", "tells_reporter"),
        ("other", "Alasan lain", "Other reason", "tells_reporter"),
    ),
    "decline_reason": (
        ("not_our_authority", "Bukan kewenangan OPD kami", "Not within our agency’s authority"),
        ("wrong_agency", "Salah alamat, OPD lain yang berwenang", "Wrong address, another agency has the authority"),
        ("other", "Alasan lain", "Other reason"),
    ),
    "urgency": (
        ("normal", "Biasa", "Normal"),
        ("urgent", "Segera", "Urgent", "stands_out"),
        ("very_urgent", "Amat segera", "Very urgent", "stands_out"),
    ),
    # Without English: a disposition is Indonesian whatever language its author reads.
    "quick_phrase": (
        ("follow_up", "Tindak lanjuti segera.", ""),
        ("visit_and_report", "Tinjau lokasi dan laporkan.", ""),
        ("coordinate", "Koordinasikan dengan camat.", ""),
        ("answer_in_writing", "Sampaikan tanggapan tertulis.", ""),
    ),
    "reply_medium": tuple(
        (code, *labels, *([f"by_{code}"] if code in ("sp4n", "email", "web") else [])) for code, *labels in CHANNELS
    ),
}
CHANGED = """
CREATE OR REPLACE FUNCTION definitions_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO public, pg_temp AS $$
BEGIN
    UPDATE definition_state SET version = gen_random_uuid();
    RETURN NULL;
END $$
"""
STAYS = """
CREATE OR REPLACE FUNCTION guard_choice() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.list, NEW.code, NEW.seeded) IS DISTINCT FROM (OLD.list, OLD.code, OLD.seeded)
        OR NEW.agency_code IS DISTINCT FROM OLD.agency_code THEN
        RAISE EXCEPTION 'an entry of a list is ended, never deleted or renamed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
LISTED = """
CREATE OR REPLACE FUNCTION guard_listed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM choice WHERE list = 'channel' AND code = NEW.channel) THEN
        RAISE EXCEPTION 'no such channel' USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_complaint_channel';
    END IF;
    IF NOT EXISTS (SELECT FROM choice WHERE list = 'urgency' AND code = NEW.urgency) THEN
        RAISE EXCEPTION 'no such urgency' USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_complaint_urgency';
    END IF;
    RETURN NEW;
END $$
"""
FUNCTIONS = (CHANGED, STAYS, LISTED)
TRIGGERS = """
CREATE TRIGGER choice_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON choice
    FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed();
CREATE TRIGGER choice_officer_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON choice_officer
    FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed();
CREATE TRIGGER choice_stays BEFORE UPDATE OR DELETE ON choice
    FOR EACH ROW EXECUTE FUNCTION guard_choice();
CREATE TRIGGER complaint_is_listed BEFORE INSERT OR UPDATE OF channel, urgency ON complaint
    FOR EACH ROW EXECUTE FUNCTION guard_listed()
"""


def upgrade() -> None:
    op.create_table(
        "definition_state",
        sa.Column("id", sa.SmallInteger(), primary_key=True),
        sa.Column("version", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_definition_state_one_row")),
    )
    op.execute("INSERT INTO definition_state (id) VALUES (1)")
    listed = ", ".join(f"'{name}'" for name in LISTS)
    op.create_table(
        "choice",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("list", sa.String(80), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("label_id", sa.String(300), nullable=False),
        sa.Column("label_en", sa.String(300), nullable=False, server_default=""),
        sa.Column("order", sa.Integer(), nullable=False, server_default="100"),
        sa.Column("active", sa.Boolean(), nullable=False, server_default="true"),
        sa.Column("flags", postgresql.JSONB(), nullable=False, server_default="[]"),
        sa.Column("agency_code", sa.String(80), sa.ForeignKey("agency.code"), nullable=True, index=True),
        sa.Column("seeded", sa.Boolean(), nullable=False, server_default="false"),
        sa.UniqueConstraint("list", "code", name="uq_choice_code"),
        sa.CheckConstraint(f"list IN ({listed})", name=op.f("ck_choice_list")),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_choice_code")),
        sa.CheckConstraint("label_id <> ''", name=op.f("ck_choice_label_id")),
        sa.CheckConstraint("(list = 'unit') = (agency_code IS NOT NULL)", name=op.f("ck_choice_agency")),
        sa.CheckConstraint("jsonb_typeof(flags) = 'array'", name=op.f("ck_choice_flags")),
    )
    op.create_table(
        "choice_officer",
        sa.Column("choice_id", sa.BigInteger(), sa.ForeignKey("choice.id"), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("ab_user.id"), primary_key=True, index=True),
    )
    _insert_entries()
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("ALTER TABLE complaint DROP CONSTRAINT ck_complaint_channel")
    for trigger in TRIGGERS.split(";\n"):
        op.execute(trigger)
    add_words("notice", "kind", NOTICE)
    journal("choice")
    journal("choice_officer", key="choice_id,user_id")


def _insert_entries() -> None:
    insert = sa.text(
        'INSERT INTO choice (list, code, label_id, label_en, "order", flags, seeded)'
        " VALUES (:list, :code, :id, :en, :order, CAST(:flags AS jsonb), true)"
    )
    for name, entries in ENTRIES.items():
        for place, (code, label, english, *flags) in enumerate(entries, 1):
            row = {"list": name, "code": code, "id": label, "en": english, "order": place * 10}
            op.get_bind().execute(insert, row | {"flags": json.dumps(flags)})


def downgrade() -> None:
    op.execute("DELETE FROM delivery_item i USING notice n WHERE n.id = i.notice_id AND n.kind = 'unit_disposed'")
    op.execute("DELETE FROM notice WHERE kind = 'unit_disposed'")
    remove_words("notice", "kind", NOTICE)
    op.execute("DROP TRIGGER complaint_is_listed ON complaint")
    op.execute(
        "UPDATE complaint SET channel = 'web'"
        " WHERE channel NOT IN (SELECT code FROM choice WHERE list = 'channel' AND seeded)"
    )
    known = ", ".join(f"'{code}'" for code, *_labels in CHANNELS)
    op.execute(f"ALTER TABLE complaint ADD CONSTRAINT ck_complaint_channel CHECK (channel IN ({known})) NOT VALID")
    op.execute("ALTER TABLE complaint VALIDATE CONSTRAINT ck_complaint_channel")
    for table in ("choice_officer", "choice", "definition_state"):
        op.drop_table(table)
    for function in ("guard_listed", "guard_choice", "definitions_changed"):
        op.execute(f"DROP FUNCTION {function}()")
