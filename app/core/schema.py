"""Whether this program can serve the tables as they are: they may be newer than it, while an upgrade is under way.

Migrations only add, so that a program of before goes on beside them. One that cannot do so says it (in the migration:
`NEEDS_STOP = "why"`), and is written down in the database as a comment on Alembic's own table.
"""

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.extensions import db

OLDEST_CODE = "oldest code:"
"""Followed by the migration that a program must know to serve these tables."""

_FACTS = text("SELECT version_num, obj_description('alembic_version'::regclass, 'pg_class') FROM alembic_version")


def migrated() -> bool:
    """Whether the tables are at the newest revision this program knows, or at a later one that it can serve."""
    try:
        rows = db.session.execute(_FACTS, execution_options={"beyond_wall": True}).all()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    if len(rows) != 1:
        return False
    stored, comment = rows[0]
    if [stored] == list(_scripts().get_heads()):
        return True
    return not _is_known(stored) and _is_known(str(comment or "").removeprefix(OLDEST_CODE).strip())


def _is_known(revision: str) -> bool:
    """Whether this program brings the migration; no migration at all is known to every program."""
    try:
        return not revision or _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _scripts() -> ScriptDirectory:
    kept: ScriptDirectory | None = current_app.extensions.get("migration_scripts")
    if kept is None:
        config = Config()
        config.set_main_option("script_location", f"{current_app.root_path}/../migrations")
        kept = current_app.extensions["migration_scripts"] = ScriptDirectory.from_config(config)
    return kept
