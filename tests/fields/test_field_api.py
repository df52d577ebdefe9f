"""Fields over the API: drafts that change nothing, activation, values of cases, and where they appear."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, JournalEntry, PersonalValue
from tests.factories import a_report
from tests.fields.field_bodies import API, POLE, WITNESS, activate

Bearer = Callable[[str], dict[str, str]]
Headers = dict[str, str]


@pytest.fixture
def admin(bearer: Bearer) -> Headers:
    return bearer("administrator")


@pytest.fixture
def clerk(bearer: Bearer) -> Headers:
    return bearer("admin.aduan")


def receive(client: FlaskClient, clerk: Headers, fields: dict[str, Any], **report: Any) -> Any:
    return client.post("/api/v1/complaint/", json=a_report(fields=fields, **report), headers=clerk)


def act(client: FlaskClient, who: Headers, case: dict[str, Any], action: str, **params: Any) -> Any:
    body = {"action": action, "params": params, "expected_version": case["version"]}
    return client.post(f"/api/v1/complaint/{case['id']}/actions", json=body, headers=who)


def errors(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.text
    return sorted(error["field"] for error in answer.get_json()["errors"])


def test_a_draft_changes_nothing_until_it_is_activated(client: FlaskClient, admin: Headers, clerk: Headers) -> None:
    made = client.post(API, json=POLE, headers=admin)
    assert made.status_code == 201, made.text
    assert errors(receive(client, clerk, {"nomor_tiang": "PR123"})) == ["fields.nomor_tiang"]
    checked = client.post(f"{API}{made.get_json()['id']}/check", headers=admin).get_json()["result"]
    assert checked == {"faults": [], "affects": 0}
    done = client.post(f"{API}{made.get_json()['id']}/activate", json={"reason": "SK contoh"}, headers=admin)
    assert done.status_code == 200
    case = receive(client, clerk, {"nomor_tiang": "PR123"})
    assert case.status_code == 201, case.text
    assert case.get_json()["result"]["fields"] == {"nomor_tiang": "PR123"}


def test_a_value_is_validated_recorded_filtered_sorted_and_replayed(
    app: Flask, client: FlaskClient, admin: Headers, clerk: Headers
) -> None:
    field = activate(client, admin, POLE)
    assert errors(receive(client, clerk, {"nomor_tiang": "kecil"})) == ["fields.nomor_tiang"]
    numbers = [
        receive(client, clerk, {"nomor_tiang": pole}).get_json()["result"]["number"] for pole in ("PR222", "PR111")
    ]
    found = client.get("/api/v1/complaint/?field.nomor_tiang=PR111", headers=clerk).get_json()
    assert ([row["number"] for row in found["result"]], found["count"]) == ([numbers[1]], 1)
    for order, first in (("field.nomor_tiang", numbers[1]), ("-field.nomor_tiang", numbers[0])):
        listed = client.get(f"/api/v1/complaint/?sort={order}", headers=clerk).get_json()["result"]
        assert listed[0]["number"] == first
    with app.app_context():
        received = select(ComplaintEvent.data).where(ComplaintEvent.kind == "received").order_by(ComplaintEvent.id)
        data = db.session.scalars(received).first()
        assert (data["values"], data["definitions"]) == ({"nomor_tiang": "PR222"}, {"nomor_tiang": field})
        assert audit_all() == []


def test_a_required_field_is_asked_for_at_its_moment_and_only_for_its_category(
    client: FlaskClient, admin: Headers, clerk: Headers
) -> None:
    activate(client, admin, POLE, moments=["register"], required=True, categories=["pemadaman_listrik"])
    other = receive(client, clerk, {}).get_json()["result"]
    assert act(client, clerk, other, "register").status_code == 200
    case = receive(client, clerk, {}, category="pemadaman_listrik").get_json()["result"]
    assert errors(act(client, clerk, case, "register")) == ["fields.nomor_tiang"]
    done = act(client, clerk, case, "register", fields={"nomor_tiang": "PR123"})
    assert done.status_code == 200, done.text
    assert done.get_json()["result"]["fields"] == {"nomor_tiang": "PR123"}
    assert done.get_json()["result"]["events"][0]["data"]["values"] == {"nomor_tiang": "PR123"}


def test_a_correction_changes_and_removes_a_value(
    app: Flask, client: FlaskClient, admin: Headers, clerk: Headers
) -> None:
    activate(client, admin, POLE)
    case = receive(client, clerk, {"nomor_tiang": "PR123"}).get_json()["result"]
    done = act(client, clerk, case, "correct", fields={"nomor_tiang": "PR999"}, reason="Salah baca")
    assert done.status_code == 200, done.text
    case = done.get_json()["result"]
    data = case["events"][0]["data"]
    assert (data["changed"], data["before"], data["after"]) == (
        ["fields.nomor_tiang"],
        {"fields.nomor_tiang": "PR123"},
        {"fields.nomor_tiang": "PR999"},
    )
    done = act(client, clerk, case, "correct", fields={"nomor_tiang": None}, reason="Bukan tiang")
    assert done.get_json()["result"]["fields"] == {}
    with app.app_context():
        assert audit_all() == []


def test_a_list_is_filtered_by_a_number_below_zero(client: FlaskClient, admin: Headers, clerk: Headers) -> None:
    activate(client, admin, {**POLE, "type": "integer", "pattern": ""})
    numbers = [receive(client, clerk, {"nomor_tiang": n}).get_json()["result"]["number"] for n in (-7, 7)]
    for value, found in (("-7", numbers[:1]), ("7", numbers[1:]), ("0", [])):
        listed = client.get(f"/api/v1/complaint/?field.nomor_tiang={value}", headers=clerk).get_json()["result"]
        assert [row["number"] for row in listed] == found
    assert client.get("/api/v1/complaint/?field.nomor_tiang=-0", headers=clerk).status_code == 400
    assert client.get("/api/v1/complaint/?page=-1", headers=clerk).status_code == 400


def test_only_those_to_whom_a_field_is_visible_see_filter_and_sort_it(
    client: FlaskClient, admin: Headers, clerk: Headers, bearer: Bearer
) -> None:
    activate(client, admin, POLE, visible_to=["office"])
    case = receive(client, clerk, {"nomor_tiang": "PR123"}).get_json()["result"]
    for who, action, params in (
        ("admin.aduan", "register", {}),
        ("kasi", "approve_check", {}),
        ("kabid", "report", {}),
        (
            "kadis",
            "direct",
            {
                "agencies": ["dishub"],
                "lead": "dishub",
                "instruction": "Tinjau",
                "urgency": "normal",
                "field_visit": False,
                "route": "fast",
            },
        ),
    ):
        done = act(client, bearer(who), case, action, **params)
        assert done.status_code == 200, done.text
        case = done.get_json()["result"]
    agency = bearer("admin.dishub")
    seen = client.get(f"/api/v1/complaint/{case['id']}", headers=agency).get_json()["result"]
    assert seen["fields"] == {}
    timeline = client.get(f"/api/v1/complaint/{case['id']}/timeline", headers=agency)
    assert "PR123" not in timeline.text
    for query in ("field.nomor_tiang=PR123", "sort=field.nomor_tiang"):
        assert client.get(f"/api/v1/complaint/?{query}", headers=agency).status_code == 400
        assert client.get(f"/api/v1/complaint/?{query}", headers=clerk).status_code == 200


def test_a_personal_value_is_encrypted_and_absent_everywhere_else(
    app: Flask, client: FlaskClient, admin: Headers, clerk: Headers
) -> None:
    activate(client, admin, WITNESS)
    made = receive(client, clerk, {"nik_kedua": "6311012304870001"})
    assert made.status_code == 201, made.text
    case = made.get_json()["result"]
    timeline = client.get(f"/api/v1/complaint/{case['id']}/timeline", headers=clerk)
    for answer in (made, timeline, client.get(f"/api/v1/complaint/{case['id']}", headers=clerk)):
        assert "6311012304870001" not in answer.text
    assert case["fields"] == {}
    assert client.get("/api/v1/complaint/?field.nik_kedua=6311012304870001", headers=clerk).status_code == 400
    with app.app_context():
        row = db.session.scalars(select(PersonalValue)).one()
        assert row.value == "6311012304870001"
        stored = db.session.execute(text("SELECT value FROM personal_value")).scalar_one()
        assert "6311012304870001" not in stored
        data = db.session.scalars(select(ComplaintEvent.data)).first()
        assert list(data["personal"]) == ["nik_kedua"]
        assert db.session.get(Complaint, case["id"]).field_values == {}


def test_an_anonymous_report_stores_no_personal_value(client: FlaskClient, admin: Headers, clerk: Headers) -> None:
    activate(client, admin, WITNESS)
    given = receive(client, clerk, {"nik_kedua": "6311012304870001"}, confidentiality="anonymous")
    assert errors(given) == ["fields.nik_kedua"]


def test_a_new_version_replaces_the_old_and_ended_values_stay(
    app: Flask, client: FlaskClient, admin: Headers, clerk: Headers
) -> None:
    first = activate(client, admin, POLE)
    case = receive(client, clerk, {"nomor_tiang": "PR123"}).get_json()["result"]
    second = activate(client, admin, POLE, pattern="", label={"id": "Nomor tiang"})
    assert client.get(f"{API}?code=nomor_tiang&state=active", headers=admin).get_json()["result"][0]["id"] == second
    assert client.get(f"{API}{first}", headers=admin).get_json()["result"]["active_until"] is not None
    assert receive(client, clerk, {"nomor_tiang": "apa saja"}).status_code == 201
    shown = client.get(f"{API}{second}", headers=admin)
    body = {name: value for name, value in shown.get_json()["result"].items() if name != "id"}
    body["active_until"] = "2026-11-24T08:00:00+08:00"
    ended = client.put(f"{API}{second}", json=body, headers={**admin, "If-Match": shown.headers["ETag"]})
    assert ended.status_code == 200, ended.text
    assert errors(receive(client, clerk, {"nomor_tiang": "PR1"})) == ["fields.nomor_tiang"]
    seen = client.get(f"/api/v1/complaint/{case['id']}", headers=clerk).get_json()["result"]
    assert seen["fields"] == {"nomor_tiang": "PR123"}
    with app.app_context():
        assert audit_all() == []


def test_an_active_field_changes_only_its_words_and_order(client: FlaskClient, admin: Headers) -> None:
    key = activate(client, admin, POLE)
    shown = client.get(f"{API}{key}", headers=admin)
    body = {name: value for name, value in shown.get_json()["result"].items() if name != "id"}
    tag = {**admin, "If-Match": shown.headers["ETag"]}
    assert errors(client.put(f"{API}{key}", json={**body, "type": "phone", "pattern": ""}, headers=tag)) == [
        "pattern",
        "type",
    ]
    changed = client.put(f"{API}{key}", json={**body, "label": {"id": "Tiang"}, "order": 5}, headers=tag)
    assert changed.get_json()["result"]["label"] == {"id": "Tiang", "en": ""}
    stale = client.put(f"{API}{key}", json=body, headers=tag)
    assert stale.status_code == 412
    gone = client.delete(f"{API}{key}", headers={**admin, "If-Match": changed.headers["ETag"]})
    assert gone.status_code == 409


@pytest.mark.parametrize("username", ["admin.aduan", "kadis", "pengawas", "kepala.dishub"])
def test_only_administrators_make_fields(client: FlaskClient, admin: Headers, bearer: Bearer, username: str) -> None:
    key, other = activate(client, admin, POLE), bearer(username)
    assert client.get(API, headers=other).status_code == 200
    assert client.post(API, json=POLE, headers=other).status_code == 403
    assert client.put(f"{API}{key}", json=POLE, headers=other).status_code == 403
    for part in ("check", "activate"):
        assert client.post(f"{API}{key}/{part}", json={"reason": "x"}, headers=other).status_code == 403
    assert client.delete(f"{API}{key}", headers=other).status_code == 403


def test_the_openapi_document_describes_the_fields_as_they_are_now(
    client: FlaskClient, admin: Headers, clerk: Headers
) -> None:
    def document() -> Any:
        return client.get("/api/v1/_openapi", headers=clerk).get_json()

    assert document()["components"]["schemas"]["Complaint"]["properties"]["fields"]["properties"] == {}
    activate(client, admin, POLE)
    parts = document()["components"]["schemas"]
    assert parts["Complaint"]["properties"]["fields"]["properties"] == {"nomor_tiang": {"title": "Nomor tiang listrik"}}
    names = {query["name"] for query in document()["paths"]["/api/v1/complaint/"]["get"]["parameters"]}
    assert {"field.nomor_tiang", "sort"} <= names


def test_the_journal_says_why_a_field_was_activated(app: Flask, client: FlaskClient, admin: Headers) -> None:
    activate(client, admin, POLE)
    with app.app_context():
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "definition_activated")).one()
        assert (entry.reason, entry.data["code"]) == ("Keputusan contoh", "nomor_tiang")


LONG = "x" * 100_001
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"code": "Nomor"}, "code"),
    ({"code": "1a"}, "code"),
    ({"code": ""}, "code"),
    ({"code": "x" * 61}, "code"),
    ({"code": LONG}, "code"),
    ({"code": 7}, "code"),
    ({"label": {"id": ""}}, "label.id"),
    ({"label": {"id": "  "}}, "label.id"),
    ({"label": {"id": "x" * 301}}, "label.id"),
    ({"label": {"id": LONG}}, "label.id"),
    ({"label": {"id": "a\x00b"}}, "label.id"),
    ({"label": {"en": "Pole"}}, "label.id"),
    ({"label": {"id": "Tiang", "nl": "Paal"}}, "label.nl"),
    ({"label": "Tiang"}, "label"),
    ({"hint": {"id": "x" * 1001}}, "hint.id"),
    ({"type": "colour"}, "type"),
    ({"type": None}, "type"),
    ({"moments": []}, "moments"),
    ({"moments": ["midnight"]}, "moments.0"),
    ({"moments": ["intake", "intake"]}, "moments"),
    ({"moments": "intake"}, "moments"),
    ({"visible_to": []}, "visible_to"),
    ({"visible_to": ["everybody"]}, "visible_to.0"),
    ({"classifications": ["joke"]}, "classifications.0"),
    ({"order": 0}, "order"),
    ({"order": 10_001}, "order"),
    ({"order": "first"}, "order"),
    ({"required": "yes"}, "required"),
    ({"personal": 1}, "personal"),
    ({"options": [{"code": "a", "label": "A"}]}, "options"),
    ({"type": "choice", "pattern": ""}, "options"),
    ({"type": "choice", "pattern": "", "options": [{"code": "A b", "label": "A"}]}, "options.0.code"),
    ({"type": "choice", "pattern": "", "options": [{"code": "a", "label": ""}]}, "options.0.label.id"),
    ({"type": "choice", "pattern": "", "options": [{"code": "a", "label": "A"}] * 2}, "options.1.code"),
    (
        {"type": "choice", "pattern": "", "options": [{"code": f"a{n}", "label": "A"} for n in range(500)]},
        "options",
    ),
    ({"type": "choice", "pattern": "", "options": [{"code": "a"}]}, "options.0.label"),
    ({"type": "choice", "pattern": "", "options": {"a": "A"}}, "options"),
    ({"pattern": "("}, "pattern"),
    ({"pattern": "[z-a]"}, "pattern"),
    ({"pattern": "x" * 201}, "pattern"),
    ({"pattern": "(a|a)+"}, "pattern"),
    ({"pattern": "(.*a){12}"}, "pattern"),
    ({"pattern": "(([a-z])+.)+[A-Z]([a-z])+"}, "pattern"),
    ({"type": "integer"}, "pattern"),
    ({"type": "date", "pattern": "", "bounds": {"least": 1}}, "bounds"),
    ({"bounds": {"least": 5, "most": 2}}, "bounds.most"),
    ({"bounds": {"most": 301}}, "bounds.most"),
    ({"type": "integer", "pattern": "", "bounds": {"least": 1.5}}, "bounds.least"),
    ({"bounds": {"length": 3}}, "bounds.length"),
    ({"personal": True}, "visible_to"),
    ({"personal": True, "visible_to": ["office", "public"]}, "visible_to"),
    ({"personal": True, "type": "date", "pattern": "", "visible_to": ["office"]}, "type"),
    ({"only_if": {"field": "other"}}, "only_if.is"),
    ({"only_if": "other"}, "only_if"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("change", "path"), WRONG, ids=lambda part: str(part)[:60])
def test_a_wrong_definition_is_refused_at_its_place_and_nothing_changes(
    client: FlaskClient, admin: Headers, change: dict[str, Any], path: str
) -> None:
    assert path in errors(client.post(API, json={**POLE, **change}, headers=admin))
    assert client.get(API, headers=admin).get_json()["result"] == []


BESIDE: list[tuple[dict[str, Any], str]] = [
    ({"categories": ["nowhere"]}, "categories.0"),
    ({"only_if": {"field": "nobody", "is": "x"}}, "only_if.field"),
    ({"only_if": {"field": "nomor_tiang", "is": "x"}}, "only_if.field"),
    ({"only_if": {"field": "warna", "is": "hijau"}}, "only_if.is"),
    ({"code": "warna"}, "type"),
    ({"code": "warna", "type": "choice", "pattern": "", "options": [{"code": "a", "label": "A"}]}, ""),
]


@pytest.mark.parametrize(("change", "path"), BESIDE, ids=lambda part: str(part)[:60])
def test_a_draft_that_contradicts_others_is_not_activated(
    client: FlaskClient, admin: Headers, clerk: Headers, change: dict[str, Any], path: str
) -> None:
    colour = {"code": "warna", "label": {"id": "Warna"}, "type": "choice", "moments": ["intake"]}
    activate(client, admin, colour, options=[{"code": "merah", "label": "Merah"}])
    assert receive(client, clerk, {"warna": "merah"}).status_code == 201
    key = client.post(API, json={**POLE, **change}, headers=admin).get_json()["id"]
    faults = client.post(f"{API}{key}/check", headers=admin).get_json()["result"]["faults"]
    assert [fault["path"] for fault in faults] == ([path] if path else [])
    done = client.post(f"{API}{key}/activate", json={"reason": "SK"}, headers=admin)
    assert done.status_code == (422 if path else 200)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "reason", ""),
        ({"reason": ""}, "reason", ""),
        ({"reason": 1}, "reason", ""),
        ({"reason": "a" * 1001}, "reason", "1000"),
        ({"reason": "SK", "decree": "b"}, "decree", ""),
    ],
    ids=["missing", "blank", "number", "too long", "unknown"],
)
def test_an_activation_needs_its_reason_and_nothing_else(
    client: FlaskClient, admin: Headers, body: dict[str, Any], field: str, message: str
) -> None:
    key = client.post(API, json=POLE, headers=admin).get_json()["id"]
    refused = client.post(f"{API}{key}/activate", json=body, headers=admin)
    assert errors(refused) == [field]
    assert message in refused.get_json()["errors"][0]["message"]
    assert client.get(f"{API}{key}", headers=admin).get_json()["result"]["active_from"] is None
