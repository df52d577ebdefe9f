"""Pooled connections: one that the server has ended is replaced before anybody sends a statement by it."""

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app.core import connections
from app.core.extensions import db
from tests.story.live import wait_until


@pytest.fixture
def beside(context: Flask) -> Iterator[psycopg.Connection]:
    """A connection that is none of the program's."""
    address = context.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def test_a_connection_that_is_used_again_stays_the_same(context: Flask) -> None:
    db.engine.dispose()  # Earlier tests may have left several connections, which are used in turn.
    assert _process() == _process()


def test_a_connection_that_the_server_has_ended_is_replaced(beside: psycopg.Connection) -> None:
    ended = _process()
    _end(ended, beside)
    assert _process() != ended


def test_a_silent_end_is_found_out_once_the_connection_was_left_alone_for_long(
    beside: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_has_news", lambda _socket: False)
    monkeypatch.setattr(connections, "TESTED_AFTER", -1.0)
    ended = _process()
    _end(ended, beside)
    assert _process() != ended


def _end(process: int, beside: psycopg.Connection) -> None:
    beside.execute("SELECT pg_terminate_backend(%s)", [process])
    wait_until(lambda: not _runs(beside, process), "the server has ended the connection")


def _process() -> int:
    """The server's process behind the connection that the program uses, which it gives back."""
    try:
        return int(db.session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    finally:
        db.session.rollback()


def _runs(beside: psycopg.Connection, process: int) -> bool:
    return beside.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [process]).fetchone() is not None
