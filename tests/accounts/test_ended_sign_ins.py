"""Sign-ins end after a pause, with the day, and from another device; old ones are forgotten, and stay shut."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, insert, select

from app.accounts.sessions import KEPT, forget_old, sign_ins_of
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import SignIn
from jobs import context, tasks
from tests.office_zone import OFFICE_ZONE, office_time

Freeze = Callable[[str], Any]
COOKIE = "lapor_session"


@pytest.fixture(autouse=True)
def half_an_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SESSION_IDLE", timedelta(minutes=30))


def remembered(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(SignIn)).one()


def signed_in_and_copied(app: Flask, username: str = "kasi") -> tuple[FlaskClient, str]:
    """An officer's browser, and the cookie that somebody took from it."""
    browser = app.test_client()
    assert browser.post("/login/", data={"username": username, "password": PASSWORD}).status_code == 302
    taken = browser.get_cookie(COOKIE)
    assert taken is not None
    return browser, taken.value


def is_out(client: FlaskClient) -> bool:
    return "/login" in client.get("/").headers.get("Location", "")


def with_cookie(app: Flask, cookie: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    return client


def test_half_an_hour_of_nothing_ends_it_and_work_keeps_it(app: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 08:00")
    browser, _ = signed_in_and_copied(app)
    for moment in ("08:29", "08:58", "09:27"):
        freeze(f"2026-11-24 {moment}")
        assert not is_out(browser), moment
    freeze("2026-11-24 09:58")
    assert is_out(browser)


def test_what_the_page_asks_by_itself_keeps_nobody_signed_in(app: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 08:00")
    browser, _ = signed_in_and_copied(app)
    freeze("2026-11-24 08:20")
    answer = browser.get("/kabar?sejak=0", headers={"X-Sendiri": "1"})
    assert answer.headers["X-Sesi"] == "600"
    freeze("2026-11-24 08:31")
    assert is_out(browser)


def test_one_press_keeps_it_and_tells_for_how_long(app: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 08:00")
    browser, _ = signed_in_and_copied(app)
    freeze("2026-11-24 08:26")
    assert browser.get("/kabar").headers["X-Sesi"] == "1800"
    assert 'data-sesi="1800"' in browser.get("/aduan/").text
    assert "X-Sesi" not in app.test_client().get("/login/").headers


def test_it_ends_with_the_day_however_busy(app: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 07:00")
    browser, _ = signed_in_and_copied(app)
    for quarter in range(1, 48):
        at = datetime(2026, 11, 24, 7, tzinfo=OFFICE_ZONE) + timedelta(minutes=15 * quarter)
        freeze(at.strftime("%Y-%m-%d %H:%M"))
        assert not is_out(browser), at
    freeze("2026-11-24 19:00")
    assert is_out(browser)


def test_it_is_written_down_at_most_once_a_minute(app: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 08:00")
    browser, _ = signed_in_and_copied(app)

    def seen() -> datetime:
        with app.app_context():
            return db.session.scalars(select(SignIn.seen_at)).one()

    began = seen()
    freeze("2026-11-24 08:00")
    browser.get("/aduan/")
    assert seen() == began
    freeze("2026-11-24 08:01")
    browser.get("/aduan/")
    assert seen() == began + timedelta(minutes=1)


def test_among_ones_sign_ins_stands_only_what_still_opens(app: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 08:00")
    signed_in_and_copied(app)
    freeze("2026-11-24 08:20")
    signed_in_and_copied(app)
    with app.app_context():
        user = db.session.scalars(select(SignIn.user_id).limit(1)).one()
        assert len(sign_ins_of(user, utc_now())) == 2
        freeze("2026-11-24 08:40")
        assert [office_time(row.seen_at).minute for row in sign_ins_of(user, utc_now())] == [20]


def test_a_cookie_without_its_row_opens_nothing(app: Flask) -> None:
    _, taken = signed_in_and_copied(app)
    with app.app_context():
        db.session.execute(SignIn.__table__.delete())
        db.session.commit()
    assert is_out(with_cookie(app, taken))


def test_a_cookie_with_another_officers_mark_opens_nothing(app: Flask) -> None:
    browser, _ = signed_in_and_copied(app, "kadis")
    with browser.session_transaction() as cookie:
        mark = cookie["sign_in"]
    other, _ = signed_in_and_copied(app, "kasi")
    with other.session_transaction() as cookie:
        cookie["sign_in"] = mark
    assert is_out(other)


def test_the_sweep_forgets_old_ones_in_batches_and_they_stay_shut(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze("2026-11-24 10:00")
    browser, taken = signed_in_and_copied(app)
    browser.post("/logout/")
    with app.app_context():
        user = db.session.scalars(select(User.id).where(User.username == "kasi")).one()
        row = {"user_id": user, "seen_at": utc_now(), "browser": "uji"}
        old = [{**row, "mark": f"m{n}", "began_at": utc_now() - KEPT - timedelta(seconds=n - 1)} for n in range(5)]
        db.session.execute(insert(SignIn), old)
        db.session.commit()
        assert [forget_old(utc_now(), batch=2) for _ in range(3)] == [2, 1, 0]
    assert remembered(app) == 3
    freeze("2026-12-25 10:00")
    monkeypatch.setattr(context, "worker_app", lambda: app)
    with app.app_context():
        tasks.sweep_timed_acts()
    assert remembered(app) == 0
    assert is_out(with_cookie(app, taken))


@pytest.mark.parametrize("page", ["/login/", "/lang/en", "/pemberitahuan/"])
def test_a_dead_cookie_is_not_signed_again(app: Flask, page: str) -> None:
    browser, taken = signed_in_and_copied(app)
    browser.post("/logout/")
    thief = with_cookie(app, taken)
    thief.get(page)
    with thief.session_transaction() as cookie:
        kept = dict(cookie)
    written = thief.get_cookie(COOKIE)
    assert written is None or written.value == taken or "sign_in" not in kept
    assert is_out(thief)


def test_the_login_page_still_works_with_an_ended_cookie(app: Flask) -> None:
    browser, taken = signed_in_and_copied(app)
    browser.post("/logout/")
    browser.set_cookie(COOKIE, taken)
    assert is_out(browser)
    browser.get("/login/")
    assert browser.post("/login/", data={"username": "kasi", "password": PASSWORD}).status_code == 302
    assert not is_out(browser)
