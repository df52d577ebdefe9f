"""Reports by plan: made for each named supervisor with that person's own rights, once a period, by e-mail."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from app.access.people import SUPERVISOR_ROLE, person_of
from app.core.after_commit import enqueue_after_commit
from app.core.clock import office_time
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.models import ReportJob, ReportRecipient, ReportSchedule, Role, User
from app.models.report import Rhythm
from app.reporting.exports.request import WantedReport, scope_of, wanted_of
from app.reporting.exports.schedule_dates import Span, span_due
from workflow_rules.process.actors import Person


@dataclass(frozen=True)
class Plan:
    """A schedule as a supervisor wishes it; days of the report come from the rhythm."""

    name: str
    wanted: WantedReport
    format: str
    rhythm: Rhythm
    hour: int
    recipients: frozenset[int]


def supervisors() -> dict[int, str]:
    """Names by key of the active accounts that may receive reports by plan."""
    statement = select(User).join(User.roles).where(Role.name == SUPERVISOR_ROLE, User.active.is_(True))
    return {user.id: user.get_full_name() for user in db.session.scalars(statement.order_by(User.id))}


class PlanChanged(Exception):
    """Somebody else has changed the plan since it was read."""


def save_schedule(by: Person, plan: Plan, now: datetime) -> ReportSchedule:
    """Keep a new plan; recipients who are no supervisors are refused with ValueError."""
    with one_transaction():
        if by.id is None:
            raise ValueError("a plan is made by somebody")
        schedule = ReportSchedule(made_by_id=by.id, created_at=now, rhythm="")
        _write(schedule, plan, now)
        db.session.add(schedule)
        db.session.flush()
        return schedule


def change_schedule(schedule_id: int, plan: Plan, seen: str, now: datetime) -> bool:
    """Let a plan be another one from its next period on; whether there is one.

    `seen` is the fingerprint of the plan that was on the screen: raises PlanChanged where it is another by now.
    """
    with one_transaction():
        schedule = db.session.get(ReportSchedule, schedule_id, with_for_update={"of": ReportSchedule})
        if schedule is None:
            return False
        if fingerprint(schedule) != seen:
            raise PlanChanged
        _write(schedule, plan, now)
        return True


def fingerprint(schedule: ReportSchedule) -> str:
    """Equal for equal plans."""
    plan = [schedule.name, schedule.wanted, schedule.format, schedule.rhythm, schedule.hour]
    plan.append(sorted(recipient.user_id for recipient in schedule.recipients))
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:16]


def _write(schedule: ReportSchedule, plan: Plan, now: datetime) -> None:
    if not plan.recipients <= supervisors().keys():
        raise ValueError("only supervisors receive reports by plan")
    if (schedule.rhythm, schedule.hour) != (plan.rhythm.value, plan.hour):
        # Otherwise a new rhythm would send at once for a period that was over before.
        schedule.created_at = now
    schedule.name, schedule.wanted, schedule.format = plan.name, plan.wanted.document(), plan.format
    schedule.rhythm, schedule.hour = plan.rhythm.value, plan.hour
    kept = {recipient.user_id: recipient for recipient in schedule.recipients}
    schedule.recipients = [kept.get(user) or ReportRecipient(user_id=user) for user in sorted(plan.recipients)]


def switch_schedule(schedule_id: int, active: bool) -> ReportSchedule | None:
    """Let a plan rest or run; None where there is none."""
    with one_transaction():
        schedule = db.session.get(ReportSchedule, schedule_id)
        if schedule is not None:
            schedule.active = active
        return schedule


def remove_schedule(schedule_id: int) -> str | None:
    """Take a plan away, and say its name; what it has made stays with those it was for."""
    with one_transaction():
        schedule = db.session.get(ReportSchedule, schedule_id)
        if schedule is None:
            return None
        db.session.delete(schedule)
        return schedule.name


def make_scheduled_reports(now: datetime) -> int:
    """Queue what is due, for every recipient once a period: the unique row decides between schedulers; how many."""
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
    return sum(_queue(schedule, user, span, now) for user in _recipients(schedule, set(db.session.scalars(done))))


def _recipients(schedule: ReportSchedule, done: Collection[int]) -> list[User]:
    """Those who have none for this period yet, as far as they still are supervisors."""
    users = [recipient.user for recipient in schedule.recipients if recipient.user_id not in done]
    return [user for user in users if user.is_active and any(role.name == SUPERVISOR_ROLE for role in user.roles)]


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
