"""HTTP as its standards say, on every route: tags, conditions, limits, bodies that are none; never a crash."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, IdempotencyKey
from app.web.idempotency import forget_answers
from tests.factories import a_complaint, a_report
from views.api.cases import complaints

Headers = dict[str, str]
Bearer = Callable[[str], Headers]
NEW = "/api/v1/complaint/"
DISTRICT = "/api/v1/district/"


@pytest.fixture
def admin(bearer: Bearer) -> Headers:
    return bearer("admin.aduan")


def title(answer: Any) -> str:
    assert answer.mimetype == "application/problem+json", answer.text
    return str(answer.get_json()["title"])


@pytest.mark.parametrize("address", [NEW, DISTRICT, f"{DISTRICT}1", "/api/v1/worklist/", "/api/v1/_openapi"])
def test_what_was_read_carries_a_tag_and_is_not_sent_twice(
    app: Flask, client: FlaskClient, admin: Headers, address: str
) -> None:
    first = client.get(address, headers=admin)
    tag = first.headers["ETag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = client.get(address, headers={**admin, "If-None-Match": given})
        assert (same.status_code, same.get_data(), same.headers["ETag"]) == (304, b"", tag)
        assert "Content-Type" not in same.headers
    assert client.get(address, headers={**admin, "If-None-Match": '"other"'}).status_code == 200


def test_another_content_has_another_tag(app: Flask, client: FlaskClient, admin: Headers) -> None:
    before = client.get(NEW, headers=admin).headers["ETag"]
    with app.app_context():
        a_complaint()
    changed = client.get(NEW, headers={**admin, "If-None-Match": before})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != before


def test_head_and_options_are_sane(client: FlaskClient, admin: Headers) -> None:
    whole, head = client.get(NEW, headers=admin), client.head(NEW, headers=admin)
    assert (head.status_code, head.get_data(), head.headers["ETag"]) == (200, b"", whole.headers["ETag"])
    options = client.options(NEW)
    assert options.status_code == 200
    assert set(options.headers["Allow"].replace(",", "").split()) == {"GET", "HEAD", "OPTIONS", "POST"}
    refused = client.patch(NEW, headers=admin)
    assert (refused.status_code, title(refused)) == (405, "method_not_allowed")
    assert "GET" in refused.headers["Allow"]


def nested(depth: int, opens: str = "[", closes: str = "]") -> bytes:
    return (opens * depth + closes * depth).encode()


BODIES = [
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b"", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b'{"title": NaN}', "application/json", 400),
    (b'{"title": "a", "title": "b"}', "application/json", 400),
    (b'{"title": ' + b"9" * 5000 + b"}", "application/json", 400),
    (nested(40), "application/json", 400),
    (nested(200_000), "application/json", 400),
    (b'{"title": ' + nested(40) + b"}", "application/json", 400),
    (nested(100_000, '{"a":', "}"), "application/json", 400),
    (b"{}", "text/plain", 415),
    (b"a=1", "application/x-www-form-urlencoded", 415),
    (b"{}", "", 415),
    (b'{"title": "\\ud800", "body": "a", "channel": "web"}', "application/json", 422),
    (b'{"title": "a\\u0000", "body": "a", "channel": "web"}', "application/json", 422),
    (b'{"\\ud800": 1}', "application/json", 422),
    (b'{"title": 1e400}', "application/json", 422),
]


@pytest.mark.parametrize(("content", "kind", "status"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_none_is_refused_on_every_door(
    app: Flask, client: FlaskClient, bearer: Bearer, content: bytes, kind: str, status: int
) -> None:
    for address, who in ((NEW, "admin.aduan"), (DISTRICT, "administrator")):
        refused = client.post(address, data=content, content_type=kind or None, headers=bearer(who))
        assert refused.status_code == status, refused.text
        title(refused)
        for word in ("psycopg", "SELECT", "sqlalchemy", "Traceback"):
            assert word not in refused.text
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(Complaint)).scalar_one() == 0


def test_a_body_past_the_limit_is_413(client: FlaskClient, admin: Headers) -> None:
    refused = client.post(NEW, data=b" " * (27 * 1024 * 1024), content_type="application/json", headers=admin)
    assert (refused.status_code, title(refused)) == (413, "payload_too_large")


@pytest.mark.parametrize("query", ["hobby=1", "page=1&page=2", "status=flying", "late=yes", "updated_since=kemarin"])
def test_a_parameter_that_is_unknown_double_or_wrong_is_named(client: FlaskClient, admin: Headers, query: str) -> None:
    refused = client.get(f"{NEW}?{query}", headers=admin)
    assert (refused.status_code, title(refused)) == (400, "bad_request")
    assert [fault["field"] for fault in refused.get_json()["errors"]] == [query.partition("=")[0]]
    for address in (f"{NEW}1?{query}", f"{NEW}1/timeline?{query}"):
        assert client.get(address, headers=admin).status_code == 400


def test_filters_of_complaints(app: Flask, client: FlaskClient, bearer: Bearer, freeze: Callable[[str], Any]) -> None:
    with app.app_context():
        freeze("2026-11-02 08:00")
        late = a_complaint(at="check", channel="phone", category="jalan_berlubang").id
        freeze("2026-11-24 10:00")
        fresh = a_complaint(at="agency_receive", agencies=("dishub",)).id
    admin = bearer("admin.aduan")

    def found(query: str) -> list[int]:
        rows = client.get(f"{NEW}?{query}", headers=admin).get_json()["result"]
        return [row["id"] for row in rows]

    assert found("") == [fresh, late]
    assert found("status=checking") == found("channel=phone") == found("category=jalan_berlubang") == [late]
    assert found("agency=dishub") == found("received_from=2026-11-24") == found("late=false") == [fresh]
    assert found("late=true") == found("received_to=2026-11-02") == [late]
    assert found("updated_since=2026-11-24T00:00:00%2B08:00") == [fresh]
    assert found("updated_since=2026-11-24T00:00:00+08:00") == [fresh]
    assert found("received_from=0001-01-01&received_to=9999-12-31") == [fresh, late]
    assert found("agency=nirwana") == []


def test_complaints_page_by_key_as_by_number(app: Flask, client: FlaskClient, admin: Headers) -> None:
    with app.app_context():
        ids = [a_complaint().id for _ in range(5)]
    first = client.get(f"{NEW}?page_size=2", headers=admin)
    second = client.get(first.headers["Link"].partition(">")[0][1:], headers=admin)
    by_number = client.get(f"{NEW}?page_size=2&page=1", headers=admin)
    assert [row["id"] for row in second.get_json()["result"]] == [ids[2], ids[1]]
    assert second.get_json() == by_number.get_json()
    assert 'rel="prev"' in by_number.headers["Link"]
    both = first.headers["Link"].partition(">")[0][1:] + "&page=1"
    assert client.get(both, headers=admin).status_code == 400


def test_a_repeat_while_the_first_is_at_work_is_409(
    app: Flask, client: FlaskClient, admin: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, may_end = Event(), Event()
    receive = complaints.receive_complaint

    def slowly(*args: Any, **kwargs: Any) -> Any:
        began.set()
        assert may_end.wait(20)
        return receive(*args, **kwargs)

    monkeypatch.setattr(complaints, "receive_complaint", slowly)
    keyed = {**admin, "Idempotency-Key": "satu"}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: app.test_client().post(NEW, json=a_report(), headers=keyed))
        assert began.wait(20)
        second = client.post(NEW, json=a_report(), headers=keyed)
        may_end.set()
        made = first.result(20)
    assert (second.status_code, title(second), second.headers["Retry-After"]) == (409, "request_in_progress", "1")
    third = client.post(NEW, json=a_report(), headers=keyed)
    assert (made.status_code, third.get_data()) == (201, made.get_data())


def test_kept_answers_are_forgotten_after_a_week(app: Flask, client: FlaskClient, admin: Headers) -> None:
    client.post(NEW, json=a_report(), headers={**admin, "Idempotency-Key": "satu"})
    with app.app_context():
        assert forget_answers(utc_now() + timedelta(days=6, hours=23)) == 0
        assert forget_answers(utc_now() + timedelta(days=7, minutes=1)) == 1
        assert db.session.scalars(select(IdempotencyKey)).first() is None


def test_a_caller_past_its_rate_waits_and_the_others_do_not(
    app: Flask, client: FlaskClient, bearer: Bearer, freeze: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze("2026-11-24 10:00")
    monkeypatch.setitem(app.config, "API_USER_RATE", 3)
    kasi, kabid = bearer("kasi"), bearer("kabid")
    told = [client.get("/api/v1/worklist/", headers=kasi) for _ in range(4)]
    assert [answer.status_code for answer in told] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit"] for answer in told] == [f'"user";r={n};t=60' for n in (2, 1, 0, 0)]
    assert {answer.headers["RateLimit-Policy"] for answer in told} == {'"user";q=3;w=60'}
    assert (title(told[3]), told[3].headers["Retry-After"]) == ("too_many_requests", "60")
    assert client.get("/api/v1/worklist/", headers=kabid).status_code == 200
    freeze("2026-11-24 10:01")
    assert client.get("/api/v1/worklist/", headers=kasi).status_code == 200


def test_a_store_of_rates_that_is_away_closes_no_door(
    app: Flask, client: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> int:
        raise ConnectionError

    store = app.appbuilder.sm.limiter.storage  # type: ignore[attr-defined]
    monkeypatch.setattr(store, "incr", away)
    monkeypatch.setattr(store, "check", lambda: False)
    monkeypatch.setitem(app.config, "API_USER_RATE", 2)
    headers = bearer("kasi")
    statuses = [client.get("/api/v1/worklist/", headers=headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_no_problem_shows_what_is_inside(client: FlaskClient, admin: Headers) -> None:
    for address in (f"{NEW}{2**63}", f"{NEW}{2**31}", f"{NEW}999/actions", "/api/v1/officer/4294967296", "/api/v1/x"):
        refused = client.get(address, headers=admin)
        assert refused.status_code in (403, 404)
        assert set(refused.get_json()) == {"type", "title", "status", "detail"}
    assert json.loads(client.get("/api/", headers=admin).get_data())["status"] == 404
