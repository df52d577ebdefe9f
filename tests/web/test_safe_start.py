"""Safe from the first day: whom the program answers, what it lets in, and what stands on every answer."""

import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from app.settings.environment import ConfigurationError
from tests.conftest import build_app
from tests.factories import a_report

Bearer = Callable[[str], dict[str, str]]
SignIn = Callable[[str], FlaskClient]
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
FOREIGN = (
    "evil.example",
    "localhost.evil.example",
    "evil.example:80",
    "localhost@evil.example",
    "a b",
    "127.0.0.1.nip.io",
)
PATHS = ("/login/", "/api/v1/worklist/", "/healthz", "/nothing")
TOO_MUCH = 27 * 1024 * 1024


@pytest.fixture(scope="module")
def strict_app(session_app: Flask) -> Flask:
    """The program as production has it: form tokens asked for, https in front, one proxy trusted."""
    from_demo = session_app.config
    more = {"WTF_CSRF_ENABLED": True, "SESSION_COOKIE_SECURE": True, "TRUSTED_PROXIES": 1}
    return build_app(from_demo["SQLALCHEMY_DATABASE_URI"], from_demo["REDIS_URL"], str(from_demo["LAPOR_HOME"]), **more)


@pytest.fixture
def strict(app: Flask, strict_app: Flask) -> Iterator[FlaskClient]:
    from app.core.extensions import db

    with strict_app.app_context():
        db.engine.dispose()
    yield strict_app.test_client()
    with strict_app.app_context():
        db.engine.dispose()


def test_a_foreign_host_is_refused(client: FlaskClient) -> None:
    for host, path in itertools.product(FOREIGN, PATHS):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for host, path in itertools.product(("localhost", "127.0.0.1", "localhost:8080"), PATHS):
        assert client.get(path, headers={"Host": host}).status_code != 400


def test_a_forwarded_header_counts_only_from_a_trusted_proxy(client: FlaskClient, strict: FlaskClient) -> None:
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    plain = client.get("/", headers=told)
    assert plain.status_code == 302
    assert "Strict-Transport-Security" not in plain.headers
    assert "evil" not in str(plain.headers)
    assert strict.get("/", headers=told).status_code == 400
    del told["X-Forwarded-Host"]
    assert "Strict-Transport-Security" in strict.get("/", headers=told).headers


def test_the_address_in_the_record_is_not_the_callers_to_choose(app: Flask, strict_app: Flask) -> None:
    def address(program: Flask) -> str | None:
        from app.access.current_person import source_address

        seen: list[str | None] = []
        program.view_functions["healthz"] = lambda: (seen.append(source_address()), "")[1]
        program.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
        return seen[0]

    before = {program: program.view_functions["healthz"] for program in (app, strict_app)}
    try:
        assert address(app) == "127.0.0.1"
        assert address(strict_app) == "203.0.113.9"
    finally:
        for program, function in before.items():
            program.view_functions["healthz"] = function


def test_every_answer_carries_the_security_headers(
    app: Flask, client: FlaskClient, as_user: SignIn, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boom() -> None:
        raise RuntimeError("KENARI-RAHASIA")

    monkeypatch.setitem(app.view_functions, "healthz", boom)
    api, officer = bearer("kasi"), as_user("kasi")
    answers = {
        "login": client.get("/login/"),
        "inbox": officer.get("/"),
        "redirect": client.get("/"),
        "missing": client.get("/nothing"),
        "method": client.delete("/login/"),
        "crash": client.get("/healthz"),
        "api": client.get("/api/v1/worklist/", headers=api),
        "api 401": client.get("/api/v1/worklist/"),
        "api 404": client.get("/api/v1/complaint/1", headers=api),
        "api nothing": client.get("/api/v1/nothing"),
        "forbidden": officer.get("/opd/add"),
    }
    for name, answer in answers.items():
        for header in HEADERS:
            assert header in answer.headers, (name, header)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "KENARI" not in answer.text
        assert "Traceback" not in answer.text
        assert "Werkzeug" not in answer.headers.get("Server", "")
    assert answers["crash"].status_code == 500
    for private in ("inbox", "api", "api 404", "forbidden"):
        assert answers[private].headers["Cache-Control"] == "no-store", private


def test_a_token_is_kept_by_no_cache(client: FlaskClient) -> None:
    body = {"username": "kasi", "password": "balangan-demo", "provider": "db"}
    assert client.post("/api/v1/security/login", json=body).headers["Cache-Control"] == "no-store"


def _cookie(answer: Any) -> str:
    return next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("lapor_session="))


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, strict: FlaskClient) -> None:
    signed_in = client.post("/login/", data={"username": "kasi", "password": "balangan-demo"})
    assert signed_in.status_code == 302
    plain, secure = _cookie(signed_in), _cookie(strict.get("/login/"))
    for cookie in (plain, secure):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie
    assert "Secure" in secure
    assert "Secure" not in plain


@pytest.mark.parametrize(
    ("address", "secure"),
    [("https://lapor.example", True), ("http://lapor.example", False), (None, False)],
)
def test_cookies_are_kept_to_https_wherever_it_is_spoken(address: str | None, secure: bool, tmp_path: Path) -> None:
    environ = {"LAPOR_HOME": str(tmp_path)} | ({"PUBLIC_BASE_URL": address} if address else {})
    settings = config.settings(environ)
    assert settings["SESSION_COOKIE_SECURE"] is secure
    assert settings["REMEMBER_COOKIE_SECURE"] is secure


@pytest.mark.parametrize("number", ["-1", "10", "x", "1.5", "٣"])
def test_a_number_of_proxies_that_is_none_is_refused(number: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TRUSTED_PROXIES"):
        config.settings({"LAPOR_HOME": str(tmp_path), "TRUSTED_PROXIES": number})
    assert config.settings({"LAPOR_HOME": str(tmp_path)})["TRUSTED_PROXIES"] == 0


def test_no_secret_has_a_default(tmp_path: Path) -> None:
    """Without a first start and without an environment there is no key at all, so nothing can be signed with one."""
    settings = config.settings({"LAPOR_HOME": str(tmp_path)})
    assert settings["SECRET_KEY"] is None
    assert settings["IDENTITY_KEYS"] == ()


def test_a_form_without_its_token_is_refused_and_says_so(strict: FlaskClient) -> None:
    answer = strict.post("/login/", data={"username": "kasi", "password": "balangan-demo"})
    assert answer.status_code == 400
    assert 'lang="id"' in answer.text
    assert "Kode 400" in answer.text


def test_too_large_a_body_is_413_for_the_api(client: FlaskClient, bearer: Bearer) -> None:
    headers, url = bearer("admin.aduan"), "/api/v1/complaint/"
    large = b'{"title":"' + b"a" * TOO_MUCH + b'"}'
    whole = client.post(url, data=large, content_type="application/json", headers=headers)
    # As gunicorn hands over a chunked body: no length, an end that is known.
    chunked = client.post(
        url,
        input_stream=io.BytesIO(large),
        content_type="application/json",
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )
    at_login = client.post("/api/v1/security/login", data=large, content_type="application/json")
    for answer in (whole, chunked, at_login):
        assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
        assert answer.get_json()["type"].endswith("/payload_too_large")
    good = client.post(url, json=a_report(), headers=headers)
    assert good.status_code == 201


def parts(*values: bytes) -> bytes:
    heads = (b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n' % n for n in range(len(values)))
    return b"".join(head + value + b"\r\n" for head, value in zip(heads, values, strict=True)) + b"--x--\r\n"


ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


TOO_LARGE = {
    "body": (ENCODED, b"username=" + b"a" * TOO_MUCH),
    "field": (ENCODED, b"username=" + b"a" * (3 * 1024 * 1024)),
    "file": (MULTIPART, parts(b"a" * TOO_MUCH)),
    "part": (MULTIPART, parts(b"a" * (3 * 1024 * 1024))),
    "parts": (MULTIPART, parts(*[b"x"] * 600)),
}


def test_too_large_a_form_is_413_for_the_browser(client: FlaskClient) -> None:
    for what, (content_type, body) in TOO_LARGE.items():
        answer = client.post("/login/", data=body, content_type=content_type)
        assert (answer.status_code, answer.mimetype) == (413, "text/html"), what
        assert 'lang="id"' in answer.text
        assert "Kode 413" in answer.text
