"""Notifies the officer who requested an export report of its end: by a notice, or by e-mail for a scheduled one."""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Delivery, Notice, ReportJob
from app.notices.outbox import CLAIM_SECONDS


def notify_of_report(job_id: int, now: datetime) -> None:
    """Write the notice of an ended export report, or the e-mail of a scheduled one that is done, sent after the commit.
    Call it in the transaction that ends the report; unique rows make a repeat a no-op.
    """
    job = db.session.get_one(ReportJob, job_id)
    db.session.refresh(job)
    if job.schedule_id is None or job.state != "done":
        kind = "report_ready" if job.state == "done" else "report_failed"
        row = {"report_job_id": job.id, "user_id": job.user_id, "kind": kind, "level": 0, "created_at": now}
        db.session.execute(insert(Notice.__table__).values(row).on_conflict_do_nothing())
        return
    # The recipient's notice preferences do not matter for a scheduled report.
    row = {"report_job_id": job.id, "user_id": job.user_id, "channel": "email", "state": "queued", "attempts": 0}
    row |= {"created_at": now, "next_try_at": now + timedelta(seconds=CLAIM_SECONDS)}
    table = Delivery.__table__
    statement = insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    for message in db.session.scalars(statement):
        enqueue_after_commit(JobName.DELIVER, message)
