"""Causes of delay in a month: what delayed the late cases, and at which steps deadlines were missed.

A case is late in a month when a step of it closed late in that month or was overdue at its end. Causes are read from
its events up to the end of the month; a case may have several, or `left_lying` when its events show none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.access.process_rows import known_steps
from app.casefile.event_history import sops_by_version, touched_cases
from app.core.periods import Period
from app.reporting.figures.definitions import OverdueStep, charged_agency
from app.reporting.figures.measures import ClosedStep
from workflow_rules.process.actions import Action
from workflow_rules.process.events import EventKind
from workflow_rules.process.evolve import Replayed, fold
from workflow_rules.record.past_state import standings
from workflow_rules.time.working_calendar import WorkingCalendar

CAUSES = ("declined", "sent_back", "asked", "field_visit", "cross_agency", "reopened", "left_lying")
_SHOWN_BY: dict[EventKind, str] = {
    Action.DECLINE: "declined",
    Action.SEND_BACK: "sent_back",
    Action.REQUEST_INFORMATION: "asked",
    Action.MARK_FIELD_VISIT: "field_visit",
    Action.REOPEN: "reopened",
}


@dataclass
class LateSteps:
    """An object that records the late closings among a stream of closed steps.

    `cases` are the complaint ids of those closings, `count` their number and `over` the working minutes past the
    deadline, both by step.
    """

    calendar: WorkingCalendar
    cases: set[int] = field(default_factory=set)
    count: Counter[str] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)

    def watch(self, closed: Iterable[ClosedStep]) -> Iterator[ClosedStep]:
        """Yield every ClosedStep unchanged, and record the late ones in this object."""
        for one in closed:
            if one.late:
                self.cases.add(one.complaint)
                self.count[one.step] += 1
                self.over[one.step] += one.over_minutes(self.calendar)
            yield one


@dataclass
class Delays:
    """A value object: the delay figures of a month.

    `causes` counts late cases by cause; `open_before` and `open_now` are the open cases at the begin and the end of the
    month, `overdue_before` and `overdue` the overdue steps; `standing` and `over` are number and working minutes, by
    step, of the steps overdue at the end; `cases` is how many were read.
    """

    cases: int = 0
    late_cases: int = 0
    open_before: int = 0
    open_now: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    overdue: list[OverdueStep] = field(default_factory=list)
    overdue_before: int = 0
    standing: Counter[str] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)


def delays_in(period: Period, late: LateSteps) -> Delays:
    """Return the Delays of a month, by one pass over every case that changed or was open in it.

    The closed steps of the period must already have passed through `late.watch`.
    """
    sops, found = sops_by_version(), Delays()
    for case in touched_cases(period):
        found.cases += 1
        sop = sops[case.sop_version]
        turns = list(fold(case.number, case.events, sop))
        earlier = [turn.after for turn in turns if turn.event.at < period.begins]
        if earlier:
            found.open_before += bool(earlier[-1].open_steps)
            standing = standings(earlier[-1], sop, late.calendar, period.begins)
            found.overdue_before += sum(one.late for one in standing)
        found.open_now += bool(turns[-1].after.open_steps)
        overdue = [one for one in standings(turns[-1].after, sop, late.calendar, period.ends) if one.late]
        for one in overdue:
            found.overdue.append(OverdueStep(one.step, one.actor, charged_agency(one.step, one.track)))
            found.standing[one.step] += 1
            found.over[one.step] += one.over_minutes
        if overdue or case.complaint_id in late.cases:
            found.late_cases += 1
            found.causes.update(causes_of(turns))
    return found


def causes_of(turns: list[Replayed]) -> set[str]:
    """Return the set of causes of delay (names in CAUSES) that a case's events show; {"left_lying"} when they show
    none.
    """
    found = {_SHOWN_BY[turn.event.kind] for turn in turns if turn.event.kind in _SHOWN_BY}
    tracks = [track for turn in turns for track in turn.after.tracks]
    found |= {"field_visit"} if any(track.field_visit for track in tracks) else set()
    found |= {"cross_agency"} if any(track.cross_agency for track in tracks) else set()
    return found or {"left_lying"}


def cause_rows(found: Delays) -> list[dict[str, Any]]:
    return [
        {"key": cause, "cause": cause, "count": found.causes[cause], "percent": percent(count, found.late_cases)}
        for cause in CAUSES
        if (count := found.causes[cause])
    ]


def waiting_rows(late: LateSteps, found: Delays) -> list[dict[str, Any]]:
    """Return a list of dicts, one for each step with missed deadlines: `key` and `step` (its code), the numbers
    `closed_late` and `open_late`, and `over`.

    `over` is the total of working minutes past their deadlines.
    """
    return [
        {
            "key": step,
            "step": step,
            "closed_late": late.count[step],
            "open_late": found.standing[step],
            "over": late.over[step] + found.over[step],
        }
        for step in known_steps()
        if late.count[step] or found.standing[step]
    ]


def percent(part: int, whole: int) -> float | None:
    """Return `part` of `whole` in percent with one decimal; None when `whole` is 0."""
    return round(100 * part / whole, 1) if whole else None
