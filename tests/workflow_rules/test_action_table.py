"""Every officer asks for every action at every place, and gets what the hand-written table says, for its reason."""

from copy import deepcopy
from itertools import product

import pytest

from tests.workflow_rules.expected_actions import EVER, EXPECTED, HERE, NAMED, NEW, PEOPLE, THERE, Place, expected
from tests.workflow_rules.rules_cases import GOOD, OFFICE_HEAD, Case, all_sent
from tests.workflow_rules.rules_places import MADE, STATUS, person
from workflow_rules.process.actions import NAMES_AGENCY, Action, ActionRequest
from workflow_rules.process.decide import allowed_actions, decide
from workflow_rules.process.refusals import ActionRefused
from workflow_rules.process.standard_sop import Officer, Step

ASKED_FOR = tuple(a for a in Action if a is not Action.EXPIRE_QUESTION)


Combination = tuple[str, Action, str | None]
COMBINATIONS: tuple[Combination, ...] = tuple(product(PEOPLE, ASKED_FOR, NAMED))


def request_for(case: Case, action: Action, named: str | None) -> ActionRequest:
    params = dict(GOOD[action])
    if action in NAMES_AGENCY:
        params["agency"] = named or (NEW if action is Action.ADD_AGENCY else HERE)
    return ActionRequest(action, named, params, case.known)


def outcome(case: Case, who: str, action: Action, named: str | None) -> str:
    try:
        decision = decide(case.facts, request_for(case, action, named), person(who), case.sop, case.now)
    except ActionRefused as refused:
        return refused.reason.value
    assert decision.event.kind is action
    assert decision.after.version == case.facts.version + 1
    assert decision.event.by == person(who).capacities[0]
    return "allowed"


def test_the_table_covers_every_step_every_action_and_every_officer() -> None:
    assert set(EXPECTED) == set(MADE)
    assert set(Step) <= set(EXPECTED)
    assert sorted(EVER) == sorted(a.value for a in ASKED_FOR)
    assert {p.partition("@")[0] for p in PEOPLE} >= set(Officer)
    asked = [(name, *c) for name in EXPECTED for c in COMBINATIONS]
    assert len(asked) == len(set(asked)) == 37 * 17 * 37 * 4 == 93_092


@pytest.mark.parametrize("name", EXPECTED)
def test_everybody_gets_what_the_table_says(name: str) -> None:
    case, place = MADE[name](), EXPECTED[name]
    before = deepcopy(case.facts)
    answers = {c: (expected(place, c[0], c[1].value, c[2]), outcome(case, *c)) for c in COMBINATIONS}
    assert {c: pair for c, pair in answers.items() if pair[0] != pair[1]} == {}
    assert case.facts == before


@pytest.mark.parametrize("name", EXPECTED)
def test_the_buttons_are_exactly_the_allowed_actions(name: str) -> None:
    case, place = MADE[name](), EXPECTED[name]
    shown = {
        (who, a.action.value, a.agency) for who in PEOPLE for a in allowed_actions(case.facts, person(who), case.sop)
    }
    assert shown == set(place.allowed)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_place_is_the_one_that_the_table_means(name: str) -> None:
    case, place = MADE[name](), EXPECTED[name]
    assert tuple(sorted(case.facts.seen_by)) == tuple(sorted(place.sent_to))
    if name in set(Step):
        assert Step(name) in {s.step for s in case.facts.open_steps}
    if name in STATUS:
        assert case.facts.status is STATUS[name]


def test_a_refusal_names_the_agency_as_the_missing_field() -> None:
    place: Place = EXPECTED["dispose_answer"]
    assert expected(place, "office_head", "send_back", None) == "missing_input"
    case = all_sent(HERE, THERE)
    with pytest.raises(ActionRefused) as caught:
        decide(case.facts, request_for(case, Action.SEND_BACK, None), OFFICE_HEAD, case.sop, case.now)
    assert [e.field for e in caught.value.errors] == ["agency"]
