"""sign_ins: each sign-in is a row, so that its officer sees it and can end it from elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("browser", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_sign_in_user_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("mark", name=op.f("uq_sign_in_mark")),
    )
    op.create_index("ix_sign_in_user", "sign_in", ["user_id", "began_at"])
    op.create_index(op.f("ix_sign_in_began_at"), "sign_in", ["began_at"])
    # Nobody's cookie has a row yet: everybody signs in once more, and what had ended stays shut.
    op.drop_table("ended_sign_in")


def downgrade() -> None:
    op.create_table(
        "ended_sign_in",
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_ended_sign_in")),
    )
    op.drop_table("sign_in")
