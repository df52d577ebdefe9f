"""/verifikasi: of a code and of a file it is said whether they are the letter that was signed; nothing else is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.cases.signed_scans import keep_scan
from app.core.extensions import db
from app.core.storage import read_file, write_file
from app.demo.accounts import demo_person
from app.models import Attachment, Letter, LetterScan, Paper
from app.papers import verification
from app.papers.papers import draw_paper
from tests.factories import a_complaint
from tests.papers import scans
from tests.papers.certificates import file_of, officer
from tests.papers.letters import give_means, signed, signing_by
from tests.scenes import Scene
from views.public.letter_verification import PER_ADDRESS
from workflow_rules.process.actors import Person

SAME = "Berkas ini sama persis dengan surat yang ditandatangani."
ADDED = "Berkas ini ditambahi sesudah ditandatangani."
CHANGED = "Berkas ini sudah berubah."
UNKNOWN = "Berkas ini tidak dikenal."
GENUINE = "Surat ini sah."
Find = Callable[[str], Person]


@dataclass
class There:
    """A signed letter and its file."""

    id: int
    code: str
    pdf: bytes
    number: str

    @property
    def address(self) -> str:
        return f"/verifikasi/{self.code}"


@pytest.fixture(autouse=True)
def uncounted(app: Flask) -> None:
    """What earlier tests sent does not count."""
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]


def signed_by_certificate() -> There:
    signing_by("certificate")
    give_means(demo_person("kepala.dishub").id, certificate=file_of(officer("Bima Ketapang")))
    letter, pdf = signed()
    return There(letter.id, str(letter.verification_code), pdf, str(letter.number))


@pytest.fixture
def there(scene: Scene[There], freeze: Callable[[str], Any]) -> There:
    """Signed by certificate."""
    freeze("2026-11-24 10:00")
    return scene(signed_by_certificate)


def signed_with_ink() -> There:
    a_complaint(at="send_answer", agencies=("dishub",))
    letter = db.session.scalars(select(Letter)).one()
    assert letter.paper is not None
    draw_paper(letter.paper.id)
    return There(letter.id, str(letter.verification_code), read_file(letter.paper.path or ""), str(letter.number))


@pytest.fixture
def on_paper(scene: Scene[There], freeze: Callable[[str], Any]) -> There:
    """Signed with ink."""
    freeze("2026-11-24 10:00")
    return scene(signed_with_ink)


def ask(client: FlaskClient, content: bytes, address: str = "/verifikasi/", name: str = "surat.pdf") -> TestResponse:
    return client.post(address, **scans.form_of((name, content)))


def told(answer: TestResponse) -> str:
    """Which of the sentences the page says of the file."""
    assert answer.status_code == 200, answer.text
    found = [s for s in (SAME, ADDED, CHANGED, UNKNOWN) if s in answer.text]
    assert len(found) == 1, found
    return found[0]


def damaged(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def change(app: Flask, letter_id: int, **columns: Any) -> None:
    with app.app_context():
        paper = db.session.get_one(Paper, db.session.get_one(Letter, letter_id).paper_id)
        for name, value in columns.items():
            setattr(paper, name, value)
        db.session.commit()


def test_a_sound_letter_says_who_signed_it_and_nothing_of_the_reporter(client: FlaskClient, there: There) -> None:
    page = client.get(there.address).text
    for words in (GENUINE, there.number, "Bima Ketapang, Contoh Uji", "CA Uji, Contoh Uji", "utuh, meliputi seluruh"):
        assert words in page
    for private in ("Aminah", "0800-0000-0007", "Jl. Contoh No. 7", "Sudah ditangani."):
        assert private not in page


def test_a_changed_store_is_seen(app: Flask, client: FlaskClient, there: There) -> None:
    with app.app_context():
        spoiled = write_file("letters/0", "pdf", damaged(there.pdf, 300))
    change(app, there.id, path=spoiled)
    assert "Berkas surat ini berubah." in client.get(there.address).text
    with app.app_context():
        frozen = db.session.scalars(select(Paper.frozen)).one()
    change(app, there.id, frozen={**frozen, "subject": "Hal lain"})
    page = client.get(there.address).text
    assert "Isi surat ini berubah." in page
    assert GENUINE not in page


def test_a_file_put_in_place_with_its_hash_still_lacks_the_signature(
    app: Flask, client: FlaskClient, there: There
) -> None:
    """Whoever can write into the database can write a hash, but no signature."""
    import hashlib

    forged = damaged(there.pdf, there.pdf.index(b"/Contents <") + 400)
    with app.app_context():
        path = write_file("letters/0", "pdf", forged)
    change(app, there.id, path=path, file_hash=hashlib.sha256(forged).hexdigest())
    assert "Berkas surat ini berubah." in client.get(there.address).text
    assert CHANGED in ask(client, forged).text


def test_an_electronic_letter_without_its_file_is_not_called_genuine(
    app: Flask, client: FlaskClient, there: There
) -> None:
    change(app, there.id, path="letters/0/tidak-ada.pdf")
    page = client.get(there.address)
    assert "Berkas surat ini tidak ditemukan." in page.text
    assert GENUINE not in page.text


@pytest.mark.parametrize("by_code", [True, False], ids=["with the code", "without it"])
def test_the_same_file_is_known(client: FlaskClient, there: There, by_code: bool) -> None:
    answer = ask(client, there.pdf, there.address if by_code else "/verifikasi/")
    assert told(answer) == SAME
    assert there.number in answer.text
    assert "Aminah" not in answer.text


@pytest.mark.parametrize("part", range(0, 100, 7))
def test_one_changed_byte_anywhere_is_told(client: FlaskClient, there: There, part: int) -> None:
    answer = ask(client, damaged(there.pdf, len(there.pdf) * part // 100), there.address)
    assert told(answer) == CHANGED
    assert there.number in answer.text


def test_what_was_added_behind_is_told(client: FlaskClient, there: There) -> None:
    assert told(ask(client, there.pdf + b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n")) == ADDED


def test_a_letter_on_paper_is_found_by_its_file_its_changed_file_and_its_scan(
    app: Flask, client: FlaskClient, on_paper: There, person: Find
) -> None:
    page = ask(client, on_paper.pdf).text
    assert "Berkas ini sama persis dengan surat yang dibuat sistem ini." in page
    assert "tandatangani basah" in page
    assert told(ask(client, damaged(on_paper.pdf, 400))) == CHANGED
    scan = scans.scan_pdf(text="pindaian resmi")
    assert told(ask(client, scan)) == UNKNOWN
    with app.app_context():
        letter = db.session.get_one(Letter, on_paper.id)
        keep_scan(letter, scan, "", person("admin.dishub"), letter.complaint.version)
        assert db.session.scalars(select(LetterScan.id)).one()
        assert db.session.scalars(select(Attachment.sha256)).one()
    assert "Berkas ini pindaian resmi surat di bawah." in ask(client, scan).text


def test_a_file_of_another_letter_is_told_apart(app: Flask, client: FlaskClient, there: There) -> None:
    with app.app_context():
        other, pdf = signed()
        number = str(other.number)
    page = ask(client, pdf, there.address).text
    assert f"Berkas ini bukan surat nomor {there.number}." in page
    assert f"menunjuk surat nomor {number}" in page
    assert SAME in page
    page = ask(client, damaged(pdf, 400), there.address).text
    assert f"Berkas ini bukan surat nomor {there.number}." in page
    assert CHANGED in page


def test_a_changed_file_that_names_both_letters_is_the_one_of_the_page(
    app: Flask, client: FlaskClient, there: There
) -> None:
    """A letter may quote the address of an earlier one."""
    with app.app_context():
        other = signed()[0].verification_code
    page = ask(client, f"%PDF-1.7 /verifikasi/{other} /verifikasi/{there.code} ".encode(), there.address)
    assert told(page) == CHANGED
    assert "bukan surat nomor" not in page.text


def test_a_scan_that_was_replaced_is_confirmed_no_longer(
    app: Flask, client: FlaskClient, on_paper: There, person: Find
) -> None:
    old, new = scans.scan_pdf(text="miring"), scans.scan_pdf(text="lurus")
    with app.app_context():
        letter = db.session.get_one(Letter, on_paper.id)
        keep_scan(letter, old, "", person("admin.dishub"), letter.complaint.version)
        keep_scan(letter, new, "Miring.", person("admin.dishub"), letter.complaint.version)
    for address in ("/verifikasi/", on_paper.address):
        page = ask(client, old, address).text
        assert "Pindaian ini sudah diganti." in page
        assert "pindaian resmi" not in page
        assert on_paper.number in page
        assert "Berkas ini pindaian resmi surat di bawah." in ask(client, new, address).text


def test_one_scan_of_two_letters_is_that_of_the_page(
    app: Flask, client: FlaskClient, on_paper: There, person: Find
) -> None:
    other = There(0, "", b"", "")
    scan = scans.scan_pdf(text="dua surat sekaligus")
    with app.app_context():
        second = a_complaint(at="send_answer", agencies=("dishub",))
        letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        draw_paper(letters[1].paper_id or 0)
        for letter in letters:
            keep_scan(letter, scan, "", person("admin.dishub"), letter.complaint.version)
        assert second.id == letters[1].complaint_id
        other = There(letters[1].id, str(letters[1].verification_code), b"", str(letters[1].number))
    for there in (on_paper, other):
        page = ask(client, scan, there.address).text
        assert "Berkas ini pindaian resmi surat di bawah." in page
        assert there.number in page
        assert "bukan surat nomor" not in page


def test_a_letter_that_was_withdrawn_is_confirmed_no_longer(app: Flask, client: FlaskClient, there: There) -> None:
    with app.app_context():
        for name in ("ck_letter_state", "ck_letter_signed"):
            db.session.execute(text(f"ALTER TABLE letter DROP CONSTRAINT {name}"))
        db.session.get_one(Letter, there.id).state = "voided"
        db.session.commit()
    for answer in (client.get(there.address), ask(client, there.pdf), ask(client, there.pdf, there.address)):
        assert "Surat ini sudah ditarik." in answer.text
        assert there.number in answer.text
        assert GENUINE not in answer.text
        assert SAME not in answer.text
    assert told(ask(client, b"halo", there.address)) == UNKNOWN


GARBAGE = [
    ("text", b"halo"),
    ("html", b"<html>/verifikasi/AAAAAAAAAAAAAAAA</html>"),
    ("a beginning", b"%PDF-1.7"),
    ("a strange code", b"%PDF-1.7 /verifikasi/" + b"A" * 5000),
    ("zero bytes", b"\x00" * 5000),
    ("bad octal", b"verifikasi\\777\\000\\057" * 300),
    ("many streams", b"stream\r\n" * 20_000),
    ("a bomb", scans.bomb()),
    ("a picture", scans.picture("JPEG")),
    ("another pdf", scans.scan_pdf()),
    ("all bytes", bytes(range(256)) * 100),
]


@pytest.mark.parametrize("content", [g[1] for g in GARBAGE], ids=[g[0] for g in GARBAGE])
def test_garbage_is_unknown_and_never_an_error(client: FlaskClient, there: There, content: bytes) -> None:
    for address in ("/verifikasi/", there.address):
        assert told(ask(client, content, address, "a\x00b/../c.pdf")) == UNKNOWN


def test_what_cannot_be_checked_is_said_beside_the_field(client: FlaskClient, there: There) -> None:
    assert client.get("/verifikasi/").status_code == 200
    empty = client.post("/verifikasi/", data={})
    assert (empty.status_code, "Pilih berkas surat" in empty.text) == (422, True)
    assert ask(client, b"").status_code == 422
    large = ask(client, b"%PDF-" + b"0" * (10 * 1024 * 1024))
    assert (large.status_code, "Pilih berkas paling besar 10 MB" in large.text) == (413, True)
    assert ask(client, there.pdf, "/verifikasi/tidak-ada").status_code == 404


def test_nothing_of_an_upload_is_kept(app: Flask, client: FlaskClient, there: There) -> None:
    from pathlib import Path

    storage = Path(str(app.config["STORAGE_URL"]).removeprefix("file://"))
    before = sorted(storage.rglob("*"))
    ask(client, damaged(there.pdf, 500))
    ask(client, there.pdf)
    assert sorted(storage.rglob("*")) == before


def test_an_address_that_asks_too_often_waits(client: FlaskClient, app: Flask) -> None:
    most = int(PER_ADDRESS.split()[0])
    with app.app_context():
        app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    answers = [client.post("/verifikasi/", data={}).status_code for _ in range(most + 1)]
    assert answers == [422] * most + [429]
    last = client.post("/verifikasi/", data={})
    assert int(last.headers["Retry-After"]) > 0
    assert client.get("/verifikasi/").status_code == 200
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.post("/verifikasi/", data={}, environ_base=elsewhere).status_code == 422
    with app.app_context():
        app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]


def test_codes_are_found_however_a_pdf_writes_them() -> None:
    content = rb"(http\072\057\057x\057verifikasi\057kYW4ojJC\0556c2z6xN) /verifikasi/AAAAAAAAAAAA verifikasi"
    assert list(verification.codes_in(content)) == ["kYW4ojJC-6c2z6xN", "AAAAAAAAAAAA"]
