"""How the tests read the complaint page and send its forms, as a browser without JavaScript would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.extensions import db
from app.models import Attachment, Complaint, ComplaintEvent, IdempotencyKey, Letter, Notice

SignIn = Callable[[str], FlaskClient]
Fields = dict[str, list[str]]


@dataclass
class PageForm:
    """One form as it stands on a page: where it goes and what it would send if nothing were touched."""

    address: str
    method: str
    fields: Fields = field(default_factory=dict)
    offers: set[str] = field(default_factory=set)
    primary: bool = False
    id: str = ""

    @property
    def action(self) -> str:
        return self.fields.get("action", [""])[0]

    @property
    def agency(self) -> str | None:
        return self.fields.get("agency", [None])[0]  # type: ignore[list-item]


class _Reader(HTMLParser):
    """Collects the forms, and which of them stands in the card of the one primary action."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: list[tuple[str, bool]] = []
        self._area = self._select = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("div", "section"):
            self._open.append((tag, "tindakan" in found.get("class", "").split()))
        if tag == "form":
            primary = any(mark for _, mark in self._open)
            self.forms.append(
                PageForm(found.get("action", ""), found.get("method", "get"), primary=primary, id=found.get("id", ""))
            )
            self._inside = True
        elif self._inside and found.get("name"):
            self._control(tag, found)
        elif tag == "option" and self._select and "selected" in found:
            self.forms[-1].fields[self._select] = [found["value"]]

    def _control(self, tag: str, found: dict[str, str]) -> None:
        form, name = self.forms[-1], found["name"]
        kind = found.get("type", "text")
        form.offers.add(name)
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            form.fields[name], self._area = [""], name
        elif tag == "input" and kind != "file" and (kind not in ("checkbox", "radio") or "checked" in found):
            form.fields.setdefault(name, []).append(found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("div", "section") and self._open:
            self._open.pop()
        if tag == "textarea" and self._area:
            # A browser drops the line break that stands right after the opening tag.
            self.forms[-1].fields[self._area] = [self.forms[-1].fields[self._area][0].removeprefix("\n")]
            self._area = ""
        if tag == "select":
            self._select = ""
        if tag == "form":
            self._inside = False


def all_forms(html: str) -> list[PageForm]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def forms_of(html: str) -> list[PageForm]:
    """Every form that acts on the complaint."""
    return [f for f in all_forms(html) if f.address.endswith("/tindakan")]


def primary_on(html: str) -> tuple[str, str | None] | None:
    """The action and agency of the form in the card of the primary action; there is never more than one."""
    found = [(f.action, f.agency) for f in forms_of(html) if f.primary]
    assert len(found) <= 1, found
    return found[0] if found else None


def form_on(html: str, action: str, agency: str | None = None) -> PageForm:
    """The form of an action; the one in which everything can be typed where a page also has a filled-in one."""
    found = [f for f in forms_of(html) if f.action == action and agency in (None, f.agency)]
    return next((f for f in found if f.id), found[0])


def opened(client: FlaskClient, case_id: int, action: str, agency: str | None = None) -> PageForm:
    """The form of an action on a page that was just opened."""
    return form_on(client.get(f"/aduan/{case_id}").text, action, agency)


def send(client: FlaskClient, form: PageForm, **typed: Any) -> TestResponse:
    """Send a form with what was typed; None takes a field away, a list ticks several."""
    fields = {**form.fields, **typed}
    kept = {name: value for name, value in fields.items() if value is not None}
    return client.post(form.address, data=kept)


def error_at(html: str, form: PageForm, name: str) -> str:
    """The sentence beside a field of the form that came back; empty without one."""
    control = next(part for part in html.split(' id="') if part.startswith(f"{_key(html, form)}-{name}-galat"))
    return control.partition("<span>")[2].partition("</span>")[0]


def _key(html: str, form: PageForm) -> str:
    agency = form.agency or "dinas"
    starts = (part.partition('"')[0] for part in html.split('<form id="')[1:])
    return next(s for s in starts if s.startswith(f"{form.action}-") and s.endswith(f"-{agency}"))


def state(app: Flask, case_id: int) -> tuple[Any, ...]:
    """Everything an act would leave behind: version, events, letters, files, messages."""
    with app.app_context():
        version = db.session.get_one(Complaint, case_id).version
        counts = (db.session.execute(select(func.count()).select_from(m)).scalar_one() for m in _LEFT_BEHIND)
        return (version, *counts)


_LEFT_BEHIND = (ComplaintEvent, Letter, Attachment, Notice, IdempotencyKey)
