"""officers hear of a recorded delegation, and an account's former address hears that the address was changed

Expand only: old code writes neither. Its bell has no words for such a notice: both run together only while updating.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NOTICE, NEWS = "delegation_made", "address_changed"


def upgrade() -> None:
    _check("notice", "kind", _kinds("notice", "kind") | {NOTICE})
    _check("delivery", "account_news", _kinds("delivery", "account_news") | {NEWS})


def downgrade() -> None:
    op.execute("DELETE FROM delivery_item i USING notice n WHERE n.id = i.notice_id AND n.kind = 'delegation_made'")
    op.execute("DELETE FROM notice WHERE kind = 'delegation_made'")
    op.execute("DELETE FROM delivery WHERE account_news = 'address_changed'")
    _check("notice", "kind", _kinds("notice", "kind") - {NOTICE})
    _check("delivery", "account_news", _kinds("delivery", "account_news") - {NEWS})


def _kinds(table: str, column: str) -> set[str]:
    """The words that a column takes now."""
    rule = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{}'"
    found = op.get_bind().exec_driver_sql(rule.format(f"ck_{table}_{column}"))
    return set(found.scalar_one().split("'")[1::2])


def _check(table: str, column: str, kinds: set[str]) -> None:
    """Another rule for what is written from now on, then for what is there."""
    name, listed = f"ck_{table}_{column}", ", ".join(f"'{kind}'" for kind in sorted(kinds))
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({listed})) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
