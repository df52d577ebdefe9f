"""Signing with the officer's certificate: a sound PAdES signature in the act itself, or nothing at all."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asn1crypto import x509
from flask import Flask
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from sqlalchemy import select

from app.core.extensions import db
from app.core.resource_limits import DrawingRefused
from app.models import ComplaintEvent, Letter
from app.papers.signing import certificate_signer, pades
from app.papers.signing.signatures import signature_in
from app.vocabulary.refusals import refusal_sentence
from tests.papers.certificates import authority, file_of, officer
from tests.papers.letters import PASSPHRASE, give_means, nothing_happened, signed, signing_by, waiting
from tests.papers.services import served, stamp_or_list
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

pytestmark = pytest.mark.usefixtures("drawn_here")

Find = Callable[[str], Person]
ROOT = x509.Certificate.load(authority().der())


@pytest.fixture
def head(context: Flask, person: Find, freeze: Callable[[str], Any]) -> int:
    """The head of an agency that signs by certificate, with a good one."""
    freeze("2026-11-24 10:00")
    signing_by("certificate")
    found = person("kepala.dishub").id
    assert found is not None
    give_means(found)
    return found


@pytest.fixture
def stamps(context: Flask) -> Iterator[str]:
    with served(stamp_or_list) as address:
        context.config["SIGNING_TSA_URL"] = address
        yield address
        context.config["SIGNING_TSA_URL"] = None


def judged(pdf: bytes) -> Any:
    """What pyHanko says of it, for somebody who trusts the authority."""
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[ROOT]))


def test_the_letter_comes_out_signed_whole_and_tagged(head: int) -> None:
    letter, pdf = signed()
    assert letter.paper is not None
    assert (letter.state, letter.paper.state, letter.number) == ("signed", "ready", "500.11/001/DISHUB-BLG/2026")
    status = judged(pdf)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signing_cert.subject.native["common_name"] == "Kepala Uji"
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert "pdfuaid:part" in xmp
    assert "pdfaid:part" in xmp
    text = reader.pages[0].extract_text()
    assert "Ditandatangani secara elektronik oleh:" in text
    assert "Balai Sertifikasi Elektronik" not in text


def test_the_signature_says_nothing_of_the_reporter(head: int) -> None:
    _, pdf = signed()
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].sig_object
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature["/Reason"] == "Surat tanggapan nomor 500.11/001/DISHUB-BLG/2026"
    assert signature["/Location"] == "Paringin"
    assert "Aminah" not in str(dict(signature))


def test_an_elliptic_key_signs_too(head: int) -> None:
    give_means(head, certificate=file_of(officer("Kepala Kurva", "ec")))
    found = signature_in(signed()[1])
    assert found is not None
    assert (found.sound, found.certificate) == (True, "Kepala Kurva, Contoh Uji")


def test_with_a_time_stamp_it_can_be_validated_for_long(head: int, stamps: str) -> None:
    give_means(head, certificate=file_of(officer(crl=f"{stamps}/ca.crl")))
    _, pdf = signed()
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    kept = DocumentSecurityStore.read_dss(signature.reader)
    offline = kept.as_validation_context({"trust_roots": [ROOT], "revocation_mode": "hard-fail"})
    status = validate_pdf_signature(signature, offline)
    assert status.bottom_line
    stamp = status.timestamp_validity
    assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"
    found = signature_in(pdf)
    assert found is not None
    assert found.stamped_at is not None
    assert kept.crls


def _places(pdf: bytes) -> list[int]:
    """Positions all over the file, the signature's own bytes among them."""
    return [10, 200, len(pdf) // 3, pdf.index(b"/Contents <") + 400, pdf.rindex(b"/Reason") + 12, len(pdf) - 12]


@pytest.mark.parametrize("place", range(6))
def test_one_changed_byte_is_found(head: int, place: int) -> None:
    _, pdf = signed()
    at = _places(pdf)[place]
    found = signature_in(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])
    assert found is None or not found.sound


def test_one_added_byte_is_found(head: int) -> None:
    _, pdf = signed()
    for more in (b"\n", b"\n% tambahan\n%%EOF\n"):
        found = signature_in(pdf + more)
        assert found is None or not found.sound


REFUSALS = [
    ("no certificate", {"nik": None}, PASSPHRASE, "no_certificate"),
    ("nothing typed", {}, None, ""),
    ("wrong passphrase", {}, "salah", "wrong_passphrase"),
    ("passphrase in another case", {}, PASSPHRASE.upper(), "wrong_passphrase"),
    ("expired", {"certificate": ("Kepala Uji", {"days": (-400, -1)})}, PASSPHRASE, "certificate_expired"),
    ("not yet valid", {"certificate": ("Kepala Uji", {"days": (1, 30)})}, PASSPHRASE, "certificate_expired"),
]


@pytest.mark.parametrize(("means", "typed", "fault"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal_leaves_nothing_behind(head: int, means: dict[str, Any], typed: str | None, fault: str) -> None:
    if "certificate" in means:
        name, more = means["certificate"]
        give_means(head, certificate=file_of(officer(name, **more)))
    elif means:
        give_means(head, certificate=None)
    case = waiting()
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub", **({"passphrase": typed} if typed else {}))
    assert refused.value.detail == fault
    assert refusal_sentence(refused.value)
    assert nothing_happened(case)
    give_means(head)
    case.act("agency_head", "sign", house="dishub", passphrase=PASSPHRASE)
    assert db.session.scalars(select(Letter.number)).one() == "500.11/001/DISHUB-BLG/2026"


def test_a_time_stamping_service_that_is_away_lets_nothing_be_signed(context: Flask, head: int) -> None:
    context.config["SIGNING_TSA_URL"] = "http://127.0.0.1:9"
    case = waiting()
    try:
        with pytest.raises(ActionRefused) as refused:
            case.act("agency_head", "sign", house="dishub", passphrase=PASSPHRASE)
    finally:
        context.config["SIGNING_TSA_URL"] = None
    assert (refused.value.reason.value, refused.value.detail) == ("signing_unavailable", "time_stamp_failed")
    assert nothing_happened(case)


def test_what_hangs_is_ended(head: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.papers.sign_letter.SIGNING_SECONDS", 8.4)
    monkeypatch.setattr(certificate_signer, "_signed", lambda *_: _forever())
    case = waiting()
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub", passphrase=PASSPHRASE)
    assert refused.value.detail == "too_slow"
    assert nothing_happened(case)


@pytest.mark.parametrize(
    ("reason", "fault", "words"),
    [
        ("time", "not_drawn_in_time", "Coba lagi"),
        ("ended", "not_drawn_in_time", "Coba lagi"),
        ("pages", "not_drawn", "Periksa isinya"),
    ],
)
def test_a_drawing_that_ran_out_of_time_is_tried_again_and_its_words_are_not_blamed(
    head: int, monkeypatch: pytest.MonkeyPatch, reason: str, fault: str, words: str
) -> None:
    def refuse(*_: Any) -> bytes:
        raise DrawingRefused(reason)

    monkeypatch.setattr("app.papers.sign_letter.render_in_subprocess", refuse)
    case = waiting()
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub", passphrase=PASSPHRASE)
    assert (refused.value.reason.value, refused.value.detail) == ("signing_unavailable", fault)
    assert words in refusal_sentence(refused.value)
    assert nothing_happened(case)


@pytest.mark.parametrize("error", [ValueError, KeyError, AttributeError, SigningError])
def test_a_signature_that_fails_is_explained_in_the_log_without_its_secrets(
    head: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: type[Exception]
) -> None:
    def fail(*_: Any) -> Any:
        raise error(f"with {PASSPHRASE}")

    monkeypatch.setattr(pades, "_metadata", fail)
    case = waiting()
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub", passphrase=PASSPHRASE)
    assert refused.value.detail == ("certificate_unfit" if error is SigningError else "not_made")
    assert refusal_sentence(refused.value)
    assert nothing_happened(case)
    written = capsys.readouterr().out
    assert f".{error.__name__}" in written
    assert "in _metadata" in written or "in fail" in written
    assert PASSPHRASE not in written


def _forever() -> bytes:
    while True:
        sum(range(1000))


def test_a_signature_that_does_not_hold_is_not_kept(head: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pades.sign_pades
    monkeypatch.setattr(pades, "sign_pades", lambda *a: real(*a) + b"\n% tambahan\n")
    case = waiting()
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub", passphrase=PASSPHRASE)
    assert refused.value.detail == "signature_not_intact"
    assert nothing_happened(case)


def test_the_event_vouches_for_the_draft_and_knows_no_passphrase(head: int) -> None:
    signed()
    data = db.session.scalars(select(ComplaintEvent.data).where(ComplaintEvent.kind == "sign")).one()
    assert set(data) == {"draft_hash"}
    assert len(data["draft_hash"]) == 64
