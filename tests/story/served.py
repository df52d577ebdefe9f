"""A served program with a twin inside the test, on the same database and with the same keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from app.core.extensions import db
from app.settings.office_settings import PUBLIC_ENDPOINTS
from tests.conftest import IDENTITY_KEY, SECRET, build_app
from tests.story.live import LiveProgram

Cases = Callable[..., int]


@contextmanager
def served_beside(live: LiveProgram) -> Iterator[Flask]:
    """Start the web process; the twin makes cases and signs people in."""
    live.environ = {"SECRET_KEY": SECRET, "IDENTITY_KEYS": IDENTITY_KEY, **dict.fromkeys(PUBLIC_ENDPOINTS, "on")}
    live.start("web")
    live.wait_until_served()
    app = build_app(live.database_url, live.redis_url, str(live.home))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def events(live: LiveProgram, number: int, kind: str) -> int:
    """How many events of a kind a case has."""
    statement = "SELECT count(*) FROM complaint_event WHERE complaint_id = %s AND kind = %s"
    return int(live.query(statement, number, kind)[0][0])
