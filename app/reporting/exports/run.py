"""Makes an export report in the background with the rights of the officer who requested it.

A claim counts the attempt and a heartbeat shows that its worker lives, so that no report is lost or made twice at once;
a worker presumed dead can no longer write to its job. Between batches of rows the worker can stop.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask_babel import force_locale
from rq.timeouts import JobTimeoutException
from sqlalchemy import ColumnElement

from app.access.people import person_of
from app.access.session_filter import as_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.resource_limits import DrawingRefused
from app.core.storage import keep_file, new_path, remove_file
from app.core.transaction import one_transaction
from app.core.work_queue import WorkQueue
from app.fields.filters import OF_FIELD, can_still_filter
from app.fields.values import audience_of
from app.models import ReportJob
from app.reporting.exports.columns import COLUMNS, READ_AT_ONCE, field_columns, reading
from app.reporting.exports.file_formats import LIMITS, WRITERS, columns_in, draft_of
from app.reporting.exports.heartbeat import Heartbeat
from app.reporting.exports.notify_requester import notify_of_report
from app.reporting.exports.request import WantedReport, scope_of, wanted_of
from app.reporting.exports.texts import facts_of_report, shapes_of
from workflow_rules.process.actors import Person

log = structlog.get_logger()

RETENTION = timedelta(days=7)
"""How long a file can be downloaded; later it must be asked for again."""

SILENT = timedelta(seconds=90)
"""A worker without a heartbeat for this long is presumed dead."""

ENQUEUED_AGAIN_AFTER = timedelta(seconds=60)
"""A waiting job is enqueued again after this time; the claim makes the duplicate a no-op."""

MOST_ATTEMPTS = 3
Clock = Callable[[], datetime]


def is_silent(now: datetime) -> ColumnElement[bool]:
    """Return the SQL criterion for running export reports whose worker sent no heartbeat for 90 seconds."""
    return (ReportJob.state == "running") & (ReportJob.alive_at < now - SILENT)


REPORTS = WorkQueue(
    ReportJob,
    JobName.RUN_REPORT,
    due=lambda now: (ReportJob.state == "queued") & (ReportJob.handed_at < now - ENQUEUED_AGAIN_AFTER) | is_silent(now),
    claimed=lambda now: {"state": "queued", "handed_at": now},
)


class Stopped(Exception):
    """Raised when the export report was cancelled or claimed by another worker; nothing more may be written."""


class ReportRefused(Exception):
    """Raised when an export report cannot be made or sent; its text is a key of REPORT_ERRORS."""


def run_report(job_id: int, clock: Clock = utc_now) -> str:
    """Make the file of one export report, commit, and return "done", "failed" or "stopped"; "elsewhere" if it is not
    free.

    A queued report or one with a silent worker is free, at most 3 times. Every error while making the file is recorded
    in the job and not raised.
    """
    now, queued = clock(), ReportJob.state == "queued"
    free = (queued | is_silent(now), ReportJob.attempts < MOST_ATTEMPTS)
    values = {"state": "running", "attempts": ReportJob.attempts + 1, "alive_at": now, "began_at": now}
    values |= {"rows": 0, "percent": 0, "total": None}
    attempt = REPORTS.update_if(job_id, *free, returning=ReportJob.attempts, **values)
    if attempt is None:
        return "elsewhere"
    try:
        return _make(job_id, attempt, clock)
    except Stopped:
        return "stopped"
    except ReportRefused as refused:
        return _fail(job_id, attempt, str(refused), clock())
    except DrawingRefused as refused:
        return _fail(job_id, attempt, "fault" if refused.reason == "ended" else "too_heavy", clock())
    except JobTimeoutException:
        return _fail(job_id, attempt, "too_slow", clock())
    except Exception:
        log.exception("report_failed", report=job_id)
        return _fail(job_id, attempt, "fault", clock())


def _make(job_id: int, attempt: int, clock: Clock) -> str:
    with one_transaction():
        job = db.session.get_one(ReportJob, job_id)
        db.session.refresh(job)
        if job.path is not None:  # An earlier attempt left it.
            remove_file(job.path)
            job.path = None
        person, wanted = asking_person(job, clock()), wanted_of(job.wanted)
        job.path = new_path("reports", job.format)
        file_format, path = job.format, job.path
    with (
        draft_of(job_id, file_format) as draft,
        force_locale(wanted.language),
        Heartbeat(lambda: update_own(job_id, attempt, alive_at=clock())) as heartbeat,
    ):
        progress = _Progress(job_id, attempt, clock, heartbeat.lost.is_set)
        rows = _write(draft, file_format, person, wanted, progress)
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        values = {"state": "done", "percent": 100, "rows": rows, "file_hash": digest, "size": draft.stat().st_size}
        keep_file(draft, path)
    now = clock()
    with one_transaction():
        if update_own(job_id, attempt, ended_at=now, expires_at=now + RETENTION, error=None, **values):
            notify_of_report(job_id, now)
            return "done"
    remove_file(path)
    raise Stopped


def asking_person(job: ReportJob, now: datetime) -> Person:
    """Return the officer who requested the export report as Person, with present rights.

    Raises ReportRefused(not_allowed) for a closed user account or one that may see no case, ReportRefused(moved) when
    it may see other cases than at the request.
    """
    person = person_of(job.user, now)
    if not job.user.is_active or scope_of(person) == "none":
        raise ReportRefused("not_allowed")
    if scope_of(person) != job.scope:
        raise ReportRefused("moved")
    return person


class _Progress:
    """An object that stores the progress of an export report after each batch and checks whether to continue."""

    def __init__(self, job_id: int, attempt: int, clock: Clock, is_lost: Callable[[], bool]) -> None:
        self._job_id, self._attempt, self.clock, self.is_lost = job_id, attempt, clock, is_lost

    def note(self, rows: int, total: int) -> None:
        """Store and commit the progress of the export report.

        Raises Stopped when the report was cancelled or claimed by another worker.
        """
        values = {"rows": rows, "total": total, "percent": min(99, 100 * rows // max(total, 1))}
        if not update_own(self._job_id, self._attempt, **values, alive_at=self.clock()):
            raise Stopped


def update_own(job_id: int, attempt: int, **values: Any) -> bool:
    """Update the job if it is still running in this attempt, and return whether it was.

    `attempt` is the number that the job got when its worker claimed it. Outside a transaction the update is committed.
    """
    own = (ReportJob.state == "running", ReportJob.attempts == attempt)
    return REPORTS.update_if(job_id, *own, **values) is not None


def _write(draft: Path, file_format: str, person: Person, wanted: WantedReport, progress: _Progress) -> int:
    own = field_columns(audience_of(person))
    if any(not can_still_filter(own.get(f"{OF_FIELD}{code}"), text) for code, text in wanted.fields.items()):
        raise ReportRefused("field_gone")
    allowed = [name for name in wanted.columns if name in COLUMNS or name in own]
    now, columns = progress.clock(), columns_in(file_format, allowed)
    with as_person(person), reading(person, wanted.filter(), columns, now) as (total, rows):
        if total > LIMITS[file_format]:
            raise ReportRefused(f"too_many_{file_format}")
        progress.note(0, total)
        facts = facts_of_report(wanted, columns, person.name, total, now)
        file = WRITERS[file_format](draft, facts, progress.is_lost)
        try:
            shapes, count = shapes_of(columns), 0
            for count, row in enumerate(rows, 1):
                file.write([shape(value) for shape, value in zip(shapes, row, strict=True)])
                if count % READ_AT_ONCE == 0:
                    progress.note(count, total)
            progress.note(count, total)
        except BaseException:
            file.drop()
            raise
        file.close()
        return count


def _fail(job_id: int, attempt: int, reason: str, now: datetime) -> str:
    db.session.rollback()
    with one_transaction():
        if not update_own(job_id, attempt, state="failed", error=reason, ended_at=now):
            return "stopped"
        notify_of_report(job_id, now)
    return "failed"
