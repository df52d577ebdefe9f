"""Escalation of deadlines: which officer is notified at which level, one officer up the SOP's line each working day.

Level 0 is the warning at 80 % of the time, level 1 the deadline itself, level n the (n-1)-th working day after it.
"""

from dataclasses import dataclass
from datetime import datetime

from workflow_rules.process.actors import AGENCY_ACTORS, Actor
from workflow_rules.time.deadlines import later, warn_at
from workflow_rules.time.working_calendar import Pauses, WorkingCalendar

WARNING, LIMIT = 0, 1

_OFFICE_LINE = (Actor.COMPLAINT_ADMIN, Actor.SECTION_HEAD, Actor.DIVISION_HEAD, Actor.OFFICE_HEAD)
_AGENCY_LINE = (Actor.AGENCY_ADMIN, Actor.AGENCY_SECRETARY, Actor.AGENCY_HEAD, Actor.OFFICE_HEAD)


@dataclass(frozen=True)
class Alarm:
    """One escalation level of a deadline: when it is raised (aware, in the calendar's zone) and the role notified."""

    level: int
    at: datetime
    actor: Actor


def escalation_line(holder: Actor) -> tuple[Actor, ...]:
    """Return a tuple of the roles (`Actor`) notified in turn of a late step: its holder, then in the office the direct
    superior, in an agency every officer above the holder, and last the Kepala Dinas Kominfo.
    """
    if holder in AGENCY_ACTORS:
        return _AGENCY_LINE[_AGENCY_LINE.index(holder) :]
    above = _OFFICE_LINE[_OFFICE_LINE.index(holder) + 1 :]
    return (holder, *dict.fromkeys((*above[:1], *above[-1:])))


def actor_notified(level: int, holder: Actor) -> Actor:
    """Return the role (`Actor`) that is notified at a level when `holder` has the step: the holder at levels 0 and 1,
    then one role further up the line a level; past its end always the Kepala Dinas.
    """
    line = escalation_line(holder)
    return line[min(max(level - LIMIT, 0), len(line) - 1)]


def alarms_until(
    calendar: WorkingCalendar, start: datetime, due_at: datetime, now: datetime, holder: Actor, pauses: Pauses = ()
) -> tuple[Alarm, ...]:
    """Return a tuple with an `Alarm`, by level, for each level of a deadline due by `now`, also those raised before."""
    due = calendar.in_zone(due_at)
    times = [warn_at(calendar, start, due, pauses), due]
    while not later(times[-1], now):
        times.append(calendar.same_time_after(due, len(times) - LIMIT))
    return tuple(
        Alarm(level, at, actor_notified(level, holder)) for level, at in enumerate(times) if not later(at, now)
    )
