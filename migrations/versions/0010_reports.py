"""reports: work in the background with its file, plans to send them by e-mail, and the bell that tells of them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    "'step_opened', 'step_near', 'step_late', 'step_overdue', 'initial_asked', 'information_added',"
    " 'question_expired', 'delegation_ended'"
)
FORMATS = "format IN ('xlsx', 'csv', 'pdf')"


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _user(name: str, table: str) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([name], ["ab_user.id"], name=op.f(f"fk_{table}_{name}_ab_user"))
    return sa.Column(name, sa.Integer(), nullable=False), key


def upgrade() -> None:
    _schedules()
    _jobs()
    for table in ("notice", "delivery"):
        op.add_column(table, sa.Column("report_job_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_report_job_id_report_job"), table, "report_job", ["report_job_id"], ["id"]
        )
        op.create_unique_constraint(f"uq_{table}_report_job", table, ["report_job_id"])
    _notice_rules(f"{KINDS}, 'report_ready', 'report_failed'", "task_id, delegation_id, report_job_id")


def _schedules() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("wanted", JSONB(), nullable=False),
        sa.Column("format", sa.String(length=80), nullable=False),
        sa.Column("rhythm", sa.String(length=80), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_user("made_by_id", "report_schedule"),
        _instant("created_at"),
        sa.CheckConstraint("rhythm IN ('daily', 'weekly', 'monthly')", name=op.f("ck_report_schedule_rhythm")),
        sa.CheckConstraint(FORMATS, name=op.f("ck_report_schedule_format")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_report_schedule_hour")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
    )
    op.create_table(
        "report_recipient",
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        *_user("user_id", "report_recipient"),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedule.id"], name=op.f("fk_report_recipient_schedule_id_report_schedule")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "user_id", name=op.f("pk_report_recipient")),
    )


def _jobs() -> None:
    states = "state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')"
    op.create_table(
        "report_job",
        sa.Column("id", sa.BigInteger(), nullable=False),
        *_user("user_id", "report_job"),
        sa.Column("wanted", JSONB(), nullable=False),
        sa.Column("format", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=True),
        sa.Column("period_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=80), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name == "total") for name in ("attempts", "percent", "rows", "total")),
        *(_instant(name) for name in ("asked_at", "handed_at")),
        *(_instant(name, nullable=True) for name in ("began_at", "alive_at", "ended_at")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("path", "file_hash")),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=80), nullable=True),
        _instant("expires_at", nullable=True),
        sa.CheckConstraint(states, name=op.f("ck_report_job_state")),
        sa.CheckConstraint(FORMATS, name=op.f("ck_report_job_format")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_report_job_percent")),
        sa.CheckConstraint(
            "state <> 'done' OR (path IS NOT NULL AND file_hash IS NOT NULL)", name=op.f("ck_report_job_has_file")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["report_schedule.id"],
            name=op.f("fk_report_job_schedule_id_report_schedule"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_job")),
        sa.UniqueConstraint("schedule_id", "user_id", "period_on", name="uq_report_job_schedule_user_period"),
    )
    op.create_index("ix_report_job_user", "report_job", ["user_id", "id"])
    still_open = sa.text("state IN ('queued', 'running')")
    op.create_index("ix_report_job_open", "report_job", ["id"], postgresql_where=still_open)
    op.create_index("ix_report_job_expires", "report_job", ["expires_at"], postgresql_where=sa.text("state = 'done'"))


def downgrade() -> None:
    op.execute("DELETE FROM delivery WHERE report_job_id IS NOT NULL")
    op.execute("DELETE FROM notice WHERE report_job_id IS NOT NULL")
    _notice_rules(KINDS, "task_id, delegation_id")
    for table in ("notice", "delivery"):
        op.drop_column(table, "report_job_id")
    for table in ("report_job", "report_recipient", "report_schedule"):
        op.drop_table(table)


def _notice_rules(kinds: str, causes: str) -> None:
    for name, rule in (("kind", f"kind IN ({kinds})"), ("one_cause", f"num_nonnulls({causes}) = 1")):
        op.drop_constraint(op.f(f"ck_notice_{name}"), "notice")
        op.create_check_constraint(op.f(f"ck_notice_{name}"), "notice", rule)
