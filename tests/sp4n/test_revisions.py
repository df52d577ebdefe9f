"""Later revisions of a report: late, repeated, changed, made secret, with other files; nothing twice, nothing lost."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import Attachment, Complaint, ComplaintEvent, InboundHold, Notice, Reporter, StepTask
from app.sp4n.inbound.apply_revision import Applied, StaleRevision, apply_report
from tests.factories import Case, move_on
from tests.sp4n.reports import a_linked_case, a_revision

NUMBER = "9165816"


def send(revision: int, **more: Any) -> Applied:
    return apply_report(NUMBER, a_revision(revision, **more))


def row() -> Complaint:
    return db.session.scalars(select(Complaint).execution_options(populate_existing=True)).one()


def events(kind: str = "revised") -> list[ComplaintEvent]:
    return list(db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.kind == kind).order_by("seq")))


def waiting() -> list[tuple[str, int | None]]:
    holds = db.session.scalars(select(InboundHold).where(InboundHold.state == "waiting").order_by(InboundHold.id))
    return [(hold.kind, hold.revision) for hold in holds]


def pdf(word: str, name: str = "bukti.pdf") -> dict[str, str]:
    return {"filename": name, "content_base64": base64.b64encode(f"%PDF-1.7 {word}".encode()).decode()}


def test_both_versions_of_what_changed_stand_in_the_event(context: Flask) -> None:
    a_linked_case(category="jalan_berlubang")
    send(2, title="Judul baru", category="jalan_berlubang", location={"text": "Pasar", "district": "Juai"})
    (event,) = events()
    assert event.data["changed"] == ["district_id", "location_text", "title"]
    assert event.data["before"] == {
        "district_id": "Paringin",
        "location_text": "Depan sekolah",
        "title": "Jalan berlubang di depan sekolah",
    }
    assert event.data["after"] == {"district_id": "Juai", "location_text": "Pasar", "title": "Judul baru"}
    assert (event.data["revision"], event.data["reporter_changed"]) == (2, False)
    assert audit_all() == []


def test_a_report_whose_content_we_hold_already_makes_no_event(context: Flask) -> None:
    a_linked_case()
    applied = send(2)
    assert (applied.outcome, row().version, row().sp4n_revision) == ("unchanged", 1, 2)
    assert (events(), waiting()) == ([], [])
    with pytest.raises(StaleRevision):
        send(1)


@pytest.mark.parametrize(
    "same",
    [
        {"title": "  Jalan berlubang di depan sekolah  "},
        {"submitted_at": "2026-11-23T00:00:00Z"},
        {"channel": "web"},
        {"location": {"text": "Depan sekolah", "district": "paringin"}},
    ],
)
def test_the_same_content_written_differently_is_no_conflict(context: Flask, same: dict[str, Any]) -> None:
    a_linked_case()
    assert (send(1, **same).outcome, waiting()) == ("unchanged", [])


def test_a_report_that_was_linked_before_hashes_were_keyed_is_known_by_its_content(context: Flask) -> None:
    a_linked_case().complaint.sp4n_hash = "a" * 64
    db.session.commit()
    assert (send(1).outcome, waiting()) == ("unchanged", [])


def test_other_content_of_the_same_revision_is_kept_and_changes_nothing(context: Flask) -> None:
    a_linked_case()
    for _ in range(3):
        applied = send(1, title="Isi yang lain")
        assert (applied.outcome, row().title) == ("conflict", "Jalan berlubang di depan sekolah")
    assert send(1, title="Isi ketiga").outcome == "conflict"
    holds = list(db.session.scalars(select(InboundHold).order_by(InboundHold.id)))
    assert [(hold.kind, hold.revision, hold.times) for hold in holds] == [("conflict", 1, 3), ("conflict", 1, 1)]
    assert events() == []


def test_a_later_revision_ends_an_older_conflict(context: Flask) -> None:
    a_linked_case()
    send(1, title="Isi yang lain")
    send(2, title="Isi terbaru")
    assert (row().title, waiting()) == ("Isi terbaru", [])


def test_a_whole_identity_replaces_the_one_before_and_none_leaves_it(context: Flask) -> None:
    a_linked_case(reporter={"name": "Aminah", "phone": "0800-0000-0007", "nik": "6311010101010001"})
    send(2, reporter={"name": "Aminah", "phone": "0800-0000-0008"})
    held = db.session.scalars(select(Reporter)).one()
    assert (held.name, held.phone, held.nik) == ("Aminah", "0800-0000-0008", None)
    body = a_revision(3, title="Tanpa pelapor")
    del body["reporter"]
    apply_report(NUMBER, body)
    assert db.session.scalars(select(Reporter.phone)).one() == "0800-0000-0008"
    assert [event.data["reporter_changed"] for event in events()] == [True, False]
    assert audit_all() == []


class TestFiles:
    def test_the_same_content_is_kept_once(self, context: Flask) -> None:
        a_linked_case(attachments=[pdf("a"), pdf("a", "lagi.pdf")])
        assert send(2, attachments=[pdf("a", "nama-lain.pdf")]).outcome == "unchanged"
        assert list(db.session.scalars(select(Attachment.filename))) == ["bukti.pdf"]

    def test_new_ones_are_added_and_missing_ones_stay_as_taken_back(self, context: Flask) -> None:
        a_linked_case(attachments=[pdf("a")])
        send(2, attachments=[pdf("b", "baru.pdf")])
        told = {f.filename: f.removed_at is not None for f in db.session.scalars(select(Attachment))}
        assert told == {"bukti.pdf": True, "baru.pdf": False}
        (event,) = events()
        assert [f["filename"] for f in event.data["files_added"]] == ["baru.pdf"]
        assert [f["filename"] for f in event.data["files_removed"]] == ["bukti.pdf"]
        send(3, attachments=[pdf("a"), pdf("b")])
        assert not any(f.removed_at for f in db.session.scalars(select(Attachment)))
        assert db.session.query(Attachment).count() == 2

    def test_a_revision_that_says_nothing_of_files_takes_none_back(self, context: Flask) -> None:
        a_linked_case(attachments=[pdf("a")])
        send(2, title="Judul baru")
        assert db.session.scalars(select(Attachment)).one().removed_at is None

    def test_what_an_officer_added_is_not_taken_back(self, context: Flask) -> None:
        from app.cases.perform_action import attach_to_case
        from tests.factories import demo_person

        case = a_linked_case(attachments=[pdf("a")])
        attach_to_case(case.id, "catatan.pdf", b"%PDF-1.7 x", demo_person("admin.aduan"), 1)
        send(2, attachments=[])
        gone = [f.filename for f in db.session.scalars(select(Attachment)) if f.removed_at]
        assert gone == ["bukti.pdf"]


class TestSecrecy:
    def test_it_is_tightened_with_whatever_else_comes(self, context: Flask) -> None:
        a_linked_case()
        for revision, asked in ((2, "secret"), (3, "anonymous")):
            send(revision, confidentiality=asked)
            assert row().confidentiality == asked
        assert db.session.query(Reporter).count() == 0
        assert audit_all() == []

    def test_a_wish_for_less_is_noted_and_the_rest_is_taken(self, context: Flask) -> None:
        a_linked_case(confidentiality="secret")
        assert send(2, confidentiality="open", title="Judul baru").outcome == "updated"
        assert (row().confidentiality, row().title) == ("secret", "Judul baru")
        assert waiting() == [("loosening", 2)]
        send(3, confidentiality="open", title="Judul lagi")
        assert waiting() == [("loosening", 3)]
        send(4, confidentiality="secret")
        assert waiting() == []

    def test_a_revision_that_says_nothing_of_it_asks_for_nothing(self, context: Flask) -> None:
        a_linked_case(confidentiality="secret")
        send(2, title="Judul baru")
        assert (row().confidentiality, waiting()) == ("secret", [])

    def test_it_does_not_wait_for_what_is_unclear(self, context: Flask) -> None:
        a_linked_case()
        assert send(2, confidentiality="secret", category="Tidak dikenal").outcome == "quarantined"
        assert row().confidentiality == "secret"
        assert send(1, confidentiality="anonymous", title="Isi yang lain").outcome == "conflict"
        assert row().confidentiality == "anonymous"
        assert db.session.query(Reporter).count() == 0
        assert audit_all() == []

    def test_a_late_first_revision_is_as_secret_as_what_waits(self, context: Flask) -> None:
        assert send(5, confidentiality="anonymous", category="Tidak dikenal").complaint is None
        assert send(3).outcome == "created"
        assert (row().confidentiality, db.session.query(Reporter).count()) == ("anonymous", 0)
        assert waiting() == [("report", 5)]
        assert audit_all() == []


class TestWhileAQuestionIsOpen:
    def ask(self) -> Case:
        case = a_linked_case()
        case.act("complaint_admin", "request_information", question="Di sebelah mana?")
        return case

    def test_new_words_let_the_clock_go_on_and_tell_who_asked(self, context: Flask) -> None:
        case = self.ask()
        send(2, body="Lubang di sebelah kiri gerbang.")
        task = db.session.scalars(select(StepTask).execution_options(populate_existing=True)).one()
        assert (row().status, row().paused, task.paused_at) == ("registering", False, None)
        assert [pause.ended_at is not None for pause in task.pauses] == [True]
        assert "information_added" in set(db.session.scalars(select(Notice.kind)))
        assert audit_all() == []
        case.act("complaint_admin", "register")

    def test_another_title_does_not(self, context: Flask) -> None:
        self.ask()
        send(2, title="Judul baru")
        assert (row().status, events()[0].data["resumes"]) == ("waiting_for_reporter", False)


def test_an_officers_form_keeps_what_was_typed_when_the_report_changes(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    with app.app_context():
        case = a_linked_case()
        move_on(case, at="draft_answer")
        number, version = case.id, case.complaint.version
        send(2, body="Lubang itu sekarang lebih dalam.")
    form = {"action": "submit_draft", "agency": "dishub", "expected_version": str(version), "token": "t" * 20}
    form |= {"subject": "Tanggapan", "body": "KONSEP YANG SUDAH DIKETIK"}
    answer = as_user("sekretaris.dishub").post(f"/aduan/{number}/tindakan", data=form)
    assert answer.status_code == 409
    assert "KONSEP YANG SUDAH DIKETIK" in answer.text
    assert "Isi aduan diperbarui dari SP4N-LAPOR!" in answer.text


def test_revisions_of_a_case_that_ended_are_still_taken(context: Flask) -> None:
    case = a_linked_case()
    case.act("complaint_admin", "archive", reason="spam", note="Iklan")
    assert send(2, title="Judul baru").outcome == "updated"
    assert (row().status, row().title) == ("archived", "Judul baru")
    assert audit_all() == []
