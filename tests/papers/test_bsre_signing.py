"""Signing at BSrE, against a fake of our own (`services.FakeBsre`): what comes back is ours and signed, or nothing."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from sqlalchemy import select

from app.core.extensions import db
from app.models import Paper
from app.outbound import bsre
from app.papers.signing.signatures import same_pages, signature_in
from app.vocabulary.refusals import refusal_sentence
from app.vocabulary.signing import SIGNING_FAULTS
from tests.papers.letters import give_means, nothing_happened, signed, signing_by, waiting
from tests.papers.services import BSRE_PASSPHRASE, NIK, FakeBsre, served
from tests.papers.test_letters import text_of
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

pytestmark = pytest.mark.usefixtures("drawn_here")

Service = Callable[..., FakeBsre]


@pytest.fixture
def service(
    context: Flask, person: Callable[[str], Person], freeze: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """Starts the fake in a mode, for an agency that signs at BSrE and a head who is known there."""
    freeze("2026-11-24 10:00")
    signing_by("bsre")
    give_means(person("kepala.dishub").id, nik=NIK)
    fake = FakeBsre()
    with served(fake.answer) as address:
        settings = {"BSRE_URL": address, "BSRE_USER": "aplikasi", "BSRE_PASSWORD": "rahasia", "BSRE_VERSION": "1"}

        def start(mode: str = "signs", version: str = "1", **more: str) -> FakeBsre:
            fake.mode = mode
            for name, value in {**settings, "BSRE_VERSION": version, **more}.items():
                monkeypatch.setitem(context.config, name, value)
            return fake

        yield start


@pytest.mark.parametrize(("mode", "version"), [("signs", "1"), ("id_dokumen", "1"), ("signs", "2")])
def test_bsre_signs_our_letter(service: Service, mode: str, version: str) -> None:
    fake = service(mode, version)
    letter, pdf = signed(passphrase=BSRE_PASSPHRASE)
    found = signature_in(pdf)
    assert found is not None
    assert (found.sound, found.certificate) == (True, "Tanda BSrE, Contoh Uji")
    assert letter.paper is not None
    assert (letter.paper.state, letter.number) == ("ready", "500.11/001/DISHUB-BLG/2026")
    text = text_of(pdf)
    assert "diterbitkan oleh Balai Sertifikasi Elektronik (BSrE), BSSN." in text
    assert "Ditandatangani secara elektronik oleh:" in text
    last = "GET /api/sign/download/dok-1" if mode == "id_dokumen" else fake.asked[0]
    assert fake.asked[-1] == last


FAILURES = [
    ("2021", "account_not_ready:2021"),
    ("2022", "account_not_ready:2022"),
    ("2023", "account_not_ready:2023"),
    ("4001", "account_not_ready:4001"),
    ("4002", "account_not_ready:4002"),
    ("4003", "account_not_ready:4003"),
    ("9999", "refused_by_bsre:9999"),
    ("garbage", "unreadable_answer"),
    ("broken", "out_of_reach"),
    ("another", "not_our_document"),
    ("unsigned", "signature_not_intact"),
    ("spoiled", "signature_not_intact"),
]


@pytest.mark.parametrize(("mode", "detail"), FAILURES, ids=[f[0] for f in FAILURES])
def test_every_failure_has_its_sentence_and_leaves_nothing_half_done(service: Service, mode: str, detail: str) -> None:
    service(mode)
    refused = _refused(BSRE_PASSPHRASE)
    assert refused.detail == detail
    sentence = refusal_sentence(refused)
    assert sentence.startswith(str(SIGNING_FAULTS[detail.partition(":")[0]])[:25])
    assert ":" not in detail or f"kode {detail[-4:]}" in sentence


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_wrong_passphrase_is_told_as_such(service: Service, version: str) -> None:
    service(version=version)
    refused = _refused("salah-ketik-7731")
    assert (refused.reason.value, refused.detail) == ("signing_refused", "wrong_passphrase")
    assert "salah-ketik-7731" not in f"{refused!r} {refused}"


def test_a_service_that_is_silent_or_away_is_not_waited_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service("slow")
    monkeypatch.setattr("app.papers.signing.bsre_signer.SIGNING_SECONDS", 0.3)
    assert _refused(BSRE_PASSPHRASE).detail == "too_slow"
    service(BSRE_URL="http://127.0.0.1:9")
    assert _refused(BSRE_PASSPHRASE).detail == "out_of_reach"
    service(BSRE_PASSWORD="lain")
    assert _refused(BSRE_PASSPHRASE).detail == "refused_by_bsre:401"
    service(BSRE_URL="")
    assert _refused(BSRE_PASSPHRASE).detail == "not_set_up"


def test_an_officer_unknown_to_bsre_signs_nothing(service: Service, person: Callable[[str], Person]) -> None:
    fake = service()
    give_means(person("kepala.dishub").id, nik=None)
    assert _refused(BSRE_PASSPHRASE).detail == "no_nik"
    assert fake.asked == []
    give_means(person("kepala.dishub").id, nik="6311010101700002")
    assert _refused(BSRE_PASSPHRASE).detail == "account_not_ready:2011"


def test_a_file_written_anew_is_taken_only_with_the_same_pages(service: Service) -> None:
    """Some services rewrite the file before they sign it."""
    service()
    _, pdf = signed(passphrase=BSRE_PASSPHRASE)
    rewritten = _written_anew(pdf)
    assert not rewritten.startswith(pdf[:2000])
    assert same_pages(pdf, rewritten)
    assert not same_pages(pdf, _written_anew(pdf, other_words=True))
    assert not same_pages(pdf, _written_anew(pdf, one_page_more=True))
    assert not same_pages(pdf, b"%PDF-1.7 nothing")


def _written_anew(pdf: bytes, other_words: bool = False, one_page_more: bool = False) -> bytes:
    writer, file, words = PdfWriter(), io.BytesIO(), DecodedStreamObject()
    words.set_data(b"0 0 m 10 10 l S")
    writer.append(io.BytesIO(pdf))
    if other_words:
        writer.pages[0][NameObject("/Contents")] = writer._add_object(words)
    if one_page_more:
        writer.add_blank_page(200, 200)
    writer.write(file)
    return file.getvalue()


def test_an_order_shows_neither_nik_nor_passphrase() -> None:
    assert repr(bsre.Order(b"%PDF-", NIK, "kata-rahasia", "a", "b")) == "Order(5 bytes)"


def _refused(passphrase: str) -> ActionRefused:
    db.session.rollback()
    case = waiting()
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub", passphrase=passphrase)
    assert nothing_happened(case)
    assert db.session.scalars(select(Paper)).all() == []
    return refused.value
