"""Alarms of a step: each level that has passed is recorded once and sent once, to the officer it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.casefile.event_history import sops_by_version
from app.casefile.facts import ended_pauses
from app.cases.append_event import note_events
from app.core.bulk_insert import ROWS, as_text, insertion
from app.core.extensions import db
from app.models import Complaint, StepAlarm, StepTask
from app.notices.notify import Notifier
from workflow_rules.process.actors import BY_SYSTEM, SYSTEM, Capacity
from workflow_rules.process.escalation import LIMIT, WARNING, Alarm, alarms_until
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.time.deadlines import next_alarm_at
from workflow_rules.time.working_calendar import WorkingCalendar

Due = tuple[Complaint, StepTask]
"""An open step with its case, whose row is locked by this transaction."""

KINDS = {WARNING: "step_near", LIMIT: "step_late"}

_ALARM = StepAlarm.__table__
_RIGHTS = (
    insertion(_ALARM, ("task_id", "level", "due_at", "raised_at"))
    .on_conflict_do_nothing()
    .returning(_ALARM.c.task_id, _ALARM.c.level)
)


@dataclass(frozen=True)
class Passed:
    """A value object: an alarm of a step that is due now (`alarm`), with the rows of the step and of its case."""

    complaint: Complaint
    task: StepTask
    alarm: Alarm


def raise_passed_limits(complaint: Complaint, tasks: Iterable[StepTask], notifier: Notifier) -> bool:
    """Record and send the due alarms of those running steps that are past their deadline at `notifier.at`, and return
    whether there was such a step.

    Called before an action changes the case, so that a step that is done late is recorded as late even if no sweep ran.
    """
    late = [(complaint, task) for task in tasks if task.paused_at is None and task.due_at < notifier.at]
    raise_passed(late, notifier)
    return bool(late)


def raise_passed(running: Iterable[Due], notifier: Notifier) -> None:
    """Store a StepAlarm row and write the notices for every alarm that is due for the given steps; for a passed
    deadline also append a `breached` event. Does not commit.

    The unique key (step, level, deadline) allows each alarm once. The caller must have locked the cases.
    """
    running = list(running)
    sops, passed = sops_by_version() if running else {}, []
    for complaint, task in running:
        limits, pauses = (task.clock_from, task.due_at, notifier.at), ended_pauses(task)
        alarms = alarms_until(notifier.calendar, *limits, task.actor, sops[complaint.sop_version_id], pauses)
        passed += [Passed(complaint, task, alarm) for alarm in alarms]
    rows = [
        {"task_id": one.task.id, "level": one.alarm.level, "due_at": one.task.due_at, "raised_at": notifier.at}
        for one in passed
    ]
    written = db.session.execute(_RIGHTS, {ROWS: as_text(rows)}).all() if rows else []
    won = {(row.task_id, row.level) for row in written}
    raised = [one for one in passed if (one.task.id, one.alarm.level) in won]
    breaches = []
    for one in raised:
        if one.alarm.level == LIMIT:
            step, data = one.task.step, {"due_at": one.task.due_at.isoformat()}
            by, agency = Capacity(BY_SYSTEM), one.task.agency_code
            breaches.append((one.complaint, Event(SystemEvent.BREACHED, notifier.at, by, step, agency, data)))
    if breaches:
        note_events(breaches, SYSTEM, in_feed=True)
    notifier.alarms(
        [(one.complaint, one.task, KINDS.get(one.alarm.level, "step_overdue"), one.alarm) for one in raised]
    )


def set_next_alarm(task: StepTask, calendar: WorkingCalendar, now: datetime) -> None:
    """Set `next_alarm_at` (aware) in the row of a running step: when the sweep must check the step again."""
    task.next_alarm_at = next_alarm_at(calendar, task.clock_from, task.due_at, now, ended_pauses(task))
