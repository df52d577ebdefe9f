"""the process as data: roles as rows with superiors, ids of steps as rows, and what each version allows at a step

The lists of steps and roles in checks become foreign keys. Old code reads none of the new columns and goes on. A draft
that it copies meanwhile has the printed rights to actions, but no returns and no other actions: copy it again.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.journal import journal

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ACTORS = (
    ("complaint_admin", "office", "section_head", "Admin Layanan Aduan", "Complaint admin"),
    ("section_head", "office", "division_head", "Kepala Seksi", "Section head"),
    ("division_head", "office", "office_head", "Kepala Bidang IKP", "Division head (IKP)"),
    ("office_head", "office", None, "Kepala Dinas", "Office head"),
    ("agency_admin", "agency", "agency_secretary", "Admin Layanan Aduan OPD", "Agency admin"),
    ("agency_secretary", "agency", "agency_head", "Sekretaris OPD", "Agency secretary"),
    ("agency_head", "agency", "office_head", "Kepala OPD", "Agency head"),
)
ENDS, EXTEND = ["archive", "merge"], ["extend"]
# Id, its action, its names.
NAMES = (
    ("register", "register", "Menerima dan meregister", "Receive and register"),
    ("check", "approve_check", "Memeriksa aduan", "Check the complaint"),
    ("report", "report", "Melaporkan ke pimpinan", "Report to the leadership"),
    ("direct", "direct", "Memberi arahan", "Give direction"),
    ("relay", "relay", "Meneruskan arahan", "Relay the direction"),
    ("agency_receive", "accept", "Menerima arahan", "Receive the direction"),
    ("agency_dispose", "dispose", "Mendisposisi ke bidang", "Pass to a unit by disposition"),
    ("draft_answer", "submit_draft", "Menyusun tanggapan", "Draft the answer"),
    ("sign_answer", "sign", "Menyetujui dan menandatangani", "Approve and sign"),
    ("send_answer", "send", "Mengirim ke Dinas Kominfo", "Send to Dinas Kominfo"),
    (
        *("dispose_answer", "dispose_answer", "Menerima dan mendisposisi tanggapan"),
        "Receive the answer and make a disposition",
    ),
    ("reply", "reply", "Menanggapi pelapor", "Reply to the reporter"),
)
# Id, status of the case at a review, step to which it returns, what else is allowed, as printed.
STEPS: tuple[tuple[str, str | None, str | None, list[str]], ...] = (
    ("register", None, None, ["archive", "merge", "request_information"]),
    ("check", "checking", "register", ["archive", "correct", "merge"]),
    ("report", "reporting", "check", ENDS),
    ("direct", None, "report", ENDS),
    ("relay", None, None, []),
    ("agency_receive", None, None, EXTEND),
    ("agency_dispose", None, None, EXTEND),
    ("draft_answer", None, None, ["ask_release", "extend", "request_information"]),
    ("sign_answer", None, "draft_answer", ["ask_release", "extend"]),
    ("send_answer", None, None, EXTEND),
    ("dispose_answer", None, "draft_answer", []),
    ("reply", None, "dispose_answer", []),
)
ADMIN, HEAD, AGENCY_HEAD = ["complaint_admin"], ["office_head"], ["agency_head"]
POWERS = {
    **dict.fromkeys(("add_information", "rate", "reopen", "withdraw", "close", "correct", "confirm_anonymity"), ADMIN),
    **dict.fromkeys(("add_agency", "recall", "drop_agency", "extend", "release"), HEAD),
    **dict.fromkeys(("mark_field_visit", "ask_release"), AGENCY_HEAD),
}
# A version that was ever active is printed law for the cases under it.
STAYS = """
CREATE OR REPLACE FUNCTION guard_sop_step() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM sop_version WHERE id = OLD.sop_version_id AND status <> 'draft') THEN
        RAISE EXCEPTION 'a step of a decreed version is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
KEPT = """
CREATE OR REPLACE FUNCTION keep_names_of_process() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp
AS $$
BEGIN
    IF (to_jsonb(OLD) - 'label_id' - 'label_en' - 'superior' - 'order') IS DISTINCT FROM
        (to_jsonb(NEW) - 'label_id' - 'label_en' - 'superior' - 'order') THEN
        RAISE EXCEPTION 'a role or step keeps its code and its kind' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
_STATUS = """
CASE {step} WHEN 'register' THEN 'registering' WHEN 'check' THEN 'checking' WHEN 'report' THEN 'reporting'
    WHEN 'direct' THEN 'directing' WHEN 'relay' THEN 'relaying' WHEN 'dispose_answer' THEN 'disposing_answer'
    WHEN 'reply' THEN 'replying' END
"""
# For a step that old code opens: it knows the printed steps only.
STATUS = f"""
CREATE OR REPLACE FUNCTION fill_status_of_step() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp AS $$
BEGIN
    NEW.status := {_STATUS.format(step="NEW.step")};
    RETURN NEW;
END $$
"""
OPEN_STEPS = f"UPDATE step_task SET status = {_STATUS.format(step='step')} WHERE closed_at IS NULL"  # noqa: S608 (words of this file)
NAMED = (("sop_step", "step"), ("step_task", "step"), ("ledger_entry", "step"))


def upgrade() -> None:
    _create_actors()
    _create_steps()
    op.add_column("sop_version", _json("powers", json.dumps(POWERS)))
    op.add_column("sop_version", sa.Column("warning_percent", sa.Integer(), nullable=False, server_default="80"))
    op.add_column("sop_version", sa.Column("alarm_days", sa.Integer(), nullable=False, server_default="1"))
    for name in ("status", "back_to"):
        op.add_column("sop_step", sa.Column(name, sa.String(80), nullable=True))
    op.add_column("sop_step", _json("side_actions", "[]"))
    rows = sa.table("sop_step", *(sa.column(name) for name in ("step", "status", "back_to")), _json("side_actions"))
    for step, status, back_to, side_actions in STEPS:
        values = {"status": status, "back_to": back_to, "side_actions": side_actions}
        op.execute(sa.update(rows).where(rows.c.step == step).values(values))
    for table, column in NAMED:
        _refer(table, column, "process_step")
    _refer("sop_step", "actor", "actor")
    op.execute(
        "ALTER TABLE step_task ADD CONSTRAINT fk_step_task_actor_actor FOREIGN KEY (actor) REFERENCES actor (code) NOT VALID"
    )
    op.execute("ALTER TABLE step_task VALIDATE CONSTRAINT fk_step_task_actor_actor")
    op.execute("ALTER TABLE step_task ADD COLUMN status varchar(80)")
    op.execute(STATUS)
    op.execute(
        "CREATE TRIGGER step_task_has_status BEFORE INSERT ON step_task FOR EACH ROW WHEN (NEW.status IS NULL) "
        "EXECUTE FUNCTION fill_status_of_step()"
    )
    op.execute(OPEN_STEPS)
    for table in ("sop_version", "sop_step"):
        _changes_definitions(table)
    op.execute(KEPT)
    for table in ("actor", "process_step"):
        op.execute(
            f"CREATE TRIGGER {table}_keeps_its_code BEFORE UPDATE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION keep_names_of_process()"
        )
    op.execute(STAYS)
    op.execute(
        "CREATE TRIGGER sop_step_stays BEFORE UPDATE OR DELETE ON sop_step FOR EACH ROW EXECUTE FUNCTION guard_sop_step()"
    )


def _create_actors() -> None:
    op.create_table(
        "actor",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(80), nullable=False, unique=True),
        sa.Column("label_id", sa.String(300), nullable=False),
        sa.Column("label_en", sa.String(300), nullable=False, server_default=""),
        sa.Column("organisation", sa.String(80), nullable=False),
        sa.Column("superior", sa.String(80), sa.ForeignKey("actor.code"), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False, server_default="100"),
        sa.Column("seeded", sa.Boolean(), nullable=False, server_default="false"),
        sa.CheckConstraint("organisation IN ('office', 'agency')", name=op.f("ck_actor_organisation")),
        sa.CheckConstraint(
            "code ~ '^[a-z][a-z0-9_]*$' AND code NOT IN ('reporter', 'system')", name=op.f("ck_actor_code")
        ),
        sa.CheckConstraint("superior <> code", name=op.f("ck_actor_superior")),
    )
    names = ("code", "organisation", "superior", "label_id", "label_en", "order", "seeded")
    actor = sa.table("actor", *(sa.column(name) for name in names))
    rows = [
        {"code": code, "organisation": own, "superior": superior, "label_id": label, "label_en": english}
        for code, own, superior, label, english in ACTORS
    ]
    # One statement: each row names a superior that may come after it.
    op.execute(sa.insert(actor).values([row | {"order": 10 * n, "seeded": True} for n, row in enumerate(rows, 1)]))
    _changes_definitions("actor")
    journal("actor")


def _create_steps() -> None:
    op.create_table(
        "process_step",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(80), nullable=False, unique=True),
        sa.Column("act", sa.String(80), nullable=False, server_default="approve"),
        sa.Column("label_id", sa.String(300), nullable=False),
        sa.Column("label_en", sa.String(300), nullable=False, server_default=""),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_process_step_code")),
        sa.CheckConstraint("label_id <> ''", name=op.f("ck_process_step_label_id")),
    )
    rows = sa.table("process_step", *(sa.column(name) for name in ("code", "act", "label_id", "label_en", "order")))
    for place, (code, act, *labels) in enumerate(NAMES, 1):
        row = {"code": code, "act": act, "label_id": labels[0], "label_en": labels[1], "order": 1000 * place}
        op.execute(sa.insert(rows).values(row))
    _changes_definitions("process_step")
    journal("process_step")


def _json(name: str, default: str | None = None) -> Any:
    return sa.Column(name, postgresql.JSONB(), nullable=False, server_default=default)


def _changes_definitions(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed()"
    )


def _refer(table: str, column: str, to: str) -> None:
    """Let the column refer to a row in place of a list of words; the rows that are there are checked afterwards."""
    name = f"fk_{table}_{column}_{to}"
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {to} (code) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}")


def downgrade() -> None:
    listed = ", ".join(f"'{step}'" for step, *_ in NAMES)
    for table in ("sop_version", "sop_step"):
        op.execute(f"DROP TRIGGER {table}_changes_definitions ON {table}")
    op.execute("DROP TRIGGER sop_step_stays ON sop_step")
    op.execute("DROP FUNCTION guard_sop_step()")
    op.execute("DROP TRIGGER step_task_has_status ON step_task")
    op.execute("DROP FUNCTION fill_status_of_step()")
    op.drop_column("step_task", "status")
    for table, column in NAMED:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))")
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column}_process_step")
    roles = ", ".join(f"'{code}'" for code, *_ in ACTORS)
    op.execute(f"ALTER TABLE sop_step ADD CONSTRAINT ck_sop_step_actor CHECK (actor IN ({roles}))")
    op.execute("ALTER TABLE sop_step DROP CONSTRAINT fk_sop_step_actor_actor")
    for name in ("status", "back_to", "side_actions"):
        op.drop_column("sop_step", name)
    for name in ("powers", "warning_percent", "alarm_days"):
        op.drop_column("sop_version", name)
    op.execute("ALTER TABLE step_task DROP CONSTRAINT fk_step_task_actor_actor")
    op.drop_table("process_step")
    op.drop_table("actor")
    op.execute("DROP FUNCTION keep_names_of_process()")
