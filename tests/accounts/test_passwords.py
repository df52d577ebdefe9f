"""Passwords in use: they end by age, are not taken twice, and the demonstration's open nothing in production."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from werkzeug.security import generate_password_hash

from app.accounts.passwords import change_password, faults_in
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import Delivery, FormerPassword, JournalEntry, PasswordAge

As = Callable[[str], FlaskClient]
API = "/api/v1/security/login"
CHANGE = "/resetmypassword/form"
FIRST, SECOND = "Kuda-Lari-7-Kali", "Ikan-Timpakul-6!"


def account(name: str = "kasi") -> User:
    return db.session.scalars(select(User).where(User.username == name)).one()


def since(app: Flask, days: int, password: str = PASSWORD, name: str = "kasi") -> None:
    """An account of a real office, whose password is as old as this."""
    with app.app_context():
        age = {"changed_at": utc_now() - timedelta(days=days), "demonstration": False}
        db.session.execute(update(PasswordAge).where(PasswordAge.user_id == account(name).id).values(age))
        if password != PASSWORD:
            account(name).password = generate_password_hash(password)
        db.session.commit()


def log_in(app: Flask, password: str = PASSWORD, name: str = "kasi") -> FlaskClient:
    browser = app.test_client()
    browser.post("/login/", data={"username": name, "password": password})
    return browser


def by_api(app: Flask, password: str = PASSWORD, name: str = "kasi") -> Any:
    return app.test_client().post(API, json={"username": name, "password": password, "provider": "db"})


def change(browser: FlaskClient, current: str, new: str) -> Any:
    return browser.post(CHANGE, data={"current_password": current, "password": new, "conf_password": new})


def test_whose_password_is_over_can_do_nothing_but_change_it(app: Flask) -> None:
    since(app, 90)
    browser = log_in(app)
    for address in ("/", "/aduan/", "/akun/", "/kertas/1", "/lacak"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (303, CHANGE), address
    told = browser.get("/api/v1/complaint/")
    assert (told.status_code, told.get_json()["type"].rpartition("/")[2]) == (403, "password_expired")
    assert "sudah habis" in browser.get(CHANGE).text
    assert change(browser, PASSWORD, FIRST).status_code == 302
    assert browser.get("/aduan/").status_code == 200
    assert log_in(app, FIRST).get("/aduan/").status_code == 200


def test_a_program_is_told_by_a_name_of_its_own_and_gets_no_token(app: Flask) -> None:
    since(app, 90)
    answer = by_api(app)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.get_json()["type"].endswith("/password_expired")
    assert "access_token" not in answer.text
    assert by_api(app, "salah").get_json()["type"].endswith("/unauthorized")
    since(app, 89)
    assert by_api(app).status_code == 200


def test_the_last_two_weeks_are_announced_at_the_login(app: Flask) -> None:
    since(app, 80)
    assert "berakhir 9 hari lagi" in log_in(app).get("/aduan/").text
    since(app, 10)
    assert "hari lagi" not in log_in(app).get("/aduan/").text


def test_an_office_under_nist_knows_no_age_and_no_mix(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PASSWORD_RULES", "nist")
    since(app, 4000)
    browser = log_in(app)
    assert browser.get("/aduan/").status_code == 200
    assert "Paling sedikit 15 karakter" in browser.get(CHANGE).text
    assert change(browser, PASSWORD, "kuda lari tujuh kali").status_code == 302


@pytest.mark.parametrize("production", [False, True])
def test_a_demonstration_account_never_ends_by_age_and_opens_nothing_in_production(
    app: Flask, monkeypatch: pytest.MonkeyPatch, production: bool
) -> None:
    with app.app_context():
        db.session.execute(update(PasswordAge).values(changed_at=utc_now() - timedelta(days=4000)))
        db.session.commit()
    monkeypatch.setitem(app.config, "LAPOR_PRODUCTION", production)
    assert by_api(app).status_code == (401 if production else 200)
    assert log_in(app).get("/aduan/").status_code == (302 if production else 200)


def test_none_of_the_last_five_passwords_is_taken_again(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.accounts.passwords.METHOD", "scrypt:1024:8:1")
    used = [f"Kuda-Lari-{n}-Kali!" for n in range(6)]
    for password in used:
        change_password(account(), password, "command", None, utc_now())
    assert [" ".join(faults_in(password, account())) for password in used] == ["", *["used_before"] * 5]
    assert "Kuda" not in " ".join(row.hash for row in db.session.scalars(select(FormerPassword)))


def test_a_change_is_journalled_and_the_officer_notified(app: Flask) -> None:
    since(app, 1)
    assert change(log_in(app), PASSWORD, FIRST).status_code == 302
    with app.app_context():
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).one()
        me = account().id
        assert (entry.kind, entry.officer_id, entry.data) == (
            *("password_changed", me, {"account": "kasi", "how": "own"}),
        )
        message = db.session.scalars(select(Delivery)).one()
        assert (message.user_id, message.channel, message.account_news) == (me, "email", "password_changed")
        changed_at = db.session.scalars(select(PasswordAge.changed_at).where(PasswordAge.user_id == me)).one()
        assert utc_now() - changed_at < timedelta(minutes=10)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("Rahasia2026!!", "mudah ditebak"),
        ("Kasi-Yang-Baik-7", "Jangan pakai nama Anda"),
        ("kuda-lari-7-kali", "huruf besar"),
        (FIRST, "sudah pernah Anda pakai"),
    ],
)
def test_a_refused_password_is_told_why_beside_its_field(app: Flask, new: str, said: str) -> None:
    since(app, 1, FIRST)
    answer = change(log_in(app, FIRST), FIRST, new)
    assert answer.status_code == 200
    assert said in answer.text.partition('id="password-galat"')[2][:400]


def test_an_older_hash_is_renewed_at_the_login_and_a_wrong_password_renews_nothing(app: Flask) -> None:
    with app.app_context():
        account().password = old = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000")
        db.session.commit()
    assert by_api(app, "salah").status_code == 401
    with app.app_context():
        assert account().password == old
    assert by_api(app).status_code == 200
    with app.app_context():
        assert account().password.startswith("scrypt:32768:8:1$")
    assert by_api(app).status_code == 200


def test_an_account_from_the_command_line_begins_its_time_with_the_first_login(app: Flask) -> None:
    with app.app_context():
        db.session.delete(db.session.get_one(PasswordAge, account().id))
        db.session.commit()
    assert by_api(app).status_code == 200
    with app.app_context():
        row = db.session.get_one(PasswordAge, account().id)
        assert not row.demonstration
        assert utc_now() - row.changed_at < timedelta(minutes=10)
