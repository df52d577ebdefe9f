"""when a reporter sent a report, and when they said a message, is no longer dropped"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (("complaint", "submitted_at"), ("inbound_message", "said_at")):
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True), if_not_exists=True)


def downgrade() -> None:
    op.drop_column("inbound_message", "said_at")
    op.drop_column("complaint", "submitted_at")
