"""how often a rehearsal was begun and why it failed: one that ends its worker is given up after three times

Expand only: old code counts no attempt and writes no reason, and the page then shows the reason that it always showed.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE rehearsal ADD COLUMN attempts integer NOT NULL DEFAULT 0, ADD COLUMN error varchar(80)")


def downgrade() -> None:
    op.execute("ALTER TABLE rehearsal DROP COLUMN attempts, DROP COLUMN error")
