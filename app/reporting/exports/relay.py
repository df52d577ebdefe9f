"""Relay job of reports: enqueues lost ones again, fails dead ones, and removes expired files."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.storage import remove_file
from app.core.transaction import one_transaction
from app.models import ReportJob
from app.reporting.exports.notify_requester import tell_of_report
from app.reporting.exports.run import MOST_ATTEMPTS, SILENT

HANDED_AGAIN = timedelta(seconds=60)
"""A waiting job is enqueued again after this time; the claim makes the duplicate a no-op."""


def relay_reports(now: datetime, batch: int = 100) -> int:
    """Enqueue waiting and silent reports again, after failing those that were attempted too often.

    Returns how many were enqueued, at most `batch`. `now` is an aware UTC datetime.
    """
    _give_up(now)
    with one_transaction():
        silent = (ReportJob.state == "running") & (ReportJob.alive_at < now - SILENT)
        waiting = (ReportJob.state == "queued") & (ReportJob.handed_at < now - HANDED_AGAIN)
        due = select(ReportJob.id).where(waiting | silent).order_by(ReportJob.id).limit(batch)
        ids = due.with_for_update(skip_locked=True).scalar_subquery()
        statement = update(ReportJob).where(ReportJob.id.in_(ids)).values(state="queued", handed_at=now)
        statement = statement.returning(ReportJob.id).execution_options(synchronize_session=False)
        found = sorted(db.session.scalars(statement))
        for job_id in found:
            enqueue_after_commit(JobName.RUN_REPORT, job_id)
        return len(found)


def _give_up(now: datetime) -> None:
    with one_transaction():
        silent = (ReportJob.state == "running") & (ReportJob.alive_at < now - SILENT)
        statement = update(ReportJob).where(silent, ReportJob.attempts >= MOST_ATTEMPTS)
        statement = statement.values(state="failed", error="killed", ended_at=now).returning(ReportJob.id)
        for job_id in db.session.scalars(statement.execution_options(synchronize_session=False)).all():
            tell_of_report(job_id, now)


def expire_reports(now: datetime, batch: int = 100) -> int:
    """Remove the files of one batch of expired reports, and files left by cancelled or failed ones.

    Returns how many reports were handled.
    """
    with one_transaction():
        over = (ReportJob.state == "done") & (ReportJob.expires_at <= now)
        left = ReportJob.state.in_(("cancelled", "failed")) & ReportJob.path.is_not(None)
        left &= ReportJob.ended_at < now - SILENT
        statement = select(ReportJob).where(over | left).order_by(ReportJob.id).limit(batch)
        jobs = list(db.session.scalars(statement.with_for_update(skip_locked=True)))
        for job in jobs:
            _take_away(job)
        return len(jobs)


def _take_away(job: ReportJob) -> None:
    if job.path is not None:
        remove_file(job.path)
    job.state, job.path = "expired" if job.state == "done" else job.state, None
