"""Complaints over REST: shapes, refusals as problem documents, repeats, versions (design 8.2, 8.3)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.extensions import db
from app.models import Complaint
from tests.factories import a_complaint, a_report

Headers = dict[str, str]
Bearer = Callable[[str], Headers]
KEYS = {
    *("id", "number", "sp4n_tracking_id", "title", "body", "classification", "category", "confidentiality", "channel"),
    *("location", "occurred_on", "status", "cycle", "route", "paused", "field_visit", "version", "sop_version"),
    *("received_at", "submitted_at", "open_steps", "agencies"),
}


@pytest.fixture
def admin(bearer: Bearer) -> Headers:
    return bearer("admin.aduan")


def create(client: FlaskClient, headers: Headers, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/complaint/", json=a_report(**more), headers=headers)
    assert answer.status_code == 201, answer.get_json()
    result: dict[str, Any] = answer.get_json()["result"]
    return result


def test_a_created_complaint_has_every_field_of_the_contract(client: FlaskClient, admin: Headers) -> None:
    made = create(client, admin, category="jalan_berlubang", occurred_on="2026-01-05")
    assert made.keys() >= KEYS
    assert (made["status"], made["version"], made["cycle"]) == ("registering", 1, 1)
    assert made["location"] == {
        "text": "Depan sekolah",
        "district": "Paringin",
        "village": None,
        "lat": None,
        "lon": None,
    }
    (step,) = made["open_steps"]
    assert (step["step"], step["agency"], step["actor"]) == ("register", None, "complaint_admin")
    assert step["due_at"].endswith("+08:00")


def test_nothing_of_the_reporter_is_in_a_representation(client: FlaskClient, admin: Headers) -> None:
    told = {"name": "KENARI-NAMA", "phone": "0800-1111-2222", "address": "KENARI-ALAMAT"}
    made = create(client, admin, reporter=told)
    read = client.get(f"/api/v1/complaint/{made['id']}", headers=admin).get_data(as_text=True)
    timeline = client.get(f"/api/v1/complaint/{made['id']}/timeline", headers=admin).get_data(as_text=True)
    for canary in ("KENARI", "1111-2222"):
        assert canary not in read + timeline + str(made)


def test_the_numbers_of_a_year_run_without_a_gap(client: FlaskClient, admin: Headers) -> None:
    first, second = create(client, admin), create(client, admin)
    refused = client.post("/api/v1/complaint/", json=a_report(title=""), headers=admin)
    third = create(client, admin)
    assert refused.status_code == 422
    assert [int(made["number"][-6:]) for made in (first, second, third)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "   "}, "title"),
        ({"title": "\u200b\u200b"}, "title"),
        ({"title": "a" * 200_000}, "title"),
        ({"title": 7}, "title"),
        ({"title": "satu\u0000dua"}, "title"),
        ({"body": None}, "body"),
        ({"channel": "pigeon"}, "channel"),
        ({"category": "tidak ada"}, "category"),
        ({"occurred_on": "kemarin"}, "occurred_on"),
        ({"occurred_on": "2999-01-01"}, "occurred_on"),
        ({"location": []}, "location"),
        ({"location": {"district": "Atlantis"}}, "location.district"),
        ({"location": {"lat": 91}}, "location.lat"),
        ({"reporter": {"email": "bukan surel"}}, "reporter.email"),
        ({"reporter": {"phone": "abc"}}, "reporter.phone"),
        ({"reporter": {"nik": "12"}}, "reporter.nik"),
        ({"reporter": "Budi"}, "reporter"),
        ({"attachments": [{"filename": "a.pdf", "content_base64": "???"}]}, "attachments.0.content_base64"),
        ({"attachments": {}}, "attachments"),
        ({"hobby": "memancing"}, "hobby"),
    ],
)
def test_bad_input_is_told_by_its_field_and_nothing_is_written(
    app: Flask, client: FlaskClient, admin: Headers, change: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/v1/complaint/", json=a_report(**change), headers=admin)
    body = answer.get_json()
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert body["type"].endswith("/missing_input")
    assert field in [error["field"] for error in body["errors"]]
    assert all(error["message"] for error in body["errors"])
    with app.app_context():
        assert db.session.query(Complaint).count() == 0


def test_all_faulty_fields_are_told_at_once(client: FlaskClient, admin: Headers) -> None:
    answer = client.post("/api/v1/complaint/", json={"channel": "x", "reporter": {"nik": "1"}}, headers=admin)
    assert {e["field"] for e in answer.get_json()["errors"]} == {"title", "body", "channel", "reporter.nik"}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"null", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"title=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_an_unreadable_body_is_a_clear_answer(
    client: FlaskClient, admin: Headers, body: bytes, content_type: str, status: int
) -> None:
    answer = client.post("/api/v1/complaint/", data=body, content_type=content_type, headers=admin)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["99999999999999999999", "0", "4711"])
def test_what_does_not_exist_is_not_found(client: FlaskClient, admin: Headers, path: str) -> None:
    answer = client.get(f"/api/v1/complaint/{path}", headers=admin)
    assert answer.status_code == 404
    assert answer.get_json()["type"].endswith("/not_visible") or path.startswith("9")


def test_another_agencys_case_looks_like_none_at_all(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        case_id = a_complaint(at="agency_receive", agencies=("dishub",)).id
    foreign = bearer("admin.dplh")
    for path in ("", "/timeline", "/deadlines", "/actions"):
        seen = client.get(f"/api/v1/complaint/{case_id}{path}", headers=foreign)
        none = client.get(f"/api/v1/complaint/424242{path}", headers=foreign)
        assert (seen.status_code, seen.get_json()) == (404, none.get_json())
    acted = client.post(
        f"/api/v1/complaint/{case_id}/actions", json={"action": "accept", "expected_version": 5}, headers=foreign
    )
    assert acted.status_code == 404


def test_the_allowed_actions_carry_their_parameters(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        case_id = a_complaint(at="direct").id
    listed = client.get(f"/api/v1/complaint/{case_id}/actions", headers=bearer("kadis")).get_json()["result"]
    assert {entry["action"] for entry in listed} == {"direct", "send_back", "note", "attach", "archive", "merge"}
    direct = next(entry for entry in listed if entry["action"] == "direct")
    assert direct["step"] == "direct"
    assert set(direct["params"]["required"]) == {"agencies", "lead", "instruction", "urgency", "field_visit", "route"}


def test_an_action_answers_with_the_case_and_its_events(client: FlaskClient, admin: Headers) -> None:
    made = create(client, admin)
    answer = client.post(
        f"/api/v1/complaint/{made['id']}/actions",
        json={"action": "register", "params": {}, "expected_version": 1},
        headers=admin,
    )
    result = answer.get_json()["result"]
    assert answer.status_code == 200
    assert (result["status"], result["version"], answer.headers["ETag"]) == ("checking", 2, '"v2"')
    assert [event["kind"] for event in result["events"]] == ["register"]


@pytest.mark.parametrize(
    ("wish", "status", "reason"),
    [
        ({"action": "register", "params": {}, "expected_version": 9}, 409, "stale_version"),
        ({"action": "register", "params": {}}, 428, "precondition_required"),
        ({"action": "register", "params": {}, "expected_version": "1"}, 422, "missing_input"),
        ({"action": "fly", "params": {}, "expected_version": 1}, 422, "missing_input"),
        ({"params": {}, "expected_version": 1}, 422, "missing_input"),
        ({"action": "register", "params": [], "expected_version": 1}, 422, "missing_input"),
        ({"action": "register", "params": {"x": 1}, "expected_version": 1}, 422, "missing_input"),
        ({"action": "register", "agency": 7, "params": {}, "expected_version": 1}, 422, "missing_input"),
        ({"action": "approve_check", "params": {}, "expected_version": 1}, 403, "not_your_step"),
        ({"action": "reply", "params": {"text": "x"}, "expected_version": 1}, 409, "out_of_order"),
        ({"action": "expire_question", "params": {}, "expected_version": 1}, 422, "missing_input"),
    ],
)
def test_a_refused_action_says_why_and_changes_nothing(
    client: FlaskClient, admin: Headers, wish: dict[str, Any], status: int, reason: str
) -> None:
    made = create(client, admin)
    answer = client.post(f"/api/v1/complaint/{made['id']}/actions", json=wish, headers=admin)
    body = answer.get_json()
    assert (answer.status_code, body["type"].rsplit("/", 1)[1]) == (status, reason)
    assert body["detail"]
    assert client.get(f"/api/v1/complaint/{made['id']}", headers=admin).get_json()["result"]["version"] == 1


def test_if_match_takes_the_place_of_the_version_and_a_mismatch_is_412(client: FlaskClient, admin: Headers) -> None:
    url = f"/api/v1/complaint/{create(client, admin)['id']}/actions"
    stale = client.post(url, json={"action": "register"}, headers={**admin, "If-Match": '"v7"'})
    good = client.post(url, json={"action": "register"}, headers={**admin, "If-Match": '"v1"'})
    assert (stale.status_code, good.status_code) == (412, 200)


def test_a_repeated_idempotency_key_gets_the_first_answer(client: FlaskClient, admin: Headers) -> None:
    headers = {**admin, "Idempotency-Key": "satu"}
    first = client.post("/api/v1/complaint/", json=a_report(), headers=headers)
    again = client.post("/api/v1/complaint/", json=a_report(), headers=headers)
    other = client.post("/api/v1/complaint/", json=a_report(title="Lain"), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert other.status_code == 422
    assert other.get_json()["type"].endswith("/idempotency_conflict")


def test_only_the_complaint_admin_takes_complaints_in(client: FlaskClient, bearer: Bearer) -> None:
    for username in ("kasi", "kadis", "admin.dishub", "pengawas"):
        answer = client.post("/api/v1/complaint/", json=a_report(), headers=bearer(username))
        assert (answer.status_code, answer.get_json()["type"].rsplit("/", 1)[1]) == (403, "not_your_step")


def test_without_a_good_token_nothing_opens(client: FlaskClient, as_user: Callable[[str], FlaskClient]) -> None:
    for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic YTpi"}):
        answer = client.get("/api/v1/worklist/", headers=headers)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert as_user("kasi").get("/api/v1/worklist/").status_code == 401


def test_the_worklist_is_mine_by_deadline(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        ids = [a_complaint(at="check").id for _ in range(3)]
        a_complaint(at="register")
    body = client.get("/api/v1/worklist/", headers=bearer("kasi")).get_json()
    assert body["count"] == 3
    assert {item["complaint"]["id"] for item in body["result"]} == set(ids)
    assert [item["due_at"] for item in body["result"]] == sorted(item["due_at"] for item in body["result"])


def test_a_list_is_paged_with_links(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        for _ in range(3):
            a_complaint()
    headers = bearer("pengawas")
    first = client.get("/api/v1/complaint/?page_size=2", headers=headers)
    assert (len(first.get_json()["result"]), first.get_json()["count"]) == (2, 3)
    assert 'rel="next"' in first.headers["Link"]
    for bad in ("page=-1", "page=x", "page_size=0", "page_size=1000000", "page=99999999999999999999"):
        assert client.get(f"/api/v1/complaint/?{bad}", headers=headers).status_code == 400


def test_the_deadline_explains_itself_to_the_minute(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        case_id = a_complaint(at="check").id
    steps = client.get(f"/api/v1/complaint/{case_id}/deadlines", headers=bearer("kasi")).get_json()["result"]
    running = next(step for step in steps if step["closed_at"] is None)
    assert running["allowance"] == {"value": 60, "unit": "working_minutes"}
    # A part that ends at closing time is no whole number of minutes.
    assert sum(part["counted_minutes"] for part in running["explanation"]) == pytest.approx(60, abs=1e-9)
    assert all(part["words"] for part in running["explanation"])
