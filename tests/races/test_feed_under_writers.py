"""Two readers that keep losing their connection, eight writers that commit in any order: every change is seen."""

import random
import threading
from collections import defaultdict
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.extensions import db
from app.feed.read import read_changes
from app.feed.sequence import number_changes
from app.models import SyncChange
from tests.sp4n.reports import a_linked_case

WRITERS, ROUNDS, CASES = 8, 400, 12
INSERT = """
    INSERT INTO sync_change (complaint_id, tracking_id, number, revision, version, kind, status, at, origin,
                             tombstone, mark)
    SELECT id, sp4n_tracking_id, number, %(round)s, version, 'note', status, now(), 'office', false, 'aa'
    FROM complaint WHERE id = %(case)s
"""
NEXT_OF_CASE = "SELECT count(*) + 1 FROM sync_change WHERE complaint_id = %(case)s"


def _write(url: str, cases: list[int], seed: int, errors: list[BaseException]) -> None:
    """Change one or two cases in each transaction, as the door does: row locked first, numbered within the case."""
    chance = random.Random(seed)
    try:
        with psycopg.connect(url) as connection:
            for _ in range(ROUNDS):
                # In one order, so that two writers never wait for each other.
                for case in sorted(chance.sample(cases, chance.choice((1, 1, 2)))):
                    connection.execute("SELECT id FROM complaint WHERE id = %(case)s FOR UPDATE", {"case": case})
                    row = connection.execute(NEXT_OF_CASE, {"case": case}).fetchone()
                    assert row is not None
                    connection.execute(INSERT, {"case": case, "round": row[0]})
                    if chance.random() < 0.3:
                        connection.execute("SELECT pg_sleep(%s)", (chance.random() / 200,))
                connection.commit() if chance.random() < 0.9 else connection.rollback()
    except BaseException as error:  # told to the test, which runs elsewhere
        errors.append(error)


class Reader:
    """Reads the feed page by page; an answer that is lost on its way is asked for again with the old cursor."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cursor = ""
        self.seen: list[tuple[int, int]] = []

    def read(self) -> bool:
        number_changes()
        page = read_changes(self.cursor, self.chance.randint(1, 40))
        if self.chance.random() < 0.3:
            db.session.rollback()
            return True
        self.seen += [(row.complaint_id, row.revision or 0) for row in page.changes]
        self.cursor = page.next
        return bool(page.changes)


def _read_until_done(app: Flask, reader: Reader, done: threading.Event, errors: list[BaseException]) -> None:
    try:
        with app.app_context():
            while reader.read() or not done.is_set():
                db.session.remove()
            while reader.read():
                pass
            db.session.remove()
    except BaseException as error:
        errors.append(error)


@pytest.fixture
def cases(context: Flask) -> list[int]:
    found = [a_linked_case(str(9_000_000 + number)).id for number in range(CASES)]
    db.session.execute(SyncChange.__table__.delete())
    db.session.commit()
    return found


def test_every_change_is_seen_once_in_the_order_of_its_report(context: Flask, cases: list[int]) -> None:
    url = context.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    errors: list[BaseException] = []
    done, readers = threading.Event(), [Reader(1), Reader(2)]
    writing = _threads(_write, [(url, cases, seed, errors) for seed in range(WRITERS)])
    reading = _threads(_read_until_done, [(context, reader, done, errors) for reader in readers])
    for thread in writing:
        thread.join()
    done.set()
    for thread in reading:
        thread.join()
    assert errors == []
    written = db.session.execute(select(func.count()).select_from(SyncChange)).scalar_one()
    assert written > WRITERS * ROUNDS * 0.8
    for reader in readers:
        assert len(reader.seen) == written
        for revisions in _by_case(reader.seen).values():
            assert revisions == list(range(1, len(revisions) + 1))


def _threads(target: Any, arguments: list[tuple[Any, ...]]) -> list[threading.Thread]:
    threads = [threading.Thread(target=target, args=given) for given in arguments]
    for thread in threads:
        thread.start()
    return threads


def _by_case(seen: list[tuple[int, int]]) -> dict[int, list[int]]:
    told: dict[int, list[int]] = defaultdict(list)
    for case, revision in seen:
        told[case].append(revision)
    return told
