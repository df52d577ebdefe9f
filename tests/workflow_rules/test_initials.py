"""Initials before the head's signature (paraf hierarki): asked where the agency asks for them, given in any order."""

from dataclasses import replace

from tests.workflow_rules.rules_cases import NUMBER, Case, agency_admin, agency_head, at_agency, secretary
from workflow_rules.process.actions import Action
from workflow_rules.process.decide import allowed_actions
from workflow_rules.process.evolve import replay
from workflow_rules.process.refusals import RefusalReason
from workflow_rules.process.sop import SopStep
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step

BOTH = {"initials": {"dishub": (Officer.AGENCY_SECRETARY, Officer.AGENCY_ADMIN)}}
MISSING = RefusalReason.INITIALS_MISSING


def a_draft(asked: dict = BOTH) -> Case:
    case = at_agency(Step.DRAFT_ANSWER)
    case.do(Action.SUBMIT_DRAFT, secretary("dishub"), known=asked)
    return case


def offered(case: Case, person: object) -> set[Action]:
    found = allowed_actions(case.facts, person, STANDARD_SOP)  # type: ignore[arg-type]
    return {one.action for one in found} - {Action.NOTE, Action.ATTACH}


def test_without_the_setting_nobody_initials() -> None:
    for asked in ({}, {"initials": {"dinkes": (Officer.AGENCY_ADMIN,)}}):
        case = a_draft(asked)
        assert case.track("dishub").awaits == ()
        case.refused(RefusalReason.OUT_OF_ORDER, Action.INITIAL, agency_admin("dishub"))
        assert "initials" not in case.log[-1].data
        case.do(Action.SIGN, agency_head("dishub"))


def test_the_head_signs_after_the_others_and_the_drafter_stands_behind_it_already() -> None:
    case = a_draft()
    assert case.track("dishub").awaits == (Officer.AGENCY_ADMIN,)
    assert offered(case, agency_head("dishub")) == {Action.SEND_BACK, Action.ASK_RELEASE}
    assert offered(case, agency_admin("dishub")) == {Action.INITIAL}
    assert offered(case, secretary("dishub")) == set()
    case.refused(MISSING, Action.SIGN, agency_head("dishub"))
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.INITIAL, agency_head("dishub"))
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.INITIAL, secretary("dishub"))
    case.refused(RefusalReason.OUT_OF_ORDER, Action.INITIAL, agency_admin("dinkes"))
    case.do(Action.INITIAL, agency_admin("dishub"))
    case.refused(RefusalReason.OUT_OF_ORDER, Action.INITIAL, agency_admin("dishub"))
    case.do(Action.SIGN, agency_head("dishub"))
    assert replay(NUMBER, case.log, case.sop) == case.facts


def test_another_drafter_leaves_the_secretary_to_initial() -> None:
    rows = tuple(_by_admin(row) if row.step is Step.DRAFT_ANSWER else row for row in STANDARD_SOP.steps)
    case = at_agency(Step.DRAFT_ANSWER)
    case.sop = replace(STANDARD_SOP, steps=rows)
    case.do(Action.SUBMIT_DRAFT, agency_admin("dishub"), known=BOTH)
    assert case.track("dishub").awaits == (Officer.AGENCY_SECRETARY,)
    case.do(Action.INITIAL, secretary("dishub"))
    case.do(Action.SIGN, agency_head("dishub"))


def _by_admin(row: SopStep) -> SopStep:
    return replace(row, actor=Officer.AGENCY_ADMIN)


def test_a_draft_sent_back_loses_its_initials_and_the_next_one_needs_them_again() -> None:
    case = a_draft()
    case.do(Action.INITIAL, agency_admin("dishub"))
    case.do(Action.SEND_BACK, agency_head("dishub"))
    assert case.track("dishub").awaits == ()
    case.do(Action.SUBMIT_DRAFT, secretary("dishub"), known=BOTH)
    case.refused(MISSING, Action.SIGN, agency_head("dishub"))
    assert replay(NUMBER, case.log, case.sop) == case.facts
