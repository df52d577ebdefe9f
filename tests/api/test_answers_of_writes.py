"""What a write answers is what a read right after it answers: the same representation under the same entity tag."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.demo.accounts import make_key, username_of
from tests.factories import OFFICE_PATH, a_report, store_letters
from tests.sp4n.reports import a_revision

Headers = dict[str, str]
Bearer = Callable[[str], Headers]
API = "/api/v1"
REPORT = f"{API}/sp4n/reports/9165816"
PICTURE = base64.b64encode(b"%PDF-1.7 bukti").decode()


@pytest.fixture
def key(app: Flask) -> Iterator[Headers]:
    with app.app_context():
        yield {"Authorization": f"Bearer {make_key()}"}


@pytest.fixture(autouse=True)
def _held_clock(freeze: Callable[[str], Any]) -> None:
    """How near a limit is depends on the moment; both answers are of the same one."""
    freeze("2026-11-24 09:00")


def tag_and_result(answer: Any) -> tuple[str | None, dict[str, Any]]:
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.headers.get("ETag"), answer.get_json()["result"]


LATER = (
    {"category": "penerangan_jalan"},
    {"category": "penerangan_jalan", "location": {"text": "Pasar", "district": "Juai"}},
    {"category": "banjir", "location": {"text": "Pasar", "district": "Paringin", "village": "Paringin Kota"}},
    {"classification": "aspiration", "title": "Judul baru", "submitted_at": "2026-11-22T08:00:00+08:00"},
    {"confidentiality": "anonymous", "attachments": [{"filename": "a.pdf", "content_base64": PICTURE}]},
    {"category": "entah", "location": {"district": "Atlantis"}},
    {"classification": "keluhan"},
)


def test_each_delivery_of_a_report_is_answered_as_it_is_read(client: FlaskClient, key: Headers) -> None:
    sent = [a_revision(1, category="jalan_berlubang"), *(a_revision(n, **more) for n, more in enumerate(LATER, 2))]
    for body in (*sent[:6], sent[5], {**sent[5], "title": "Isi lain pada revisi yang sama"}):
        written = client.put(REPORT, json=body, headers=key)
        assert tag_and_result(written) == tag_and_result(client.get(REPORT, headers=key)), body
    held = client.put(REPORT, json=sent[6], headers=key)
    read = client.get(REPORT, headers=key).get_json()
    assert (held.status_code, held.get_json()["errors"]) == (202, read["waiting"]["errors"])


@pytest.mark.parametrize("more", LATER[5:])
def test_a_first_delivery_that_is_held_is_answered_as_it_is_read(
    client: FlaskClient, key: Headers, more: dict[str, Any]
) -> None:
    written = client.put(REPORT, json=a_revision(3, **more), headers=key)
    read = client.get(REPORT, headers=key)
    assert (written.status_code, read.status_code) == (202, 200)
    assert tag_and_result(written) == tag_and_result(read)
    assert written.get_json()["errors"] == read.get_json()["errors"] != []


def test_a_batch_and_a_message_say_what_is_read_afterwards(client: FlaskClient, key: Headers) -> None:
    for revision, category in ((1, "jalan_berlubang"), (2, "penerangan_jalan")):
        body = {"reports": [{"tracking_id": "9165816", **a_revision(revision, category=category)}]}
        assert client.post(f"{API}/sp4n/reports/batch", json=body, headers=key).status_code == 200
        assert client.get(REPORT, headers=key).get_json()["result"]["category"] == category
    said = client.post(f"{REPORT}/messages", json={"message_id": "1", "kind": "comment", "text": "Ya"}, headers=key)
    read = client.get(REPORT, headers=key).get_json()["result"]
    told = said.get_json()["result"]
    assert (told["status"], told["version"]) == (read["status"], read["version"])


DIRECT = {
    "agencies": ["dpuprperkim", "dishub"],
    "lead": "dishub",
    "instruction": "Tindak lanjuti.",
    "urgency": "normal",
    "field_visit": False,
    "route": "via_admin",
}
BY_AGENCIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("agency_admin", "accept", {}),
    ("agency_head", "dispose", {"instruction": "Siapkan."}),
    ("agency_secretary", "submit_draft", {"subject": "Tanggapan", "body": "Sudah ditangani."}),
    ("agency_head", "sign", {}),
    ("agency_admin", "send", {"without_scan_reason": "Asli dikirim dengan kurir"}),
)


def whole_story() -> Iterator[tuple[str, str | None, str, dict[str, Any]]]:
    """Every act of a case from its registration to its end: who, of which agency, what, with what."""
    yield "complaint_admin", None, "request_information", {"question": "Di mana?"}
    yield "complaint_admin", None, "add_information", {"text": "Di pasar."}
    yield "complaint_admin", None, "register", {}
    yield "section_head", None, "send_back", {"note": "Periksa lagi."}
    yield "complaint_admin", None, "register", {}
    yield "section_head", None, "approve_check", {}
    yield "division_head", None, "report", {}
    yield "office_head", None, "direct", DIRECT
    yield "complaint_admin", None, "relay", {}
    for actor, action, params in BY_AGENCIES:
        for agency in ("dpuprperkim", "dishub"):
            yield actor, agency, action, params
            if action == "dispose":
                yield "agency_head", agency, "mark_field_visit", {"reason": "Jauh."}
    yield "office_head", None, "dispose_answer", {"instruction": "Jawab."}
    yield "complaint_admin", None, "reply", {"text": "Sudah ditangani.", "proof": "Dicatat."}
    yield "complaint_admin", None, "rate", {"score": 4}
    yield "complaint_admin", None, "close", {}


def test_each_act_of_a_case_is_answered_as_it_is_read(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    tokens: dict[str, Headers] = {}

    def headers_of(username: str) -> Headers:
        if username not in tokens:
            tokens[username] = bearer(username)
        return tokens[username]

    admin = headers_of("admin.aduan")
    made = client.post(
        f"{API}/complaint/", json=a_report(category="penerangan_jalan", channel="walk_in"), headers=admin
    )
    number = made.get_json()["id"]
    tag, result = tag_and_result(made)
    result.pop("tracking_code")
    assert (tag, result) == tag_and_result(client.get(f"{API}/complaint/{number}", headers=admin))
    assert set(OFFICE_PATH) <= {"register", "check", "report", "direct"}
    for actor, agency, action, params in whole_story():
        if action == "send":
            with app.app_context():
                store_letters()
        headers = headers_of(username_of(actor, agency))
        body = {"action": action, "agency": agency, "params": params, "expected_version": int(tag.strip('"v'))}
        written = client.post(f"{API}/complaint/{number}/actions", json=body, headers=headers)
        tag, result = tag_and_result(written)
        result.pop("events")
        assert (tag, result) == tag_and_result(client.get(f"{API}/complaint/{number}", headers=headers)), action


WRITTEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "category": (
        {
            "code": "uji",
            "name": "Uji",
            "parent": "kesehatan",
            "default_agency": "dishub",
            "national_class": "oversight",
        },
        {"parent": "agama", "default_agency": "dinkes"},
    ),
    "village": ({"code": "63.11.01.9999", "name": "Uji", "district": "63.11.01"}, {"district": "63.11.02"}),
    "agency": (
        {
            "code": "uji",
            "name": "Badan Uji",
            "short_name": "UJI",
            "kind": "opd",
            "parent": "dishub",
            "city": "Paringin",
            "classification_code": "500",
            "paper": "F4",
            "active": True,
            "letterhead_over": "Pemerintah",
            "number_pattern": "{nomor}/{tahun}",
            "signing_method": "wet",
        },
        {"parent": "dinkes"},
    ),
    "delegation": (
        {
            "kind": "plh",
            "decree_number": "1/2026",
            "giver": "kadis",
            "holder": "kabid",
            "note": "Cuti",
            "starts_on": "2026-12-01",
            "ends_on": "2026-12-05",
        },
        {"holder": "kasi"},
    ),
    "holiday": ({"day": "2031-01-01", "name": "Uji", "kind": "local", "reason": "Uji"}, {"name": "Uji dua"}),
}


FIXED = ("id", "code", "created_at")


@pytest.mark.parametrize("resource", WRITTEN)
def test_each_write_of_a_resource_is_answered_as_it_is_read(client: FlaskClient, bearer: Bearer, resource: str) -> None:
    headers = bearer("administrator")
    first, second = WRITTEN[resource]
    made = client.post(f"{API}/{resource}/", json=first, headers=headers)
    tag, result = tag_and_result(made)
    address = f"{API}/{resource}/{made.get_json()['id']}"
    assert (tag, result) == tag_and_result(client.get(address, headers=headers))
    body = {name: value for name, value in {**first, **result, **second}.items() if name not in FIXED}
    changed = client.put(address, json=body, headers={**headers, "If-Match": str(tag)})
    tag, result = tag_and_result(changed)
    assert (tag, result) == tag_and_result(client.get(address, headers=headers))
    assert {name: result[name] for name in second} == second
