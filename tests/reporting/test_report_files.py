"""Free reports as files: what is in the cells, who gets which rows, and that nothing in them is ever run."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.models import Category, OfficerProfile, ReportJob
from app.reporting.exports import file_formats
from app.reporting.exports.cells import csv_cell, harmless
from app.reporting.exports.columns import COLUMNS
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.actors import Person

Find = Callable[[str], Person]
FORMULA = '=cmd|" /C calc"!A0'


def made(by: Person, file_format: str = "csv", **wanted: Any) -> ReportJob:
    """A report as the worker makes it."""
    job = ask_report(by, WantedReport(**wanted), file_format, utc_now())
    run_report(job.id)
    db.session.refresh(job)
    return job


def csv_rows(job: ReportJob) -> list[dict[str, str]]:
    assert job.path is not None, job.error
    content = read_file(job.path)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+62812", "'+62812"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("\tnama", "'\tnama"),
        ("\rnama", "'\nnama"),
        ("＝1", "'＝1"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("\x00=1", "'=1"),
        ("6311010101900001", "6311010101900001"),
        ("0812", "0812"),
        ("900001", "900001"),
        ("Jalan; rusak", "Jalan; rusak"),
        ("", ""),
        ("x" * 40_000, "x" * 32_766 + "…"),
    ],
)
def test_no_text_is_run_and_no_number_is_changed(text: str, written: str) -> None:
    assert harmless(text) == written


def test_days_and_moments_are_written_as_spreadsheets_read_them(context: Flask) -> None:
    assert csv_cell(datetime(2026, 11, 24, 10, 54, tzinfo=OFFICE_ZONE)) == "2026-11-24 10:54"
    assert csv_cell(date(2026, 11, 24)) == "2026-11-24"
    assert csv_cell(None) == ""


def test_a_csv_file_holds_every_column_in_words(context: Flask, person: Find, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="draft_answer", title=FORMULA, body='Satu "dua"; tiga\r\nempat', channel="whatsapp")
    (row,) = csv_rows(made(person("pengawas"), columns=COLUMNS))
    assert row["Nomor aduan"] == case.complaint.number
    assert row["Judul"] == f"'{FORMULA}"
    assert row["Isi aduan"] == 'Satu "dua"; tiga\nempat'
    assert (row["Saluran"], row["Status"], row["Langkah"]) == ("WhatsApp", "Dikerjakan OPD", "Menyusun tanggapan")
    assert (row["Masuk (WITA)"], row["Batas waktu (WITA)"]) == ("2026-11-24 10:00", "2026-12-01 10:00")
    assert (row["Kecamatan"], row["OPD"], row["Dijawab (WITA)"]) == ("Paringin", "DPUPRPERKIM", "")


def test_an_xlsx_file_has_texts_as_texts_and_dates_as_dates(
    context: Flask, person: Find, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(title=FORMULA, location={"text": "http://contoh.example", "district": "Paringin"})
    case.complaint.sp4n_tracking_id = "0900001"
    db.session.commit()
    job = made(person("pengawas"), "xlsx", columns=("nomor", "sp4n", "masuk", "judul", "tempat", "kejadian"))
    assert job.path is not None, job.error
    book = load_workbook(BytesIO(read_file(job.path)))
    heads, cells = book["Aduan"].iter_rows()
    assert [cell.value for cell in heads][:3] == ["Nomor aduan", "Nomor SP4N-LAPOR!", "Masuk (WITA)"]
    assert [(cell.value, cell.data_type) for cell in cells] == [
        (case.complaint.number, "s"),
        ("0900001", "s"),
        (datetime(2026, 11, 24, 10, 0), "d"),  # noqa: DTZ001  (a sheet knows no zones)
        (FORMULA, "s"),
        ("http://contoh.example", "s"),
        (None, "n"),
    ]
    assert not any(cell.hyperlink for cell in cells)
    told = {name.value: said.value for name, said in book["Keterangan"].iter_rows(max_col=2)}
    assert told["Identitas pelapor"] == "tidak termuat dalam laporan"
    assert told["Data per"] == "Selasa, 24 November 2026, 10.00 WITA"


def test_a_pdf_is_drawn_and_has_a_limit_that_is_said(
    context: Flask, person: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_complaint(title="<b>tebal</b>")
    short = made(person("pengawas"), "pdf")
    assert short.path is not None
    assert read_file(short.path).startswith(b"%PDF")
    monkeypatch.setitem(file_formats.LIMITS, "pdf", 0)
    assert (made(person("pengawas"), "pdf").state, made(person("pengawas"), "pdf").error) == ("failed", "too_many_pdf")


SENT_TO_DISHUB = "Rambu lalu lintas roboh"
SECRET = "Pungutan di terminal"


@pytest.fixture
def three_cases(context: Flask) -> None:
    """One sent to dishub, a secret one sent there too, and one that only dinkes and the office know."""
    a_complaint(at="agency_receive", agencies=("dishub",), title=SENT_TO_DISHUB)
    a_complaint(at="agency_receive", agencies=("dishub",), title=SECRET, confidentiality="secret")
    a_complaint(at="agency_receive", agencies=("dinkes",), title="Obat habis")


@pytest.mark.parametrize(
    ("who", "titles"),
    [
        ("pengawas", {SENT_TO_DISHUB, SECRET, "Obat habis"}),
        ("kasi", {SENT_TO_DISHUB, SECRET, "Obat habis"}),
        ("kepala.dishub", {SENT_TO_DISHUB, SECRET}),
        ("sekretaris.dinkes", {"Obat habis"}),
        ("admin.dplh", set()),
    ],
)
def test_everybody_gets_the_rows_of_their_own_list(three_cases: None, person: Find, who: str, titles: set[str]) -> None:
    assert {row["Judul"] for row in csv_rows(made(person(who)))} == titles


def test_no_column_tells_who_reported(three_cases: None, person: Find) -> None:
    for who in ("pengawas", "kepala.dishub"):
        job = made(person(who), columns=COLUMNS)
        assert job.path is not None
        content = read_file(job.path).decode()
        assert "Rahasia" in content
        for part in ("Aminah", "Jl. Contoh No. 7", "0800-0000-0007"):
            assert part not in content


def test_what_nobody_may_see_is_refused_when_it_is_made(three_cases: None, person: Find) -> None:
    officer = db.session.scalars(select(User).where(User.username == "kepala.dishub")).one()
    closed = ask_report(person("kepala.dishub"), WantedReport(), "csv", utc_now())
    officer.active = False
    db.session.commit()
    assert run_report(closed.id) == "failed"
    db.session.refresh(closed)
    assert (closed.error, closed.path) == ("not_allowed", None)


def test_an_officer_who_was_moved_meanwhile_gets_nothing(three_cases: None, person: Find) -> None:
    asked = ask_report(person("kepala.dishub"), WantedReport(), "csv", utc_now())
    officer = db.session.scalars(select(User).where(User.username == "kepala.dishub")).one()
    db.session.get_one(OfficerProfile, officer.id).agency_code = "dinkes"
    db.session.commit()
    assert run_report(asked.id) == "failed"
    db.session.refresh(asked)
    assert (asked.error, asked.path) == ("moved", None)


def test_the_filters_are_those_of_the_list(context: Flask, person: Find, freeze: Callable[[str], Any]) -> None:
    for day, title in (("2026-11-02 23:30", "akhir"), ("2026-11-03 00:00", "awal"), ("2026-11-04 00:00", "sesudah")):
        freeze(day)
        a_complaint(title=f"Kasus {title}", channel="phone" if title == "awal" else "web")
    third = date(2026, 11, 3)
    rows = csv_rows(made(person("pengawas"), since=third, until=third))
    assert [row["Judul"] for row in rows] == ["Kasus awal"]
    assert len(csv_rows(made(person("pengawas"), until=third))) == 2
    assert len(csv_rows(made(person("pengawas"), channel="web"))) == 2
    category = db.session.scalars(select(Category.code)).first()
    assert csv_rows(made(person("pengawas"), category=category)) == []
    assert csv_rows(made(person("pengawas"), step="check")) == []
    assert len(csv_rows(made(person("pengawas"), status="registering", running=True))) == 3
