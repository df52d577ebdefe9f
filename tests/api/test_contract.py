"""The public contract to the letter (design 8.2, 8.3): names and shapes that other programs rely on."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from app.demo.accounts import PASSWORD, make_key
from tests.api.bad_input import PARAMETERS, required_of
from tests.factories import a_complaint, a_report

Headers = dict[str, str]
Bearer = Callable[[str], Headers]
COMPLAINT = {
    "fields",
    *("id", "number", "sp4n_tracking_id", "title", "body", "classification", "category", "confidentiality", "channel"),
    *("location", "occurred_on", "status", "cycle", "route", "paused", "field_visit", "version", "sop_version"),
    *("received_at", "submitted_at", "open_steps", "agencies"),
}
OPEN_STEP = {"step", "agency", "actor", "opened_at", "due_at", "state"}
EVENT = {
    *("seq", "kind", "step", "agency", "actor", "officer", "on_behalf_of", "delegation", "at", "data", "hash"),
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+08:00")


@pytest.fixture
def drafting(app: Flask) -> int:
    with app.app_context():
        return a_complaint(at="draft_answer", agencies=("dishub", "dplh"), category="jalan_berlubang").id


def is_instant(text: str) -> bool:
    return INSTANT.fullmatch(text) is not None and datetime.fromisoformat(text).tzinfo is not None


def get(client: FlaskClient, path: str, headers: Headers) -> Any:
    answer = client.get(f"/api/v1{path}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.get_json()


def test_a_complaint(client: FlaskClient, bearer: Bearer, drafting: int) -> None:
    body = get(client, f"/complaint/{drafting}", bearer("kadis"))
    assert set(body) == {"id", "result"}
    case = body["result"]
    assert set(case) == COMPLAINT
    assert re.fullmatch(r"LB-\d{4}-\d{6}", case["number"])
    assert (case["status"], case["route"], case["cycle"], case["paused"]) == ("with_agencies", "fast", 1, False)
    assert (case["category"], case["classification"], case["confidentiality"]) == (
        *("jalan_berlubang", "complaint", "open"),
    )
    assert set(case["location"]) == {"text", "district", "village", "lat", "lon"}
    assert is_instant(case["received_at"])
    assert [set(step) for step in case["open_steps"]] == [OPEN_STEP, OPEN_STEP]
    assert {(s["step"], s["agency"], s["actor"]) for s in case["open_steps"]} == {
        ("draft_answer", "dishub", "agency_secretary"),
        ("draft_answer", "dplh", "agency_secretary"),
    }
    assert all(is_instant(s["opened_at"]) and is_instant(s["due_at"]) for s in case["open_steps"])
    assert case["agencies"] == [
        {"agency": "dishub", "lead": True, "state": "disposed"},
        {"agency": "dplh", "lead": False, "state": "disposed"},
    ]


def test_the_timeline_and_the_deadlines(client: FlaskClient, bearer: Bearer, drafting: int) -> None:
    events = get(client, f"/complaint/{drafting}/timeline", bearer("kadis"))["result"]
    assert all(set(event) == EVENT and is_instant(event["at"]) for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["kind"] == "received"
    steps = get(client, f"/complaint/{drafting}/deadlines", bearer("kadis"))["result"]
    assert all(set(step) >= OPEN_STEP | {"closed_at", "allowance", "pauses", "explanation"} for step in steps)
    assert {step["allowance"]["unit"] for step in steps} == {"working_minutes", "working_days"}
    assert {step["state"] for step in steps if step["closed_at"] is None} <= {"safe", "near", "late", "paused"}


STATES = (
    *("register", "check", "report", "direct", "agency_receive", "agency_dispose", "draft_answer"),
    *("sign_answer", "send_answer", "dispose_answer", "reply", "answered"),
)


def offered(app: Flask, client: FlaskClient, bearer: Bearer) -> Iterator[dict[str, Any]]:
    """Everything that any officer is offered in any state."""
    tokens = {who: bearer(who) for who in ("admin.aduan", "kasi", "kabid", "kadis")}
    tokens |= {who: bearer(f"{who}.dishub") for who in ("admin", "sekretaris", "kepala")}
    for state in STATES:
        with app.app_context():
            case = a_complaint(at=state, agencies=("dishub",)).id
        for headers in tokens.values():
            answer = client.get(f"/api/v1/complaint/{case}/actions", headers=headers)
            yield from answer.get_json().get("result", ())


def test_the_actions_offered_carry_the_schema_of_their_parameters(
    app: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    seen = set()
    for entry in offered(app, client, bearer):
        assert set(entry) == {"action", "step", "agency", "params"}
        Draft202012Validator.check_schema(entry["params"])
        assert entry["params"]["additionalProperties"] is False
        assert set(entry["params"]["properties"]) == set(PARAMETERS[entry["action"]])
        assert set(entry["params"]["required"]) == required_of(entry["action"])
        seen.add(entry["action"])
    elsewhere = {"relay", "add_information", "continue_without", "initial"}
    elsewhere |= {"confirm_anonymity", "drop_agency", "release"}
    assert seen == set(PARAMETERS) - elsewhere


def test_the_answer_to_an_action(client: FlaskClient, bearer: Bearer, drafting: int) -> None:
    wish = {"action": "submit_draft", "params": {"subject": "A", "body": "B"}, "expected_version": 9}
    headers = bearer("sekretaris.dishub")
    wish["expected_version"] = get(client, f"/complaint/{drafting}", headers)["result"]["version"]
    answer = client.post(f"/api/v1/complaint/{drafting}/actions", json=wish, headers=headers)
    result = answer.get_json()["result"]
    assert set(result) == COMPLAINT | {"events"}
    assert [set(event) for event in result["events"]] == [EVENT]
    assert result["version"] == wish["expected_version"] + 1


def test_the_worklist_and_its_pages(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        for _ in range(3):
            a_complaint(at="check")
    headers = bearer("kasi")
    first = client.get("/api/v1/worklist/?page_size=2", headers=headers)
    assert set(first.get_json()["result"][0]) == OPEN_STEP | {"complaint"}
    assert set(first.get_json()["result"][0]["complaint"]) == {"id", "number", "title", "status", "version"}
    assert links(first) == {"next": "/api/v1/worklist/?page=1&page_size=2"}
    second = client.get(links(first)["next"], headers=headers)
    assert links(second) == {"prev": "/api/v1/worklist/?page=0&page_size=2"}
    ids = [step["complaint"]["id"] for page in (first, second) for step in page.get_json()["result"]]
    assert len(set(ids)) == first.get_json()["count"] == 3
    assert links(client.get("/api/v1/worklist/", headers=headers)) == {}
    for bad in ("page=-1", "page=x", "page=1.0", "page=%D9%A1", "page_size=0", "page_size=101", "page=" + "9" * 99):
        assert client.get(f"/api/v1/worklist/?{bad}", headers=headers).status_code == 400


def links(answer: Any) -> dict[str, str]:
    """The `Link` header by relation (RFC 8288), without the host."""
    found = re.findall(r'<https?://[^/>]+([^>]*)>; rel="(\w+)"', answer.headers.get("Link", ""))
    return {relation: path for path, relation in found}


def test_the_login_answers_as_the_framework_does(client: FlaskClient) -> None:
    body = {"username": "kasi", "password": PASSWORD, "provider": "db"}
    assert set(client.post("/api/v1/security/login", json=body).get_json()) == {"access_token"}
    both = client.post("/api/v1/security/login", json={**body, "refresh": True}).get_json()
    assert set(both) == {"access_token", "refresh_token"}
    renew = {"Authorization": f"Bearer {both['refresh_token']}"}
    renewed = client.post("/api/v1/security/refresh", headers=renew).get_json()
    assert set(renewed) == {"access_token", "refresh_token"}
    assert get(client, "/worklist/", {"Authorization": f"Bearer {renewed['access_token']}"})["result"] == []


def test_a_report_of_sp4n(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        headers = {"Authorization": f"Bearer {make_key()}"}
    url, body = "/api/v1/sp4n/reports/9165816", {**a_report(channel="sp4n"), "revision": 3}
    made = client.put(url, json=body, headers=headers)
    same = client.put(url, json=body, headers=headers)
    older = client.put(url, json={**body, "revision": 2}, headers=headers)
    assert [a.status_code for a in (made, same, older)] == [201, 200, 409]
    assert older.get_json()["type"].endswith("/stale_revision")
    result = get(client, "/sp4n/reports/9165816", headers)["result"]
    assert set(result) == COMPLAINT | {"tracking_id", "revision", "state_hash", "stage", "answer"}
    assert (result["tracking_id"], result["sp4n_tracking_id"], result["revision"]) == ("9165816", "9165816", 3)


def test_a_problem_has_its_members_and_no_other(client: FlaskClient, bearer: Bearer, drafting: int) -> None:
    headers, url = bearer("sekretaris.dishub"), f"/api/v1/complaint/{drafting}/actions"
    plain = {"type", "title", "status", "detail"}
    for path, status in (("/worklist/", 401), ("/nothing", 404), ("/complaint/0", 404)):
        told = client.get(f"/api/v1{path}", headers={} if status == 401 else headers)
        assert (told.status_code, set(told.get_json())) == (status, plain)
    wish = {"action": "submit_draft", "params": {}, "expected_version": 8}
    wish["expected_version"] = get(client, f"/complaint/{drafting}", headers)["result"]["version"]
    faulty = client.post(url, json=wish, headers=headers).get_json()
    assert set(faulty) == plain | {"errors", "current_step"}
    assert [set(error) for error in faulty["errors"]] == [{"field", "message"}] * 2
    assert faulty["status"] == 422
    assert re.fullmatch(r"https?://.+/missing_input", faulty["type"])
    assert faulty["current_step"] == "draft_answer"
    early = client.post(url, json={**wish, "action": "send_back"}, headers=headers).get_json()
    assert (early["status"], early["type"].rsplit("/", 1)[1]) == (403, "not_your_step")
