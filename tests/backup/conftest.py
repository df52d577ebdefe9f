"""A second, empty database and store beside the test's own: the place to which a backup is restored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg.sql import SQL, Identifier

from app.application import create_core_app
from app.backup.archive import read_manifest
from app.backup.restore import Restored, check_target, restore
from app.backup.sealed_stream import SealingWriter
from app.core.extensions import db
from tests.conftest import settings_for
from tests.servers import redis_url_for, servers

STAMP = "20261124_100000"


CHEAP = 4


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second for each key is meant for guessers, not for these tests."""
    monkeypatch.setattr(SealingWriter.__init__, "__defaults__", (CHEAP,))


class Target:
    """Another program on an empty database."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url

    @contextmanager
    def context(self) -> Iterator[Flask]:
        with self.app.app_context():
            try:
                yield self.app
            finally:
                db.session.remove()
                db.engine.dispose()

    def restore(self, path: Path, passphrase: bytes | None = None, replace: bool = False) -> Restored:
        """As the command does it, its checks first."""
        manifest = read_manifest(path, passphrase)
        with self.context():
            check_target(manifest, replace)
            return restore(path, passphrase, manifest, STAMP)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def do(self, statement: str) -> None:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)


def empty_database(name: str) -> str:
    """An empty database of that name; its address."""
    with psycopg.connect(servers().postgres.url("postgres").replace("+psycopg", ""), autocommit=True) as administrator:
        administrator.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        administrator.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return servers().postgres.url(name)


@pytest.fixture(scope="session")
def target_app(worker: str) -> Flask:
    url = servers().postgres.url(f"restored_{worker}")
    return create_core_app(**settings_for(url, redis_url_for(worker), "/nonexistent"))


@pytest.fixture
def target(target_app: Flask, worker: str, tmp_path: Path) -> Iterator[Target]:
    with target_app.app_context():
        db.engine.dispose()
    url = empty_database(f"restored_{worker}")
    target_app.config |= {"LAPOR_HOME": str(tmp_path / "copy"), "STORAGE_URL": (tmp_path / "copy" / "storage").as_uri()}
    yield Target(target_app, url)
    with target_app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stored(context: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """The store of the test's own program in a folder of this test alone."""
    monkeypatch.setitem(context.config, "STORAGE_URL", (tmp_path / "storage").as_uri())
    return lambda: tmp_path / "storage"
