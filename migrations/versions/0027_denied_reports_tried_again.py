"""Reports that were parked because the peer did not accept our token are tried again

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE sync_ledger SET state = 'failed', tries = 0, next_try_at = now()"
        " WHERE state = 'parked' AND last_error IN ('refused: HTTP 401', 'refused: HTTP 403')"
    )


def downgrade() -> None:
    """What was parked stays tried again."""
