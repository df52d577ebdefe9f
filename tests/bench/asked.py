"""What one request of ours asks the database and hands to its template, written down to be done by a bare program."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, g, template_rendered

from app.core.extensions import db
from app.core.request_context import request_context
from app.demo.accounts import PASSWORD
from tests.statements import Statement, statements_with_values

OF_THE_REQUEST = ("g", "request", "session")


@dataclass
class Asked:
    """The statements of one request in their order, its template with all that it shows, and the answer's text."""

    statements: list[Statement]
    template: Any = None
    context: dict[str, Any] | None = None
    kept: dict[str, Any] | None = None
    text: str = ""


def ask_once(app: Flask, officer: str, path: str, headers: dict[str, str]) -> Asked:
    """One request in this process, outside of any context that is open here, which would keep one visitor for all."""
    with ThreadPoolExecutor(1) as outside:
        return outside.submit(_ask_twice, app, officer, path, headers).result()


def _ask_twice(app: Flask, officer: str, path: str, headers: dict[str, str]) -> Asked:
    """The second answer counts: what is kept between requests is there by then."""
    client = app.test_client()
    if officer:
        client.post("/login/", data={"username": officer, "password": PASSWORD})
    assert client.get(path, headers=headers).status_code == 200
    with statements_with_values(app) as seen, _template() as asked:
        answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    asked.statements, asked.text = list(seen), answer.text
    return asked


@contextmanager
def _template() -> Iterator[Asked]:
    """The last template that was drawn; its rows are let go of the session, so that they stay as they were drawn."""
    asked = Asked([])

    def keep(_sender: Any, template: Any, context: dict[str, Any], **_: Any) -> None:
        asked.template = template
        asked.context = {name: value for name, value in context.items() if name not in OF_THE_REQUEST}
        asked.kept = {**vars(g), "request_context": replace(request_context())}
        db.session.expunge_all()

    with template_rendered.connected_to(keep):
        yield asked
