"""The time of a case on its page and its account: both clocks by name, why each limit stands, whose time was used."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit.invariants.record_checks import deadlines
from app.audit.invariants.scope import Scope
from app.audit.replay import audit_all
from app.calendar.change import RowChange, apply_change
from app.casefile.case import load_case
from app.casefile.clocks import whole_clock
from app.casefile.steps import late_numbers, step_rows
from app.cases.perform_action import perform_action
from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.periods import Period
from app.demo.accounts import demo_person
from app.reference.calendar import load_working_calendar
from app.reporting.figures.punctuality import closed_steps
from tests.factories import a_complaint
from tests.statements import statements
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.standard_sop import Step
from workflow_rules.time.deadlines import Allowance, TimeState, Unit

Freeze = Callable[[str], Any]
SignIn = Callable[[str], FlaskClient]
HOLIDAY = RowChange("holiday", None, None, {"day": date(2026, 11, 24).isoformat(), "name": "Libur", "kind": "local"})


def test_both_clocks_stand_on_the_page_by_name(app: Flask, freeze: Freeze, as_user: SignIn) -> None:
    freeze("2026-11-24 10:00")
    with app.app_context():
        case_id = a_complaint(at="draft_answer", agencies=("dishub",)).id
    strip = as_user("kadis").get(f"/aduan/{case_id}").text.partition('class="waktu"')[2].partition("</aside>")[0]
    assert "<b>SOP</b> · Batas langkah 7 · DISHUB (5 hari kerja)" in strip
    assert "<b>SOP</b> · Batas keseluruhan" in strip
    national = strip.partition("<b>Nasional</b>")[2]
    assert "Penyelesaian (14 hari kerja)" in national
    assert "14 Des 2026, 10.00 WITA" in national.partition("</a>")[0]


def test_the_account_names_pauses_the_longer_time_and_the_rules(app: Flask, freeze: Freeze, as_user: SignIn) -> None:
    freeze("2026-11-23 10:00")
    with app.app_context():
        case = a_complaint(at="draft_answer", agencies=("dishub",))
        case.act("agency_secretary", "request_information", "dishub", agency="dishub", question="Di <mana>?")
        freeze("2026-11-23 11:00")
        case.act("complaint_admin", "add_information", agency="dishub", text="Di depan sekolah.")
        case.act("agency_head", "mark_field_visit", "dishub", agency="dishub", reason="Tinjau lokasi.")
        case_id = case.id
    freeze("2026-11-23 14:00")
    page = as_user("kadis").get(f"/aduan/{case_id}/batas").text
    assert "diperpanjang menjadi 14 hari kerja" in page
    assert "perlu tinjauan lapangan" in page
    assert "Di &lt;mana&gt;?" in page
    assert "SP4N-LAPOR! (Permen PANRB 5/2025)" in page
    used = page.partition('id="terpakai"')[2]
    houses = used.partition("Per pihak")[2].partition("Per langkah")[0]
    assert "Pelapor (menunggu keterangan)" in houses
    assert houses.count("1 jam") == 1
    assert "2 jam" in houses
    assert "Buku waktu (" in used


def test_a_breach_reported_with_an_earlier_limit_says_old_and_new(app: Flask, freeze: Freeze, as_user: SignIn) -> None:
    freeze("2026-11-24 10:00")
    with app.app_context():
        case_id = a_complaint().id
        freeze("2026-11-24 11:30")
        raise_due_alarms(utc_now())
    reader = as_user("kadis")
    assert "batas lama" not in reader.get(f"/aduan/{case_id}/batas").text
    with app.app_context():
        apply_change((HOLIDAY,), "Surat edaran", None, utc_now())
    said = reader.get(f"/aduan/{case_id}/batas").text.partition("batas lama ")[2].partition("</p>")[0]
    assert said.startswith("Selasa, 24 November 2026, 11.00 WITA")
    assert "kini Rabu, 25 November 2026, 08.30 WITA" in said


@pytest.mark.parametrize("tail", ["", "/batas"])
def test_the_pages_cost_does_not_grow_with_the_agencies_or_the_book(app: Flask, as_user: SignIn, tail: str) -> None:
    with app.app_context():
        few = a_complaint(at="draft_answer", agencies=("dishub",)).id
        many = a_complaint(at="draft_answer", agencies=("dishub", "dpuprperkim", "dinkes", "dplh")).id
    reader, cost = as_user("kadis"), []
    reader.get(f"/aduan/{few}{tail}")
    for case_id in (few, many):
        with statements(app) as seen:
            assert reader.get(f"/aduan/{case_id}{tail}").status_code == 200
        cost.append(len(seen))
    assert cost[0] == cost[1]
    assert cost[1] < 60


def test_a_reopened_case_has_its_whole_time_anew_from_the_reopening(
    app: Flask, freeze: Freeze, as_user: SignIn
) -> None:
    """Time spent closed does not count (design 5): 7 days and 450 minutes from Monday 09.00, without step 1."""
    freeze("2026-11-02 09:00")
    with app.app_context():
        case = a_complaint(at="answered", agencies=("dishub",))
        freeze("2026-11-09 09:00")
        case.act("complaint_admin", "reopen", reason="Belum selesai.")
        case_id = case.id
    freeze("2026-11-09 09:30")
    strip = as_user("kadis").get(f"/aduan/{case_id}").text.partition("Batas keseluruhan")[2].partition("</div>\n")[2]
    assert "Aman" in strip[:400]
    assert "19 Nov 2026, 09.00 WITA" in strip[:600]


def test_the_whole_time_is_paused_while_step_1_waits_for_the_reporter(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-02 09:00")
    case = a_complaint()
    case.act("complaint_admin", "request_information", question="Di mana?")
    months_later = utc_now() + timedelta(days=60)
    assert whole_clock(load_case(case.id, demo_person("kadis"), months_later)).state is TimeState.PAUSED
    case.act("complaint_admin", "add_information", text="Di depan pasar.", now=months_later)
    assert whole_clock(load_case(case.id, demo_person("kadis"), months_later)).state is TimeState.SAFE


def test_a_waiting_step_has_used_the_share_of_its_allowance_before_the_question(context: Flask, freeze: Freeze) -> None:
    """Step 1 has 60 minutes; the question was asked after 30, and the wait is long."""
    freeze("2026-11-02 09:00")
    case = a_complaint()
    case.act("complaint_admin", "request_information", question="Di mana?", now=utc_now() + timedelta(minutes=30))
    shown = load_case(case.id, demo_person("kadis"), utc_now() + timedelta(days=4))
    assert step_rows(shown)[0].lines[0].percent == 50


def test_the_bar_of_a_step_warns_from_the_share_of_its_version(
    context: Flask, freeze: Freeze, as_user: Callable[[str], FlaskClient]
) -> None:
    """Step 1 has 60 minutes, of which 30 are used."""
    freeze("2026-11-02 09:00")
    case = a_complaint()
    freeze("2026-11-02 09:30")
    seen = []
    for percent in (51, 50):
        case.complaint.sop_version.warning_percent = percent
        db.session.commit()
        seen.append('<progress class="warn"' in as_user("kadis").get(f"/aduan/{case.id}").text)
    assert seen == [False, True]


def test_the_pending_step_7_has_the_days_granted_before_it_opened(context: Flask) -> None:
    case = a_complaint("agency_receive", ("dishub",))
    granted = {"agency": "dishub", "working_days": 3, "reason": "Suku cadang"}
    perform_action(case.id, ActionRequest(Action.EXTEND, None, granted), demo_person("kadis"), case.complaint.version)
    rows = {row.step: row for row in step_rows(load_case(case.id, demo_person("kadis"), utc_now()))}
    draft = rows[Step.DRAFT_ANSWER].lines[0]
    assert (draft.state, draft.allowance) == ("pending", Allowance(8, Unit.WORKING_DAYS))


def test_a_step_that_ended_while_it_waited_is_not_late(context: Flask, freeze: Freeze) -> None:
    """Step 1 has 60 minutes, of which 30 were used before the question."""
    freeze("2026-11-02 09:00")
    case, asked, ended = a_complaint(), utc_now() + timedelta(minutes=30), utc_now() + timedelta(days=4)
    case.act("complaint_admin", "request_information", question="Di mana?", now=asked)
    case.act("complaint_admin", "withdraw", reason="Sudah selesai.", now=ended)
    assert late_numbers(load_case(case.id, demo_person("kadis"), ended)) == []
    calendar = load_working_calendar()
    (closed,) = closed_steps(Period(asked, ended + timedelta(days=1)))
    assert (closed.late, closed.used_minutes(calendar), closed.granted_minutes(calendar)) == (False, 30, 60)
    assert (audit_all(), deadlines(Scope(ended)).findings) == ([], ())
