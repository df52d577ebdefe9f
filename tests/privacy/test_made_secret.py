"""A report that is made secret or anonymous later: from that moment nothing of its reporter comes out anywhere."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.extensions import db
from app.core.storage import read_file
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from app.sp4n.inbound.apply_revision import apply_report
from tests.factories import Case, demo_person, move_on
from tests.sp4n.reports import a_linked_case, a_revision

SignIn = Callable[[str], FlaskClient]
CANARY = "KENARI"
TOLD = {"name": "KENARINAMA Aminah", "address": "KENARI Jl. Contoh 7", "phone": "0800-4444-7777"}
BODY = "Saya KENARIWARGA, rumah saya di depan lubang itu."


@pytest.fixture
def case(context: Flask) -> Case:
    """A case with an agency, told of to its officers while it was open."""
    found = a_linked_case(reporter=TOLD, body=BODY)
    move_on(found, at="draft_answer")
    return found


def make(asked: str) -> None:
    apply_report("9165816", a_revision(2, confidentiality=asked, reporter=TOLD, body="Lubang dalam."))


def seen_by(client: FlaskClient, case: Case, headers: dict[str, str]) -> str:
    """All that an officer gets to see of the case."""
    pages = ("/", "/aduan/", f"/aduan/{case.id}", "/pemberitahuan/", "/aduan/?q=KENARINAMA", "/aduan/?q=KENARIWARGA")
    answers = [client.get(path) for path in pages]
    answers += [client.get(f"/api/v1/complaint/{case.id}{end}", headers=headers) for end in ("", "/timeline")]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.text for answer in answers).replace("?q=KENARI", "").replace('value="KENARI', "")


def without_the_search(page: str) -> str:
    """What was typed into the search comes back in its field and in the tag beside it: that is the reader's own."""
    for word in ("KENARINAMA", "KENARIWARGA"):
        page = page.replace(f"{word}”", "").replace(f'{word}"', "").replace(f"{word}<", "<").replace(f"q={word}", "")
    return page


@pytest.mark.parametrize("asked", ["secret", "anonymous"])
def test_its_agency_reads_neither_the_reporter_nor_the_old_words(
    case: Case, as_user: SignIn, bearer: Callable[[str], dict[str, str]], asked: str
) -> None:
    client, headers = as_user("sekretaris.dishub"), bearer("sekretaris.dishub")
    assert "Saya KENARIWARGA" in seen_by(client, case, headers)
    make(asked)
    page = without_the_search(seen_by(client, case, headers))
    assert CANARY not in page
    assert "4444-7777" not in page
    assert "K. A" not in client.get(f"/aduan/{case.id}").text


def test_an_anonymous_reporter_is_in_no_table(case: Case) -> None:
    make("anonymous")
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    tables = db.session.scalars(text(f"{names} AND table_type = 'BASE TABLE'")).all()
    for table in tables:
        rows = str(db.session.execute(text(f'SELECT * FROM "{table}"')).all())  # noqa: S608  (names of our own tables)
        assert "KENARINAMA" not in rows, table
        assert "4444-7777" not in rows, table
    assert db.session.execute(text("SELECT count(*) FROM reporter")).scalar_one() == 0


def test_an_export_made_before_names_nobody(case: Case) -> None:
    job = ask_report(demo_person("admin.dishub"), WantedReport(), "csv", case.complaint.received_at)
    run_report(job.id)
    db.session.refresh(job)
    assert job.path is not None
    assert b"KENARINAMA" not in read_file(job.path)


def test_what_waits_in_the_outbox_names_nobody(case: Case) -> None:
    make("secret")
    for table in ("notice", "delivery", "sync_change", "inbound_hold", "idempotency_key"):
        assert CANARY not in str(db.session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608
