"""One-time form tokens: whose they are, and what makes two submissions the same."""

import io
from collections.abc import Callable

import pytest
from flask import Flask, session
from werkzeug.datastructures import FileStorage, MultiDict

from views.shared.form_once import Landing, digest_of_form, once, once_each
from workflow_rules.process.actors import REPORTER, Person

TOKEN = "t" * 32


class Acts:
    """Counts what was really done, and gives each act a landing of its own."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> Landing:
        self.done += 1
        return Landing(f"/{self.done}", "")


@pytest.fixture
def send(app: Flask) -> Callable[..., str]:
    """One submission from a browser; the same name is the same cookie."""
    cookies: dict[str, dict[str, object]] = {}

    def submit(browser: str, by: Person, act: Acts, digest: str = "a", kind: Callable[..., Landing] = once) -> str:
        with app.test_request_context("/lapor", method="POST"):
            session.update(cookies.get(browser, {}))
            landing = kind(by, TOKEN, digest, act)
            cookies[browser] = dict(session)
            return landing.location

    return submit


@pytest.mark.parametrize("kind", [once, once_each])
def test_a_citizens_token_is_worth_something_to_its_own_browser_only(
    send: Callable[..., str], kind: Callable[..., Landing]
) -> None:
    act = Acts()
    places = [send(browser, REPORTER, act, kind=kind) for browser in ("one", "two", "one", "two")]
    assert places == ["/1", "/2", "/1", "/2"]


@pytest.mark.parametrize("kind", [once, once_each])
def test_an_officers_token_holds_in_every_browser_of_theirs_and_for_nobody_else(
    send: Callable[..., str], kind: Callable[..., Landing]
) -> None:
    act = Acts()
    first, second = Person(98, "first", ()), Person(99, "other", ())
    assert [send(b, first, act, kind=kind) for b in ("one", "two")] == ["/1", "/1"]
    assert send("one", second, act, kind=kind) == "/2"


def test_other_content_makes_another_one_and_the_first_is_remembered(send: Callable[..., str]) -> None:
    act = Acts()
    places = [send("one", REPORTER, act, content, once_each) for content in ("a", "b", "a", "b")]
    assert places == ["/1", "/2", "/1", "/2"]


def digest(app: Flask, fields: list[tuple[str, str]], *files: tuple[str, bytes]) -> str:
    data = MultiDict([*fields, *(("attachments", FileStorage(io.BytesIO(c), n)) for n, c in files)])
    with app.test_request_context("/lapor", method="POST", data=data, content_type="multipart/form-data"):
        found = digest_of_form()
        assert found == digest_of_form(), "the files can be read again"
        return found


def test_fields_and_files_make_the_content_and_the_guard_against_forgery_does_not(app: Flask) -> None:
    base = digest(app, [("a", "1"), ("csrf_token", "x")], ("f", b"1"))
    assert base == digest(app, [("csrf_token", "y"), ("a", "1")], ("f", b"1"))
    others = [
        digest(app, [("a", "2")], ("f", b"1")),
        digest(app, [("a", "1"), ("b", "")], ("f", b"1")),
        digest(app, [("a", "1")], ("f", b"2")),
        digest(app, [("a", "1")], ("g", b"1")),
        digest(app, [("a", "1")]),
        digest(app, [("a", "1")], ("f", b"1"), ("f", b"1")),
    ]
    assert len({base, *others}) == 7
