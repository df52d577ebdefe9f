"""Random versions of the SOP: each that passes the check can be worked to its answer by its officers, and replays."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow_rules.rules_cases import GOOD, MONDAY, NUMBER, Case
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.decide import AllowedAction, allowed_actions
from workflow_rules.process.evolve import replay
from workflow_rules.process.facts import OpenStep
from workflow_rules.process.possible_actions import POWERS, SIDE_ACTIONS
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import faults_of
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step
from workflow_rules.process.steps import CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, Unit

AGENCIES = ("dishub", "dinkes")
OFFICE, AGENCY = tuple(Officer)[:4], tuple(Officer)[4:]
LATE_BACK = (Step.SIGN_ANSWER, Step.DISPOSE_ANSWER)
MOST_RETURNS = 4


@st.composite
def versions(draw: Any) -> Sop:
    """A version as an office may make it on screen, with reviews in both places, or without, and with any owners."""
    rows = {row.step: row for row in STANDARD_SOP.steps if row.kind is not StepKind.REVIEW}
    early = [_review(draw, f"paraf_{n}", CaseStatus.CHECKING) for n in range(draw(st.integers(0, 3)))]
    late = [_review(draw, f"periksa_{n}", CaseStatus.REPLYING) for n in range(draw(st.integers(0, 2)))]
    relays = draw(st.booleans())
    if not relays:
        del rows[Step.RELAY]
    *middle, reply = [row for step, row in rows.items() if step != Step.REGISTER]
    steps = [rows[Step.REGISTER], *early, *middle, *late, reply]
    steps = [_shaped(draw, steps, place) for place in range(len(steps))]
    leading = [row.step for row in steps[: len(early) + 2]]
    early_ways = {*draw(st.sets(st.sampled_from(leading))), *([] if relays else [Step.DIRECT])}
    fast = FastTrack(draw(st.sampled_from(OFFICE)), frozenset(early_ways))
    powers = {
        action: frozenset(draw(st.sets(st.sampled_from(OFFICE if own == "office" else AGENCY), min_size=1)))
        for action, own in POWERS.items()
    }
    return replace(STANDARD_SOP, version="acak", steps=tuple(steps), fast_track=fast, powers=powers)


def _review(draw: Any, step: str, status: CaseStatus) -> SopStep:
    allowance = Allowance(draw(st.integers(1, 90)), draw(st.sampled_from(Unit)))
    return SopStep(step, StepKind.REVIEW, 3, draw(st.sampled_from(OFFICE)), allowance, Action.APPROVE, status)


def _shaped(draw: Any, steps: list[SopStep], place: int) -> SopStep:
    """The step with an owner of its organisation, a possible return, and possible side actions."""
    row = steps[place]
    late = row.kind is StepKind.REVIEW and row.status is CaseStatus.REPLYING
    since = next((n for n, one in enumerate(steps[:place]) if one.kind is StepKind.DISPOSE_ANSWER), 0)
    back = [one.step for one in steps[since:place]]
    if row.step in LATE_BACK:
        back = [Step.DRAFT_ANSWER]
    elif row.of_agency or row.kind is StepKind.RELAY:
        back = []
    sides = [] if late else [action for action, kinds in SIDE_ACTIONS.items() if row.kind in kinds]
    return replace(
        row,
        actor=draw(st.sampled_from(AGENCY if row.of_agency else OFFICE)),
        back_to=draw(st.sampled_from([None, *back])),
        side_actions=frozenset(draw(st.sets(st.sampled_from(sides)))) if sides else frozenset(),
    )


def holder(sop: Sop, at: OpenStep) -> Person:
    actor = sop.owner(at.step)
    agency = at.agency if at.of_agency else None
    return Person(1, actor, (Capacity(actor, agency),))


def goes_on(case: Case, at: OpenStep, returns: int, route: str) -> bool:
    """Let the owner of an open step do its own action, or send it back; return whether it was sent back."""
    by, row = holder(case.sop, at), case.sop.row(at.step)
    offered = {(one.action, one.agency): one for one in allowed_actions(case.facts, by, case.sop)}
    back = next((one for (action, _), one in offered.items() if action is Action.SEND_BACK), None)
    if back is not None and back.step == at.step and returns > 0:
        _do(case, back, by, {})
        return True
    own = offered[row.act, at.agency]
    direct = {"agencies": list(AGENCIES), "lead": AGENCIES[0], "route": route}
    _do(case, own, by, direct if row.act is Action.DIRECT else {})
    return False


def _do(case: Case, one: AllowedAction, by: Person, params: dict[str, Any]) -> None:
    case.ask(ActionRequest(one.action, one.agency, {**GOOD[one.action], **params}, case.known), by)


@settings(max_examples=150, deadline=None)
@given(versions(), st.lists(st.booleans(), min_size=60, max_size=60), st.integers(0, 5))
def test_a_version_that_passes_the_check_can_be_worked_to_its_answer_and_replays(
    sop: Sop, sends_back: list[bool], choice: int
) -> None:
    assert faults_of(sop) == ()
    case, returns = Case(sop), MOST_RETURNS
    route = "fast" if sop.of_kind(StepKind.DIRECT).step in sop.fast_track.from_steps else "via_admin"
    for turn in range(60):
        if not case.facts.open_steps:
            break
        at = case.facts.open_steps[(choice + turn) % len(case.facts.open_steps)]
        returns -= goes_on(case, at, returns if sends_back[turn] else 0, route)
    assert case.facts.status is CaseStatus.ANSWERED
    assert case.log[0].at == MONDAY
    assert replay(NUMBER, case.log, sop) == case.facts
