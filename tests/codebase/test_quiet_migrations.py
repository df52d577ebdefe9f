"""A migration of an office at work: nobody who writes waits for an index, and no later one is built loudly."""

import re
import shutil
import threading
from pathlib import Path

import psycopg
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app.core.extensions import db
from app.core.schema import OLDEST_CODE
from app.servers.postgres import connect
from tests.codebase.bare_database import FOLDER, as_role
from tests.servers import servers
from tests.story.live import wait_until

LAST_LOUD = "0026"
LOUD = re.compile(
    r"create_index|drop_index|CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)|type_=|create_foreign_key|create_unique"
)
PATIENCE = "3s"
STOPPING = """
revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None
{says}


def upgrade():
    pass
"""
REMOVES = re.compile(r"drop_(?:column|table)|DROP (?:TABLE|COLUMN)|RENAME (?:TO|COLUMN)|new_column_name|rename_table")
WRITTEN_DOWN = "SELECT obj_description('alembic_version'::regclass, 'pg_class')"


def later_migrations() -> list[Path]:
    found = sorted(Path("migrations/versions").glob("[0-9]*.py"))
    return [path for path in found if path.name > f"{LAST_LOUD}~"]


def test_later_migrations_stop_no_table() -> None:
    """One that must stop a small table for a moment says so here, by its name and words."""
    assert later_migrations()
    loud = {path.name: LOUD.findall(path.read_text("utf-8")) for path in later_migrations()}
    assert {name: words for name, words in loud.items() if words} == {}


def test_a_migration_that_removes_something_says_which_programs_can_serve_it() -> None:
    """Otherwise hosts of the release before would stay ready, and fail."""
    for path in later_migrations():
        forward, declared = path.read_text("utf-8").partition("def downgrade")[0], ("NEEDS_STOP", "OLDEST_CODE")
        assert not REMOVES.search(forward) or any(f"\n{name} = " in forward for name in declared), path.name


def test_officers_write_while_a_migration_builds_its_indexes(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER)
        downgrade(directory=FOLDER, revision="0031")
        failed: list[BaseException] = []
    migration = threading.Thread(target=_upgrade, args=(database, worker, tmp_path, failed))
    with connect(servers().postgres.sockets, database) as slow, connect(servers().postgres.sockets, database) as other:
        slow.execute("BEGIN")
        slow.execute("LOCK TABLE paper IN ROW EXCLUSIVE MODE")
        migration.start()
        wait_until(lambda: _builds(other), "the migration waits for who writes")
        other.execute(f"SET lock_timeout = '{PATIENCE}'")
        other.execute("DELETE FROM paper")
        slow.execute("COMMIT")
    migration.join(60)
    assert (migration.is_alive(), failed) == (False, [])


@pytest.mark.parametrize(
    ("says", "oldest"),
    [('NEEDS_STOP = "programs of before write what this one takes away"', "9999"), ('OLDEST_CODE = "0047"', "0047")],
)
def test_which_programs_can_serve_a_migration_is_written_down(
    database: str, worker: str, tmp_path: Path, says: str, oldest: str
) -> None:
    """A host of the release before reads it, and says that it is not ready."""
    own = shutil.copytree(FOLDER, tmp_path / "migrations")
    newest = sorted((own / "versions").glob("[0-9]*.py"))[-1]
    (own / "versions" / "9999_stop.py").write_text(STOPPING.format(before=newest.name[:4], says=says), "utf-8")
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=str(own), revision=newest.name[:4])
        assert db.session.execute(text(WRITTEN_DOWN)).scalar_one() is None
        db.session.commit()
        upgrade(directory=str(own))
        assert db.session.execute(text(WRITTEN_DOWN)).scalar_one() == f"{OLDEST_CODE} {oldest}"


def _builds(connection: psycopg.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND wait_event_type = 'Lock'"
    found = connection.execute(waiting, ("%INDEX%ix_paper_error%",)).fetchone()
    return bool(found and found[0])


def _upgrade(database: str, worker: str, home: Path, failed: list[BaseException]) -> None:
    try:
        with as_role("owner", database, worker, home):
            upgrade(directory=FOLDER)
    except BaseException as error:
        failed.append(error)
