"""Every page and form an officer needs waits less than two seconds for a Redis, a mail server or both that are away.

Waits are counted, not timed: a machine that is busy is slow for other reasons.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import Delivery
from config import REDIS_PATIENCE
from tests.cases.case_pages import form_on
from tests.conftest import build_app
from tests.factories import a_complaint
from tests.servers_away import calls_taken, refused, silent

MOST_SECONDS = 2.0
MOST_WAITS = int(MOST_SECONDS / max(REDIS_PATIENCE.values())) - 1
AWAY = {
    "redis refuses": (refused, None),
    "redis is silent": (silent, None),
    "mail is silent": (None, silent),
    "both refuse": (refused, refused),
    "both are silent": (silent, silent),
}
DIRECTION = {"instruction": "Tindak lanjuti.", "urgency": "normal", "field_visit": False}
OFFICER_PAGES = ("/", "/aduan/", "/pemberitahuan/", "/pemberitahuan/cara")
MANAGER_PAGES = ("/kesehatan/", "/pesan-gagal/")


@pytest.fixture(autouse=True)
def working_hours(freeze: Callable[[str], Any]) -> None:
    """At night a notice waits for the morning and asks nothing of Redis."""
    freeze("2026-11-24 10:00")


@pytest.fixture(params=AWAY)
def crippled(app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The program as it starts while a server is away; also the limits of its login are counted there."""
    redis, mail = AWAY[request.param]
    with ExitStack() as stack:
        url = f"redis://{stack.enter_context(redis())}/0" if redis else app.config["REDIS_URL"]
        post = stack.enter_context(mail()) if mail else None
        more = {"RATELIMIT_STORAGE_URI": url if redis else "memory://", "SMTP_URL": post and f"smtp://{post}"}
        built = build_app(app.config["SQLALCHEMY_DATABASE_URI"], url, app.config["LAPOR_HOME"], **more)
        built.config["redis_is_away"] = redis is not None
        yield built
        assert calls_taken(post) == 0, "no page waits for the mail server at all"
        with built.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def case(app: Flask) -> int:
    """A complaint that waits for the Kepala Dinas."""
    with app.app_context():
        return a_complaint(at="direct").id


class Visitor:
    """A browser that remembers which answers waited too often for a server that keeps silent."""

    def __init__(self, app: Flask, username: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.late: list[tuple[str, int]] = []
        if username:
            self._log_in(username)

    def _log_in(self, username: str) -> None:
        assert self.get("/login/").status_code == 200
        answer = self.post("/login/", data={"username": username, "password": PASSWORD})
        assert (answer.status_code, "/login" in answer.location) == (302, False)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._counted(path, lambda: self.client.get(path, **more))

    def post(self, path: str, **body: Any) -> TestResponse:
        return self._counted(path, lambda: self.client.post(path, **body))

    def _counted(self, path: str, ask: Callable[[], TestResponse]) -> TestResponse:
        before = calls_taken()
        answer = ask()
        if (waits := calls_taken() - before) > MOST_WAITS:
            self.late.append((path, waits))
        return answer


def waiting(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).where(Delivery.state == "queued")).one()


def test_an_officer_logs_in_reads_and_acts(app: Flask, crippled: Flask, case: int) -> None:
    visitor, before = Visitor(crippled, "kadis"), waiting(app)
    page = f"/aduan/{case}"
    assert {path: visitor.get(path).status_code for path in OFFICER_PAGES} == dict.fromkeys(OFFICER_PAGES, 200)
    form = form_on(visitor.get(page).text, "direct")
    typed = {"agencies": ["dishub"], "lead": "dishub", "route": "fast", **DIRECTION}
    answer = visitor.post(form.address, data={**form.fields, **typed, "field_visit": None})
    assert (answer.status_code, answer.location) == (303, page)
    assert visitor.get(page).status_code == 200
    assert waiting(app) == before + 1
    assert visitor.late == []


def test_an_officer_acts_over_rest(app: Flask, crippled: Flask, case: int) -> None:
    visitor, before = Visitor(crippled, ""), waiting(app)
    login = {"username": "kadis", "password": PASSWORD, "provider": "db"}
    token = visitor.post("/api/v1/security/login", json=login).get_json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert visitor.get("/api/v1/worklist/", headers=bearer).status_code == 200
    found = visitor.get(f"/api/v1/complaint/{case}", headers=bearer).get_json()["result"]
    params = {"agencies": ["dishub"], "lead": "dishub", "route": "fast", **DIRECTION}
    wish = {"action": "direct", "params": params, "expected_version": found["version"]}
    assert visitor.post(f"/api/v1/complaint/{case}/actions", json=wish, headers=bearer).status_code == 200
    assert waiting(app) == before + 1
    assert visitor.late == []


def test_the_administrator_sees_what_is_wrong(crippled: Flask) -> None:
    visitor, away = Visitor(crippled, "administrator"), crippled.config["redis_is_away"]
    pages = {path: visitor.get(path) for path in MANAGER_PAGES}
    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(MANAGER_PAGES, 200)
    assert ("Tidak terlihat selama Redis tidak menjawab." in pages["/kesehatan/"].text) == away
    retried = visitor.post("/kesehatan/pekerjaan/tidak-ada/ulang")
    assert (retried.status_code, retried.location) == (303, "/kesehatan/")
    assert visitor.late == []
