"""public: reporters are told of their case by the same outbox as officers, on the channel they chose"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TOLD = "told IN ('received', 'code_replaced', 'question', 'answered', 'ended')"


def upgrade() -> None:
    op.add_column("reporter", sa.Column("told_by", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_reporter_told_by"), "reporter", "told_by IN ('email', 'gateway')")
    op.alter_column("delivery", "user_id", nullable=True)
    op.add_column("delivery", sa.Column("complaint_id", sa.BigInteger(), nullable=True))
    op.add_column("delivery", sa.Column("told", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("cause_seq", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("sealed_code", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_delivery_complaint_id_complaint"), "delivery", "complaint", ["complaint_id"], ["id"])
    op.create_unique_constraint("uq_delivery_reporter", "delivery", ["complaint_id", "told", "cause_seq", "channel"])
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"ck_delivery_{name}"), "delivery", rule)


RULES = {
    "one_recipient": "num_nonnulls(user_id, complaint_id) = 1",
    "of_a_reporter": "num_nulls(complaint_id, told, cause_seq) IN (0, 3)",
    "code_while_waiting": "sealed_code IS NULL OR state IN ('queued', 'failed')",
    "told": TOLD,
}


def downgrade() -> None:
    for name in RULES:
        op.drop_constraint(op.f(f"ck_delivery_{name}"), "delivery")
    op.drop_constraint("uq_delivery_reporter", "delivery")
    op.drop_constraint(op.f("fk_delivery_complaint_id_complaint"), "delivery")
    op.execute("DELETE FROM delivery WHERE user_id IS NULL")
    for name in ("sealed_code", "cause_seq", "told", "complaint_id"):
        op.drop_column("delivery", name)
    op.alter_column("delivery", "user_id", nullable=False)
    op.drop_constraint(op.f("ck_reporter_told_by"), "reporter")
    op.drop_column("reporter", "told_by")
