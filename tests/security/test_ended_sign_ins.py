"""Logouts are remembered for as long as a copy of the cookie could be used, and no longer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from app.clock import utc_now
from app.demo.accounts import PASSWORD
from app.extensions import db
from app.models import EndedSignIn
from app.security.sign_ins import forget_ended
from jobs import alarm_jobs, job_context

Freeze = Callable[[str], Any]
COOKIE = "lapor_session"
LIFE = timedelta(hours=12)
KEPT = LIFE + timedelta(hours=1)


def remembered(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(EndedSignIn)).one()


def end(app: Flask, *moments: datetime) -> None:
    rows = [{"mark": f"m{n}", "ended_at": at} for n, at in enumerate(moments)]
    with app.app_context():
        db.session.execute(insert(EndedSignIn), rows)
        db.session.commit()


def sweep(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_context, "worker_app", lambda: app)
    with app.app_context():
        alarm_jobs.sweep_timed_acts()


def signed_in_and_copied(app: Flask) -> tuple[FlaskClient, str]:
    """An officer's browser, and the cookie that somebody took from it."""
    browser = app.test_client()
    assert browser.post("/login/", data={"username": "kasi", "password": PASSWORD}).status_code == 302
    taken = browser.get_cookie(COOKIE)
    assert taken is not None
    return browser, taken.value


def is_out(client: FlaskClient) -> bool:
    return "/login" in client.get("/").headers.get("Location", "")


def test_the_sweep_forgets_those_older_than_any_cookie(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze("2026-11-24 10:00")
    now, second = utc_now(), timedelta(seconds=1)
    end(app, now - KEPT - second, now - KEPT + second, now - LIFE - second, now)
    sweep(app, monkeypatch)
    assert remembered(app) == 3
    sweep(app, monkeypatch)
    assert remembered(app) == 3


def test_many_go_in_batches(app: Flask) -> None:
    end(app, *[utc_now() - KEPT - timedelta(minutes=1)] * 5)
    with app.app_context():
        assert [forget_ended(utc_now(), batch=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_copied_cookie_stays_shut_before_and_after_the_sweep(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze("2026-11-24 10:00")
    browser, taken = signed_in_and_copied(app)
    browser.get("/logout/")
    assert remembered(app) == 1
    for moment, kept in (("2026-11-24 21:59", 1), ("2026-11-24 23:01", 0)):
        freeze(moment)
        sweep(app, monkeypatch)
        assert remembered(app) == kept
        thief = app.test_client()
        thief.set_cookie(COOKIE, taken)
        assert is_out(thief)


@pytest.mark.parametrize("page", ["/login/", "/lang/en", "/pemberitahuan/"])
def test_a_copied_cookie_cannot_be_kept_young_until_the_logout_is_forgotten(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    freeze("2026-11-24 10:00")
    browser, taken = signed_in_and_copied(app)
    browser.get("/logout/")
    thief = app.test_client()
    thief.set_cookie(COOKIE, taken)
    for moment in ("2026-11-24 18:00", "2026-11-25 02:00"):
        freeze(moment)
        thief.get(page)
        sweep(app, monkeypatch)
    assert remembered(app) == 0
    assert is_out(thief)


def test_the_login_page_still_works_for_whoever_has_an_ended_cookie(app: Flask) -> None:
    browser, taken = signed_in_and_copied(app)
    browser.get("/logout/")
    browser.set_cookie(COOKIE, taken)
    assert is_out(browser)
    browser.get("/login/")
    assert browser.post("/login/", data={"username": "kasi", "password": PASSWORD}).status_code == 302
    assert not is_out(browser)
