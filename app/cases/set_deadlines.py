"""Deadlines of open steps: set when a step opens, and again from its own start when something about it changes."""

from datetime import datetime

from app.casefile.facts import ended_pauses
from app.models import Complaint, StepTask
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.sop import Sop
from workflow_rules.time.deadlines import Allowance, Unit, deadline_for, warn_at
from workflow_rules.time.working_calendar import WorkingCalendar


def open_task(complaint: Complaint, step: OpenStep, actor: str, after: ComplaintFacts, sop: Sop) -> StepTask:
    """Return a new StepTask row for a step that has just opened, not added to the session and without a deadline, which
    `set_deadline` sets.
    """
    return StepTask(
        complaint_id=complaint.id,
        cycle=after.cycle,
        step=step.step,
        status=step.status.value if step.status else None,
        agency_code=step.agency,
        actor=actor,
        opened_at=step.opened_at,
        clock_from=step.clock_from,
        pauses=[],
    )


def set_deadline(
    task: StepTask, step: OpenStep, allowance: Allowance, sop: Sop, calendar: WorkingCalendar, now: datetime
) -> None:
    """Set allowance, deadline and time of warning (aware) in the row of a step, counted from its start with the
    calendar and every finished pause.

    The next alarm is the warning, or the end of the question for a paused step; where that has passed, it is `now`.
    """
    task.allowance_value, task.allowance_unit = allowance.value, allowance.unit.value
    task.due_at = deadline_for(calendar, step.clock_from, allowance, step.pauses)
    task.warn_at = warn_at(calendar, step.clock_from, task.due_at, step.pauses, sop.warning_share)
    waiting_since = step.paused_at
    check_at = deadline_for(calendar, waiting_since, sop.question) if waiting_since else task.warn_at
    task.next_alarm_at = max(check_at, now)


def set_closed_deadline(task: StepTask, sop: Sop, calendar: WorkingCalendar) -> None:
    """Set deadline and time of warning (aware) in the row of a step that closed while it waited for the reporter: the
    last pause counts too.
    """
    allowance, pauses = Allowance(task.allowance_value, Unit(task.allowance_unit)), ended_pauses(task)
    task.due_at = deadline_for(calendar, task.clock_from, allowance, pauses)
    task.warn_at = warn_at(calendar, task.clock_from, task.due_at, pauses, sop.warning_share)


def set_closing(complaint: Complaint, silence: Allowance, calendar: WorkingCalendar) -> None:
    """Set `closes_at` (aware) in the row of a case: when an answered case is closed if the reporter does not respond;
    None before the answer and after the end.
    """
    silent_since = complaint.answered_at if complaint.ended_at is None else None
    complaint.closes_at = deadline_for(calendar, silent_since, silence) if silent_since else None


def allowance_of(step: OpenStep, facts: ComplaintFacts, sop: Sop) -> Allowance:
    """Return the Allowance of an open step under the SOP. For step 7 it is the longer one (14 working days as printed)
    with a field visit or across agencies, plus the days by which the Kepala Dinas extended it.
    """
    track = facts.track(step.agency)
    return sop.allowance(step.step, track is not None and track.extended, track.more_days if track else 0)
