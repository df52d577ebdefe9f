"""Every page that the browser is to look at: who opens which address, and which forms are sent with faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import default_exceptions

from tests.access.endpoint_rows import Parts, a_guarded_case, address
from tests.access.test_endpoint_access import ENDPOINTS
from tests.factories import a_complaint
from tests.views.spoken_pages import FILES, SENT, VISITORS, make_rows

# No pages: files, answers for programs, what leads on to another page.
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
    "/kabar",
    "/ekspor/pekerjaan",
)
LEADS_ON = ("/delete/<pk>", "/action/<string:name>/<pk>", "/perubahan-kalender/", "/login/kode")
ERRORS = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503)
# The same page for many, and who looks at it for all of them: who may change things has the most on it.
LOOKED_AT_BY = {
    "reading reference data": {"administrator"},
    "one's own account": {"administrator"},
    "one's own notices": {"administrator"},
    "how the work goes, and what may be taken along": {"supervisor", "agency_head"},
    "where time is lost": {"supervisor"},
    "the data of a case, completed or corrected": {"complaint_admin"},
    "webhooks, read": {"administrator"},
    "the registers of the SOP": {"supervisor"},
    "an agency's letterhead and book of numbers": {"administrator", "agency_admin"},
    "the scan of a letter, by the agency that signed it": {"agency_admin"},
}
# Where a page is asked for in vain: who is signed in needs no login, the only working week is not deleted.
ELSEWHERE = {"/login/": "/", "/jam-kerja/confirm_delete/1": "/jam-kerja/list/"}
CHANGES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("administrator", "/hari-libur/add", {"day": "2027-03-01", "name": "Libur uji", "kind": "local"}),
)


@dataclass(frozen=True)
class Visit:
    """A page that a person opens, by a form if there is one."""

    visitor: str
    path: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def leads_to(self) -> str:
        path = urlsplit(self.path).path
        if path == "/lacak/kasus":
            # Whoever has proved nothing is asked for number and code.
            return "/lacak"
        if path.startswith("/sandi-baru/"):
            # A link that was never made: where a new one is asked for.
            return "/login/lupa"
        if path == "/penyiapan/":
            # The office is set up.
            return "/login/" if self.visitor == "anonymous" else "/"
        if path == "/lapor/selesai":
            return "/lacak"
        if path == "/lapor" and "title" in self.form:
            return "/lapor/selesai"
        return ELSEWHERE.get(path, path) if self.visitor != "anonymous" else path

    @property
    def page(self) -> str:
        """What is the same for whoever opens it."""
        return f"{'sends ' + ' '.join(self.form) + ' to ' if self.form else ''}{self.path}"

    @property
    def name(self) -> str:
        return f"{self.visitor} {'sends to ' if self.form else ''}{self.path}"


@dataclass(frozen=True)
class Rows:
    """What the addresses lead to."""

    parts: Parts
    cases: dict[str, list[int]]
    tracked: list[dict[str, str]]


def make_all_rows() -> Rows:
    """One row of each kind, a case at every step, and cases that have ended or wait in the two ways there are."""
    parts, cases = make_rows()
    for step in ("direct", "sign_answer"):
        cases["supervisor"].append(a_complaint(at=step, agencies=("dishub",)).id)
    cases["complaint_admin"] += [_archived(), _merged(), _withdrawn()]
    cases["agency_secretary"].append(_paused_at_agency())
    cases["complaint_admin"].append(a_guarded_case())
    cases["office_head"] += [_sent_back_to_direct(), a_complaint(at="dispose_answer", agencies=("dishub", "dplh")).id]
    return Rows(parts, cases, [_pair(at) for at in ("draft_answer", "answered")])


def _pair(at: str) -> dict[str, str]:
    """What a reporter types to see a case."""
    case = a_complaint(at=at, agencies=("dishub",))
    return {"number": case.complaint.number, "code": case.code}


def _archived() -> int:
    case = a_complaint(title="Uji coba arsip")
    case.act("complaint_admin", "archive", reason="spam", note="Uji coba.")
    return case.id


def _merged() -> int:
    main = a_complaint(title="Jembatan gantung putus")
    case = a_complaint(title="Jembatan gantung putus juga")
    case.act("complaint_admin", "merge", into=main.complaint.number)
    return case.id


def _withdrawn() -> int:
    case = a_complaint(title="Uji coba cabut")
    case.act("complaint_admin", "withdraw", reason="Sudah selesai.")
    return case.id


def _paused_at_agency() -> int:
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    case.act("agency_secretary", "request_information", "dishub", "dishub", question="Di RT berapa?")
    return case.id


def _sent_back_to_direct() -> int:
    case = a_complaint(at="agency_receive", agencies=("dishub", "dplh"))
    case.act("agency_admin", "decline", "dishub", "dishub", reason="not_our_authority", note="Bukan urusan kami.")
    return case.id


def pages_of(app: Flask, visitor: str, rows: Rows) -> Iterator[Visit]:
    """Every page of one visitor, those with faults too."""
    numbers = rows.cases[visitor]
    limits = [f"/aduan/{number}/batas" for number in numbers[:1]]
    for path in [*_addresses(app, visitor, rows.parts), *(f"/aduan/{number}" for number in numbers), *limits]:
        yield Visit(visitor, path)
    yield from (
        Visit(visitor, path, form or {"x": ""}) for sender, path, form in (*SENT, *CHANGES) if sender == visitor
    )
    yield from _tried(visitor, numbers)
    if visitor == "anonymous":
        yield from (Visit(visitor, "/lacak", pair) for pair in rows.tracked)


def _addresses(app: Flask, visitor: str, parts: Parts) -> list[str]:
    kinds = {door: name for name, kind in ENDPOINTS.items() for door in map(str.strip, kind.routes.split("\n"))}
    found = []
    for rule in sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())):
        name = kinds[f"GET {rule}"]
        looks = visitor in LOOKED_AT_BY.get(name, ENDPOINTS[name].opens_to)
        if visitor in ENDPOINTS[name].opens_to and is_page(rule) and looks:
            found.append(address(rule, parts))
    return found


def is_page(rule: str) -> bool:
    """Whether an address is one that a person looks at."""
    return not rule.startswith(NO_PAGES) and not rule.endswith((*FILES, *LEADS_ON))


def _tried(visitor: str, numbers: list[int]) -> Iterator[Visit]:
    """Acts that change nothing: on a state that has passed, with nothing filled in, and one that is asked about."""
    stale = {"action": "note", "text": "Contoh catatan petugas.", "expected_version": "0", "token": "x" * 16}
    for number in numbers[:1]:
        for form in (stale, {**stale, "text": ""}):
            yield Visit(visitor, f"/aduan/{number}/tindakan", form)
        if visitor == "complaint_admin":
            asked = {**stale, "action": "archive", "reason": "spam", "note": "Uji.", "ask": "1"}
            yield Visit(visitor, f"/aduan/{number}/tindakan", asked)


def error_page_of(app: Flask, code: int) -> str:
    """The page of an error that cannot be brought about from outside, for a stranger."""
    with app.test_request_context("/aduan/12"):
        return str(app.make_response(app.handle_user_exception(default_exceptions[code]())).get_data(as_text=True))


__all__ = ["ERRORS", "VISITORS", "Rows", "Visit", "error_page_of", "is_page", "make_all_rows", "pages_of"]
