"""The Admin's button for a lost tracking code: on the page, once, with a reason that stands in the timeline."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.extensions import db
from app.public.tracking_proof import prove
from tests.factories import Case, a_complaint
from tests.public.tracked_pages import words_on


@pytest.fixture
def case(app: Flask) -> Case:
    with app.app_context():
        case = a_complaint(at="check")
        _ = case.id, case.complaint.number
        db.session.expunge_all()
        return case


def token_on(page: str) -> str:
    form = page.partition('/kode"')[2]
    found = re.search(r'name="token" value="([^"]+)"', form)
    assert found is not None
    return found[1]


def ask(client: FlaskClient, case: Case, token: str, reason: str = "Pelapor datang ke loket") -> str:
    sent = {"token": token, "code_reason": reason}
    answer = client.post(f"/aduan/{case.id}/kode", data=sent, follow_redirects=True)
    assert answer.status_code == 200
    return words_on(answer.text)


def code_in(said: str) -> str:
    found = re.search(r"sekarang: ([2-9A-Z-]{14}) ", said)
    assert found is not None, said
    return found[1]


def test_the_new_code_stands_on_the_page_once_and_the_reason_in_the_timeline(
    app: Flask, case: Case, as_user: Any
) -> None:
    client = as_user("admin.aduan")
    token = token_on(client.get(f"/aduan/{case.id}").text)
    said = ask(client, case, token)
    code = code_in(said)
    assert "Kode lacak diganti" in said
    assert "Pelapor datang ke loket" in said
    assert code not in client.get(f"/aduan/{case.id}").text
    assert code_in(ask(client, case, token)) == code
    with app.test_request_context():
        assert prove(case.complaint.number, code)
        assert prove(case.complaint.number, case.code) is None
    with app.app_context():
        kept = db.session.execute(text("SELECT row_to_json(k)::text FROM idempotency_key k")).scalars().all()
        assert kept
        assert not any(code in row for row in kept)


def test_without_a_reason_nothing_happens(app: Flask, case: Case, as_user: Any) -> None:
    client = as_user("admin.aduan")
    said = ask(client, case, token_on(client.get(f"/aduan/{case.id}").text), " ")
    assert "Alasan mengganti kode: " in said
    with app.test_request_context():
        assert prove(case.complaint.number, case.code)


@pytest.mark.parametrize("username", ["kasi", "pengawas"])
def test_others_have_no_button(case: Case, as_user: Any, username: str) -> None:
    page = html.unescape(as_user(username).get(f"/aduan/{case.id}").text)
    assert f"/aduan/{case.id}/kode" not in page
