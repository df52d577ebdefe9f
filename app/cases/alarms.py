"""Alarms of a step: each level that has passed is recorded once and sent once, to the officer it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.casefile.facts import ended_pauses
from app.cases.change import note_events
from app.core.bulk_insert import ROWS, as_text, insertion
from app.core.extensions import db
from app.models import Complaint, StepAlarm, StepTask
from app.notices.notify import Notifier
from workflow_rules.process.actors import SYSTEM, Actor, Capacity
from workflow_rules.process.escalation import LIMIT, WARNING, Alarm, alarms_until
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.steps import Step
from workflow_rules.time.deadlines import next_alarm_at
from workflow_rules.time.working_calendar import WorkingCalendar

Due = tuple[Complaint, StepTask]
"""An open step with its case, whose row is locked by this transaction."""

KINDS = {WARNING: "step_near", LIMIT: "step_late"}


@dataclass(frozen=True)
class Passed:
    """A level of a step's alarms whose time has come."""

    complaint: Complaint
    task: StepTask
    alarm: Alarm


def raise_passed_limits(complaint: Complaint, tasks: Iterable[StepTask], notifier: Notifier) -> bool:
    """Record deadlines that passed before an action changes the case; return whether there was one.

    A step that is late when it is done is never taken for one in time, even if no sweep ran meanwhile.
    """
    late = [(complaint, task) for task in tasks if task.paused_at is None and task.due_at < notifier.at]
    raise_passed(late, notifier)
    return bool(late)


def raise_passed(running: Iterable[Due], notifier: Notifier) -> None:
    """Raise every alarm level that has passed; a unique row (step, level, deadline) allows each once."""
    passed = [Passed(*one, alarm) for one in running for alarm in _alarms_of(one[1], notifier)]
    won = _won(passed, notifier.at)
    raised = [one for one in passed if (one.task.id, one.alarm.level) in won]
    _record_breaches([one for one in raised if one.alarm.level == LIMIT], notifier.at)
    notifier.alarms(
        [(one.complaint, one.task, KINDS.get(one.alarm.level, "step_overdue"), one.alarm) for one in raised]
    )


def _alarms_of(task: StepTask, notifier: Notifier) -> Iterable[Alarm]:
    limits = (task.clock_from, task.due_at, notifier.at)
    return alarms_until(notifier.calendar, *limits, Actor(task.actor), ended_pauses(task))


def set_next_alarm(task: StepTask, calendar: WorkingCalendar, now: datetime) -> None:
    """Set the instant at which the sweep must look at the step again."""
    task.next_alarm_at = next_alarm_at(calendar, task.clock_from, task.due_at, now, ended_pauses(task))


def _won(passed: Iterable[Passed], now: datetime) -> set[tuple[int, int]]:
    rows = [
        {"task_id": one.task.id, "level": one.alarm.level, "due_at": one.task.due_at, "raised_at": now}
        for one in passed
    ]
    if not rows:
        return set()
    written = db.session.execute(_RIGHTS, {ROWS: as_text(rows)})
    return {(row.task_id, row.level) for row in written}


_ALARM = StepAlarm.__table__
_RIGHTS = (
    insertion(_ALARM, ("task_id", "level", "due_at", "raised_at"))
    .on_conflict_do_nothing()
    .returning(_ALARM.c.task_id, _ALARM.c.level)
)


def _record_breaches(passed: Iterable[Passed], now: datetime) -> None:
    breaches = [(one.complaint, _breach(one.task, now)) for one in passed]
    if breaches:
        note_events(breaches, SYSTEM, in_feed=True)


def _breach(task: StepTask, now: datetime) -> Event:
    data = {"due_at": task.due_at.isoformat()}
    return Event(SystemEvent.BREACHED, now, Capacity(Actor.SYSTEM), Step(task.step), task.agency_code, data)
