"""the process as data: roles as rows with superiors, ids of steps as rows, and what each version allows at a step

The lists of steps and roles in checks become foreign keys. Old code reads none of the new columns and goes on; a draft
that it copies meanwhile takes the printed returns and rights, which are the defaults.
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
    ("complaint_admin", "office", "section_head", "Admin Layanan Aduan", "Complaint service admin"),
    ("section_head", "office", "division_head", "Kepala Seksi", "Head of section"),
    ("division_head", "office", "office_head", "Kepala Bidang IKP", "Head of division"),
    ("office_head", "office", None, "Kepala Dinas", "Head of the office"),
    ("agency_admin", "agency", "agency_secretary", "Admin Layanan Aduan OPD", "Complaint admin of the agency"),
    ("agency_secretary", "agency", "agency_head", "Sekretaris OPD", "Secretary of the agency"),
    ("agency_head", "agency", "office_head", "Kepala OPD", "Head of the agency"),
)
ENDS, EXTEND = ["archive", "merge"], ["extend"]
# Id, action of a review, status of the case at it, step to which it returns, what else is allowed, as printed.
STEPS: tuple[tuple[str, str | None, str | None, str | None, list[str]], ...] = (
    ("register", None, None, None, ["archive", "merge", "request_information"]),
    ("check", "approve_check", "checking", "register", ["archive", "correct", "merge"]),
    ("report", "report", "reporting", "check", ENDS),
    ("direct", None, None, "report", ENDS),
    ("relay", None, None, None, []),
    ("agency_receive", None, None, None, EXTEND),
    ("agency_dispose", None, None, None, EXTEND),
    ("draft_answer", None, None, None, ["ask_release", "extend", "request_information"]),
    ("sign_answer", None, None, "draft_answer", ["ask_release", "extend"]),
    ("send_answer", None, None, None, EXTEND),
    ("dispose_answer", None, None, "draft_answer", []),
    ("reply", None, None, "dispose_answer", []),
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
    for name in ("act", "status", "back_to"):
        op.add_column("sop_step", sa.Column(name, sa.String(80), nullable=True))
    op.add_column("sop_step", _json("side_actions", "[]"))
    rows = sa.table(
        "sop_step", *(sa.column(name) for name in ("step", "act", "status", "back_to")), _json("side_actions")
    )
    for step, act, status, back_to, side_actions in STEPS:
        values = {"act": act, "status": status, "back_to": back_to, "side_actions": side_actions}
        op.execute(sa.update(rows).where(rows.c.step == step).values(values))
    for table, column in NAMED:
        _refer(table, column, "process_step")
    _refer("sop_step", "actor", "actor")
    op.execute("ALTER TABLE step_task ADD COLUMN status varchar(80)")
    op.execute(STATUS)
    op.execute(
        "CREATE TRIGGER step_task_has_status BEFORE INSERT ON step_task FOR EACH ROW WHEN (NEW.status IS NULL) "
        "EXECUTE FUNCTION fill_status_of_step()"
    )
    op.execute(OPEN_STEPS)
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
    actor = sa.table("actor", *(sa.column(n) for n in ("code", "organisation", "superior", "label_id", "label_en")))
    more = sa.table("actor", *actor.c, sa.column("order"), sa.column("seeded"))
    # The superiors are named first by nobody: a row may only name one that is there.
    for place, (code, organisation, superior, *labels) in reversed(list(enumerate(ACTORS, 1))):
        row: dict[str, Any] = {"code": code, "organisation": organisation, "superior": superior}
        row |= {"label_id": labels[0], "label_en": labels[1], "order": 10 * place, "seeded": True}
        op.execute(sa.insert(more).values(row))
    _changes_definitions("actor")
    journal("actor")


def _create_steps() -> None:
    op.create_table(
        "process_step",
        sa.Column("code", sa.String(80), primary_key=True),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_process_step_code")),
    )
    for step, *_ in STEPS:
        op.execute(sa.insert(sa.table("process_step", sa.column("code"))).values(code=step))


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
    listed = ", ".join(f"'{step}'" for step, *_ in STEPS)
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
    for name in ("act", "status", "back_to", "side_actions"):
        op.drop_column("sop_step", name)
    for name in ("powers", "warning_percent", "alarm_days"):
        op.drop_column("sop_version", name)
    op.drop_table("process_step")
    op.drop_table("actor")
