"""A report is asked for, cancelled, asked for again: rows in the database; Redis only hears of them."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, text

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.models import ReportJob
from app.reporting.exports.request import WantedReport, scope_of, wanted_of
from workflow_rules.process.actors import Person

MOST_OPEN = 3
"""Reports one person may have in the works; a fourth would only keep everybody else's waiting."""

OPEN = ("queued", "running")


class AskFault(StrEnum):
    """Why a report was not taken on."""

    TOO_MANY_JOBS = "too_many_jobs"


class AskRefused(Exception):
    """A report that was not taken on."""

    def __init__(self, fault: AskFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def ask_report(by: Person, wanted: WantedReport, file_format: str, now: datetime) -> ReportJob:
    """Queue a report for the person asking; raises AskRefused where too many are in the works already."""
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
    """Queue the same report anew, with today's rights; None where there is no such report of this person."""
    with one_transaction():
        before = own_job(by, job_id)
        if before is None:
            return None
        return ask_report(by, replace(wanted_of(before.wanted), language=language), before.format, now)


def cancel_report(by: Person, job_id: int, now: datetime) -> bool | None:
    """Stop a report that is not finished: its worker sees it after the batch at hand. False where it had ended already,
    None where there is no such report of this person.
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
    """A report of this person and of nobody else."""
    statement = select(ReportJob).where(ReportJob.id == job_id, ReportJob.user_id == by.id)
    statement = statement.execution_options(populate_existing=True)
    return db.session.scalars(statement.with_for_update() if lock else statement).first()
