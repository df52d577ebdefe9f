"""Compatibility of this program with the database schema, which may be newer while an upgrade is under way or after a
way back to the release before.

Migrations only add, so that an older program keeps working. A migration that breaks this declares `NEEDS_STOP = "why"`:
no program of before serves its tables. One that removes what the release before no longer uses declares
`OLDEST_CODE = "0049"`: programs that contain that migration serve its tables. Both are recorded as a comment on
Alembic's version table, which names the migration that a program must contain.
"""

import functools
from pathlib import Path

import psycopg
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.extensions import db
from app.servers.start_refused import LaunchRefused

OLDEST_CODE = "oldest code:"
"""Prefix of the comment on Alembic's version table that names the migration which a program must know to serve the
schema.
"""

FACTS = "SELECT version_num, obj_description('alembic_version'::regclass, 'pg_class') FROM alembic_version"
SECONDS = 5
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def migrated() -> bool:
    """Return whether the database schema is at the newest revision that this program knows, or at a later one that it
    can serve. False when the database cannot be read.
    """
    found = stored_revision()
    return found is not None and (found[0] == newest_revision() or can_serve_newer(*found))


def stored_revision() -> tuple[str, str] | None:
    """Return the revision of the database schema and the comment on it; None when there is none, or the database cannot
    be read.
    """
    try:
        rows = db.session.execute(text(FACTS), execution_options={"without_isolation": True}).all()
    except SQLAlchemyError:
        db.session.rollback()
        return None
    return (str(rows[0][0]), str(rows[0][1] or "")) if len(rows) == 1 else None


def can_serve_newer(stored: str, comment: str) -> bool:
    """Return whether the schema is at a revision that this program does not contain, and can serve all the same."""
    return not is_known(stored) and not is_too_old(stored) and is_known(_oldest_code(comment))


def reason_against(stored: str, comment: str) -> str | None:
    """Return a sentence with the way out if this program can neither serve the schema at this revision nor upgrade it,
    else None.
    """
    if is_known(stored) or can_serve_newer(stored, comment):
        return None
    if is_too_old(stored):
        return (
            f"The tables are at migration {stored}, which is older than the first one of this program. Migrate them"
            " with the last version that contains it, as far as 0026, then with this one."
        )
    return (
        f"The tables are at migration {stored}, which this program does not know: they are newer. It knows migrations"
        f" up to {newest_revision()}; the tables need a program that knows {_oldest_code(comment)}. Start that release"
        " or a later one, or go back with the data too: stop everything and bring back the backup that was made before"
        " the upgrade (`python run.py restore FILE --replace`)."
    )


def refuse_unserved(url: str) -> None:
    """Raise LaunchRefused if this program cannot serve the tables of the database at `url` because they are newer.
    Nothing is raised when they are older, or when the database does not answer: a server waits for both.
    """
    try:
        with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=SECONDS) as connection:
            rows = connection.execute(FACTS).fetchall()
    except psycopg.Error:
        return
    if len(rows) == 1 and (reason := reason_against(str(rows[0][0]), str(rows[0][1] or ""))):
        raise LaunchRefused(reason)


def pending_migrations(stored: str) -> list[Script]:
    """Return the migrations from this revision (one that the program contains, "" for an empty database) to the newest,
    oldest first.
    """
    return list(reversed(list(_scripts().iterate_revisions("heads", stored or "base"))))


def newest_revision() -> str:
    """Return the newest revision that this program contains."""
    return str(_scripts().get_current_head())


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


def oldest_code_of(migration: Script) -> str:
    """Return the migration that a program must contain to serve the tables after this one; "" where every program of
    before serves them.
    """
    if getattr(migration.module, "NEEDS_STOP", ""):
        return str(migration.revision)
    return str(getattr(migration.module, "OLDEST_CODE", ""))


def note_oldest_code() -> None:
    """Write the comment on Alembic's version table again, which a backup does not hold; commits. Only for the owner of
    the tables, at a revision that this program contains.
    """
    found = stored_revision()
    declared = (oldest_code_of(step) for step in _scripts().iterate_revisions(found[0], "base")) if found else ()
    if oldest := next(filter(None, declared), ""):
        db.session.execute(text(f"COMMENT ON TABLE alembic_version IS '{OLDEST_CODE} {oldest}'"))
    db.session.commit()


def _oldest_code(comment: str) -> str:
    return comment.removeprefix(OLDEST_CODE).strip()


@functools.cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)
