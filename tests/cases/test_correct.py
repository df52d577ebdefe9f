"""A report is completed and corrected: what changes, what is recorded, what SP4N may overwrite afterwards."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.extensions import db
from app.models import ComplaintEvent, Reporter
from app.sp4n.inbound.apply_revision import apply_report
from tests.cases.case_pages import SignIn
from tests.factories import Case, a_complaint
from workflow_rules.process.refusals import ActionRefused, RefusalReason

pytestmark = pytest.mark.usefixtures("context")
WHY = "Pelapor menyebutkannya di loket"


def correct(case: Case, **params: Any) -> ComplaintEvent:
    return case.act("complaint_admin", "correct", **{"reason": WHY, **params}).event


def test_category_place_class_and_title_change_and_old_values_stay_on_record(app: Flask) -> None:
    case = a_complaint(category=None)
    own_words = case.complaint.body
    event = correct(
        case,
        category="Lampu Penerangan Jalan Umum",
        village="Paringin Kota",
        location={"text": "Jl. Contoh", "lat": -2.33, "lon": 115.48},
        classification="aspiration",
        title="Lampu jalan padam",
    )
    row = case.complaint
    assert None not in (row.category, row.village, row.district)
    assert (row.title, row.classification, row.location_text) == ("Lampu jalan padam", "aspiration", "Jl. Contoh")
    assert (str(row.latitude), str(row.longitude)) == ("-2.330000", "115.480000")
    assert row.body == own_words
    assert event.data["before"]["title"] == "Jalan berlubang di depan sekolah"
    assert event.data["after"]["title"] == "Lampu jalan padam"
    assert event.data["after"]["category_id"] == row.category.name
    assert set(event.data["changed"]) == set(event.data["after"])


def test_of_the_identity_the_record_holds_only_the_names_of_the_parts(app: Flask) -> None:
    case = a_complaint(reporter={"name": "Aminah"})
    event = correct(case, reporter={"phone": "0800-0000-0099", "address": "Jl. Contoh No. 9"})
    held = db.session.get_one(Reporter, case.id)
    assert (held.name, held.phone, held.address) == ("Aminah", "0800-0000-0099", "Jl. Contoh No. 9")
    assert sorted(event.data["identity"]) == ["address", "phone"]
    assert "0000-0099" not in str(event.data)
    assert case.act("complaint_admin", "register").decision.event.data == {}, "the identity is complete now"


def test_a_part_of_the_identity_can_be_removed(app: Flask) -> None:
    case = a_complaint()
    event = correct(case, reporter={"phone": None})
    assert db.session.get_one(Reporter, case.id).phone is None
    assert event.data["identity_removed"] == ["phone"]


def test_secrecy_only_grows_and_an_anonymous_report_loses_its_identity(app: Flask) -> None:
    case = a_complaint()
    correct(case, confidentiality="secret")
    assert refusal(case, confidentiality="open") == [("confidentiality", "less_secret")]
    correct(case, confidentiality="anonymous")
    assert db.session.get(Reporter, case.id) is None
    assert refusal(case, reporter={"name": "Aminah"}) == [("reporter", "anonymous_reporter")]


def refusal(case: Case, **params: Any) -> list[tuple[str, str]]:
    with pytest.raises(ActionRefused) as caught:
        correct(case, **params)
    assert caught.value.reason is RefusalReason.MISSING_INPUT
    return [(error.field, error.fault.value) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("params", "faults"),
    [
        ({}, [("params", "nothing_to_change")]),
        ({"category": "Tidak ada kategori ini"}, [("category", "unknown_category")]),
        ({"district": "Atlantis"}, [("district", "unknown_place")]),
        ({"village": "Atlantis"}, [("village", "unknown_place")]),
        ({"location": {"lat": 91}}, [("location.lat", "out_of_range")]),
        ({"location": {"planet": "Mars"}}, [("location.planet", "unknown_field")]),
        ({"reporter": {"phone": "telepon saya"}}, [("reporter.phone", "not_a_phone")]),
        ({"reporter": {"nik": "12"}}, [("reporter.nik", "not_a_nik")]),
        ({"title": " "}, [("title", "blank")]),
        ({"title": "x" * 201}, [("title", "too_long")]),
        ({"classification": "joke"}, [("classification", "not_allowed")]),
        ({"reason": None, "title": "Baru"}, [("reason", "required")]),
    ],
)
def test_bad_input_is_named_beside_its_field_and_changes_nothing(
    app: Flask, params: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    case = a_complaint()
    before = case.complaint.version, case.complaint.title
    assert refusal(case, **params) == faults
    db.session.refresh(case.complaint)
    assert (case.complaint.version, case.complaint.title) == before


def test_a_later_revision_of_sp4n_overwrites_only_what_sp4n_changed(app: Flask) -> None:
    report = {"revision": 1, "title": "Lampu padam", "body": "Tiga lampu padam.", "reporter": {"name": "Aminah"}}
    first = apply_report("9165816", report).complaint
    assert first is not None
    case = Case(first, (), "")
    correct(case, title="Lampu jalan padam di Paringin", category="Lampu Penerangan Jalan Umum", district="Paringin")
    correct(case, reporter={"phone": "0800-0000-0099"})
    apply_report("9165816", {**report, "revision": 2, "body": "Kini lima lampu padam."})
    assert (first.title, first.body) == ("Lampu jalan padam di Paringin", "Kini lima lampu padam.")
    assert first.category is not None
    assert db.session.get_one(Reporter, first.id).phone == "0800-0000-0099"
    apply_report("9165816", {**report, "revision": 3, "title": "Lampu menyala lagi"})
    assert first.title == "Lampu menyala lagi"
    assert first.category is not None


def test_the_same_revision_sent_again_after_a_correction_is_no_conflict(app: Flask) -> None:
    report = {"revision": 1, "title": "Lampu padam", "body": "Tiga lampu padam."}
    first = apply_report("9165816", report).complaint
    assert first is not None
    correct(Case(first, (), ""), title="Lampu jalan padam")
    assert apply_report("9165816", report).outcome == "unchanged"
    assert first.title == "Lampu jalan padam"


def test_the_event_names_its_step_and_the_section_head_corrects_at_the_check(app: Flask) -> None:
    case = a_complaint("check")
    case.act("section_head", "correct", title="Jalan rusak", reason=WHY)
    last = select(ComplaintEvent).where(ComplaintEvent.complaint_id == case.id).order_by(ComplaintEvent.seq.desc())
    event = db.session.scalars(last).first()
    assert event is not None
    assert (event.kind, event.step, event.actor) == ("correct", "check", "section_head")


def test_only_a_form_without_a_readable_version_is_outdated(as_user: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    case, client = a_complaint(), as_user("admin.aduan")
    address, outdated = f"/aduan/{case.id}/data", "Formulir ini sudah usang"
    fields = {"token": "a" * 32, "title": "Lampu jalan padam", "reason": WHY}
    unread = client.post(address, data={**fields, "expected_version": "x"})
    assert (unread.status_code, outdated in unread.text, "Lampu jalan padam" in unread.text) == (422, True, True)

    def fails(*_given: object, **_named: object) -> None:
        raise ValueError("no calendar reaches this")

    monkeypatch.setattr("views.cases.correction.perform_action", fails)
    answer = client.post(address, data={**fields, "expected_version": "1"})
    assert (answer.status_code, outdated in answer.text) == (500, False)
