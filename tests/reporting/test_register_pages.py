"""The registers on screen: lists, the form and its refusals, one register with what differs since, and its files."""

import io
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.core.hashing import json_digest
from app.demo.accounts import demo_person
from app.models import Category, Complaint, Paper, Register, RegisterKind
from app.papers.papers import draw_paper
from app.reporting.registers.make import make_register
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.reporting.small_month import answered_road, waiting_road, wita
from tests.scenes import Scene
from tests.views.test_page_costs import cost
from tests.worklists.test_inbox import MOST_QUERIES
from views.reporting import registers
from workflow_rules.process.actors import SYSTEM

As = Callable[[str], FlaskClient]
FRIDAY, LATER = date(2026, 9, 4), datetime(2026, 10, 1, 8, 0, tzinfo=OFFICE_ZONE)


def both_registers() -> dict[str, int]:
    answered_road()
    waiting_road()
    rows = {kind.value: make_register(kind, FRIDAY, SYSTEM, LATER) for kind in RegisterKind}
    return {kind: row.id for kind, row in rows.items()}


@pytest.fixture
def made(scene: Scene[dict[str, int]]) -> dict[str, int]:
    """A daily and a monthly register of the small month."""
    return scene(both_registers)


def test_lists_name_each_register_with_its_number_and_who_made_it(made: dict[str, int], as_user: As) -> None:
    client = as_user("pengawas")
    daily, monthly = client.get("/laporan/").text, client.get("/laporan/?jenis=bulanan").text
    assert "Jumat, 4 September 2026" in daily
    assert "500.12/001/DISKOMINFOSAN-BLG/2026" in daily
    assert "September 2026</b>" in monthly
    assert "500.12/002/DISKOMINFOSAN-BLG/2026" in monthly
    assert "Jadwal" in daily
    assert 'href="/laporan/"' in as_user("kabid").get("/").text
    assert 'href="/laporan/"' not in as_user("kepala.dishub").get("/").text


def test_an_officer_makes_a_past_day_once(app: Flask, as_user: As, freeze: Callable[[str], object]) -> None:
    with app.app_context():
        answered_road()
    freeze("2026-09-08 09:00")
    client = as_user("admin.aduan")
    page = client.get("/laporan/").text
    assert 'value="2026-09-07" max="2026-09-07"' in page
    first = client.post("/laporan/buat", data={"jenis": "harian", "periode": "2026-09-04"})
    assert first.status_code == 303
    told = client.get(first.headers["Location"]).text
    assert "Laporan nomor 500.12/001/DISKOMINFOSAN-BLG/2026 dibuat dan terkunci." in told
    with app.app_context():
        assert demo_person("admin.aduan").name in told
    freeze("2026-09-08 09:05")
    again = client.post("/laporan/buat", data={"jenis": "harian", "periode": "2026-09-04"})
    assert again.headers["Location"] == first.headers["Location"]
    assert "Laporan ini sudah pernah dibuat; isinya tetap." in client.get(again.headers["Location"]).text


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        ("harian", "2026-09-08", "Periode ini belum berakhir."),
        ("harian", "2026-09-05", "Hari ini bukan hari kerja."),
        ("harian", "2026-08-31", "Belum ada aduan yang tercatat"),
        ("harian", "kemarin", "Pilih tanggal untuk laporan harian"),
        ("harian", "0001-01-01", "Pilih tanggal untuk laporan harian"),
        ("harian", "9999-12-31", "Pilih tanggal untuk laporan harian"),
        ("bulanan", "2026-09", "Periode ini belum berakhir."),
        ("bulanan", "2026-13", "atau bulan untuk laporan bulanan"),
        ("bulanan", "", "atau bulan untuk laporan bulanan"),
    ],
)
def test_what_cannot_be_made_is_said_at_the_field(
    app: Flask, as_user: As, freeze: Callable[[str], object], kind: str, given: str, sentence: str
) -> None:
    with app.app_context():
        answered_road()
    freeze("2026-09-08 09:00")
    answer = as_user("kasi").post("/laporan/buat", data={"jenis": kind, "periode": given})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Galat: " in answer.text
    assert not given or f'value="{given}"' in answer.text


def test_an_unknown_kind_and_an_unknown_register_are_not_there(made: dict[str, int], as_user: As) -> None:
    client = as_user("kabid")
    assert client.post("/laporan/buat", data={"jenis": "tahunan", "periode": "2026"}).status_code == 400
    for key in (10**9, 10**30):
        for path in ("", "/laporan.pdf", "/laporan.xlsx"):
            assert client.get(f"/laporan/{key}{path}").status_code == 404


def test_one_register_shows_its_figures_and_that_nothing_differs(made: dict[str, int], as_user: As) -> None:
    page = as_user("kadis").get(f"/laporan/{made['daily']}").text
    assert "Tidak ada. Dihitung ulang hari ini, setiap angka tetap sama." in page
    assert "25 jam 30 menit" in page
    assert "3. Melaporkan ke pimpinan" in page
    assert "(rahasia)" in page
    monthly = as_user("kadis").get(f"/laporan/{made['monthly']}").text
    assert "57,5" not in monthly
    assert "78,6" in monthly, "11 of 13 closed steps in time, and one open past its limit"
    assert monthly.count("<svg") > 10


def test_what_differs_since_stands_with_old_and_new(app: Flask, made: dict[str, int], as_user: As) -> None:
    with app.app_context():
        complaint = db.session.scalars(select(Complaint).order_by(Complaint.id)).first()
        assert complaint is not None
        complaint.category = db.session.scalars(select(Category).where(Category.code == "penerangan_jalan")).one()
        db.session.commit()
    page = as_user("kabid").get(f"/laporan/{made['monthly']}").text
    assert "3 angka berbeda bila dihitung ulang hari ini." in page
    assert "Jalan Berlubang: Jumlah" in page
    assert '<span class="patah">2</span>' in page
    assert "Penerangan Jalan" in page
    daily = as_user("kabid").get(f"/laporan/{made['daily']}").text
    assert "Jalan Berlubang</span>" in daily
    assert "LB-2026-000001: Kategori" in daily


def test_a_register_of_very_many_cases_is_reckoned_when_somebody_asks(
    made: dict[str, int], as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "RECOMPUTED_AT_ONCE", 1)
    client = as_user("kabid")
    page = client.get(f"/laporan/{made['monthly']}").text
    assert f'href="/laporan/{made["monthly"]}?hitung=1"' in page
    assert "setiap angka tetap sama" not in page
    assert "setiap angka tetap sama" in client.get(f"/laporan/{made['monthly']}?hitung=1").text


@pytest.mark.parametrize("with_its_hash", [False, True])
def test_content_that_was_tampered_with_is_told(
    app: Flask, made: dict[str, int], as_user: As, with_its_hash: bool
) -> None:
    """The hash on the register, which nobody can change, decides; the one on the paper can be made to fit."""
    sentence = "Isi laporan ini tidak lagi sama dengan yang dikunci saat dibuat."
    client = as_user("kabid")
    assert sentence not in client.get(f"/laporan/{made['daily']}").text
    with app.app_context():
        paper = db.session.scalars(select(Paper).where(Paper.kind == "daily_register")).one()
        paper.frozen = {**paper.frozen, "counts": {**paper.frozen["counts"], "received": 9}}
        if with_its_hash:
            paper.content_hash = json_digest(paper.frozen)
        db.session.commit()
    assert sentence in client.get(f"/laporan/{made['daily']}").text


def test_pdf_and_workbook_carry_the_period_in_their_names(app: Flask, made: dict[str, int], as_user: As) -> None:
    client = as_user("kabid")
    assert client.get(f"/laporan/{made['daily']}/laporan.pdf").status_code == 404
    with app.app_context():
        for row in db.session.scalars(select(Register)):
            assert draw_paper(row.paper_id) == "ready"
    for kind, name in (("daily", "laporan-harian-2026-09-04"), ("monthly", "laporan-bulanan-2026-09")):
        for ending, magic in (("pdf", b"%PDF"), ("xlsx", b"PK")):
            with client.get(f"/laporan/{made[kind]}/laporan.{ending}") as answer:
                assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.{ending}"'
                assert answer.data.startswith(magic)
    assert "laporan.pdf" in client.get(f"/laporan/{made['daily']}").text


def test_the_workbook_holds_the_same_figures_and_no_formula(app: Flask, as_user: As) -> None:
    with app.app_context():
        a_complaint(received=wita("4 08:00"), title="=1+1", category="jalan_berlubang")
        answered_road()
        key = make_register(RegisterKind.DAILY, FRIDAY, SYSTEM, LATER).id
    client = as_user("kabid")
    with client.get(f"/laporan/{key}/laporan.xlsx") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == [
        "Ringkasan",
        "Aduan diterima",
        "Pergerakan langkah",
        "Aduan dijawab",
        "Langkah yang melewati batas",
        "Aduan terbuka dan batas berikut",
    ]
    front = dict(book["Ringkasan"].iter_rows(values_only=True))
    assert (front["Aduan diterima"], front["Aduan dijawab"]) == (1, 1)
    assert front["Nomor"] == "500.12/001/DISKOMINFOSAN-BLG/2026"
    head, row = book["Aduan diterima"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["Perihal"] == "=1+1"
    head, row = book["Aduan dijawab"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["Waktu kerja terpakai (menit kerja)"] == 1530
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    with client.get(f"/laporan/{key}/laporan.xlsx") as again:
        assert again.data == answer.data


@pytest.mark.parametrize("username", ["admin.aduan", "kasi", "kabid", "kadis", "pengawas"])
def test_pages_stay_within_the_budget(app: Flask, made: dict[str, int], as_user: As, username: str) -> None:
    paths = ("/laporan/", "/laporan/?jenis=bulanan", *(f"/laporan/{key}" for key in made.values()))
    client = as_user(username)
    found = {path: cost(app, client, path) for path in paths}
    assert {status for status, _ in found.values()} == {200}
    assert {path: count for path, (_, count) in found.items() if count > MOST_QUERIES} == {}
