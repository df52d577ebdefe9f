"""Every page that a person can open, in one language, and what of it is read out: text, labels, hints, questions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from tests.access.endpoint_rows import Parts, address, make_parts
from tests.access.test_endpoint_access import ACCOUNTS, ENDPOINTS
from tests.conftest import client_of
from tests.factories import Case, a_complaint

VISITORS = ("anonymous", *(name for name in ACCOUNTS if name not in ("elsewhere", "integration")))
# These answer programs or send files.
NO_PAGES = (
    "/api/",
    "/static/",
    "/gaya/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/lang/",
    "/back",
    "/logout/",
    "/ekspor/pekerjaan",
    "/open311/",
)
FILES = (".<ending>", ".json", ".csv", ".pdf", ".xlsx", ".ics", "<int:attachment_id>", "/berkas", "/keadaan", "/bundel")
# Others read reference data on the same pages, with fewer buttons.
READS_FOR_ALL = ("administrator",)
HOLDERS = {
    "register": "complaint_admin",
    "check": "section_head",
    "report": "division_head",
    "direct": "office_head",
    "relay": "complaint_admin",
    "agency_receive": "agency_admin",
    "agency_dispose": "agency_head",
    "draft_answer": "agency_secretary",
    "sign_answer": "agency_head",
    "dispose_answer": "office_head",
    "reply": "complaint_admin",
    "answered": "complaint_admin",
}
STREET = {"title": "Uji coba dari warga", "body": "Uji coba.", "confidentiality": "anonymous"}
# What is sent empty, or wrongly, comes back with what to correct.
SENT: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("complaint_admin", "/aduan/baru", {}),
    ("complaint_admin", "/pemberitahuan/cara", {"gateway_to": "!"}),
    ("complaint_admin", "/sp4n/impor/", {}),
    ("complaint_admin", "/pindah-data/", {}),
    ("complaint_admin", "/identitas/cari", {}),
    ("administrator", "/users/add", {}),
    ("administrator", "/opd/add", {"code": "A b"}),
    ("administrator", "/hari-libur/add", {}),
    ("administrator", "/jam-kerja/add", {"mon": "x"}),
    ("administrator", "/hari-libur/impor", {}),
    ("administrator", "/petugas/impor", {}),
    ("administrator", "/resetmypassword/form", {}),
    ("administrator", "/resetpassword/form?pk=2", {}),
    ("administrator", "/kunci-api/", {}),
    ("administrator", "/kunci-api/1/cabut", {}),
    ("administrator", "/delegasi/confirm_action", {"action": "end_now", "rowid": "1"}),
    ("administrator", "/sp4n/webhook/baru", {"url": "http://localhost/", "lingkup": "pilihan"}),
    ("anonymous", "/login/", {"username": "x", "password": "y"}),
    ("anonymous", "/login/lupa", {}),
    ("anonymous", "/lacak", {"number": "LB-2026-1", "code": "x"}),
    ("anonymous", "/lapor", {"form_token": "x" * 32, "location.lat": "x"}),
    ("anonymous", "/lapor", {**STREET, "form_token": "y" * 32}),
)


class Page(NamedTuple):
    """One answer as a browser gets it."""

    visitor: str
    path: str
    html: str


class Spoken(NamedTuple):
    """A piece of text that is seen or read out, and the language that its element claims."""

    text: str
    lang: str


def make_rows() -> tuple[Parts, dict[str, list[int]]]:
    """One row of each kind, and cases so that every officer has a step to take, one late and one waiting among them."""
    parts = make_parts()
    cases: dict[str, list[int]] = {visitor: [] for visitor in VISITORS}
    for step, holder in HOLDERS.items():
        case = a_complaint(at=step, agencies=("dishub",), route="via_admin" if step == "relay" else "fast")
        cases[holder].append(case.id)
    cases["complaint_admin"].append(_asked().id)
    cases["agency_secretary"].append(_late().id)
    cases["supervisor"].append(cases["agency_secretary"][-1])
    return parts, cases


def _asked() -> Case:
    case = a_complaint()
    case.act("complaint_admin", "request_information", question="Di RT berapa?")
    return case


def _late() -> Case:
    return a_complaint(at="draft_answer", agencies=("dishub", "dplh"), received=utc_now() - timedelta(days=40))


def pages(app: Flask, rows: tuple[Parts, dict[str, list[int]]], locale: str) -> Iterator[Page]:
    """Every page of every visitor in this language, those with faults too; in the second one once, for its first."""
    parts, cases = rows
    seen: set[str] = set()
    for visitor in VISITORS:
        client = _speaking(app, visitor, locale)
        paths = [*_paths(visitor, parts), *_case_paths(cases[visitor]), "/tidak-ada", "/aduan/baru"]
        for path in (path for path in paths if locale == "id" or path not in seen):
            for page in _shown(visitor, path, client.get(path)):
                seen.add(path)
                yield page
        for path, form in [*_sent(visitor), *_tried(cases[visitor][:1])]:
            yield from _shown(visitor, f"POST {path}", client.post(path, data=form, follow_redirects=True))
    yield from _pages_of_reporters(app, locale)


def _pages_of_reporters(app: Flask, locale: str) -> Iterator[Page]:
    """The public page of cases in several states, refused and asked about, and of a proof that has ended."""
    with app.app_context():
        cases = [a_complaint(at=at) for at in ("register", "draft_answer", "answered")] + [_asked(), _late()]
        known = [{"number": case.complaint.number, "code": case.code} for case in cases]
    act = {"expected_version": "0", "token": "x" * 16}
    forms = [{**act, "action": "note", "text": "Uji."}, {**act, "action": "withdraw", "reason": "Uji."}]
    forms += [{**act, "action": "rate", "score": "9"}, {**act, "action": "note", "text": " "}]
    for pair in known:
        client = _speaking(app, "anonymous", locale)
        for path, form in [("/lacak", pair), *(("/lacak/kasus/tindakan", form) for form in forms)]:
            name = f"POST {path} {pair['number']}"
            yield from _shown("reporter", name, client.post(path, data=form, follow_redirects=True))
    late = _speaking(app, "anonymous", locale).post("/lacak/kasus/tindakan", data=forms[0])
    yield from _shown("reporter", "POST /lacak/kasus/tindakan", late)


def _speaking(app: Flask, visitor: str, locale: str) -> FlaskClient:
    client = app.test_client() if visitor == "anonymous" else client_of(app, ACCOUNTS[visitor])
    with client.session_transaction() as session:
        session["locale"] = locale
    return client


def _paths(visitor: str, parts: Parts) -> list[str]:
    rules = set()
    for name, kind in ENDPOINTS.items():
        if visitor in kind.opens_to and (name != "reading reference data" or visitor in READS_FOR_ALL):
            rules |= {line.strip().removeprefix("GET ") for line in kind.routes.split("\n") if "GET /" in line}
    return [
        address(rule, parts) for rule in sorted(rules) if not rule.startswith(NO_PAGES) and not rule.endswith(FILES)
    ]


def _case_paths(numbers: list[int]) -> list[str]:
    return [f"/aduan/{number}" for number in numbers] + [f"/aduan/{number}/batas" for number in numbers[-1:]]


def _sent(visitor: str) -> list[tuple[str, dict[str, str]]]:
    return [(path, form) for sender, path, form in SENT if sender == visitor]


def _tried(numbers: list[int]) -> list[tuple[str, dict[str, str]]]:
    """Acts that change nothing: one on a state that has passed, one with nothing filled in, one that is asked about."""
    stale = {"action": "note", "text": "Contoh catatan petugas.", "expected_version": "0", "token": "x" * 16}
    empty, asked = {**stale, "text": ""}, {**stale, "action": "archive", "reason": "spam", "note": "Uji.", "ask": "1"}
    forms = (stale, empty, asked)
    return [(f"/aduan/{number}/tindakan", form) for number in numbers for form in forms]


def _shown(visitor: str, path: str, answer: Any) -> Iterator[Page]:
    if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303):
        yield Page(visitor, path, answer.text)


@dataclass
class _Open:
    tag: str
    lang: str


class Reader(HTMLParser):
    """Collects what a page says, and in which language each part says that it is; also its classes and times."""

    SILENT = ("script", "style")
    VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
    SPOKEN = ("title", "aria-label", "placeholder", "alt", "label", "data-label", "data-tanya", "data-ya", "data-sibuk")
    TABLES = ("data-teks", "data-op")
    EFFECTS = ("data-arahan", "data-cepat", "data-admin", "data-tetap")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[Spoken] = []
        self.classes: set[str] = set()
        self.page_lang = ""
        self._open: list[_Open] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        lang = given.get("lang") or (self._open[-1].lang if self._open else "")
        if tag == "html":
            self.page_lang = lang
        self.classes |= set(given.get("class", "").split())
        for name, value in given.items():
            self._attribute(name, value, lang)
        if tag not in self.VOID:
            self._open.append(_Open(tag, lang))

    def _attribute(self, name: str, value: str, lang: str) -> None:
        if name in self.SPOKEN or name in self.EFFECTS:
            self._say(value, lang)
        elif name in self.TABLES:
            table = json.loads(value)
            for text in [table[key] for key in table if key != "zona"] if isinstance(table, dict) else table:
                self._say(str(text), lang)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag not in self.SILENT:
            self._say(data, self._open[-1].lang)

    def _say(self, text: str, lang: str) -> None:
        words = " ".join(text.split())
        if words:
            self.said.append(Spoken(words, lang))
