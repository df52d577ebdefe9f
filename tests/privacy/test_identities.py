"""A reporter's identity: masked until somebody opens it with a reason, found by a whole number, and both on record."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import ComplaintEvent, JournalEntry
from app.privacy.index_reporters import index_reporters
from tests.canaries import phone_canaries
from tests.factories import Case, a_complaint
from tests.statements import statements

As = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]
TOLD = {"name": "Siti KENARI", "phone": "0812-3456-7890", "email": "siti@kenari.id", "address": "Gang KENARI 7"}
TOLD |= {"nik": "6311014502900001"}
SECRETS = ("KENARI", "siti@", "6311014502900001", *phone_canaries(TOLD["phone"]))
API_JOURNAL = "/api/v1/journal/"
REASON = "Menelepon pelapor soal lokasi"


def made(app: Flask, secrecy: str = "open", at: str = "draft_answer") -> Case:
    with app.app_context():
        case = a_complaint(at=at, agencies=("dishub",), confidentiality=secrecy, reporter=TOLD)
        _ = case.id, case.complaint.number
        db.session.expunge_all()
        return case


def opened(client: FlaskClient, case: Case, reason: str = REASON) -> Any:
    return client.post(f"/aduan/{case.id}/identitas", data={"reason": reason})


def openings(app: Flask) -> list[tuple[str, str | None, dict[str, Any]]]:
    with app.app_context():
        acts = select(ComplaintEvent).where(ComplaintEvent.kind == "identity_opened").order_by(ComplaintEvent.id)
        return [(row.actor, row.agency_code, row.data) for row in db.session.scalars(acts)]


def test_it_is_masked_until_it_is_opened_and_every_showing_is_an_event(app: Flask, as_user: As) -> None:
    case, admin = made(app, "secret"), as_user("admin.aduan")
    page = admin.get(f"/aduan/{case.id}").text
    assert "08••••90" in page
    assert [secret for secret in SECRETS if secret in page] == []
    with app.app_context():
        version = case.complaint.version
    shown = opened(admin, case)
    assert shown.headers["Cache-Control"] == "no-store"
    assert [told for told in TOLD.values() if told not in shown.text] == []
    assert "KENARI" not in admin.get(f"/aduan/{case.id}").text
    opened(admin, case)
    assert (
        openings(app)
        == [
            (
                "complaint_admin",
                None,
                {"identity_reason": REASON, "fields": ["name", "phone", "email", "address", "nik"]},
            )
        ]
        * 2
    )
    with app.app_context():
        rows = str(db.session.execute(text("SELECT * FROM complaint_event")).all())
        assert [secret for secret in SECRETS if secret in rows] == []
        assert db.session.execute(text("SELECT version FROM complaint")).scalar_one() == version
        assert audit_all() == []


@pytest.mark.parametrize(("reason", "said"), [("", "bukan spasi saja"), ("Perlu", "paling sedikit 10 huruf")])
def test_without_a_reason_nothing_is_shown(app: Flask, as_user: As, reason: str, said: str) -> None:
    case = made(app)
    answer = opened(as_user("admin.aduan"), case, reason)
    assert (answer.status_code, said in answer.text, "KENARI" in answer.text) == (422, True, False)
    assert openings(app) == []


@pytest.mark.parametrize("secrecy", ["open", "secret"])
def test_an_agency_sees_a_name_and_a_number_of_an_open_reporter_alone(app: Flask, as_user: As, secrecy: str) -> None:
    case = made(app, secrecy)
    for username in ("sekretaris.dishub", "admin.dishub", "kepala.dishub", "kadis", "pengawas", "sekretaris.dinkes"):
        client = as_user(username)
        answer = opened(client, case)
        page = client.get(f"/aduan/{case.id}").text
        assert [secret for secret in SECRETS if secret in page] == [], username
        if (username, secrecy) == ("sekretaris.dishub", "open"):
            assert (TOLD["name"] in answer.text, TOLD["phone"] in answer.text) == (True, True)
            assert [TOLD[name] for name in ("email", "address", "nik") if TOLD[name] in answer.text] == []
            continue
        assert answer.status_code == (404 if username == "sekretaris.dinkes" else 403), username
        assert [secret for secret in SECRETS if secret in answer.text] == [], username
    own = [("agency_secretary", "dishub", {"identity_reason": REASON, "fields": ["name", "phone"]})]
    assert openings(app) == (own if secrecy == "open" else [])


def test_over_rest_each_call_is_an_opening_and_no_answer_is_kept(
    app: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    case = made(app)
    url, headers = f"/api/v1/complaint/{case.id}/identity", {**bearer("kasi"), "Idempotency-Key": "satu"}
    assert client.post(url, json={}, headers=headers).get_json()["errors"][0]["field"] == "reason"
    for _ in range(2):
        answer = client.post(url, json={"reason": REASON}, headers=headers)
        assert (answer.status_code, answer.get_json()) == (200, {"result": TOLD})
    assert [actor for actor, _, _ in openings(app)] == ["section_head"] * 2
    with app.app_context():
        assert "KENARI" not in str(db.session.execute(text("SELECT * FROM idempotency_key")).all())
        db.session.execute(text("DELETE FROM reporter"))
        db.session.commit()
    gone = client.post(url, json={"reason": REASON}, headers=headers).get_json()
    assert (gone["title"], gone["status"]) == ("no_identity", 409)


@pytest.mark.parametrize("typed", ["+62 812 3456 7890", "SITI@Kenari.id", "6311 0145 0290 0001"])
def test_a_person_is_found_by_a_whole_number_and_the_search_is_on_record(app: Flask, as_user: As, typed: str) -> None:
    case = made(app)
    with app.app_context():
        near = {"phone": "0812-3456-7891", "email": "b@kenari.id", "nik": "6311014502900002"}
        other = a_complaint(reporter={**TOLD, **near}).complaint.number
    page = as_user("admin.aduan").post("/identitas/cari", data={"mark": typed, "reason": REASON}).text
    assert (case.complaint.number in page, other in page, "KENARI" in page) == (True, False, False)
    with app.app_context():
        (entry,) = db.session.scalars(
            select(JournalEntry)
            .where(JournalEntry.kind != "row_changed")
            .where(JournalEntry.kind == "identity_searched")
        )
        assert (entry.reason, entry.data["numbers"]) == (REASON, [case.complaint.number])
        assert [secret for secret in SECRETS if secret in str(entry.data)] == []


def test_who_may_not_search_or_types_no_number_finds_nothing(app: Flask, as_user: As) -> None:
    made(app)
    sent = {"mark": "0812 3456 7890", "reason": REASON}
    for username, status in (("kasi", 200), ("pengawas", 200), ("kadis", 403), ("sekretaris.dishub", 403)):
        assert as_user(username).post("/identitas/cari", data=sent).status_code == status, username
    admin = as_user("admin.aduan")
    for wrong in ({"mark": "Siti"}, {"mark": ""}, {"reason": "Perlu"}):
        answer = admin.post("/identitas/cari", data={**sent, **wrong})
        assert (answer.status_code, "LB-" in answer.text) == (422, False), wrong
    assert admin.post("/identitas/cari", data={**sent, "mark": "0899 9999 9999"}).status_code == 200
    with app.app_context():
        searches = (
            select(JournalEntry)
            .where(JournalEntry.kind != "row_changed")
            .where(JournalEntry.kind == "identity_searched")
            .order_by(JournalEntry.id)
        )
        assert [len(row.data["numbers"]) for row in db.session.scalars(searches)] == [1, 1, 0]


def test_supervisors_see_who_looked_at_whom_and_why_and_nobody_else_does(
    app: Flask, as_user: As, bearer: Bearer
) -> None:
    case, admin, watcher = made(app), as_user("admin.aduan"), as_user("pengawas")
    opened(admin, case, "=1+1 alasan pertama")
    opened(as_user("kasi"), case, "Memeriksa kelengkapan")
    admin.post("/identitas/cari", data={"mark": "0812 3456 7890", "reason": "Pelapor lupa nomor"})
    with statements(app) as asked:
        page = watcher.get("/identitas/").text
    assert len(asked) <= 14
    for told in ("=1+1 alasan pertama", "Memeriksa kelengkapan", "Pelapor lupa nomor", case.complaint.number):
        assert told in page
    assert [secret for secret in SECRETS if secret in page] == []
    officer = re.search(r'<option value="(\d+)"', page)
    assert officer is not None
    one = watcher.get(f"/identitas/?petugas={officer[1]}&dari=2020-01-01").text
    assert ("Pelapor lupa nomor" in one, "Memeriksa kelengkapan" in one) == (True, False)
    assert "Pelapor lupa nomor" not in watcher.get("/identitas/?sampai=2020-01-01").text
    file = watcher.get("/identitas/unduh.csv").text
    assert "'=1+1 alasan pertama" in file
    assert len(file.strip().splitlines()) == 4
    journal = watcher.get("/jurnal/").text + app.test_client().get(API_JOURNAL, headers=bearer("pengawas")).text
    assert [told for told in ("Pelapor lupa nomor", "identity_searched", "Identitas dicari") if told in journal] == []
    assert (admin.get("/identitas/").status_code, admin.get("/identitas/unduh.csv").status_code) == (403, 403)


def test_identities_from_before_are_given_their_marks(context: Flask) -> None:
    a_complaint(reporter=TOLD)
    marks = "phone_mark, email_mark, nik_mark, name_words"
    before = db.session.execute(text(f"SELECT {marks} FROM reporter")).one()  # noqa: S608 (names of our own columns)
    db.session.execute(text("UPDATE reporter SET phone_mark=NULL, email_mark=NULL, nik_mark=NULL, name_words=NULL"))
    db.session.commit()
    db.session.expunge_all()
    assert (index_reporters(), index_reporters()) == (1, 0)
    assert db.session.execute(text(f"SELECT {marks} FROM reporter")).one() == before  # noqa: S608
