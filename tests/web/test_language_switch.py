"""Changing the language keeps the page, needs no JavaScript, and never touches what is Indonesian by its nature."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, refresh
from sqlalchemy import select

from app.core.extensions import db
from app.delivery.message_texts import compose
from app.models import Delivery
from app.outbound.smtp_gateway import as_mail
from app.web import formats
from tests.factories import a_complaint

SignIn = Callable[[str], FlaskClient]
SWITCH = re.compile(r'<a[^>]* href="(/lang/en[^"]*)" lang="en" hreflang="en"')


def to_english(page: str) -> str:
    found = SWITCH.search(page)
    assert found, page
    return unescape(found[1])


def switched(client: FlaskClient, page: str) -> str:
    """Where the link leads, followed as a browser without JavaScript would."""
    answer = client.get(to_english(page))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


@pytest.mark.parametrize(
    "path", ["/", "/aduan/?q=jalan&lewat=1", "/users/userinfo/", "/pemberitahuan/cara", "/tidak-ada"]
)
def test_the_switch_leads_back_to_the_same_page(as_user: SignIn, path: str) -> None:
    client = as_user("kadis")
    # A list of the framework's was open before: its own switch would go back there.
    client.get("/hari-libur/list/")
    assert switched(client, client.get(path).text) == path
    page = client.get(path).text
    assert '<html lang="en"' in page
    assert re.search(r'<a href="/lang/id\?[^"]*" lang="id" hreflang="id">.*?Bahasa Indonesia</a>', page)


def test_the_switch_on_the_login_page_keeps_where_the_visitor_wanted_to_go(client: FlaskClient) -> None:
    page = client.get("/login/?next=/aduan/3").text
    assert switched(client, page) == "/login/?next=/aduan/3"
    assert "User name or NIP" in client.get("/login/?next=/aduan/3").text


def test_after_a_form_the_switch_leads_to_the_page_of_the_form(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        number = a_complaint().id
    client = as_user("admin.aduan")
    form = {"action": "note", "text": "x", "expected_version": "0"}
    came_from = {"Referer": f"http://localhost/aduan/{number}"}
    refused = client.post(f"/aduan/{number}/tindakan", data=form, headers=came_from)
    faulty = client.post("/aduan/baru", data={})
    assert switched(client, refused.text) == f"http://localhost/aduan/{number}"
    assert switched(client, faulty.text) == "/aduan/baru"


@pytest.mark.parametrize("target", ["https://jahat.example/", "//jahat.example/", "/\\jahat.example/", "javascript:1"])
def test_the_switch_leads_to_no_other_host(client: FlaskClient, target: str) -> None:
    assert client.get("/lang/en", query_string={"next": target}).headers["Location"] in ("/", "/%5Cjahat.example/")


def test_an_unknown_language_is_not_found(client: FlaskClient) -> None:
    assert client.get("/lang/xx").status_code == 404


def test_a_message_is_indonesian_whatever_the_language_around_it(
    context: Flask, freeze: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze("2026-11-24 21:00")
    a_complaint(at="check")
    message = db.session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
    assert message is not None
    monkeypatch.setitem(context.config, "BABEL_DEFAULT_LOCALE", "en")
    refresh()
    assert formats.display(True) == "Yes"
    composed = compose(message)
    assert (
        as_mail("kasi@contoh.id", composed)["Subject"]
        == composed.subject
        == "Pekerjaan Anda pagi ini di Lapor Balangan"
    )
    assert "menunggu Anda pada langkah “Memeriksa aduan”" in composed.body
    assert re.search(r"^Batas waktu: Rabu, 25 November 2026, \d\d\.\d\d WITA$", composed.body, re.MULTILINE)


def test_the_letter_and_the_phrases_for_a_disposition_stay_indonesian(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        to_sign, to_direct = a_complaint(at="sign_answer", agencies=("dishub",)).id, a_complaint(at="direct").id
    client = as_user("kepala.dishub")
    client.get("/lang/en")
    page = client.get(f"/aduan/{to_sign}").text
    letter = page[page.index('<article class="surat" lang="id"') : page.index("</article>")]
    assert "Biasa" in letter
    assert "Normal" not in letter
    assert "Approve and sign" in page
    client = as_user("kadis")
    client.get("/lang/en")
    page = client.get(f"/aduan/{to_direct}").text
    assert re.search(r'<button type="button" lang="id" data-frasa="[^"]+">Tindak lanjuti segera.</button>', page)
    assert "Quick phrases" in page


def test_the_account_of_a_deadline_is_told_in_the_readers_language(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        number = a_complaint(at="draft_answer", agencies=("dishub",)).id
    client = as_user("sekretaris.dishub")
    assert "Hari kerja ke-1" in client.get(f"/aduan/{number}/batas").text
    client.get("/lang/en")
    page = client.get(f"/aduan/{number}/batas").text
    assert "Working day 1" in page
    assert "Hari kerja" not in page


@pytest.mark.parametrize(
    ("length", "indonesian", "english"),
    [
        (timedelta(hours=4, minutes=29, seconds=30), "4 jam 29 menit 30 detik", "4 hours 29 minutes 30 seconds"),
        (timedelta(hours=51), "51 jam", "51 hours"),
        (timedelta(seconds=1), "1 detik", "1 second"),
        (timedelta(minutes=1, seconds=0.5), "1 menit 0,5 detik", "1 minute 0.5 second"),
        (timedelta(), "0 menit", "0 minutes"),
    ],
)
def test_a_sum_is_told_to_the_second(session_app: Flask, length: timedelta, indonesian: str, english: str) -> None:
    with session_app.test_request_context("/"):
        assert formats.exact_duration(length) == indonesian
        with force_locale("en"):
            assert formats.exact_duration(length) == english


def test_thousands_are_parted_in_the_way_of_the_language(session_app: Flask) -> None:
    with session_app.test_request_context("/"):
        assert formats.amount(1_234_567) == "1.234.567"
        with force_locale("en"):
            assert formats.amount(1_234_567) == "1,234,567"
