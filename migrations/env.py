"""Alembic's view of the program: one history for FAB's tables and ours, run on the app's own connection."""

from alembic import context
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import text

from app.models.sealed import SealedText

LOCK = 7_301_482_026


def written_type(kind: str, item: object, _autogen: object) -> str | bool:
    """Sealed text is plain text to the database, and migrations must not need the program's classes."""
    return "sa.Text()" if kind == "type" and isinstance(item, SealedText) else False


def run() -> None:
    """Upgrade under an advisory lock, so that two starts at once migrate one after the other."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        connection.commit()
        try:
            context.configure(
                connection=connection, target_metadata=Model.metadata, compare_type=True, render_item=written_type
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()


run()
