"""The SOP as officers walk it: both routes, every way back, and questions to the reporter (design section 4)."""

from datetime import timedelta

import pytest

from tests.workflow_rules.rules_cases import (
    ADMIN,
    DIVISION_HEAD,
    NUMBER,
    OFFICE_HEAD,
    RECEIVED,
    SECTION_HEAD,
    Case,
    agency_admin,
    agency_head,
    all_sent,
    at_agency,
    at_office,
    at_reply,
    bring,
    directed,
    secretary,
)
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import REPORTER, SYSTEM, Person
from workflow_rules.process.decide import allowed_actions
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.evolve import evolve, replay
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality, ReporterFacts
from workflow_rules.process.refusals import RefusalReason
from workflow_rules.process.standard_sop import Step
from workflow_rules.process.steps import CaseStatus, Route, TrackState

OUT_OF_ORDER = RefusalReason.OUT_OF_ORDER
PAUSED = RefusalReason.PAUSED


def test_the_whole_sop_through_the_admin() -> None:
    case = at_office(Step.DIRECT)
    seen = [case.facts.status]
    walk = (
        (Action.DIRECT, OFFICE_HEAD, {"agencies": ["dishub"], "lead": "dishub", "route": "via_admin"}),
        (Action.RELAY, ADMIN, {}),
        (Action.ACCEPT, agency_admin("dishub"), {}),
        (Action.DISPOSE, agency_head("dishub"), {}),
        (Action.SUBMIT_DRAFT, secretary("dishub"), {}),
        (Action.SIGN, agency_head("dishub"), {}),
        (Action.SEND, agency_admin("dishub"), {}),
        (Action.DISPOSE_ANSWER, OFFICE_HEAD, {}),
        (Action.REPLY, ADMIN, {}),
        (Action.CLOSE, SYSTEM, {}),
    )
    states = []
    for action, by, params in walk:
        case.do(action, by, **params)
        seen.append(case.facts.status)
        states.append(getattr(case.facts.track("dishub"), "state", None))
    assert [s.value for s in seen] == [
        "directing",
        "relaying",
        "with_agencies",
        "with_agencies",
        "with_agencies",
        "with_agencies",
        "with_agencies",
        "disposing_answer",
        "replying",
        "answered",
        "closed",
    ]
    assert [s.value for s in states[:7]] == [
        "directed",
        "directed",
        "received",
        "disposed",
        "signing",
        "signed",
        "sent",
    ]
    assert case.facts.version == len(case.log) == 14
    assert case.facts.route is Route.VIA_ADMIN
    assert replay(NUMBER, case.log, case.sop) == case.facts


def test_the_relay_keeps_the_clock_of_step_4_and_hides_the_case_until_it_is_done() -> None:
    case = at_office(Step.DIRECT)
    step_4 = case.facts.open_steps[0].clock_from
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub", route="via_admin")
    relay = case.facts.find_step(Step.RELAY, None)
    assert relay is not None
    assert relay.clock_from == step_4 < relay.opened_at
    case.refused(RefusalReason.NOT_VISIBLE, Action.ACCEPT, agency_admin("dishub"))
    case.do(Action.RELAY, ADMIN)
    receive = case.facts.find_step(Step.AGENCY_RECEIVE, "dishub")
    assert receive is not None
    assert receive.clock_from == receive.opened_at == case.now


def test_the_fast_track_with_three_agencies_one_replaced_and_one_sent_back_twice() -> None:
    case = directed("dishub", "dinkes", "dplh")
    assert case.steps() == {(Step.AGENCY_RECEIVE, a) for a in ("dishub", "dinkes", "dplh")}
    case.do(Action.DECLINE, agency_admin("dinkes"))
    offered = allowed_actions(case.facts, OFFICE_HEAD, case.sop)
    assert {(a.action, a.agency) for a in offered if a.again} == {(Action.DIRECT, "dinkes")}
    assert (Action.CONTINUE_WITHOUT, "dinkes") in {(a.action, a.agency) for a in offered}
    case.do(Action.DIRECT, OFFICE_HEAD, "dinkes", agencies=["disdukcapil"], lead=None, route=None)
    assert case.track("disdukcapil").replaces == "dinkes"
    assert case.facts.lead == "dishub"
    bring(case, "dplh", Step.SIGN_ANSWER)
    for _ in range(2):
        case.do(Action.SEND_BACK, agency_head("dplh"))
        assert case.facts.find_step(Step.DRAFT_ANSWER, "dplh")
        assert case.track("dplh").state is TrackState.DRAFTING
        case.do(Action.SUBMIT_DRAFT, secretary("dplh"))
    for agency in ("dplh", "dishub"):
        bring(case, agency)
        case.refused(OUT_OF_ORDER, Action.DISPOSE_ANSWER, OFFICE_HEAD)
    bring(case, "disdukcapil")
    assert case.facts.status is CaseStatus.DISPOSING_ANSWER
    case.do(Action.DISPOSE_ANSWER, OFFICE_HEAD)
    case.do(Action.REPLY, ADMIN)
    assert case.facts.status is CaseStatus.ANSWERED
    assert replay(NUMBER, case.log, case.sop) == case.facts


@pytest.mark.parametrize(
    ("step", "by", "back"),
    [
        (Step.CHECK, SECTION_HEAD, Step.REGISTER),
        (Step.REPORT, DIVISION_HEAD, Step.CHECK),
        (Step.DIRECT, OFFICE_HEAD, Step.REPORT),
    ],
)
def test_steps_2_to_4_send_back_to_the_step_before(step: Step, by: Person, back: Step) -> None:
    case = at_office(step)
    decision = case.do(Action.SEND_BACK, by)
    assert case.steps() == {(back, None)}
    assert [s.step for s in decision.opened] == [back]
    assert [s.step for s in decision.closed] == [step]


def test_the_reply_goes_back_to_the_disposition_and_from_there_to_one_agency() -> None:
    case = at_reply("dishub", "dinkes")
    case.do(Action.SEND_BACK, ADMIN)
    assert case.steps() == {(Step.DISPOSE_ANSWER, None)}
    case.do(Action.SEND_BACK, OFFICE_HEAD, "dinkes")
    assert case.steps() == {(Step.DRAFT_ANSWER, "dinkes")}
    assert case.facts.status is CaseStatus.WITH_AGENCIES
    assert case.track("dishub").state is TrackState.SENT
    assert case.track("dinkes").state is TrackState.DRAFTING
    bring(case, "dinkes")
    assert case.steps() == {(Step.DISPOSE_ANSWER, None)}


def test_the_disposition_sends_back_only_to_an_agency_on_the_case() -> None:
    case = all_sent("dishub", "dinkes")
    assert case.faults(Action.SEND_BACK, OFFICE_HEAD) == [("agency", "required")]
    case.refused(OUT_OF_ORDER, Action.SEND_BACK, OFFICE_HEAD, "dplh")


def test_a_question_at_step_1_makes_the_whole_case_wait() -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    asked = case.now
    assert case.facts.status is CaseStatus.WAITING_FOR_REPORTER
    case.refused(PAUSED, Action.REGISTER, ADMIN)
    case.refused(PAUSED, Action.ARCHIVE, ADMIN)
    case.do(Action.NOTE, ADMIN)
    case.do(Action.ATTACH, REPORTER)
    case.do(Action.ADD_INFORMATION, REPORTER)
    step = case.facts.open_steps[0]
    assert step.paused_at is None
    assert step.pauses == ((asked, case.now),)
    assert step.clock_from < asked
    case.refused(OUT_OF_ORDER, Action.ADD_INFORMATION, REPORTER)
    assert case.facts.status is CaseStatus.REGISTERING


def test_a_waiting_case_can_be_withdrawn() -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    case.do(Action.WITHDRAW, REPORTER)
    assert case.facts.status is CaseStatus.WITHDRAWN
    assert not case.facts.open_steps


def test_a_question_at_step_7_pauses_only_that_track() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub", "dinkes")
    case.do(Action.REQUEST_INFORMATION, secretary("dishub"))
    assert case.facts.status is CaseStatus.WITH_AGENCIES
    case.refused(PAUSED, Action.SUBMIT_DRAFT, secretary("dishub"))
    case.refused(PAUSED, Action.MARK_FIELD_VISIT, agency_head("dishub"))
    bring(case, "dinkes")
    case.do(Action.ADD_INFORMATION, ADMIN)
    bring(case, "dishub")
    assert case.facts.status is CaseStatus.DISPOSING_ANSWER


def test_a_question_of_the_only_agency_makes_the_case_wait() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub")
    case.do(Action.REQUEST_INFORMATION, secretary("dishub"))
    assert case.facts.status is CaseStatus.WAITING_FOR_REPORTER


def test_of_two_questions_the_answer_names_the_one_it_is_for() -> None:
    case = directed("dishub", "dinkes")
    for agency in ("dishub", "dinkes"):
        bring(case, agency, Step.DRAFT_ANSWER)
        case.do(Action.REQUEST_INFORMATION, secretary(agency))
    assert case.faults(Action.ADD_INFORMATION, REPORTER) == [("agency", "required")]
    case.do(Action.ADD_INFORMATION, REPORTER, "dinkes")
    dishub, dinkes = (case.facts.find_step(Step.DRAFT_ANSWER, a) for a in ("dishub", "dinkes"))
    assert dishub is not None
    assert dishub.paused_at is not None
    assert not dishub.pauses
    assert dinkes is not None
    assert dinkes.paused_at is None
    assert len(dinkes.pauses) == 1


def test_a_second_question_adds_a_second_pause() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub")
    for _ in range(2):
        case.do(Action.REQUEST_INFORMATION, secretary("dishub"))
        case.do(Action.ADD_INFORMATION, REPORTER)
    assert len(case.facts.open_steps[0].pauses) == 2


def test_an_unanswered_question_archives_at_step_1() -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    case.do(Action.EXPIRE_QUESTION, SYSTEM)
    assert case.facts.status is CaseStatus.ARCHIVED
    assert not case.facts.open_steps


def test_an_unanswered_question_resumes_at_step_7() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub", "dinkes")
    case.do(Action.REQUEST_INFORMATION, secretary("dishub"))
    case.do(Action.EXPIRE_QUESTION, SYSTEM)
    step = case.facts.find_step(Step.DRAFT_ANSWER, "dishub")
    assert step is not None
    assert step.paused_at is None
    assert len(step.pauses) == 1
    case.do(Action.SUBMIT_DRAFT, secretary("dishub"))


def test_a_question_expires_by_the_clock_only_and_not_too_early() -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    later = case.now + timedelta(minutes=2)
    case.refused(OUT_OF_ORDER, Action.EXPIRE_QUESTION, SYSTEM, known={"question_ends_at": later})
    case.refused(OUT_OF_ORDER, Action.EXPIRE_QUESTION, SYSTEM, known={"question_ends_at": None})
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.EXPIRE_QUESTION, ADMIN)
    assert not any(a.action is Action.EXPIRE_QUESTION for a in allowed_actions(case.facts, SYSTEM, case.sop))


def test_an_agency_among_the_parameters_of_an_act_that_has_none_is_an_unknown_parameter() -> None:
    case = directed("dishub", "dplh")
    request = ActionRequest(Action.ACCEPT, None, {"agency": "dplh"}, case.known)
    assert case.faults_of(request, agency_admin("dishub")) == [("agency", "unknown_field")]


def test_new_words_of_a_secret_report_have_to_be_confirmed_again() -> None:
    case = Case(confidentiality="secret")
    case.do(Action.CONFIRM_ANONYMITY, ADMIN)
    case.do(Action.NOTE, ADMIN)
    assert not case.facts.anonymity_unconfirmed
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    case.do(Action.ADD_INFORMATION, REPORTER)
    assert case.facts.anonymity_unconfirmed


def after(case: Case, kind: SystemEvent, **data: object) -> ComplaintFacts:
    """The facts after something that no officer did."""
    return evolve(case.facts, Event(kind, case.now, SYSTEM.capacities[0], None, None, data), case.sop)


def test_what_is_only_noted_leaves_open_forms_as_they_are() -> None:
    case = Case()
    for kind in ("breached", "code_replaced", "file_checked", "identity_opened"):
        assert after(case, SystemEvent(kind)) == case.facts
    removed = after(case, SystemEvent.IDENTITY_REMOVED)
    assert removed.reporter == ReporterFacts()
    assert removed.version == case.facts.version == 1


def test_a_case_is_linked_with_its_report_in_sp4n_and_unlinked() -> None:
    linked, unlinked = Case(in_sp4n=True), Case()
    assert after(unlinked, SystemEvent.LINKED).in_sp4n
    assert not after(linked, SystemEvent.UNLINKED).in_sp4n
    assert after(linked, SystemEvent.UNLINKED).version == 2


@pytest.mark.parametrize("resumes", [True, False])
def test_a_revised_report_replaces_the_facts_and_resumes_only_when_it_answers(resumes: bool) -> None:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    revised = {**RECEIVED, "confidentiality": "secret", "in_sp4n": True, "reporter": {"has_name": True}}
    facts = after(case, SystemEvent.REVISED, **revised, resumes=resumes)
    assert facts.confidentiality is Confidentiality.SECRET
    assert facts.in_sp4n
    assert facts.reporter == ReporterFacts(has_name=True)
    assert facts.waiting is not resumes
    assert facts.anonymity_unconfirmed
    case.facts = facts
    assert not after(case, SystemEvent.REDACTED).anonymity_unconfirmed
