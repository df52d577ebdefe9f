"""passwords have an age, a past and links that set them; accounts are linked to a provider of single sign-on

Every account that is there begins its password's time with this migration: nobody is asked to change on the same day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NEW = ("password_changed", "password_link_made", "sign_on_linked")
KINDS = (
    *("identity_keys_rotated", "identity_searched", "sign_ins_ended", "subject_reported", "two_step_removed"),
    *("bundle_made", "calendar_changed", "delegation_ended", "key_made", "key_revoked", "key_rotated"),
    *("limit_changed", "sop_activated", "webhook_changed"),
)
LINK_KINDS = "kind IN ('invitation', 'reset', 'forgotten')"
NEWS = {
    "account_news": "account_news IN ('password_link', 'password_changed', 'sign_on_linked')",
    "news_of_an_account": "account_news IS NULL OR user_id IS NOT NULL",
}


def upgrade() -> None:
    _passwords()
    _links()
    _subjects()
    op.add_column("delivery", sa.Column("account_news", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("password_link_id", sa.BigInteger(), nullable=True))
    fk = op.f("fk_delivery_password_link_id_password_link")
    op.create_foreign_key(fk, "delivery", "password_link", ["password_link_id"], ["id"])
    op.create_unique_constraint("uq_delivery_password_link", "delivery", ["password_link_id"])
    for name, rule in NEWS.items():
        op.create_check_constraint(op.f(f"ck_delivery_{name}"), "delivery", rule)
    _check(*KINDS, *NEW)


def _passwords() -> None:
    op.create_table(
        "password_age",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_password_age_user_id_ab_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_password_age")),
    )
    op.create_table(
        "former_password",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_former_password_user_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_password")),
    )
    op.create_index("ix_former_password_user", "former_password", ["user_id", "id"])
    # No real address ends in .example (RFC 2606): these are accounts of the demonstration, which never end by age.
    op.execute(
        "INSERT INTO password_age (user_id, changed_at, demonstration)"
        " SELECT id, now(), email LIKE '%@balangan.example' FROM ab_user"
    )


def _links() -> None:
    op.create_table(
        "password_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(LINK_KINDS, name=op.f("ck_password_link_kind")),
        sa.ForeignKeyConstraint(["made_by_id"], ["ab_user.id"], name=op.f("fk_password_link_made_by_id_ab_user")),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_password_link_user_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_link_token_hash")),
    )
    op.create_index(op.f("ix_password_link_user_id"), "password_link", ["user_id"])
    op.create_index(op.f("ix_password_link_made_by_id"), "password_link", ["made_by_id"])
    living = {"unique": True, "postgresql_where": sa.text("ended_at IS NULL")}
    op.create_index("uq_password_link_living", "password_link", ["user_id", "kind"], **living)


def _subjects() -> None:
    op.create_table(
        "linked_subject",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_linked_subject_user_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_subject")),
        sa.UniqueConstraint("issuer", "subject", name="uq_linked_subject_issuer_subject"),
        sa.UniqueConstraint("issuer", "user_id", name="uq_linked_subject_issuer_user"),
    )
    op.create_index(op.f("ix_linked_subject_user_id"), "linked_subject", ["user_id"])


def downgrade() -> None:
    # The journal refuses to lose a row, so that its older kinds are allowed again only where no newer one was written.
    _check(*KINDS)
    for name in NEWS:
        op.drop_constraint(op.f(f"ck_delivery_{name}"), "delivery")
    op.execute("DELETE FROM delivery WHERE account_news IS NOT NULL")
    op.drop_constraint("uq_delivery_password_link", "delivery")
    op.drop_constraint(op.f("fk_delivery_password_link_id_password_link"), "delivery")
    op.drop_column("delivery", "password_link_id")
    op.drop_column("delivery", "account_news")
    for table in ("linked_subject", "password_link", "former_password", "password_age"):
        op.drop_table(table)


def _check(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", f"kind IN ({listed})")
