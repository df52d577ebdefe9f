"""Reports from the integration: by tracking id and revision, once however often they come."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit.replay import audit_all
from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import ApiKey, Complaint, ComplaintEvent, Reporter
from tests.factories import a_report

URL = "/api/v1/sp4n/reports/9165816"


@pytest.fixture
def key(app: Flask) -> Iterator[dict[str, str]]:
    with app.app_context():
        yield {"Authorization": f"Bearer {make_key()}"}


def report(revision: int, **more: Any) -> dict[str, Any]:
    return {**a_report(channel="sp4n"), "revision": revision, "submitted_at": "2026-11-23T08:00:00+08:00", **more}


def test_the_first_delivery_creates_and_the_same_one_changes_nothing(client: FlaskClient, key: dict[str, str]) -> None:
    first = client.put(URL, json=report(1), headers=key)
    again = client.put(URL, json=report(1), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.get_json()["outcome"], again.get_json()["outcome"]) == ("created", "unchanged")
    assert first.get_json()["result"]["sp4n_tracking_id"] == "9165816"
    assert again.get_json()["result"]["version"] == 1


def test_a_later_revision_updates_and_an_older_one_is_refused(
    app: Flask, client: FlaskClient, key: dict[str, str]
) -> None:
    client.put(URL, json=report(2), headers=key)
    newer = client.put(URL, json=report(5, title="Judul baru"), headers=key)
    older = client.put(URL, json=report(3, title="Judul lama"), headers=key)
    assert (newer.status_code, newer.get_json()["result"]["title"]) == (200, "Judul baru")
    assert (older.status_code, older.get_json()["type"].rsplit("/", 1)[1]) == (409, "stale_revision")
    assert audit_all() == []
    assert [e.kind for e in db.session.query(ComplaintEvent).order_by(ComplaintEvent.seq)] == ["received", "revised"]


def test_a_report_made_anonymous_later_loses_its_identity_and_never_gets_it_back(
    client: FlaskClient, key: dict[str, str]
) -> None:
    client.put(URL, json=report(1), headers=key)
    client.put(URL, json=report(2, confidentiality="anonymous"), headers=key)
    answer = client.put(URL, json=report(3, confidentiality="open"), headers=key)
    assert answer.get_json()["result"]["confidentiality"] == "anonymous"
    assert db.session.query(Reporter).count() == 0


def test_twenty_first_deliveries_at_once_make_one_complaint(app: Flask, key: dict[str, str]) -> None:
    def put(_: int) -> int:
        return app.test_client().put(URL, json=report(1), headers=key).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(put, range(20)))
    assert statuses == [200] * 19 + [201]
    assert db.session.query(Complaint).count() == 1


@pytest.mark.parametrize(
    ("tracking_id", "body", "field"),
    [
        ("abc", report(1), "tracking_id"),
        ("12345", report(1), "tracking_id"),
        ("9165816", {**report(1), "revision": "1"}, "revision"),
        ("9165816", {**report(1), "revision": -1}, "revision"),
        ("9165816", {**report(1), "revision": 2**70}, "revision"),
        ("9165816", {**report(1), "submitted_at": "2026-11-23"}, "submitted_at"),
        ("9165816", {k: v for k, v in report(1).items() if k != "title"}, "title"),
    ],
)
def test_a_bad_report_is_told_by_its_field(
    client: FlaskClient, key: dict[str, str], tracking_id: str, body: dict[str, Any], field: str
) -> None:
    answer = client.put(f"/api/v1/sp4n/reports/{tracking_id}", json=body, headers=key)
    assert answer.status_code == 422
    assert field in [e["field"] for e in answer.get_json()["errors"]]


def test_only_a_living_key_with_the_scope_opens_the_door(
    client: FlaskClient, key: dict[str, str], bearer: Callable[[str], dict[str, str]]
) -> None:
    assert client.put(URL, json=report(1)).status_code == 401
    assert client.put(URL, json=report(1), headers={"Authorization": "Bearer lb_wrong"}).status_code == 401
    assert client.put(URL, json=report(1), headers=bearer("admin.aduan")).status_code == 401
    row = db.session.query(ApiKey).one()
    row.scopes = ["read"]
    db.session.commit()
    assert client.put(URL, json=report(1), headers=key).status_code == 403
    row.scopes, row.active = ["sp4n"], False
    db.session.commit()
    assert client.put(URL, json=report(1), headers=key).status_code == 401
