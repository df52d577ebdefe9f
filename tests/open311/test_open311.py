"""The Open311 door against the published description of v2.1 and against itself: what leaves, what never does."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.access.session_filter import only_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import OPEN311_KEY_NAME, make_key
from app.files.sweep_store import sweep_store
from app.models import ApiKey, Attachment, Complaint, ComplaintEvent, Reporter, StoreSweep
from app.public.tracked_case import load_tracked_case
from app.public.tracking_proof import prove
from tests.canaries import phone_canaries
from tests.factories import a_complaint
from tests.files.samples import tiny_jpeg
from tests.office_zone import OFFICE_ZONE
from tests.statements import statements

V2 = "/open311/v2"
DESCRIPTION = yaml.safe_load((Path(__file__).parent / "georeport_v2-1.yaml").read_text("utf-8"))
WHO = {"name": "KENARI", "phone": "0800-9999-1111", "email": "kenari@pelapor.example", "address": "Jl. KENARI"}
SECRETS = ("KENARI", "kenari@", "lubang-di-rumah-KENARI", *phone_canaries(WHO["phone"]))
POSTED = {
    "service_code": "jalan_berlubang",
    "lat": "-2.3367",
    "long": "115.4520",
    "description": "Jalan berlubang di depan pasar\nSudah dua minggu.",
    "first_name": "Aminah",
    "last_name": "Contoh",
    "email": "aminah@pelapor.example",
    "phone": "0800-0000-0007",
}


@pytest.fixture(autouse=True)
def uncounted(app: Flask) -> None:
    """What earlier tests sent does not count."""
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]


def fits(kind: str, value: Any) -> None:
    """Whether a value is what the published description says."""
    schema = {"$ref": f"#/definitions/{kind}", "definitions": DESCRIPTION["definitions"]}
    jsonschema.validate(value, schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture
def key(app: Flask) -> str:
    with app.app_context():
        return make_key(OPEN311_KEY_NAME, "open311")


def numbers(client: FlaskClient, **asked: Any) -> list[str]:
    answer = client.get(f"{V2}/requests.json", query_string=asked)
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json]


def faults(answer: Any) -> list[str]:
    """The sentences of an error, after a look at its form."""
    assert answer.mimetype == "application/json"
    assert all(set(one) == {"code", "description"} and one["code"] == answer.status_code for one in answer.json)
    return [one["description"] for one in answer.json]


def test_services_and_their_definitions_are_as_the_description_says(client: FlaskClient, app: Flask) -> None:
    services = client.get(f"{V2}/services.json").json
    assert len(services) > 10
    for service in services:
        fits("Service", service)
        fits("ServiceDefinition", client.get(f"{V2}/services/{service['service_code']}.json").json)
    assert {"jalan_berlubang"} <= {service["service_code"] for service in services}


def test_requests_are_as_the_description_says_and_as_the_reporter_is_told(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        case = a_complaint(
            at="draft_answer", category="jalan_berlubang", reporter=WHO, body="lubang-di-rumah-KENARI",
            location={"text": "rumah KENARI", "village": "63.11.04.2006", "lat": -2.336712, "lon": 115.452098},
        )  # fmt: skip
        number, case_id = case.complaint.number, case.id
        with app.test_request_context(), only_case(case_id):
            promise = load_tracked_case(case_id, utc_now()).promise
    (found,) = client.get(f"{V2}/requests.json").json
    fits("Request", found)
    assert promise is not None
    assert found["expected_datetime"] == promise.due_at.astimezone(OFFICE_ZONE).replace(microsecond=0).isoformat()
    assert found["service_request_id"] == number
    assert (found["status"], found["status_notes"]) == ("open", "Sedang ditangani")
    assert found["description"] == "Jalan berlubang di depan sekolah"
    assert (found["lat"], found["long"]) == (-2.337, 115.452)
    assert found["address"].endswith("Kabupaten Balangan")
    assert found["address_id"] == "63.11.04.2006"
    for path in (f"requests/{number}.json", f"request/{number}.json", f"requests.json?service_request_id={number}"):
        assert client.get(f"{V2}/{path}").json == [found]
    for path in ("requests.json", "requests.xml", f"requests/{number}.xml"):
        assert not any(secret in client.get(f"{V2}/{path}").text for secret in SECRETS)


@pytest.mark.parametrize(("at", "told"), [("register", False), ("check", False), ("report", True), ("answered", True)])
def test_words_of_a_citizen_are_told_only_once_the_office_has_read_them(
    app: Flask, client: FlaskClient, at: str, told: bool
) -> None:
    with app.app_context():
        a_complaint(at=at, category="jalan_berlubang", location={"lat": -2.3, "lon": 115.4})
    (found,) = client.get(f"{V2}/requests.json").json
    assert (found["description"] == "Jalan berlubang di depan sekolah") is told
    assert ("lat" in found) is told
    assert found["status"] == ("closed" if at == "answered" else "open")
    assert ("expected_datetime" in found) is (at != "answered")


def test_secret_anonymous_and_withdrawn_cases_never_leave(app: Flask, client: FlaskClient, as_user: Any) -> None:
    with app.app_context():
        hidden = [a_complaint(at="report", confidentiality=word).complaint.number for word in ("secret", "anonymous")]
        withdrawn = a_complaint(at="report")
        withdrawn.act("complaint_admin", "withdraw", reason="Sudah selesai.")
        hidden.append(withdrawn.complaint.number)
        shown = a_complaint(at="report").complaint.number
    for visitor in (client, as_user("kadis"), as_user("pengawas")):
        assert numbers(visitor) == [shown]
        for number in hidden:
            assert visitor.get(f"{V2}/requests/{number}.json").status_code == 404
            assert visitor.get(f"{V2}/tokens/{number}.json").status_code == 404
        assert numbers(visitor, service_request_id=",".join([*hidden, shown])) == [shown]


def test_what_was_put_aside_is_closed_and_without_its_words(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        case = a_complaint(at="check", title="KENARI menipu saya")
        case.act("section_head", "archive", reason="private_matter", note="Uji.")
    (found,) = client.get(f"{V2}/requests.json").json
    assert (found["status"], found["status_notes"]) == ("closed", "Tidak dilanjutkan")
    assert "KENARI" not in str(found)


def test_filters_pages_and_the_span_of_ninety_days(
    app: Flask, client: FlaskClient, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    with app.app_context():
        days = (0, 10, 80, 89, 100)
        there = {
            day: a_complaint(
                at="answered" if day == 10 else "register",
                received=utc_now() - timedelta(days=day),
                category="penerangan_jalan" if day == 80 else "jalan_berlubang",
            ).complaint.number
            for day in days
        }
    assert numbers(client) == [there[day] for day in (0, 10, 80, 89)]
    assert numbers(client, service_code="penerangan_jalan") == [there[80]]
    assert numbers(client, service_code="penerangan_jalan,jalan_berlubang", status="closed") == [there[10]]
    assert numbers(client, status="open,closed", page_size=2) == [there[0], there[10]]
    assert numbers(client, page_size=2, page=2) == [there[80], there[89]]
    assert numbers(client, end_date="2026-11-20T00:00:00+08:00") == [there[day] for day in (10, 80, 89)]
    assert numbers(client, start_date="2026-08-01T00:00:00Z") == [there[100], there[89], there[80]][::-1]
    assert numbers(client, start_date="2020-01-01T00:00:00Z", end_date="2026-11-24T12:00:00+08:00") == numbers(client)
    assert numbers(client, service_request_id=there[100], status="closed") == [there[100]]
    assert numbers(client, jurisdiction_id="balangankab.go.id", unknown="x") == numbers(client)


@pytest.mark.parametrize(
    "asked",
    [
        {"start_date": "kemarin"},
        {"start_date": "2026-11-24T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"status": "buka"},
        {"page": "0"},
        {"page": "-1"},
        {"page_size": "1001"},
        {"page": "9" * 30},
        {"start_date": "0001-01-01T00:00:00+14:00"},
        {"start_date": "9999-12-31T23:59:59Z"},
    ],
)
def test_what_cannot_be_read_is_said_in_the_standards_own_form(client: FlaskClient, asked: dict[str, str]) -> None:
    answer = client.get(f"{V2}/requests.json", query_string=asked)
    assert answer.status_code == 400
    assert len(faults(answer)) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "requests/LB-2026-999999.json", 404),
        ("GET", "requests/%00.json", 404),
        ("GET", "services/tidak_ada.json", 404),
        ("GET", "tokens/x.json", 404),
        ("GET", "tidak-ada.json", 404),
        ("GET", "services.csv", 404),
        ("DELETE", "requests.json", 405),
        ("POST", "services.json", 405),
        ("POST", "requests.json", 403),
    ],
)
def test_every_error_has_the_form_of_the_standard(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(f"{V2}/{path}", method=method)
    assert answer.status_code == status
    assert faults(answer)
    told = client.open(f"{V2}/{path}".replace(".json", ".xml"), method=method)
    if path.endswith(".json"):
        root = ElementTree.fromstring(told.data)  # noqa: S314 (our own answer)
        assert (root.tag, root[0].tag, root[0][0].text) == ("errors", "error", str(status))


def test_a_request_handed_in_becomes_a_complaint_and_the_same_again_gets_the_first_answer(
    app: Flask, client: FlaskClient, key: str, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    first = client.post(f"{V2}/requests.json", data={**POSTED, "api_key": key})
    again = client.post(f"{V2}/requests.json?api_key={key}", data=POSTED)
    assert first.status_code == again.status_code == 200, first.text
    assert first.json == again.json
    (answer,) = first.json
    fits("RequestResponse", answer)
    number = answer["service_request_id"]
    code = answer["service_notice"].rstrip(".").rpartition(" ")[2]
    with app.test_request_context():
        proof = prove(number, code)
    assert proof is not None
    with app.app_context():
        case = db.session.scalars(select(Complaint)).one()
        assert (case.title, case.channel, case.confidentiality) == ("Jalan berlubang di depan pasar", "web", "open")
        assert (str(case.latitude), case.category.code) == ("-2.336700", "jalan_berlubang")
        reporter = db.session.get_one(Reporter, case.id)
        assert (reporter.name, reporter.email, reporter.told_by) == ("Aminah Contoh", "aminah@pelapor.example", "email")
        event = db.session.scalars(select(ComplaintEvent)).one()
        assert (event.kind, event.actor) == ("received", "reporter")
        kept = db.session.execute(text("SELECT row_to_json(k)::text FROM idempotency_key k")).scalars().all()
        assert len(kept) == 1
        assert code not in kept[0]
        assert "Aminah" not in kept[0]
    freeze("2026-11-25 10:01")
    later = client.post(f"{V2}/requests.json", data={**POSTED, "api_key": key})
    assert later.json[0]["service_request_id"] != number


def test_other_words_or_another_key_make_another_complaint(app: Flask, client: FlaskClient, key: str) -> None:
    with app.app_context():
        other = make_key("Lain", "open311")
    sent = [(POSTED, key), ({**POSTED, "description": "Lain"}, key), (POSTED, other)]
    said = {client.post(f"{V2}/requests.json", data={**form, "api_key": by}).text for form, by in sent}
    assert len(said) == 3


def test_a_secret_request_is_taken_in_and_never_told_of(app: Flask, client: FlaskClient, key: str) -> None:
    sent = {**POSTED, "api_key": key, "attribute[confidentiality]": "secret", "attribute[occurred_on]": "2026-01-05"}
    number = client.post(f"{V2}/requests.json", data=sent).json[0]["service_request_id"]
    assert numbers(client) == []
    assert client.get(f"{V2}/requests/{number}.json").status_code == 404
    with app.app_context():
        case = db.session.scalars(select(Complaint)).one()
        assert (case.confidentiality, str(case.occurred_on)) == ("secret", "2026-01-05")


def test_a_picture_comes_along_and_a_link_is_named_but_never_fetched(app: Flask, client: FlaskClient, key: str) -> None:

    sent = {
        **POSTED,
        "api_key": key,
        "media_url": "http://127.0.0.1/x.jpg",
        "media": (BytesIO(tiny_jpeg()), "a.jpg"),
    }
    assert client.post(f"{V2}/requests.json", data=sent, content_type="multipart/form-data").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(Attachment.filename)).one() == "a.jpg"
        assert db.session.scalars(select(Complaint.body)).one().endswith("media_url: http://127.0.0.1/x.jpg")


def test_a_full_store_is_named_at_the_files_of_the_submission(app: Flask, client: FlaskClient, key: str) -> None:
    with app.app_context():
        sweep_store(utc_now())
        db.session.get_one(StoreSweep, 1).stored_bytes = 10**12
        db.session.commit()
    sent = {**POSTED, "api_key": key, "media": (BytesIO(tiny_jpeg()), "a.jpg")}
    answer = client.post(f"{V2}/requests.json", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    (said,) = faults(answer)
    assert said.startswith("media: Tempat penyimpanan berkas sedang penuh")


@pytest.mark.parametrize(
    ("changes", "status", "fields"),
    [
        ({"service_code": "tidak_ada"}, 404, ["service_code tidak_ada"]),
        ({"service_code": ""}, 400, ["service_code"]),
        ({"lat": "", "long": "", "description": ""}, 400, ["Kirim lat dan long", "description"]),
        ({"lat": "utara"}, 400, ["lat"]),
        ({"lat": "nan"}, 400, ["lat"]),
        ({"lat": "1e999"}, 400, ["lat"]),
        ({"email": "bukan", "phone": "x"}, 400, ["phone", "email"]),
        ({"description": "a\x00b"}, 400, ["description"]),
        ({"attribute[confidentiality]": "bocor"}, 400, ["attribute[confidentiality]"]),
        ({"attribute[occurred_on]": "besok"}, 400, ["attribute[occurred_on]"]),
        ({"description": "a" * 60_000}, 400, ["description"]),
    ],
)
def test_every_fault_of_a_submission_is_told_at_once_in_the_doors_own_names(
    app: Flask, client: FlaskClient, key: str, changes: dict[str, str], status: int, fields: list[str]
) -> None:
    answer = client.post(f"{V2}/requests.json", data={**POSTED, **changes, "api_key": key})
    assert answer.status_code == status, answer.text
    said = faults(answer)
    assert len(said) == len(fields)
    assert all(sentence.startswith(field) for sentence, field in zip(said, fields, strict=True)), said
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Complaint)) == 0


@pytest.mark.parametrize("given", ["", "salah", "sp4n", "expired", "revoked"])
def test_only_a_good_key_with_the_scope_hands_in(app: Flask, client: FlaskClient, key: str, given: str) -> None:
    with app.app_context():
        sp4n = make_key()
        row = db.session.scalars(select(ApiKey).where(ApiKey.name == OPEN311_KEY_NAME)).one()
        row.expires_at = utc_now() if given == "expired" else None
        row.active = given != "revoked"
        db.session.commit()
    sent = {"sp4n": sp4n, "expired": key, "revoked": key}.get(given, given)
    answer = client.post(f"{V2}/requests.json", data={**POSTED, "api_key": sent})
    assert answer.status_code == 403
    assert faults(answer)


def test_who_lists_without_end_waits_in_the_standards_own_form(client: FlaskClient) -> None:
    answers = [client.get(f"{V2}/requests.json?page_size=1") for _ in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {200}
    assert answers[120].status_code == 429
    assert faults(answers[120])
    assert int(answers[120].headers["Retry-After"]) > 0
    assert client.get(f"{V2}/services.json").status_code == 200


def test_json_is_no_form(client: FlaskClient, key: str) -> None:
    answer = client.post(f"{V2}/requests.json?api_key={key}", json=POSTED)
    assert answer.status_code == 415
    assert faults(answer)


def test_the_door_is_not_there_where_the_office_has_not_opened_it(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "OPEN311", False)
    answers = [client.get(f"{V2}/{path}.json") for path in ("services", "requests", "discovery")]
    assert [answer.status_code for answer in answers] == [404] * 3


def test_discovery_leads_to_the_door(client: FlaskClient) -> None:
    told = client.get(f"{V2}/discovery.json").json
    (endpoint,) = told["endpoints"]
    assert endpoint["url"] == f"http://localhost{V2}"
    root = ElementTree.fromstring(client.get(f"{V2}/discovery.xml").data)  # noqa: S314 (our own answer)
    assert root.findtext("endpoints/endpoint/formats/format") == "application/json"


def test_answers_may_be_kept_and_read_by_other_sites(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        a_complaint(at="report")
    first = client.get(f"{V2}/requests.json")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(f"{V2}/requests.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_list_costs_the_same_statements_however_long_it_is(app: Flask, client: FlaskClient) -> None:
    counts = []
    for _ in range(2):
        with app.app_context():
            for _ in range(3):
                a_complaint(at="draft_answer", agencies=("dishub", "dplh"))
        with statements(app) as seen:
            assert client.get(f"{V2}/requests.json").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
