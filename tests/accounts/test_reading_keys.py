"""What a program with a reading key learns of a case that is not open: that it is there and how it goes, and no way to
more; nor does anybody else with the code of its letter.
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.api_keys import KeyInput, make_new_key
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.models import Complaint, Letter
from app.papers.papers import draw_paper
from tests.factories import Case, a_complaint
from tests.papers.scans import form_of

WORDS = "Kanari"
"""Stands in every text of the case."""


def answered(confidentiality: str) -> tuple[Case, str]:
    """A case of which every text holds the word, and the code of its letter."""
    who = {"reporter": {}} if confidentiality == "anonymous" else {}
    place = {"text": f"{WORDS} di pasar"}
    case = a_complaint(
        at="draft_answer",
        agencies=("dishub",),
        confidentiality=confidentiality,
        title=f"{WORDS} judul",
        body=f"{WORDS} isi",
        location=place,
        **who,
    )
    case.act("agency_secretary", "submit_draft", "dishub", subject=f"{WORDS} hal", body=f"{WORDS} surat")
    case.act("agency_head", "sign", "dishub")
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    assert draw_paper(letter.paper_id or 0) == "ready"
    case.act("agency_admin", "send", "dishub")
    case.act("office_head", "dispose_answer", instruction=f"{WORDS} arahan")
    case.act("complaint_admin", "reply", text=f"{WORDS} jawaban", proof=f"{WORDS} bukti")
    return case, str(letter.verification_code)


def all_that_a_reader_gets(app: Flask, case: Case) -> str:
    """Every answer of the API to a GET, with the case's number or key wherever one is asked for."""
    key = make_new_key(KeyInput("Pembaca (contoh)", frozenset({"read"}), None), None, utc_now())
    letter = db.session.scalars(select(Letter.id).where(Letter.complaint_id == case.id)).one()
    client, answers = app.test_client(), []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and "GET" in (rule.methods or ()):
            value = letter if "/letter/" in rule.rule else case.id
            answer = client.get(re.sub(r"<[^>]+>", str(value), rule.rule), headers={"Authorization": f"Bearer {key}"})
            answers += [answer.text] if answer.status_code == 200 else []
    assert len(answers) > 10
    return "\n".join(answers)


@pytest.mark.parametrize("confidentiality", ["secret", "anonymous"])
def test_a_reading_key_gets_no_word_of_such_a_case_and_no_code(
    app: Flask, context: Flask, confidentiality: str
) -> None:
    case, code = answered(confidentiality)
    got = all_that_a_reader_gets(app, case)
    assert case.complaint.number in got
    assert WORDS not in got
    assert code not in got


def test_of_an_open_case_it_gets_words_and_code(app: Flask, context: Flask) -> None:
    case, code = answered("open")
    got = all_that_a_reader_gets(app, case)
    assert f"{WORDS} judul" in got
    assert code in got


@pytest.mark.parametrize("confidentiality", ["secret", "anonymous"])
def test_who_has_the_code_learns_whether_the_letter_is_genuine_and_not_what_it_is_about(
    client: FlaskClient, context: Flask, confidentiality: str
) -> None:
    case, code = answered(confidentiality)
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    assert letter.paper is not None
    pdf = read_file(letter.paper.path or "")
    number = str(letter.number)
    for answer in (
        client.get(f"/verifikasi/{code}"),
        client.post(f"/verifikasi/{code}", **form_of(("surat.pdf", pdf))),
        client.post("/verifikasi/", **form_of(("surat.pdf", pdf))),
    ):
        assert number in answer.text
        assert WORDS not in answer.text
        assert "tidak ditampilkan, karena pelapor aduannya dirahasiakan" in answer.text
    assert "Surat ini sah." in client.get(f"/verifikasi/{code}").text


def test_an_open_case_that_becomes_secret_shows_its_subject_no_longer(client: FlaskClient, context: Flask) -> None:
    case, code = answered("open")
    assert f"{WORDS} hal" in client.get(f"/verifikasi/{code}").text
    db.session.get_one(Complaint, case.id).confidentiality = "secret"
    db.session.commit()
    assert WORDS not in client.get(f"/verifikasi/{code}").text
