"""The Kepala Dinas changes who works on a case, and an agency takes a letter back: what each act leaves in the rows."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.replay import audit_all
from app.cases.alarms import raise_passed_limits
from app.cases.perform_action import perform_action
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.demo.accounts import demo_person
from app.models import AgencyTrackRow, IssuedNumber, Letter, Notice, StepAlarm, StepTask
from app.notices.notify import Notifier
from app.papers.papers import draw_paper
from app.reference.calendar import load_working_calendar
from app.worklists.left_cases import left_cases
from tests.factories import Case, a_complaint
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.refusals import ActionRefused, RefusalReason

pytestmark = pytest.mark.usefixtures("context")
TWO = ("dishub", "dinkes")
WHY = {"reason": "Sudah ditangani OPD lain"}


def by_head(case: Case, action: str, agency: str, now: datetime | None = None, **params: Any) -> None:
    """An act of the Kepala Dinas on one agency's part."""
    request = ActionRequest(Action(action), None, {"agency": agency, **params})
    perform_action(case.id, request, demo_person("kadis"), case.complaint.version, now=now)


def track(case: Case, agency: str) -> AgencyTrackRow:
    own = (AgencyTrackRow.complaint_id == case.id, AgencyTrackRow.agency_code == agency)
    return db.session.scalars(select(AgencyTrackRow).where(*own).execution_options(populate_existing=True)).one()


def open_step(case: Case, agency: str) -> StepTask:
    own = (StepTask.complaint_id == case.id, StepTask.agency_code == agency, StepTask.closed_at.is_(None))
    return db.session.scalars(select(StepTask).where(*own)).one()


def notified(kind: str) -> list[str]:
    return sorted(n.user.username for n in db.session.scalars(select(Notice).where(Notice.kind == kind)))


def page_of(as_user: Any, username: str, case: Case) -> int:
    client: FlaskClient = as_user(username)
    return client.get(f"/aduan/{case.id}").status_code


def test_a_dropped_agency_no_longer_sees_the_case_and_keeps_only_number_dates_and_reason(
    app: Flask, as_user: Any
) -> None:
    case = a_complaint("agency_dispose", TWO)
    assert page_of(as_user, "admin.dinkes", case) == 200
    by_head(case, "drop_agency", "dinkes", **WHY)
    assert (track(case, "dinkes").state, track(case, "dinkes").sight_ended) == ("dropped", True)
    assert page_of(as_user, "admin.dinkes", case) == 404
    assert page_of(as_user, "admin.dishub", case) == 200
    (left,) = left_cases(demo_person("admin.dinkes"))
    assert (left.number, left.kind, left.reason) == (case.complaint.number, "drop_agency", WHY["reason"])
    page = as_user("admin.dinkes").get("/aduan/pernah-di-sini").get_data(as_text=True)
    assert case.complaint.number in page
    assert case.complaint.title not in page
    assert notified("left_case") == ["admin.dinkes", "kepala.dinkes"]
    assert audit_all() == []


def test_an_agency_that_declines_acts_to_the_end_and_then_sees_nothing(app: Flask, as_user: Any) -> None:
    case = a_complaint("agency_receive", TWO)
    client = as_user("admin.dinkes")
    form = {"action": "decline", "agency": "dinkes", "reason": "not_our_authority", "note": "Jalan nasional"}
    form |= {"expected_version": str(case.complaint.version), "token": "t" * 24}
    answer = client.post(f"/aduan/{case.id}/tindakan", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert page_of(as_user, "admin.dinkes", case) == 404
    assert audit_all() == []


def test_a_recalled_agency_can_be_directed_again_and_sees_the_case_again(app: Flask, as_user: Any) -> None:
    case = a_complaint("agency_receive", ("dishub",))
    by_head(case, "recall", "dishub", reason="Salah alamat")
    assert case.complaint.status == "directing"
    assert page_of(as_user, "admin.dishub", case) == 404
    again = {"agencies": ["dishub"], "lead": "dishub", "instruction": "Periksa lagi."}
    perform_action(case.id, ActionRequest(Action.DIRECT, "dishub", again), demo_person("kadis"), case.complaint.version)
    assert page_of(as_user, "admin.dishub", case) == 200
    assert audit_all() == []


def test_an_added_agency_gets_its_own_step_and_both_have_fourteen_days(app: Flask, as_user: Any) -> None:
    case = a_complaint("draft_answer", ("dishub",))
    before = open_step(case, "dishub").due_at
    by_head(case, "add_agency", "dinkes", instruction="Bantu dishub.")
    assert (open_step(case, "dinkes").step, track(case, "dinkes").lead) == ("agency_receive", False)
    assert open_step(case, "dishub").allowance_value == 14
    assert open_step(case, "dishub").due_at > before
    assert page_of(as_user, "admin.dinkes", case) == 200
    assert "admin.dinkes" in notified("step_opened")


def test_step_7_is_extended_once_by_working_days_up_to_the_limit_of_the_sop(app: Flask) -> None:
    case = a_complaint("draft_answer", ("dishub",))
    with pytest.raises(ActionRefused) as caught:
        by_head(case, "extend", "dishub", working_days=15, reason="Suku cadang")
    assert [(e.field, e.limit) for e in caught.value.errors] == [("working_days", "1-14")]
    by_head(case, "extend", "dishub", working_days=3, reason="Suku cadang")
    task = open_step(case, "dishub")
    assert task.allowance_value == 8
    assert task.due_at == load_working_calendar().add_days(task.clock_from, 8)
    assert notified("answer_extended") == ["sekretaris.dishub"]
    with pytest.raises(ActionRefused) as again:
        by_head(case, "extend", "dishub", working_days=1, reason="Lagi")
    assert again.value.reason is RefusalReason.OUT_OF_ORDER


def test_an_extended_deadline_warns_again_after_a_breach(app: Flask) -> None:
    """Near, due and later levels are raised once for each deadline."""
    case = a_complaint("draft_answer", ("dishub",))
    task, calendar = open_step(case, "dishub"), load_working_calendar()
    first_due = task.due_at
    late = calendar.add_minutes(first_due, 60)
    by_head(case, "extend", "dishub", now=late, working_days=2, reason="Suku cadang")
    assert levels(task) == [(0, first_due), (1, first_due)]
    second_due = open_step(case, "dishub").due_at
    later = calendar.add_minutes(second_due, 60)
    for _ in range(2):
        with one_transaction():
            raise_passed_limits(case.complaint, [open_step(case, "dishub")], Notifier(calendar, later))
    assert levels(task) == [(0, first_due), (1, first_due), (0, second_due), (1, second_due)]
    assert notified("step_late") == ["sekretaris.dishub", "sekretaris.dishub"]
    assert audit_all() == []


def levels(task: StepTask) -> list[tuple[int, datetime]]:
    rows = select(StepAlarm.level, StepAlarm.due_at).where(StepAlarm.task_id == task.id)
    return [(row.level, row.due_at) for row in db.session.execute(rows.order_by(StepAlarm.due_at, StepAlarm.level))]


def test_a_letter_that_is_taken_back_leaves_its_number_in_the_book_and_a_new_one_is_drawn(app: Flask) -> None:
    case = a_complaint("send_answer", ("dishub",))
    first = db.session.scalars(select(Letter).where(Letter.state == "signed")).one()
    case.act("agency_admin", "return_letter", "dishub", note="Salah tanggal")
    assert first.state == "voided"
    number = db.session.scalars(select(IssuedNumber).where(IssuedNumber.paper_id == first.paper_id)).one()
    assert (number.void_reason, number.voided_by_id) == ("Salah tanggal", demo_person("admin.dishub").id)
    assert open_step(case, "dishub").step == "draft_answer"
    case.act("agency_secretary", "submit_draft", "dishub", subject="Tanggapan", body="Tanggal diperbaiki.")
    case.act("agency_head", "sign", "dishub")
    second = db.session.scalars(select(Letter).where(Letter.state == "signed")).one()
    assert second.number != first.number
    assert audit_all() == []


def test_a_release_is_asked_by_the_agency_and_decided_by_the_kepala_dinas(app: Flask, as_user: Any) -> None:
    case = a_complaint("draft_answer", TWO)
    case.act("agency_head", "ask_release", "dinkes", reason="Jalan nasional")
    assert notified("release_asked") == ["kadis"]
    by_head(case, "release", "dinkes", accept=False, note="Tetap ditangani")
    assert notified("release_refused") == ["kepala.dinkes"]
    case.act("agency_head", "ask_release", "dinkes", reason="Sungguh jalan nasional")
    assert notified("release_asked") == ["kadis", "kadis"]
    by_head(case, "release", "dinkes", accept=True, note="Diarahkan ulang")
    assert open_step(case, "dinkes").step == "direct"
    assert page_of(as_user, "kepala.dinkes", case) == 404
    assert audit_all() == []


def test_a_letter_is_sent_only_with_its_file_and_ink_with_its_scan_or_a_reason(app: Flask) -> None:
    case = a_complaint("send_answer", ("dishub",))
    assert send_refused(case).reason is RefusalReason.LETTER_NOT_READY
    letter = db.session.scalars(select(Letter).where(Letter.state == "signed")).one()
    assert letter.paper_id is not None
    draw_paper(letter.paper_id)
    refused = send_refused(case)
    assert [(e.field, e.fault.value) for e in refused.errors] == [("without_scan_reason", "no_scan")]
    event = send(case, without_scan_reason="Asli dikirim dengan kurir")
    assert event.data == {"without_scan_reason": "Asli dikirim dengan kurir"}


def send(case: Case, **params: Any) -> Any:
    request = ActionRequest(Action.SEND, None, params)
    return perform_action(case.id, request, demo_person("admin.dishub"), case.complaint.version).event


def send_refused(case: Case) -> ActionRefused:
    with pytest.raises(ActionRefused) as caught:
        send(case)
    return caught.value


def test_a_field_visit_is_marked_before_the_limit_of_step_7_and_not_after(app: Flask) -> None:
    case = a_complaint("draft_answer", ("dishub",))
    late = load_working_calendar().add_minutes(open_step(case, "dishub").due_at, 1)
    with pytest.raises(ActionRefused) as caught:
        case.act("agency_head", "mark_field_visit", "dishub", now=late, reason="Perlu ke lokasi")
    assert caught.value.reason is RefusalReason.OUT_OF_ORDER
    case.act("agency_head", "mark_field_visit", "dishub", now=utc_now(), reason="Perlu ke lokasi")
    assert open_step(case, "dishub").allowance_value == 14


def test_a_secret_case_waits_until_its_words_are_confirmed(app: Flask) -> None:
    case = a_complaint("check", confidentiality="secret")
    correct = {"title": "Judul lain", "reason": "Nama pelapor ada di judul"}
    case.act("complaint_admin", "correct", **correct)
    case.act("section_head", "approve_check")
    case.act("division_head", "report")
    assert notified("anonymity_wanted") == ["admin.aduan"]
    direction = {"agencies": ["dishub"], "lead": "dishub", "instruction": "Periksa.", "urgency": "normal"}
    direction |= {"field_visit": False, "route": "fast"}
    with pytest.raises(ActionRefused) as caught:
        case.act("office_head", "direct", **direction)
    assert caught.value.reason is RefusalReason.ANONYMITY_UNCONFIRMED
    case.act("complaint_admin", "confirm_anonymity")
    case.act("office_head", "direct", **direction)
    assert case.complaint.status == "with_agencies"
    assert audit_all() == []


def test_words_between_one_agency_and_the_office_are_hidden_from_another_agency(app: Flask, as_user: Any) -> None:
    case = a_complaint("dispose_answer", TWO)
    note = "Angka anggaran Dinkes belum benar"
    request = ActionRequest(Action.SEND_BACK, "dinkes", {"note": note})
    perform_action(case.id, request, demo_person("kadis"), case.complaint.version)
    readers = {name: note in page_text(as_user, name, case) for name in ("admin.dinkes", "kasi", "admin.dishub")}
    assert readers == {"admin.dinkes": True, "kasi": True, "admin.dishub": False}


def page_text(as_user: Any, username: str, case: Case) -> str:
    client: FlaskClient = as_user(username)
    timeline = client.get(f"/api/v1/complaint/{case.id}/timeline").get_data(as_text=True)
    return timeline + client.get(f"/aduan/{case.id}").get_data(as_text=True)
