"""Scheduled export reports: made once per period for each named supervisor, with that person's rights, and e-mailed."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from app.access import people
from app.access.office_roles import has_standing
from app.access.people import person_of
from app.core.after_commit import enqueue_after_commit
from app.core.clock import office_time
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.models import ReportJob, ReportRecipient, ReportSchedule, User
from app.models.report import Rhythm
from app.models.role import SUPERVISOR
from app.reporting.exports.request import WantedReport, scope_of, wanted_of
from workflow_rules.process.actors import Person

NOT_LATER_THAN = timedelta(days=2)
"""A report that could not be made within this time is skipped, since the next one is near."""


@dataclass(frozen=True)
class Plan:
    """A value object: a supervisor's input for a schedule of export reports; the days of each report follow from the
    rhythm.

    `hour` is in office time, `recipients` are user ids.
    """

    name: str
    wanted: WantedReport
    format: str
    rhythm: Rhythm
    hour: int
    recipients: frozenset[int]


def supervisors() -> dict[int, str]:
    """Return a dict from user id to full name of the active supervisors, who may receive scheduled export reports."""
    return people.names_of(people.supervisors())


class PlanChanged(Exception):
    """Raised when another user changed the schedule since it was displayed."""


class RecipientLeft(ValueError):
    """Raised when a recipient of a schedule is not, or no longer, an active supervisor."""


def save_schedule(by: Person, plan: Plan, now: datetime) -> ReportSchedule:
    """Store and commit a new schedule of export reports, and return its ReportSchedule row.

    Raises ValueError when `by` has no user account, RecipientLeft when a recipient is not an active supervisor.
    """
    with one_transaction():
        if by.id is None:
            raise ValueError("a plan is made by somebody")
        schedule = ReportSchedule(made_by_id=by.id, created_at=now, rhythm="")
        _write(schedule, plan, now)
        db.session.add(schedule)
        db.session.flush()
        return schedule


def change_schedule(schedule_id: int, plan: Plan, seen: str, now: datetime) -> bool:
    """Change a schedule from its next period on, commit, and return True; return False when there is no such schedule.

    `seen` is the fingerprint of the schedule as displayed. Raises PlanChanged when the schedule has changed since,
    RecipientLeft when a recipient is not an active supervisor.
    """
    with one_transaction():
        schedule = db.session.get(ReportSchedule, min(schedule_id, LARGEST_ID), with_for_update={"of": ReportSchedule})
        if schedule is None:
            return False
        if fingerprint(schedule) != seen:
            raise PlanChanged
        _write(schedule, plan, now)
        return True


def fingerprint(schedule: ReportSchedule) -> str:
    """Return a digest of the schedule's settings and recipients (16 hex digits); equal schedules have equal digests."""
    plan = [schedule.name, schedule.wanted, schedule.format, schedule.rhythm, schedule.hour]
    plan.append(sorted(recipient.user_id for recipient in schedule.recipients))
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:16]


def _write(schedule: ReportSchedule, plan: Plan, now: datetime) -> None:
    if not plan.recipients <= supervisors().keys():
        raise RecipientLeft("only supervisors receive reports by plan")
    if (schedule.rhythm, schedule.hour) != (plan.rhythm.value, plan.hour):
        # Otherwise a new rhythm would at once send a report for a period that ended before the change.
        schedule.created_at = now
    schedule.name, schedule.wanted, schedule.format = plan.name, plan.wanted.document(), plan.format
    schedule.rhythm, schedule.hour = plan.rhythm.value, plan.hour
    kept = {recipient.user_id: recipient for recipient in schedule.recipients}
    schedule.recipients = [kept.get(user) or ReportRecipient(user_id=user) for user in sorted(plan.recipients)]


def switch_schedule(schedule_id: int, active: bool) -> ReportSchedule | None:
    """Switch a schedule of export reports on or off, commit, and return its ReportSchedule row; None when there is no
    such schedule.
    """
    with one_transaction():
        schedule = db.session.get(ReportSchedule, min(schedule_id, LARGEST_ID))
        if schedule is not None:
            schedule.active = active
        return schedule


def remove_schedule(schedule_id: int) -> str | None:
    """Delete a schedule of export reports, commit, and return its name; None when there is no such schedule.

    Reports that it made stay with their recipients.
    """
    with one_transaction():
        schedule = db.session.get(ReportSchedule, min(schedule_id, LARGEST_ID))
        if schedule is None:
            return None
        db.session.delete(schedule)
        return schedule.name


@dataclass(frozen=True)
class Span:
    """A value object: a span of office dates, both inclusive; the first date identifies it among the spans of a
    schedule.
    """

    first: date
    last: date


def span_due(rhythm: Rhythm, hour: int, since: datetime, now: datetime) -> Span | None:
    """Return the Span of days about which a scheduled report is due at `now`, None when none is due.

    `now` and `since`, the creation of the schedule, are aware datetimes in office time. None is due when the hour of
    sending is still ahead, more than two days past, or before `since`.
    """
    day = now.date()
    if rhythm is Rhythm.WEEKLY:
        day -= timedelta(days=now.weekday())
    elif rhythm is Rhythm.MONTHLY:
        day = day.replace(day=1)
    at = now.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=0, second=0, microsecond=0)
    if not at <= now <= at + NOT_LATER_THAN or at < since:
        return None
    last = day - timedelta(days=1)
    firsts = {Rhythm.DAILY: last, Rhythm.WEEKLY: day - timedelta(days=7), Rhythm.MONTHLY: last.replace(day=1)}
    return Span(firsts[rhythm], last)


def make_scheduled_reports(now: datetime) -> int:
    """Queue every due scheduled report, once per schedule, recipient and period; commit, and return how many were
    queued.

    A unique index on the jobs decides between concurrent schedulers. `now` is an aware UTC datetime.
    """
    with one_transaction():
        active = select(ReportSchedule).where(ReportSchedule.active.is_(True)).order_by(ReportSchedule.id)
        options = selectinload(ReportSchedule.recipients).joinedload(ReportRecipient.user)
        return sum(_make(schedule, now) for schedule in db.session.scalars(active.options(options)))


def _make(schedule: ReportSchedule, now: datetime) -> int:
    since, local = office_time(schedule.created_at), office_time(now)
    span = span_due(Rhythm(schedule.rhythm), schedule.hour, since, local)
    if span is None:
        return 0
    done = select(ReportJob.user_id).where(ReportJob.schedule_id == schedule.id, ReportJob.period_on == span.first)
    served = set(db.session.scalars(done))
    users = [recipient.user for recipient in schedule.recipients if recipient.user_id not in served]
    return sum(_queue(schedule, user, span, now) for user in users if user.is_active and has_standing(user, SUPERVISOR))


def _queue(schedule: ReportSchedule, user: User, span: Span, now: datetime) -> int:
    wanted = replace(wanted_of(schedule.wanted), since=span.first, until=span.last)
    row = {"schedule_id": schedule.id, "user_id": user.id, "period_on": span.first, "format": schedule.format}
    row |= {"wanted": wanted.document(), "scope": scope_of(person_of(user, now)), "asked_at": now, "handed_at": now}
    row |= {"state": "queued", "attempts": 0, "percent": 0, "rows": 0}
    table = ReportJob.__table__
    ids = db.session.scalars(insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)).all()
    for job_id in ids:
        enqueue_after_commit(JobName.RUN_REPORT, job_id)
    return len(ids)
