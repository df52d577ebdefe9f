"""A spreadsheet of old complaints: tried without a trace, imported in batches and once, told apart in registers."""

import os
import signal
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.audit.invariants.run import check_now
from app.audit.replay import audit_all
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Category, Complaint, ComplaintEvent, MoveInFile, RegisterKind, Reporter
from app.move_in import work
from app.move_in.files import (
    AlreadyUploaded,
    chosen_rows,
    finish,
    relay_files,
    set_columns,
    set_meanings,
    start_import,
    store_upload,
)
from app.move_in.plan import guess, named, plan_of
from app.move_in.work import work_on
from app.reporting.registers.corrections import corrections_since
from app.reporting.registers.make import RegisterRefused, make_register
from tests.move_in.old_records import HEADINGS, MAPPING, old_records
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.actors import SYSTEM

RECORDS = old_records(100)
MEANINGS = {"channel": {"Buku tamu": "walk_in"}, "category": {"Jalan kabupaten": ""}}
EXPECTED = Counter(RECORDS.expected.values())


def officer() -> int:
    key = demo_person("admin.aduan").id
    assert key is not None
    return key


def tried(content: bytes = RECORDS.content, meanings: dict[str, dict[str, str]] | None = None) -> MoveInFile:
    row = store_upload(content, "register.csv", officer(), utc_now())
    set_columns(row, MAPPING, "", utc_now())
    if row.state == "meaning":
        set_meanings(row, MEANINGS if meanings is None else meanings, utc_now())
    work_on(row.id, utc_now)
    db.session.refresh(row)
    return row


def imported(row: MoveInFile, chosen: list[int] | None = None) -> str:
    start_import(row, chosen, officer(), utc_now())
    return work_on(row.id, utc_now)


def found_in(row: MoveInFile) -> dict[int, str]:
    db.session.refresh(row)
    return {number: faults[0][1] if faults else outcome for number, outcome, faults, _ in row.outcomes}


def count(table: type) -> int:
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def assert_sound() -> None:
    red = {n: c.findings for n, c in check_now([f"I{n}" for n in range(1, 15)], utc_now()) if c.findings}
    assert (audit_all(), red) == ([], {})


def test_a_file_is_tried_without_a_trace_and_then_imported(context: Flask) -> None:
    row = tried()
    assert (row.state, found_in(row)) == ("checked", RECORDS.expected)
    assert [count(table) for table in (Complaint, ComplaintEvent, Reporter)] == [0, 0, 0]
    assert imported(row) == "checked"
    after = {n: "moved" if what in ("open", "closed") else what for n, what in RECORDS.expected.items()}
    assert found_in(row) == after
    statuses = Counter(db.session.scalars(select(Complaint.status)))
    assert statuses == {"closed": EXPECTED["closed"], "registering": EXPECTED["open"]}
    first = db.session.scalars(select(Complaint).where(Complaint.old_number == "0/REG/2024")).one()
    assert (first.received_at, first.confidentiality) == (datetime(2024, 1, 1, 9, 0, tzinfo=OFFICE_ZONE), "secret")
    assert first.ended_at == first.answered_at == datetime(2025, 1, 1, tzinfo=OFFICE_ZONE)
    assert_sound()
    raw = db.session.execute(text("SELECT content || plan || outcomes::text FROM move_in_file")).scalar_one()
    assert [words for words in ("Warga Contoh", "Register") if words in raw] == []


def test_nothing_is_imported_twice(context: Flask) -> None:
    row = tried()
    imported(row)
    made = count(Complaint)
    imported(row)
    assert (count(Complaint), work_on(row.id, utc_now)) == (made, "nothing to do")
    with pytest.raises(AlreadyUploaded):
        store_upload(RECORDS.content, "lagi.csv", officer(), utc_now())
    again = tried(RECORDS.content + b"\r\n")
    assert plan_of(again.plan).mapping == MAPPING
    assert Counter(found_in(again).values()) == EXPECTED - Counter(open=80, closed=80) + Counter(known=made)
    assert finish(row, utc_now())
    db.session.refresh(row)
    assert (row.state, row.content, finish(row, utc_now())) == ("done", None, False)
    assert store_upload(RECORDS.content, "lagi.csv", officer(), utc_now()).id == row.id
    assert count(Complaint) == made


def test_chosen_rows_first_and_the_others_later(context: Flask) -> None:
    row = tried()
    assert chosen_rows(row, "2-4; 12, 900-901") == [2, 3, 4, 12]
    assert chosen_rows(row, "dua") == chosen_rows(row, "11") == []
    assert imported(row, [2, 3]) == "checked"
    assert count(Complaint) == 2
    imported(row)
    assert count(Complaint) == EXPECTED["open"] + EXPECTED["closed"]


def test_a_worker_that_is_killed_goes_on_where_it_was(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    row, left = tried(), EXPECTED["open"] + EXPECTED["closed"]
    monkeypatch.setattr(work, "IMPORTED_AT_ONCE", 20)
    start_import(row, None, officer(), utc_now())
    file_id, make = row.id, work.import_complaints
    db.session.commit()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        calls = []

        def killed_after_two(*given: Any) -> Any:
            made = make(*given)
            calls.append(made)
            if len(calls) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            return made

        work.import_complaints = killed_after_two
        work_on(file_id, utc_now)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert count(Complaint) == 40
    assert relay_files(utc_now()) == 0
    assert relay_files(utc_now() + timedelta(minutes=3)) == 1
    assert work_on(file_id, utc_now) == "checked"
    assert count(Complaint) == left
    assert_sound()


def test_one_row_that_fails_stops_no_other(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    row, make = tried(), work.import_complaints

    def failing(old: Any, *given: Any) -> Any:
        if any(one.old_number == "3/REG/2024" for one in old):
            raise RuntimeError
        return make(old, *given)

    monkeypatch.setattr(work, "import_complaints", failing)
    imported(row)
    assert (found_in(row)[5], count(Complaint)) == ("unforeseen", EXPECTED["open"] + EXPECTED["closed"] - 1)


def test_a_stored_file_goes_after_a_week(context: Flask) -> None:
    kept = tried()
    tried(RECORDS.content + b"\r\n")
    imported(kept, [2])
    relay_files(utc_now() + timedelta(days=6))
    assert count(MoveInFile) == 2
    relay_files(utc_now() + timedelta(days=8))
    db.session.expire_all()
    assert [(one.id, one.state, one.content) for one in db.session.scalars(select(MoveInFile))] == [
        (kept.id, "done", None)
    ]


def test_words_without_a_meaning_are_asked_once(context: Flask) -> None:
    row = store_upload(RECORDS.content, "register.csv", officer(), utc_now())
    set_columns(row, MAPPING, "", utc_now())
    asked = {part: set(words) for part, words in plan_of(row.plan).unsaid.items()}
    assert asked == {"channel": {"Buku tamu"}, "category": {"Jalan kabupaten"}, "agencies": {"Dinas Entah Apa"}}
    category = db.session.scalars(select(Category.code).where(Category.active).limit(1)).one()
    said = {**MEANINGS, "category": {"Jalan kabupaten": category}, "agencies": {"Dinas Entah Apa": "dplh"}}
    set_meanings(row, said, utc_now())
    work_on(row.id, utc_now)
    assert "unknown_word" not in found_in(row).values()
    next_file = store_upload(old_records(20).content, "lain.csv", officer(), utc_now())
    set_columns(next_file, MAPPING, "", utc_now())
    assert next_file.state == "checking"


def test_headings_are_guessed_and_have_names_of_their_own() -> None:
    assert guess(HEADINGS) == {"received_at": "Tgl Masuk", "title": "Perihal", "status": "Status"} | {
        "body": "Uraian Aduan",
        "answer": "Tindak Lanjut",
        "ended_at": "Tgl Selesai",
        "category": "Bidang",
        "agencies": "OPD Tujuan",
        "channel": "Media",
        "reporter.name": "Nama",
        "reporter.phone": "HP",
        "confidentiality": "Sifat",
        "old_number": "No Register",
    }
    assert named(["Nama", "", "Nama", ""]) == ["Nama", "Kolom 2", "Nama (2)", "Kolom 4"]


def test_registers_of_past_months_show_them_apart(context: Flask) -> None:
    row = tried()
    imported(row, [4])
    register = make_register(RegisterKind.MONTHLY, date(2024, 3, 1), SYSTEM, utc_now())
    frozen = register.paper.frozen
    assert frozen["tables"]["imported_month"] == [
        {"key": "", "category": "", "received": 1, "answered": 0, "closed": 0}
    ]
    assert next(one for one in frozen["tables"]["summary"] if one["key"] == "received")["count"] == 0
    imported(row)
    later = corrections_since(frozen).found
    assert {(one.table, one.column, one.old, one.new) for one in later} == {("imported_month", "received", 1, 9)}
    monday = make_register(RegisterKind.DAILY, date(2024, 3, 4), SYSTEM, utc_now()).paper.frozen
    assert (monday["counts"]["imported"], monday["counts"]["received"], monday["counts"]["closing"]) == (2, 0, 0)
    assert [row["old_number"] for row in monday["tables"]["imported"]] == ["2/REG/2024", "86/REG/2024"]
    with pytest.raises(RegisterRefused):
        make_register(RegisterKind.MONTHLY, date(2023, 12, 1), SYSTEM, utc_now())
