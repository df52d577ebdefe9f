"""Steps of a case measured against its SOP version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.casefile.case import Case
from app.casefile.facts import ended_pauses
from app.models import StepTask
from workflow_rules.process.sop import SopStep
from workflow_rules.process.steps import AGENCY_KINDS, ENDED, CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, TimeState, Unit, WorkingLength, remaining, span, time_state


@dataclass(frozen=True)
class StepLine:
    """A value object with one step of one track as shown; `state` is done, late, now, pending or skipped, `over` says
    whether the step passed its limit.

    `percent` is the share of the allowance that was used, at most 999; instants are aware.
    """

    state: str
    agency: str = ""
    who: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    spent: WorkingLength | None = None
    percent: int | None = None
    allowance: Allowance | None = None
    over: bool = False


@dataclass(frozen=True)
class StepRow:
    """A value object with one row of the SOP sheet as shown, which has a line for each track."""

    number: int
    step: str
    actor: str
    state: str
    lines: tuple[StepLine, ...]


@dataclass(frozen=True)
class Clock:
    """A value object with the clock of one open step. `left` is the working time to the limit, negative after it;
    `length` is the same as days and rest, never negative. `mine`: the step waits for this person. `ticks` asks the
    browser to count down.
    """

    task: StepTask
    number: int
    state: TimeState
    left: timedelta
    length: WorkingLength
    mine: bool
    ticks: bool


def clocks_of(case: Case) -> list[Clock]:
    """Return a list of the clocks (`Clock`) of the open steps: the person's own first, then those of the person's
    agencies, then the others, each by limit.

    Steps that wait for the reporter come after running ones in each group.
    """
    held = {(c.actor, c.agency) for c in case.person.capacities}
    clocks = []
    for task in case.open_tasks:
        left = remaining(case.calendar, case.now, task.due_at)
        ticks = task.paused_at is None and case.calendar.is_open(case.now) and abs(left) < timedelta(hours=4)
        length = span(case.calendar, *sorted((case.now, task.due_at)))
        number = case.sop.row(task.step).number
        # A capacity of the office has no agency and covers the office's steps about any agency.
        mine = (task.actor, task.agency_code) in held or (task.actor, None) in held
        clocks.append(Clock(task, number, state_of(case, task), left, length, mine, ticks))
    own = case.person.agencies
    return sorted(
        clocks,
        key=lambda c: (
            not c.mine,
            bool(own) and c.task.agency_code not in own,
            c.state is TimeState.PAUSED,
            c.task.due_at,
        ),
    )


def state_of(case: Case, task: StepTask) -> TimeState:
    return time_state(case.now, task.due_at, task.warn_at, task.paused_at is not None)


def step_rows(case: Case) -> list[StepRow]:
    """Return a list with a `StepRow` for each step of the case's SOP version, with the progress of this case."""
    rows = []
    for row in case.sop.steps:
        tasks = [t for t in _tasks_of_cycle(case) if t.step == row.step]
        lines = [
            _line(case, row, agency, [t for t in tasks if t.agency_code == agency])
            for agency in _tracks_in(case, row.step, tasks)
        ]
        state = _state_of_row({line.state for line in lines})
        rows.append(StepRow(row.number, row.step, row.actor, state, tuple(lines)))
    return rows


def current_number(case: Case) -> int:
    """Return the number of the earliest open step; one more than the last if the case is answered or closed. Without an
    open step, the highest number reached.
    """
    if case.facts.status in (CaseStatus.ANSWERED, CaseStatus.CLOSED):
        return case.sop.steps[-1].number + 1
    numbers = [case.sop.row(t.step).number for t in case.open_tasks]
    reached = [case.sop.row(t.step).number for t in _tasks_of_cycle(case)]
    return min(numbers) if numbers else max(reached, default=1)


def late_numbers(case: Case) -> list[int]:
    """Return the sorted numbers of this cycle's steps that passed their limit, whether open or done."""
    late = {t.step for t in _tasks_of_cycle(case) if _passed(case, t)}
    return sorted({case.sop.row(step).number for step in late})


def _passed(case: Case, task: StepTask) -> bool:
    return state_of(case, task) is TimeState.LATE if task.closed_at is None else task.closed_at > task.due_at


def _tasks_of_cycle(case: Case) -> list[StepTask]:
    """Return a list of the tasks of the present cycle and of the registration, which a reopened case keeps from its
    first cycle.
    """
    cycle = case.complaint.cycle
    return [t for t in case.tasks if t.cycle == cycle or t.step == StepKind.REGISTER]


def _tracks_in(case: Case, step: str, tasks: Sequence[StepTask]) -> list[str | None]:
    """Return a list of the agency codes for which a step has a line; None stands for the office's own line."""
    if step not in AGENCY_KINDS:
        extra = {t.agency_code for t in tasks} - {None}
        main = any(t.agency_code is None for t in tasks) or not extra
        return [*([None] if main else []), *sorted(code for code in extra if code)]
    return [track.agency for track in case.facts.active_tracks] or [None]


def _state_of_row(states: set[str]) -> str:
    """Return the state of a row from the states of its lines: "now" if any line is, "late" (if any is) or "done" if all
    are finished, "skipped" if all are skipped, otherwise "pending".
    """
    if "now" in states:
        return "now"
    if states <= {"done", "late"}:
        return "late" if "late" in states else "done"
    return "skipped" if states == {"skipped"} else "pending"


def _line(case: Case, row: SopStep, agency: str | None, tasks: list[StepTask]) -> StepLine:
    last = tasks[-1] if tasks else None
    name = case.short_name(agency) if agency else ""
    if last is not None and not _undone(case, row, last):
        return _measured(case, last, name)
    # A step without a task was skipped where a later step has been open, or the case has ended.
    passed = case.facts.status in ENDED or any(
        _position(case, t.step) > _position(case, row.step) for t in _tasks_of_cycle(case)
    )
    track = case.facts.track(agency)
    longer = (track.extended, track.more_days) if track is not None else (False, 0)
    allowance = case.sop.allowance(row.step, *longer)
    return StepLine("skipped" if last is None and passed else "pending", name, allowance=allowance)


def _undone(case: Case, row: SopStep, task: StepTask) -> bool:
    """Return whether a closed step ended without its own action, or must be repeated because an earlier step is
    open.
    """
    if task.closed_at is None:
        return False
    if task.closed_by != row.act.value:
        return True
    # Repeated for an open step of its own track or, for the steps after the answers, of any track.
    joined = row.status in (CaseStatus.DISPOSING_ANSWER, CaseStatus.REPLYING)
    return any(
        t.opened_at >= task.closed_at
        and (t.agency_code == task.agency_code or (joined and t.agency_code is not None))
        and _position(case, t.step) <= _position(case, row.step)
        for t in case.open_tasks
    )


def _position(case: Case, step: str) -> int:
    return [row.step for row in case.sop.steps].index(step)


def _measured(case: Case, task: StepTask, name: str) -> StepLine:
    end = task.closed_at or case.now
    pauses = [(p.began_at, p.ended_at or case.now) for p in task.pauses]
    spent = case.calendar.elapsed(task.clock_from, end, pauses)
    # The deadline is moved only when a pause ends.
    granted = case.calendar.elapsed(task.clock_from, task.due_at, ended_pauses(task))
    passed = _passed(case, task)
    state = "now" if task.closed_at is None else "late" if passed else "done"
    return StepLine(
        state=state,
        agency=name,
        who=_who(case, task),
        began=task.opened_at,
        ended=task.closed_at,
        spent=span(case.calendar, task.clock_from, case.calendar.add_time(task.clock_from, spent)),
        percent=min(round(100 * spent / granted), 999) if granted else None,
        allowance=Allowance(task.allowance_value, Unit(task.allowance_unit)),
        over=passed,
    )


def _who(case: Case, task: StepTask) -> str:
    """Return the name of the officer who did the step, or of those for whom it waits, comma-separated; "" if there is
    none.
    """
    if task.closed_at is None:
        return ", ".join(case.holders.get((task.actor, task.agency_code), []))
    closing = (task.closed_by, task.closed_at, task.step)
    event = next((e for e in reversed(case.events) if (e.kind, e.at, e.step) == closing), None)
    return event.officer.get_full_name() if event and event.officer else ""
