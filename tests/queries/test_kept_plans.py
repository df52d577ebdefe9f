"""Statements are planned once a connection: a request that only read must not throw them away with its rollback."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DataError

from app.extensions import db

OFTEN = 8
"""psycopg prepares a statement when it comes for the sixth time."""


def test_a_rollback_keeps_prepared_statements(app: Flask) -> None:
    with app.app_context():
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
