"""What a connection of ours is like: statements are planned once on it, and none holds it for ever."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DataError

from app.core.extensions import db
from tests.conftest import build_app

OFTEN = 8
"""psycopg prepares a statement when it comes for the sixth time."""


def test_a_rollback_keeps_prepared_statements(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()  # Earlier tests may have left several connections, which are used in turn.
        db.session.execute(text("SELECT 1"))
        backend = db.session.connection().connection.driver_connection
        for _ in range(OFTEN):
            db.session.execute(text("SELECT count(*) FROM district WHERE name = :name"), {"name": "Paringin"})
            db.session.rollback()
        statement = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM district%'")
        assert db.session.execute(statement).scalar_one() == 1
        assert db.session.connection().connection.driver_connection is backend


def test_a_rollback_still_undoes(app: Flask) -> None:
    with app.app_context():
        before = db.session.execute(text("SELECT count(*) FROM number_counter")).scalar_one()
        db.session.execute(text("INSERT INTO number_counter (series, year, last) VALUES ('uji', 1999, 1)"))
        db.session.rollback()
        assert db.session.execute(text("SELECT count(*) FROM number_counter")).scalar_one() == before


def test_a_failed_transaction_is_ended_too(app: Flask) -> None:
    with app.app_context():
        for _ in range(2):
            with pytest.raises(DataError):
                db.session.execute(text("SELECT 1 / 0"))
            db.session.rollback()
        assert db.session.execute(text("SELECT 1")).scalar_one() == 1


def test_a_statement_that_takes_too_long_is_given_up_and_told(app: Flask) -> None:
    places = (app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME"))
    hasty = build_app(*places, STATEMENT_SECONDS=1)
    hasty.add_url_rule("/lama", "lama", lambda: str(db.session.execute(text("SELECT pg_sleep(20)")).all()))
    answer = hasty.test_client().get("/lama")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    with hasty.app_context():
        asked = [db.session.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "jit")]
        db.session.remove()
        db.engine.dispose()
    assert asked == ["1s", "off"]
