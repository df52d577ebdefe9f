"""Where a field appears: a table by hand of outlets and audiences, tried both ways for every visibility.

An outlet that is not in the table is one that shows no field at all.
"""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.session_filter import as_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person, make_key
from app.fields.values import audience_of
from app.reporting.exports.columns import USUAL, field_columns, reading
from app.worklists.complaint_lists import ComplaintFilter
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
    "export by the office": "office",
    "export by the agency": "agency",
    "tracking page": "reporter",
}
"""Outlet to the audience of `visible_to` that it needs."""

NEVER = ("Open311", "change feed", "list of complaints", "inbox")
"""Outlets that show no field of the office yet, whatever its visibility."""

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

    def exported(who: str) -> Probe:
        return lambda: export_of(who)

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
        "export by the office": exported("kasi"),
        "export by the agency": exported("admin.dishub"),
        "tracking page": lambda: reporter(app, case).get(CASE).text,
        "Open311": lambda: client.get(f"/open311/v2/requests/{case.complaint.number}.json").text,
        "SP4N": lambda: client.get("/api/v1/sp4n/reports/123456", headers=key).text,
        "change feed": lambda: client.get("/api/v1/sp4n/changes", headers=key).text,
        "list of complaints": lambda: as_user("kasi").get("/aduan/").text,
        "inbox": lambda: as_user("admin.dishub").get("/").text,
    }


def export_of(who: str) -> str:
    """The rows of an export with every column that the officer may choose."""
    person = demo_person(who)
    columns = (*USUAL, *field_columns(audience_of(person)))
    with as_person(person), reading(person, ComplaintFilter(), columns, utc_now()) as (_total, rows):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue()


def draft(client: FlaskClient, admin: dict[str, str], **more: Any) -> int:
    return client.post("/api/v1/field_definition/", json={**FIELD, **more}, headers=admin).status_code


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
        case = a_complaint("agency_receive", agencies=("dishub",), fields={"isian_uji": VALUE})
        case.complaint.sp4n_tracking_id = "123456"
        db.session.commit()
        seen = {name for name, probe in probes(app, client, case, as_user, bearer).items() if VALUE in probe()}
    wanted = {name for name, audience in SHOWS.items() if audience in visible_to}
    assert seen == (set() if personal else wanted)


def test_every_outlet_of_the_table_is_tried(app: Flask, client: FlaskClient, as_user: AsUser, bearer: Bearer) -> None:
    with app.app_context():
        assert set(probes(app, client, a_complaint(), as_user, bearer)) == {*SHOWS, *NEVER}


ASKED = ("intake form of an officer", "public form", "registration", "OpenAPI")


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
        }
    assert [name for name in ASKED if LABEL in shown[name]] == ([*ASKED] if active else [])


def test_the_public_form_takes_a_field_and_shows_its_fault_beside_it(
    app: Flask, client: FlaskClient, admin: dict[str, str]
) -> None:
    activate(client, admin, FIELD, visible_to=["office", "reporter"], pattern="[A-Z0-9-]+")
    page = client.get("/lapor").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    typed = {
        "form_token": token,
        "title": "Lampu padam",
        "body": "Sudah tiga hari.",
        "confidentiality": "open",
        "reporter.name": "Aminah",
        "reporter.phone": "0812 0000 0007",
    }
    back = client.post("/lapor", data={**typed, "fields.isian_uji": "huruf kecil"})
    assert back.status_code == 422
    assert 'id="fields.isian_uji-galat"' in back.text
    assert 'value="huruf kecil"' in back.text
    done = client.post("/lapor", data={**typed, "fields.isian_uji": VALUE})
    assert done.status_code == 303, done.text
