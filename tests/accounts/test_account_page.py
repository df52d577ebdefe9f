"""An officer's own page: offices, stand-ins, and the devices where one is signed in."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import DelegationRow, SignIn
from tests.statements import statements
from views.accounts.account_page import browser_name

ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1"


def signed_in(app: Flask, agent: str, username: str = "kasi") -> FlaskClient:
    client = app.test_client()
    form = {"username": username, "password": PASSWORD}
    assert client.post("/login/", data=form, headers={"User-Agent": agent}).status_code == 302
    return client


def is_out(client: FlaskClient) -> bool:
    return "/login" in client.get("/").headers.get("Location", "")


def id_of(app: Flask, agent: str) -> int:
    with app.app_context():
        return db.session.scalars(select(SignIn.id).where(SignIn.browser == agent)).one()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (ANDROID, "Chrome, Android"),
        (EDGE, "Edge, Windows"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        ("", "Peramban lain"),
        ("<script>alert(1)</script>", "Peramban lain"),
    ],
)
def test_a_browser_is_called_in_two_words(app: Flask, agent: str, words: str) -> None:
    with app.test_request_context():
        assert browser_name(agent) == words


def test_the_devices_stand_there_and_this_one_is_marked(app: Flask) -> None:
    desk, phone = signed_in(app, EDGE), signed_in(app, ANDROID)
    signed_in(app, IPHONE, "kadis")
    page = phone.get("/akun/").text
    assert ("Edge, Windows" in page, "Chrome, Android" in page, "Safari, iPhone" in page) == (True, True, False)
    mine = page.partition("Chrome, Android</b>")[2][:400]
    assert "perangkat ini" in mine
    assert page.count("</svg>perangkat ini</span>") == 1
    assert f'action="/akun/masuk/{id_of(app, EDGE)}/akhiri"' in page
    assert f'action="/akun/masuk/{id_of(app, ANDROID)}/akhiri"' not in page
    assert not is_out(desk)


def test_one_device_is_put_out_from_another(app: Flask) -> None:
    desk, phone = signed_in(app, EDGE), signed_in(app, ANDROID)
    answer = phone.post(f"/akun/masuk/{id_of(app, EDGE)}/akhiri", follow_redirects=True)
    assert "Perangkat itu sudah dikeluarkan." in answer.text
    assert "Edge, Windows" not in answer.text
    assert (is_out(desk), is_out(phone)) == (True, False)
    assert phone.post(f"/akun/masuk/{id_of(app, EDGE)}/akhiri").status_code == 303


def test_all_others_are_put_out_at_once(app: Flask) -> None:
    others, phone = [signed_in(app, EDGE), signed_in(app, IPHONE)], signed_in(app, ANDROID)
    foreign = signed_in(app, EDGE, "kadis")
    answer = phone.post("/akun/masuk/akhiri-lain", follow_redirects=True)
    assert "2 perangkat lain dikeluarkan." in answer.text
    assert [is_out(client) for client in (*others, phone, foreign)] == [True, True, False, False]


def test_nobody_puts_out_somebody_else(app: Flask) -> None:
    victim, other = signed_in(app, EDGE), signed_in(app, ANDROID, "kabid")
    for number in (id_of(app, EDGE), 987_654, 2**70):
        assert other.post(f"/akun/masuk/{number}/akhiri").status_code == 404
    assert not is_out(victim)


def test_a_changed_password_puts_out_the_others_on_the_list_too(app: Flask) -> None:
    signed_in(app, EDGE)
    phone = signed_in(app, ANDROID)
    new = "Sandi-Baru-7-Panjang"
    form = {"current_password": PASSWORD, "password": new, "conf_password": new}
    assert phone.post("/resetmypassword/form", data=form).status_code == 302
    page = phone.get("/akun/").text
    assert "Edge, Windows" not in page
    assert "Chrome, Android" in page


def test_stand_ins_stand_there_with_their_days(app: Flask, freeze: Callable[[str], Any], as_user: Any) -> None:
    freeze("2026-11-24 10:00")
    with app.app_context():
        ids = dict(db.session.execute(select(User.username, User.id)).all())
        for giver, holder, first, last in (
            ("kasi", "kabid", date(2026, 11, 23), date(2026, 11, 25)),
            ("kadis", "kasi", date(2026, 12, 1), date(2026, 12, 2)),
            ("kasi", "kadis", date(2026, 11, 1), date(2026, 11, 22)),
        ):
            row = {
                "starts_on": first,
                "ends_on": last,
                "kind": "plh",
                "decree_number": "800/1",
                "created_at": utc_now(),
            }
            db.session.add(DelegationRow(giver_id=ids[giver], holder_id=ids[holder], **row))
        db.session.commit()
    page = as_user("kasi").get("/akun/").text
    listed = page.partition('id="delegasi"')[2].partition("</section>")[0]
    assert "menggantikan Anda" in listed
    assert "Anda menggantikan" in listed
    assert listed.count("<li>") == 2
    assert listed.index("berlaku") < listed.index("akan datang")
    assert "Tidak ada yang menggantikan Anda" in as_user("admin.dplh").get("/akun/").text


def test_the_page_stays_within_the_query_budget(app: Flask) -> None:
    clients = [signed_in(app, EDGE) for _ in range(5)]
    with statements(app) as asked:
        clients[0].get("/akun/")
    assert len(asked) <= 12, asked
