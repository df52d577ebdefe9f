"""Reads for the pages of export reports: an officer's jobs, and the schedules with their latest results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.models import Delivery, ReportJob, ReportRecipient, ReportSchedule
from app.reporting.exports.request import wanted_of
from app.reporting.exports.titles import filters_text, title_of

SHOWN = 10


@dataclass(frozen=True)
class JobLine:
    """A value object: an export report job as shown to the officer who requested it; `size` is in bytes.

    `left` is the time that the job still needs at its speed so far, None when that cannot be estimated.
    """

    id: int
    state: str
    format: str
    title: str
    filters: str
    percent: int
    rows: int
    size: int | None
    error: str | None
    asked_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    left: timedelta | None

    @property
    def open(self) -> bool:
        return self.state in ("queued", "running")


def newest_jobs(user_id: int, now: datetime) -> list[JobLine]:
    """Return a list of JobLine with the ten newest export report jobs of an officer, newest first."""
    statement = select(ReportJob).where(ReportJob.user_id == user_id).order_by(ReportJob.id.desc()).limit(SHOWN)
    lines = []
    for job in db.session.scalars(statement):
        wanted, left = wanted_of(job.wanted), None
        if job.state == "running" and job.percent and job.began_at is not None:
            left = (now - job.began_at) * ((100 - job.percent) / job.percent)
        line = JobLine(
            id=job.id,
            state=job.state,
            format=job.format,
            title=title_of(wanted),
            filters=filters_text(wanted),
            percent=job.percent,
            rows=job.rows,
            size=job.size,
            error=job.error,
            asked_at=job.asked_at,
            ended_at=job.ended_at,
            expires_at=job.expires_at,
            left=left,
        )
        lines.append(line)
    return lines


@dataclass(frozen=True)
class ScheduleLine:
    """A value object: a schedule of export reports with its recipients' names and how the newest report of each fared.

    `fates` are (recipient's name, state) pairs. `period_on` is the title of the newest report, None when there is none
    yet.
    """

    schedule: ReportSchedule
    names: tuple[str, ...]
    period_on: str | None
    fates: tuple[tuple[str, str], ...]


def find_schedule(schedule_id: int) -> ReportSchedule | None:
    return db.session.get(ReportSchedule, min(schedule_id, LARGEST_ID))


def all_schedules() -> list[ScheduleLine]:
    """Return a list of ScheduleLine for every schedule of export reports, oldest first, with recipients and the state
    of their newest reports.
    """
    options = selectinload(ReportSchedule.recipients).joinedload(ReportRecipient.user)
    schedules = db.session.scalars(select(ReportSchedule).order_by(ReportSchedule.id).options(options)).all()
    newest = _newest_of([schedule.id for schedule in schedules])
    lines = []
    for schedule in schedules:
        jobs = newest.get(schedule.id, [])
        recipients = tuple(recipient.user.get_full_name() for recipient in schedule.recipients)
        title = title_of(wanted_of(jobs[0][0].wanted)) if jobs else None
        states = tuple((job.user.get_full_name(), _state(job, message)) for job, message in jobs)
        lines.append(ScheduleLine(schedule, recipients, title, states))
    return lines


def _newest_of(schedules: Sequence[int]) -> dict[int | None, list[tuple[ReportJob, Delivery | None]]]:
    """Return a dict from schedule id to a list of (ReportJob, Delivery) with the jobs of each schedule's newest period.

    The Delivery is the message with which the job's file is sent, None when there is none.
    """
    newest = select(ReportJob.schedule_id, func.max(ReportJob.period_on).label("day")).group_by(ReportJob.schedule_id)
    last = newest.subquery()
    same = (ReportJob.schedule_id == last.c.schedule_id) & (ReportJob.period_on == last.c.day)
    statement = (
        select(ReportJob, Delivery)
        .join(last, same)
        .outerjoin(Delivery, Delivery.report_job_id == ReportJob.id)
        .where(ReportJob.schedule_id.in_(schedules))
        .options(joinedload(ReportJob.user))
        .order_by(ReportJob.user_id)
    )
    found: dict[int | None, list[tuple[ReportJob, Delivery | None]]] = {}
    for job, message in db.session.execute(statement):
        found.setdefault(job.schedule_id, []).append((job, message))
    return found


def _state(job: ReportJob, message: Delivery | None) -> str:
    """Return the state of a report job as text (`queued`, `running`, `done`, …), or, once it is done and mailed, that
    of the message with its file: `mail_queued`, `mail_sent`, …
    """
    if job.state not in ("done", "expired") or message is None:
        return job.state
    return f"mail_{message.state}"
