"""invariants: what the program finds when it looks at itself at night, and the bell that tells of it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KINDS = (
    "'step_opened', 'step_near', 'step_late', 'step_overdue', 'initial_asked', 'information_added',"
    " 'question_expired', 'delegation_ended', 'report_ready', 'report_failed', 'two_step_removed', 'file_held',"
    " 'malware_found'"
)
CAUSES = "task_id, delegation_id, report_job_id, journal_id, attachment_id"
DROP_ITEMS = """
    DELETE FROM delivery_item i USING notice n WHERE n.id = i.notice_id AND n.invariant_run_id IS NOT NULL
"""
INVARIANTS = ", ".join(f"'I{n}'" for n in range(1, 17))


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "invariant_run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        *(_instant("began_at"), _instant("alive_at"), _instant("ended_at", nullable=True)),
        sa.Column("red", sa.Integer(), nullable=False),
        sa.CheckConstraint("red >= 0", name=op.f("ck_invariant_run_red")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invariant_run")),
        sa.UniqueConstraint("night", name=op.f("uq_invariant_run_night")),
    )
    op.create_index("ix_invariant_run_ended_at", "invariant_run", ["ended_at"])
    _results()
    _findings()
    op.add_column("notice", sa.Column("invariant_run_id", sa.BigInteger(), nullable=True))
    key = op.f("fk_notice_invariant_run_id_invariant_run")
    op.create_foreign_key(key, "notice", "invariant_run", ["invariant_run_id"], ["id"])
    op.create_unique_constraint("uq_notice_invariant_run_user_kind", "notice", ["invariant_run_id", "user_id", "kind"])
    _notice_rules(f"{KINDS}, 'records_red', 'records_green'", f"{CAUSES}, invariant_run_id")


def _results() -> None:
    op.create_table(
        "invariant_result",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("invariant", sa.String(length=80), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("red", sa.Boolean(), nullable=False),
        sa.Column("marks", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(f"invariant IN ({INVARIANTS})", name=op.f("ck_invariant_result_invariant")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["invariant_run.id"],
            name=op.f("fk_invariant_result_run_id_invariant_run"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invariant_result")),
        sa.UniqueConstraint("run_id", "invariant", name="uq_invariant_result_run_invariant"),
    )


def _findings() -> None:
    op.create_table(
        "invariant_finding",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("result_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("sentence", sa.String(length=80), nullable=False),
        sa.Column("particulars", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["invariant_result.id"],
            name=op.f("fk_invariant_finding_result_id_invariant_result"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invariant_finding")),
    )
    op.create_index(op.f("ix_invariant_finding_result_id"), "invariant_finding", ["result_id"])


def downgrade() -> None:
    op.execute(DROP_ITEMS)
    op.execute("DELETE FROM notice WHERE invariant_run_id IS NOT NULL")
    _notice_rules(KINDS, CAUSES)
    op.drop_column("notice", "invariant_run_id")
    for table in ("invariant_finding", "invariant_result", "invariant_run"):
        op.drop_table(table)


def _notice_rules(kinds: str, causes: str) -> None:
    for name, rule in (("kind", f"kind IN ({kinds})"), ("one_cause", f"num_nonnulls({causes}) = 1")):
        op.drop_constraint(op.f(f"ck_notice_{name}"), "notice")
        op.create_check_constraint(op.f(f"ck_notice_{name}"), "notice", rule)
