"""Every test runs on real PostgreSQL and Valkey and begins on a migrated database with demo accounts."""

# First: the package `app` keeps a parser of addresses, which takes two seconds, from being loaded.
from app.core.clock import utc_now  # isort: skip


import functools
import hashlib
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from flask_jwt_extended import create_access_token
from hypothesis import settings
from sqlalchemy import select, text

from app.access.people import person_of
from app.accounts.sessions import begin
from app.core.extensions import db, redis_client
from app.demo.accounts import make_accounts
from tests.office_zone import OFFICE_ZONE
from tests.output_search import (
    now_by_the_disk,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
    search_what_is_left,
    watch_answers,
)
from tests.safe_markup import watch_what_is_marked_safe
from tests.scenes import Scene, Scenes
from tests.servers import (
    prepare_template,
    pytest_configure,
    pytest_unconfigure,
    redis_url_for,
    servers,
)
from tests.worker_database import WorkerDatabase
from workflow_rules.process.actors import Person

__all__ = [
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "pytest_unconfigure",
]

# How long an example takes says nothing on a machine that runs other tests; `make bench` measures.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# Password hashes are cached in each test process: computing one takes a tenth of a second.
hashlib.scrypt = functools.cache(hashlib.scrypt)

IDENTITY_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SECRET = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories take longest: they come first, so that no worker waits for another at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/story/"))


def settings_for(database_url: str, redis_url: str, home: str) -> dict[str, Any]:
    """Overrides that make an app a test's own; form tokens are tested where they are the subject."""
    return {
        "TESTING": True,
        "SQLALCHEMY_DATABASE_URI": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET,
        "IDENTITY_KEYS": (IDENTITY_KEY,),
        "LAPOR_HOME": home,
        "STORAGE_URL": f"file://{home}/storage",
        "PUBLIC_BASE_URL": "http://localhost",
        "RATELIMIT_STORAGE_URI": "memory://",
        "API_KEY_RATE": 10**6,
        "API_USER_RATE": 10**6,
        "WTF_CSRF_ENABLED": False,
        "SMTP_URL": None,
        "PUBLIC_INTAKE": True,
        "PUBLIC_FIGURES": True,
        "OPEN311": True,
        "WORKERS": 1,
        "SESSION_IDLE": timedelta(hours=12),
    }


def build_app(database_url: str, redis_url: str, home: str, **more: Any) -> Flask:
    from run import create_app

    app = create_app(**{**settings_for(database_url, redis_url, home), **more})
    watch_what_is_marked_safe(app)
    return app


def _fill(database_url: str, home: str) -> None:
    from app.commands.maintenance import migrate_database

    app = build_app(database_url, redis_url_for("master"), home)
    migrate_database(app)
    with app.app_context():
        make_accounts()
        _forget_the_seed()
        db.engine.dispose()


def _forget_the_seed() -> None:
    """Take the entries of the journal away that tell how the office of the tests was made."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text("DELETE FROM journal_entry WHERE kind IN ('profile_applied', 'sop_activated')"))
    db.session.commit()


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


@pytest.fixture(scope="session")
def session_app(worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = str(tmp_path_factory.mktemp("home"))
    prepare_template(lambda url: _fill(url, home))
    watch_answers()
    app = build_app(servers().postgres.url(f"test_{worker}"), redis_url_for(worker), home)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def worker_database(worker: str) -> Iterator[WorkerDatabase]:
    with closing(WorkerDatabase(worker)) as database:
        yield database


@pytest.fixture
def app(session_app: Flask, worker_database: WorkerDatabase) -> Iterator[Flask]:
    """The whole program on a database as the template is; everything commits for real."""
    worker_database.put_back(session_app)
    with session_app.app_context():
        redis_client().flushdb()
    forget_outages(session_app)
    home = Path(session_app.config["LAPOR_HOME"])
    began = now_by_the_disk(home)
    yield session_app
    search_what_is_left(session_app, home, began)
    with session_app.app_context():
        db.session.remove()


def forget_outages(app: Flask) -> None:
    """A limiter from which a test took its store counts in this process for some seconds yet: not for the next test."""
    for limiter in app.extensions["limiter"]:
        limiter._storage_dead = False
        limiter._fallback_storage.reset()


@pytest.fixture(scope="session")
def scenes(worker_database: WorkerDatabase) -> Scenes:
    """What was made once for many tests."""
    return Scenes(worker_database)


@pytest.fixture
def scene(app: Flask, scenes: Scenes) -> Scene[Any]:
    """`scene(make)`: what `make` told when it was called first, with all that it made."""
    return lambda make: scenes.show(app, make)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context around a test that calls operations itself."""
    with app.app_context():
        yield app


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask would hold one context open around the test, and with it one visitor's identity for all of them."""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who is nobody; pytest-flask's own would keep the last visitor's context open."""
    return app.test_client()


@pytest.fixture
def person(app: Flask) -> Callable[[str], Person]:
    """A demo officer as the rules know one; needs an application context."""

    def find(username: str) -> Person:
        user = db.session.scalars(select(User).where(User.username == username)).one()
        return person_of(user, datetime.now(OFFICE_ZONE))

    return find


class Browser(FlaskClient):
    """A client whose every request has a context of its own, also inside a test that holds one open: what one visitor
    left in `g` is no other visitor's.
    """

    def open(self, *args: Any, **options: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **options)


@pytest.fixture
def as_user(app: Flask) -> Callable[[str], FlaskClient]:
    """A client whose cookie says it is this officer."""

    return lambda username: client_of(app, username)


def client_of(app: Flask, username: str) -> FlaskClient:
    client = Browser(app, app.response_class)
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == username)).one()
        cookie = {"_user_id": str(user.id), "_fresh": True, **begin(user, utc_now(), None, "uji")}
    with client.session_transaction() as session:
        session.update(cookie)
    return client


@pytest.fixture
def bearer(app: Flask) -> Callable[[str], dict[str, str]]:
    """Headers with an officer's access token. It is issued without the login endpoint, which hashes a password for a
    twentieth of a second; tests of the endpoint itself call it.
    """

    def sign_in(username: str) -> dict[str, str]:
        with app.app_context():
            user = db.session.scalars(select(User).where(User.username == username)).one()
            claims = begin(user, utc_now(), None, "uji", door="api")
            token = create_access_token(str(user.id), fresh=True, additional_claims=claims)
        return {"Authorization": f"Bearer {token}"}

    return sign_in


@pytest.fixture
def freeze() -> Iterator[Callable[[str], Any]]:
    """Hold the program's clock at an office time like `2026-11-24 10:00`; our SQL never asks the database's clock."""
    with time_travel() as travel:
        yield travel


@contextmanager
def time_travel() -> Iterator[Callable[[str], Any]]:
    travellers: list[time_machine.travel] = []

    def to(text: str) -> Any:
        at = datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)
        traveller = time_machine.travel(at, tick=False)
        travellers.append(traveller)
        return traveller.start()

    yield to
    for traveller in reversed(travellers):
        traveller.stop()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a test may reach beyond this machine."""
    connect = socket.socket.connect

    def only_here(sock: socket.socket, address: Any) -> Any:
        here = sock.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1", "localhost")
        assert here, f"a test wanted to connect to {address}"
        return connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture
def screen(as_user: Callable[[str], FlaskClient]) -> FlaskClient:
    """The administrator's browser."""
    return as_user("administrator")


@pytest.fixture
def tuesday(freeze: Callable[[str], object], as_user: Callable[[str], FlaskClient]) -> FlaskClient:
    """The administrator's browser on Tuesday, 24 November 2026, at ten."""
    freeze("2026-11-24 10:00")
    return as_user("administrator")
