"""Where a field appears: a table by hand of outlets and audiences, tried both ways for every visibility.

An outlet that is not in the table is one that shows no field at all.
"""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.demo.accounts import demo_person, make_key
from app.models import SyncChange
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from app.webhooks.payload import body_of
from tests.audit.bundles import bundle_bytes
from tests.factories import Case, a_complaint
from tests.fields.field_bodies import activate
from tests.public.tracked_pages import CASE, reporter

Bearer = Callable[[str], dict[str, str]]
AsUser = Callable[[str], FlaskClient]
VALUE, LABEL = "RAHASIA-TIANG-77", "Kode isian uji"
FIELD: dict[str, Any] = {
    "code": "isian_uji",
    "label": {"id": LABEL},
    "type": "text",
    "moments": ["intake", "public_intake", "register", "dispose"],
}

SHOWS: dict[str, str] = {
    "complaint page of the office": "office",
    "complaint page of the agency": "agency",
    "REST for the office": "office",
    "REST for the agency": "agency",
    "SP4N": "office",
    "timeline of the office": "office",
    "timeline of the agency": "agency",
    "filter by the office": "office",
    "filter by the agency": "agency",
    "sort by the office": "office",
    "sort by the agency": "agency",
    "CSV of the office": "office",
    "CSV of the agency": "agency",
    "XLSX of the office": "office",
    "XLSX of the agency": "agency",
    "PDF of the agency": "agency",
    "evidence bundle": "office",
    "tracking page": "reporter",
    "Open311": "public",
    "Open311 in XML": "public",
}
"""Outlet to the audience of `visible_to` that it needs. A PDF takes seconds, so only one officer asks for it."""

NEVER = {
    "change feed": "it names report, version and kind of change; a reader fetches the report from SP4N's endpoint",
    "webhook": "as the feed: logs of receivers may be public",
    "Open311 service": "a definition has no values",
    "list of complaints": "it has no columns for fields yet",
    "inbox": "it shows steps, not contents",
}
"""Outlets that show no value of a field, whatever its visibility, with the reason."""

Probe = Callable[[], str]


@pytest.fixture
def admin(bearer: Bearer) -> dict[str, str]:
    return bearer("administrator")


def probes(app: Flask, client: FlaskClient, case: Case, as_user: AsUser, bearer: Bearer) -> dict[str, Probe]:
    """Outlet to a function that returns all its text."""
    key = {"Authorization": f"Bearer {make_key()}"}
    one = f"/api/v1/complaint/{case.id}"

    def rest(path: str, headers: dict[str, str]) -> Probe:
        return lambda: client.get(path, headers=headers).text

    def found(query: str, who: str) -> Probe:
        """The value itself as what is shown, if the query is accepted and finds the case."""

        def ask() -> str:
            answer = client.get(f"/api/v1/complaint/?{query}", headers=bearer(who))
            return VALUE if answer.status_code == 200 and case.complaint.number in answer.text else ""

        return ask

    def exported(who: str, ending: str) -> Probe:
        return lambda: export_of(who, ending)

    def webhooks() -> str:
        changes = db.session.scalars(select(SyncChange).where(SyncChange.complaint_id == case.id)).all()
        return "".join(body_of(change, guarded=False) for change in changes)

    return {
        "complaint page of the office": lambda: as_user("admin.aduan").get(f"/aduan/{case.id}").text,
        "complaint page of the agency": lambda: as_user("admin.dishub").get(f"/aduan/{case.id}").text,
        "REST for the office": rest(one, bearer("kasi")),
        "REST for the agency": rest(one, bearer("admin.dishub")),
        "timeline of the office": rest(f"{one}/timeline", bearer("kasi")),
        "timeline of the agency": rest(f"{one}/timeline", bearer("admin.dishub")),
        "filter by the office": found(f"field.isian_uji={VALUE}", "kasi"),
        "filter by the agency": found(f"field.isian_uji={VALUE}", "admin.dishub"),
        "sort by the office": found("sort=field.isian_uji", "kasi"),
        "sort by the agency": found("sort=field.isian_uji", "admin.dishub"),
        "CSV of the office": exported("kasi", "csv"),
        "CSV of the agency": exported("admin.dishub", "csv"),
        "XLSX of the office": exported("kasi", "xlsx"),
        "XLSX of the agency": exported("admin.dishub", "xlsx"),
        "PDF of the agency": exported("admin.dishub", "pdf"),
        "evidence bundle": lambda: bundle_bytes(case.id).decode("utf-8", "replace"),
        "tracking page": lambda: reporter(app, case).get(CASE).text,
        "Open311": lambda: client.get(f"/open311/v2/requests/{case.complaint.number}.json").text,
        "Open311 in XML": lambda: client.get("/open311/v2/requests.xml").text,
        "Open311 service": lambda: client.get("/open311/v2/services/jalan_berlubang.json").text,
        "SP4N": lambda: client.get("/api/v1/sp4n/reports/123456", headers=key).text,
        "webhook": webhooks,
        "change feed": lambda: client.get("/api/v1/sp4n/changes", headers=key).text,
        "list of complaints": lambda: as_user("kasi").get("/aduan/").text,
        "inbox": lambda: as_user("admin.dishub").get("/").text,
    }


def export_of(who: str, ending: str) -> str:
    """All text of an export file with the column of the field, whether the officer may choose it or not."""
    job = ask_report(demo_person(who), WantedReport(columns=("nomor", "field.isian_uji")), ending, utc_now())
    assert run_report(job.id) == "done"
    db.session.refresh(job)
    content = read_file(job.path or "")
    if ending == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        return " ".join(str(cell) for sheet in sheets for row in sheet.values for cell in row)
    if ending == "pdf":  # a narrow column breaks the value
        return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode()


def draft(client: FlaskClient, admin: dict[str, str], **more: Any) -> int:
    return client.post("/api/v1/field_definition/", json={**FIELD, **more}, headers=admin).status_code


def linked_case() -> Case:
    """A case that SP4N knows, whose field got its value by a correction."""
    case = a_complaint("agency_receive", agencies=("dishub",), fields={"isian_uji": "LAMA"})
    case.complaint.sp4n_tracking_id = "123456"
    db.session.commit()
    case.act("complaint_admin", "correct", reason="Salah baca", fields={"isian_uji": VALUE})
    return case


@pytest.mark.parametrize("personal", [False, True], ids=["plain", "personal"])
@pytest.mark.parametrize(
    "visible_to",
    [["office"], ["office", "agency"], ["office", "reporter"], ["office", "public"], ["office", "agency", "reporter"]],
    ids="+".join,
)
def test_a_value_appears_where_the_table_says_and_nowhere_else(
    app: Flask,
    client: FlaskClient,
    admin: dict[str, str],
    as_user: AsUser,
    bearer: Bearer,
    visible_to: list[str],
    personal: bool,
) -> None:
    if personal and {"agency", "public"} & set(visible_to):
        answer = client.post(
            "/api/v1/field_definition/", headers=admin, json={**FIELD, "personal": True, "visible_to": visible_to}
        )
        assert answer.status_code == 422
        return
    activate(client, admin, FIELD, visible_to=visible_to, personal=personal)
    with app.app_context():
        case = linked_case()
        seen = {name for name, probe in probes(app, client, case, as_user, bearer).items() if VALUE in probe()}
    wanted = {name for name, audience in SHOWS.items() if audience in visible_to}
    assert seen == (set() if personal else wanted)


def test_every_outlet_of_the_table_is_tried(app: Flask, client: FlaskClient, as_user: AsUser, bearer: Bearer) -> None:
    with app.app_context():
        assert set(probes(app, client, a_complaint(), as_user, bearer)) == {*SHOWS, *NEVER}


@pytest.mark.parametrize("personal", [False, True], ids=["plain", "personal"])
def test_a_corrected_field_is_a_row_of_the_feed_and_of_the_webhooks_without_its_value(
    app: Flask, client: FlaskClient, admin: dict[str, str], personal: bool
) -> None:
    activate(client, admin, FIELD, visible_to=["office"], personal=personal)
    with app.app_context():
        linked_case()
        feed = client.get("/api/v1/sp4n/changes", headers={"Authorization": f"Bearer {make_key()}"})
        assert [one["kind"] for one in feed.json["result"]["changes"]] == ["correct"]
        row = db.session.scalars(select(SyncChange)).one()
        told = body_of(row, guarded=False)
    assert '"kind":"correct"' in told
    assert "isian_uji" not in feed.text + told


ASKED = (
    *("intake form of an officer", "public form", "registration", "OpenAPI"),
    *("Open311 service", "Open311 service in XML", "CSV mapping"),
)


def mapping_page(officer: FlaskClient) -> str:
    """The page on which an officer says which column of a file holds what."""
    file = {"file": (io.BytesIO(b"nomor,judul,isi\n9165810,J,I\n"), "laporan.csv")}
    return officer.post("/sp4n/impor/", data=file, follow_redirects=True).text


@pytest.mark.parametrize("active", [False, True], ids=["draft", "active"])
def test_a_field_is_asked_for_once_it_is_active(
    app: Flask,
    client: FlaskClient,
    admin: dict[str, str],
    as_user: AsUser,
    bearer: Bearer,
    active: bool,
) -> None:
    if active:
        activate(client, admin, FIELD, visible_to=["office"])
    else:
        assert (
            client.post(
                "/api/v1/field_definition/", json={**FIELD, "visible_to": ["office"]}, headers=admin
            ).status_code
            == 201
        )
    with app.app_context():
        case = a_complaint()
        shown = {
            "intake form of an officer": as_user("admin.aduan").get("/aduan/baru").text,
            "public form": client.get("/lapor").text,
            "registration": as_user("admin.aduan").get(f"/aduan/{case.id}").text,
            "OpenAPI": client.get("/api/v1/_openapi", headers=bearer("kasi")).text,
            "Open311 service": client.get("/open311/v2/services/jalan_berlubang.json").text,
            "Open311 service in XML": client.get("/open311/v2/services/jalan_berlubang.xml").text,
            "CSV mapping": mapping_page(as_user("admin.aduan")),
        }
    assert [name for name in ASKED if LABEL in shown[name]] == ([*ASKED] if active else [])


def test_the_public_form_takes_a_field_and_shows_its_fault_beside_it(
    app: Flask, client: FlaskClient, admin: dict[str, str]
) -> None:
    activate(client, admin, FIELD, visible_to=["office", "reporter"], pattern="[A-Z0-9-]+")
    typed = filled_form(client)
    back = client.post("/lapor", data={**typed, "fields.isian_uji": "huruf kecil"})
    assert back.status_code == 422
    assert 'id="fields.isian_uji-galat"' in back.text
    assert 'value="huruf kecil"' in back.text
    done = client.post("/lapor", data={**typed, "fields.isian_uji": VALUE})
    assert done.status_code == 303, done.text


def filled_form(client: FlaskClient) -> dict[str, str]:
    """The public form with all that it needs, except the office's fields."""
    page = client.get("/lapor").text
    return {
        "form_token": page.partition('name="form_token" value="')[2].partition('"')[0],
        "title": "Lampu padam",
        "body": "Sudah tiga hari.",
        "confidentiality": "open",
        "reporter.name": "Aminah",
        "reporter.phone": "0812 0000 0007",
    }
