"""Who acts: a wider fast track, another owner of step 10, delegations, several offices of one person."""

from dataclasses import replace

import pytest

from tests.workflow_rules.rules_cases import (
    ADMIN,
    DIVISION_HEAD,
    NUMBER,
    OFFICE_HEAD,
    SECTION_HEAD,
    Case,
    agency_admin,
    agency_head,
    all_sent,
    at_agency,
    at_office,
    bring,
    directed,
    officer,
)
from workflow_rules.process.actions import Action, ActionRequest, Correction
from workflow_rules.process.actors import Capacity, DelegationKind, Person
from workflow_rules.process.decide import allowed_actions
from workflow_rules.process.evolve import replay
from workflow_rules.process.refusals import RefusalReason
from workflow_rules.process.sop import FastTrack, Sop
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step
from workflow_rules.process.steps import CaseStatus, Route

OUT_OF_ORDER = RefusalReason.OUT_OF_ORDER
PAUSED = RefusalReason.PAUSED


def test_continuing_without_the_last_one_missing_opens_step_10() -> None:
    case = directed("dishub", "dinkes")
    bring(case, "dinkes")
    case.do(Action.DECLINE, agency_admin("dishub"))
    case.refused(OUT_OF_ORDER, Action.DISPOSE_ANSWER, OFFICE_HEAD)
    case.do(Action.CONTINUE_WITHOUT, OFFICE_HEAD)
    assert case.steps() == {(Step.DISPOSE_ANSWER, None)}


def with_fast_track(*steps: Step, actor: Officer = Officer.OFFICE_HEAD) -> Sop:
    return replace(STANDARD_SOP, fast_track=FastTrack(actor, frozenset(steps)))


def test_a_wider_fast_track_records_the_steps_it_skipped() -> None:
    case = at_office(Step.CHECK, with_fast_track(Step.CHECK, Step.DIRECT))
    event = case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub").event
    assert event.step is Step.CHECK
    assert event.data["skipped"] == ["check", "report"]
    assert case.steps() == {(Step.AGENCY_RECEIVE, "dishub")}
    assert replay(NUMBER, case.log, case.sop) == case.facts
    usual = directed("dishub")
    assert "skipped" not in usual.log[4].data


def test_a_wider_fast_track_is_for_its_steps_its_officer_and_its_route_only() -> None:
    sop = with_fast_track(Step.CHECK, Step.DIRECT)
    at_office(Step.REGISTER, sop).refused(OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD)
    at_office(Step.REPORT, sop).refused(OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD)
    case = at_office(Step.CHECK, sop)
    case.refused(OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD, route="via_admin")
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.DIRECT, SECTION_HEAD)
    case.do(Action.APPROVE_CHECK, SECTION_HEAD)


def test_a_fast_track_does_not_jump_over_a_question() -> None:
    case = Case(with_fast_track(Step.REGISTER, Step.DIRECT))
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    case.refused(PAUSED, Action.DIRECT, OFFICE_HEAD)


def test_an_sop_without_fast_track_at_step_4_allows_only_the_relay() -> None:
    case = at_office(Step.DIRECT, with_fast_track())
    case.refused(OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD, route="fast")
    case.do(Action.DIRECT, OFFICE_HEAD, route="via_admin")
    assert case.facts.route is Route.VIA_ADMIN


@pytest.mark.parametrize("route", ["fast", "via_admin"])
def test_a_replacement_goes_by_the_fast_track_where_the_first_direction_did(route: str) -> None:
    case = at_office(Step.DIRECT)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub", route=route)
    if route == "via_admin":
        case.do(Action.RELAY, ADMIN)
    case.do(Action.DECLINE, agency_admin("dishub"))
    case.sop = with_fast_track()
    again = {"agencies": ["dinkes"], "lead": "dinkes", "route": "fast"}
    if route == "fast":
        case.do(Action.DIRECT, OFFICE_HEAD, "dishub", **again)
        assert case.steps() == {(Step.AGENCY_RECEIVE, "dinkes")}
    else:
        case.refused(OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD, "dishub", **again)


def test_parameters_that_are_no_object_are_refused_on_a_wider_fast_track_too() -> None:
    case = at_office(Step.CHECK, with_fast_track(Step.CHECK, Step.DIRECT))
    for strange in ([], "fast", None, 5):
        request = ActionRequest(Action.DIRECT, None, strange, case.known)  # type: ignore[arg-type]
        assert case.faults_of(request, OFFICE_HEAD) == [("params", "wrong_type")]


def test_step_10_can_be_given_to_the_head_of_division() -> None:
    rows = tuple(
        replace(r, actor=Officer.DIVISION_HEAD) if r.step is Step.DISPOSE_ANSWER else r for r in STANDARD_SOP.steps
    )
    case = all_sent("dishub")
    case.sop = replace(STANDARD_SOP, steps=rows)
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.DISPOSE_ANSWER, OFFICE_HEAD)
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.SEND_BACK, OFFICE_HEAD, "dishub")
    assert (Action.DISPOSE_ANSWER, None) in {
        (a.action, a.agency) for a in allowed_actions(case.facts, DIVISION_HEAD, case.sop)
    }
    case.do(Action.DISPOSE_ANSWER, DIVISION_HEAD)
    assert case.facts.status is CaseStatus.REPLYING


def test_an_act_under_delegation_names_the_capacity_it_was_done_in() -> None:
    acting = Capacity(Officer.OFFICE_HEAD, None, on_behalf_of=4, kind=DelegationKind.PLT, delegation=7)
    deputy = Person(3, "deputy", (Capacity(Officer.DIVISION_HEAD), acting))
    case = at_office(Step.REPORT)
    assert case.do(Action.REPORT, deputy).event.by == Capacity(Officer.DIVISION_HEAD)
    assert case.do(Action.DIRECT, deputy, agencies=["dishub"], lead="dishub").event.by == acting
    assert {a.capacity for a in allowed_actions(case.facts, deputy, case.sop) if a.action is Action.NOTE} == {
        Capacity(Officer.DIVISION_HEAD)
    }


def test_a_delegated_head_of_agency_acts_for_that_agency_only() -> None:
    acting = Capacity(Officer.AGENCY_HEAD, "dinkes", on_behalf_of=9, kind=DelegationKind.PLH, delegation=8)
    person = Person(5, "secretary and acting head", (Capacity(Officer.AGENCY_SECRETARY, "dishub"), acting))
    case = at_agency(Step.AGENCY_DISPOSE, "dishub", "dinkes")
    bring(case, "dinkes", Step.AGENCY_DISPOSE)
    case.refused(RefusalReason.WRONG_AGENCY, Action.DISPOSE, person, "dishub")
    assert case.do(Action.DISPOSE, person, "dinkes").event.by == acting


def test_who_holds_one_office_in_two_agencies_says_which_is_meant() -> None:
    both = Person(6, "twice", (Capacity(Officer.AGENCY_ADMIN, "dishub"), Capacity(Officer.AGENCY_ADMIN, "dinkes")))
    case = directed("dishub", "dinkes")
    assert case.faults(Action.ACCEPT, both) == [("agency", "required")]
    assert case.do(Action.ACCEPT, both, "dinkes").event.agency == "dinkes"
    assert case.do(Action.ACCEPT, both).event.agency == "dishub"


def test_a_passphrase_is_passed_on_and_never_recorded() -> None:
    case = at_agency(Step.SIGN_ANSWER, "dishub")
    decision = case.do(Action.SIGN, agency_head("dishub"), passphrase="rahasia sekali")
    assert decision.params["passphrase"] == "rahasia sekali"
    assert "passphrase" not in decision.event.data
    assert "rahasia" not in repr((decision.event, decision.after))


def test_a_person_may_hold_an_office_and_observe() -> None:
    auditor = Person(8, "auditor", (Capacity(Officer.AGENCY_ADMIN, "dplh"),), observes=True)
    case = directed("dishub")
    case.refused(OUT_OF_ORDER, Action.ACCEPT, auditor)
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.APPROVE_CHECK, officer(Officer.AGENCY_HEAD, "dishub"))


def test_a_naive_instant_is_an_error() -> None:
    case = Case()
    case.now = case.now.replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        case.do(Action.REGISTER, ADMIN)


def test_a_log_that_does_not_begin_with_the_reception_cannot_be_replayed() -> None:
    case = at_office(Step.CHECK)
    for log in ([], case.log[1:]):
        with pytest.raises(ValueError, match="begins with the reception"):
            replay(NUMBER, log, case.sop)


def test_a_correction_takes_a_part_of_the_identity_away() -> None:
    case = at_office(Step.REGISTER)
    assert case.facts.reporter.has_phone
    gone = Correction(identity_removed=("phone",))
    case.do(Action.CORRECT, ADMIN, known={"correction": gone}, category=None, reporter={"phone": None})
    assert not case.facts.reporter.has_phone
    assert case.facts.reporter.has_name
