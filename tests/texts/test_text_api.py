"""Texts over the API: draft, check, activation, history, and who may."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.texts.kinds import KINDS

TEXT = "/api/v1/text/"
CODE = "reporter.received"
Headers = dict[str, str]


@pytest.fixture
def admin(bearer: Callable[[str], Headers]) -> Headers:
    return bearer("administrator")


def words(said: str, **more: Any) -> dict[str, Any]:
    return {"kind": CODE, "subject": {"id": "Judul"}, "body": {"id": said}, **more}


def made(client: FlaskClient, admin: Headers, body: str) -> int:
    answer = client.post(TEXT, json=words(body), headers=admin)
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def line_of(client: FlaskClient, admin: Headers, code: str = CODE) -> dict[str, Any]:
    return next(line for line in client.get(TEXT, headers=admin).json["result"] if line["kind"] == code)


def test_the_list_names_every_kind_with_its_original(client: FlaskClient, admin: Headers) -> None:
    listed = client.get(TEXT, headers=admin).json["result"]
    assert [line["kind"] for line in listed] == list(KINDS)
    line = next(line for line in listed if line["kind"] == "notice.step_overdue")
    assert line["original"]["body"]["id"].startswith("Aduan {complaint.number} masih terlambat")
    assert line["active"] is line["draft"] is None
    assert {"name", "type", "written", "says"} == set(line["placeholders"][0])


def test_from_a_draft_to_the_words_in_force_and_their_history(client: FlaskClient, admin: Headers) -> None:
    first = made(client, admin, "Satu {complaint.number}")
    assert line_of(client, admin)["active"] is None
    check = client.post(f"{TEXT}{first}/check", headers=admin).json
    assert check == {"result": {"faults": [], "affects": 0}}
    active = client.post(f"{TEXT}{first}/activate", json={"reason": "Lebih jelas"}, headers=admin)
    assert active.status_code == 200
    assert (active.json["result"]["state"], active.json["result"]["reason"]) == ("active", "Lebih jelas")
    second = made(client, admin, "Dua")
    line = line_of(client, admin)
    assert (line["active"]["id"], line["draft"]["id"], line["changed"]) == (first, second, True)
    for key in (first, second, CODE):
        versions = client.get(f"{TEXT}{key}/versions", headers=admin).json["result"]
        assert [(row["id"], row["number"], row["state"]) for row in versions] == [
            (second, 2, "draft"),
            (first, 1, "active"),
        ]
    assert client.get(f"{TEXT}{second}", headers=admin).json["result"]["body"] == {"id": "Dua", "en": ""}


def test_a_draft_at_fault_is_found_by_its_check_and_not_activated(client: FlaskClient, admin: Headers) -> None:
    number = made(client, admin, "a\nb {complaint.numbr}\n{#if complaint.number}")
    result = client.post(f"{TEXT}{number}/check", headers=admin).json["result"]
    assert [(fault["path"], fault["reason"]) for fault in result["faults"]] == [
        ("body.id", "unknown_placeholder"),
        ("body.id", "if_without_end"),
    ]
    assert "Baris 2, kolom 3" in result["faults"][0]["message"]
    assert "{complaint.number}" in result["faults"][0]["message"]
    refused = client.post(f"{TEXT}{number}/activate", json={"reason": "Alasan"}, headers=admin)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["body.id", "body.id"]
    assert line_of(client, admin)["active"] is None


WRONG_BODIES = (
    {},
    {"kind": CODE},
    {"kind": "nowhere", "body": {"id": "a"}},
    {"kind": 1, "body": {"id": "a"}},
    words("a", code="b"),
    words("a", body="a"),
    words("a", body={"id": 1}),
    words("a", body={"id": "a", "fr": "b"}),
    words("a", body={"en": "a"}),
    words("a", subject={"id": "a\nb"}),
    words("a", subject={"id": "a" * 201}),
    words("a", subject={}),
    words(""),
    words(" \n "),
    words("a\x00b"),
    words("a\rb"),
    words("a\ud800b"),
    words("a" * 20_001),
    words("a" * 100_000),
    {"kind": "notice.step_opened", "body": {"id": "a\nb"}},
    {"kind": "notice.step_opened", "subject": {"id": "a"}, "body": {"id": "a"}},
    {"kind": "paper.letter_opening", "subject": {"id": "a"}, "body": {"id": "a"}},
    {"kind": "paper.letter_opening", "body": {"id": "a", "en": "b"}},
    {"kind": "paper.letter_opening", "body": {"id": "a" * 3_001}},
    {"kind": "paper.receipt_guide", "body": {"id": " "}},
)


@pytest.mark.parametrize("body", WRONG_BODIES, ids=range(len(WRONG_BODIES)))
def test_what_cannot_be_stored_is_refused_with_its_place(client: FlaskClient, admin: Headers, body: Any) -> None:
    refused = client.post(TEXT, json=body, headers=admin)
    assert refused.status_code == 422, refused.json
    assert all(error["field"] and error["message"] for error in refused.json["errors"])
    assert refused.json["errors"]
    assert all(line["draft"] is line["active"] is None for line in client.get(TEXT, headers=admin).json["result"])


WRONG_WORDS = (
    "{complaint.numbr}",
    "{Complaint.Number}",
    "{ complaint.number }",
    "{complaint.number|upper}",
    "{complaint.number|date}",
    "{complaint.received|jam}",
    "{complaint.number.__class__}",
    "{complaint}",
    "{reporter.name}",
    "{agency.name}",
    "{deadline}",
    "{config}",
    "{self}",
    "{request.args}",
    "{0}",
    "{}",
    "{{ config }}",
    "{{7*7}}",
    "{{ ''.__class__.__mro__ }}",
    "{% for x in y %}a{% endfor %}",
    "{% include 'layout.html' %}",
    "{# komentar #}",
    "{#if complaint.number}",
    "{#if complaint.number}a{#if site.address}b{/if}",
    "{#if}a{/if}",
    "{#if reporter.name}a{/if}",
    "{#else}",
    "{#unless site.address}{/unless}",
    "{/if}",
    "a{/if}b{#if site.address}",
    "{",
    "}",
    "a { b",
    "a } b",
    "}{",
    "{complaint.number",
    "complaint.number}",
    "{complaint\n.number}",
    "{#if site.address}" * 6 + "{/if}" * 6,
    "${complaint.number.x}",
    "{complaint.number}}",
    "{{complaint.number}}",
    "{!r}",
    "{complaint.number!r}",
    "{complaint.number:>10}",
    "{__import__('os')}",
    "{" + "a" * 5_000 + "}",
    "{" * 20_000,
    "{zzz}" * 4_000,
    "{% import os %}",
    "{complaint.__class__}",
    "{complaint.number.format}",
    "{#if complaint.number}" * 50 + "{/if}" * 50,
    "{#if complaint.number}{/if}{/if}",
    "{#if complaint.number|date}a{/if}",
    "{#IF complaint.number}a{/IF}",
    "{field.nowhere}",
    "{#if field.nowhere}a{/if}",
    "{visit.asked}",
    "{letter.numbers}",
    "<%= 7*7 %>{7*7}",
    "{complaint.number|date|time}",
)


def test_fifty_wrong_texts_are_each_refused_with_their_place(client: FlaskClient, admin: Headers) -> None:
    assert len(WRONG_BODIES) + len(WRONG_WORDS) > 50
    for said in WRONG_WORDS:
        number = made(client, admin, said)
        faults = client.post(f"{TEXT}{number}/check", headers=admin).json["result"]["faults"]
        assert faults, said
        assert {fault["path"] for fault in faults} == {"body.id"}
        assert all(fault["message"].startswith("Baris ") for fault in faults)
        refused = client.post(f"{TEXT}{number}/activate", json={"reason": "Alasan"}, headers=admin)
        assert refused.status_code == 422, said
    assert line_of(client, admin)["active"] is None


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": 1}, {"reason": "a", "decree": "b"}])
def test_an_activation_needs_its_reason_and_nothing_else(client: FlaskClient, admin: Headers, body: Any) -> None:
    number = made(client, admin, "a")
    assert client.post(f"{TEXT}{number}/activate", json=body, headers=admin).status_code == 422
    assert line_of(client, admin)["active"] is None


def test_a_draft_that_another_replaced_is_not_activated(client: FlaskClient, admin: Headers) -> None:
    first = made(client, admin, "a")
    made(client, admin, "b")
    refused = client.post(f"{TEXT}{first}/activate", json={"reason": "Alasan"}, headers=admin)
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (409, "cannot_change")


def test_what_is_not_there(client: FlaskClient, admin: Headers) -> None:
    for path in ("0", "999999999999999999999", "9/versions", "nowhere/versions", "99999999999999999999/versions"):
        assert client.get(f"{TEXT}{path}", headers=admin).status_code == 404, path
    assert client.post(f"{TEXT}9/check", headers=admin).status_code == 404
    assert client.post(f"{TEXT}9/activate", json={"reason": "a"}, headers=admin).status_code == 404


@pytest.mark.parametrize("username", ["pengawas", "admin.aduan", "kepala.dishub"])
def test_others_than_administrators_neither_read_nor_write(
    client: FlaskClient, admin: Headers, bearer: Callable[[str], Headers], username: str
) -> None:
    number = made(client, admin, "a")
    other = bearer(username)
    assert client.get(TEXT, headers=other).status_code == 403
    assert client.get(f"{TEXT}{number}", headers=other).status_code == 403
    assert client.get(f"{TEXT}{number}/versions", headers=other).status_code == 403
    assert client.post(TEXT, json=words("b"), headers=other).status_code == 403
    assert client.post(f"{TEXT}{number}/check", headers=other).status_code == 403
    assert client.post(f"{TEXT}{number}/activate", json={"reason": "a"}, headers=other).status_code == 403
    assert line_of(client, admin)["draft"]["number"] == 1
