"""What a browser gets where something goes wrong: a page in the program's look that says in Indonesian what to do."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import default_exceptions

from workflow_rules.process.refusals import ActionRefused, RefusalReason

SignIn = Callable[[str], FlaskClient]
CODES = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503]
ENGLISH = re.compile(r"\b(the|page|please|error|request|server|not found|allowed|again|what|sent)\b", re.IGNORECASE)


def page_of(app: Flask, error: Exception, path: str = "/aduan/12") -> tuple[int, str]:
    """Status and page of an error that happened in a request."""
    with app.test_request_context(path):
        answer = app.make_response(app.handle_user_exception(error))
        assert answer.mimetype == "text/html"
        return answer.status_code, answer.get_data(as_text=True)


def words(page: str) -> str:
    """What the main part of a page says."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


@pytest.mark.parametrize("code", CODES)
def test_every_error_of_http_has_a_page_of_its_own_words(session_app: Flask, code: int) -> None:
    status, page = page_of(session_app, default_exceptions[code]())
    assert status == code
    assert '<html lang="id"' in page
    assert page.count("<h1") == 1
    said = words(page)
    assert f"Kode {code}" in said
    assert len(said) > 80
    assert not ENGLISH.search(said)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("SELECT rahasia", {}, Exception("mati")), 503),
        (DataError("SELECT rahasia", {}, Exception("NUL")), 422),
        (IntegrityError("SELECT rahasia", {}, Exception("ganda")), 409),
        (ZeroDivisionError("rahasia"), 500),
    ],
)
def test_a_failure_inside_is_reported_without_its_details(app: Flask, error: Exception, status: int) -> None:
    found, page = page_of(app, error)
    assert found == status
    assert f"Kode {status}" in page
    assert "rahasia" not in page


def test_the_log_of_a_failure_tells_where_but_no_values(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(identity: str) -> float:
        return len(identity) / 0

    invented = "6311" + "99" + "0000000007"
    try:
        fail(invented)
    except ZeroDivisionError as error:
        page_of(app, error)
    logged = capsys.readouterr().out
    assert "unexpected_failure" in logged
    assert "ZeroDivisionError" in logged
    assert invented not in logged


def test_a_refused_action_says_why(session_app: Flask) -> None:
    status, page = page_of(session_app, ActionRefused(RefusalReason.CASE_ENDED))
    assert status == 409
    assert "Aduan ini sudah berakhir" in page


def test_the_pages_show_the_shell_of_the_signed_in_user(as_user: SignIn) -> None:
    client = as_user("kasi")
    for answer, code in (
        (client.get("/aduan/baru"), 403),
        (client.get("/tidak-ada"), 404),
        (client.post("/aduan/"), 405),
        (client.get("/aduan/999999"), 404),
    ):
        assert answer.status_code == code
        assert f"Kode {code}" in answer.text
        assert 'id="menu"' in answer.text


def test_a_form_without_its_token_asks_to_be_sent_again(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/aduan/baru", data={"title": "x"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "muat ulang halamannya" in answer.text


def test_what_is_too_large_is_told_as_such(as_user: SignIn) -> None:
    answer = as_user("admin.aduan").post("/aduan/baru", data={"body": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "Kode 413" in answer.text
