"""Alembic's view of the program: one history for FAB's tables and ours, run on the app's own connection."""

import time

from alembic import context
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Connection, text

from app.models.sealed import SealedText

LOCK = 7_301_482_026
PAUSE = 0.2
LONGEST_WAIT = "20s"
"""For a table that is to be changed: behind a change that waits, everybody else waits too."""


def written_type(kind: str, item: object, _autogen: object) -> str | bool:
    """Sealed text is plain text to the database, and migrations must not need the program's classes."""
    return "sa.Text()" if kind == "type" and isinstance(item, SealedText) else False


def wait_for_my_turn(connection: Connection) -> None:
    """Two starts at once migrate one after the other. Asked again and again: a session that waits inside a statement
    would itself be waited for by an index that is built while the office works.
    """
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK}).scalar_one():
        connection.commit()
        time.sleep(PAUSE)
    connection.execute(text(f"SET lock_timeout = '{LONGEST_WAIT}'"))
    connection.commit()


def run() -> None:
    """Upgrade, each migration in its own transaction, so that one that finds a table busy can be begun again."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        wait_for_my_turn(connection)
        try:
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                compare_type=True,
                render_item=written_type,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("RESET lock_timeout"))
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()


run()
