"""What may happen among the agencies: field visits, declining, replacing, going on without, changing the lead."""

from dataclasses import replace

import pytest

from tests.workflow_rules.rules_cases import (
    ADMIN,
    DIVISION_HEAD,
    OFFICE_HEAD,
    SECTION_HEAD,
    agency_admin,
    agency_head,
    answered,
    at_agency,
    at_office,
    bring,
    directed,
)
from workflow_rules.process.actions import Action, ActionRequest, LetterState
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.standard_sop import STANDARD_SOP, Step
from workflow_rules.process.steps import CaseStatus, TrackState
from workflow_rules.time.deadlines import Allowance, Unit

OUT_OF_ORDER = RefusalReason.OUT_OF_ORDER


@pytest.mark.parametrize("step", [Step.AGENCY_DISPOSE, Step.DRAFT_ANSWER])
def test_a_field_visit_extends_step_7_once_from_its_own_start(step: Step) -> None:
    case = at_agency(step, "dishub")
    opened = case.facts.open_steps
    assert not case.track("dishub").extended
    case.do(Action.MARK_FIELD_VISIT, agency_head("dishub"))
    assert case.track("dishub").extended
    assert case.facts.field_visit
    assert case.facts.open_steps == opened
    case.refused(OUT_OF_ORDER, Action.MARK_FIELD_VISIT, agency_head("dishub"))


def test_a_field_visit_ordered_with_the_direction_is_not_marked_again() -> None:
    case = at_agency(Step.AGENCY_DISPOSE, "dishub", field_visit=True)
    assert case.track("dishub").extended
    case.refused(OUT_OF_ORDER, Action.MARK_FIELD_VISIT, agency_head("dishub"))


def test_several_agencies_are_cross_agency_and_one_is_not() -> None:
    assert all(t.extended for t in directed("dishub", "dinkes").facts.tracks)
    alone = directed("dishub")
    assert not alone.track("dishub").extended
    alone.do(Action.DECLINE, agency_admin("dishub"))
    alone.do(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dinkes", "dplh"], lead="dplh")
    assert alone.track("dinkes").extended
    assert alone.track("dplh").extended


def test_a_replacement_beside_another_agency_is_cross_agency() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DECLINE, agency_admin("dinkes"))
    case.do(Action.DIRECT, OFFICE_HEAD, "dinkes", agencies=["dplh"], lead=None)
    assert case.track("dplh").extended


def test_continuing_without_the_lead_passes_the_lead_on() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DECLINE, agency_admin("dishub"))
    assert case.facts.lead is None
    assert not any(t.lead for t in case.facts.tracks)
    case.do(Action.CONTINUE_WITHOUT, OFFICE_HEAD)
    assert [t.agency for t in case.facts.tracks if t.lead] == ["dinkes"]
    assert case.facts.lead == "dinkes"
    assert case.track("dishub").state is TrackState.DROPPED
    assert case.steps() == {(Step.AGENCY_RECEIVE, "dinkes")}


def test_continuing_without_another_leaves_the_lead_where_it_is() -> None:
    case = directed("dishub", "dinkes", "dplh")
    case.do(Action.DECLINE, agency_admin("dinkes"))
    case.do(Action.CONTINUE_WITHOUT, OFFICE_HEAD, agency="dinkes")
    assert case.facts.lead == "dishub"
    assert [t.agency for t in case.facts.active_tracks if t.lead] == ["dishub"]


def test_step_10_waits_while_a_replacement_is_sought() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DECLINE, agency_admin("dishub"))
    bring(case, "dinkes")
    assert case.steps() == {(Step.DIRECT, "dishub")}
    assert case.facts.status is CaseStatus.WITH_AGENCIES
    case.do(Action.CONTINUE_WITHOUT, OFFICE_HEAD)
    assert case.steps() == {(Step.DISPOSE_ANSWER, None)}


def test_the_agency_left_out_is_named_once_and_without_contradiction() -> None:
    case = directed("dishub", "dinkes", "dplh")
    for agency in ("dishub", "dinkes"):
        case.do(Action.DECLINE, agency_admin(agency))
    asked = ActionRequest(Action.CONTINUE_WITHOUT, "dishub", {"agency": "dinkes"}, case.known)
    assert case.faults_of(asked, OFFICE_HEAD) == [("agency", "contradiction")]
    for named in (None, "dishub"):
        missing = ActionRequest(Action.CONTINUE_WITHOUT, named, {}, case.known)
        assert case.faults_of(missing, OFFICE_HEAD) == [("agency", "required")]
    case.ask(ActionRequest(Action.CONTINUE_WITHOUT, "dinkes", {"agency": "dinkes"}, case.known), OFFICE_HEAD)
    assert case.facts.find_step(Step.DIRECT, "dishub")
    assert not case.facts.find_step(Step.DIRECT, "dinkes")


def test_when_the_last_agency_declines_the_case_is_directed_again() -> None:
    case = directed("dishub")
    case.do(Action.DECLINE, agency_admin("dishub"))
    assert case.facts.status is CaseStatus.DIRECTING
    assert case.steps() == {(Step.DIRECT, "dishub")}
    assert case.facts.step_of_track("dishub") is None
    case.refused(OUT_OF_ORDER, Action.CONTINUE_WITHOUT, OFFICE_HEAD)
    case.refused(OUT_OF_ORDER, Action.SEND_BACK, OFFICE_HEAD, "dishub")


def test_a_direction_given_again_needs_only_agencies_and_instruction() -> None:
    case = directed("dishub", route="via_admin")
    case.do(Action.RELAY, ADMIN)
    case.do(Action.DECLINE, agency_admin("dishub"))
    gone = {"lead": None, "urgency": None, "field_visit": None, "route": None}
    event = case.do(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dinkes"], **gone).event
    assert event.data["lead"] == "dinkes"
    assert event.data["route"] == "via_admin"
    assert event.agency == "dishub"
    assert case.steps() == {(Step.RELAY, "dishub")}
    assert case.facts.status is CaseStatus.RELAYING
    case.refused(RefusalReason.NOT_VISIBLE, Action.ACCEPT, agency_admin("dinkes"))
    case.do(Action.RELAY, ADMIN, "dishub")
    assert case.steps() == {(Step.AGENCY_RECEIVE, "dinkes")}


def test_a_direction_given_again_keeps_what_it_does_not_say() -> None:
    case = directed("dishub", urgency="urgent", field_visit=True)
    case.do(Action.DECLINE, agency_admin("dishub"))
    gone = {"lead": None, "urgency": None, "field_visit": None, "route": None}
    event = case.do(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dinkes"], **gone).event
    assert "urgency" not in event.data
    assert case.facts.field_visit


def test_a_direction_given_again_changes_the_lead_only_when_it_says_so() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DECLINE, agency_admin("dinkes"))
    kept = case.facts
    case.do(Action.DIRECT, OFFICE_HEAD, "dinkes", agencies=["dplh"], lead=None)
    assert case.facts.lead == "dishub"
    case.facts = kept
    case.do(Action.DIRECT, OFFICE_HEAD, "dinkes", agencies=["dplh"], lead="dplh")
    assert [t.agency for t in case.facts.active_tracks if t.lead] == ["dplh"]


def test_two_replacements_for_the_lead_need_a_lead() -> None:
    case = directed("dishub")
    case.do(Action.DECLINE, agency_admin("dishub"))
    two = {"agencies": ["dinkes", "dplh"]}
    assert case.faults(Action.DIRECT, OFFICE_HEAD, "dishub", lead=None, **two) == [("lead", "required")]
    assert case.faults(Action.DIRECT, OFFICE_HEAD, "dishub", lead="dishub", **two) == [("lead", "not_among_agencies")]


def test_a_direction_names_every_agency_it_cannot_take() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DECLINE, agency_admin("dishub"))
    assert case.faults(Action.DIRECT, OFFICE_HEAD, agencies=["dplh"], lead="dplh") == [("agency", "required")]
    found = case.faults(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dinkes", "mars", "dplh"], lead="venus")
    assert found == [
        ("agencies", "unknown_agency"),
        ("agencies", "agency_on_case"),
        ("lead", "not_among_agencies"),
    ]
    case.refused(OUT_OF_ORDER, Action.DIRECT, OFFICE_HEAD, "dinkes", agencies=["dplh"], lead="dplh")


def test_the_first_direction_refuses_a_closed_agency_and_a_strange_lead() -> None:
    case = at_office(Step.DIRECT)
    known = {"agencies": frozenset({"dishub"})}
    assert case.faults(Action.DIRECT, OFFICE_HEAD, known=known, agencies=["dinkes"], lead="dinkes") == [
        ("agencies", "unknown_agency")
    ]
    assert case.faults(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dinkes") == [
        ("lead", "not_among_agencies")
    ]


def test_the_declining_agency_may_be_told_again() -> None:
    case = directed("dishub")
    case.do(Action.DECLINE, agency_admin("dishub"))
    case.do(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dishub"], lead="dishub")
    assert case.steps() == {(Step.AGENCY_RECEIVE, "dishub")}
    assert len(case.facts.tracks) == 1


@pytest.mark.parametrize("route", ["fast", "via_admin"])
def test_an_agency_whose_replacement_is_still_being_sought_cannot_replace_another(route: str) -> None:
    case = directed("dishub", "dinkes")
    for agency in ("dishub", "dinkes"):
        case.do(Action.DECLINE, agency_admin(agency))
    if route == "via_admin":
        case.do(Action.DIRECT, OFFICE_HEAD, "dinkes", agencies=["dplh"], lead="dplh", route=route)
    assert case.faults(Action.DIRECT, OFFICE_HEAD, "dishub", agencies=["dinkes"], lead="dinkes") == [
        ("agencies", "agency_on_case")
    ]


def test_a_decline_at_step_6_is_the_heads() -> None:
    case = at_agency(Step.AGENCY_DISPOSE, "dishub", "dinkes")
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.DECLINE, agency_admin("dishub"))
    case.do(Action.DECLINE, agency_head("dishub"))
    assert (Step.DIRECT, "dishub") in case.steps()
    case.refused(RefusalReason.NOT_VISIBLE, Action.NOTE, agency_head("dishub"))


def test_an_added_agency_leads_only_when_nobody_does() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub")
    assert not case.track("dishub").extended
    case.do(Action.ADD_AGENCY, OFFICE_HEAD, "dinkes")
    assert [t.agency for t in case.facts.tracks if t.lead] == ["dishub"]
    assert case.track("dishub").extended
    assert case.track("dinkes").extended
    leaderless = directed("dishub", "dinkes")
    leaderless.do(Action.DECLINE, agency_admin("dishub"))
    leaderless.do(Action.ADD_AGENCY, OFFICE_HEAD, "dplh")
    assert [t.agency for t in leaderless.facts.tracks if t.lead] == ["dplh"]


def test_an_agency_that_was_dropped_and_added_again_is_on_the_case_once() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DROP_AGENCY, OFFICE_HEAD, "dinkes")
    case.do(Action.ADD_AGENCY, OFFICE_HEAD, "dinkes")
    assert [(t.agency, t.active) for t in case.facts.tracks] == [("dishub", True), ("dinkes", True)]


def test_step_7_is_extended_by_days_where_it_counts_in_days_and_by_no_more_than_the_sop_allows() -> None:
    in_minutes = Allowance(600, Unit.WORKING_MINUTES)
    case = at_office(Step.DIRECT, replace(STANDARD_SOP, extended_draft=in_minutes))
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub")
    bring(case, "dishub", Step.DRAFT_ANSWER)
    extend = (Action.EXTEND, OFFICE_HEAD, "dishub")
    assert case.faults(*extend, working_days=15) == [("working_days", "out_of_range")]
    case.do(*extend, working_days=14)
    visited = at_office(Step.DIRECT, replace(STANDARD_SOP, extended_draft=in_minutes))
    visited.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub", field_visit=True)
    bring(visited, "dishub", Step.DRAFT_ANSWER)
    assert visited.faults(*extend) == [("working_days", "not_in_days")]


def test_an_agency_that_is_not_released_goes_on_and_may_ask_again() -> None:
    case = at_agency(Step.DRAFT_ANSWER, "dishub")
    case.do(Action.ASK_RELEASE, agency_head("dishub"))
    case.refused(OUT_OF_ORDER, Action.ASK_RELEASE, agency_head("dishub"))
    case.do(Action.RELEASE, OFFICE_HEAD, "dishub", accept=False)
    assert case.steps() == {(Step.DRAFT_ANSWER, "dishub")}
    assert case.facts.seen_by == {"dishub"}
    case.refused(OUT_OF_ORDER, Action.RELEASE, OFFICE_HEAD, "dishub")
    case.do(Action.ASK_RELEASE, agency_head("dishub"))


def test_the_last_agency_is_not_dropped() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.DROP_AGENCY, OFFICE_HEAD, "dishub")
    case.refused(OUT_OF_ORDER, Action.DROP_AGENCY, OFFICE_HEAD, "dinkes")
    case.do(Action.RECALL, OFFICE_HEAD, "dinkes")


def test_an_agency_of_the_last_cycle_says_nothing_before_the_admin_has_relayed_the_case_to_it_again() -> None:
    case = answered("dishub")
    case.do(Action.REOPEN, ADMIN)
    case.do(Action.APPROVE_CHECK, SECTION_HEAD)
    case.do(Action.REPORT, DIVISION_HEAD)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub", route="via_admin")
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.NOTE, agency_head("dishub"))
    case.do(Action.RELAY, ADMIN)
    case.do(Action.NOTE, agency_head("dishub"))


def test_the_signature_holds_the_hash_of_the_draft_that_was_read() -> None:
    head = agency_head("dishub")
    case = at_agency(Step.SIGN_ANSWER, "dishub")
    unchanged = case.facts
    known = replace(case.known, drafts={"dishub": "f00d"})
    with pytest.raises(ActionRefused) as caught:
        case.ask(ActionRequest(Action.SIGN, "dishub", {}, known, reviewed="0dd"), head)
    assert caught.value.reason is RefusalReason.DRAFT_CHANGED
    for reviewed in ("f00d", None):
        case.facts = unchanged
        event = case.ask(ActionRequest(Action.SIGN, "dishub", {}, known, reviewed), head).event
        assert event.data["draft_hash"] == "f00d"
    assert "draft_hash" not in at_agency(Step.SEND_ANSWER, "dishub").log[-1].data


@pytest.mark.parametrize(
    ("letter", "reason", "kept"),
    [
        (LetterState(), "Asli dengan kurir", False),
        (LetterState(ink=True, scanned=True), "Asli dengan kurir", False),
        (LetterState(ink=True), "Asli dengan kurir", True),
        (LetterState(), None, False),
        (LetterState(ink=True, scanned=True), None, False),
    ],
)
def test_a_letter_without_a_scan_says_why_and_no_other_does(
    letter: LetterState, reason: str | None, kept: bool
) -> None:
    case = at_agency(Step.SEND_ANSWER, "dishub")
    known = {"letters": {"dishub": letter}}
    event = case.do(Action.SEND, agency_admin("dishub"), known=known, without_scan_reason=reason).event
    assert event.data.get("without_scan_reason") == (reason if kept else None)


def test_a_letter_is_sent_only_when_it_is_stored_and_signed_on_paper_only_with_its_scan() -> None:
    case, admin = at_agency(Step.SEND_ANSWER, "dishub"), agency_admin("dishub")
    absent, unscanned = (
        {"letters": {"dishub": letter}} for letter in (LetterState(ready=False), LetterState(ink=True))
    )
    case.refused(RefusalReason.LETTER_NOT_READY, Action.SEND, admin, known=absent)
    assert case.faults(Action.SEND, admin, known=unscanned) == [("without_scan_reason", "no_scan")]
