"""saved_lists: officers give names to what they look at every day"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place IN ('inbox', 'complaints')", name=op.f("ck_saved_list_place")),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_saved_list_user_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
        sa.UniqueConstraint("user_id", "place", "name", name="uq_saved_list_user_place_name"),
    )


def downgrade() -> None:
    op.drop_table("saved_list")
