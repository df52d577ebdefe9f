"""Papers without a file: an index for the health page, and a notice for the Admin of the agency

Revision ID: 0029
Revises: 0028
"""

import re
from collections.abc import Callable, Iterable

import sqlalchemy as sa
from alembic import op

from migrations.indexes import build, drop, while_the_office_works

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with while_the_office_works():
        build("ix_paper_error", "paper", "id", where="error IS NOT NULL")
    _kinds(lambda known: (*known, "paper_failed"))


def downgrade() -> None:
    with while_the_office_works():
        drop("ix_paper_error")
    op.execute("DELETE FROM delivery_item USING notice WHERE notice.id = notice_id AND notice.kind = 'paper_failed'")
    op.execute("DELETE FROM notice WHERE kind = 'paper_failed'")
    _kinds(lambda known: (kind for kind in known if kind != "paper_failed"))


def _kinds(change: Callable[[list[str]], Iterable[str]]) -> None:
    """The new rule holds for new rows at once; the old ones are checked without stopping who writes."""
    written = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_notice_kind'"
    known = re.findall(r"'(\w+)'", op.get_bind().execute(sa.text(written)).scalar_one())
    listed = ", ".join(f"'{kind}'" for kind in dict.fromkeys(change(known)))
    op.execute("ALTER TABLE notice DROP CONSTRAINT ck_notice_kind")
    op.execute(f"ALTER TABLE notice ADD CONSTRAINT ck_notice_kind CHECK (kind IN ({listed})) NOT VALID")
    op.execute("ALTER TABLE notice VALIDATE CONSTRAINT ck_notice_kind")
