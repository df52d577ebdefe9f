"""The office's fields as attributes of Open311: defined, asked for, refused with what to do, and read back or not."""

from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core.extensions import db
from app.demo.accounts import OPEN311_KEY_NAME, make_key
from app.fields.values import personal_values
from app.models import Complaint
from tests.factories import a_complaint
from tests.fields.field_bodies import API, POLE, WITNESS, activate

V2 = "/open311/v2"
LAMP = "penerangan_jalan"
PUBLIC: dict[str, Any] = {"moments": ["public_intake"], "visible_to": ["office", "public"]}
COLOURS = [{"code": "merah", "label": "Merah"}, {"code": "biru", "label": {"id": "Biru", "en": "Blue"}}]
POSTED = {"service_code": LAMP, "lat": "-2.3", "long": "115.4", "description": "Lampu padam"}

TYPES: list[tuple[str, str, list[str], Any]] = [
    # type, datatype of GeoReport, texts as sent, value
    ("text", "string", ["PR 1"], "PR 1"),
    ("long_text", "text", ["dua\nbaris"], "dua\nbaris"),
    ("phone", "string", ["0812 0000 0007"], "0812 0000 0007"),
    ("integer", "number", ["12"], 12),
    ("decimal", "number", ["1.500"], 1.5),
    ("date", "datetime", ["2026-11-24T08:00:00+08:00"], "2026-11-24"),
    ("boolean", "singlevaluelist", ["false"], False),
    ("choice", "singlevaluelist", ["biru"], "biru"),
    ("choices", "multivaluelist", ["biru", "merah"], ["merah", "biru"]),
]
WRONG: list[tuple[str, str]] = [
    ("integer", "dua"),
    ("decimal", "nan"),
    ("date", "besok"),
    ("boolean", "mungkin"),
    ("choice", "hijau"),
    ("choices", "hijau"),
    ("phone", "abc"),
    ("text", "a\x00b"),
]


@pytest.fixture
def admin(bearer: Any) -> dict[str, str]:
    headers: dict[str, str] = bearer("administrator")
    return headers


@pytest.fixture
def key(app: Flask) -> str:
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    with app.app_context():
        return make_key(OPEN311_KEY_NAME, "open311")


def own(client: FlaskClient, service: str = LAMP) -> list[dict[str, Any]]:
    """The attributes of a service beyond those that every service has."""
    found: list[dict[str, Any]] = client.get(f"{V2}/services/{service}.json").json["attributes"][3:]
    return found


def a_field_of(kind: str) -> dict[str, Any]:
    options = {"options": COLOURS} if kind in ("choice", "choices") else {}
    return {"code": "uji", "label": {"id": "Uji"}, "type": kind, **PUBLIC, **options}


def sent(client: FlaskClient, key: str, own_fields: dict[str, Any], **changes: str) -> Any:
    return client.post(f"{V2}/requests.json", data={**POSTED, **changes, **own_fields, "api_key": key})


def faults(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.text
    return [one["description"] for one in answer.json]


@pytest.mark.parametrize(("kind", "datatype", "texts", "value"), TYPES, ids=[row[0] for row in TYPES])
@pytest.mark.parametrize("brackets", ["", "[]"])
def test_a_field_of_each_type_is_defined_sent_and_read_back(
    app: Flask,
    client: FlaskClient,
    admin: dict[str, str],
    key: str,
    kind: str,
    datatype: str,
    texts: list[str],
    value: Any,
    brackets: str,
) -> None:
    activate(client, admin, a_field_of(kind))
    (defined,) = own(client)
    assert (defined["code"], defined["datatype"], defined["order"]) == ("uji", datatype, 4)
    assert (defined["variable"], defined["required"], defined["description"]) == (True, False, "Uji")
    keys = {"boolean": ["true", "false"], "choice": ["merah", "biru"], "choices": ["merah", "biru"]}
    assert [one["key"] for one in defined["values"]] == keys.get(kind, [])
    taken = sent(client, key, {f"attribute[uji]{brackets}": texts})
    assert taken.status_code == 200, taken.text
    number = taken.json[0]["service_request_id"]
    with app.app_context():
        case = db.session.scalars(select(Complaint)).one()
        assert case.field_values == {"uji": value}
    (shown,) = client.get(f"{V2}/requests/{number}.json").json
    assert "extended_attributes" not in shown


@pytest.mark.parametrize(("kind", "value"), WRONG)
def test_a_wrong_value_is_named_with_what_to_do_and_nothing_is_stored(
    app: Flask, client: FlaskClient, admin: dict[str, str], key: str, kind: str, value: str
) -> None:
    activate(client, admin, a_field_of(kind))
    (said,) = faults(sent(client, key, {"attribute[uji]": value}))
    assert said.startswith("attribute[uji]: ")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Complaint)) == 0


@pytest.mark.parametrize("name", ["attribute[tidak_ada]", "attribute[uji][0]", "attribute[]", "attribute[dalam]"])
def test_an_attribute_that_the_service_does_not_have_is_refused(
    client: FlaskClient, admin: dict[str, str], key: str, name: str
) -> None:
    activate(client, admin, a_field_of("text"))
    activate(client, admin, {**a_field_of("text"), "code": "dalam", "moments": ["register"]})
    (said,) = faults(sent(client, key, {name: "x"}))
    assert said == f"{name}: Hapus isian yang tidak dikenal ini"


def test_one_value_is_not_many(client: FlaskClient, admin: dict[str, str], key: str) -> None:
    activate(client, admin, a_field_of("text"))
    (said,) = faults(sent(client, key, {"attribute[uji]": ["a", "b"]}))
    assert said == "attribute[uji]: Isi dengan jenis nilai yang diminta"


def test_the_number_of_the_pole_is_asked_of_lamps_right_after_its_activation(
    app: Flask, client: FlaskClient, admin: dict[str, str], key: str, bearer: Any
) -> None:
    """The story of the pole: a draft changes nothing, and its activation reaches every outlet at once."""
    pole = {
        **POLE,
        **PUBLIC,
        "code": "tiang_lampu",
        "moments": ["public_intake", "register"],
        "categories": [LAMP],
        "required": True,
    }
    drafted = client.post(API, json=pole, headers=admin)
    assert drafted.status_code == 201, drafted.text
    assert own(client) == []
    assert sent(client, key, {}, description="Sebelumnya").status_code == 200
    assert "tiang_lampu" not in client.get("/api/v1/_openapi", headers=bearer("kasi")).text
    activate(client, admin, pole)
    (defined,) = own(client)
    assert (defined["required"], defined["description"]) == (True, "Nomor tiang listrik")
    assert defined["datatype_description"] == "Tertulis di tiangnya."
    assert own(client, "jalan_berlubang") == []
    assert "tiang_lampu" in client.get("/api/v1/_openapi", headers=bearer("kasi")).text
    assert faults(sent(client, key, {})) == ["attribute[tiang_lampu]: Isi bagian ini"]
    assert faults(sent(client, key, {"attribute[tiang_lampu]": "7"})) == [
        "attribute[tiang_lampu]: Tulis menurut pola [A-Z]{2}[0-9]{3,6}"
    ]
    other = sent(client, key, {"attribute[tiang_lampu]": "PR0077"}, service_code="jalan_berlubang")
    assert faults(other) == ["attribute[tiang_lampu]: Hapus isian yang tidak dikenal ini"]
    number = sent(client, key, {"attribute[tiang_lampu]": "PR0077"}).json[0]["service_request_id"]
    assert "PR0077" not in client.get(f"{V2}/requests/{number}.json").text
    first = client.get("/api/v1/complaint/?field.tiang_lampu=PR0077", headers=bearer("kasi")).json
    assert [one["number"] for one in first["result"]] == [number]


@pytest.mark.parametrize(("at", "told"), [("register", False), ("check", False), ("report", True), ("answered", True)])
def test_a_field_for_the_public_is_told_with_the_title(
    app: Flask, client: FlaskClient, admin: dict[str, str], at: str, told: bool
) -> None:
    activate(client, admin, {**a_field_of("choices"), "moments": ["intake"]})
    activate(client, admin, {**a_field_of("text"), "code": "dalam", "moments": ["intake"], "visible_to": ["office"]})
    with app.app_context():
        a_complaint(at=at, category=LAMP, fields={"uji": ["merah", "biru"], "dalam": "RAHASIA"})
    (found,) = client.get(f"{V2}/requests.json").json
    assert found.get("extended_attributes") == ({"uji": ["merah", "biru"]} if told else None)
    answer = client.get(f"{V2}/requests.xml")
    root = ElementTree.fromstring(answer.data)  # noqa: S314 (our own answer)
    values = [one.text for one in root.findall("request/extended_attributes/uji/value")]
    assert values == (["merah", "biru"] if told else [])
    assert "RAHASIA" not in answer.text


def test_what_was_put_aside_is_told_without_its_fields(app: Flask, client: FlaskClient, admin: dict[str, str]) -> None:
    activate(client, admin, {**a_field_of("text"), "moments": ["intake"]})
    with app.app_context():
        case = a_complaint(at="check", category=LAMP, fields={"uji": "KENARI"})
        case.act("section_head", "archive", reason="private_matter", note="Uji.")
    assert "KENARI" not in client.get(f"{V2}/requests.json").text


def test_a_personal_field_is_taken_sealed_and_never_given_back(
    app: Flask, client: FlaskClient, admin: dict[str, str], key: str
) -> None:
    activate(client, admin, WITNESS, moments=["public_intake"])
    assert [one["code"] for one in own(client)] == ["nik_kedua"]
    taken = sent(client, key, {"attribute[nik_kedua]": "KENARI-6311"})
    again = sent(client, key, {"attribute[nik_kedua]": "KENARI-6311"})
    assert taken.status_code == 200
    assert again.json == taken.json
    number = taken.json[0]["service_request_id"]
    with app.app_context():
        case = db.session.scalars(select(Complaint)).one()
        assert personal_values(case.id) == {"fields.nik_kedua": "KENARI-6311"}
        stored = db.session.execute(text("SELECT row_to_json(p)::text FROM personal_value p")).scalars().all()
        assert not any("KENARI" in row for row in stored)
    for path in (f"requests/{number}.json", f"requests/{number}.xml", "requests.json"):
        assert "KENARI" not in client.get(f"{V2}/{path}").text
    secret = {"attribute[confidentiality]": "anonymous", "attribute[nik_kedua]": "KENARI-6311"}
    (said,) = faults(sent(client, key, secret))
    assert said.startswith("attribute[nik_kedua]: Aduan anonim")


def test_a_condition_is_told_in_words_and_checked(client: FlaskClient, admin: dict[str, str], key: str) -> None:
    activate(client, admin, {**a_field_of("boolean"), "order": 1})
    tied = {**a_field_of("text"), "code": "warna", "required": True, "only_if": {"field": "uji", "is": True}}
    activate(client, admin, tied, order=2)
    assert [(one["code"], one["required"], one["datatype_description"]) for one in own(client)] == [
        ("uji", False, ""),
        ("warna", False, "Hanya bila Uji: ya."),
    ]
    assert faults(sent(client, key, {"attribute[uji]": "ya"})) == ["attribute[warna]: Isi bagian ini"]
    assert sent(client, key, {"attribute[uji]": "ya", "attribute[warna]": "Merah"}).status_code == 200
    assert sent(client, key, {"attribute[uji]": "tidak"}).status_code == 200


def test_a_field_that_takes_a_file_is_neither_asked_for_nor_missed(
    client: FlaskClient, admin: dict[str, str], key: str
) -> None:
    activate(client, admin, {**a_field_of("text"), "type": "file", "required": True})
    assert own(client) == []
    assert sent(client, key, {}).status_code == 200


@pytest.mark.parametrize("code", ["village", "confidentiality", "occurred_on"])
def test_a_field_may_not_take_the_code_of_a_built_in_attribute(
    client: FlaskClient, admin: dict[str, str], code: str
) -> None:
    answer = client.post(API, json={**a_field_of("text"), "code": code}, headers=admin)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["code"]
