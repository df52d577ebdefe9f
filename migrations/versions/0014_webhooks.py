"""webhooks: receivers that read the change feed, and what each of them was told; the journal says who changed them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "'bundle_made', 'calendar_changed', 'delegation_ended', 'limit_changed', 'sop_activated'"
AFTER = f"{BEFORE}, 'webhook_changed'"
QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    _check(AFTER)
    _add_endpoints()
    _add_deliveries()
    op.create_index("ix_webhook_delivery_waiting", "webhook_delivery", ["next_try_at"], postgresql_where=QUEUED)
    order = ["endpoint_id", "complaint_id", "id"]
    op.create_index("ix_webhook_delivery_in_order", "webhook_delivery", order, postgresql_where=QUEUED)
    parked = sa.text("state = 'parked'")
    op.create_index("ix_webhook_delivery_parked", "webhook_delivery", ["endpoint_id"], postgresql_where=parked)
    op.create_index("ix_webhook_delivery_endpoint", "webhook_delivery", ["endpoint_id", "id"])
    op.create_index("ix_webhook_delivery_at", "webhook_delivery", ["at"])


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
    _check(BEFORE)


def _add_endpoints() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("event_types", postgresql.JSONB(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("secret_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disabled_for", sa.String(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "disabled_for IN ('by_hand', 'gone', 'failing')", name=op.f("ck_webhook_endpoint_disabled_for")
        ),
        sa.CheckConstraint("active = (disabled_for IS NULL)", name=op.f("ck_webhook_endpoint_why_disabled")),
        sa.CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)", name=op.f("ck_webhook_endpoint_previous_secret")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_endpoint_name")),
    )


def _add_deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("complaint_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_fault", sa.String(), nullable=True),
        sa.Column("last_answer", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'delivered', 'parked')", name=op.f("ck_webhook_delivery_state")),
        sa.CheckConstraint(
            "(change_id IS NULL) = (complaint_id IS NULL)", name=op.f("ck_webhook_delivery_of_a_change")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id_webhook_endpoint")
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_webhook_delivery_complaint_id_complaint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_webhook_delivery_message_id")),
        sa.UniqueConstraint("endpoint_id", "change_id", name=op.f("uq_webhook_delivery_endpoint_change")),
    )


def _check(kinds: str) -> None:
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", f"kind IN ({kinds})")
