"""An agency's letterhead and book of numbers on screen: emblem, pattern, numbers given elsewhere, who may do what."""

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core.extensions import db
from app.models import Agency, Emblem, IssuedNumber, Paper
from app.papers.html_parts import emblem_of
from tests.cases.case_pages import SignIn
from tests.factories import a_complaint
from tests.statements import statements


def page_of(app: Flask, code: str = "dishub") -> str:
    with app.app_context():
        return f"/surat-opd/{db.session.scalars(select(Agency.id).where(Agency.code == code)).one()}"


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 1200)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#0b5d57").save(written, kind, comment=b"KENARI-METADATA")
    return written.getvalue()


def sent(content: bytes) -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(content), "../lambang.png")}, "content_type": "multipart/form-data"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_emblem_is_drawn_anew_and_stands_on_the_next_paper(app: Flask, as_user: SignIn, kind: str) -> None:
    page = page_of(app)
    answer = as_user("administrator").post(f"{page}/lambang", **sent(picture(kind)))
    assert answer.status_code == 303
    assert "data:image/png;base64," in as_user("administrator").get(page).text
    with app.app_context():
        emblem = db.session.scalars(select(Emblem)).one()
        with Image.open(io.BytesIO(emblem.png)) as kept:
            assert (kept.format, kept.size) == ("PNG", (450, 600))
        assert b"KENARI" not in emblem.png
        a_complaint(at="send_answer", agencies=("dishub",))
        frozen = db.session.scalars(select(Paper.frozen)).one()
        assert frozen["agency"]["emblem"] == emblem.sha256
        assert emblem_of(frozen["agency"]).startswith("data:image/png;base64,")
    assert as_user("administrator").post(f"{page}/lambang", data={"remove": "1"}).status_code == 303
    assert "data:image/png" not in as_user("administrator").get(page).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Pilih berkas lambang"),
        (b"<svg onload=alert(1)>", "Pilih gambar PNG, JPEG, atau WebP yang utuh"),
        (picture()[:200], "Pilih gambar PNG, JPEG, atau WebP yang utuh"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 300_000, "Pilih gambar yang lebih kecil"),
        (picture(size=(6000, 5000)), "Pilih gambar yang lebih kecil"),
    ],
    ids=["nothing", "svg", "cut", "too many bytes", "too many pixels"],
)
def test_what_is_no_picture_is_refused_in_words(
    app: Flask, as_user: SignIn, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    # Werkzeug's test client leaves the file of a body past 500 kB open.
    monkeypatch.setattr("app.papers.emblems.LARGEST_FILE", 200_000)
    with as_user("administrator").post(f"{page_of(app)}/lambang", **sent(content)) as answer:
        assert answer.status_code == 422
        assert sentence in answer.text
    with app.app_context():
        assert db.session.scalars(select(Emblem.sha256)).all() == []


def test_an_agency_explains_its_own_numbers_only(app: Flask, as_user: SignIn) -> None:
    page, form = page_of(app), {"up_to": "41", "reason": "Buku agenda lama."}
    for username, status in (("admin.dinkes", 404), ("kadis", 403), ("pengawas", 403), ("admin.dishub", 303)):
        assert as_user(username).post(f"{page}/nomor", data=form).status_code == status, username
    shown = as_user("kepala.dishub").get(page).text
    assert "1–41" in shown
    assert "Buku agenda lama." in shown
    assert "500.11/042/DISHUB-BLG/" in shown


@pytest.mark.parametrize(
    ("up_to", "reason", "sentence"),
    [
        ("", "x", "Tulis nomor urut dengan angka"),
        ("-3", "x", "Tulis nomor urut dengan angka"),
        ("9999999", "x", "Tulis nomor urut dengan angka"),
        ("5", "", "Tulis alasannya"),
        ("5", " \u200b ", "Tulis alasannya"),
        ("0", "x", "Tulis nomor sesudah nomor terakhir"),
        ("2001", "x", "Catat paling banyak 2.000 nomor"),
    ],
)
def test_bad_numbers_are_refused_beside_their_field(
    app: Flask, as_user: SignIn, up_to: str, reason: str, sentence: str
) -> None:
    answer = as_user("admin.dishub").post(f"{page_of(app)}/nomor", data={"up_to": up_to, "reason": reason})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{up_to}"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(IssuedNumber.running)).all() == []


def test_the_book_of_many_numbers_costs_no_more_statements(app: Flask, as_user: SignIn) -> None:
    page = page_of(app)
    client = as_user("kadis")
    with app.app_context():
        for _ in range(4):
            a_complaint(at="send_answer", agencies=("dishub",))
    client.get(page)
    with statements(app) as asked:
        assert client.get(page).text.count("Surat tanggapan") == 4
    assert len(asked) <= 12, asked


def test_a_number_pattern_without_number_or_year_is_refused(app: Flask, as_user: SignIn) -> None:
    client = as_user("administrator")
    with app.app_context():
        agency = db.session.scalars(select(Agency).where(Agency.code == "dishub")).one()
        kept = (
            "name",
            "short_name",
            "kind",
            "city",
            "letterhead_over",
            "classification_code",
            "letter_suffix",
            "paper",
            "signing_method",
        )
        form = {name: getattr(agency, name) for name in kept} | {"active": "y"}
        address = f"/opd/edit/{agency.id}"
    seen = client.get(address).text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    for pattern in (
        "{kode}/{nomor}",
        "{tahun}",
        "{nomor}/{tahun}/{x}",
        "{nomor}/{tahun}/{",
        "{nomor.__class__}/{tahun}",
    ):
        answer = client.post(address, data={**form, "seen": seen, "number_pattern": pattern})
        assert "Pakai hanya bagian yang dikenal" in answer.text, pattern
    assert client.post(address, data={**form, "seen": seen, "number_pattern": "{nomor}-{tahun}"}).status_code == 302
