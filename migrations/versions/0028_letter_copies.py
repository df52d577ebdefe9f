"""letter copies: who gets a copy (tembusan) of an agency's letters, one name a line"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("letter_copies", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("agency", "letter_copies")
