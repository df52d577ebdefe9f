"""Empty databases with their own owner, for tests of migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier

from app.core.extensions import db
from app.servers.postgres import connect
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
