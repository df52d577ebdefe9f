"""One populated database for all tests of a file: built once; each planted fault is rolled back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.audit.invariants.scope import Scope
from app.core.extensions import db, redis_client
from tests.audit.world import LOOKED_AT, build
from tests.conftest import time_travel
from tests.office_zone import OFFICE_ZONE
from tests.worker_database import WorkerDatabase


@pytest.fixture(scope="module")
def world(session_app: Flask, worker_database: WorkerDatabase) -> Iterator[Flask]:
    worker_database.put_back(session_app)
    try:
        with session_app.app_context(), time_travel() as freeze:
            redis_client().flushdb()
            build(freeze)
        yield session_app
    finally:
        with session_app.app_context():
            db.engine.dispose()


@pytest.fixture
def inside(world: Flask) -> Iterator[Flask]:
    """An application context whose changes to the database are all rolled back."""
    with world.app_context():
        yield world
        db.session.rollback()
        redis_client().flushdb()


@pytest.fixture
def scope() -> Scope:
    return Scope(datetime.fromisoformat(LOOKED_AT).replace(tzinfo=OFFICE_ZONE))


@pytest.fixture(scope="module")
def marks(world: Flask) -> dict[str, Any]:
    """What the last check of the event log stored for the next."""
    with world.app_context():
        query = text("SELECT count(*) AS events, max(id) AS newest FROM complaint_event")
        return dict(db.session.execute(query).mappings().one())
