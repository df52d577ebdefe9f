"""roles as rows: the role of the process that each has, and whether it acts in it or only reads

A clerk's role has an actor and does not act. Roles without an actor may have the standing of a supervisor, who sees
every case, or of an administrator. Which roles open identities is read
from their rights, so that a copy of such a role waits for its confirmation too.
"""

import sqlalchemy as sa
from alembic import op

from migrations.journal import journal

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

DESCRIPTIONS = {
    "complaint_admin": (
        "Menerima dan mencatat aduan, meneruskannya, dan membalas pelapor",
        "Receives and records complaints, passes them on and replies to reporters",
    ),
    "section_head": (
        "Memeriksa aduan yang dicatat dan memberi paraf",
        "Checks recorded complaints and initials them",
    ),
    "division_head": (
        "Melaporkan aduan kepada Kepala Dinas dan memberi paraf",
        "Reports complaints to the head of the office and initials them",
    ),
    "office_head": (
        "Memberi arahan dan mendisposisikan jawaban",
        "Directs complaints and passes answers on",
    ),
    "agency_admin": (
        "Menerima aduan di OPD dan mengirim tanggapannya",
        "Receives complaints at the agency and sends its answers",
    ),
    "agency_head": (
        "Mendisposisikan aduan di OPD dan menandatangani tanggapan",
        "Passes complaints on inside the agency and signs its answers",
    ),
    "agency_secretary": (
        "Menyusun tanggapan OPD",
        "Drafts the answers of the agency",
    ),
}
OTHERS = (
    (
        "supervisor",
        ("Pengawas", "Supervisor"),
        ("Melihat semua aduan dan laporan tanpa bertindak", "Sees all complaints and reports, and does not act"),
    ),
    (
        "administrator",
        ("Administrator sistem", "System administrator"),
        (
            "Mengatur akun, data induk, dan sistem; tidak membaca aduan",
            "Manages accounts, reference data and the system",
        ),
    ),
    (
        "integration",
        ("Integrasi", "Integration"),
        ("Untuk akun sebuah program; tidak membuka layar", "For the account of a program; opens no screen"),
    ),
)


def upgrade() -> None:
    op.create_table(
        "office_role",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("label_id", sa.String(300), nullable=False, server_default=""),
        sa.Column("label_en", sa.String(300), nullable=False, server_default=""),
        sa.Column("description_id", sa.String(300), nullable=False, server_default=""),
        sa.Column("description_en", sa.String(300), nullable=False, server_default=""),
        sa.Column("actor", sa.String(80), sa.ForeignKey("actor.code"), nullable=True),
        sa.Column("acts", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("standing", sa.String(80), nullable=True),
        sa.Column("seeded", sa.Boolean(), nullable=False, server_default="false"),
        sa.CheckConstraint("name ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_office_role_name")),
        sa.CheckConstraint("label_id <> '' OR acts", name=op.f("ck_office_role_label_id")),
        sa.CheckConstraint("NOT acts OR actor IS NOT NULL", name=op.f("ck_office_role_acts")),
        sa.CheckConstraint(
            "standing IS NULL OR (standing IN ('supervisor', 'administrator') AND actor IS NULL)",
            name=op.f("ck_office_role_standing"),
        ),
    )
    roles = sa.table(
        "office_role",
        *(
            sa.column(name)
            for name in ("name", "label_id", "label_en", "description_id", "description_en", "actor", "standing")
        ),
        *(sa.column(name, sa.Boolean()) for name in ("acts", "seeded")),
    )
    actors = op.get_bind().execute(sa.text('SELECT code, seeded FROM actor ORDER BY "order", id')).all()
    for code, seeded in actors:
        description = DESCRIPTIONS.get(code, ("", ""))
        row = {
            "name": code,
            "description_id": description[0],
            "description_en": description[1],
            "actor": code,
            "acts": True,
            "seeded": seeded,
        }
        op.execute(roles.insert().values(**row))
    for name, label, description in OTHERS:
        standing = name if name in ("supervisor", "administrator") else None
        words = {
            "label_id": label[0],
            "label_en": label[1],
            "description_id": description[0],
            "description_en": description[1],
        }
        op.execute(roles.insert().values(name=name, standing=standing, acts=False, seeded=True, **words))
    op.execute(
        "CREATE TRIGGER office_role_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON office_role "
        "FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed()"
    )
    op.execute(GUARD_ROLES.format(opens=OPENS_IDENTITIES))
    op.execute(GUARD_RIGHTS)
    op.execute(
        "CREATE TRIGGER rights_are_guarded BEFORE INSERT OR UPDATE OR DELETE ON role_grant "
        "FOR EACH ROW EXECUTE FUNCTION guard_rights()"
    )
    op.execute(KEPT)
    op.execute(
        "CREATE TRIGGER office_role_keeps_its_name BEFORE UPDATE ON office_role FOR EACH ROW "
        "EXECUTE FUNCTION keep_kind_of_role()"
    )
    journal("office_role")


KEPT = """
CREATE OR REPLACE FUNCTION keep_kind_of_role() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp
AS $$
BEGIN
    IF (OLD.name, OLD.actor, OLD.acts, OLD.standing) IS DISTINCT FROM (NEW.name, NEW.actor, NEW.acts, NEW.standing) THEN
        RAISE EXCEPTION 'a role keeps its name and what it is in the process' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


OPENS_IDENTITIES = """EXISTS (
            SELECT 1 FROM ab_role JOIN role_grant ON role_grant.role = ab_role.name WHERE ab_role.id = NEW.role_id
            AND view = 'Identity' AND permission IN ('can_open', 'can_search', 'can_read') AND allowed
        )"""
OF_THREE_ROLES = """EXISTS (
            SELECT 1 FROM ab_role WHERE id = NEW.role_id AND name IN ('complaint_admin', 'section_head', 'supervisor')
        )"""
GUARD_ROLES = """
CREATE OR REPLACE FUNCTION guard_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path TO public, pg_temp AS $$
DECLARE
    person integer := nullif(current_setting('lapor.person', true), '')::integer;
BEGIN
    IF person IN (NEW.user_id, OLD.user_id) THEN
        RAISE EXCEPTION 'nobody changes the own roles' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP <> 'DELETE' AND person IS NOT NULL AND EXISTS (SELECT 1 FROM complaint)
        AND {opens}
        AND NOT EXISTS (
            SELECT 1 FROM identity_grant WHERE user_id = NEW.user_id AND role_id = NEW.role_id
            AND state = 'confirmed' AND decided_by_id = person
        ) THEN
        RAISE EXCEPTION 'a role that opens identities needs a confirmation' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
GUARD_RIGHTS = """
CREATE OR REPLACE FUNCTION guard_rights() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path TO public, pg_temp AS $$
DECLARE
    person integer := nullif(current_setting('lapor.person', true), '')::integer;
BEGIN
    IF person IS NULL THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF EXISTS (
        SELECT 1 FROM ab_user_role JOIN ab_role ON ab_role.id = ab_user_role.role_id
        WHERE user_id = person AND name IN (NEW.role, OLD.role)
    ) THEN
        RAISE EXCEPTION 'nobody changes the rights of the own role' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.allowed AND NEW.view = 'Identity'
        AND NEW.permission IN ('can_open', 'can_search', 'can_read')
        AND (OLD.role, OLD.view, OLD.permission, OLD.allowed)
            IS DISTINCT FROM (NEW.role, NEW.view, NEW.permission, NEW.allowed)
        AND EXISTS (SELECT 1 FROM complaint)
        AND EXISTS (
            SELECT 1 FROM ab_user_role JOIN ab_role ON ab_role.id = ab_user_role.role_id WHERE name = NEW.role
        ) THEN
        RAISE EXCEPTION 'a right to identities comes with a role that is confirmed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""


def downgrade() -> None:
    op.execute(GUARD_ROLES.format(opens=OF_THREE_ROLES))
    op.execute("DROP TRIGGER rights_are_guarded ON role_grant")
    op.execute("DROP FUNCTION guard_rights()")
    op.drop_table("office_role")
    op.execute("DROP FUNCTION keep_kind_of_role()")
