"""Versions of the SOP: drafted as a copy, edited, put in force by decree; cases stay with theirs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.models import Complaint, SopStepRow, SopVersion, StepTask
from app.web.form_labels import REFUSED
from tests.factories import Case, a_complaint
from tests.office_zone import office_today
from tests.reference.reference_forms import key_of, refused, save

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]


def _draft(app: Flask, screen: FlaskClient) -> tuple[int, int]:
    active = key_of(app, SopVersion, status="active")
    assert screen.post(f"/versi-sop/action/copy_draft/{active}").status_code == 302
    return active, key_of(app, SopVersion, status="draft")


def _step(app: Flask, version: int, step: str) -> int:
    return key_of(app, SopStepRow, sop_version_id=version, step=step)


STEP = {
    "label_id": "Uji",
    "actor": "division_head",
    "allowance_value": "45",
    "allowance_unit": "working_minutes",
    "procedure": "Uji",
}


def test_a_draft_is_a_copy_whose_steps_can_be_edited(app: Flask, screen: FlaskClient) -> None:
    active, draft = _draft(app, screen)
    dispose = _step(app, draft, "dispose_answer")
    assert f"/langkah-sop/edit/{dispose}" in screen.get(f"/versi-sop/show/{draft}").text
    assert "/langkah-sop/edit/" not in screen.get(f"/versi-sop/show/{active}").text
    assert save(screen, f"/langkah-sop/edit/{dispose}", **STEP) is None
    assert "45 menit kerja" in screen.get(f"/versi-sop/show/{draft}").text
    assert save(screen, f"/langkah-sop/edit/{dispose}", **{**STEP, "actor": "agency_head"}) is not None
    none = {**STEP, "allowance_value": "", "allowance_unit": ""}
    assert refused(save(screen, f"/langkah-sop/edit/{dispose}", **none), "no_allowance", "allowance_value")
    half = {**STEP, "allowance_unit": ""}
    assert refused(save(screen, f"/langkah-sop/edit/{dispose}", **half), "no_allowance", "allowance_value")
    relay = _step(app, draft, "relay")
    assert save(screen, f"/langkah-sop/edit/{relay}", **{**none, "actor": "complaint_admin"}) is None


def test_what_is_in_force_is_read_only(app: Flask, screen: FlaskClient) -> None:
    active, _ = _draft(app, screen)
    row = _step(app, active, "dispose_answer")
    assert screen.post(f"/langkah-sop/edit/{row}", data=STEP).status_code == 302
    assert screen.post(f"/versi-sop/edit/{active}", data={"number": "9", "title": "x"}).status_code == 302
    assert screen.post(f"/versi-sop/aktifkan/{active}", data={}).status_code == 302
    assert str(REFUSED["is_draft_no_more"]) in screen.post(f"/versi-sop/delete/{active}", follow_redirects=True).text
    with app.app_context():
        assert db.session.get(SopStepRow, row).actor == "office_head"
        assert db.session.get(SopVersion, active).number == "1"


def test_activation_by_decree_retires_the_version_before_and_cases_stay(app: Flask, screen: FlaskClient) -> None:
    with app.app_context():
        case_id = a_complaint().id
    active, draft = _draft(app, screen)
    path, decree = f"/versi-sop/aktifkan/{draft}", {"decree_number": "188/5/2026"}
    tomorrow = str(office_today() + timedelta(days=1))
    assert refused(save(screen, path, **decree, decided_on=tomorrow), "decree_in_future", "decided_on")
    assert save(screen, path, decree_number=" ", decided_on="2026-11-01") is not None
    assert save(screen, path, **decree, decided_on="2026-01-05") is None
    with app.app_context():
        states = {row.id: row.status for row in db.session.scalars(select(SopVersion))}
        assert states == {active: "retired", draft: "active"}
        assert db.session.get(SopVersion, draft).decree_number == "188/5/2026"
        assert db.session.get(Complaint, case_id).sop_version_id == active
        assert a_complaint().complaint.sop_version_id == draft


def test_a_draft_can_be_deleted_and_its_number_is_its_own(app: Flask, screen: FlaskClient) -> None:
    _, draft = _draft(app, screen)
    form = {"title": "Uji", "approved_by": "Kepala Dinas", "extended_draft_days": "14", "silence_days": "10"}
    form |= {
        "most_more_days": "14",
        "question_days": "10",
        "warning_percent": "80",
        "alarm_days": "1",
        "fast_track_actor": "office_head",
        "fast_track_from": "direct",
    }
    assert refused(save(screen, f"/versi-sop/edit/{draft}", number="1", **form), "already_exists", "number")
    assert save(screen, f"/versi-sop/edit/{draft}", number="2a", **form) is None
    assert screen.post(f"/versi-sop/delete/{draft}").status_code == 302
    assert screen.get(f"/versi-sop/show/{draft}").status_code == 404


def test_a_running_case_keeps_the_actor_it_began_with_and_a_new_one_gets_the_new(
    app: Flask, screen: FlaskClient, as_user: Callable[[str], FlaskClient]
) -> None:
    with app.app_context():
        old = a_complaint(at="send_answer").id
    _, draft = _draft(app, screen)
    assert save(screen, f"/langkah-sop/edit/{_step(app, draft, 'dispose_answer')}", **STEP) is None
    decree = {"decree_number": "188/5/2026", "decided_on": "2026-01-05"}
    assert save(screen, f"/versi-sop/aktifkan/{draft}", **decree) is None
    with app.app_context():
        new = a_complaint(at="dispose_answer").id
        Case(db.session.get(Complaint, old), ("dpuprperkim",), "").act("agency_admin", "send", "dpuprperkim")
    with app.app_context():
        tasks = select(StepTask).where(StepTask.step == "dispose_answer")
        opened = {t.complaint_id: (t.actor, t.allowance_value) for t in db.session.scalars(tasks)}
    assert opened == {old: ("office_head", 30), new: ("division_head", 45)}
    offers = {name: [_offers(as_user(name), case) for case in (old, new)] for name in ("kadis", "kabid")}
    assert offers == {"kadis": [True, False], "kabid": [False, True]}


def _offers(officer: FlaskClient, case_id: int) -> bool:
    """Whether the page of a case offers the disposition of the answer to this officer."""
    return 'name="action" value="dispose_answer"' in officer.get(f"/aduan/{case_id}").text


@pytest.mark.parametrize(
    ("value", "unit", "field"),
    [
        ("0", "working_minutes", "allowance_value"),
        ("-1", "working_days", "allowance_value"),
        ("10001", "working_minutes", "allowance_value"),
        ("366", "working_days", "allowance_value"),
        ("9" * 30, "working_days", "allowance_value"),
        ("1,5", "working_days", "allowance_value"),
        ("5", "months", "allowance_unit"),
    ],
)
def test_an_allowance_stays_within_reason(app: Flask, screen: FlaskClient, value: str, unit: str, field: str) -> None:
    _, draft = _draft(app, screen)
    row = _step(app, draft, "draft_answer")
    form = {**STEP, "actor": "agency_secretary", "allowance_value": value, "allowance_unit": unit}
    page = save(screen, f"/langkah-sop/edit/{row}", **form)
    assert f'id="{field}-galat"' in (page or "")
    with app.app_context():
        assert db.session.get(SopStepRow, row).allowance_value == 5


WHOLE = {"number": "2", "title": "Uji", "approved_by": "Kepala Dinas", "extended_draft_days": "14"}
WHOLE |= {
    "most_more_days": "14",
    "warning_percent": "75",
    "alarm_days": "2",
    "silence_days": "10",
    "question_days": "10",
    "fast_track_actor": "office_head",
    "fast_track_from": "direct",
}
HEADINGS = "Admin\nKasi\nKabid\nKadis\nAdmin OPD\nSekretaris\nKepala OPD"
Read = Callable[[int], dict[str, object]]


@pytest.fixture
def api(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> Read:
    """A version as the data API gives it."""
    headers = bearer("administrator")
    return lambda version: dict(client.get(f"/api/v1/sop/{version}", headers=headers).get_json()["result"])


def test_what_the_sheet_prints_is_edited_in_a_draft(app: Flask, screen: FlaskClient, api: Read) -> None:
    _, draft = _draft(app, screen)
    head = {"sheet_number": "067/12/SOP", "created_on": "2021-03-01", "approver_capacity": "plh"}
    head |= {"approver_name": "Pejabat (contoh)", "approver_rank": "Pembina", "approver_nip": "19800101 200501 1 001"}
    head |= {"flow_heading": "Bagan alur", "actor_headings": HEADINGS, "legend": "jalur cepat"}
    assert save(screen, f"/versi-sop/edit/{draft}", **WHOLE, **head) is None
    page = screen.get(f"/versi-sop/show/{draft}").text
    for said in ("067/12/SOP", "Plh.", "Pejabat (contoh)", "19800101 200501 1 001", "Bagan alur"):
        assert said in page, said
    told = api(draft)
    assert told["sheet_number"] == "067/12/SOP"
    assert (told["created_on"], told["revised_on"], told["approver_nip"]) == ("2021-03-01", None, "198001012005011001")
    assert str(told["actor_headings"]).split() == HEADINGS.split()


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("approver_nip", "1980", "bad_nip"),
        ("actor_headings", "Admin\nKasi", "one_heading_each"),
        ("actor_headings", HEADINGS.replace("Kasi", " "), "one_heading_each"),
    ],
)
def test_a_fault_on_the_sheet_is_told_beside_its_field_and_nothing_is_lost(
    app: Flask, screen: FlaskClient, field: str, typed: str, reason: str
) -> None:
    _, draft = _draft(app, screen)
    page = save(screen, f"/versi-sop/edit/{draft}", **{**WHOLE, "legend": "Masih di sini", field: typed})
    assert refused(page, reason, field)
    assert page is not None
    assert "Masih di sini" in page


def test_a_copy_is_not_ratified_until_its_decree(app: Flask, screen: FlaskClient) -> None:
    active, draft = _draft(app, screen)
    with app.app_context():
        seeded, copy = db.session.get_one(SopVersion, active), db.session.get_one(SopVersion, draft)
        assert (seeded.created_on, seeded.revised_on, seeded.ratified_on, seeded.sheet_number) == (None, None, None, "")
        assert (copy.approver_name, copy.ratified_on) == (seeded.approver_name, None)
    day = office_today().isoformat()
    assert save(screen, f"/versi-sop/aktifkan/{draft}", decree_number="188/9/2026", decided_on=day) is None
    with app.app_context():
        assert db.session.get_one(SopVersion, draft).ratified_on == office_today()
