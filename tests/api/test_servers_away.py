"""The web keeps working and answers within two seconds while Redis or the mail server takes calls and never answers.

How long a request waits is counted in calls, each of which ends after half a second: a busy machine cannot blur that.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import Delivery
from config import REDIS_PATIENCE
from tests.conftest import build_app
from tests.factories import a_complaint
from tests.servers_away import BlackHole
from tests.web.test_form_tokens import signed_in

MOST_SECONDS = 2.0
EACH = max(REDIS_PATIENCE.values())
HOUSES = ("dpuprperkim", "dishub", "dplh")
DIRECTION = {"instruction": "Tindak lanjuti.", "urgency": "normal", "field_visit": False, "route": "fast"}


@pytest.fixture(autouse=True)
def working_hours(freeze: Callable[[str], Any]) -> None:
    """At night a notice waits for the morning and asks nothing of Redis."""
    freeze("2026-11-24 10:00")


@pytest.fixture
def hole() -> Iterator[BlackHole]:
    hole = BlackHole()
    yield hole
    hole.close()


@pytest.fixture
def without_redis(app: Flask, hole: BlackHole) -> Iterator[Flask]:
    """The program as it starts, with the limits of its login counted in a Redis that never answers."""
    url = f"redis://{hole.place}/0"
    built = build_app(app.config["SQLALCHEMY_DATABASE_URI"], url, app.config["LAPOR_HOME"], RATELIMIT_STORAGE_URI=url)
    yield built
    with built.app_context():
        db.session.remove()
        db.engine.dispose()


class Office:
    """Officers at the API; of each request it is known how often it called the absent server."""

    def __init__(self, client: FlaskClient, hole: BlackHole) -> None:
        self.client, self.hole = client, hole

    def ask(self, path: str, body: dict[str, Any], **headers: str) -> tuple[int, Any, int]:
        before, began = len(self.hole.calls), time.perf_counter()
        answer = self.client.post(f"/api/v1/{path}", json=body, headers=headers)
        calls = len(self.hole.calls) - before
        assert calls * EACH < MOST_SECONDS
        assert time.perf_counter() - began < MOST_SECONDS + 10, "and no wait is without an end"
        return answer.status_code, answer.get_json(), calls

    def log_in(self, username: str, password: str = PASSWORD) -> tuple[int, Any, int]:
        return self.ask("security/login", {"username": username, "password": password, "provider": "db"})

    def direct(self, case_id: int, version: int) -> tuple[int, Any, int]:
        _, login, _ = self.log_in("kadis")
        params = {"agencies": list(HOUSES), "lead": HOUSES[0], **DIRECTION}
        wish = {"action": "direct", "params": params, "expected_version": version}
        return self.ask(f"complaint/{case_id}/actions", wish, Authorization=f"Bearer {login['access_token']}")


def a_case_to_direct(app: Flask) -> tuple[int, int]:
    with app.app_context():
        case = a_complaint(at="direct")
        return case.id, case.complaint.version


def waiting(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Delivery.id).where(Delivery.state == "queued")).all())


def test_an_act_with_many_notices_waits_once_for_a_redis_that_is_away(
    app: Flask, without_redis: Flask, hole: BlackHole
) -> None:
    case, before = a_case_to_direct(app), waiting(app)
    status, _, calls = Office(without_redis.test_client(), hole).direct(*case)
    assert status == 200
    assert 1 <= calls <= 2, "one hint, and the limiter that looks whether Redis is back"
    assert waiting(app) == before + len(HOUSES)


def test_the_login_is_open_and_still_limited_while_redis_is_away(without_redis: Flask, hole: BlackHole) -> None:
    office = Office(without_redis.test_client(), hole)
    assert office.log_in("kadis")[0] == 200
    tries = [office.log_in("kasi", "salah")[0] for _ in range(11)]
    assert tries == [401] * 10 + [429]


@pytest.mark.parametrize(("path", "status"), [("/login/", 200), ("/healthz", 200), ("/readyz", 503)])
def test_pages_are_served_while_redis_is_away(without_redis: Flask, hole: BlackHole, path: str, status: int) -> None:
    assert without_redis.test_client().get(path).status_code == status
    assert len(hole.calls) * EACH < MOST_SECONDS


def test_the_health_page_waits_once_for_a_redis_that_is_away(without_redis: Flask, hole: BlackHole) -> None:
    page = signed_in(without_redis, "administrator").get("/kesehatan/")
    assert "Tidak terlihat selama Redis tidak menjawab." in page.text
    assert len(hole.calls) == 1


def test_no_request_waits_for_the_mail_server(app: Flask, hole: BlackHole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_URL", f"smtp://{hole.place}")
    status, _, calls = Office(app.test_client(), hole).direct(*a_case_to_direct(app))
    assert (status, calls) == (200, 0)
