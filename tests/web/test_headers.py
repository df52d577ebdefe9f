"""What stands on errors, on shared and on kept answers; every endpoint is looked at with the table of endpoints."""

import itertools
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter.errors import RateLimitExceeded
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound, ServiceUnavailable

from tests.conftest import build_app
from tests.web.answer_headers import faults_of

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Lets `/healthz` fail in a chosen way."""

    def choose(error: Exception) -> None:
        def fail() -> None:
            raise error

        monkeypatch.setitem(app.view_functions, "healthz", fail)

    return choose


def test_every_error_carries_them(app: Flask, client: FlaskClient, failing: Callable[[Exception], None]) -> None:
    large = b"a" * (60 * 1024 * 1024)
    answers = {
        400: client.get("/login/", headers={"Host": "evil.example"}),
        404: client.get("/tidak-ada"),
        405: client.delete("/login/"),
        413: client.post("/api/v1/security/login", data=large, content_type="application/json"),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {n: n for n in answers}
    lost = OperationalError("SELECT 1", {}, Exception("away"))
    for status, error in ((404, NotFound()), (500, ZeroDivisionError()), (503, lost), (503, ServiceUnavailable())):
        failing(error)
        answers[status] = client.get("/healthz")
        assert answers[status].status_code == status
    for status, answer in answers.items():
        assert list(faults_of(answer, signed_in=False)) == [], status


def test_a_limit_that_was_passed_carries_them(client: FlaskClient, failing: Callable[[Exception], None]) -> None:
    class Limit:
        error_message, limit = None, "1 per 1 minute"

    failing(RateLimitExceeded(Limit()))  # type: ignore[arg-type]
    answer = client.get("/healthz")
    assert answer.status_code == 429
    assert list(faults_of(answer, signed_in=False)) == []


def test_a_body_of_60_megabytes_is_refused_at_every_endpoint(client: FlaskClient) -> None:
    """The stock framework took one of 60 MB as JSON (201)."""
    large = b"a" * (60 * 1024 * 1024)
    for path, kind in itertools.product(
        ("/api/v1/security/login", "/login/", "/lapor"), ("application/json", "application/x-www-form-urlencoded")
    ):
        if path == "/api/v1/security/login" or kind.endswith("urlencoded"):
            answer = client.post(path, data=large, content_type=kind)
            assert answer.status_code == 413, (path, kind)
            assert list(faults_of(answer, signed_in=False)) == []


def test_what_is_for_everybody_may_be_cached_and_what_is_ones_own_never(client: FlaskClient, as_user: SignIn) -> None:
    def kept(visitor: FlaskClient, path: str) -> str:
        with visitor.get(path) as answer:
            assert answer.status_code == 200, path
            return answer.headers["Cache-Control"]

    officer = as_user("kasi")
    for visitor in (client, officer):
        assert "max-age=31536000" in kept(visitor, "/static/logo.svg?v=1")
        assert kept(visitor, "/static/logo.svg") == "no-cache"
        assert kept(visitor, "/data-terbuka/ringkasan.csv").startswith("public")
    assert kept(client, "/statistik") == "no-cache"
    for visitor, path in ((officer, "/statistik"), (officer, "/kabar"), (officer, "/"), (client, "/login/")):
        assert "no-store" in kept(visitor, path), path


def test_other_sites_may_read_open_data_and_nothing_else(client: FlaskClient) -> None:
    assert client.get("/data-terbuka/ringkasan.csv").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/lacak").headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.fixture(scope="module")
def sealed_app(session_app: Flask) -> Flask:
    """The program behind https."""
    own = session_app.config
    more = {"SESSION_COOKIE_NAME": "__Host-lapor_session", "SESSION_COOKIE_SECURE": True}
    return build_app(own["SQLALCHEMY_DATABASE_URI"], own["REDIS_URL"], str(own["LAPOR_HOME"]), **more)


def test_behind_https_browsers_stay_there_and_the_cookie_is_this_hosts_own(app: Flask, sealed_app: Flask) -> None:
    from app.core.extensions import db

    answer = sealed_app.test_client().post("/login/", data={"username": "kasi", "password": "balangan-demo"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("__Host-lapor_session="))
    attributes = {part.strip().partition("=")[0]: part.strip().partition("=")[2] for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly"} <= set(attributes)
    assert (attributes["Path"], attributes["SameSite"]) == ("/", "Lax")
    assert "Domain" not in attributes
    assert "Strict-Transport-Security" not in app.test_client().get("/login/").headers
    with sealed_app.app_context():
        db.engine.dispose()
