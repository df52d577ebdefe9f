"""Account page: a certificate file is judged before it is kept, kept sealed, and only ever one's own."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.core.extensions import db
from app.models import SigningMeans
from app.papers.signing.certificate_file import CertificateFault, UnfitCertificate, read_certificate
from app.vocabulary.signing import CERTIFICATE_FAULTS
from tests.cases.case_pages import SignIn
from tests.papers.certificates import NOW, PASSPHRASE, file_of, officer

PAGE = "/akun/tanda-tangan/"


@pytest.fixture(autouse=True)
def _today(freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 10:00")


def bring(client: Any, content: bytes, passphrase: str = PASSPHRASE) -> TestResponse:
    data = {"certificate": (BytesIO(content), "saya.p12"), "passphrase": passphrase}
    return client.post(f"{PAGE}sertifikat", data=data, content_type="multipart/form-data")


def kept(app: Flask) -> list[SigningMeans]:
    with app.app_context():
        return list(db.session.scalars(select(SigningMeans)))


def test_a_good_file_is_kept_and_shown_and_its_passphrase_is_not(app: Flask, as_user: SignIn) -> None:
    client, file = as_user("kepala.dishub"), file_of(officer())
    assert "Belum ada sertifikat." in client.get(PAGE).text
    assert bring(client, file).status_code == 303
    page = client.get(PAGE).text
    for words in ("Kepala Uji, Contoh Uji", "CA Uji, Contoh Uji", "24 November 2027", "berlaku"):
        assert words in page
    [row] = kept(app)
    assert row.certificate == file
    with app.app_context():
        raw = db.session.scalars(text("SELECT m::text FROM signing_means m")).one()
    assert PASSPHRASE not in raw
    assert file.hex()[:60] not in raw
    assert "Belum ada sertifikat." in as_user("kepala.dplh").get(PAGE).text


BAD = [
    ("nothing chosen", b"", PASSPHRASE, "missing"),
    ("not a certificate file", b"%PDF-1.7", PASSPHRASE, "not_opened"),
    ("a wrong passphrase", file_of(officer()), "salah", "not_opened"),
    ("no passphrase", file_of(officer()), "", "no_passphrase"),
    ("far too large", b"0" * 200_000, PASSPHRASE, "too_large"),
    ("expired", file_of(officer(days=(-400, -1))), PASSPHRASE, "not_valid_now"),
    ("not yet valid", file_of(officer(days=(1, 30))), PASSPHRASE, "not_valid_now"),
    ("only for encrypting", file_of(officer(key_encipherment=True)), PASSPHRASE, "not_for_signing"),
    ("a short key", file_of(officer(kind="rsa1024")), PASSPHRASE, "weak_key"),
]


@pytest.mark.parametrize(("file", "passphrase", "fault"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_file_is_refused_beside_its_field_and_the_old_one_stays(
    app: Flask, as_user: SignIn, file: bytes, passphrase: str, fault: str
) -> None:
    client, good = as_user("kepala.dishub"), file_of(officer())
    bring(client, good)
    answer = bring(client, file, passphrase)
    assert answer.status_code == 422
    assert str(CERTIFICATE_FAULTS[fault]) in answer.text
    assert [row.certificate for row in kept(app)] == [good]


def test_replacing_and_removing(app: Flask, as_user: SignIn) -> None:
    client, newer = as_user("kepala.dishub"), file_of(officer("Kepala Baru", "ec"))
    bring(client, file_of(officer()))
    bring(client, newer)
    assert [row.certificate for row in kept(app)] == [newer]
    assert "Kepala Baru" in client.get(PAGE).text
    assert client.post(f"{PAGE}sertifikat/hapus").status_code == 303
    assert [(row.certificate, row.subject, row.valid_until) for row in kept(app)] == [(None, "", None)]


def test_an_expired_certificate_is_shown_as_such(app: Flask, as_user: SignIn, freeze: Callable[[str], Any]) -> None:
    bring(as_user("kepala.dishub"), file_of(officer(days=(-30, 2))))
    freeze("2026-11-30 10:00")
    assert "sudah habis" in as_user("kepala.dishub").get(PAGE).text


def test_a_nik_is_kept_sealed_and_shown_masked(app: Flask, as_user: SignIn) -> None:
    client = as_user("kepala.dishub")
    assert client.post(f"{PAGE}nik", data={"nik": "6311 0101 0170 0001"}).status_code == 303
    page = client.get(PAGE).text
    assert "6311••••••••••01" in page
    assert "6311010101700001" not in page
    assert [row.nik for row in kept(app)] == ["6311010101700001"]
    with app.app_context():
        assert "6311010101700001" not in db.session.scalars(text("SELECT m::text FROM signing_means m")).one()
    for wrong in ("631101010170000", "63110101017000011", "abcdefghijklmnop", "６３１１０１０１０１７００００１"):
        answer = client.post(f"{PAGE}nik", data={"nik": wrong})
        assert (answer.status_code, str(CERTIFICATE_FAULTS["bad_nik"]) in answer.text) == (422, True)
    client.post(f"{PAGE}nik", data={"nik": ""})
    assert [row.nik for row in kept(app)] == [None]


def test_a_file_that_would_be_opened_for_ever_is_not_tried() -> None:
    """The number of rounds stands in the file, and whoever wrote it chose it."""
    with pytest.raises(UnfitCertificate) as unfit:
        read_certificate(_slow(file_of(officer())), PASSPHRASE, NOW)
    assert unfit.value.fault is CertificateFault.NOT_OPENED


def _slow(file: bytes) -> bytes:
    from asn1crypto import pkcs12

    pfx = pkcs12.Pfx.load(file)
    pfx["mac_data"]["iterations"] = 2_000_000_000
    return bytes(pfx.dump(force=True))
