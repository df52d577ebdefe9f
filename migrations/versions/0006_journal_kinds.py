"""journal_kinds: changed national limits and SOP versions put in force stand in the journal too"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('calendar_changed', 'delegation_ended')"
AFTER = "kind IN ('calendar_changed', 'delegation_ended', 'limit_changed', 'sop_activated')"


def upgrade() -> None:
    _check(AFTER)


def downgrade() -> None:
    _check(BEFORE)


def _check(rule: str) -> None:
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", rule)
