"""Indexes of tables that grow with the office's years: built and exchanged while the office works.

A plain CREATE INDEX stops every writer of its table until it is done; these wait for whoever writes, and stop nobody.
They stand outside of any transaction, so a migration does them before everything else, and each may be done again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op


@contextmanager
def while_the_office_works() -> Iterator[None]:
    """Outside of a transaction, and with all the time that the writers take."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield


def build(name: str, table: str, columns: str, include: str = "", where: str = "", using: str = "btree") -> None:
    """A new index. A building that was interrupted left one that serves nobody: it goes first."""
    besides, rows = (f" INCLUDE ({include})" if include else ""), (f" WHERE {where}" if where else "")
    drop(name)
    op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} USING {using} ({columns}){besides}{rows}")


def exchange(name: str, table: str, columns: str, include: str = "", where: str = "", using: str = "btree") -> None:
    """Another index under the name of one that serves until the new one is there."""
    build(f"{name}_new", table, columns, include, where, using)
    drop(name)
    op.execute(f"ALTER INDEX {name}_new RENAME TO {name}")


def drop(name: str) -> None:
    """Without waiting in front of whoever reads by it."""
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
