"""Holidays as iCal: what goes out comes in again, what comes in is only proposed, and bad files are told so."""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from app.calendar.fill_holidays import national_days
from app.calendar.icalendar_files import FileRefused, read_ical
from app.core.extensions import db
from app.models import Holiday, JournalEntry
from tests.reference.reference_forms import with_reason

Freeze = Callable[[str], Any]
SignIn = Callable[[str], FlaskClient]
KINDS = ("public", "collective_leave", "local")


@pytest.fixture
def office(freeze: Freeze, as_user: SignIn) -> FlaskClient:
    """The administrator's browser on Tuesday, 24 November 2026, at ten."""
    freeze("2026-11-24 10:00")
    return as_user("administrator")


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//ID\r\n{body}END:VCALENDAR\r\n".encode()


def event(start: str, summary: str, *more: str) -> str:
    return "\r\n".join([f"DTSTART;VALUE=DATE:{start}", f"SUMMARY:{summary}", "UID:1@contoh.id", *more])


def send(screen: FlaskClient, content: bytes, kind: str = "local") -> Any:
    return screen.post("/hari-libur/impor", data={"file": (io.BytesIO(content), "libur.ics"), "kind": kind})


def rows(app: Flask) -> list[tuple[date, str, str]]:
    with app.app_context():
        found = db.session.execute(select(Holiday.day, Holiday.name, Holiday.kind).order_by(Holiday.day, Holiday.id))
        return [tuple(row) for row in found]


def test_the_file_is_a_calendar_of_whole_days_that_keep_their_names(app: Flask, office: FlaskClient) -> None:
    answer = office.get("/hari-libur/kalender.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    lines = answer.data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert (str(calendar["version"]), bool(calendar["prodid"])) == ("2.0", True)
    events = list(calendar.walk("VEVENT"))
    told = [(e.decoded("dtstart"), str(e["summary"]), str(e["categories"].cats[0])) for e in events]
    assert told == rows(app)
    assert all((e.decoded("dtend") - e.decoded("dtstart")).days == 1 for e in events)
    assert all(e["dtstart"].params["VALUE"] == "DATE" and "dtstamp" in e for e in events)
    before = {str(e["uid"]): str(e["summary"]) for e in events}
    assert len(before) == len(events)
    with app.app_context():
        row = db.session.scalars(select(Holiday).where(Holiday.day == date(2026, 12, 25))).one()
        row.name, key = "Nama; baru, dengan koma", row.id
        db.session.commit()
    again = icalendar.Calendar.from_ical(office.get("/hari-libur/kalender.ics").data).walk("VEVENT")
    changed = {str(e["uid"]): str(e["summary"]) for e in again}
    assert {uid for uid in before if before[uid] != changed[uid]} == {f"hari-libur-{key}@localhost"}


def test_our_own_file_comes_back_as_what_was_changed_in_it(app: Flask, office: FlaskClient) -> None:
    content = office.get("/hari-libur/kalender.ics").data
    same = send(office, content)
    assert (same.status_code, same.headers["Location"]) == (303, "/hari-libur/list/")
    before = rows(app)
    calendar = icalendar.Calendar.from_ical(content)
    for entry in calendar.walk("VEVENT"):
        if entry.decoded("dtstart") == date(2026, 12, 24):
            del entry["dtstart"], entry["dtend"]
            entry.add("dtstart", date(2026, 12, 23))
    page = send(office, calendar.to_ical().replace(b"SUMMARY:Hari Raya Natal", b"SUMMARY:Natal")).text
    assert "Diubah: hari libur <b>Natal</b>" in page
    assert "Diubah: hari libur <b>Cuti Bersama Hari Raya Natal</b>" in page
    assert rows(app) == before
    assert with_reason(office, page, "SKB tiga menteri") is None
    after = rows(app)
    assert len(after) == len(before)
    assert (date(2026, 12, 23), "Cuti Bersama Hari Raya Natal", "collective_leave") in after
    assert {name for _, name, _ in set(after) - set(before)} >= {"Natal"}


def test_a_foreign_file_adds_its_whole_days_and_says_what_it_left_out(app: Flask, office: FlaskClient) -> None:
    content = ics(
        event("20261130", "Rapat kerja", "DTEND;VALUE=DATE:20261202"),
        event("20261225", "Hari Raya Natal"),
        event("20261207", "<b>Hari</b> jadi", "CATEGORIES:public"),
        event("20261208", "Tiap minggu", "RRULE:FREQ=WEEKLY"),
        event("20261209", "Batal", "STATUS:CANCELLED"),
        "DTSTART:20261210T080000Z\r\nSUMMARY:Rapat\r\nUID:2@contoh.id",
        "SUMMARY:Tanpa tanggal",
        event("20261211", ""),
        event("18990101", "Dahulu"),
        event("20261212", "Rusak", "DTEND;VALUE=DATE:bukan"),
        event("20261213", "Tiap hari itu", "RDATE;VALUE=DATE:20261214,20261215"),
        event("20261214", "Sangat lama", "DURATION:P9999999D"),
        event("99991231", "Akhir zaman"),
    )
    before = rows(app)
    page = send(office, content, "collective_leave").text
    assert "10 acara di berkas tidak dibaca" in page
    assert "&lt;b&gt;Hari&lt;/b&gt; jadi" in page
    assert "Perubahan (3)" in page
    assert with_reason(office, page) is None
    assert set(rows(app)) - set(before) == {
        (date(2026, 11, 30), "Rapat kerja", "collective_leave"),
        (date(2026, 12, 1), "Rapat kerja", "collective_leave"),
        (date(2026, 12, 7), "<b>Hari</b> jadi", "public"),
    }


BAD = {
    "empty": (b"", "bukan kalender iCal"),
    "not a calendar": (b"PK\x03\x04\x00\xff\xfe", "bukan kalender iCal"),
    "half": (ics(event("20261130", "Libur"))[:60], "bukan kalender iCal"),
    "nested": (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 15_000, "bukan kalender iCal"),
    "only appointments": (ics("DTSTART:20261210T080000Z\r\nSUMMARY:Rapat"), "tidak memuat acara sehari penuh"),
    "no events": (ics(), "tidak memuat acara sehari penuh"),
    "too large": (ics(event("20261130", "x" * 300_000)), "256 KB"),
    "too many": (ics(*(event("20261130", f"Libur {n}") for n in range(401))), "lebih dari 400"),
    "two calendars": (ics(event("20261130", "Libur")) * 2, "bukan kalender iCal"),
    "a todo": (b"BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\n", "bukan kalender iCal"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_answered_in_words_and_changes_nothing(app: Flask, office: FlaskClient, name: str) -> None:
    content, sentence = BAD[name]
    before = rows(app)
    answer = send(office, content)
    assert answer.status_code == 422
    assert sentence in answer.text.partition('id="file-galat"')[2].partition("</p>")[0]
    assert rows(app) == before


def test_without_a_file_the_form_comes_back(office: FlaskClient) -> None:
    answer = office.post("/hari-libur/impor", data={"kind": "public"})
    assert answer.status_code == 422
    assert "Pilih berkas iCal" in answer.text


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_a_file_cut_or_bent_anywhere_is_read_or_refused(cut: int) -> None:
    whole = ics(event("20261130", "Libur", "DTEND;VALUE=DATE:20261201", "CATEGORIES:local"))
    for content in (whole[:cut], whole[cut:], whole[:cut] + b"\x00\xff;:=\r\n" + whole[cut:]):
        with suppress(FileRefused):
            assert read_ical(content, "localhost", KINDS).days


def test_a_day_far_too_long_is_left_out() -> None:
    with pytest.raises(FileRefused):
        read_ical(ics(event("20261130", "Lama", "DTEND;VALUE=DATE:20990101")), "localhost", KINDS)


def test_filling_adds_only_what_is_missing_of_this_and_the_next_year(app: Flask, office: FlaskClient) -> None:
    nothing = office.post("/hari-libur/isi", follow_redirects=True)
    assert "sudah lengkap" in nothing.text
    with app.app_context():
        db.session.execute(delete(Holiday).where(Holiday.day > date(2026, 12, 1)))
        db.session.add(Holiday(day=date(2027, 1, 1), name="Tahun baru", kind="public"))
        db.session.add(Holiday(day=date(2027, 5, 1), name="Libur kantor", kind="local"))
        db.session.commit()
    before = set(rows(app))
    assert with_reason(office, office.post("/hari-libur/isi").text, "SKB tiga menteri") is None
    wanted = {(h.date, h.name, h.kind) for h in national_days([2026, 2027]) if h.date > date(2026, 12, 1)}
    assert set(rows(app)) - before == {row for row in wanted if row[0] != date(2027, 1, 1)}
    with app.app_context():
        assert (
            len(db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).one().data["rows"])
            == len(wanted) - 1
        )
    assert "sudah lengkap" in office.post("/hari-libur/isi", follow_redirects=True).text


BOMBS = {
    "endless": ("RRULE:FREQ=SECONDLY",),
    "a thousand million": ("RRULE:FREQ=DAILY;COUNT=999999999",),
    "listed": ("RDATE;VALUE=DATE:" + ",".join(["20261201"] * 20_000),),
    "one of a row": ("RECURRENCE-ID;VALUE=DATE:20261130",),
}


@pytest.mark.parametrize("name", BOMBS)
def test_repeated_events_are_never_unrolled(name: str) -> None:
    found = read_ical(ics(event("20261130", "Tiap hari", *BOMBS[name]), event("20261201", "Satu")), "localhost", KINDS)
    assert ([day.name for day in found.days], found.left_out) == (["Satu"], 1)


@pytest.mark.parametrize(("length", "days"), [("P1D", 1), ("P3D", 3), ("P1W", 7), ("PT12H", 1), ("P401D", 0)])
def test_an_event_may_name_its_length_instead_of_its_end(length: str, days: int) -> None:
    found = read_ical(ics(event("20261130", "Lama", f"DURATION:{length}"), event("20270105", "Satu")), "x", KINDS)
    assert [day.name for day in found.days].count("Lama") == days


def test_the_largest_file_and_the_most_days_are_still_read() -> None:
    whole = ics(*(event("20261130", f"Libur {n}") for n in range(400)))
    assert len(read_ical(whole, "localhost", KINDS).days) == 400
    padded = whole.replace(b"PRODID:", b"PRODID:" + b"x" * (256 * 1024 - len(whole)))
    assert len(padded) == 256 * 1024
    assert len(read_ical(padded, "localhost", KINDS).days) == 400
    with pytest.raises(FileRefused, match="too_large"):
        read_ical(padded + b"\n", "localhost", KINDS)
