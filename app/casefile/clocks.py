"""The SOP clock and the national clock of a case, with the explanation of each limit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.casefile import time_ledger
from app.casefile.case import Case
from app.casefile.facts import ended_pauses
from app.casefile.steps import Clock, clocks_of
from app.core.extensions import db
from app.fields.visibility import event_data_shown
from app.models import ComplaintEvent, StepAlarm, StepTask
from workflow_rules.process.actions import Action
from workflow_rules.process.escalation import LIMIT
from workflow_rules.process.steps import StepKind
from workflow_rules.record.time_ledger import LedgerEntry, Stretch
from workflow_rules.time.deadlines import Allowance, TimeState, Unit, time_state, warn_at
from workflow_rules.time.explanation import Segment
from workflow_rules.time.national_clock import NationalClock


@dataclass(frozen=True)
class WholeLimit:
    """A value object with the limit of the SOP as a whole, from the reception or last reopening to the answer. `due_at`
    is aware, in the calendar's zone; `done_at` (aware) is None while the case is neither answered nor ended.
    """

    due_at: datetime
    state: TimeState
    done_at: datetime | None


@dataclass(frozen=True)
class Pause:
    """A value object with a wait for the reporter and the question asked ("" if this person may not read it); `ended`
    is None while the wait lasts.
    """

    began: datetime
    ended: datetime | None
    question: str


@dataclass(frozen=True)
class Extension:
    """A value object: why and when (aware) a draft got the longer allowance. `causes`: `field_visit`, `cross_agency`,
    `more_days`; `at` is None if no event is found that lengthened it.
    """

    causes: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True)
class Account:
    """A value object that explains one open step's limit: clock, calculation line by line, pauses and extension (None:
    not extended).

    `reported_due` is the limit named in the reported breach if it differs from the present one, otherwise None.
    """

    clock: Clock
    segments: tuple[Segment, ...]
    pauses: tuple[Pause, ...]
    extension: Extension | None
    reported_due: datetime | None


@dataclass(frozen=True)
class Used:
    """A value object with the working time that one side used; `percent` is relative to the side that used most, which
    has 100.
    """

    key: Any
    used: timedelta
    percent: int


@dataclass(frozen=True)
class TimeUsed:
    """A value object with the working time of a case by organisation, by (step, agency), and by the officer who ended
    each stretch.

    `ledger` is the time ledger it was computed from, `names` the names of its officers by user id.
    """

    organisations: tuple[Used, ...]
    steps: tuple[Used, ...]
    officers: tuple[Used, ...]
    ledger: tuple[LedgerEntry, ...]
    names: dict[int, str]


def whole_clock(case: Case) -> WholeLimit:
    """Return as `WholeLimit` the limit of the SOP as a whole for a case, and its state: paused while step 1 waits for
    the reporter.
    """
    clock = time_ledger.whole_clock_of(case.complaint)
    due = clock.due_at(case.sop, case.calendar)
    done = case.complaint.answered_at or case.complaint.ended_at
    warning = warn_at(case.calendar, clock.begins, due, clock.pauses, case.sop.warning_share)
    paused = any(task.step == StepKind.REGISTER and task.paused_at is not None for task in case.open_tasks)
    return WholeLimit(due, time_state(done or case.now, due, warning, paused), done)


def national_clocks_of(case: Case) -> tuple[NationalClock, ...]:
    return time_ledger.national_clocks_of(case.complaint, case.national_limits, case.calendar, case.now)


def running_national(case: Case) -> NationalClock | None:
    """Return the running `NationalClock` of a case with the earliest limit; None if none runs or the case has ended."""
    if case.complaint.ended_at is not None:
        return None
    running = [clock for clock in national_clocks_of(case) if clock.done_at is None]
    return min(running, key=lambda clock: clock.due_at, default=None)


def accounts_of(case: Case) -> list[Account]:
    """Return a list with an `Account`, the explanation of its limit, for every open step of the case, in the order of
    the page.
    """
    breaches = select(StepAlarm.task_id, StepAlarm.due_at).where(
        StepAlarm.task_id.in_([task.id for task in case.open_tasks]), StepAlarm.level == LIMIT
    )
    reported = {row.task_id: row.due_at for row in db.session.execute(breaches)}
    accounts = []
    for clock in clocks_of(case):
        task, reported_due = clock.task, reported.get(clock.task.id)
        allowance = Allowance(task.allowance_value, Unit(task.allowance_unit))
        account = Account(
            clock,
            case.calendar.explain(task.clock_from, allowance, ended_pauses(task)),
            tuple(_pause(case, task, p.began_at, p.ended_at) for p in task.pauses),
            _extension(case, task),
            reported_due if reported_due != task.due_at else None,
        )
        accounts.append(account)
    return accounts


def _pause(case: Case, task: StepTask, began: datetime, ended: datetime | None) -> Pause:
    """Return a `Pause` with its question; "" if this person may not read the event that asked it."""
    asked = (e for e in case.events if e.kind == Action.REQUEST_INFORMATION and e.at == began)
    event = next((e for e in asked if e.agency_code == task.agency_code), None)
    shown = event_data_shown(event, case.complaint, case.person) if event else {}
    return Pause(began, ended, shown.get("question", ""))


def _extension(case: Case, task: StepTask) -> Extension | None:
    track = case.facts.track(task.agency_code)
    if track is None or not (track.extended or track.more_days) or task.step != StepKind.DRAFT_ANSWER:
        return None
    applies = {
        "field_visit": track.field_visit,
        "cross_agency": track.cross_agency,
        "more_days": track.more_days > 0,
    }
    causes = tuple(name for name, holds in applies.items() if holds)
    events = [e for e in case.events if e.at <= case.now and _extends(e, task.agency_code)]
    return Extension(causes, events[-1].at if events else None)


def _extends(event: ComplaintEvent, agency: str | None) -> bool:
    """Return whether an event may lengthen an agency's draft: field visit, extension, added or directed agencies."""
    if event.kind in (Action.MARK_FIELD_VISIT, Action.EXTEND):
        return event.agency_code == agency
    if event.kind == Action.ADD_AGENCY:
        return True
    return event.kind == Action.DIRECT and agency in event.data.get("agencies", ())


def time_used(case: Case) -> TimeUsed:
    """Return as `TimeUsed` the working time used in a case by organisation, by step and by officer, from its time
    ledger.
    """
    ledger, names = time_ledger.read_ledger_with_names(case.complaint.id)

    def shares(key: Callable[[Stretch], Any]) -> tuple[Used, ...]:
        found = time_ledger.time_shares(ledger, case.calendar, case.now, key)
        most = max((share.used for share in found), default=timedelta()) or timedelta(microseconds=1)
        return tuple(Used(share.key, share.used, round(100 * (share.used / most))) for share in found)

    by = time_ledger.by_organisation, time_ledger.by_step, time_ledger.by_officer
    organisations, steps, officers = map(shares, by)
    return TimeUsed(organisations, steps, officers, ledger, names)
