"""What stood open at a past instant, and the clock of the whole SOP. Every date is worked out by hand: the cases begin
on Monday, 2 March 2026, at 09.00 in Ramadan, when the offices keep 08.00 to 12.00 and 12.30 to 15.00.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.workflow_rules.office_calendars import BALANGAN, wita
from tests.workflow_rules.rules_cases import (
    ADMIN,
    DIVISION_HEAD,
    NUMBER,
    OFFICE_HEAD,
    SECTION_HEAD,
    Case,
    answered,
    at_agency,
    bring,
    directed,
    secretary,
)
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.evolve import fold
from workflow_rules.process.standard_sop import Step
from workflow_rules.record.past_state import Standing, WholeClock, standings, whole_clock
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)


def standing_at(case: Case, at: str) -> Standing:
    (found,) = standings(case.facts, case.sop, CALENDAR, wita(at))
    return found


def clock_of(case: Case) -> WholeClock:
    return whole_clock(list(fold(NUMBER, case.log, case.sop)))


@pytest.mark.parametrize(
    ("at", "late", "used", "over"),
    [
        ("2026-03-02 09:20", False, 20, 0),
        ("2026-03-02 10:00", False, 60, 0),
        ("2026-03-02 10:07", True, 67, 7),
        ("2026-03-03 08:10", True, 340, 280),
    ],
)
def test_a_step_is_late_after_its_last_minute(at: str, late: bool, used: int, over: int) -> None:
    found = standing_at(Case(), at)
    assert (found.late, found.used_minutes, found.over_minutes) == (late, used, over)
    assert (found.step, found.track, found.actor, found.paused) == (Step.REGISTER, None, "complaint_admin", False)
    assert found.opened_at == wita("2026-03-02 09:00")
    assert found.due_at == wita("2026-03-02 10:00")


def test_a_step_that_waits_is_not_late_and_its_wait_is_not_used() -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    found = standing_at(case, "2026-03-02 11:00")
    assert (found.paused, found.late, found.used_minutes, found.over_minutes) == (True, False, 1, 0)
    case.now += timedelta(minutes=29)
    case.do(Action.ADD_INFORMATION, REPORTER)
    found = standing_at(case, "2026-03-02 10:31")
    assert (found.paused, found.late, found.used_minutes, found.over_minutes) == (False, True, 61, 1)
    assert found.due_at == wita("2026-03-02 10:30")


def extended() -> Case:
    case = at_agency(Step.DRAFT_ANSWER, "dishub")
    case.do(Action.EXTEND, OFFICE_HEAD, "dishub", working_days=5)
    return case


@pytest.mark.parametrize(
    ("made", "due"),
    [
        (lambda: at_agency(Step.DRAFT_ANSWER, "dishub"), "2026-03-09 09:06"),
        (extended, "2026-03-16 09:06"),
        (lambda: at_agency(Step.DRAFT_ANSWER, "dishub", field_visit=True), "2026-03-27 09:06"),
    ],
)
def test_step_7_has_the_days_of_its_track(made: Callable[[], Case], due: str) -> None:
    found = standing_at(made(), "2026-03-03 09:06")
    assert (found.track, found.actor, found.due_at) == ("dishub", "agency_secretary", wita(due))
    assert found.used_minutes == 390


def test_an_ended_case_has_nothing_open() -> None:
    case = Case()
    case.do(Action.ARCHIVE, ADMIN)
    assert standings(case.facts, case.sop, CALENDAR, case.now) == []


def test_the_whole_clock_begins_at_the_reception_and_has_seven_days_and_510_minutes() -> None:
    clock = clock_of(directed("dishub"))
    assert clock == WholeClock(wita("2026-03-02 09:00"), (), extended=False, reopened=False)
    assert clock.due_at(directed("dishub").sop, CALENDAR) == wita("2026-03-12 11:00")
    assert clock_of(directed("dishub", "dinkes")).extended


def test_the_whole_clock_leaves_out_the_questions_of_step_1_only() -> None:
    case = Case()
    waits = []
    for _ in range(2):
        case.do(Action.REQUEST_INFORMATION, ADMIN)
        case.do(Action.ADD_INFORMATION, REPORTER)
        waits.append((case.now - timedelta(minutes=1), case.now))
        case.do(Action.REGISTER, ADMIN)
        case.do(Action.SEND_BACK, SECTION_HEAD)
    case.do(Action.REGISTER, ADMIN)
    case.do(Action.APPROVE_CHECK, SECTION_HEAD)
    case.do(Action.REPORT, DIVISION_HEAD)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub")
    bring(case, "dishub", Step.DRAFT_ANSWER)
    case.do(Action.REQUEST_INFORMATION, secretary("dishub"))
    case.do(Action.ADD_INFORMATION, REPORTER)
    assert clock_of(case).pauses == tuple(waits)
    assert clock_of(case).due_at(case.sop, CALENDAR) == wita("2026-03-12 11:02")
    bring(case, "dishub")
    case.do(Action.DISPOSE_ANSWER, OFFICE_HEAD)
    case.do(Action.REPLY, ADMIN)
    case.do(Action.REOPEN, REPORTER)
    assert clock_of(case) == WholeClock(case.now, (), extended=False, reopened=True)


def test_the_whole_clock_of_a_reopened_case_has_no_time_for_step_1() -> None:
    case = answered("dishub")
    case.now = wita("2026-03-09 08:59")
    case.do(Action.REOPEN, REPORTER)
    # Seven working days later is 25 March, with normal hours again: 180 and 180 minutes that day, 90 the next.
    assert clock_of(case).due_at(case.sop, CALENDAR) == wita("2026-03-26 09:00")
