"""The signed letter as paper: the right words, tagged, fonts inside, nothing fetched, the same again."""

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.storage import read_file
from app.models import Letter, PaperKind
from app.papers.kinds import html_of
from app.papers.papers import draw_paper, relay_papers
from app.papers.render import render_pdf
from tests.factories import a_complaint


def signed_letter(**draft: Any) -> Letter:
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    words = {"subject": "Tanggapan lampu jalan", "body": "Lampu sudah diganti.\n\nTerima kasih.", **draft}
    case.act("agency_secretary", "submit_draft", house="dishub", **words)
    case.act("agency_head", "sign", house="dishub")
    return db.session.scalars(select(Letter).where(Letter.state == "signed")).one()


def letter_html(letter: Letter) -> str:
    assert letter.paper is not None
    return html_of(PaperKind.ANSWER_LETTER, letter.paper.frozen)


def text_of(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    # pypdf reads a page that holds a character beyond the basic plane as UTF-16 with its zero bytes.
    return " ".join(text.replace("\x00", "").split())


def test_the_letter_says_what_was_signed(context: Flask) -> None:
    letter = signed_letter()
    assert draw_paper(letter.paper_id or 0) == "ready"
    assert letter.paper is not None
    pdf = read_file(letter.paper.path or "")
    text = text_of(pdf)
    assert letter.number is not None
    for words in (
        "PEMERINTAH KABUPATEN BALANGAN",
        "DINAS PERHUBUNGAN",
        letter.number,
        "Tanggapan lampu jalan",
        "Lampu sudah diganti.",
        letter.complaint.number,
        "NIP.",
    ):
        assert words in text
    assert "KONSEP" not in text
    assert PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_a_letter_is_drawn_once_and_drawn_again_only_after_a_failure(context: Flask) -> None:
    letter = signed_letter()
    assert relay_papers() == 1
    assert (draw_paper(letter.paper_id or 0), draw_paper(letter.paper_id or 0)) == ("ready", "elsewhere")
    assert relay_papers() == 0


def test_the_content_hash_is_of_what_is_frozen(context: Flask) -> None:
    letter = signed_letter()
    assert letter.paper is not None
    assert json_digest(letter.paper.frozen) == letter.paper.content_hash
    assert json_digest({**letter.paper.frozen, "body": "Lain"}) != letter.paper.content_hash


def test_fonts_are_inside_the_file(context: Flask) -> None:
    letter = signed_letter()
    assert letter.paper is not None
    page = PdfReader(io.BytesIO(render_pdf(letter_html(letter)))).pages[0]
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    assert fonts
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7654321 * 1234567 }}{% raw %}",
    '<link rel="attachment" href="file:///etc/passwd">',
    "<img src='http://127.0.0.1:9/x.png'>",
    "مرحبا بكم",
    "🚧 jalan rusak",
    "<div>" * 300,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(context: Flask, hostile: str) -> None:
    letter = signed_letter(body=f"Awal {hostile} akhir.", subject=f"Hal {hostile}"[:300])
    assert letter.paper is not None
    html = letter_html(letter)
    assert hostile not in html or not hostile.startswith("<")
    pdf = render_pdf(letter_html(letter))
    assert b"/EmbeddedFile" not in pdf
    assert "akhir." in text_of(pdf)
    assert "9449772114007" not in text_of(pdf)


def test_even_a_template_with_a_foreign_address_fetches_nothing(context: Flask, tmp_path: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("KENARI-BERKAS")
    html = f'<html lang="id"><head><title>x</title><link rel="attachment" href="file://{secret}"></head><p>isi</p>'
    pdf = render_pdf(html)
    assert b"KENARI" not in pdf
    assert b"/EmbeddedFile" not in pdf
