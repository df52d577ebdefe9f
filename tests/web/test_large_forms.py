"""A form past the limits is 413 wherever it is sent, before anything reads it, and never taken for an empty one."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.extensions import db
from tests.conftest import build_app

MEBIBYTE = 1024 * 1024
ENDPOINTS = ("/lapor", "/lacak", "/login/", "/sandi-baru/", "/logout/")


@pytest.fixture
def guarded(app: Flask) -> Iterator[FlaskClient]:
    """The program as it is served: with the guard against forged forms, and its limits."""
    kept = app.config
    served = build_app(
        kept["SQLALCHEMY_DATABASE_URI"], kept["REDIS_URL"], str(kept["LAPOR_HOME"]), WTF_CSRF_ENABLED=True
    )
    yield served.test_client()
    with served.app_context():
        db.engine.dispose()


def encoded(size: int) -> dict[str, Any]:
    return {"data": b"number=x&body=" + b"a" * size, "content_type": "application/x-www-form-urlencoded"}


def multipart(size: int, named: str = "") -> dict[str, Any]:
    """One part, written by hand: the client of the tests would leave its own temporary file open."""
    head = f'--x\r\nContent-Disposition: form-data; name="body"{named}\r\n\r\n'.encode()
    return {"data": head + b"a" * size + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


def file(size: int) -> dict[str, Any]:
    return multipart(size, '; filename="f.pdf"')


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(("kind", "size"), [(encoded, 20), (multipart, 3), (file, 27)])
def test_a_form_past_the_limits_is_413_at_every_endpoint(
    guarded: FlaskClient, endpoint: str, kind: Any, size: int
) -> None:
    answer = guarded.post(endpoint, **kind(size * MEBIBYTE))
    assert answer.status_code == 413
    assert "terlalu besar" in answer.text


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_form_that_says_it_is_too_large_is_not_read(guarded: FlaskClient, endpoint: str) -> None:
    class Unread(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _buffer: Any) -> int:
            raise AssertionError("the body was read")

    length = {"CONTENT_LENGTH": str(40 * MEBIBYTE), "wsgi.input": Unread()}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert guarded.post(endpoint, content_type=kind, environ_overrides=length).status_code == 413
