"""Reports from a file: tried without a trace, taken in once, and whatever is wrong said row by row."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Complaint, ComplaintEvent, Reporter, SyncImport
from app.sp4n.inbound.apply_revision import apply_report
from app.sp4n.inbound.csv_file import CsvFault, CsvRefused, read_table
from app.sp4n.inbound.csv_import import (
    AlreadyUploaded,
    drop,
    relay_imports,
    start_import,
    start_trial,
    store_upload,
    work_on,
)
from app.sp4n.inbound.csv_reports import faults_of, guess, report_of
from tests.sp4n.reports import a_revision

HEAD = "Nomor Laporan;Judul;Isi;Sifat;Nama;No HP;Tanggal Kejadian\n"
FILE = HEAD + (
    '9165810;Lampu mati;"Gelap; tiga malam";terbuka;Aminah;0800-0000-0007;23/11/2026\n'
    "9165811;=1+1;@perintah;rahasia;Burhan;+62 800 0000 008;\n"
    "12;Salah nomor;Isi;terbuka;;;\n"
    "9165810;Kembar;Isi;terbuka;;;\n"
    "9165812;Sifat aneh;Isi;setengah;;abc;99/99/2026\n"
    "9165813;Kurang kolom;Isi\n"
    "9165814;Sudah ada;Isi;terbuka;;;\n"
)


def bring(content: bytes | str = FILE) -> SyncImport:
    raw = content.encode() if isinstance(content, str) else content
    by = demo_person("admin.aduan").id
    assert by is not None
    return store_upload(raw, "laporan.csv", by, utc_now())


def outcomes(row: SyncImport) -> dict[int, tuple[str, str]]:
    db.session.refresh(row)
    return {line[0]: (line[2], " ".join(f"{field}:{fault}" for field, fault, _ in line[3])) for line in row.outcomes}


def count(table: type) -> int:
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


EXPECTED = {
    2: ("created", ""),
    3: ("created", ""),
    4: ("refused", "tracking_id:not_a_tracking_id"),
    5: ("refused", "tracking_id:repeated"),
    6: ("refused", "confidentiality:not_allowed occurred_on:not_a_date reporter.phone:not_a_phone"),
    7: ("refused", ":columns"),
    8: ("known", ""),
}


def sorted_faults(found: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    return {row: (outcome, " ".join(sorted(faults.split()))) for row, (outcome, faults) in found.items()}


def test_a_file_is_tried_without_a_trace_and_then_taken_in(context: Flask) -> None:
    apply_report("9165814", a_revision(3))
    before = count(Complaint), count(ComplaintEvent), count(Reporter)
    number = db.session.execute(text("SELECT max(number) FROM complaint")).scalar_one()
    row = bring()
    start_trial(row, dict(row.mapping), utc_now())
    assert work_on(row.id) == "checked"
    assert sorted_faults(outcomes(row)) == EXPECTED
    assert (count(Complaint), count(ComplaintEvent), count(Reporter)) == before
    start_import(row, utc_now())
    assert work_on(row.id) == "done"
    assert sorted_faults(outcomes(row)) == EXPECTED
    made = select(Complaint).where(Complaint.sp4n_tracking_id.in_(("9165810", "9165811"))).order_by(Complaint.id)
    first, second = db.session.scalars(made)
    assert int(first.number[-6:]) == int(number[-6:]) + 1
    assert (first.body, str(first.occurred_on), first.channel) == ("Gelap; tiga malam", "2026-11-23", "sp4n")
    assert (second.title, second.body, second.confidentiality) == ("=1+1", "@perintah", "secret")
    assert row.content is None


def test_a_revision_column_brings_what_is_here_up_to_date(context: Flask) -> None:
    for tracking_id, revision in (("9165810", 1), ("9165811", 5), ("9165812", 2)):
        apply_report(tracking_id, a_revision(revision))
    row = bring("nomor,revisi,judul,isi\n9165810,2,Baru,Isi\n9165811,4,Lama,Isi\n9165812,2,Sama,Isi\n9165813,x,J,Isi\n")
    start_trial(row, dict(row.mapping), utc_now())
    work_on(row.id)
    assert outcomes(row) == {
        2: ("updated", ""),
        3: ("older", ""),
        4: ("conflict", ""),
        5: ("refused", "revision:wrong_type"),
    }
    start_import(row, utc_now())
    work_on(row.id)
    held = dict(db.session.execute(select(Complaint.sp4n_tracking_id, Complaint.title)).all())
    assert (held["9165810"], held["9165811"]) == ("Baru", a_revision()["title"])


def test_the_same_bytes_are_taken_once_and_a_dropped_file_may_come_again(context: Flask) -> None:
    row = bring()
    with pytest.raises(AlreadyUploaded):
        bring()
    assert drop(row)
    again = bring()
    start_trial(again, dict(again.mapping), utc_now())
    work_on(again.id)
    start_import(again, utc_now())
    start_import(again, utc_now())
    work_on(again.id)
    made = count(Complaint)
    assert work_on(again.id) == "nothing to do"
    assert (count(Complaint), drop(again)) == (made, False)


def test_the_columns_of_a_header_are_remembered(context: Flask) -> None:
    row = bring("a,b,c\n9165810,J,I\n")
    assert row.mapping == {}
    start_trial(row, {"tracking_id": "a", "title": "b", "body": "c"}, utc_now())
    work_on(row.id)
    assert bring("a,b,c\n9165811,J,I\n").mapping == {"tracking_id": "a", "title": "b", "body": "c"}


def test_a_file_is_sealed_while_it_waits(context: Flask) -> None:
    bring()
    raw = db.session.execute(text("SELECT content FROM sync_import")).scalar_one()
    assert "Aminah" not in raw
    assert len(raw) > len(FILE)


def test_what_a_killed_worker_left_goes_on_where_it_stands(context: Flask) -> None:
    rows = "".join(f"{9165000 + n},Judul {n},Isi\n" for n in range(250))
    row = bring("nomor,judul,isi\n" + rows)
    start_trial(row, dict(row.mapping), utc_now())
    work_on(row.id)
    start_import(row, utc_now())
    row.outcomes = [[n + 2, str(9165000 + n), "created", []] for n in range(100)]
    db.session.commit()
    assert relay_imports(utc_now()) == 0
    assert relay_imports(utc_now() + timedelta(minutes=3)) == 1
    assert work_on(row.id) == "done"
    assert (len(outcomes(row)), count(Complaint)) == (250, 150)


def test_a_file_that_nobody_finished_is_forgotten_after_a_day(context: Flask) -> None:
    bring()
    relay_imports(utc_now() + timedelta(hours=23))
    assert count(SyncImport) == 1
    relay_imports(utc_now() + timedelta(hours=25))
    assert count(SyncImport) == 0


TABLES = {
    "utf-8": ("nomor,judul\n1,Désa\n".encode(), "utf-8", ","),
    "utf-8 with a mark": ("\ufeffnomor;judul\n1;Désa\n".encode(), "utf-8-sig", ";"),
    "windows-1252": ("nomor\tjudul\n1\tDésa\n".encode("cp1252"), "cp1252", "\t"),
    "quoted delimiters": (b'"nomor, lama";judul\n1;D\xc3\xa9sa\n', "utf-8", ";"),
    "carriage returns": (b"nomor,judul\r\n1,D\xc3\xa9sa\r\n", "utf-8", ","),
}


@pytest.mark.parametrize(("content", "encoding", "delimiter"), TABLES.values(), ids=TABLES)
def test_encoding_and_delimiter_are_found_out(content: bytes, encoding: str, delimiter: str) -> None:
    table = read_table(content)
    assert (table.encoding, table.delimiter, table.rows) == (encoding, delimiter, (("1", "Désa"),))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", CsvFault.MISSING),
        (b" \n ", CsvFault.MISSING),
        (b"a,b\n" + b"x" * (5 * 1024 * 1024), CsvFault.TOO_LARGE),
        (b"a,b\n\x00,1\n", CsvFault.ENCODING),
        ("a,b\n1,2\n".encode("utf-16"), CsvFault.ENCODING),
        (b"hanya satu kolom\nx\n", CsvFault.NO_TABLE),
        (b"a,b\n", CsvFault.NO_TABLE),
        (b"a,,c\n1,2,3\n", CsvFault.NO_TABLE),
        (b"a,A\n1,2\n", CsvFault.SAME_NAMES),
        (b"a,b\n" + b"1,2\n" * 5001, CsvFault.TOO_MANY_ROWS),
        (b'a,b\n"' + b"x" * 200_000 + b'",2\n', CsvFault.NO_TABLE),
    ],
)
def test_what_is_no_table_is_refused_whole(content: bytes, fault: CsvFault) -> None:
    with pytest.raises(CsvRefused) as refused:
        read_table(content)
    assert refused.value.fault is fault


def test_columns_are_guessed_and_a_bad_choice_is_named() -> None:
    header = ("Nomor", "JUDUL", "Isi Laporan", "Kecamatan", "Lain")
    assert guess(header, {}) == {
        "tracking_id": "Nomor",
        "title": "JUDUL",
        "body": "Isi Laporan",
        "location.district": "Kecamatan",
    }
    assert faults_of({"tracking_id": "Nomor", "title": "Nomor", "category": "Tidak ada"}, header, {}) == {
        "body": "required",
        "tracking_id": "twice",
        "title": "twice",
        "category": "unknown",
    }


def test_days_are_read_as_they_are_written_here(context: Flask) -> None:
    mapping = {"tracking_id": "n", "occurred_on": "k", "submitted_at": "d"}
    _, found = report_of(mapping, ("n", "k", "d"), ("1", "3/2/2026", "24-11-2026 08.30"), {})
    assert found == {"occurred_on": "2026-02-03", "submitted_at": "2026-11-24T08:30:00+08:00", "revision": 0}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-23T20:30:00Z", "2026-11-24"),
        ("2026-11-24T00:30:00+09:00", "2026-11-23"),
        ("2026-11-24T23:30:00+08:00", "2026-11-24"),
        ("2026-11-24T23:30:00", "2026-11-24"),
        ("2026-11-24", "2026-11-24"),
        ("9999-12-31T20:00:00Z", "9999-12-31T20:00:00Z"),
    ],
)
def test_the_day_of_an_incident_is_the_offices_day(context: Flask, cell: str, day: str) -> None:
    _, found = report_of({"tracking_id": "n", "occurred_on": "k"}, ("n", "k"), ("1", cell), {})
    assert found["occurred_on"] == day


def test_the_pages_lead_from_the_file_to_the_result(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    officer = as_user("admin.aduan")
    sent = officer.post("/sp4n/impor/", data={"file": (BytesIO(FILE.encode()), "laporan.csv")})
    assert sent.status_code == 303
    address = sent.headers["Location"]
    assert "titik koma" in officer.get(address).text
    wrong = officer.post(f"{address}/kolom", data={"title": "Judul"})
    assert (wrong.status_code, wrong.text.count("Pilih kolomnya")) == (422, 4)
    with app.app_context():
        mapping = dict(db.session.scalars(select(SyncImport.mapping)).one())
    assert officer.post(f"{address}/kolom", data=mapping).status_code == 303
    with app.app_context():
        work_on(int(address.rpartition("/")[2]))
    page = officer.get(address).text
    assert "Yang akan terjadi" in page
    assert "3 laporan akan dibuat atau diperbarui" in page
    assert "Aminah" not in page
    assert officer.post(f"{address}/jalankan").status_code == 303
    with app.app_context():
        work_on(int(address.rpartition("/")[2]))
        assert count(Complaint) == 3
    assert "Selesai" in officer.get(address).text
    again = officer.post("/sp4n/impor/", data={"file": (BytesIO(FILE.encode()), "lain.csv")}, follow_redirects=True)
    assert "sudah pernah diunggah" in again.text
    none = officer.post("/sp4n/impor/", data={})
    assert (none.status_code, "Pilih berkas CSV" in none.text) == (422, True)
    assert as_user("pengawas").get("/sp4n/impor/").status_code == 403
