"""API keys have a last use, a rotation with overlap and a revocation; kept answers are found by their age"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NEW = ("key_made", "key_revoked", "key_rotated")
KINDS = ("bundle_made", "calendar_changed", "delegation_ended", "limit_changed", "sop_activated", "webhook_changed")


def upgrade() -> None:
    op.add_column("api_key", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_key", sa.Column("previous_hash", sa.String(), nullable=True))
    op.add_column("api_key", sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_key", sa.Column("made_by_id", sa.Integer(), nullable=True))
    op.add_column("api_key", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_api_key_previous_hash"), "api_key", ["previous_hash"])
    op.create_foreign_key(op.f("fk_api_key_made_by_id_ab_user"), "api_key", "ab_user", ["made_by_id"], ["id"])
    op.create_index(op.f("ix_api_key_made_by_id"), "api_key", ["made_by_id"])
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"])
    op.add_column("idempotency_key", sa.Column("location", sa.String(), nullable=True))
    _check(*KINDS, *NEW)


def downgrade() -> None:
    _check(*KINDS)
    op.drop_column("idempotency_key", "location")
    op.drop_index(op.f("ix_idempotency_key_created_at"), "idempotency_key")
    op.drop_index(op.f("ix_api_key_made_by_id"), "api_key")
    op.drop_constraint(op.f("fk_api_key_made_by_id_ab_user"), "api_key")
    op.drop_constraint(op.f("uq_api_key_previous_hash"), "api_key")
    for column in ("revoked_at", "made_by_id", "previous_until", "previous_hash", "last_used_at"):
        op.drop_column("api_key", column)


def _check(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", f"kind IN ({listed})")
