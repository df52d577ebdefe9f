"""Each link and each button that a page shows a person opens for that person: none leads to a refusal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.access.test_endpoint_access import ACCOUNTS
from tests.conftest import client_of
from tests.scenes import Scene
from tests.story.pages_to_see import VISITORS, Rows, make_all_rows, pages_of

REFUSED = (401, 403, 405)
ELSEWHERE = ("/static/", "/gaya/", "/logout/")


@dataclass(frozen=True)
class Control:
    """What a press on a link or button asks for."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class _Form:
    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    has_button: bool = False
    """Without one it is sent by a script alone, which sets where to."""


class _Page(HTMLParser):
    """Collects links, and forms with their hidden fields."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path, self._form = path, _Form("GET", path)
        self.controls: list[Control] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "#")[0] != "#":
            self._add("GET", given["href"], ())
        elif tag == "form":
            self._form = _Form(given.get("method", "get").upper(), given.get("action") or self._path)
        elif tag == "input" and given.get("type") == "hidden" and given.get("name") != "csrf_token":
            self._form.fields.append((given.get("name", ""), given.get("value", "")))
        elif tag == "button" and given.get("formaction"):
            self._add("POST", given["formaction"], tuple(self._form.fields))
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._form.has_button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form.has_button:
            self._add(self._form.method, self._form.action, tuple(self._form.fields))

    def _add(self, method: str, address: str, fields: tuple[tuple[str, str], ...]) -> None:
        target = urlsplit(urljoin(f"http://localhost{self._path}", address))
        if target.scheme == "http" and target.netloc == "localhost" and not target.path.startswith(ELSEWHERE):
            query = f"?{target.query}" if target.query and method == "GET" else ""
            self.controls.append(Control(method, f"{target.path}{query}", fields))


def controls_of(app: Flask, client: FlaskClient, visitor: str, rows: Rows) -> Iterator[tuple[str, Control]]:
    """One control of every kind that the pages of a visitor show, each with the page that shows it."""
    seen = set()
    for visit in pages_of(app, visitor, rows):
        answer = client.get(visit.path) if not visit.form else client.post(visit.path, data=dict(visit.form))
        if answer.mimetype != "text/html":
            continue
        page = _Page(visit.path)
        page.feed(answer.text)
        for control in page.controls:
            kind = (control.method, _rule_of(app, control), tuple(name for name, _ in control.fields))
            if kind not in seen:
                seen.add(kind)
                yield visit.path, control


def _rule_of(app: Flask, control: Control) -> str:
    try:
        rule, _ = app.url_map.bind("localhost").match(control.path.split("?")[0], control.method, return_rule=True)
    except HTTPException:
        return control.path
    return str(rule)


def _pressed(client: FlaskClient, control: Control) -> int:
    if control.method == "POST":
        return client.post(control.path, data=dict(control.fields)).status_code
    return client.get(control.path).status_code


@pytest.mark.timeout(400)
@pytest.mark.parametrize("visitor", VISITORS)
def test_no_link_and_no_button_leads_to_a_refusal(app: Flask, scene: Scene[Rows], visitor: str) -> None:
    rows = scene(make_all_rows)

    def signed_in() -> FlaskClient:
        return client_of(app, ACCOUNTS[visitor]) if visitor in ACCOUNTS else app.test_client()

    refused = _refused(app, signed_in, list(controls_of(app, signed_in(), visitor, rows)))
    assert refused == []


def _refused(app: Flask, signed_in: Callable[[], FlaskClient], controls: list[tuple[str, Control]]) -> list[str]:
    """Links first. A button may end a sign-in, so each is pressed after signing in again; it may take a row away
    from the next one, so of buttons only a refusal counts.
    """
    links = [found for found in controls if found[1].method == "GET"]
    buttons = [found for found in controls if found[1].method == "POST"]
    client = signed_in()
    assert len(links) > 1
    wrong = [(page, control, _pressed(client, control)) for page, control in links]
    wrong += [(page, control, _pressed(signed_in(), control)) for page, control in buttons]
    return [
        f"{page} shows {control.method} {control.path}: {status}"
        for page, control, status in wrong
        if status in REFUSED or status >= 500 or (status == 404 and control.method == "GET")
    ]
