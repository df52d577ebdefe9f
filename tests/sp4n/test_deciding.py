"""The Admin's pages on what SP4N's side and ours do not agree about: seen, corrected, chosen, and on the record."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import Category, Complaint, ComplaintEvent, InboundHold, Reporter
from app.sp4n.inbound.apply_message import apply_message
from app.sp4n.inbound.apply_revision import apply_report
from tests.factories import Case, move_on
from tests.sp4n.reports import a_linked_case, a_revision
from tests.statements import statements

SignIn = Callable[[str], FlaskClient]
NUMBER = "9165816"
MOST_QUERIES = 12


@pytest.fixture
def admin(context: Flask, as_user: SignIn) -> FlaskClient:
    return as_user("admin.aduan")


def send(revision: int, **more: Any) -> str:
    return apply_report(NUMBER, a_revision(revision, **more)).outcome


def hold() -> InboundHold:
    db.session.expire_all()
    return db.session.scalars(select(InboundHold).order_by(InboundHold.id)).first()  # type: ignore[return-value]


def case() -> Complaint:
    db.session.expire_all()
    return db.session.scalars(select(Complaint)).one()


def settled() -> ComplaintEvent:
    return db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.kind == "settled")).one()


class TestQuarantine:
    def test_the_page_says_what_waits_and_why(self, app: Flask, admin: FlaskClient) -> None:
        send(1, category="Lampu taman", location={"district": "Atlantis"})
        with statements(app) as asked:
            page = admin.get("/sp4n/karantina/").text
        assert len(asked) <= MOST_QUERIES, asked
        assert "Kategori “Lampu taman” tidak ada di daftar kita" in page
        assert "Tempat “Atlantis” tidak ada di daftar kita" in page
        assert "9165816" in page
        assert "1 di karantina" in admin.get("/").text

    def test_one_is_shown_without_its_reporter(self, app: Flask, admin: FlaskClient) -> None:
        send(1, category="Lampu taman", reporter={"name": "KENARI-NAMA", "phone": "0800-1111-2222"})
        with statements(app) as asked:
            page = admin.get(f"/sp4n/karantina/{hold().id}").text
        assert len(asked) <= MOST_QUERIES, asked
        assert "Lubang dalam dan sudah dua orang jatuh." in page
        assert "ada, tidak ditampilkan di sini" in page
        assert "KENARI" not in page
        assert "1111-2222" not in page

    def test_with_a_classification_of_ours_it_becomes_a_case(self, admin: FlaskClient) -> None:
        send(1, classification="keluhan")
        page = admin.get(f"/sp4n/karantina/{hold().id}").text
        assert "Klasifikasi “keluhan” tidak ada di daftar kita" in page
        nothing_chosen = admin.post(f"/sp4n/karantina/{hold().id}/terapkan", data={"category": "jalan_berlubang"})
        assert (nothing_chosen.status_code, "Pilih klasifikasi" in nothing_chosen.text) == (422, True)
        answer = admin.post(f"/sp4n/karantina/{hold().id}/terapkan", data={"classification": "aspiration"})
        assert (answer.status_code, case().classification) == (303, "aspiration")
        assert send(1, classification="keluhan") == "unchanged"

    def test_a_conflict_about_a_classification_leaves_ours(self, admin: FlaskClient) -> None:
        send(1)
        assert send(1, classification="keluhan", title="Judul lain") == "conflict"
        answer = admin.post(f"/sp4n/konflik/{hold().id}/putuskan", data={"choice": "theirs", "reason": "Uji"})
        assert (answer.status_code, case().classification, case().title) == (303, "complaint", "Judul lain")

    def test_with_a_category_of_ours_it_becomes_a_case(self, admin: FlaskClient) -> None:
        send(1, category="Lampu taman")
        answer = admin.post(f"/sp4n/karantina/{hold().id}/terapkan", data={"category": "jalan_berlubang"})
        assert answer.status_code == 303
        row = case()
        assert row.category is not None
        assert (row.sp4n_tracking_id, row.category.code) == (NUMBER, "jalan_berlubang")
        assert db.session.scalars(select(Reporter.name)).one() == "Aminah"
        assert (hold().state, hold().settled_by_id is not None) == ("applied", True)
        assert send(1, category="Lampu taman") == "unchanged"
        assert audit_all() == []
        assert "Diterapkan" in admin.get("/sp4n/karantina/").text

    def test_a_later_revision_is_taken_into_its_case(self, admin: FlaskClient) -> None:
        send(1)
        send(2, location={"text": "Pasar", "district": "Atlantis"}, title="Judul baru")
        juai = db.session.scalars(select(Category.code).limit(1)).one()
        chosen = {"category": juai, "district": "", "village": ""}
        assert admin.post(f"/sp4n/karantina/{hold().id}/terapkan", data=chosen).status_code == 303
        row = case()
        assert (row.title, row.location_text, row.district_id, row.sp4n_revision) == ("Judul baru", "Pasar", None, 2)
        assert audit_all() == []

    def test_what_is_still_wrong_comes_back_with_the_form(self, admin: FlaskClient) -> None:
        send(1, category="Lampu taman")
        answer = admin.post(f"/sp4n/karantina/{hold().id}/terapkan", data={"category": "bukan_kategori"})
        assert answer.status_code == 422
        assert "Pilih kategori yang ada dalam daftar" in answer.text
        assert hold().state == "waiting"

    def test_setting_aside_asks_for_a_reason_and_keeps_it(self, admin: FlaskClient) -> None:
        send(1, category="Lampu taman")
        path = f"/sp4n/karantina/{hold().id}/abaikan"
        assert admin.post(path, data={"reason": " "}).status_code == 422
        assert admin.post(path, data={"reason": "Laporan uji coba."}).status_code == 303
        assert (hold().state, hold().reason) == ("dismissed", "Laporan uji coba.")
        assert db.session.query(Complaint).count() == 0
        assert "Sudah diputuskan" in admin.post(path, data={"reason": "Lagi."}, follow_redirects=True).text

    def test_a_message_is_carried_out_once_it_is_possible(self, admin: FlaskClient) -> None:
        waiting = a_linked_case()
        apply_message(NUMBER, {"message_id": "m1", "kind": "rating", "score": 4})
        path = f"/sp4n/karantina/{hold().id}"
        assert "Penilaian" in admin.get(path).text
        not_yet = admin.post(f"{path}/terapkan", follow_redirects=True).text
        assert re.search(r'class="note warn" role="alert">.*?<p>Belum dapat dijalankan', not_yet)
        move_on(waiting)
        assert admin.post(f"{path}/terapkan").status_code == 303
        assert (case().rated, hold().state) == (True, "applied")
        assert audit_all() == []


class TestConflicts:
    def meet(self) -> int:
        a_linked_case()
        send(1, title="Judul dari SP4N", body="Lubang dalam dan sudah tiga orang jatuh.")
        return hold().id

    def test_both_contents_stand_side_by_side(self, app: Flask, admin: FlaskClient) -> None:
        number = self.meet()
        with statements(app) as asked:
            page = admin.get(f"/sp4n/konflik/{number}").text
        assert len(asked) <= MOST_QUERIES, asked
        assert "<del>dua</del>" in page
        assert "<ins>tiga</ins>" in page
        assert "Isi kita" in page
        assert "1 konflik" in admin.get("/").text

    def test_taking_theirs_is_an_event_with_both(self, admin: FlaskClient) -> None:
        form = {"choice": "theirs", "reason": "Pelapor membetulkan jumlahnya."}
        assert admin.post(f"/sp4n/konflik/{self.meet()}/putuskan", data=form).status_code == 303
        event = settled()
        assert (event.actor, event.data["choice"], event.data["reason"]) == (
            "complaint_admin",
            "theirs",
            "Pelapor membetulkan jumlahnya.",
        )
        assert (event.data["before"]["title"], event.data["after"]["title"]) == (
            "Jalan berlubang di depan sekolah",
            "Judul dari SP4N",
        )
        assert (case().title, case().version, hold().state) == ("Judul dari SP4N", 2, "applied")
        assert audit_all() == []
        page = admin.get(f"/aduan/{case().id}").text
        assert "Perbedaan dengan SP4N-LAPOR! diputuskan" in page
        assert "Isi dari SP4N dipakai" in page

    @pytest.mark.parametrize("choice", ["ours", "theirs"])
    def test_what_was_decided_is_not_asked_again(self, admin: FlaskClient, choice: str) -> None:
        form = {"choice": choice, "reason": "Sudah dicek."}
        admin.post(f"/sp4n/konflik/{self.meet()}/putuskan", data=form)
        send(1)
        send(1, title="Judul dari SP4N", body="Lubang dalam dan sudah tiga orang jatuh.")
        waits = select(InboundHold.id).where(InboundHold.state == "waiting")
        assert db.session.scalars(waits).all() == []

    def test_keeping_ours_leaves_what_was_refused_on_the_record(self, admin: FlaskClient) -> None:
        form = {"choice": "ours", "reason": "Isi kedua keliru."}
        admin.post(f"/sp4n/konflik/{self.meet()}/putuskan", data=form)
        assert settled().data["refused"]["title"] == "Judul dari SP4N"
        assert (case().title, hold().state) == ("Jalan berlubang di depan sekolah", "kept")
        assert audit_all() == []

    def test_a_choice_needs_a_reason_and_is_one_of_two(self, admin: FlaskClient) -> None:
        path = f"/sp4n/konflik/{self.meet()}/putuskan"
        assert admin.post(path, data={"choice": "theirs", "reason": ""}).status_code == 422
        assert admin.post(path, data={"choice": "both", "reason": "x"}).status_code == 400
        assert hold().state == "waiting"

    @pytest.mark.parametrize(("choice", "secrecy"), [("ours", "secret"), ("theirs", "open")])
    def test_secrecy_is_loosened_by_the_admin_alone(self, admin: FlaskClient, choice: str, secrecy: str) -> None:
        a_linked_case(confidentiality="secret")
        send(2, confidentiality="open")
        assert "tidak pernah dilonggarkan" in admin.get(f"/sp4n/konflik/{hold().id}").text
        form = {"choice": choice, "reason": "Dikonfirmasi lewat telepon."}
        assert admin.post(f"/sp4n/konflik/{hold().id}/putuskan", data=form).status_code == 303
        assert case().confidentiality == secrecy
        assert (settled().data["choice"], settled().data["about"]) == (choice, "loosening")
        assert audit_all() == []


class TestWhoSees:
    def test_an_administrator_sees_that_it_waits_and_not_what_it_says(self, context: Flask, as_user: SignIn) -> None:
        send(1, category="Lampu taman", title="KENARI-JUDUL")
        client = as_user("administrator")
        page = client.get("/sp4n/karantina/")
        assert (page.status_code, NUMBER in page.text, "KENARI" in page.text) == (200, True, False)
        assert client.get(f"/sp4n/karantina/{hold().id}").status_code == 403

    def test_a_supervisor_reads_and_does_not_decide(self, context: Flask, as_user: SignIn) -> None:
        send(1, category="Lampu taman")
        client, path = as_user("pengawas"), f"/sp4n/karantina/{hold().id}"
        assert "Terapkan laporan" not in client.get(path).text
        assert client.post(f"{path}/terapkan").status_code == 403


class TestCasePage:
    def test_it_shows_what_the_reporter_changed_until_somebody_has_acted(self, admin: FlaskClient) -> None:
        changed: Case = a_linked_case()
        assert "Pelapor mengubah laporan di SP4N" not in admin.get(f"/aduan/{changed.id}").text
        send(2, body="Lubang dalam dan sudah tiga orang jatuh.", confidentiality="secret")
        page = admin.get(f"/aduan/{changed.id}").text
        assert 'id="perubahan-sp4n" open' in page
        assert "<del>dua</del>" in page
        assert "<ins>tiga</ins>" in page
        assert "Rahasia" in page.partition("perubahan-sp4n")[2].partition("</details>")[0]
        changed.act("complaint_admin", "register")
        assert 'id="perubahan-sp4n">' in admin.get(f"/aduan/{changed.id}").text

    def test_words_of_a_reporter_are_never_markup(self, admin: FlaskClient) -> None:
        changed = a_linked_case()
        send(2, body="<script>alert(1)</script> <ins>baru</ins>")
        page = admin.get(f"/aduan/{changed.id}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
