"""The reports of one officer, newest first, and the plans with how their last one went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.core.extensions import db
from app.models import Delivery, ReportJob, ReportRecipient, ReportSchedule
from app.reporting.exports.request import wanted_of
from app.reporting.exports.titles import filters_in_words, title_of

SHOWN = 10


@dataclass(frozen=True)
class JobLine:
    """One report as its officer sees it; `left` is a rough guess, None while nothing can be said."""

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
    """What an officer asked for last."""
    statement = select(ReportJob).where(ReportJob.user_id == user_id).order_by(ReportJob.id.desc()).limit(SHOWN)
    return [_line(job, now) for job in db.session.scalars(statement)]


def _line(job: ReportJob, now: datetime) -> JobLine:
    wanted = wanted_of(job.wanted)
    return JobLine(
        id=job.id,
        state=job.state,
        format=job.format,
        title=title_of(wanted),
        filters=filters_in_words(wanted),
        percent=job.percent,
        rows=job.rows,
        size=job.size,
        error=job.error,
        asked_at=job.asked_at,
        ended_at=job.ended_at,
        expires_at=job.expires_at,
        left=time_left(job, now),
    )


def time_left(job: ReportJob, now: datetime) -> timedelta | None:
    """As long as the rest takes at the speed so far."""
    if job.state != "running" or not job.percent or job.began_at is None:
        return None
    return (now - job.began_at) * ((100 - job.percent) / job.percent)


@dataclass(frozen=True)
class ScheduleLine:
    """A plan, whom it goes to, and what became of the newest one for each of them."""

    schedule: ReportSchedule
    names: tuple[str, ...]
    period_on: str | None
    fates: tuple[tuple[str, str], ...]


def find_schedule(schedule_id: int) -> ReportSchedule | None:
    return db.session.get(ReportSchedule, schedule_id)


def all_schedules() -> list[ScheduleLine]:
    """Every plan, the oldest first."""
    options = selectinload(ReportSchedule.recipients).joinedload(ReportRecipient.user)
    schedules = db.session.scalars(select(ReportSchedule).order_by(ReportSchedule.id).options(options)).all()
    newest = _newest_of([schedule.id for schedule in schedules])
    return [_schedule_line(schedule, newest.get(schedule.id, ())) for schedule in schedules]


def _newest_of(schedules: Sequence[int]) -> dict[int | None, list[tuple[ReportJob, Delivery | None]]]:
    """Jobs of the newest period of each plan, with the messages that carry their files."""
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


def _schedule_line(schedule: ReportSchedule, newest: Sequence[tuple[ReportJob, Delivery | None]]) -> ScheduleLine:
    names = tuple(recipient.user.get_full_name() for recipient in schedule.recipients)
    title = title_of(wanted_of(newest[0][0].wanted)) if newest else None
    return ScheduleLine(schedule, names, title, tuple((job.user.get_full_name(), _fate(job, m)) for job, m in newest))


def _fate(job: ReportJob, message: Delivery | None) -> str:
    """How far it is: the file first, then its message (`mail_queued`, `mail_sent`, `mail_failed`, `mail_skipped`)."""
    if job.state not in ("done", "expired") or message is None:
        return job.state
    return f"mail_{message.state}"
