"""Ticked in the inbox, done together: looked at first, done once, and a result for each case."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.models import Complaint, StepTask
from tests.factories import Case, a_complaint, events_of

SignIn = Callable[[str], FlaskClient]


def task_of(case: Case) -> int:
    open_one = select(StepTask.id).where(StepTask.complaint_id == case.id, StepTask.closed_at.is_(None))
    return db.session.scalars(open_one).one()


def look(client: FlaskClient, *cases: Case) -> str:
    answer = client.post("/bersama/", data={"pilih": [task_of(case) for case in cases]})
    assert answer.status_code == 200
    return answer.text


def form_on(page: str) -> dict[str, Any]:
    """What the first form of the page would send."""
    form = page.partition('action="/bersama/kerjakan"')[2].partition("</form>")[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def status(case: Case) -> str:
    db.session.expire_all()
    return db.session.get_one(Complaint, case.id).status


def test_the_ticked_cases_are_shown_and_then_done(context: Flask, as_user: SignIn) -> None:
    cases = [a_complaint(at="check", title=f"Aduan {n}") for n in (1, 2, 3)]
    kasi = as_user("kasi")
    assert kasi.get("/").text.count('name="pilih"') == 3
    page = look(kasi, *cases)
    assert "Periksa 3 aduan" in page
    answer = kasi.post("/bersama/kerjakan", data=form_on(page), follow_redirects=True)
    assert "Periksa: 3 aduan berhasil." in answer.text
    assert {status(case) for case in cases} == {"reporting"}


def test_a_form_that_is_sent_twice_acts_once_and_lands_on_the_same_page(context: Flask, as_user: SignIn) -> None:
    case, kasi = a_complaint(at="check"), as_user("kasi")
    form = form_on(look(kasi, case))
    first, second = (kasi.post("/bersama/kerjakan", data=form, follow_redirects=True) for _ in range(2))
    assert "Periksa: 1 aduan berhasil." in first.text
    assert "Periksa: 1 aduan berhasil." in second.text
    assert db.session.get_one(Complaint, case.id).version == case.complaint.version


def test_what_changed_meanwhile_is_skipped_by_name(context: Flask, as_user: SignIn) -> None:
    fine, changed, done = (a_complaint(at="check") for _ in range(3))
    kasi = as_user("kasi")
    form = form_on(look(kasi, fine, changed, done))
    changed.act("section_head", "note", text="Menelepon pelapor.")
    done.act("section_head", "approve_check")
    answer = kasi.post("/bersama/kerjakan", data=form, follow_redirects=True).text
    assert "Periksa: 1 aduan berhasil." in answer
    assert f"{changed.complaint.number} dilewati: " in answer
    assert "1 aduan dilewati: langkahnya sudah dikerjakan orang lain." in answer
    assert (status(fine), status(changed)) == ("reporting", "checking")


def test_an_incomplete_identity_is_skipped_with_what_is_missing(context: Flask, as_user: SignIn) -> None:
    case, admin = a_complaint(reporter={"name": "Aminah"}), as_user("admin.aduan")
    answer = admin.post("/bersama/kerjakan", data=form_on(look(admin, case)), follow_redirects=True).text
    assert f"{case.complaint.number} dilewati: " in answer
    assert "alamat" in answer.partition(f"{case.complaint.number} dilewati: ")[2][:200]
    assert status(case) == "registering"


def test_one_text_serves_all_and_an_empty_one_comes_back(context: Flask, as_user: SignIn) -> None:
    cases = [a_complaint(at="agency_dispose", agencies=("dishub",)) for _ in range(2)]
    head = as_user("kepala.dishub")
    form = form_on(look(head, *cases))
    empty = head.post("/bersama/kerjakan", data={**form, "instruction": "  ", "unit": "Bidang Angkutan"})
    assert empty.status_code == 422
    assert 'id="dispose-bersama-instruction-galat"' in empty.text
    assert "Bidang Angkutan" in empty.text
    again = {**form_on(empty.text), "instruction": "Siapkan jawaban."}
    assert head.post("/bersama/kerjakan", data=again).status_code == 303
    assert [e.data["instruction"] for case in cases for e in events(case, "dispose")] == ["Siapkan jawaban."] * 2


def events(case: Case, kind: str) -> list[Any]:
    return [event for event in events_of(case.id) if event.kind == kind]


def test_different_steps_stand_apart_and_a_letter_is_written_one_by_one(context: Flask, as_user: SignIn) -> None:
    cases = [a_complaint(at="draft_answer", agencies=("dishub",)), a_complaint(at="register"), a_complaint(at="reply")]
    page = look(as_user("admin.aduan"), *cases)
    assert page.count('action="/bersama/kerjakan"') == 2
    assert "Registrasi 1 aduan" in page
    assert "Buka aduan satu per satu." in page
    assert "Kirim jawaban 1 aduan" not in page


def test_foreign_steps_are_neither_shown_nor_done(context: Flask, as_user: SignIn) -> None:
    case = a_complaint(at="agency_receive", agencies=("dinkes",), title="Milik dinkes")
    foreign = as_user("admin.dishub")
    answer = foreign.post("/bersama/", data={"pilih": [task_of(case)]}, follow_redirects=True)
    assert "Milik dinkes" not in answer.text
    assert "Centang dulu aduan" in answer.text
    wish = {"langkah": "agency_receive", "kasus": f"{task_of(case)}:{case.complaint.version}", "token": "t" * 20}
    answer = foreign.post("/bersama/kerjakan", data=wish, follow_redirects=True)
    assert case.complaint.number not in answer.text
    assert status(case) == "with_agencies"


def test_what_no_page_of_ours_has_made_is_refused(context: Flask, as_user: SignIn) -> None:
    case, kadis = a_complaint(at="direct"), as_user("kadis")
    good = {"langkah": "direct", "kasus": f"{task_of(case)}:{case.complaint.version}", "token": "t" * 20}
    for wish in (good, {**good, "langkah": "terbang"}, {**good, "langkah": "relay", "token": "kurang"}, {}):
        assert kadis.post("/bersama/kerjakan", data=wish).status_code == 400
    for kasus in ("", "1", "a:b", "1:2:3", "٣:١", "9" * 30 + ":1"):
        wish = {"langkah": "relay", "kasus": kasus, "token": "t" * 20}
        assert kadis.post("/bersama/kerjakan", data=wish).status_code == 400
    assert kadis.post("/bersama/", data={"pilih": ["x", "", "9" * 40]}).status_code == 303


def test_a_paused_step_cannot_be_ticked(context: Flask, as_user: SignIn) -> None:
    case = a_complaint(at="register")
    case.act("complaint_admin", "request_information", question="Di mana?")
    admin = as_user("admin.aduan")
    assert 'name="pilih"' not in admin.get("/").text
    answer = admin.post("/bersama/", data={"pilih": [task_of(case)]})
    assert answer.status_code == 303


def test_news_counts_what_has_opened_since(context: Flask, as_user: SignIn) -> None:
    first, kasi = a_complaint(at="check"), as_user("kasi")
    assert f'data-kabar="/kabar?sejak={task_of(first)}"' in kasi.get("/").text
    news = f"/kabar?sejak={task_of(first)}"
    assert kasi.get(news).get_json() == {"count": 0, "text": "0 tugas baru"}
    a_complaint(at="check")
    a_complaint(at="register")
    assert kasi.get(news).get_json() == {"count": 1, "text": "1 tugas baru"}
    for since in ("", "x", "9" * 40, "-1"):
        assert kasi.get(f"/kabar?sejak={since}").get_json()["count"] == 2
