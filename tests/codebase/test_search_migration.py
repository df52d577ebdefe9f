"""The search's extension: the owner of a database may create it without being a superuser, and others are told who."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

from app.extensions import db
from app.launch.postgres import connect
from tests.conftest import build_app
from tests.servers import redis_url_for, servers

FOLDER = "migrations"
# What migration 0018 asks of an administrator where the owner may not make roles.
MAKE_WALL = """
    DO $$ BEGIN CREATE ROLE lapor_walled NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""


@pytest.fixture
def database(worker: str) -> Iterator[str]:
    """An empty database of its own owner; the guest may make tables in it and no more."""
    name, owner, guest = (f"{kind}_{worker}" for kind in ("bare", "owner", "guest"))
    with connect(servers().postgres.sockets) as administrator:
        for role in (owner, guest):
            administrator.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(role)))
        administrator.execute(SQL("CREATE DATABASE {} OWNER {}").format(Identifier(name), Identifier(owner)))
        administrator.execute(MAKE_WALL)
        administrator.execute(SQL("GRANT lapor_walled TO {}").format(Identifier(owner)))
    yield name
    with connect(servers().postgres.sockets) as administrator:
        administrator.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
        for role in (owner, guest):
            administrator.execute(SQL("DROP ROLE {}").format(Identifier(role)))


def url_of(database: str, role: str) -> str:
    return servers().postgres.url(database).replace("postgres@", f"{role}@")


@contextmanager
def as_role(role: str, database: str, worker: str, home: Path) -> Iterator[None]:
    """The program with that role's account, its connections closed afterwards."""
    app = build_app(url_of(database, f"{role}_{worker}"), redis_url_for(worker), str(home))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def test_the_owner_migrates_there_and_back(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER)
        downgrade(directory=FOLDER, revision="0004")
        upgrade(directory=FOLDER)
        assert "pg_trgm" in db.session.execute(text("SELECT extname FROM pg_extension")).scalars().all()


def test_who_may_not_create_it_is_told_what_to_do(
    database: str, worker: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with as_role("owner", database, worker, tmp_path):
        db.session.execute(text(f"GRANT CREATE ON SCHEMA public TO guest_{worker}"))
        db.session.commit()
    with as_role("guest", database, worker, tmp_path), pytest.raises(SystemExit):
        upgrade(directory=FOLDER)
    assert 'Let the owner of the database run "CREATE EXTENSION pg_trgm"' in caplog.text
