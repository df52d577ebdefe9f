"""Free text of every table, written with markup, stays text on every page, paper, mail, feed and export."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.delivery.message_texts import compose
from app.demo.accounts import demo_person
from app.models import Delivery, Paper, PaperKind
from app.papers.kinds import html_of
from app.reporting.exports import pdf_table
from app.reporting.exports.columns import COLUMNS
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from tests.access.endpoint_rows import address
from tests.access.test_endpoint_access import ACCOUNTS, ENDPOINTS
from tests.conftest import client_of
from tests.papers.every_paper import LATER, Contents, contents
from tests.papers.test_layouts import FIRST
from tests.scenes import Scene, Scenes
from tests.story.pages_to_see import VISITORS, Rows, Visit, make_all_rows, pages_of
from tests.web.free_text_columns import FREE_TEXT, NO_FREE_TEXT, SHOWN
from tests.web.marked_rows import SEEN, make_more_rows, mark_every_text, marked_document, more_visits
from tests.web.read_outputs import READERS, Output
from tests.worker_database import WorkerDatabase
from views.public.open_data import DATASETS
from workflow_rules.process.actors import Person

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
]

# Pages tell of these what they answered last; nothing is sent to them.
OTHER_SERVERS = {"SMTP_URL": "smtp://127.0.0.1:9", "GATEWAY_URL": "json://127.0.0.1:9", "SP4N_PEER": {"name": "SP4N"}}
EXPORTS = (".<ending>", ".csv", ".ics", ".xlsx", "/berkas")
TEXT_COLUMNS = """
    SELECT table_name || '.' || column_name FROM information_schema.columns JOIN information_schema.tables
    USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    AND (data_type IN ('text', 'character varying', 'character', 'json', 'jsonb') OR udt_name IN ('_text', '_varchar'))
"""


@dataclass(frozen=True)
class Office:
    """What the tests need of an office whose every text is a marker."""

    columns: set[str]
    marked: Counter[str]
    outputs: list[Output]


@pytest.fixture(scope="module")
def office(session_app: Flask, worker_database: WorkerDatabase, scenes: Scenes) -> Iterator[Office]:
    """Every kind of row with marked texts, and all that the program puts out of it; made once."""
    worker_database.put_back(session_app)
    with session_app.app_context():
        redis_client().flushdb()
    try:
        yield fill(session_app, deepcopy(scenes.show(session_app, make_all_rows)))
    finally:
        with session_app.app_context():
            db.session.remove()
            db.engine.dispose()


def fill(app: Flask, rows: Rows) -> Office:
    with app.app_context():
        make_more_rows(rows)
        reader = demo_person("admin.dishub")
    clients = {name: client_of(app, ACCOUNTS[name]) if name in ACCOUNTS else app.test_client() for name in VISITORS}
    with app.app_context():
        columns = set(db.session.scalars(text(TEXT_COLUMNS)))
        marked = mark_every_text()
        inside = [*mails(), *papers(), *reports(reader, rows)]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in OTHER_SERVERS.items():
            patch.setitem(app.config, name, value)
        outside = [*pages(app, clients, rows), *exports(app, clients, rows)]
    return Office(columns, marked, inside + [output for output in outside if output.kind in READERS])


def mails() -> Iterator[Output]:
    """Every message that waits or was sent, as it would be written now."""
    for message in db.session.scalars(select(Delivery)):
        mail = compose(message)
        yield Output(f"mail {message.id}", "text/plain", f"{mail.subject}\n{mail.body}".encode())
        if mail.html:
            yield Output(f"mail {message.id} as HTML", "text/html", mail.html.encode())


def papers() -> Iterator[Output]:
    for paper in db.session.scalars(select(Paper)):
        yield Output(f"paper {paper.key}", "text/html", html_of(PaperKind(paper.kind), paper.frozen).encode())


def reports(reader: Person, rows: Rows) -> Iterator[Output]:
    """A report of every column, made as CSV, which `exports` fetches, and as the page of a PDF."""
    pages: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf_table, "render_in_subprocess", lambda page, *_, **__: pages.append(page) or b"%PDF-1.7")
        for columns in (COLUMNS[:10], COLUMNS[10:]):
            run_report(ask_report(reader, WantedReport(columns), "pdf", utc_now()).id)
    job = ask_report(reader, WantedReport(COLUMNS), "csv", utc_now())
    assert run_report(job.id) == "done"
    rows.parts["int:job_id"] = str(job.id)
    assert len(pages) == 2
    yield from (Output("report as PDF", "text/html", page.encode()) for page in pages)


def pages(app: Flask, clients: dict[str, FlaskClient], rows: Rows) -> Iterator[Output]:
    """Every page, for the first visitor who may see it; the start page for each."""
    seen: set[str] = set()
    for visitor in VISITORS:
        for visit in (*pages_of(app, visitor, rows), *more_visits(visitor, rows)):
            page = f"{visit.page} {sorted(visit.form.values())}"
            if page not in seen or visit.path == "/":
                seen.add(page)
                yield shown(clients[visitor], visit)


def shown(client: FlaskClient, visit: Visit) -> Output:
    form = {"data": dict(visit.form)} if visit.form else {}
    with client.open(visit.path, method="POST" if form else "GET", follow_redirects=True, **form) as answer:
        assert answer.status_code < 500 if form else answer.status_code == 200, f"{visit.name}: {answer.status_code}"
        return Output(visit.name, answer.mimetype, answer.data)


def exports(app: Flask, clients: dict[str, FlaskClient], rows: Rows) -> Iterator[Output]:
    """Every file that is made of rows, for the first visitor who may fetch it. JSON is not read as a page."""
    opens_to = {line.strip(): kind.opens_to for kind in ENDPOINTS.values() for line in kind.routes.split("\n")}
    for rule in sorted({rule.rule for rule in app.url_map.iter_rules() if rule.rule.endswith(EXPORTS)}):
        visitor = next((name for name in VISITORS if name in opens_to.get(f"GET {rule}", ())), None)
        ending = "csv" if "<table>" in rule else "xml"
        for table in DATASETS if "<table>" in rule else ("",):
            if visitor:
                path = address(rule, rows.parts | {"ending": ending, "table": table})
                yield shown(clients[visitor], Visit(visitor, path))


def listed(table: dict[str, str]) -> list[str]:
    """The columns of a table of the hand-written lists."""
    return [f"{name}.{column}" for name, columns in table.items() for column in columns.split()]


def test_every_text_column_is_free_text_or_has_a_reason(office: Office) -> None:
    reasons = [column for columns in NO_FREE_TEXT.values() for column in columns.split()]
    assert sorted([*listed(FREE_TEXT), *reasons]) == sorted(office.columns)


def test_every_free_text_holds_markup_somewhere(office: Office) -> None:
    held = {".".join(name.split(".")[:2]) for name, count in office.marked.items() if count}
    assert set(listed(FREE_TEXT)) - held == set()


def test_free_text_is_text_wherever_it_is_put_out(office: Office) -> None:
    assert {output.kind for output in office.outputs} >= READERS.keys() - {"application/xml"}
    wrong = [f"{output.name}: {output.read[0]}" for output in office.outputs if output.read[0]]
    assert not wrong, "\n".join(wrong)


def test_pages_show_the_text_that_they_are_for(office: Office) -> None:
    shown = {name.lower() for output in office.outputs for name in SEEN.findall(output.read[1])}
    assert set(SHOWN.split()) - shown == set()


@pytest.fixture
def every_paper(scene: Scene[Contents], freeze: Any, context: Flask) -> Contents:
    freeze(LATER.strftime("%Y-%m-%d %H:%M"))
    return scene(contents)


def test_free_text_is_text_on_every_paper(every_paper: Contents) -> None:
    marked: Counter[str] = Counter()
    earlier = {f"{name}, first layout": (PaperKind(one["kind"]), one["frozen"]) for name, one in FIRST.items()}
    for name, (kind, frozen) in (every_paper | earlier).items():
        page = html_of(kind, marked_document(frozen, "paper.frozen", marked))
        wrong, words = Output(name, "text/html", page.encode()).read
        assert not wrong, name
        assert "paper.frozen.name" in words.lower(), name
