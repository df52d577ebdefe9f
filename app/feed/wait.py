"""Waiting for the next change on behalf of a long poll, with few waiters, so that officers' pages have workers left."""

import time
from collections.abc import Callable

from flask import current_app
from sqlalchemy import func, select

from app.core.extensions import db
from app.core.locks import WAITING_LOCK
from app.feed.sequence import changes_wait

LOOK_EVERY_SECONDS = 0.25


def await_changes(seconds: int, numbered: Callable[[], bool]) -> bool:
    """Whether a change was committed within this time; False at once where SYNC_WAITERS others wait already.

    `numbered` tells whether there is one with its number: another reader, or a job that tells others, may have given it
    between two looks. The place is an advisory lock of this transaction; meanwhile it holds neither a snapshot nor a
    row.
    """
    try:
        return _got_a_place() and _look_until(time.monotonic() + seconds, numbered)
    finally:
        db.session.rollback()


def _got_a_place() -> bool:
    places = range(current_app.config["SYNC_WAITERS"])
    return any(_locked(place) for place in places)


def _locked(place: int) -> bool:
    return bool(db.session.execute(select(func.pg_try_advisory_xact_lock(WAITING_LOCK, place))).scalar_one())


def _look_until(end: float, numbered: Callable[[], bool]) -> bool:
    while not (changes_wait() or numbered()):
        left = end - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(LOOK_EVERY_SECONDS, left))
    return True
