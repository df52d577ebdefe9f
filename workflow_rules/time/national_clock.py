"""The deadlines of SP4N-LAPOR! for a case, independent of the SOP's: settings with a legal source and a first day,
counted in working days of the office's calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflow_rules.time.allowance import Allowance, Unit
from workflow_rules.time.deadlines import TimeState, deadline_for, time_state, warn_at
from workflow_rules.time.working_calendar import WorkingCalendar


class NationalStage(StrEnum):
    """An enum of the stages that SP4N-LAPOR! measures: forwarded, taken up, finished, and closed after silence."""

    VERIFY = "verify"
    ACT = "act"
    FINISH = "finish"
    CLOSE = "close"


class NationalClass(StrEnum):
    """An enum of the classes of report with different times to finish."""

    INFORMATION_REQUEST = "information_request"
    ASPIRATION = "aspiration"
    NO_OVERSIGHT = "no_oversight"
    OVERSIGHT = "oversight"


@dataclass(frozen=True)
class NationalLimit:
    """A value object: a deadline setting with the working days for a stage, from `valid_from` (office date) on, and its
    legal source. `of_class` is None when it holds for every class.
    """

    stage: NationalStage
    days: int
    source: str
    valid_from: date
    of_class: NationalClass | None = None


@dataclass(frozen=True)
class NationalHistory:
    """The aware datetimes of a case that SP4N-LAPOR! measures; None for what has not happened. `submitted_at` is when
    the report was sent, or received if that is unknown; `sent_at` when it was first sent to an agency.
    """

    submitted_at: datetime
    of_class: NationalClass
    sent_at: datetime | None = None
    taken_up_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class NationalClock:
    """The deadline of one national stage of a case; datetimes are aware, `done_at` is None while it is not finished."""

    limit: NationalLimit
    begins: datetime
    due_at: datetime
    done_at: datetime | None
    state: TimeState


def national_clocks(
    limits: Iterable[NationalLimit], history: NationalHistory, calendar: WorkingCalendar, now: datetime
) -> tuple[NationalClock, ...]:
    """Return a `NationalClock` for every stage that has begun and had a setting on its first day, in order, or ()."""
    known, found = tuple(limits), []
    spans = {
        NationalStage.VERIFY: (history.submitted_at, history.sent_at),
        NationalStage.ACT: (history.sent_at, history.taken_up_at),
        NationalStage.FINISH: (history.submitted_at, history.answered_at),
        NationalStage.CLOSE: (history.answered_at, history.ended_at),
    }
    for stage, (begins, done) in spans.items():
        if begins is None:
            continue
        limit = limit_for(known, stage, history.of_class, calendar.in_zone(begins).date())
        if limit is None:
            continue
        due = deadline_for(calendar, begins, Allowance(limit.days, Unit.WORKING_DAYS))
        state = time_state(done or history.ended_at or now, due, warn_at(calendar, begins, due), paused=False)
        found.append(NationalClock(limit, begins, due, done, state))
    return tuple(found)


def limit_for(
    limits: Iterable[NationalLimit], stage: NationalStage, of_class: NationalClass, day: date
) -> NationalLimit | None:
    """Return the `NationalLimit` of a stage in force on an office date: the newest for this class, else the newest for
    every class; None without one.
    """
    in_force = [x for x in limits if x.stage is stage and x.valid_from <= day and x.of_class in (None, of_class)]
    return max(in_force, key=lambda x: (x.of_class is not None, x.valid_from), default=None)
