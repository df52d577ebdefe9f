"""`Idempotency-Key` and versions: an act is done once however often it is sent, and never on a state unseen."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import Complaint, ComplaintEvent, IdempotencyKey
from tests.factories import a_report

Headers = dict[str, str]
Bearer = Callable[[str], Headers]
NEW = "/api/v1/complaint/"
AT_ONCE = 6


@pytest.fixture
def admin(bearer: Bearer) -> Headers:
    return bearer("admin.aduan")


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def actions_of(client: FlaskClient, headers: Headers) -> str:
    return f"{NEW}{client.post(NEW, json=a_report(), headers=headers).get_json()['id']}/actions"


def test_a_repeated_action_gets_the_first_answer_byte_for_byte(app: Flask, client: FlaskClient, admin: Headers) -> None:
    url, keyed = actions_of(client, admin), {**admin, "Idempotency-Key": "satu"}
    wish = {"action": "register", "params": {}, "expected_version": 1}
    first = client.post(url, json=wish, headers=keyed)
    other = {"action": "note", "params": {"text": "x"}, "expected_version": 2}
    assert client.post(url, json=other, headers=admin).status_code == 200
    again = client.post(url, json=wish, headers=keyed)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_data() == first.get_data()
    assert again.headers["ETag"] == first.headers["ETag"] == '"v2"'
    assert count(app, ComplaintEvent) == 3


def test_a_key_is_not_taken_for_another_request(app: Flask, client: FlaskClient, admin: Headers) -> None:
    url, keyed = actions_of(client, admin), {**admin, "Idempotency-Key": "satu"}
    note = {"action": "note", "params": {"text": "x"}, "expected_version": 1}
    assert client.post(url, json=note, headers=keyed).status_code == 200
    for path, body in ((url, {**note, "expected_version": 2}), (NEW, a_report())):
        refused = client.post(path, json=body, headers=keyed)
        assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
        assert refused.get_json()["type"].endswith("/idempotency_conflict")
    assert count(app, ComplaintEvent) == 2


def test_a_key_belongs_to_its_caller_alone(client: FlaskClient, admin: Headers, bearer: Bearer) -> None:
    url = actions_of(client, admin)
    note = {"action": "note", "params": {"text": "x"}}
    told = [
        client.post(url, json={**note, "expected_version": n}, headers={**who, "Idempotency-Key": "satu"})
        for n, who in enumerate((admin, bearer("kasi")), start=1)
    ]
    assert [answer.get_json()["result"]["version"] for answer in told] == [2, 3]


def test_a_refused_request_keeps_no_answer_and_may_be_mended(app: Flask, client: FlaskClient, admin: Headers) -> None:
    keyed = {**admin, "Idempotency-Key": "satu"}
    assert client.post(NEW, json=a_report(title=" "), headers=keyed).status_code == 422
    assert count(app, IdempotencyKey) == 0
    assert client.post(NEW, json=a_report(), headers=keyed).status_code == 201


def test_a_key_that_is_none_is_refused(app: Flask, client: FlaskClient, admin: Headers) -> None:
    too_long = client.post(NEW, json=a_report(), headers={**admin, "Idempotency-Key": "k" * 256})
    assert (too_long.status_code, too_long.mimetype) == (400, "application/problem+json")
    assert count(app, Complaint) == 0
    assert client.post(NEW, json=a_report(), headers={**admin, "Idempotency-Key": "k" * 255}).status_code == 201


@pytest.mark.parametrize("door", ["complaint", "sp4n"])
def test_the_same_key_at_once_acts_once(app: Flask, admin: Headers, door: str) -> None:
    with app.app_context():
        key = {"Authorization": f"Bearer {make_key()}"}
    barrier = Barrier(AT_ONCE)

    def send(_: int) -> tuple[int, bytes]:
        client: Any = app.test_client()
        barrier.wait(timeout=20)
        if door == "complaint":
            answer = client.post(NEW, json=a_report(), headers={**admin, "Idempotency-Key": "satu"})
        else:
            body, url = {**a_report(channel="sp4n"), "revision": 1}, "/api/v1/sp4n/reports/9165816"
            answer = client.put(url, json=body, headers={**key, "Idempotency-Key": "satu"})
        return answer.status_code, answer.get_data()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(send, range(AT_ONCE)))
    made = {body for status, body in told if status == 201}
    assert {status for status, _ in told} <= {201, 409}
    assert len(made) == 1
    for status, body in told:
        assert status == 201 or json.loads(body)["title"] == "request_in_progress"
    assert (count(app, Complaint), count(app, ComplaintEvent), count(app, IdempotencyKey)) == (1, 1, 1)


def test_the_etag_of_a_representation_is_what_if_match_takes(client: FlaskClient, admin: Headers) -> None:
    url = actions_of(client, admin)
    seen = client.get(url.removesuffix("/actions"), headers=admin)
    note = {"action": "note", "params": {"text": "x"}}
    for path in ("", "/timeline", "/deadlines", "/actions"):
        assert client.get(url.removesuffix("/actions") + path, headers=admin).headers["ETag"] == '"v1"'
    good = client.post(url, json=note, headers={**admin, "If-Match": seen.headers["ETag"]})
    stale = client.post(url, json=note, headers={**admin, "If-Match": seen.headers["ETag"]})
    assert (good.status_code, good.headers["ETag"], stale.status_code) == (200, '"v2"', 412)
    assert stale.get_json()["type"].endswith("/stale_version")
    both = client.post(url, json={**note, "expected_version": 2}, headers={**admin, "If-Match": '"v1"'})
    assert both.status_code == 412


def test_the_kept_answer_names_nobody(app: Flask, client: FlaskClient, admin: Headers) -> None:
    told = {"name": "KENARI-NAMA", "phone": "0800-1111-2222", "address": "KENARI-ALAMAT"}
    client.post(NEW, json=a_report(reporter=told), headers={**admin, "Idempotency-Key": "satu"})
    with app.app_context():
        kept = db.session.scalars(select(IdempotencyKey)).one()
        assert "KENARI" not in json.dumps([kept.body, kept.request_hash])
        assert "1111-2222" not in kept.body
