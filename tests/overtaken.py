"""Requests that another session overtakes between what they read and the row lock for which they wait."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString

import psycopg
from flask import Flask

WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def overtaken(app: Flask, statements: LiteralString, *requests: Callable[[], Any]) -> list[Any]:
    """Run SQL statements in another session, commit them once all requests wait for their locks, and return the
    requests' results.
    """
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with (
        ThreadPoolExecutor(len(requests)) as pool,
        psycopg.connect(address) as other,
        psycopg.connect(address, autocommit=True) as watcher,
    ):
        other.execute(statements)
        runs = [pool.submit(one) for one in requests]
        while watcher.execute(WAITING).fetchall()[0][0] < sum(not run.done() for run in runs):
            pass
        other.commit()
        return [run.result() for run in runs]
