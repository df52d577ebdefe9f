"""uploads: a file has a state and both its hashes, what was found in it is kept, and files go by mark and sweep

Every file that is already there waits to be looked into: none of them was ever written anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STATES = "state IN ('waiting', 'clean', 'quarantined', 'failed')"
OUTCOMES = "outcome IN ('clean', 'quarantined', 'failed')"
KINDS = (
    *("step_opened", "step_near", "step_late", "step_overdue", "initial_asked", "information_added"),
    *("question_expired", "delegation_ended", "report_ready", "report_failed", "two_step_removed"),
)
NEW = ("file_held", "malware_found")


def upgrade() -> None:
    _attachments()
    _tables()
    for table in ("attachment", "paper", "report_job"):
        op.create_index(op.f(f"ix_{table}_path"), table, ["path"])
    op.add_column("notice", sa.Column("attachment_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notice_attachment_id_attachment"), "notice", "attachment", ["attachment_id"], ["id"])
    op.create_unique_constraint("uq_notice_attachment_user_kind", "notice", ["attachment_id", "user_id", "kind"])
    _notices(
        (*KINDS, *NEW),
        "(complaint_id IS NOT NULL) = (task_id IS NOT NULL OR kind = 'file_held')",
        "num_nonnulls(task_id, delegation_id, report_job_id, journal_id, attachment_id) = 1",
    )


def _attachments() -> None:
    at = sa.DateTime(timezone=True)
    op.add_column("attachment", sa.Column("state", sa.String(80), nullable=False, server_default="waiting"))
    op.add_column("attachment", sa.Column("state_reason", sa.String(80), nullable=False, server_default=""))
    op.add_column("attachment", sa.Column("sent_sha256", sa.String(80), nullable=True))
    op.add_column("attachment", sa.Column("tried_at", at, nullable=True))
    op.execute("UPDATE attachment SET sent_sha256 = sha256")
    op.alter_column("attachment", "sent_sha256", nullable=False)
    op.alter_column("attachment", "state", server_default=None)
    op.alter_column("attachment", "state_reason", server_default=None)
    op.create_check_constraint(op.f("ck_attachment_state"), "attachment", STATES)
    rule = "(state IN ('quarantined', 'failed')) = (state_reason <> '')"
    op.create_check_constraint(op.f("ck_attachment_reason"), "attachment", rule)
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_attachment_waiting", "attachment", ["id"], postgresql_where=waiting)


def _tables() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "file_check",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("attachment_id", sa.BigInteger(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.Column("outcome", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("found", sa.String(300), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("sent_sha256", sa.String(80), nullable=False),
        sa.Column("sha256", sa.String(80), nullable=False),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_file_check_outcome")),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_file_check_attachment_id_attachment")
        ),
    )
    op.create_index(op.f("ix_file_check_attachment_id"), "file_check", ["attachment_id"])
    # Behind the second wall (0018) nobody reads what a scanner found.
    op.execute("ALTER TABLE file_check ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE TRIGGER file_check_is_append_only BEFORE UPDATE OR DELETE ON file_check "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER file_check_is_never_emptied BEFORE TRUNCATE ON file_check "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "file_to_remove",
        sa.Column("path", sa.String(300), primary_key=True),
        sa.Column("marked_at", at, nullable=False),
        sa.Column("due_at", at, nullable=False),
    )
    op.create_index("ix_file_to_remove_due_at", "file_to_remove", ["due_at"])
    op.create_table(
        "store_sweep",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", at, nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("stored_bytes", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("held_back", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_store_sweep_one_row")),
    )


def _notices(kinds: tuple[str, ...], of_a_case: str, one_cause: str) -> None:
    for name in ("kind", "of_a_case", "one_cause"):
        op.drop_constraint(op.f(f"ck_notice_{name}"), "notice")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_notice_kind"), "notice", f"kind IN ({listed})")
    op.create_check_constraint(op.f("ck_notice_of_a_case"), "notice", of_a_case)
    op.create_check_constraint(op.f("ck_notice_one_cause"), "notice", one_cause)


def downgrade() -> None:
    op.execute("DELETE FROM delivery_item USING notice WHERE notice.id = notice_id AND attachment_id IS NOT NULL")
    op.execute("DELETE FROM notice WHERE attachment_id IS NOT NULL")
    _notices(
        KINDS,
        "(task_id IS NULL) = (complaint_id IS NULL)",
        "num_nonnulls(task_id, delegation_id, report_job_id, journal_id) = 1",
    )
    op.drop_constraint("uq_notice_attachment_user_kind", "notice")
    op.drop_column("notice", "attachment_id")
    for table in ("attachment", "paper", "report_job"):
        op.drop_index(op.f(f"ix_{table}_path"), table)
    for table in ("store_sweep", "file_to_remove", "file_check"):
        op.drop_table(table)
    op.drop_index("ix_attachment_waiting", "attachment")
    op.drop_constraint(op.f("ck_attachment_reason"), "attachment")
    op.drop_constraint(op.f("ck_attachment_state"), "attachment")
    for column in ("tried_at", "sent_sha256", "state_reason", "state"):
        op.drop_column("attachment", column)
