"""What must hold after work: the cases that were led stand at their end, and no invariant of the program is red."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.audit.invariants.scope import Scope
from app.audit.invariants.table import CHECKS, HARMLESS, check
from app.core.clock import utc_now
from app.core.extensions import db
from tests.bench.living import STEPS

OF_THE_MOMENT = ("I15", "I16")
"""Invariants about what lives now: a killed worker counts as alive until it has been silent for long enough."""

LASTING = tuple(name for name in CHECKS if name not in OF_THE_MOMENT)
NO_SLICE = -1
"""No case by its number alone: only those that changed since the beginning of a look."""

_STEPS = """
    SELECT c.id, c.status, array_agg(t.step) FILTER (WHERE t.closed_at IS NOT NULL) AS closed,
        count(t.id) FILTER (WHERE t.closed_at IS NULL) AS open
    FROM complaint c LEFT JOIN step_task t ON t.complaint_id = c.id WHERE c.id = ANY(:ids) GROUP BY c.id
"""
_ACTS = """
    SELECT complaint_id, count(*) FROM complaint_event
    WHERE complaint_id = ANY(:ids) AND actor <> 'system' GROUP BY complaint_id
"""
_TITLES = "SELECT title, count(*) FROM complaint WHERE title LIKE :mark GROUP BY title"


def broken(names: Iterable[str] = CHECKS, since: datetime | None = None) -> list[str]:
    """Each red finding in words, of everything, or of what changed since then."""
    scope = Scope(utc_now(), since, NO_SLICE)
    found = [finding for name in names for finding in _red(name, scope)]
    db.session.rollback()
    return found


def _red(name: str, scope: Scope) -> Iterator[str]:
    """In a picture of one moment, whoever works meanwhile."""
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    checked, _ = check(name, scope)
    for finding in checked.findings:
        if finding.sentence not in HARMLESS:
            yield f"{name} {finding.sentence}: {finding.subject} {dict(finding.particulars)}"


def unfinished(cases: Sequence[Mapping[str, Any]], acts: int) -> list[str]:
    """Each case that did not go through every step to its answer, or with more or fewer acts than were asked for."""
    ids = [case["id"] for case in cases]
    done: dict[int, int] = dict(db.session.execute(text(_ACTS), {"ids": ids}).all())
    rows = db.session.execute(text(_STEPS), {"ids": ids}).all()
    db.session.rollback()
    wrong = [
        f"case {case}: {status}, {open_steps} open, closed {closed}, {done.get(case)} acts of {acts}"
        for case, status, closed, open_steps in rows
        if (status, open_steps, sorted(closed or ()), done.get(case)) != ("answered", 0, sorted(STEPS), acts)
    ]
    return [*wrong, *(f"case {lost}: lost" for lost in set(ids) - {row[0] for row in rows})]


def not_once(mark: str, count: int) -> list[str]:
    """Each title of these lives that does not stand in the tables exactly once."""
    found = dict(db.session.execute(text(_TITLES), {"mark": f"{mark} %"}).all())
    db.session.rollback()
    titles = [f"{mark} {number}" for number in range(count)]
    lost = [f"lost: {title}" for title in titles if title not in found]
    return [*lost, *(f"made {times} times: {title}" for title, times in found.items() if times > 1)]
