"""Every change of the calendar shows what moves and asks why; the journal keeps it; a missing year is said."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import delete, select
from structlog.testing import capture_logs

from app.core.extensions import db
from app.models import Holiday, JournalEntry, WorkingWeek
from app.web.form_labels import REFUSED
from jobs import context
from jobs.tasks import sweep_timed_acts
from tests.factories import a_complaint
from tests.reference.reference_forms import (
    HOLIDAY,
    Freeze,
    SignIn,
    change,
    due,
    key_of,
    office,
    officer,
    save,
    sealed,
    with_reason,
)
from views.reference import calendar_change

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]


def test_saving_first_shows_what_moves_and_asks_for_the_reason(app: Flask, tuesday: FlaskClient) -> None:
    with app.app_context():
        case_id = a_complaint().id
    page = save(tuesday, "/hari-libur/add", **HOLIDAY) or ""
    assert "<h1>Yang akan bergeser</h1>" in page
    assert "Langkah yang bergeser (1)" in page
    row = page.partition('class="nomor">LB-')[2].partition("</tr>")[0]
    for part in ("1. Menerima dan meregister", "24 Nov 2026, 11.00 WITA", "25 Nov 2026, 08.30 WITA", "5 jam"):
        assert part in row, part
    assert due(app, case_id)[0] == office("2026-11-24 11:00")
    assert _journal(app) == []


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Tulis alasan perubahan ini"), ("  \n", "Tulis alasan perubahan ini"), ("a" * 1001, "paling banyak 1000")],
)
def test_without_a_good_reason_the_page_comes_back_and_nothing_is_changed(
    app: Flask, tuesday: FlaskClient, reason: str, sentence: str
) -> None:
    page = save(tuesday, "/hari-libur/add", **HOLIDAY) or ""
    back = with_reason(tuesday, page, reason) or ""
    assert sentence in back.partition('id="reason-galat"')[2].partition("</p>")[0]
    assert "<title>Galat: " in back
    assert f">{reason.strip()}</textarea>" in back
    assert _journal(app) == []
    assert with_reason(tuesday, back, "Surat edaran") is None
    assert [entry.reason for entry in _journal(app)] == ["Surat edaran"]


def test_also_where_nothing_moves_the_reason_is_asked_and_written_down(app: Flask, tuesday: FlaskClient) -> None:
    page = save(tuesday, "/hari-libur/add", **{**HOLIDAY, "day": "2027-08-09"}) or ""
    assert "Tidak ada batas langkah terbuka yang bergeser." in page
    assert with_reason(tuesday, page, "Hari jadi") is None
    assert [(entry.reason, entry.data["moved"]) for entry in _journal(app)] == [("Hari jadi", 0)]


def test_only_what_was_shown_to_this_officer_can_be_sent(app: Flask, tuesday: FlaskClient, as_user: SignIn) -> None:
    page = save(tuesday, "/hari-libur/add", **HOLIDAY) or ""
    mine = sealed(page)
    with app.app_context():
        role = db.session.scalars(select(Role).where(Role.name == "administrator")).one()
        kasi = db.session.scalars(select(User).where(User.username == "kasi")).one()
        kasi.roles = [*kasi.roles, role]
        db.session.commit()
    for text in ("", "x", mine[:-2], mine.replace(mine[5], "A", 1) + "A"):
        answer = tuesday.post("/perubahan-kalender/", data={"usul": text, "reason": "Surat edaran"})
        assert answer.status_code == 400
        assert "<h1>" in answer.text
    other = as_user("kasi")
    back = with_reason(other, page, "Surat edaran") or ""
    assert "ditunjukkan kepada petugas lain" in back
    assert ">Surat edaran</textarea>" in back
    assert _journal(app) == []
    assert with_reason(other, back, "Surat edaran") is None
    assert [entry.officer_id for entry in _journal(app)] == [officer(app, "kasi")]


def test_deleting_asks_once_with_a_dialog_or_without(app: Flask, tuesday: FlaskClient) -> None:
    assert change(tuesday, "/hari-libur/add", **HOLIDAY) is None
    key = key_of(app, Holiday, day=date(2026, 11, 24))
    listed, shown = (
        tuesday.get("/hari-libur/list/?psize_HolidayView=100").text,
        tuesday.get(f"/hari-libur/show/{key}").text,
    )
    for page in (listed, shown):
        (button,) = re.findall(rf"<button[^>]*/hari-libur/confirm_delete/{key}[^>]*>", page)
        assert "data-tanya" not in button
    assert "data-tanya" in tuesday.get("/kategori/list/").text
    asked = [tuesday.get(f"/hari-libur/confirm_delete/{key}"), tuesday.post(f"/hari-libur/confirm_delete/{key}")]
    for question in asked:
        assert "<h1>Yang akan bergeser</h1>" in question.text
        assert "Dihapus: hari libur <b>Libur setempat</b>" in question.text
    assert with_reason(tuesday, asked[0].text, "Batal") is None
    assert [entry.reason for entry in _journal(app)][1:] == ["Batal"]
    assert tuesday.get(f"/hari-libur/confirm_delete/{key}").status_code == 404


def test_the_only_week_is_not_even_asked_about(app: Flask, tuesday: FlaskClient) -> None:
    key = key_of(app, WorkingWeek, starts_on=None)
    answer = tuesday.get(f"/jam-kerja/confirm_delete/{key}", follow_redirects=True)
    assert str(REFUSED["never_opens"]) in answer.text
    assert answer.request.path == "/jam-kerja/list/"


def test_the_second_of_two_administrators_is_told_and_asked_anew(app: Flask, tuesday: FlaskClient) -> None:
    key = key_of(app, Holiday, day=date(2026, 12, 24))
    pages = [save(tuesday, f"/hari-libur/edit/{key}", **{**HOLIDAY, "name": name}) or "" for name in ("Satu", "Dua")]
    assert with_reason(tuesday, pages[0], "Pertama") is None
    back = with_reason(tuesday, pages[1], "Kedua") or ""
    assert "baru saja diubah orang lain" in back
    assert ">Kedua</textarea>" in back
    assert with_reason(tuesday, back, "Kedua") is None
    assert [entry.data["rows"][0]["before"]["name"] for entry in _journal(app)][1] == "Satu"
    assert with_reason(tuesday, save(tuesday, "/hari-libur/add", **HOLIDAY) or "", "Baru") is None
    late = tuesday.post(
        "/perubahan-kalender/", data={"usul": sealed(pages[0]), "reason": "Lagi"}, follow_redirects=True
    )
    assert "baru saja diubah orang lain" in late.text


def test_of_many_moves_the_first_two_hundred_are_shown_and_all_counted(
    app: Flask, tuesday: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calendar_change.MOST_SHOWN == 200
    monkeypatch.setattr(calendar_change, "MOST_SHOWN", 2)
    with app.app_context():
        for _ in range(3):
            a_complaint()
    page = save(tuesday, "/hari-libur/add", **HOLIDAY) or ""
    assert "Langkah yang bergeser (3)" in page
    assert page.count('class="nomor">LB-') == 2
    assert "Ditampilkan 2 dari 3 langkah." in page


def test_the_journal_tells_it_to_administrators_and_supervisors(
    app: Flask, tuesday: FlaskClient, as_user: SignIn
) -> None:
    with app.app_context():
        a_complaint()
    assert change(tuesday, "/hari-libur/add", "SE <Bupati> 1/2026", **HOLIDAY) is None
    key = key_of(app, Holiday, day=date(2026, 11, 24))
    gone = tuesday.post(f"/hari-libur/delete/{key}")
    assert with_reason(tuesday, gone.text, "Batal libur") is None
    for name in ("administrator", "pengawas"):
        page = as_user(name).get("/jurnal/").text
        assert page.index("Batal libur") < page.index("SE &lt;Bupati&gt; 1/2026")
        for part in ("Libur setempat", "Selasa, 24 November 2026", "1 batas bergeser", "24 Nov 2026, 11.00 WITA"):
            assert part in page, part
        assert as_user(name).get("/jurnal/?hal=99").status_code == 200
    assert as_user("kadis").get("/jurnal/").status_code == 403


@pytest.mark.parametrize(
    ("username", "told"), [("admin.aduan", True), ("administrator", True), ("pengawas", True), ("kadis", False)]
)
def test_a_missing_next_year_is_said_from_october_on(
    app: Flask, as_user: SignIn, freeze: Freeze, username: str, told: bool
) -> None:
    sentence = "Hari libur nasional tahun 2027 belum ada di kalender"
    freeze("2026-10-01 00:30")
    assert sentence not in as_user(username).get("/").text
    with app.app_context():
        db.session.execute(delete(Holiday).where(Holiday.day >= date(2027, 1, 1)))
        db.session.add(Holiday(day=date(2027, 3, 3), name="Hari jadi", kind="local"))
        db.session.commit()
    assert (sentence in as_user(username).get("/").text) is told
    freeze("2026-09-30 23:30")
    assert sentence not in as_user(username).get("/").text


def test_the_log_says_so_once_a_day_however_often_the_sweep_runs(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "worker_app", lambda: app)
    with app.app_context():
        db.session.execute(delete(Holiday).where(Holiday.day >= date(2027, 1, 1)))
        db.session.commit()
    said = []
    for moment in ("2026-09-30 23:59", "2026-10-01 00:01", "2026-10-01 09:00", "2026-10-02 09:00"):
        freeze(moment)
        with app.app_context(), capture_logs() as lines:
            sweep_timed_acts()
            sweep_timed_acts()
        said.append([line["year"] for line in lines if line["event"] == "holidays_missing"])
    assert said == [[], [2027], [], [2027]]


def _journal(app: Flask) -> list[JournalEntry]:
    with app.app_context():
        return list(
            db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed").order_by(JournalEntry.id))
        )
