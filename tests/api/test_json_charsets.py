"""JSON is UTF-8: what is written in another way, or says that it is, is refused instead of guessed at."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories import a_report

Bearer = Callable[[str], dict[str, str]]
NEW = "/api/v1/complaint/"


@pytest.fixture
def admin(bearer: Bearer) -> dict[str, str]:
    return bearer("admin.aduan")


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-8-sig"])
@pytest.mark.parametrize("path", [NEW, "/api/v1/security/login"])
def test_json_in_another_encoding_or_with_a_mark_is_400(
    client: FlaskClient, admin: dict[str, str], path: str, charset: str
) -> None:
    body = json.dumps(a_report(title="Jalan rusak")).encode(charset)
    answer = client.post(path, data=body, content_type="application/json", headers=admin)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "iso-8859-1", "us-ascii", "x"])
def test_json_that_says_it_is_of_another_charset_is_415(
    client: FlaskClient, admin: dict[str, str], charset: str
) -> None:
    body = json.dumps(a_report()).encode()
    answer = client.post(NEW, data=body, content_type=f"application/json; charset={charset}", headers=admin)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_utf_8_is_taken_however_it_is_named(client: FlaskClient, admin: dict[str, str], content_type: str) -> None:
    body: Any = json.dumps(a_report(title="Jalan \u00e9")).encode()
    assert client.post(NEW, data=body, content_type=content_type, headers=admin).status_code == 201
