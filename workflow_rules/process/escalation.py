"""Escalation of deadlines: which officer is notified at which level, further up the line of superiors the later it is.

Level 0 is the warning at a share of the time (80 % as printed), level 1 the deadline itself, and each further level a
number of working days (one as printed) after the one before.
"""

from dataclasses import dataclass
from datetime import datetime

from workflow_rules.process.actors import Organisation
from workflow_rules.process.sop import Sop
from workflow_rules.time.deadlines import later, warn_at
from workflow_rules.time.working_calendar import Pauses, WorkingCalendar

WARNING, LIMIT = 0, 1


@dataclass(frozen=True)
class Alarm:
    """One escalation level of a deadline: when it is raised (aware, in the calendar's zone) and the role notified."""

    level: int
    at: datetime
    actor: str


def escalation_line(holder: str, sop: Sop) -> tuple[str, ...]:
    """Return a tuple of the roles (codes) notified in turn of a late step: its holder, then in the office the direct
    superior and the head, from an agency every superior up to the head of the office.
    """
    above = sop.superiors(holder)
    if sop.actor(holder).organisation is Organisation.AGENCY:
        return (holder, *above)
    return (holder, *dict.fromkeys((*above[:1], *above[-1:])))


def actor_notified(level: int, holder: str, sop: Sop) -> str:
    """Return the role (code) that is notified at a level when `holder` has the step: the holder at levels 0 and 1, then
    one role further up the line a level; past its end always the last one.
    """
    line = escalation_line(holder, sop)
    return line[min(max(level - LIMIT, 0), len(line) - 1)]


def alarms_until(
    calendar: WorkingCalendar,
    start: datetime,
    due_at: datetime,
    now: datetime,
    holder: str,
    sop: Sop,
    pauses: Pauses = (),
) -> tuple[Alarm, ...]:
    """Return a tuple with an `Alarm`, by level, for each level of a deadline due by `now`, also those raised before."""
    due, days = calendar.in_zone(due_at), sop.alarm_days
    times = [warn_at(calendar, start, due, pauses, sop.warning_share), due]
    while not later(times[-1], now):
        times.append(calendar.same_time_after(due, (len(times) - LIMIT) * days))
    return tuple(
        Alarm(level, at, actor_notified(level, holder, sop)) for level, at in enumerate(times) if not later(at, now)
    )
