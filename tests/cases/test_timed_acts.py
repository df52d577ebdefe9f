"""What the clock does by itself is done once, by the sweep, however often, late or many at once it runs."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.replay import audit_all
from app.cases import timed_actions
from app.cases.perform_action import perform_action
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import DelegationRow, JournalEntry, Notice
from app.notices.notify import Notifier
from jobs import context as job_context
from jobs import tasks
from tests.factories import Case, a_complaint, events_of
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=OFFICE_ZONE)
ASKED = MONDAY + timedelta(minutes=10)
QUESTION_ENDS = datetime(2026, 12, 7, 9, 10, tzinfo=OFFICE_ZONE)
SILENCE_ENDS = datetime(2026, 12, 7, 9, 0, tzinfo=OFFICE_ZONE)
MINUTE = timedelta(minutes=1)
NEXT_DAY = MONDAY + timedelta(days=1)


@dataclass
class Sweep:
    """How the two sweeps run: so much too late, so often, so many side by side."""

    app: Flask
    freeze: Callable[[str], Any]
    late: timedelta = timedelta()
    times: int = 1
    at_once: int = 1

    def at(self, moment: datetime) -> None:
        db.session.rollback()
        self.freeze((moment + self.late).strftime("%Y-%m-%d %H:%M"))
        for _ in range(self.times):
            with ThreadPoolExecutor(self.at_once) as pool:
                list(pool.map(lambda _: self.once(), range(self.at_once)))
        db.session.rollback()

    def once(self) -> None:
        tasks.sweep_alarms()
        tasks.sweep_timed_acts()


@pytest.fixture
def sweep(context: Flask, freeze: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Sweep:
    monkeypatch.setattr(job_context, "worker_app", lambda: context)
    return Sweep(context, freeze)


@pytest.fixture(params=["once", "twice", "late", "four at once"])
def any_sweep(sweep: Sweep, request: pytest.FixtureRequest) -> Sweep:
    manner = {"twice": {"times": 2}, "late": {"late": timedelta(hours=30)}, "four at once": {"at_once": 4}}
    for name, value in manner.get(request.param, {}).items():
        setattr(sweep, name, value)
    return sweep


def asked_at_registration() -> Case:
    case = a_complaint(at="register", received=MONDAY)
    case.act("complaint_admin", "request_information", now=ASKED, question="Di mana?")
    return case


def asked_while_drafting() -> Case:
    case = a_complaint(at="draft_answer", agencies=("dishub",), received=MONDAY)
    case.act("agency_secretary", "request_information", "dishub", agency="dishub", now=ASKED, question="Di mana?")
    return case


def acts_of_the_clock(case: Case) -> list[str]:
    """Everything on record that no officer did, except the limits that passed."""
    rows = [e for e in events_of(case.id) if e.actor == "system" and e.kind != "breached"]
    assert all(row.officer_id is None for row in rows)
    return [row.kind for row in rows]


def told(kind: str) -> list[str]:
    return [n.user.username for n in db.session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id))]


def test_a_question_that_nobody_answers_ends_the_registration(any_sweep: Sweep) -> None:
    case = asked_at_registration()
    assert case.complaint.tasks[-1].next_alarm_at == QUESTION_ENDS
    any_sweep.at(QUESTION_ENDS)
    assert case.complaint.status == "archived"
    assert acts_of_the_clock(case) == ["expire_question"]
    assert told("question_expired") == ["admin.aduan"]
    assert audit_all() == []


def test_a_question_that_nobody_answers_lets_the_agency_go_on(any_sweep: Sweep) -> None:
    case = asked_while_drafting()
    before = case.complaint.tasks[-1].due_at
    any_sweep.at(QUESTION_ENDS)
    task = case.complaint.tasks[-1]
    assert (task.step, task.closed_at, task.paused_at) == ("draft_answer", None, None)
    assert task.due_at > before
    assert acts_of_the_clock(case) == ["expire_question"]
    assert told("question_expired") == ["sekretaris.dishub"]
    assert audit_all() == []


def test_the_question_of_each_of_two_agencies_has_its_own_end(sweep: Sweep) -> None:
    case = a_complaint(at="draft_answer", agencies=("dishub", "dplh"), received=MONDAY)
    for agency, at in (("dplh", ASKED), ("dishub", ASKED + timedelta(days=1))):
        case.act("agency_secretary", "request_information", agency, agency=agency, now=at, question="Di mana?")

    def asking() -> set[str | None]:
        return {task.agency_code for task in case.complaint.tasks if task.paused_at is not None}

    sweep.at(QUESTION_ENDS)
    assert asking() == {"dishub"}
    sweep.at(QUESTION_ENDS + timedelta(days=1) - MINUTE)
    assert asking() == {"dishub"}
    sweep.at(QUESTION_ENDS + timedelta(days=1))
    assert asking() == set()
    assert told("question_expired") == ["sekretaris.dplh", "sekretaris.dishub"]
    assert audit_all() == []


@pytest.mark.parametrize("asked", [asked_at_registration, asked_while_drafting])
def test_a_question_waits_until_its_last_minute(sweep: Sweep, asked: Callable[[], Case]) -> None:
    case = asked()
    sweep.at(QUESTION_ENDS - MINUTE)
    assert acts_of_the_clock(case) == []
    assert told("question_expired") == []


@pytest.mark.parametrize("when", [QUESTION_ENDS - MINUTE, QUESTION_ENDS + MINUTE])
def test_an_answer_counts_up_to_the_limit_and_for_as_long_as_no_sweep_has_run(sweep: Sweep, when: datetime) -> None:
    case = asked_at_registration()
    case.act("complaint_admin", "add_information", now=when, text="Di depan sekolah.")
    sweep.at(QUESTION_ENDS + 2 * MINUTE)
    assert acts_of_the_clock(case) == []
    assert case.complaint.status == "registering"
    assert told("question_expired") == []


def test_an_answer_and_the_sweep_at_the_same_moment_do_not_both_happen(sweep: Sweep) -> None:
    cases = {case.id: case.complaint.version for case in [asked_at_registration() for _ in range(6)]}
    sweep.freeze("2026-12-07 09:10")

    def answer(case_id: int) -> None:
        with sweep.app.app_context(), suppress(ActionRefused):
            request = ActionRequest(Action.ADD_INFORMATION, None, {"text": "Di depan sekolah."})
            perform_action(case_id, request, demo_person("admin.aduan"), cases[case_id])

    with ThreadPoolExecutor(3) as pool:
        for done in [*(pool.submit(answer, case) for case in cases), *(pool.submit(sweep.once) for _ in range(2))]:
            done.result()
    for case in cases:
        kinds = Counter(e.kind for e in events_of(case))
        assert kinds["expire_question"] + kinds["add_information"] == 1
    assert audit_all() == []


def test_ten_working_days_of_silence_close_an_answered_case(any_sweep: Sweep) -> None:
    case = a_complaint(at="answered", received=MONDAY)
    assert case.complaint.closes_at == SILENCE_ENDS
    any_sweep.at(SILENCE_ENDS)
    assert case.complaint.status == "closed"
    assert acts_of_the_clock(case) == ["close"]
    assert audit_all() == []


def test_silence_lasts_until_its_last_minute_and_reopening_is_possible_until_then(sweep: Sweep) -> None:
    silent, reopened = a_complaint(at="answered", received=MONDAY), a_complaint(at="answered", received=MONDAY)
    reopened.act("complaint_admin", "reopen", now=SILENCE_ENDS - MINUTE, reason="Belum selesai.")
    sweep.at(SILENCE_ENDS - MINUTE)
    assert silent.complaint.status == "answered"
    sweep.at(SILENCE_ENDS)
    assert silent.complaint.status == "closed"
    assert acts_of_the_clock(reopened) == []


def test_after_the_silence_nobody_reopens_whether_or_not_the_sweep_has_run(sweep: Sweep) -> None:
    case = a_complaint(at="answered", received=MONDAY)
    late = {"now": SILENCE_ENDS + MINUTE, "reason": "Belum selesai."}
    with pytest.raises(ActionRefused, match="outside its time"):
        case.act("complaint_admin", "reopen", **late)
    sweep.at(SILENCE_ENDS)
    with pytest.raises(ActionRefused, match="case_ended"):
        case.act("complaint_admin", "reopen", **late)
    assert case.complaint.status == "closed"


def test_a_case_whose_closing_fails_does_not_hold_up_the_others(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = a_complaint(at="answered", received=MONDAY), a_complaint(at="answered", received=MONDAY)
    acts, broken_id = timed_actions.perform_action, broken.id

    def fails_for_one(complaint_id: int, *rest: Any, **more: Any) -> Any:
        done = acts(complaint_id, *rest, **more)
        if complaint_id == broken_id:
            raise ValueError("no calendar reaches this")
        return done

    monkeypatch.setattr(timed_actions, "perform_action", fails_for_one)
    sweep.at(SILENCE_ENDS)
    assert (broken.complaint.status, fine.complaint.status) == ("answered", "closed")
    assert audit_all() == []
    monkeypatch.setattr(timed_actions, "perform_action", acts)
    sweep.at(SILENCE_ENDS + 14 * MINUTE)
    assert acts_of_the_clock(broken) == []
    sweep.at(SILENCE_ENDS + 15 * MINUTE)
    assert acts_of_the_clock(broken) == acts_of_the_clock(fine) == ["close"]


def delegated(giver: Person, holder: Person) -> int:
    """A delegation whose last day is that Monday."""
    days = {"starts_on": MONDAY.date(), "ends_on": MONDAY.date(), "created_at": MONDAY}
    row = DelegationRow(kind="plh", giver_id=giver.id, holder_id=holder.id, decree_number="1/UJI", **days)
    db.session.add(row)
    db.session.commit()
    return row.id


def journal() -> list[Any]:
    rows = db.session.scalars(
        select(JournalEntry).where(JournalEntry.kind != "row_changed").where(JournalEntry.kind == "delegation_ended")
    ).all()
    assert all(row.officer_id is None for row in rows)
    return [row.data["giver"] for row in rows]


def test_a_delegation_that_ended_is_noted_once_and_told_to_both(
    any_sweep: Sweep, person: Callable[[str], Person]
) -> None:
    giver, holder = person("kasi"), person("kabid")
    row_id = delegated(giver, holder)
    any_sweep.at(NEXT_DAY.replace(hour=0))
    assert journal() == [giver.id]
    assert sorted(told("delegation_ended")) == ["kabid", "kasi"]
    noted = db.session.get_one(DelegationRow, row_id).noted_at
    assert noted == utc_now()


def test_a_delegation_runs_through_its_last_day(sweep: Sweep, person: Callable[[str], Person]) -> None:
    delegated(person("kasi"), person("kabid"))
    sweep.at(MONDAY.replace(hour=23, minute=59))
    assert journal() == []
    assert told("delegation_ended") == []


def test_a_delegation_that_cannot_be_noted_does_not_hold_up_the_others(
    sweep: Sweep, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = delegated(person("kasi"), person("kabid")), delegated(person("kabid"), person("kadis"))
    tell = Notifier.delegation_ended

    def fails_for_one(self: Notifier, row: DelegationRow) -> None:
        if row.id == broken:
            raise ValueError("nobody can be told")
        tell(self, row)

    monkeypatch.setattr(Notifier, "delegation_ended", fails_for_one)
    sweep.at(NEXT_DAY)
    assert db.session.get_one(DelegationRow, broken).noted_at is None
    assert db.session.get_one(DelegationRow, fine).noted_at is not None
    assert sorted(told("delegation_ended")) == ["kabid", "kadis"]
    monkeypatch.setattr(Notifier, "delegation_ended", tell)
    sweep.at(NEXT_DAY)
    assert len(journal()) == 2
