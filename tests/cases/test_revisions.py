"""What a later revision from SP4N means by the rules: secrecy only grows, and news may be the answer waited for."""

from datetime import timedelta
from typing import Any

import pytest

from app.cases.report_changes import answers_question, stricter
from tests.workflow_rules.rules_cases import ADMIN, MONDAY, RECEIVED, Case
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import SYSTEM
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.evolve import evolve, replay
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.steps import CaseStatus

OPEN, SECRET, ANONYMOUS = Confidentiality.OPEN, Confidentiality.SECRET, Confidentiality.ANONYMOUS


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (OPEN, OPEN, OPEN),
        (OPEN, SECRET, SECRET),
        (OPEN, ANONYMOUS, ANONYMOUS),
        (SECRET, OPEN, SECRET),
        (SECRET, SECRET, SECRET),
        (SECRET, ANONYMOUS, ANONYMOUS),
        (ANONYMOUS, OPEN, ANONYMOUS),
        (ANONYMOUS, SECRET, ANONYMOUS),
        (ANONYMOUS, ANONYMOUS, ANONYMOUS),
    ],
)
def test_of_two_wishes_for_secrecy_the_stricter_holds(
    one: Confidentiality, other: Confidentiality, kept: Confidentiality
) -> None:
    assert stricter(one, other) is kept


def asked() -> Case:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    return case


@pytest.mark.parametrize(
    ("changed", "files", "answers"),
    [
        (["body"], False, True),
        (["body", "title"], False, True),
        ([], True, True),
        (["title", "category_id", "confidentiality"], False, False),
        ([], False, False),
    ],
)
def test_new_words_or_files_are_an_answer_and_nothing_else_is(changed: list[str], files: bool, answers: bool) -> None:
    assert answers_question(asked().facts, changed, files) is answers


def test_without_a_question_nothing_is_an_answer() -> None:
    assert not answers_question(Case().facts, ["body"], True)


def revised(case: Case, kind: SystemEvent = SystemEvent.REVISED, **more: Any) -> Event:
    case.now += timedelta(minutes=1)
    return Event(kind, case.now, SYSTEM.capacities[0], None, None, {**RECEIVED, **more})


def test_a_revision_that_answers_lets_the_clock_go_on() -> None:
    case = asked()
    event = revised(case, resumes=True)
    after = evolve(case.facts, event, case.sop)
    (step,) = after.open_steps
    assert (case.facts.status, after.status) == (CaseStatus.WAITING_FOR_REPORTER, CaseStatus.REGISTERING)
    assert step.paused_at is None
    assert step.pauses == ((MONDAY + timedelta(minutes=1), MONDAY + timedelta(minutes=2)),)
    assert replay(case.facts.number, [*case.log, event], case.sop) == after


def test_a_revision_that_does_not_leaves_it_standing() -> None:
    case = asked()
    assert evolve(case.facts, revised(case, resumes=False), case.sop).status is CaseStatus.WAITING_FOR_REPORTER
    assert evolve(case.facts, revised(case), case.sop).status is CaseStatus.WAITING_FOR_REPORTER


def test_a_decision_about_a_difference_writes_what_the_report_says_now() -> None:
    case = Case()
    after = evolve(case.facts, revised(case, SystemEvent.SETTLED, confidentiality="secret"), case.sop)
    assert (after.confidentiality, after.version) == (SECRET, case.facts.version + 1)
