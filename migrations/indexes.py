"""Indexes of tables that grow with the office's years: built and exchanged while the office works.

A plain CREATE INDEX stops every writer of its table until it is done; these wait for whoever writes, and stop nobody.
They stand outside of any transaction, so a migration does them before everything else, and each may be done again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op


@contextmanager
def while_the_office_works() -> Iterator[None]:
    """Context manager: run the block outside of a transaction and without a limit on lock waits."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield


def build(name: str, table: str, columns: str, include: str = "", where: str = "", using: str = "btree") -> None:
    """Create an index concurrently. An invalid one of the same name, left by an interrupted build, is dropped first."""
    besides, rows = (f" INCLUDE ({include})" if include else ""), (f" WHERE {where}" if where else "")
    drop(name)
    op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} USING {using} ({columns}){besides}{rows}")


def exchange(name: str, table: str, columns: str, include: str = "", where: str = "", using: str = "btree") -> None:
    """Replace an index by a new one of the same name; the old one is used until the new one is complete."""
    build(f"{name}_new", table, columns, include, where, using)
    drop(name)
    op.execute(f"ALTER INDEX {name}_new RENAME TO {name}")


def drop(name: str) -> None:
    """Drop an index concurrently, without blocking readers; does nothing if there is none of this name."""
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
