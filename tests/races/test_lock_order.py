"""Acts that concern several cases: two of them at once never wait for each other in a circle."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, select, text

from app.audit.replay import audit_all
from app.casefile.facts import get_for_update
from app.cases.bulk_actions import ChosenCase, perform_together
from app.cases.perform_action import perform_action
from app.core.extensions import db
from app.models import Complaint, Delivery, Reporter
from app.sp4n.inbound.apply_batch import apply_batch
from tests.factories import REPORTER, Case, a_complaint
from tests.races.test_races import ROUNDS, TOLD, run
from tests.sp4n.reports import a_linked_case, a_revision
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person

FindPerson = Callable[[str], Person]


def test_two_merges_crosswise_end_with_one_merged_case(context: Flask) -> None:
    pairs = [(a_complaint(at="check"), a_complaint(at="check")) for _ in range(ROUNDS)]
    there = [merge(one, two) for one, two in pairs]
    back = [merge(two, one) for one, two in pairs]
    db.session.remove()
    outcomes = run(context, there, back, refusals=TOLD | {"missing_input"})
    wrong = {number: ends for number, ends in outcomes.items() if ends.count("done") != 1}
    assert wrong == {}
    assert audit_all() == []


def merge(one: Case, into: Case) -> dict[str, object]:
    number, version = into.complaint.number, one.complaint.version
    return {"username": "kasi", "action": "merge", "id": one.id, "version": version, "params": {"into": number}}


def a_merge(low: Case, high: Case, person: FindPerson) -> Callable[[], object]:
    request = ActionRequest(Action.MERGE, None, {"into": low.complaint.number})
    return lambda: perform_action(high.id, request, person("kasi"), None)


def several_merges(low: Case, high: Case, person: FindPerson) -> Callable[[], object]:
    chosen, into = [ChosenCase(high.id, None, high.complaint.version)], {"into": low.complaint.number}
    return lambda: perform_together(chosen, Action.MERGE, into, person("kasi"))


def acts_together(low: Case, high: Case, person: FindPerson) -> Callable[[], object]:
    chosen = [ChosenCase(case.id, None, case.complaint.version) for case in (high, low)]
    return lambda: perform_together(chosen, Action.APPROVE_CHECK, {}, person("kasi"))


def a_batch_of_reports(low: Case, high: Case, person: FindPerson) -> Callable[[], object]:
    """SP4N names the later case first."""
    newer = [{**a_revision(2, title="Jalan rusak"), "tracking_id": number} for number in ("9300002", "9300001")]
    return lambda: apply_batch(newer)


@pytest.mark.parametrize("several", [a_merge, several_merges, acts_together, a_batch_of_reports])
def test_who_waits_for_an_earlier_case_holds_no_later_one(
    context: Flask, person: FindPerson, several: Callable[..., Callable[[], object]]
) -> None:
    low, high = a_linked_case("9300001"), a_linked_case("9300002")
    for case in (low, high):
        case.act("complaint_admin", "register")
    ids, act = (low.id, high.id), several(low, high, person)
    db.session.remove()
    with db.engine.connect() as held, db.engine.connect() as other:
        hold(held, ids[0])
        with beside(context, act):
            until_somebody_waits_for(held)
            hold(other, ids[1], nowait=True)
            other.rollback()
            held.rollback()


def test_a_reply_does_not_wait_for_an_act_on_a_case_that_was_merged_into_it(context: Flask) -> None:
    main = a_complaint(at="reply")
    follower = a_complaint(at="check", reporter={**REPORTER, "email": "aminah@contoh.example"})
    follower.act("section_head", "merge", into=main.complaint.number)
    follower_id = follower.id
    db.session.get_one(Reporter, follower_id).told_by = "email"
    db.session.commit()

    holds, finished = threading.Event(), threading.Event()

    def an_act() -> None:
        get_for_update(follower_id, unscoped=True)
        holds.set()
        finished.wait(timeout=60)
        db.session.rollback()

    with beside(context, an_act):
        assert holds.wait(timeout=20)
        db.session.execute(text("SET lock_timeout = '3s'"))
        try:
            main.act("complaint_admin", "reply", text="Sudah ditangani.", proof="Dicatat.")
        finally:
            finished.set()
    told = select(Delivery.told).where(Delivery.complaint_id == follower_id)
    assert db.session.scalars(told).all() == ["answered"]


@contextmanager
def beside(app: Flask, act: Callable[[], object]) -> Iterator[None]:
    """Do something at the same time in a session of its own; what it raises is raised at the end."""

    def run_it() -> None:
        with app.app_context():
            try:
                act()
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    faults: list[Exception] = []
    thread = threading.Thread(target=run_it)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=60)
    assert not thread.is_alive()
    if faults:
        raise faults[0]


def until_somebody_waits_for(held: Connection) -> None:
    """Returns once another session waits for a lock of this one; fails after 20 s."""
    pid = held.scalar(text("SELECT pg_backend_pid()"))
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY (pg_blocking_pids(pid))")
    end = time.monotonic() + 20
    with db.engine.connect() as looking:
        while not looking.scalar(waiting, {"pid": pid}):
            looking.rollback()
            assert time.monotonic() < end, "nobody waits"
            time.sleep(0.02)


def hold(connection: Connection, case_id: int, nowait: bool = False) -> None:
    """Lock a case as an act does; with `nowait` it fails where somebody has it."""
    connection.execute(select(Complaint.id).where(Complaint.id == case_id).with_for_update(nowait=nowait))
