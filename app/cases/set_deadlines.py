"""Clocks of open steps: set when a step opens, set anew from its own start when something about it changes."""

from datetime import datetime

from app.models import Complaint, StepTask
from workflow_rules.process.actors import Actor
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.sop import Sop
from workflow_rules.time.deadlines import Allowance, deadline_for, warn_at
from workflow_rules.time.working_calendar import WorkingCalendar


def open_task(complaint: Complaint, step: OpenStep, actor: Actor, after: ComplaintFacts, sop: Sop) -> StepTask:
    """A row for a step that has just opened, for the caller to write; its deadline is set by `set_deadline`."""
    return StepTask(
        complaint_id=complaint.id,
        cycle=after.cycle,
        step=step.step.value,
        agency_code=step.agency,
        actor=actor.value,
        opened_at=step.opened_at,
        clock_from=step.clock_from,
        pauses=[],
    )


def set_deadline(
    task: StepTask, step: OpenStep, allowance: Allowance, sop: Sop, calendar: WorkingCalendar, now: datetime
) -> None:
    """Limit and warning of a step, from its own start with the whole calendar and every finished pause.

    The sweep is to look at it when the warning is due, and at a step that waits when its question runs out. Where that
    has passed it is due from `now` on: no sweep could have come earlier, and none is late for it.
    """
    task.allowance_value, task.allowance_unit = allowance.value, allowance.unit.value
    task.due_at = deadline_for(calendar, step.clock_from, allowance, step.pauses)
    task.warn_at = warn_at(calendar, step.clock_from, task.due_at, step.pauses)
    waiting_since = step.paused_at
    look_at = deadline_for(calendar, waiting_since, sop.question) if waiting_since else task.warn_at
    task.next_alarm_at = max(look_at, now)


def set_closing(complaint: Complaint, silence: Allowance, calendar: WorkingCalendar) -> None:
    """When an answered case is closed if nobody says anything more."""
    silent_since = complaint.answered_at if complaint.ended_at is None else None
    complaint.closes_at = deadline_for(calendar, silent_since, silence) if silent_since else None


def allowance_of(step: OpenStep, facts: ComplaintFacts, sop: Sop) -> Allowance:
    """The allowance of an open step: 14 days for a draft with field visit or across agencies (SOP step 7), and the days
    by which the Kepala Dinas extended it.
    """
    track = facts.track(step.agency)
    return sop.allowance(step.step, track is not None and track.extended, track.more_days if track else 0)
