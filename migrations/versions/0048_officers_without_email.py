"""officers without an e-mail address, who get their link by hand: only addresses that are given are unique"""

from alembic import op

from migrations.indexes import drop, while_the_office_works

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with while_the_office_works():
        drop("uq_ab_user_email_given")
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY uq_ab_user_email_given ON ab_user (email) WHERE email <> ''")
    op.execute("ALTER TABLE ab_user DROP CONSTRAINT IF EXISTS uq_ab_user_email")


def downgrade() -> None:
    """Who has no address gets one to which nothing can be sent (RFC 2606), since the old key takes each only once."""
    op.execute("UPDATE ab_user SET email = username || '@tanpa-surel.invalid' WHERE email = ''")
    op.execute("ALTER TABLE ab_user ADD CONSTRAINT uq_ab_user_email UNIQUE (email)")
    with while_the_office_works():
        drop("uq_ab_user_email_given")
