"""Reports as PDF: readable columns, unbroken numbers, text below its case, and a worker that shows that it lives.

REPORT_ROWS in the environment sets how many cases the long report has (200 unless set; 1,000 in `make deep`).
"""

import io
import json
import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import update

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.resource_limits import DrawingRefused
from app.core.storage import read_file
from app.models import Complaint, ReportJob
from app.papers.subprocess_render import render_in_subprocess
from app.reporting.exports import heartbeat
from app.reporting.exports import relay as relay
from app.reporting.exports import run as making
from app.reporting.exports.columns import COLUMNS
from app.reporting.exports.file_formats import draft_of
from app.reporting.exports.pdf_table import PAGE_WIDTH, ROW_BELOW, columns_of
from app.reporting.exports.queue_report import ask_report, cancel_report
from app.reporting.exports.request import WantedReport
from tests.factories import a_complaint
from tests.worklists.many_cases import copy_many
from workflow_rules.process.actors import Person

Find = Callable[[str], Person]
SignIn = Callable[[str], FlaskClient]
WITH_TEXT = ("nomor", "masuk", "judul", "isi", "kategori", "tempat", "status", "langkah", "batas", "opd")
ROWS = int(os.environ.get("REPORT_ROWS", "200"))
MOST_PROCESSOR_SECONDS = 10 + ROWS / 20
"""Of this process and of the one that draws: on a machine that does nothing else, seconds on the clock."""


def processor_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def pages_of(job: ReportJob) -> list[str]:
    assert job.path is not None, job.error
    return [page.extract_text() for page in PdfReader(io.BytesIO(read_file(job.path))).pages]


def made(by: Person, **wanted: Any) -> ReportJob:
    job = ask_report(by, WantedReport(**wanted), "pdf", utc_now())
    making.run_report(job.id)
    db.session.refresh(job)
    return job


def test_a_thousand_cases_with_their_text_are_drawn_in_a_minute_at_that_pace(context: Flask, person: Find) -> None:
    copy_many(a_complaint().id, ROWS - 1)
    db.session.execute(update(Complaint).values(body="Lubang dalam dan sudah dua orang jatuh. " * 8))
    db.session.commit()
    began = processor_seconds()
    job = made(person("pengawas"), columns=WITH_TEXT)
    took = processor_seconds() - began
    assert (job.state, job.rows) == ("done", ROWS), job.error
    assert took <= MOST_PROCESSOR_SECONDS
    pages = pages_of(job)
    numbers = re.findall(r"LB-\d{4}-\d{6}", " ".join(pages))
    assert len(set(numbers)) == len(numbers) == ROWS
    assert len(pages) <= ROWS * 0.15
    assert all("Nomor aduan" in page for page in pages)
    assert all("Semua aduan" in page for page in pages)


def test_no_number_and_no_date_breaks_and_the_text_stands_below_its_case(
    context: Flask, person: Find, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    for place in range(3):
        case = a_complaint(at="draft_answer", title=f"Judul {place}", body=f"Uraian {place} " + "panjang sekali " * 60)
        case.complaint.sp4n_tracking_id = f"109165816{place}"
        db.session.commit()
    job = made(person("pengawas"), columns=("nomor", "sp4n", "masuk", "kejadian", "batas", "judul", "isi", "opd"))
    (page,) = pages_of(job)
    for place in range(3):
        assert f"109165816{place}" in page
        assert f"Uraian {place} panjang sekali panjang sekali panjang sekali" in page.replace("\n", " ")
    assert page.count("24 Nov 2026, 10.00") == 3
    assert page.count("1 Des 2026, 10.00") == 3


def test_the_widths_fill_the_page_and_hold_the_longest_number() -> None:
    headings = dict.fromkeys(WITH_TEXT, "Judul kolom")
    rows = [["LB-2026-000001", "24 Nov 2026, 10.00", *["teks panjang"] * 8]]
    columns = columns_of(headings, rows)
    assert sum(column.width for column in columns) == pytest.approx(PAGE_WIDTH, abs=0.5)
    assert len(columns) == len(WITH_TEXT) - 1
    assert all(column.place != WITH_TEXT.index(ROW_BELOW) for column in columns)
    assert min(column.width for column in columns) > 18


def test_more_than_ten_columns_are_refused_beside_the_field_for_pdf_alone(as_user: SignIn) -> None:
    client = as_user("kasi")
    eleven = {"kolom": list(COLUMNS[:11]), "bentuk": "pdf", "dari": "2026-11-01"}
    answer = client.post("/ekspor/", data=eleven)
    assert answer.status_code == 422
    said = re.search(r'id="kolom-galat">.*?</p>', answer.text, re.DOTALL)
    assert said is not None
    assert "PDF memuat paling banyak sepuluh kolom" in said[0]
    assert 'value="2026-11-01"' in answer.text
    assert len(re.findall(r'name="kolom" value="\w+" checked', answer.text)) == 11
    assert client.post("/ekspor/", data={**eleven, "kolom": list(COLUMNS[:10])}).status_code == 303
    assert client.post("/ekspor/", data={**eleven, "bentuk": "xlsx"}).status_code == 303


def test_a_report_asked_for_before_the_limit_says_what_it_leaves_out(context: Flask, person: Find) -> None:
    a_complaint()
    (page,) = pages_of(made(person("pengawas"), columns=COLUMNS[:12]))
    assert "Tidak dicetak karena PDF memuat sepuluh kolom: Tempat kejadian, Saluran" in page.replace("\n", " ")


class SlowFile:
    """A file whose closing takes longer than a silent worker may take; `meanwhile` is called until it answers True."""

    meanwhile: Callable[[], bool]

    def __init__(self, path: Path, _facts: Any, is_cancelled: Callable[[], bool]) -> None:
        self._path, self._is_given_up = path, is_cancelled

    def write(self, _row: Any) -> None: ...

    def close(self) -> None:
        until = time.monotonic() + 20
        while not self._is_given_up() and not type(self).meanwhile():
            assert time.monotonic() < until, "no heartbeat came"
            time.sleep(0.02)
        self._path.write_bytes(b"%PDF")

    def drop(self) -> None: ...


@pytest.fixture
def slow(context: Flask, monkeypatch: pytest.MonkeyPatch) -> type[SlowFile]:
    """Reports are closed slowly; a worker may be silent for a second, and sends a heartbeat every 50 ms."""
    monkeypatch.setattr(heartbeat, "SECONDS_BETWEEN", 0.05)
    for module in (making, relay):
        monkeypatch.setattr(module, "SILENT", timedelta(seconds=1))
    for name in making.WRITERS:
        monkeypatch.setitem(making.WRITERS, name, SlowFile)
    a_complaint()
    return SlowFile


@pytest.mark.parametrize("file_format", ["pdf", "xlsx", "csv"])
def test_nobody_starts_a_report_again_while_its_file_is_drawn(
    slow: type[SlowFile], person: Find, file_format: str
) -> None:
    job = ask_report(person("kasi"), WantedReport(), file_format, utc_now())
    began, others = utc_now(), []

    def long_enough() -> bool:
        others.append((making.run_report(job.id), relay.relay_reports(utc_now())))
        return utc_now() - began > timedelta(seconds=2.5)

    slow.meanwhile = long_enough
    assert making.run_report(job.id) == "done"
    assert set(others) == {("elsewhere", 0)}
    db.session.refresh(job)
    assert job.attempts == 1


def test_a_report_cancelled_while_its_file_is_drawn_is_given_up(slow: type[SlowFile], person: Find) -> None:
    by = person("kasi")
    job = ask_report(by, WantedReport(), "pdf", utc_now())

    def cancel_and_go_on() -> bool:
        cancel_report(by, job.id, utc_now())
        return False

    slow.meanwhile = cancel_and_go_on
    assert making.run_report(job.id) == "stopped"


def test_a_drawing_that_is_given_up_ends_at_once() -> None:
    heavy = '<html lang="id"><title>x</title><body>' + "<p>berat</p>" * 120_000
    began = time.monotonic()
    with pytest.raises(DrawingRefused, match="given_up"):
        render_in_subprocess(heavy, is_cancelled=lambda: time.monotonic() - began > 2)
    assert time.monotonic() - began < 8


def test_a_draft_folder_has_one_owner(context: Flask) -> None:
    with draft_of(7, "pdf") as first:
        first.write_text("satu", "utf-8")
        with draft_of(7, "pdf") as second:
            second.write_text("dua", "utf-8")
            assert first.read_text("utf-8") == "satu"
            assert second.parent != first.parent
        assert first.read_text("utf-8") == "satu"
        assert not second.parent.exists()
    assert not first.parent.exists()


def test_the_folder_of_a_killed_worker_is_removed_by_the_next(context: Flask) -> None:
    left = Path(context.config["LAPOR_HOME"]) / "drafts" / "report-7-left"
    left.mkdir(parents=True)
    (left / "report.pdf").write_text(json.dumps("torn"), "utf-8")
    with draft_of(8, "csv") as draft:
        assert list(draft.parent.parent.iterdir()) == [draft.parent]
