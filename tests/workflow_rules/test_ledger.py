"""The book of a whole case, entry by entry, against a list written by hand."""

from datetime import timedelta

from tests.workflow_rules.office_calendars import BALANGAN
from tests.workflow_rules.rules_cases import (
    ADMIN,
    NUMBER,
    OFFICE_HEAD,
    SECTION_HEAD,
    Case,
    agency_admin,
    agency_head,
    at_agency,
    at_office,
    bring,
    directed,
    secretary,
)
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import REPORTER, SYSTEM
from workflow_rules.process.standard_sop import Step
from workflow_rules.record.time_ledger import LedgerEntry, ledger_of, stretches, working_time
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)


def book_of(case: Case) -> tuple[LedgerEntry, ...]:
    return ledger_of(NUMBER, [(event, 7) for event in case.log], case.sop)


def written(case: Case) -> list[str]:
    """Each entry in one line: kind, step, the agency it is about, and whose time it is."""
    return [f"{e.kind.value} {e.step.value} {e.track or '-'} {e.organisation or 'office'}" for e in book_of(case)]


def test_a_case_is_opened_handed_over_taken_on_and_given_back() -> None:
    case = bring(directed("dishub"), "dishub")
    assert written(case) == [
        "opened register - office",
        "closed register - office",
        "opened check - office",
        "closed check - office",
        "opened report - office",
        "closed report - office",
        "opened direct - office",
        "closed direct - office",
        "handed_over agency_receive dishub dishub",
        "opened agency_receive dishub dishub",
        "accepted agency_receive dishub dishub",
        "closed agency_receive dishub dishub",
        "opened agency_dispose dishub dishub",
        "closed agency_dispose dishub dishub",
        "opened draft_answer dishub dishub",
        "closed draft_answer dishub dishub",
        "opened sign_answer dishub dishub",
        "closed sign_answer dishub dishub",
        "opened send_answer dishub dishub",
        "closed send_answer dishub dishub",
        "handed_over dispose_answer - office",
        "opened dispose_answer - office",
    ]


def test_a_decline_hands_the_case_back_and_a_replacement_takes_it() -> None:
    case = directed("dishub", "dinkes")
    before = len(book_of(case))
    case.do(Action.DECLINE, agency_admin("dishub"))
    case.do(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dplh"], lead="dinkes", route="via_admin")
    case.do(Action.RELAY, ADMIN, "dishub")
    assert written(case)[before:] == [
        "closed agency_receive dishub dishub",
        "handed_over direct dishub office",
        "opened direct dishub office",
        "closed direct dishub office",
        "opened relay dishub office",
        "closed relay dishub office",
        "handed_over agency_receive dplh dplh",
        "opened agency_receive dplh dplh",
    ]


def test_an_answer_sent_back_is_the_agencys_time_again() -> None:
    case = bring(directed("dishub"), "dishub")
    before = len(book_of(case))
    case.do(Action.SEND_BACK, OFFICE_HEAD, "dishub")
    assert written(case)[before:] == [
        "closed dispose_answer - office",
        "handed_over draft_answer dishub dishub",
        "opened draft_answer dishub dishub",
    ]


def test_a_question_is_the_reporters_time_and_no_officers() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub")
    case.do(Action.REQUEST_INFORMATION, secretary("dishub"))
    case.now += timedelta(hours=2)
    case.do(Action.ADD_INFORMATION, REPORTER, "dishub")
    case.now += timedelta(minutes=29)
    case.do(Action.SUBMIT_DRAFT, secretary("dishub"))
    of_draft = [s for s in stretches(book_of(case)) if s.step is Step.DRAFT_ANSWER]
    assert [(s.waited, working_time(s, CALENDAR, case.now)) for s in of_draft] == [
        (False, timedelta(minutes=1)),
        (True, timedelta(hours=2, minutes=1)),
        (False, timedelta(minutes=30)),
    ]
    assert {s.organisation for s in of_draft} == {"dishub"}


def test_an_open_step_runs_until_now_and_an_ended_case_has_none() -> None:
    case = at_office(Step.CHECK)
    (running,) = [s for s in stretches(book_of(case)) if s.ends is None]
    assert running.step is Step.CHECK
    assert working_time(running, CALENDAR, case.now + timedelta(minutes=45)) == timedelta(minutes=45)
    case.do(Action.ARCHIVE, SECTION_HEAD)
    assert all(s.ends is not None for s in stretches(book_of(case)))


def test_a_question_that_ends_the_case_closes_what_waited() -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    case.now += timedelta(days=20)
    case.do(Action.EXPIRE_QUESTION, SYSTEM)
    assert written(case)[-2:] == ["paused register - office", "closed register - office"]
    assert [s.waited for s in stretches(book_of(case))] == [False, True]


def test_what_is_only_said_adds_nothing() -> None:
    case = at_agency(Step.AGENCY_DISPOSE, "dishub")
    before = written(case)
    case.do(Action.NOTE, agency_head("dishub"))
    case.do(Action.MARK_FIELD_VISIT, agency_head("dishub"))
    assert written(case) == before
