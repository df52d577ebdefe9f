"""Where the login leads after a form was sent without a sign-in: to the page on which the form stands."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import a_complaint


def leads_to(answer: TestResponse) -> str:
    """The page behind the login."""
    assert answer.status_code == 302
    location = urlsplit(answer.headers["Location"])
    assert location.path == "/login/"
    return parse_qs(location.query)["next"][0]


@pytest.mark.parametrize(
    ("sent_to", "sent_from", "back"),
    [
        ("/aduan/7/tindakan", "http://localhost/aduan/7?kejadian=catatan", "/aduan/7?kejadian=catatan"),
        ("/aduan/7/tindakan", "http://localhost/aduan/7/tindakan", "/aduan/7"),
        ("/aduan/7/tindakan", None, "/aduan/7"),
        ("/aduan/7/tindakan", "http://elsewhere.example/aduan/8", "/aduan/7"),
        ("/aduan/baru", None, "/aduan/baru"),
        ("/bersama/", "http://localhost/?antre=others", "/?antre=others"),
        ("/bersama/", None, "/"),
        ("/kategori/delete/1", "http://localhost/kategori/list/", "/kategori/list/"),
        ("/hari-libur/impor", "http://localhost/hari-libur/impor", "/hari-libur/impor"),
    ],
)
def test_a_stranger_s_form_leads_through_the_login_back_to_its_page(
    client: FlaskClient, sent_to: str, sent_from: str | None, back: str
) -> None:
    headers = {"Referer": sent_from} if sent_from else {}
    assert leads_to(client.post(sent_to, data={"text": "x"}, headers=headers)) == back


@pytest.mark.parametrize(("sent_to", "status"), [("/aduan/baru", 302), ("/login/", 400)])
def test_a_form_without_its_cookie_leads_to_the_login_too(app: Flask, sent_to: str, status: int) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = app.test_client().post(sent_to, data={"title": "x"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == status
    assert status != 302 or leads_to(answer) == "/aduan/baru"


def test_a_login_that_was_refused_still_knows_the_page(client: FlaskClient) -> None:
    form = {"username": "kabid", "password": "salah"}
    assert leads_to(client.post("/login/?next=/aduan/7", data=form)) == "/aduan/7"


def test_a_page_that_a_form_came_back_as_names_the_page_it_stands_on(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    with app.app_context():
        number = a_complaint(at="report").id
    form = {"action": "report", "note": "x", "expected_version": "0", "token": "x" * 16}
    answer = as_user("kabid").post(f"/aduan/{number}/tindakan", data=form)
    assert answer.status_code == 409
    assert f'href="/login/?next=/aduan/{number}"' in answer.text
