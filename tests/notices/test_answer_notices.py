"""The reporter's answer is told to the office that asked, and to who stands in there: once a question, or not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import ComplaintEvent, DelegationRow, DeliveryItem, Notice
from app.notices import notify
from tests.factories import Case, a_complaint
from tests.office_zone import office_today
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

pytestmark = [pytest.mark.usefixtures("context")]
Find = Callable[[str], Person]


def told(kind: str = "information_added") -> list[str]:
    rows = db.session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id))
    return sorted(row.user.username for row in rows)


def stands_in(giver: Person, holder: Person) -> None:
    today = office_today()
    row = DelegationRow(kind="plh", giver_id=giver.id, holder_id=holder.id, decree_number="1/UJI")
    row.starts_on, row.ends_on, row.created_at = today, today, utc_now()
    db.session.add(row)
    db.session.commit()


def ask(case: Case, house: str) -> None:
    case.act("agency_secretary", "request_information", house, agency=house, question="Di mana?")


def answer(case: Case, agency: str | None = None) -> None:
    case.act("complaint_admin", "add_information", agency=agency, text="Di depan sekolah.")


def test_the_agency_that_asked_and_its_deputy_hear_of_it_and_the_other_does_not(person: Find) -> None:
    stands_in(person("sekretaris.dishub"), person("kepala.dishub"))
    case = a_complaint(at="draft_answer", agencies=("dishub", "dplh"))
    ask(case, "dishub")
    ask(case, "dplh")
    assert told() == []
    answer(case, "dishub")
    assert told() == ["kepala.dishub", "sekretaris.dishub"]
    row = db.session.scalars(select(Notice).where(Notice.kind == "information_added")).first()
    assert row is not None
    assert (row.task.step, row.task.agency_code, row.complaint_id) == ("draft_answer", "dishub", case.id)
    assert db.session.scalars(select(DeliveryItem).where(DeliveryItem.notice_id == row.id)).one() is not None


def test_at_the_registration_who_wrote_it_down_is_not_told_but_who_stands_in_is(person: Find) -> None:
    stands_in(person("admin.aduan"), person("kasi"))
    case = a_complaint()
    case.act("complaint_admin", "request_information", question="Di mana?")
    answer(case)
    assert told() == ["kasi"]


def test_each_question_is_told_of_once() -> None:
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    for _ in range(2):
        ask(case, "dishub")
        answer(case, "dishub")
    assert told() == ["sekretaris.dishub"] * 2


def test_without_an_open_question_nothing_is_told() -> None:
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    with pytest.raises(ActionRefused, match="out_of_order"):
        answer(case, "dishub")
    case.act("complaint_admin", "note", text="Pelapor menelepon.")
    assert told() == []


def test_a_notice_that_cannot_be_written_leaves_the_question_open(monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    ask(case, "dishub")

    def fail(*_: object, **_more: object) -> None:
        raise RuntimeError("the notices cannot be written")

    monkeypatch.setattr(notify.Notifier, "_add", fail)
    with pytest.raises(RuntimeError):
        answer(case, "dishub")
    assert case.complaint.tasks[-1].paused_at is not None
    assert db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.kind == "add_information")).all() == []


def test_every_question_that_runs_out_is_told_of(context: Flask, freeze: Callable[[str], object]) -> None:
    freeze("2026-11-23 09:00")
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    for day in ("2026-12-08 09:30", "2026-12-23 09:30"):
        ask(case, "dishub")
        freeze(day)
        while raise_due_alarms(utc_now() + timedelta(seconds=1)):
            pass
    assert told("question_expired") == ["sekretaris.dishub"] * 2
