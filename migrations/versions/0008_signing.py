"""signing: how an agency signs, what officers sign with, and scans of letters signed with ink"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("signing_method", sa.String(length=80), server_default="wet", nullable=False))
    op.create_check_constraint(
        op.f("ck_agency_signing_method"), "agency", "signing_method IN ('wet', 'certificate', 'bsre')"
    )
    op.create_table(
        "signing_means",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nik", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_signing_means_user_id_ab_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_signing_means")),
    )
    op.create_table(
        "letter_scan",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_scan_letter_id_letter")),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_letter_scan_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["ab_user.id"], name=op.f("fk_letter_scan_added_by_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_scan")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_letter_scan_attachment_id")),
    )
    op.create_index(op.f("ix_letter_scan_letter_id"), "letter_scan", ["letter_id"])
    op.create_index(
        "uq_letter_scan_current",
        "letter_scan",
        ["letter_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_index(op.f("ix_paper_file_hash"), "paper", ["file_hash"])


def downgrade() -> None:
    op.drop_index(op.f("ix_paper_file_hash"), "paper")
    op.drop_table("letter_scan")
    op.drop_table("signing_means")
    op.drop_constraint(op.f("ck_agency_signing_method"), "agency")
    op.drop_column("agency", "signing_method")
