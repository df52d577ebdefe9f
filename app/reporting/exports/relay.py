"""Relay job of export reports: enqueues lost ones again, fails dead ones, and deletes expired files."""

from datetime import datetime

from sqlalchemy import select, update

from app.core.extensions import db
from app.core.storage import remove_file
from app.core.transaction import one_transaction
from app.models import ReportJob
from app.reporting.exports.notify_requester import notify_of_report
from app.reporting.exports.run import MOST_ATTEMPTS, REPORTS, SILENT, is_silent


def relay_reports(now: datetime, batch: int = 100) -> int:
    """Fail export reports after their worker has died 3 times, then enqueue waiting and silent ones again.

    Commits, and returns how many were enqueued, at most `batch`. `now` is an aware UTC datetime.
    """
    with one_transaction():
        statement = update(ReportJob).where(is_silent(now), ReportJob.attempts >= MOST_ATTEMPTS)
        statement = statement.values(state="failed", error="killed", ended_at=now).returning(ReportJob.id)
        for job_id in db.session.scalars(statement.execution_options(synchronize_session=False)).all():
            notify_of_report(job_id, now)
    return REPORTS.relay(now, batch)


def expire_reports(now: datetime, batch: int = 100) -> int:
    """Delete the files of expired export reports, and files left by cancelled or failed ones.

    Commits one batch, and returns how many reports were handled.
    """
    with one_transaction():
        over = (ReportJob.state == "done") & (ReportJob.expires_at <= now)
        left = ReportJob.state.in_(("cancelled", "failed")) & ReportJob.path.is_not(None)
        left &= ReportJob.ended_at < now - SILENT
        statement = select(ReportJob).where(over | left).order_by(ReportJob.id).limit(batch)
        jobs = list(db.session.scalars(statement.with_for_update(skip_locked=True)))
        for job in jobs:
            if job.path is not None:
                remove_file(job.path)
            job.state, job.path = "expired" if job.state == "done" else job.state, None
        return len(jobs)
