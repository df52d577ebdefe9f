"""One action on several cases: good ones kept, refused ones named, and nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import delete

from app.audit.replay import audit_all
from app.cases.bulk_actions import ChosenCase, perform_together
from app.cases.perform_action import perform_action
from app.core.extensions import db
from app.models import Complaint, Delivery, DeliveryItem, Notice
from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.statements import statements
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused, RefusalReason

NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=OFFICE_ZONE)
Find = Callable[[str], Person]


def chosen(*cases: Case) -> list[ChosenCase]:
    return [ChosenCase(case.id, None, case.complaint.version) for case in cases]


def status_of(*cases: Case) -> list[str]:
    return [db.session.get_one(Complaint, case.id).status for case in cases]


def test_good_ones_are_done_and_each_refused_one_says_why(context: Flask, person: Find) -> None:
    fine, gone, other = a_complaint(at="check"), a_complaint(at="check"), a_complaint(at="check")
    wishes = chosen(fine, gone, other)
    gone.act("section_head", "approve_check")
    foreign = a_complaint(at="register")
    outcomes = perform_together([*wishes, *chosen(foreign)], Action.APPROVE_CHECK, {}, person("kasi"))
    refused = {o.complaint_id: o.refused.reason if o.refused else None for o in outcomes}
    assert refused == {
        fine.id: None,
        gone.id: RefusalReason.STALE_VERSION,
        other.id: None,
        foreign.id: RefusalReason.OUT_OF_ORDER,
    }
    assert status_of(fine, gone, other, foreign) == ["reporting", "reporting", "reporting", "registering"]
    assert audit_all() == []


def test_a_case_that_is_named_twice_is_done_once(context: Flask, person: Find) -> None:
    case = a_complaint(at="check")
    outcomes = perform_together(chosen(case, case), Action.APPROVE_CHECK, {}, person("kasi"))
    assert [o.refused for o in outcomes] == [None]


def test_a_fault_in_one_leaves_none_half_done(context: Flask, person: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cases import bulk_actions as together

    first, second = a_complaint(at="check"), a_complaint(at="check")
    acts = together.perform_action

    def fails_for_the_second(complaint_id: int, *rest: object, **more: object) -> object:
        if complaint_id == second.id:
            raise RuntimeError("broken")
        return acts(complaint_id, *rest, **more)  # type: ignore[arg-type]

    wishes = chosen(first, second)
    monkeypatch.setattr(together, "perform_action", fails_for_the_second)
    with pytest.raises(RuntimeError, match="broken"):
        perform_together(wishes, Action.APPROVE_CHECK, {}, person("kasi"))
    assert status_of(first, second) == ["checking", "checking"]


def test_all_cases_are_locked_before_the_first_act(context: Flask, person: Find) -> None:
    cases = [a_complaint(at="check") for _ in range(3)]
    with statements(context) as asked:
        perform_together(chosen(*cases), Action.APPROVE_CHECK, {}, person("kasi"))
    first_lock = next(one for one in asked if "FOR NO KEY UPDATE" in one)
    assert " IN (" in first_lock


def test_at_night_a_bulk_and_single_acts_on_the_same_cases_all_come_to_an_end(context: Flask, person: Find) -> None:
    """Every act opens the morning message of the same officer under one lock; none may wait for a case meanwhile."""
    by = person("kasi")
    for _ in range(8):
        cases = [a_complaint(at="check") for _ in range(4)]
        wishes = chosen(*cases)
        for table in (DeliveryItem, Delivery, Notice):
            db.session.execute(delete(table))
        db.session.commit()

        def together(wishes: list[ChosenCase] = wishes) -> int:
            with context.app_context():
                outcomes = perform_together(wishes, Action.APPROVE_CHECK, {}, by, now=NIGHT)
                return sum(o.refused is None for o in outcomes)

        def singly(wishes: list[ChosenCase] = wishes) -> int:
            with context.app_context():
                return sum(_done(wish, by) for wish in reversed(wishes))

        with ThreadPoolExecutor(2) as pool:
            bulk, single = pool.submit(together), pool.submit(singly)
            assert bulk.result(timeout=60) + single.result(timeout=60) == len(cases)


def _done(wish: ChosenCase, by: Person) -> bool:
    try:
        perform_action(wish.complaint_id, ActionRequest(Action.APPROVE_CHECK), by, wish.version, now=NIGHT)
    except ActionRefused:
        return False
    return True
