"""One step's alarms: each level that has passed is recorded once and told once, to the officer it concerns."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import Complaint, StepAlarm, StepTask
from app.operations.note_change import note_change
from app.operations.notify import Notifier
from app.operations.record_history import record_history
from workflow_rules.actors import SYSTEM, Actor, Capacity
from workflow_rules.alarms import LIMIT, WARNING, Alarm, alarms_until
from workflow_rules.deadlines import next_alarm_at
from workflow_rules.events import Event, SystemEvent
from workflow_rules.steps import Step
from workflow_rules.working_calendar import Pauses, WorkingCalendar

KINDS = {WARNING: "step_near", LIMIT: "step_late"}


def raise_passed_limits(complaint: Complaint, tasks: Iterable[StepTask], notifier: Notifier) -> bool:
    """Before an act changes a case: what has passed meanwhile is on record first, whether or not a sweep ran in time.

    So a step that is late when it is done is never taken for one that was in time. Says whether any was late.
    """
    late = [task for task in tasks if task.paused_at is None and task.due_at < notifier.at]
    for task in late:
        raise_passed(complaint, task, notifier)
    return bool(late)


def raise_passed(complaint: Complaint, task: StepTask, notifier: Notifier) -> None:
    """Raise every level of a running step that has come by now; the unique row (step, level) is the right to."""
    limits = (task.clock_from, task.due_at, notifier.at)
    for alarm in alarms_until(notifier.calendar, *limits, Actor(task.actor), _pauses(task)):
        if _won(task, alarm, notifier.at):
            _raise(complaint, task, alarm, notifier)


def set_next_alarm(task: StepTask, calendar: WorkingCalendar, now: datetime) -> None:
    """When the sweep is to look at the step again."""
    task.next_alarm_at = next_alarm_at(calendar, task.clock_from, task.due_at, now, _pauses(task))


def _pauses(task: StepTask) -> Pauses:
    return [(p.began_at, p.ended_at) for p in task.pauses if p.ended_at is not None]


def _won(task: StepTask, alarm: Alarm, now: datetime) -> bool:
    table = StepAlarm.__table__
    row = {"task_id": task.id, "level": alarm.level, "due_at": task.due_at, "raised_at": now}
    statement = insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return db.session.execute(statement).first() is not None


def _raise(complaint: Complaint, task: StepTask, alarm: Alarm, notifier: Notifier) -> None:
    if alarm.level == LIMIT:
        data = {"due_at": task.due_at.isoformat()}
        step, by = Step(task.step), Capacity(Actor.SYSTEM)
        event = Event(SystemEvent.BREACHED, notifier.at, by, step, task.agency_code, data)
        note_change(complaint, record_history(complaint, event, SYSTEM, None))
        db.session.flush()
    notifier.alarm(complaint, task, KINDS.get(alarm.level, "step_overdue"), alarm)
