"""how each message gateway answers: one that hangs is left alone by all workers

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_state",
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'gateway')", name=op.f("ck_gateway_state_channel")),
        sa.CheckConstraint(
            "(failures > 0) = (away_since IS NOT NULL AND held_until IS NOT NULL)",
            name=op.f("ck_gateway_state_in_trouble"),
        ),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_gateway_state")),
    )


def downgrade() -> None:
    op.drop_table("gateway_state")
