"""Logout, the way back, and the present password: no address and no flood does what only its officer may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import LoginCount
from tests.conftest import build_app

CHANGE = "/resetmypassword/form"
EVIL = ["%0d%0aX: 1", "/%0d%0aX:%201", "%00", "/a%0ab", "/%E2%80%A8", "//evil.example", "https://evil.example/%0d%0a"]
SignIn = Callable[[str], FlaskClient]


@pytest.mark.parametrize("address", EVIL)
@pytest.mark.parametrize("endpoint", ["/login/", "/lang/id", "/login/kode", "/masuk/sso"])
def test_an_address_to_come_back_to_is_one_of_ours_or_the_start_page(
    app: Flask, as_user: SignIn, endpoint: str, address: str
) -> None:
    for browser in (as_user("kasi"), app.test_client()):
        answer = browser.get(f"{endpoint}?next={address}")
        assert answer.status_code < 500
        assert "evil" not in answer.headers.get("Location", "").partition("?")[0]
        assert "X" not in answer.headers
    form = {"username": "kasi", "password": PASSWORD}
    assert app.test_client().post(f"/login/?next={address}", data=form).headers["Location"] == "/"


def test_opening_the_address_of_the_logout_asks_and_ends_nothing(as_user: SignIn) -> None:
    browser = as_user("kasi")
    page = browser.get("/logout/")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert '<form method="post" action="/logout/"' in page.text
    assert browser.get("/akun/").status_code == 200
    assert browser.post("/logout/").status_code == 302
    assert browser.get("/akun/").status_code == 302
    assert browser.get("/logout/").status_code == 302


def test_the_logout_wants_the_token_of_its_own_form(app: Flask) -> None:
    kept = app.config
    guarded = build_app(
        kept["SQLALCHEMY_DATABASE_URI"], kept["REDIS_URL"], str(kept["LAPOR_HOME"]), WTF_CSRF_ENABLED=True
    )
    browser = guarded.test_client()
    page = browser.get("/login/").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    browser.post("/login/", data={"username": "kasi", "password": PASSWORD, "csrf_token": token})
    assert browser.get("/akun/").status_code == 200
    assert browser.post("/logout/").status_code == 400
    assert browser.get("/akun/").status_code == 200
    with guarded.app_context():
        db.engine.dispose()


def test_the_menu_leaves_by_a_form(as_user: SignIn) -> None:
    page = as_user("kasi").get("/akun/").text
    assert 'href="/logout/"' not in page
    assert '<form method="post" action="/logout/">' in page


def test_the_present_password_is_guessed_at_no_more_than_at_the_login(app: Flask, as_user: SignIn) -> None:
    browser = as_user("kasi")
    form = {"password": "Kuda-Lari-7-Kali!", "conf_password": "Kuda-Lari-7-Kali!"}
    for n in range(10):
        assert "tidak cocok" in browser.post(CHANGE, data={**form, "current_password": f"salah {n}"}).text
    answer = browser.post(CHANGE, data={**form, "current_password": PASSWORD})
    assert "Terlalu banyak kata sandi yang salah. Tunggu 5 menit" in answer.text
    other = app.test_client()
    assert other.post("/login/", data={"username": "kasi", "password": PASSWORD}).status_code == 302
    with app.app_context():
        db.session.execute(update(LoginCount).values(began_at=LoginCount.began_at - timedelta(seconds=230)))
        db.session.commit()
    assert "Tunggu 2 menit" in browser.post(CHANGE, data={**form, "current_password": PASSWORD}).text


def test_the_right_present_password_does_not_count(as_user: SignIn) -> None:
    browser = as_user("kasi")
    weak = {"current_password": PASSWORD, "password": "lemah", "conf_password": "lemah"}
    for _ in range(15):
        assert "Terlalu banyak" not in browser.post(CHANGE, data=weak).text


def test_an_account_without_a_password_has_no_present_one(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.username == "kasi").values(password=""))
        db.session.commit()
    form = {"password": "Kuda-Lari-7-Kali!", "conf_password": "Kuda-Lari-7-Kali!", "current_password": PASSWORD}
    assert "tidak cocok" in as_user("kasi").post(CHANGE, data=form).text
