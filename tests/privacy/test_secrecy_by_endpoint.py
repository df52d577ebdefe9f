"""Doors × secrecy: through which door an agency, a program or the street learns anything of who reported.

An open reporter's initials are on the page of the case and nowhere else; of a secret one there is nothing at any door,
in no file and under no name of one.
"""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text

from app.casefile.case import load_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.demo.accounts import demo_person, make_key
from app.models import Letter, Paper
from app.papers.case_papers import ask_for_paper
from app.papers.papers import draw_paper
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from tests.audit.bundles import bundle_bytes, files_of
from tests.canaries import phone_canaries
from tests.factories import Case
from tests.sp4n.reports import a_linked_case

TOLD = {"name": "Qorina Zulkarnain", "phone": "0812-7777-4455", "email": "qorina@kenari.id", "address": "Gang Kenari 7"}
TOLD |= {"nik": "6311014502900001"}
CANARIES = ("Qorina", "Zulkarnain", "qorina@", "Gang Kenari", "6311014502900001", *phone_canaries(TOLD["phone"]))
INITIALS = "Q. Z••••"
AGENCY = {
    "the inbox": "/",
    "the list": "/aduan/",
    "the page of the case": "/aduan/{id}",
    "why a limit is what it is": "/aduan/{id}/batas",
    "a search for the name": "/aduan/?q=zulkarnain",
    "notices": "/pemberitahuan/",
    "the dashboard": "/dasbor/",
    "the case over REST": "/api/v1/complaint/{id}",
    "its timeline over REST": "/api/v1/complaint/{id}/timeline",
    "its deadlines over REST": "/api/v1/complaint/{id}/deadlines",
    "what may be done, over REST": "/api/v1/complaint/{id}/actions",
    "letters over REST": "/api/v1/letter/",
    "steps over REST": "/api/v1/step_task/",
    "the worklist over REST": "/api/v1/worklist/",
}
STREET = {
    "statistics": "/statistik",
    "open data": "/data-terbuka/data.json",
    "Open311": "/open311/v2/requests.json",
    "tracking": "/lacak",
    "the check of a letter": "/verifikasi/{code}",
}
PROGRAM = {
    "the change feed": "/api/v1/sp4n/changes",
    "the report in SP4N": "/api/v1/sp4n/reports/9165816",
    "the reconciliation": "/api/v1/sp4n/reconciliation",
}
BUNDLED = {"the bundle kejadian.jsonl", "the bundle linimasa.txt"}
TABLES = (
    "complaint_event",
    "delivery",
    "idempotency_key",
    "journal_entry",
    "notice",
    "paper",
    "report_job",
    "sync_change",
)
TABLES += ("complaint", "attachment", "letter", "register", "webhook_delivery")


def answered(secrecy: str) -> Case:
    case = a_linked_case(reporter=TOLD, confidentiality=secrecy)
    case.act("complaint_admin", "register")
    if secrecy != "open":
        case.act("complaint_admin", "confirm_anonymity")
    case.act("section_head", "approve_check")
    case.act("division_head", "report")
    direct = {"agencies": ["dishub"], "lead": "dishub", "instruction": "Tindak lanjuti.", "urgency": "normal"}
    case.act("office_head", "direct", **direct, field_visit=False, route="fast")
    case.act("agency_admin", "accept", "dishub")
    case.act("agency_head", "dispose", "dishub", instruction="Siapkan tanggapan.")
    case.act("agency_secretary", "submit_draft", "dishub", subject="Tanggapan", body="Sudah ditangani.")
    case.act("agency_head", "sign", "dishub")
    case.act("agency_admin", "send", "dishub")
    case.act("office_head", "dispose_answer", instruction="Jawab.")
    told = {"text": "Sudah ditangani.", "proof": "Ditelepon Qorina di 0812-7777-4455"}
    case.act("complaint_admin", "reply", **told)
    return case


def files_made(case: Case) -> dict[str, bytes]:
    """An export of the agency's, the papers of the case with what a PDF says of itself, and the office's bundle."""
    job = ask_report(demo_person("sekretaris.dishub"), WantedReport(), "csv", utc_now())
    run_report(job.id)
    db.session.refresh(job)
    found = {f"the export {job.path}": read_file(str(job.path))}
    shown = load_case(case.id, demo_person("kadis"), utc_now())
    ask_for_paper(shown, "receipt", case.id, utc_now())
    for paper in db.session.scalars(select(Paper).order_by(Paper.id)).all():
        draw_paper(paper.id)
        db.session.refresh(paper)
        reader = PdfReader(io.BytesIO(read_file(str(paper.path))))
        told = "".join(page.extract_text() for page in reader.pages) + str(dict(reader.metadata or {}))
        found[f"the paper {paper.kind} {paper.path}"] = told.encode()
    return found | {f"the bundle {name}": content for name, content in files_of(bundle_bytes(case.id)).items()}


@pytest.mark.parametrize("secrecy", ["open", "secret"])
def test_what_each_door_tells_of_who_reported(
    app: Flask, as_user: Callable[[str], FlaskClient], bearer: Callable[[str], dict[str, str]], secrecy: str
) -> None:
    with app.app_context():
        case = answered(secrecy)
        parts = {"id": case.id, "code": db.session.scalars(select(Letter.verification_code)).one()}
        files = files_made(case)
        tables = {name: str(db.session.execute(text(f"SELECT * FROM {name}")).all()) for name in TABLES}  # noqa: S608
        key = {"Authorization": f"Bearer {make_key()}"}
    told: dict[str, str] = {}
    for username in ("sekretaris.dishub", "kepala.dishub"):
        client, headers = as_user(username), bearer(username)
        told |= {f"{username}: {door}": said(client, path.format(**parts), headers) for door, path in AGENCY.items()}
    street = app.test_client()
    told |= {door: said(street, path.format(**parts), {}) for door, path in STREET.items()}
    told |= {door: said(street, path, key) for door, path in PROGRAM.items()}
    told |= {name: content.decode("utf-8", "replace") + name for name, content in files.items()}
    proof = {"table complaint_event"} | (BUNDLED if secrecy == "open" else set())
    open_pages = {f"{username}: the page of the case" for username in ("sekretaris.dishub", "kepala.dishub")}
    open_pages |= {f"{username}: its timeline over REST" for username in ("sekretaris.dishub", "kepala.dishub")}
    names = {door for door, page in (told | {f"table {k}": v for k, v in tables.items()}).items() if named(page)}
    assert names == proof | (open_pages if secrecy == "open" else set())
    initials = {door for door, page in told.items() if INITIALS in page}
    own = {f"{username}: the page of the case" for username in ("sekretaris.dishub", "kepala.dishub")}
    bundled = {"the bundle aduan.json"}
    assert initials == (own | bundled if secrecy == "open" else initials & bundled)


def named(page: str) -> bool:
    return any(canary in page.replace("q=zulkarnain", "") for canary in CANARIES)


def said(client: FlaskClient, path: str, headers: dict[str, Any]) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text + str(answer.headers)
