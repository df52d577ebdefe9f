"""Which prototypes are copied and when: closed cases over the past years, open ones as they stand today."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from app.core.extensions import db
from app.models import StepPause, StepTask
from app.reference.calendar import load_working_calendar
from tests.bench.filling.copies import Wanted
from tests.bench.filling.prototype import Prototype
from tests.bench.filling.stories import OPEN_SHARE
from workflow_rules.time.deadlines import Allowance, Unit, deadline_for, warn_at
from workflow_rules.time.working_calendar import WorkingCalendar

A_WEEK = timedelta(days=7)
FEW_MINUTES = range(0, 1200, 7)


Shifts = dict[int, list[timedelta]]


def schedule(prototypes: Sequence[Prototype], shifts: Shifts, count: int, weeks: int, random: Random) -> list[Wanted]:
    """So many copies in the order in which they came in. What has ended is moved back by whole weeks, so that it falls
    on the same days and hours; what is open or just answered only by minutes that change no limit.
    """
    settled = [p for p in prototypes if not p.made.open]
    standing = [p for p in prototypes if p.made.open]
    found = []
    for _ in range(count):
        among = standing if random.random() < OPEN_SHARE else settled
        prototype = random.choices(among, [p.made.weight for p in among])[0]
        own = shifts.get(prototype.made.complaint_id)
        back = (
            random.choice(own) if own else A_WEEK * random.randrange(1, weeks) + timedelta(minutes=random.randrange(60))
        )
        found.append(Wanted(prototype, -back))
    return sorted(found, key=lambda wanted: wanted.received_at)


def harmless_shifts(prototypes: Sequence[Prototype]) -> Shifts:
    """For each case for which the clock still matters, by how much it may have come in earlier."""
    return {p.made.complaint_id: list(_harmless(p)) for p in prototypes if _is_new(p)}


def _is_new(prototype: Prototype) -> bool:
    """Whether the clock still matters: steps are open, or the days of silence run."""
    return prototype.made.open or prototype.made.target in ("answered", "rated")


def _harmless(prototype: Prototype) -> Iterator[timedelta]:
    """By how much the case may have come in earlier with every limit earlier by as much."""
    calendar = load_working_calendar()
    tasks = db.session.scalars(select(StepTask).where(StepTask.complaint_id == prototype.made.complaint_id)).all()
    for seconds in FEW_MINUTES:
        back = timedelta(seconds=seconds)
        if all(_moves_along(task, back, calendar) for task in tasks):
            yield back


def _moves_along(task: StepTask, back: timedelta, calendar: WorkingCalendar) -> bool:
    pauses = [(p.began_at - back, p.ended_at - back) for p in _ended(task)]
    allowance, start = Allowance(task.allowance_value, Unit(task.allowance_unit)), task.clock_from - back
    due: datetime = deadline_for(calendar, start, allowance, pauses)
    return due == task.due_at - back and warn_at(calendar, start, due, pauses) == task.warn_at - back


def _ended(task: StepTask) -> list[StepPause]:
    return [pause for pause in task.pauses if pause.ended_at is not None]
