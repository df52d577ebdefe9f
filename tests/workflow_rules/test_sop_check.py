"""Wrong versions of the SOP, written by hand: each fault is found at its place, and nothing else is said."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Actor, Organisation
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked, faults_of
from workflow_rules.process.standard_sop import STANDARD_ACTORS, STANDARD_POWERS, STANDARD_SOP, Officer, Step
from workflow_rules.process.steps import CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, Unit

MINUTES = Allowance(30, Unit.WORKING_MINUTES)
ORDER = [row.step for row in STANDARD_SOP.steps]
Rows = list[SopStep]


def review(step: str = "paraf", **changes: Any) -> SopStep:
    row = SopStep(step, StepKind.REVIEW, 4, "division_head", MINUTES, Action.APPROVE, CaseStatus.REPORTING)
    return replace(row, **changes)


def with_step(which: str, /, **changes: Any) -> Sop:
    return replace(
        STANDARD_SOP, steps=tuple(replace(r, **changes) if r.step == which else r for r in STANDARD_SOP.steps)
    )


def with_rows(change: Callable[[Rows], Any]) -> Sop:
    rows = list(STANDARD_SOP.steps)
    change(rows)
    return replace(STANDARD_SOP, steps=tuple(rows))


def without(*steps: str) -> Sop:
    return replace(STANDARD_SOP, steps=tuple(row for row in STANDARD_SOP.steps if row.step not in steps))


def with_actors(*more: Actor, **superiors: str | None) -> Sop:
    actors = (replace(one, superior=superiors.get(one.code, one.superior)) for one in STANDARD_ACTORS)
    return replace(STANDARD_SOP, actors=(*actors, *more))


def with_powers(powers: dict[Action, set[str]]) -> Sop:
    return replace(STANDARD_SOP, powers={**STANDARD_POWERS, **{a: frozenset(who) for a, who in powers.items()}})


def fast(actor: str, *steps: str) -> Sop:
    return replace(STANDARD_SOP, fast_track=FastTrack(actor, frozenset(steps)))


WRONG: dict[str, tuple[Sop, list[str]]] = {
    "no registration": (without("register"), ["steps missing_step register", "steps[0].back_to wrong_return register"]),
    "no direction": (without("direct"), ["steps missing_step direct", "fast_track.from_steps not_leading direct"]),
    "no reception by the agency": (without("agency_receive"), ["steps missing_step agency_receive"]),
    "no disposition at the agency": (without("agency_dispose"), ["steps missing_step agency_dispose"]),
    "no draft": (
        without("draft_answer"),
        [
            "steps missing_step draft_answer",
            "steps[7].back_to wrong_return draft_answer",
            "steps[9].back_to wrong_return draft_answer",
        ],
    ),
    "no signature": (without("sign_answer"), ["steps missing_step sign_answer"]),
    "no sending": (without("send_answer"), ["steps missing_step send_answer"]),
    "no taking up of the answers": (
        without("dispose_answer"),
        ["steps missing_step dispose_answer", "steps[10].back_to wrong_return dispose_answer"],
    ),
    "no reply": (without("reply"), ["steps missing_step reply"]),
    "the check dropped, the report still returns to it": (without("check"), ["steps[1].back_to wrong_return check"]),
    "the report dropped, the direction still returns to it": (
        without("report"),
        ["steps[2].back_to wrong_return report"],
    ),
    "a review twice": (
        with_rows(lambda rows: rows.insert(2, rows[1])),
        ["steps[2] duplicate check"],
    ),
    "a second direction": (
        with_rows(lambda rows: rows.insert(4, replace(rows[3], step="direct_2"))),
        ["steps[4] duplicate direct_2", "steps[4].id wrong_id direct_2"],
    ),
    "a reply under another name": (with_step("reply", step="jawab"), ["steps[11].id wrong_id jawab"]),
    "a review named as the direction": (
        with_rows(lambda rows: rows.insert(3, review("direct"))),
        ["steps[4] duplicate direct", "steps[3].id wrong_id direct"],
    ),
    "a review after the direction": (
        with_rows(lambda rows: rows.insert(5, review())),
        ["steps[5] wrong_order paraf"],
    ),
    "a review within the agency": (
        with_rows(lambda rows: rows.insert(7, review())),
        ["steps[7] wrong_order paraf"],
    ),
    "a review after the reply": (
        with_rows(lambda rows: rows.append(review(status=CaseStatus.REPLYING))),
        ["steps[12] wrong_order paraf"],
    ),
    "the relay before the direction": (
        with_rows(lambda rows: rows.insert(3, rows.pop(4))),
        ["steps[4] wrong_order direct"],
    ),
    "the signature before the draft": (
        with_rows(lambda rows: rows.insert(7, rows.pop(8))),
        ["steps[8] wrong_order draft_answer"],
    ),
    "an unknown role": (with_step("check", actor="sekretaris"), ["steps[1].actor unknown_actor sekretaris"]),
    "a step of the office owned by an agency": (
        with_step("direct", actor="agency_head"),
        ["steps[3].actor wrong_organisation agency_head"],
    ),
    "a step of an agency owned by the office": (
        with_step("sign_answer", actor="office_head"),
        ["steps[8].actor wrong_organisation office_head"],
    ),
    "a step of nobody": (with_step("reply", actor=""), ["steps[11].actor unknown_actor "]),
    "a step owned by the reporter": (with_step("reply", actor="reporter"), ["steps[11].actor unknown_actor reporter"]),
    "no time": (with_step("check", allowance=None), ["steps[1].allowance no_allowance check"]),
    "no time at all": (
        with_step("check", allowance=Allowance(0, Unit.WORKING_MINUTES)),
        ["steps[1].allowance not_positive 0"],
    ),
    "a relay of no time": (
        with_step("relay", allowance=Allowance(0, Unit.WORKING_DAYS)),
        ["steps[4].allowance not_positive 0"],
    ),
    "a status of another step": (
        with_step("register", status=CaseStatus.CHECKING),
        ["steps[0].status wrong_status checking"],
    ),
    "a review without a status": (with_step("check", status=None), ["steps[1].status wrong_status "]),
    "a review with the status of an end": (
        with_step("check", status=CaseStatus.CLOSED),
        ["steps[1].status wrong_status closed"],
    ),
    "an early review with a late status": (
        with_step("report", status=CaseStatus.REPLYING),
        ["steps[2].status wrong_status replying"],
    ),
    "an agency's step with a status": (
        with_step("sign_answer", status=CaseStatus.WITH_AGENCIES),
        ["steps[8].status wrong_status with_agencies"],
    ),
    "a review that registers": (with_step("check", act=Action.REGISTER), ["steps[1].act wrong_act register"]),
    "a direction that is approved": (with_step("direct", act=Action.APPROVE), ["steps[3].act wrong_act approve"]),
    "a return to a later step": (with_step("check", back_to="direct"), ["steps[1].back_to wrong_return direct"]),
    "a return to itself": (with_step("check", back_to="check"), ["steps[1].back_to wrong_return check"]),
    "a return to a step that is not": (with_step("check", back_to="loket"), ["steps[1].back_to wrong_return loket"]),
    "a return from the registration": (
        with_step("register", back_to="check"),
        ["steps[0].back_to wrong_return check"],
    ),
    "a return from the relay": (with_step("relay", back_to="direct"), ["steps[4].back_to wrong_return direct"]),
    "a return from the draft": (
        with_step("draft_answer", back_to="agency_dispose"),
        ["steps[7].back_to wrong_return agency_dispose"],
    ),
    "a signer who returns to the reception": (
        with_step("sign_answer", back_to="agency_receive"),
        ["steps[8].back_to wrong_return agency_receive"],
    ),
    "answers that go back to the direction": (
        with_step("dispose_answer", back_to="direct"),
        ["steps[10].back_to wrong_return direct"],
    ),
    "a reply that goes back to the draft": (
        with_step("reply", back_to="draft_answer"),
        ["steps[11].back_to wrong_return draft_answer"],
    ),
    "an archive at the relay": (
        with_step("relay", side_actions=frozenset({Action.ARCHIVE})),
        ["steps[4].side_actions side_action_not_possible archive"],
    ),
    "a question at the check": (
        with_step("check", side_actions=frozenset({Action.REQUEST_INFORMATION})),
        ["steps[1].side_actions side_action_not_possible request_information"],
    ),
    "a signature at the reply": (
        with_step("reply", side_actions=frozenset({Action.SIGN})),
        ["steps[11].side_actions side_action_not_possible sign"],
    ),
    "a release asked at the reception": (
        with_step("agency_receive", side_actions=frozenset({Action.ASK_RELEASE})),
        ["steps[5].side_actions side_action_not_possible ask_release"],
    ),
    "a fast track of an agency": (
        fast("agency_head", "direct"),
        ["fast_track.actor wrong_organisation agency_head"],
    ),
    "a fast track of nobody": (fast("bupati", "direct"), ["fast_track.actor unknown_actor bupati"]),
    "a fast track from the relay": (fast("office_head", "relay"), ["fast_track.from_steps not_leading relay"]),
    "a fast track from a step that is not": (
        fast("office_head", "loket"),
        ["fast_track.from_steps not_leading loket"],
    ),
    "neither a relay nor the direct way": (
        replace(without("relay"), fast_track=FastTrack("office_head", frozenset({"check"}))),
        ["fast_track.from_steps no_way_to_agencies direct"],
    ),
    "nobody may recall": (with_powers({Action.RECALL: set()}), ["powers.recall nobody_may "]),
    "an agency may add agencies": (
        with_powers({Action.ADD_AGENCY: {"agency_head"}}),
        ["powers.add_agency wrong_organisation agency_head"],
    ),
    "the office asks for a release": (
        with_powers({Action.ASK_RELEASE: {"office_head"}}),
        ["powers.ask_release wrong_organisation office_head"],
    ),
    "a role that is not may close": (
        with_powers({Action.CLOSE: {"complaint_admin", "camat"}}),
        ["powers.close unknown_actor camat"],
    ),
    "a power over a step's own action": (
        with_powers({Action.SIGN: {"agency_admin"}}),
        ["powers side_action_not_possible sign"],
    ),
    "a role twice": (
        with_actors(Actor("section_head", Organisation.OFFICE)),
        ["actors[7].code duplicate section_head"],
    ),
    "a role named as the reporter": (
        with_actors(Actor("reporter", Organisation.OFFICE)),
        ["actors[7].code duplicate reporter"],
    ),
    "a superior that is not": (
        with_actors(division_head="sekda"),
        ["actors[2].superior unknown_actor sekda"],
    ),
    "superiors in a circle": (
        with_actors(office_head="complaint_admin"),
        [f"actors[{n}].superior no_line_to_the_top {above}" for n, above in enumerate(
            ("section_head", "division_head", "office_head", "complaint_admin", "agency_secretary", "agency_head",
             "office_head")
        )],
    ),
    "an agency above the office": (
        with_actors(Actor("camat", Organisation.AGENCY), division_head="camat"),
        ["actors[2].superior wrong_organisation camat"],
    ),
    "no silence": (
        replace(STANDARD_SOP, silence=Allowance(0, Unit.WORKING_DAYS)),
        ["silence not_positive 0"],
    ),
    "a warning after its deadline": (
        replace(STANDARD_SOP, warning_percent=101),
        ["warning_percent out_of_range 1-100"],
    ),
    "a warning at once": (replace(STANDARD_SOP, warning_percent=0), ["warning_percent out_of_range 1-100"]),
    "alarms without a pause": (replace(STANDARD_SOP, alarm_days=0), ["alarm_days out_of_range 1-30"]),
}  # fmt: skip


def test_there_are_fifty_wrong_versions_and_the_seeded_one_is_right() -> None:
    assert len(WRONG) >= 50
    assert faults_of(STANDARD_SOP) == ()
    assert checked(STANDARD_SOP) is STANDARD_SOP
    assert list(Step) == ORDER
    assert [actor.code for actor in STANDARD_ACTORS] == list(Officer)


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_found_at_its_place(name: str) -> None:
    sop, faults = WRONG[name]
    assert [f"{f.path} {f.reason.value} {f.value}" for f in faults_of(sop)] == faults
    with pytest.raises(ValueError, match=faults[0].split(" ")[1]):
        checked(sop)
