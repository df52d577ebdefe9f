"""Alembic's view of the program: one history for FAB's tables and ours, run on the app's own connection."""

import time
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Connection, text

from app.core.encrypted_columns import SealedText
from app.core.schema import OLDEST_CODE, is_known, oldest_code_of, reason_against
from app.servers.start_refused import LaunchRefused

LOCK = 7_301_482_026
PAUSE = 0.2
LONGEST_WAIT = "20s"
"""For a table that is to be changed: behind a change that waits, everybody else waits too."""


def written_type(kind: str, item: object, _autogen: object) -> str | bool:
    """Return "sa.Text()" for a column of type SealedText, since encrypted text is plain text to the database and
    migrations must not need the program's classes; False (Alembic's own rendering) for anything else.
    """
    return "sa.Text()" if kind == "type" and isinstance(item, SealedText) else False


def note_stop(ctx: MigrationContext, step: MigrationInfo, **_more: Any) -> None:
    """Called by Alembic after each migration: write into the comment of alembic_version which programs can work with
    the tables, if the migration says that not all of before can.
    """
    if step.is_upgrade and (revision := oldest_code_of(step.up_revision).replace("'", "")):
        assert ctx.connection is not None
        ctx.connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{OLDEST_CODE} {revision}'"))


def wait_for_my_turn(connection: Connection) -> None:
    """Wait for the advisory lock of the migrations, so that only one process migrates at a time, and limit lock waits
    of the connection to 20 seconds. Polls outside any transaction: a session waiting inside a statement would block a
    concurrent index build.
    """
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK}).scalar_one():
        connection.commit()
        time.sleep(PAUSE)
    connection.execute(text(f"SET lock_timeout = '{LONGEST_WAIT}'"))
    connection.commit()


def refuse_unknown_tables(connection: Connection) -> None:
    """Raise LaunchRefused if the tables are at a migration that this program does not contain."""
    stored = MigrationContext.configure(connection).get_current_revision() or ""
    connection.rollback()
    if not is_known(stored):
        raise LaunchRefused(
            reason_against(stored, "")
            or f"The tables are at migration {stored}, which this program does not know: they are newer. There is nothing"
            " to migrate."
        )


def run() -> None:
    """Upgrade the tables, each migration in a transaction of its own, so that one that finds a table busy can be
    started again. Raises LaunchRefused if the tables are at an unknown migration.
    """
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        wait_for_my_turn(connection)
        try:
            refuse_unknown_tables(connection)
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                compare_type=True,
                render_item=written_type,
                transaction_per_migration=True,
                on_version_apply=note_stop,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("RESET lock_timeout"))
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()


run()
