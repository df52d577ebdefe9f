"""Checks of columns that take listed words: words added and removed while the office works."""

from alembic import op


def add_words(table: str, column: str, *words: str) -> None:
    """Let the column take these words besides those that it takes now."""
    _check(table, column, _words(table, column) | set(words))


def remove_words(table: str, column: str, *words: str) -> None:
    """Let the column take these words no more; no row may hold one."""
    _check(table, column, _words(table, column) - set(words))


def _words(table: str, column: str) -> set[str]:
    rule = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{}'"
    found = op.get_bind().exec_driver_sql(rule.format(f"ck_{table}_{column}"))
    return set(found.scalar_one().split("'")[1::2])


def _check(table: str, column: str, words: set[str]) -> None:
    """Hold new rows to the list at once, then check the rows that are there."""
    name, listed = f"ck_{table}_{column}", ", ".join(f"'{word}'" for word in sorted(words))
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({listed})) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
