"""Queues a rehearsal, computes it in the background, and stores its result; past cases are only read.

A claim counts the attempt. A worker presumed dead can no longer write to its row, and what ended three workers fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from rq.timeouts import JobTimeoutException
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload, selectinload

from app.core.after_commit import enqueue_after_commit
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.jobs import JobName
from app.core.periods import Period
from app.core.transaction import one_transaction
from app.core.work_queue import WorkQueue
from app.models import Complaint, RehearsalRow, SopVersion
from app.reference.calendar import load_working_calendar
from app.reference.sop import load_sop
from app.reporting.rehearsals.model import WhatIf, rehearse
from app.reporting.rehearsals.past_cases import count_cases, past_cases
from app.reporting.rehearsals.totals import Rehearsal
from workflow_rules.process.sop import Sop
from workflow_rules.process.sop_check import checked
from workflow_rules.time.deadlines import Allowance, Unit

log = structlog.get_logger()

PROGRESS_EVERY = 250
CHANGED_SHOWN = 50
MOST_ATTEMPTS = 3
SILENT, ENQUEUED_AGAIN_AFTER = timedelta(minutes=3), timedelta(seconds=20)
"""Time without progress after which a running, or a queued, rehearsal is enqueued again."""

_rows = RehearsalRow.__table__


def is_silent(now: datetime) -> ColumnElement[bool]:
    """Return the SQL criterion for running rehearsals without progress for 3 minutes."""
    return (_rows.c.state == "running") & (_rows.c.touched_at < now - SILENT)


REHEARSALS = WorkQueue(
    RehearsalRow,
    JobName.REHEARSE,
    due=lambda now: (
        (is_silent(now) & (_rows.c.attempts < MOST_ATTEMPTS))
        | ((_rows.c.state == "queued") & (_rows.c.touched_at < now - ENQUEUED_AGAIN_AFTER))
    ),
    claimed=lambda now: {"state": "queued", "touched_at": now},
)


def what_if_from(sop: Sop, changes: Mapping[str, Any]) -> WhatIf:
    """Return the WhatIf of a rehearsal: the SOP with other allowances and actors.

    `changes` holds `steps` (value, unit, actor by step), `extended_days` and `skipped`, all optional. Raises ValueError
    when they form no valid SOP or skip a step that cannot be skipped.
    """
    rows = []
    for row in sop.steps:
        change = changes.get("steps", {}).get(row.step, {})
        value, actor = change.get("value"), change.get("actor", row.actor)
        allowance = Allowance(value, Unit(change["unit"])) if value is not None else row.allowance
        rows.append(replace(row, allowance=allowance, actor=actor))
    days = changes.get("extended_days")
    extended = Allowance(days, Unit.WORKING_DAYS) if days is not None else sop.extended_draft
    skipped = frozenset(changes.get("skipped", ()))
    return WhatIf(checked(replace(sop, steps=tuple(rows), extended_draft=extended)), skipped)


def ask_rehearsal(
    version: SopVersion, period: Period, changes: dict[str, Any], officer_id: int, now: datetime
) -> RehearsalRow:
    """Store a queued rehearsal, commit, and return its RehearsalRow, which a worker then computes.

    Raises ValueError when the changes cannot be rehearsed.
    """
    what_if_from(load_sop(version), changes)
    with one_transaction():
        row = RehearsalRow(
            sop_version_id=version.id,
            sop_number=version.number,
            asked_by_id=officer_id,
            asked_at=now,
            touched_at=now,
            begins=period.begins,
            ends=period.ends,
            what_if=changes,
        )
        db.session.add(row)
        db.session.flush()
        enqueue_after_commit(JobName.REHEARSE, row.id)
        return row


def run_rehearsal(rehearsal_id: int) -> str:
    """Compute one queued rehearsal, store its result and commit.

    Returns "ready", "failed" (it takes too long, or the SOP or the calendar does not allow it), "elsewhere" when it is
    no longer queued, or "stopped" when another worker has claimed it meanwhile.
    """
    claim = {"state": "running", "touched_at": utc_now(), "attempts": RehearsalRow.attempts + 1}
    queued = RehearsalRow.state == "queued"
    attempt = REHEARSALS.update_if(rehearsal_id, queued, returning=RehearsalRow.attempts, **claim)
    if attempt is None:
        return "elsewhere"
    values: dict[str, Any]
    try:
        result = _computed(db.session.get_one(RehearsalRow, rehearsal_id), attempt)
        values = {"state": "ready", "result": result, "done": result["cases"]["count"]}
    except JobTimeoutException:
        values = {"state": "failed", "error": "too_slow"}
    except (ValueError, LookupError):
        log.exception("rehearsal_failed", rehearsal=rehearsal_id)
        values = {"state": "failed", "error": "not_valid"}
    return str(values["state"]) if _update(rehearsal_id, attempt, **values) else "stopped"


def _computed(row: RehearsalRow, attempt: int) -> dict[str, Any]:
    version = db.session.get_one(SopVersion, row.sop_version_id)
    what_if, calendar = what_if_from(load_sop(version), row.what_if), load_working_calendar()
    period = Period(row.begins, row.ends)
    _update(row.id, attempt, total=count_cases(period), done=0)
    found = Rehearsal()
    for place, (complaint, openings) in enumerate(past_cases(period), 1):
        found.add(complaint, rehearse(openings, what_if, calendar), calendar)
        if place % PROGRESS_EVERY == 0:
            _update(row.id, attempt, done=place)
    return _as_data(found)


def _update(rehearsal_id: int, attempt: int, **values: Any) -> bool:
    """Update the rehearsal's row if it is still running in this attempt, and return whether it was.

    Commits on a separate connection, so that progress is visible while the reading transaction runs.
    """
    own = (_rows.c.id == rehearsal_id, _rows.c.state == "running", _rows.c.attempts == attempt)
    with db.engine.begin() as connection:
        return bool(connection.execute(update(_rows).where(*own).values(touched_at=utc_now(), **values)).rowcount)


def relay_rehearsals(now: datetime) -> int:
    """Fail rehearsals after their worker has died 3 times, then enqueue again those that still wait after 20 seconds or
    made no progress for 3 minutes.

    Commits, and returns how many were enqueued, at most 20.
    """
    with one_transaction():
        given_up = (is_silent(now), _rows.c.attempts >= MOST_ATTEMPTS)
        REHEARSALS.update_free(*given_up, state="failed", error="killed")
    return REHEARSALS.relay(now, 20)


def _as_data(found: Rehearsal) -> dict[str, Any]:
    cases = found.cases
    counted = {name: getattr(cases, name) for name in ("count", "late_then", "late_now", "saved", "lost")}
    changed = found.changed[:CHANGED_SHOWN]
    numbers = dict(
        db.session.execute(
            select(Complaint.id, Complaint.number).where(Complaint.id.in_([c[0] for c in changed]))
        ).all()
    )
    return {
        "cases": {**counted, "median_then": cases.medians[0], "median_now": cases.medians[1]},
        "whole": asdict(found.whole),
        "steps": {step: asdict(pair) for step, pair in found.steps.items()},
        "actors": {actor: asdict(pair) for actor, pair in found.actors.items()},
        "changed": [{"id": key, "number": numbers[key], "late_now": now} for key, _, now in changed],
    }


def find_rehearsal(rehearsal_id: int) -> RehearsalRow | None:
    """Return the RehearsalRow with the officer who asked for it loaded, or None when there is no such rehearsal."""
    return db.session.get(RehearsalRow, min(rehearsal_id, LARGEST_ID), options=[joinedload(RehearsalRow.asked_by)])


def newest_rehearsals(version: SopVersion, count: int) -> Sequence[RehearsalRow]:
    """Return a sequence of at most `count` RehearsalRow of the SOP version with the officers who asked for them, newest
    first.
    """
    statement = select(RehearsalRow).where(RehearsalRow.sop_version_id == version.id)
    statement = statement.options(joinedload(RehearsalRow.asked_by)).order_by(RehearsalRow.id.desc())
    return db.session.scalars(statement.limit(count)).all()


def find_sop_version(version_id: int) -> SopVersion | None:
    """Return the SopVersion row with its steps loaded, or None when there is no such version."""
    return db.session.get(SopVersion, min(version_id, LARGEST_ID), options=[selectinload(SopVersion.steps)])
