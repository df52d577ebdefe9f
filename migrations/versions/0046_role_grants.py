"""what each role may see, open and export as rows: the truth of which the framework's tables are a projection"""

import sqlalchemy as sa
from alembic import op

from migrations.journal import journal

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("role", sa.String(80), nullable=False),
        sa.Column("view", sa.String(250), nullable=False),
        sa.Column("permission", sa.String(100), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False, server_default="true"),
        sa.Column("of_office", sa.Boolean(), nullable=False, server_default="false"),
        sa.UniqueConstraint("role", "view", "permission", name="uq_role_grant_right"),
    )
    op.execute(
        "CREATE TRIGGER role_grant_changes_definitions AFTER INSERT OR UPDATE OR DELETE ON role_grant "
        "FOR EACH STATEMENT EXECUTE FUNCTION definitions_changed()"
    )
    journal("role_grant", only="of_office")


def downgrade() -> None:
    op.drop_table("role_grant")
