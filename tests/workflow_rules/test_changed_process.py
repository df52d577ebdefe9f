"""Another office's SOP: one more review, no relay, an early release, three days for the draft."""

from dataclasses import replace
from itertools import product

import pytest

from tests.workflow_rules.rules_cases import (
    ADMIN,
    DIVISION_HEAD,
    MONDAY,
    NUMBER,
    OFFICE_HEAD,
    SECTION_HEAD,
    Case,
    agency_admin,
    agency_head,
    answered,
    at_agency,
    at_reply,
    officer,
    secretary,
)
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import SYSTEM, Actor, Organisation
from workflow_rules.process.decide import allowed_actions
from workflow_rules.process.escalation import escalation_line
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import evolve, replay
from workflow_rules.process.refusals import RefusalReason
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.standard_sop import STANDARD_ACTORS, STANDARD_SOP, Officer, Step
from workflow_rules.process.steps import CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, Unit

INITIAL, SECRETARY = "office_initial", "office_secretary"
DEPUTY = officer(SECRETARY)


def changed_sop() -> Sop:
    rows = {row.step: row for row in STANDARD_SOP.steps}
    initial = SopStep(
        INITIAL,
        StepKind.REVIEW,
        4,
        SECRETARY,
        Allowance(30, Unit.WORKING_MINUTES),
        Action.APPROVE,
        CaseStatus.REPORTING,
        back_to=Step.REPORT,
        side_actions=frozenset({Action.ARCHIVE}),
    )
    rows[Step.DIRECT] = replace(rows[Step.DIRECT], back_to=INITIAL)
    rows[Step.DRAFT_ANSWER] = replace(rows[Step.DRAFT_ANSWER], allowance=Allowance(3, Unit.WORKING_DAYS))
    disposed = rows[Step.AGENCY_DISPOSE]
    rows[Step.AGENCY_DISPOSE] = replace(disposed, side_actions=disposed.side_actions | {Action.ASK_RELEASE})
    del rows[Step.RELAY]
    steps = list(rows.values())
    steps.insert(3, initial)
    above = {Officer.DIVISION_HEAD: SECRETARY}
    actors = [replace(one, superior=above.get(one.code, one.superior)) for one in STANDARD_ACTORS]
    deputy = Actor(SECRETARY, Organisation.OFFICE, Officer.OFFICE_HEAD)
    return checked(replace(STANDARD_SOP, version="2", steps=tuple(steps), actors=(*actors, deputy)))


CHANGED = changed_sop()


def at_the_initial() -> Case:
    case = Case(CHANGED)
    case.do(Action.REGISTER, ADMIN)
    case.do(Action.APPROVE_CHECK, SECTION_HEAD)
    case.do(Action.REPORT, DIVISION_HEAD)
    return case


def directed() -> Case:
    case = at_the_initial()
    case.do(Action.APPROVE, DEPUTY, note="Setuju")
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub")
    case.do(Action.ACCEPT, agency_admin("dishub"))
    return case


def test_the_added_review_stands_between_the_report_and_the_direction() -> None:
    case = at_the_initial()
    assert (case.steps(), case.facts.status) == ({(INITIAL, None)}, CaseStatus.REPORTING)
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.APPROVE, DIVISION_HEAD)
    case.refused(RefusalReason.OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD)
    offered = {one.action for one in allowed_actions(case.facts, DEPUTY, CHANGED)}
    assert offered == {Action.APPROVE, Action.SEND_BACK, Action.ARCHIVE, Action.NOTE, Action.ATTACH}
    case.do(Action.APPROVE, DEPUTY)
    assert case.steps() == {("direct", None)}


def test_it_sends_back_and_the_direction_returns_to_it() -> None:
    case = at_the_initial()
    case.do(Action.SEND_BACK, DEPUTY)
    assert case.steps() == {("report", None)}
    case.do(Action.REPORT, DIVISION_HEAD)
    case.do(Action.APPROVE, DEPUTY)
    case.do(Action.SEND_BACK, OFFICE_HEAD)
    assert case.steps() == {(INITIAL, None)}


def test_without_a_relay_there_is_only_the_direct_way() -> None:
    case = at_the_initial()
    case.do(Action.APPROVE, DEPUTY)
    case.refused(RefusalReason.OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], route="via_admin")
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.RELAY, ADMIN)


def test_an_agency_may_ask_for_release_from_step_6() -> None:
    case = directed()
    case.do(Action.ASK_RELEASE, agency_head("dishub"))
    case.do(Action.RELEASE, OFFICE_HEAD, "dishub", accept=True)
    assert case.steps() == {("direct", "dishub")}


def test_the_draft_has_three_days_and_a_late_report_goes_up_the_new_line() -> None:
    assert CHANGED.allowance(Step.DRAFT_ANSWER) == Allowance(3, Unit.WORKING_DAYS)
    assert CHANGED.allowance(Step.DRAFT_ANSWER, extended=True) == Allowance(14, Unit.WORKING_DAYS)
    assert escalation_line(Officer.DIVISION_HEAD, CHANGED) == ("division_head", SECRETARY, "office_head")
    assert escalation_line(Officer.SECTION_HEAD, CHANGED) == ("section_head", "division_head", "office_head")
    assert escalation_line(SECRETARY, CHANGED) == (SECRETARY, "office_head")


def test_a_case_runs_to_its_end_and_replays_under_its_own_version() -> None:
    case = directed()
    case.do(Action.DISPOSE, agency_head("dishub"))
    case.do(Action.SUBMIT_DRAFT, secretary("dishub"))
    case.do(Action.SIGN, agency_head("dishub"))
    case.do(Action.SEND, agency_admin("dishub"))
    case.do(Action.DISPOSE_ANSWER, OFFICE_HEAD)
    case.do(Action.REPLY, ADMIN)
    assert case.facts.status is CaseStatus.ANSWERED
    case.do(Action.REOPEN, ADMIN)
    assert case.steps() == {("check", None)}
    assert replay(NUMBER, case.log, CHANGED) == case.facts
    with pytest.raises(KeyError):
        replay(NUMBER, case.log, STANDARD_SOP)
    assert case.log[0].at == MONDAY


def test_a_review_after_the_answers_stands_before_the_reply() -> None:
    proof = SopStep(
        "proof",
        StepKind.REVIEW,
        11,
        Officer.SECTION_HEAD,
        Allowance(30, Unit.WORKING_MINUTES),
        Action.APPROVE,
        CaseStatus.REPLYING,
        back_to=Step.DISPOSE_ANSWER,
    )
    *before, reply = STANDARD_SOP.steps
    sop = checked(replace(STANDARD_SOP, steps=(*before, proof, replace(reply, back_to="proof"))))
    case = Case(sop)
    case.do(Action.REGISTER, ADMIN)
    case.do(Action.APPROVE_CHECK, SECTION_HEAD)
    case.do(Action.REPORT, DIVISION_HEAD)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub")
    for action, by in (
        (Action.ACCEPT, agency_admin),
        (Action.DISPOSE, agency_head),
        (Action.SUBMIT_DRAFT, secretary),
        (Action.SIGN, agency_head),
        (Action.SEND, agency_admin),
    ):
        case.do(action, by("dishub"))
    case.do(Action.DISPOSE_ANSWER, OFFICE_HEAD)
    assert (case.steps(), case.facts.status) == ({("proof", None)}, CaseStatus.REPLYING)
    case.do(Action.APPROVE, SECTION_HEAD)
    case.do(Action.SEND_BACK, ADMIN)
    assert case.steps() == {("proof", None)}
    case.do(Action.APPROVE, SECTION_HEAD)
    case.do(Action.REPLY, ADMIN)
    assert replay(NUMBER, case.log, sop) == case.facts


REFUSED = (
    (Action.REGISTER, "reply"),
    (Action.REGISTER, "loket"),
    (Action.REGISTER, None),
    (Action.APPROVE, "reply"),
    (Action.SEND_BACK, "register"),
    (Action.SEND_BACK, "agency_receive"),
    (Action.SEND_BACK, "loket"),
    (Action.SEND_BACK, None),
    (Action.DISPOSE_ANSWER, None),
    (Action.EXPIRE_QUESTION, "loket"),
)


@pytest.mark.parametrize(("action", "step"), REFUSED)
def test_an_event_that_no_case_of_the_version_has_is_refused(action: Action, step: str | None) -> None:
    event = Event(action, MONDAY, SYSTEM.capacities[0], step, None, {})
    with pytest.raises(KeyError):
        evolve(Case().facts, event, STANDARD_SOP)


@pytest.mark.parametrize("action", Action)
def test_whatever_stands_in_a_log_changes_the_case_or_is_refused_by_one_of_two_errors(action: Action) -> None:
    """The audit replays what is in the database, also after somebody changed it there."""
    cases = (Case(), at_agency(Step.SIGN_ANSWER, "dishub"), at_reply("dishub"), answered("dishub"))
    for case, step, agency in product(cases, (*Step, "loket", None), ("dishub", "dinkes", None)):
        event = Event(action, case.now, SYSTEM.capacities[0], step, agency, {})
        try:
            assert evolve(case.facts, event, STANDARD_SOP).version == case.facts.version + 1
        except (ValueError, KeyError):
            continue
