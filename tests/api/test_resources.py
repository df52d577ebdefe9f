"""The data API: every table as a resource, under the rows, rules and journal of the screens."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import Complaint, Holiday, JournalEntry, StepTask
from tests.factories import a_complaint
from tests.statements import statements
from views.api.cases.schemas import COMPLAINT_HIDDEN, COMPLAINT_PARTS
from views.api.resources.catalogue import RESOURCES

Headers = dict[str, str]
Bearer = Callable[[str], Headers]
API = "/api/v1"


@pytest.fixture
def admin(bearer: Bearer) -> Headers:
    return bearer("administrator")


def names_of(model: Any) -> set[str]:
    return {column.key for column in inspect(model).column_attrs}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda found: found.name)
def test_every_column_of_a_table_is_told_or_hidden_by_name(resource: Any) -> None:
    told = {name for column in (*resource.columns, *resource.detail) for name in column.publishes}
    assert told | resource.hidden == names_of(resource.model)
    assert not told & resource.hidden


def test_every_column_of_a_complaint_is_told_or_hidden_by_name() -> None:
    told = set(COMPLAINT_PARTS) & names_of(Complaint)
    assert told | COMPLAINT_HIDDEN == names_of(Complaint)
    assert not told & COMPLAINT_HIDDEN


def pages(client: FlaskClient, address: str, headers: Headers) -> list[list[Any]]:
    """Every page of a list, by following `Link`."""
    found = []
    while address:
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, answer.text
        found.append(answer.get_json()["result"])
        link = answer.headers.get("Link", "")
        address = link.partition(">")[0].removeprefix("<http://localhost") if 'rel="next"' in link else ""
    return found


@pytest.mark.parametrize("sort", ["id", "-id", "code", "-code", "name", "-name"])
def test_pages_by_key_hold_every_row_once_and_in_order(client: FlaskClient, admin: Headers, sort: str) -> None:
    whole = pages(client, f"{API}/village/?sort={sort}&page_size=100", admin)
    short = pages(client, f"{API}/village/?sort={sort}&page_size=37", admin)
    rows = [row for page in short for row in page]
    assert rows == [row for page in whole for row in page]
    assert len({row["id"] for row in rows}) == len(rows) > 100
    if "name" not in sort:
        values = [row[sort.removeprefix("-")] for row in rows]
        assert values == sorted(values, reverse=sort.startswith("-"))


def test_a_row_that_comes_meanwhile_shifts_no_page(client: FlaskClient, admin: Headers) -> None:
    first = client.get(f"{API}/holiday/?sort=-day&page_size=2", headers=admin)
    body = {"day": "2031-01-01", "name": "Uji", "reason": "Uji"}
    assert client.post(f"{API}/holiday/", json=body, headers=admin).status_code == 201
    address = first.headers["Link"].partition(">")[0].removeprefix("<http://localhost")
    seen = {row["id"] for row in first.get_json()["result"]}
    assert not seen & {row["id"] for row in client.get(address, headers=admin).get_json()["result"]}


def test_a_place_is_good_for_its_own_list_alone(client: FlaskClient, admin: Headers) -> None:
    link = client.get(f"{API}/village/?page_size=1", headers=admin).headers["Link"]
    after = link.partition("after=")[2].partition(">")[0].partition("&")[0]
    for address in ("district/", "village/?sort=-id", "village/?district=63.11.01"):
        joined = f"{API}/{address}{'&' if '?' in address else '?'}after={after}"
        assert client.get(joined, headers=admin).status_code == 400
    for forged in (after[:-1], after + "x", "", "eyJhIjoxfQ", "%00"):
        assert client.get(f"{API}/village/?after={forged}", headers=admin).status_code == 400
    assert client.get(f"{API}/village/?page_size=5&after={after}", headers=admin).status_code == 200


def test_filters_narrow_and_a_wrong_one_is_named(client: FlaskClient, admin: Headers) -> None:
    found = client.get(f"{API}/village/?district=63.11.01&page_size=100", headers=admin).get_json()["result"]
    assert found
    assert {row["district"] for row in found} == {"63.11.01"}
    days = client.get(f"{API}/holiday/?day_from=2026-05-01&day_to=2026-05-01", headers=admin).get_json()["result"]
    assert {row["day"] for row in days} == {"2026-05-01"}
    wrong = client.get(f"{API}/holiday/?day_from=1+Mei&hobby=1&kind=x&kind=local", headers=admin)
    assert wrong.status_code == 400
    assert {fault["field"] for fault in wrong.get_json()["errors"]} == {"day_from", "hobby", "kind"}


def test_a_list_costs_the_same_however_many_rows(app: Flask, client: FlaskClient, admin: Headers) -> None:
    for name in ("agency", "category", "officer", "delegation", "village"):
        costs = []
        for size in (2, 100):
            with statements(app) as asked:
                assert client.get(f"{API}/{name}/?page_size={size}", headers=admin).status_code == 200
            costs.append(len(asked))
        assert costs[0] == costs[1] <= 6, (name, costs)


def test_no_secret_of_an_officer_is_told(client: FlaskClient, admin: Headers) -> None:
    rows = client.get(f"{API}/officer/?page_size=100", headers=admin)
    for secret in ("password", "scrypt", "@", "nip", PASSWORD):
        assert secret not in rows.text
    assert {"id", "username", "full_name", "active", "roles", "agency", "position", "rank"} == set(
        rows.get_json()["result"][0]
    )


def test_an_agency_reads_steps_and_letters_of_its_own_cases_alone(
    app: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    with app.app_context():
        own = a_complaint(at="send_answer", agencies=("dishub",)).id
        other = a_complaint(at="send_answer", agencies=("dplh",)).id
        foreign = db.session.scalars(select(StepTask.id).where(StepTask.complaint_id == other)).first()
    headers = bearer("kepala.dishub")
    for name in ("step_task", "letter"):
        rows = client.get(f"{API}/{name}/?page_size=100", headers=headers).get_json()["result"]
        assert {row["complaint_id"] for row in rows} == {own}
        assert client.get(f"{API}/{name}/?complaint_id={other}", headers=headers).get_json()["result"] == []
    assert client.get(f"{API}/step_task/{foreign}", headers=headers).status_code == 404


def test_a_draft_is_no_letter_yet(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        a_complaint(at="sign_answer", agencies=("dishub",))
    assert client.get(f"{API}/letter/", headers=bearer("kepala.dishub")).get_json()["result"] == []


def tag_of(client: FlaskClient, address: str, headers: Headers) -> Headers:
    return {**headers, "If-Match": client.get(address, headers=headers).headers["ETag"]}


def test_a_row_is_made_changed_and_removed_with_its_tag(client: FlaskClient, admin: Headers) -> None:
    made = client.post(f"{API}/district/", json={"code": "63.11.99", "name": " Uji "}, headers=admin)
    assert (made.status_code, made.get_json()["result"]["name"]) == (201, "Uji")
    address = made.headers["Location"].removeprefix("http://localhost")
    assert client.get(address, headers=admin).headers["ETag"] == made.headers["ETag"]
    body = {"name": "Uji lain"}
    assert client.put(address, json=body, headers=admin).status_code == 428
    seen = tag_of(client, address, admin)
    changed = client.put(address, json=body, headers=seen)
    assert (changed.status_code, changed.get_json()["result"]) == (
        *(200, {"code": "63.11.99", "id": made.get_json()["id"], "name": "Uji lain"}),
    )
    assert client.put(address, json=body, headers=seen).status_code == 412
    assert client.delete(address, headers=seen).status_code == 412
    assert client.delete(address, headers=admin).status_code == 428
    assert client.delete(address, headers=tag_of(client, address, admin)).status_code == 204
    assert client.get(address, headers=admin).status_code == 404


def test_every_faulty_field_is_told_at_once_and_nothing_is_written(client: FlaskClient, admin: Headers) -> None:
    body = {"code": "NO", "name": "", "parent": "nirwana", "national_class": "x", "active": "yes", "hobby": 1}
    refused = client.post(f"{API}/category/", json=body, headers=admin)
    assert refused.status_code == 422
    assert {fault["field"] for fault in refused.get_json()["errors"]} == set(body)
    assert all(fault["message"] for fault in refused.get_json()["errors"])
    changed = client.put(f"{API}/category/1", json={}, headers=tag_of(client, f"{API}/category/1", admin))
    assert {fault["field"] for fault in changed.get_json()["errors"]} == {
        *("name", "parent", "default_agency", "national_class", "active"),
    }


def test_the_rules_of_the_screens_hold_here(client: FlaskClient, admin: Headers) -> None:
    top = client.get(f"{API}/category/?page_size=100", headers=admin).get_json()["result"]
    under = next(row for row in top if row["parent"])
    upper = next(row for row in top if row["code"] == under["parent"])
    address = f"{API}/category/{upper['id']}"
    other = next(row["code"] for row in top if row["parent"] is None and row["id"] != upper["id"])
    body = {name: upper[name] for name in ("name", "default_agency", "national_class", "active")}
    deep = client.put(address, json={**body, "parent": other}, headers=tag_of(client, address, admin))
    assert (deep.status_code, deep.get_json()["errors"][0]["field"]) == (422, "parent")
    named = client.delete(address, headers=tag_of(client, address, admin))
    assert (named.status_code, named.get_json()["title"]) == (409, "cannot_change")
    twice = {**body, "code": upper["code"], "parent": None}
    assert client.post(f"{API}/category/", json=twice, headers=admin).status_code == 409


def test_a_change_of_the_calendar_asks_for_its_reason_and_is_journalled(
    app: Flask, client: FlaskClient, bearer: Bearer, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-23 10:00")
    admin = bearer("administrator")
    with app.app_context():
        a_complaint(at="draft_answer", agencies=("dishub",))
    body = {"day": "2026-11-24", "name": "Libur uji", "kind": "local"}
    bare = client.post(f"{API}/holiday/", json=body, headers=admin)
    assert (bare.status_code, [e["field"] for e in bare.get_json()["errors"]]) == (422, ["reason"])
    wanted = {**body, "reason": "Keputusan uji"}
    seen = client.post(f"{API}/holiday/?dry_run=true", json=wanted, headers=admin).get_json()
    assert seen == {"result": None, "moved": 1}
    with app.app_context():
        assert db.session.scalars(select(Holiday).where(Holiday.name == "Libur uji")).first() is None
    made = client.post(f"{API}/holiday/", json=wanted, headers=admin)
    assert (made.status_code, made.get_json()["moved"], made.get_json()["result"]["day"]) == (201, 1, "2026-11-24")
    address = f"{API}/holiday/{made.get_json()['id']}"
    seen_row = tag_of(client, address, admin)
    assert client.delete(address, headers=seen_row).status_code == 422
    assert client.delete(f"{address}?reason=Batal", headers=seen_row).status_code == 204
    with app.app_context():
        entries = db.session.scalars(
            select(JournalEntry).where(JournalEntry.kind != "row_changed").order_by(JournalEntry.id)
        ).all()
        assert [(e.kind, e.reason, e.data["moved"]) for e in entries] == [
            ("calendar_changed", "Keputusan uji", 1),
            ("calendar_changed", "Batal", 1),
        ]
        assert {e.officer_id for e in entries} != {None}


def test_a_limit_is_journalled_with_who_changed_it(app: Flask, client: FlaskClient, admin: Headers) -> None:
    body = {"stage": "verify", "of_class": None, "days": 4, "source": "Peraturan uji", "valid_from": "2027-01-01"}
    assert client.post(f"{API}/national_limit/", json=body, headers=admin).status_code == 201
    told = client.get(f"{API}/journal/?kind=limit_changed", headers=admin).get_json()["result"]
    assert [row["officer"] for row in told] == ["administrator"]
    whole = client.get(f"{API}/journal/{told[0]['id']}", headers=admin).get_json()["result"]
    assert (whole["data"]["before"], whole["data"]["after"]["days"]) == (None, 4)


@pytest.mark.parametrize("name", ["sop", "step_task", "letter", "journal"])
def test_what_is_only_read_has_no_way_to_write(client: FlaskClient, admin: Headers, name: str) -> None:
    for method, address in (("POST", ""), ("PUT", "1"), ("DELETE", "1"), ("PATCH", "1")):
        refused = client.open(f"{API}/{name}/{address}", method=method, headers=admin, json={})
        assert refused.status_code == 405
        assert "GET" in refused.headers["Allow"]


def test_a_repeated_write_is_done_once(client: FlaskClient, admin: Headers) -> None:
    keyed = {**admin, "Idempotency-Key": "satu"}
    body = {"code": "63.11.98", "name": "Uji"}
    first = client.post(f"{API}/district/", json=body, headers=keyed)
    again = client.post(f"{API}/district/", json=body, headers=keyed)
    assert (first.status_code, again.status_code, again.get_data()) == (201, 201, first.get_data())
    assert (again.headers["ETag"], again.headers["Location"]) == (first.headers["ETag"], first.headers["Location"])
    assert client.post(f"{API}/district/", json={**body, "name": "Lain"}, headers=keyed).status_code == 422
