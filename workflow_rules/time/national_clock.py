"""The second clock of a case: the limits of SP4N-LAPOR!, beside and apart from those of the SOP.

The limits are settings with their legal source and the day from which they hold; working days of the same calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflow_rules.time.allowance import Allowance, Unit
from workflow_rules.time.deadlines import TimeState, deadline_for, time_state, warn_at
from workflow_rules.time.working_calendar import WorkingCalendar


class NationalStage(StrEnum):
    """What the national system measures: passed on, taken up, finished, and closed after silence."""

    VERIFY = "verify"
    ACT = "act"
    FINISH = "finish"
    CLOSE = "close"


class NationalClass(StrEnum):
    """The classes by which the time to finish differs."""

    INFORMATION_REQUEST = "information_request"
    ASPIRATION = "aspiration"
    NO_OVERSIGHT = "no_oversight"
    OVERSIGHT = "oversight"


@dataclass(frozen=True)
class NationalLimit:
    """One setting: working days for a stage (and a class, where it differs), since when, and by what rule."""

    stage: NationalStage
    days: int
    source: str
    valid_from: date
    of_class: NationalClass | None = None


@dataclass(frozen=True)
class NationalHistory:
    """The instants of a case that the national system asks about (aware); None for what has not happened.

    `submitted_at` is when the reporter sent it, or when it was received where that is not known.
    """

    submitted_at: datetime
    of_class: NationalClass
    sent_at: datetime | None = None
    taken_up_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class NationalClock:
    """One stage of one case: from when, until when at the latest, when it was done, and how it stands."""

    limit: NationalLimit
    begins: datetime
    due_at: datetime
    done_at: datetime | None
    state: TimeState


def national_clocks(
    limits: Iterable[NationalLimit], history: NationalHistory, calendar: WorkingCalendar, now: datetime
) -> tuple[NationalClock, ...]:
    """Every stage that has begun, in its order; a stage without a setting for that day is left out."""
    known = tuple(limits)
    found = (_clock(known, stage, history, calendar, now) for stage in NationalStage)
    return tuple(clock for clock in found if clock is not None)


def limit_for(
    limits: Iterable[NationalLimit], stage: NationalStage, of_class: NationalClass, day: date
) -> NationalLimit | None:
    """The setting in force on a day: the newest of those for this class, else of those for every class."""
    in_force = [x for x in limits if x.stage is stage and x.valid_from <= day and x.of_class in (None, of_class)]
    return max(in_force, key=lambda x: (x.of_class is not None, x.valid_from), default=None)


def _clock(
    limits: tuple[NationalLimit, ...],
    stage: NationalStage,
    history: NationalHistory,
    calendar: WorkingCalendar,
    now: datetime,
) -> NationalClock | None:
    begins, done = _span(stage, history)
    if begins is None:
        return None
    limit = limit_for(limits, stage, history.of_class, calendar.in_zone(begins).date())
    if limit is None:
        return None
    due = deadline_for(calendar, begins, Allowance(limit.days, Unit.WORKING_DAYS))
    seen = done or history.ended_at or now
    state = time_state(seen, due, warn_at(calendar, begins, due), paused=False)
    return NationalClock(limit, begins, due, done, state)


def _span(stage: NationalStage, history: NationalHistory) -> tuple[datetime | None, datetime | None]:
    """From when to when a stage lasts."""
    spans = {
        NationalStage.VERIFY: (history.submitted_at, history.sent_at),
        NationalStage.ACT: (history.sent_at, history.taken_up_at),
        NationalStage.FINISH: (history.submitted_at, history.answered_at),
        NationalStage.CLOSE: (history.answered_at, history.ended_at),
    }
    return spans[stage]
