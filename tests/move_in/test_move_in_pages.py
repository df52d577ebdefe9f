"""The pages from the upload to the result, and who may open them."""

import csv
import io
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, MoveInFile
from app.move_in.work import work_on
from tests.move_in.old_records import MAPPING, old_records

RECORDS = old_records(60)


def sent(client: FlaskClient, content: bytes = RECORDS.content) -> str:
    answer = client.post("/pindah-data/", data={"file": (BytesIO(content), "register.csv")})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_the_pages_lead_from_the_file_to_the_cases(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    desk = as_user("admin.aduan")
    address = sent(desk)
    file_id = int(address.rpartition("/")[2])
    wrong = desk.post(f"{address}/kolom", data={"title": "Perihal", "body": "Perihal"})
    assert (wrong.status_code, wrong.text.count("Satu kolom hanya untuk satu bagian")) == (422, 4)
    assert "Buku tamu" in desk.post(f"{address}/kolom", data=MAPPING, follow_redirects=True).text
    meanings = {"channel:0": "walk_in", "category:0": "-"}
    assert "Sedang diperiksa" in desk.post(f"{address}/arti", data=meanings, follow_redirects=True).text
    with app.app_context():
        work_on(file_id, utc_now)
    page = desk.get(address).text
    words = ("Ganti rumus dengan nilainya", "Semua baris yang benar (54)", "Warga Contoh")
    assert [part in page for part in words] == [True, True, False]
    none = desk.post(f"{address}/jalankan", data={"which": "rows", "rows": "11"})
    assert (none.status_code, "Tulis nomor baris" in none.text) == (422, True)
    desk.post(f"{address}/jalankan", data={"which": "rows", "rows": "2-7"})
    with app.app_context():
        work_on(file_id, utc_now)
        made = db.session.scalars(select(Complaint).order_by(Complaint.id)).all()
        closed, opened = made[0].id, made[4].id
        assert len(made) == 6
    page = desk.get(f"/aduan/{closed}").text
    assert all(words in page for words in ("Data pindahan", "0/REG/2024", "Sudah ditambal.", "Aduan dipindahkan"))
    assert "Lewat batas" not in page.partition("identitas")[2].partition("</div></div>")[0]
    for path in (f"/aduan/{opened}", f"/aduan/{closed}/batas", "/aduan/?pindahan=1"):
        assert desk.get(path).status_code == 200
    assert "LP-2024-000001" in desk.get("/aduan/?pindahan=1").text
    ended = desk.post(f"{address}/selesai", follow_redirects=True)
    assert "Berkas dihapus" in ended.text
    assert desk.get(f"{address}/salah.csv").status_code == 404


def test_the_wrong_rows_are_sent_back_without_formulas(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    desk = as_user("admin.aduan")
    address = sent(desk)
    desk.post(f"{address}/kolom", data=MAPPING)
    desk.post(f"{address}/arti", data={"channel:0": "walk_in", "category:0": "-"})
    with app.app_context():
        work_on(int(address.rpartition("/")[2]), utc_now)
    answer = desk.get(f"{address}/salah.csv")
    heads, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
    assert heads[-2:] == ["Baris asal", "Yang perlu diperbaiki"]
    assert [row[-2] for row in rows] == ["11", "21", "31", "41", "51", "61"]
    assert (rows[0][2], "Ganti rumus" in rows[0][-1]) == ("'=HYPERLINK(1)", True)


def test_a_file_that_is_no_table_comes_back(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    desk = as_user("admin.aduan")
    for content in (b"", b"\x89PNG\r\n", b"satu baris"):
        answer = desk.post("/pindah-data/", data={"file": (BytesIO(content), "x.csv")})
        assert (answer.status_code, "file-galat" in answer.text) == (422, True)
    assert desk.get("/pindah-data/99999999999999999999").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(MoveInFile)).all() == []
    for username in ("kadis", "pengawas", "administrator"):
        assert as_user(username).get("/pindah-data/").status_code == 403
