"""Compatibility of this program with the database schema, which may be newer while an upgrade is under way.

Migrations only add, so that an older program keeps working. A migration that breaks this declares `NEEDS_STOP = "why"`,
which is recorded as a comment on Alembic's version table.
"""

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.extensions import db

OLDEST_CODE = "oldest code:"
"""Prefix of the comment on Alembic's version table that names the migration which a program must know to serve the
schema.
"""

_FACTS = text("SELECT version_num, obj_description('alembic_version'::regclass, 'pg_class') FROM alembic_version")


def migrated() -> bool:
    """Return whether the database schema is at the newest revision that this program knows, or at a later one that it
    can serve. False when the database cannot be read.
    """
    try:
        rows = db.session.execute(_FACTS, execution_options={"without_isolation": True}).all()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    if len(rows) != 1:
        return False
    stored, comment = rows[0]
    if [stored] == list(_scripts().get_heads()):
        return True
    return not is_known(stored) and is_known(str(comment or "").removeprefix(OLDEST_CODE).strip())


def is_too_old(revision: str) -> bool:
    """Return whether the revision id of a database schema is from before the first migration of this program's
    history.
    """
    return not is_known(revision) and revision < str(_scripts().get_base())


def is_known(revision: str) -> bool:
    """Return whether this program contains the migration with this revision id; True for an empty id."""
    try:
        return not revision or _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _scripts() -> ScriptDirectory:
    cached: ScriptDirectory | None = current_app.extensions.get("migration_scripts")
    if cached is None:
        config = Config()
        config.set_main_option("script_location", f"{current_app.root_path}/../migrations")
        cached = current_app.extensions["migration_scripts"] = ScriptDirectory.from_config(config)
    return cached
