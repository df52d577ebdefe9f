"""Requests for export reports: queueing, repeating and cancelling, as rows in the database.

Redis only receives the job id.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, text

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.models import ReportJob
from app.reporting.exports.request import WantedReport, scope_of, wanted_of
from workflow_rules.process.actors import Person

MOST_OPEN = 3
"""Most unfinished reports that one user may have, so that one user does not fill the queue."""

OPEN = ("queued", "running")


class AskFault(StrEnum):
    """An enum of the reasons why an export report was not queued; `AskRefused.fault` holds one of them."""

    TOO_MANY_JOBS = "too_many_jobs"


class AskRefused(Exception):
    """Raised when an export report is not queued; `fault` says why."""

    def __init__(self, fault: AskFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def ask_report(by: Person, wanted: WantedReport, file_format: str, now: datetime) -> ReportJob:
    """Store a queued export report of the user and return its ReportJob row; a worker starts it after the commit.

    Raises AskRefused(too_many_jobs) when the user has 3 unfinished reports, ValueError when `by` has no user account.
    `now` is an aware UTC datetime.
    """
    if by.id is None:
        raise ValueError("a report belongs to an account")
    with one_transaction():
        db.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(text(f"'report:{int(by.id)}'"), 12)))
        )
        busy = select(func.count()).where(ReportJob.user_id == by.id, ReportJob.state.in_(OPEN))
        if db.session.scalars(busy.where(ReportJob.schedule_id.is_(None))).one() >= MOST_OPEN:
            raise AskRefused(AskFault.TOO_MANY_JOBS)
        job = ReportJob(user_id=by.id, wanted=wanted.document(), format=file_format, scope=scope_of(by))
        job.asked_at = job.handed_at = now
        db.session.add(job)
        db.session.flush()
        enqueue_after_commit(JobName.RUN_REPORT, job.id)
        return job


def ask_again(by: Person, job_id: int, language: str, now: datetime) -> ReportJob | None:
    """Queue an earlier export report of the user again, with the user's present rights, and return the new ReportJob
    row.

    Its texts are in `language`. Returns None when the user has no such report. Raises AskRefused(too_many_jobs) when
    the user has 3 unfinished reports.
    """
    with one_transaction():
        before = own_job(by, job_id)
        if before is None:
            return None
        return ask_report(by, replace(wanted_of(before.wanted), language=language), before.format, now)


def cancel_report(by: Person, job_id: int, now: datetime) -> bool | None:
    """Cancel and commit an unfinished export report of the user; its worker stops after the current batch.

    Returns True when cancelled, False when it had already ended, None when the user has no such report.
    """
    with one_transaction():
        job = own_job(by, job_id, lock=True)
        if job is None:
            return None
        if job.state not in OPEN:
            return False
        job.state, job.ended_at = "cancelled", now
        return True


def own_job(by: Person, job_id: int, lock: bool = False) -> ReportJob | None:
    """Return the ReportJob row of the export report with this id if it belongs to the user, else None.

    `lock` locks the row for update.
    """
    statement = select(ReportJob).where(ReportJob.id == min(job_id, LARGEST_ID), ReportJob.user_id == by.id)
    statement = statement.execution_options(populate_existing=True)
    return db.session.scalars(statement.with_for_update() if lock else statement).first()
