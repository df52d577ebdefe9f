"""What the change feed costs a reader: numbering what was committed, and reading it page by page over HTTP."""

import time
from dataclasses import dataclass

import psycopg
from flask import Flask
from sqlalchemy import text

from app.core.extensions import db
from app.demo.accounts import make_key
from app.feed.sequence import number_changes
from tests.sp4n.reports import a_linked_case

PAGE = 1000
COPIES = """
    INSERT INTO sync_change (complaint_id, tracking_id, number, revision, version, kind, status, at, origin,
                             tombstone, mark)
    SELECT c.id, c.sp4n_tracking_id, c.number, n, n, 'note', c.status, now(), 'office', false, 'aa'
    FROM complaint AS c, generate_series(1, :count) AS n WHERE c.id = :case
"""
BARE = """
    SELECT position, tracking_id, number, revision, version, kind, at, status, origin, tombstone
    FROM sync_change WHERE position > %s ORDER BY position LIMIT %s
"""


@dataclass(frozen=True)
class FeedCost:
    """Seconds for so many changes."""

    rows: int
    numbering: float
    reading: float
    bare: float


def measure_feed(app: Flask, count: int) -> FeedCost:
    """`bare` selects the same columns in the same pages and takes them up as Python values."""
    case = a_linked_case("9165816")
    db.session.execute(text(COPIES), {"count": count, "case": case.id})
    db.session.commit()
    began = time.perf_counter()
    number_changes()
    numbering = time.perf_counter() - began
    return FeedCost(count, numbering, _read(app, count), _read_bare(app, count))


def _read(app: Flask, count: int) -> float:
    client, headers = app.test_client(), {"Authorization": f"Bearer {make_key()}"}
    after, more, seen = "", True, 0
    began = time.perf_counter()
    while more:
        query = {"after": after, "limit": PAGE}
        page = client.get("/api/v1/sp4n/changes", query_string=query, headers=headers).get_json()["result"]
        seen, after, more = seen + len(page["changes"]), page["next"], page["more"]
    assert seen > count
    return time.perf_counter() - began


def _read_bare(app: Flask, count: int) -> float:
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        began, after, seen = time.perf_counter(), 0, 0
        while rows := connection.execute(BARE, (after, PAGE)).fetchall():
            after, seen = rows[-1][0], seen + len(rows)
        assert seen > count
        return time.perf_counter() - began
