"""With thousands of cases what people and programs wait for reads indexes: never a large table from end to end."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select, text

from app.audit.invariants.scope import SLICES, Scope
from app.audit.invariants.table import CHECKS, check
from app.audit.replay import fault_of
from app.audit.whole_cases import whole_cases
from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import PASSWORD, demo_person, make_key
from app.models import Complaint
from app.worklists.complaint_lists import ComplaintFilter, count_each
from app.worklists.search import prepare_search
from tests.bench.filling.copies import code_of
from tests.bench.filling.load import Filling
from tests.conftest import Browser
from tests.statements import statements_with_values
from tests.worker_database import WorkerDatabase
from tests.worklists.many_cases import nodes

MANY, PROTOTYPES, PAGE = 4_000, 30, 25
KEPT, REALLY = "GENERIC_PLAN, ", "ANALYZE, "
LARGE = ("complaint", "complaint_event", "ledger_entry", "step_task", "notice", "sync_change", "delivery", "reporter")


@pytest.fixture(scope="module")
def full(session_app: Flask, worker_database: WorkerDatabase) -> Iterator[Flask]:
    """A generated office, for every test of this module: they only read, or take back what they write."""
    worker_database.make_again(session_app)
    with session_app.app_context():
        Filling(session_app, closed=4, late=False, drawn=False).grow_to(MANY)
    yield session_app
    with session_app.app_context():
        db.engine.dispose()


@pytest.fixture
def inside(full: Flask) -> Iterator[Flask]:
    """For a test that calls operations itself; around requests a context would make one visitor of all of them."""
    with full.app_context():
        yield full
        db.session.remove()


def plans_of(app: Flask, act: Callable[[], Any], how: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every reading statement that is sent meanwhile, with its plan, made behind the wall behind which it was asked."""
    with statements_with_values(app) as seen:
        act()
    with app.app_context():
        engine = db.engine
    found = []
    with engine.connect() as connection:
        for statement, values in seen:
            if not statement.lstrip().startswith(("SELECT", "WITH")):
                continue
            if "set_config('role'" in statement:
                connection.exec_driver_sql(statement, values)
            elif how == KEPT:
                found.append((statement, _told(connection, how, _numbered(statement), None)))
            else:
                found.append((statement, _told(connection, how, statement, values)))
    return found


def _numbered(statement: str) -> str:
    """As the server keeps it, without any values."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"%\((\w+)\)s", number, statement).replace("%%", "%")


def _told(connection: Connection, how: str, statement: str, values: Any) -> dict[str, Any]:
    driver: Any = connection.connection.driver_connection
    ((told,),) = driver.execute(f"EXPLAIN ({how}FORMAT JSON) {statement}", values, prepare=False)
    plan: dict[str, Any] = told[0]
    return plan


def read_whole(app: Flask, act: Callable[[], Any], how: str = "") -> dict[str, str]:
    """The large tables that are read from end to end, each with the statement that does so.

    What an earlier test wrote and took back still stands in the table and in its index of words, and makes both look
    costlier than they are: in an office autovacuum removes it.
    """
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE complaint"))
    return {
        node["Relation Name"]: statement
        for statement, plan in plans_of(app, act, how)
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan" and node.get("Relation Name") in LARGE
    }


def rows_read(app: Flask, act: Callable[[], Any]) -> dict[str, int]:
    """How many rows of each table are looked at in the table itself, kept or thrown away: not those that an index alone
    tells of.
    """
    found: dict[str, int] = {}
    for _, plan in plans_of(app, act, REALLY):
        for node in nodes(plan):
            if node["Node Type"] in ("Seq Scan", "Index Scan", "Bitmap Heap Scan"):
                rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                name = node["Relation Name"]
                found[name] = found.get(name, 0) + round(rows * node["Actual Loops"])
    return found


def indexes_alone(app: Flask, username: str, path: str) -> set[str]:
    """Which indexes are read without their tables."""
    plans = plans_of(app, get(signed_in(app, username), path))
    return {n["Index Name"] for _, plan in plans for n in nodes(plan) if n["Node Type"] == "Index Only Scan"}


def signed_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": username, "password": PASSWORD})
    return client


def get(client: FlaskClient, path: str, **headers: str) -> Callable[[], None]:
    def act() -> None:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, (path, answer.status_code)

    return act


def test_the_generated_office_holds_what_a_real_one_promises(inside: Flask) -> None:
    """What asks the database is asked of every case; what reads case by case, of one in 28 and of all prototypes."""
    now = utc_now()
    some = select(Complaint.id).where((Complaint.id <= PROTOTYPES) | (Complaint.id % SLICES == 0))
    assert [(case.number, fault) for case in whole_cases(some) if (fault := fault_of(case))] == []
    found = {name: check(name, Scope(now, since=now))[0].findings for name in CHECKS}
    assert {name: findings for name, findings in found.items() if findings} == {}


@pytest.mark.parametrize("username", ["admin.aduan", "kasi", "pengawas", "admin.dplh", "kepala.dishub"])
@pytest.mark.parametrize("path", ["/", "/aduan/", "/aduan/?hal=50", "/aduan/?q=simpang+RT+07", "/aduan/?lewat=1"])
def test_pages_read_no_large_table_whole(full: Flask, username: str, path: str) -> None:
    assert read_whole(full, get(signed_in(full, username), path)) == {}


@pytest.mark.parametrize("username", ["admin.aduan", "pengawas", "admin.dplh"])
@pytest.mark.parametrize("path", ["/", "/aduan/", "/aduan/?lewat=1", "/aduan/?q=simpang"])
def test_the_plans_that_a_connection_keeps_read_no_large_table_whole(full: Flask, username: str, path: str) -> None:
    assert read_whole(full, get(signed_in(full, username), path), KEPT) == {}


def test_what_stands_beside_the_menu_is_counted_in_indexes(full: Flask) -> None:
    counted = {"ix_complaint_next_due", "ix_notice_unread", "ix_step_task_open_actor"}
    assert indexes_alone(full, "admin.aduan", "/aduan/") >= counted
    assert indexes_alone(full, "admin.dplh", "/aduan/") >= counted | {"ix_agency_track_agency_case"}


def test_the_inbox_is_counted_in_indexes(full: Flask) -> None:
    counted = {"ix_complaint_fast", "ix_complaint_status_id", "ix_step_task_open_actor", "ix_step_task_open_case"}
    assert indexes_alone(full, "admin.aduan", "/") >= counted
    assert indexes_alone(full, "admin.dplh", "/") >= {"ix_agency_track_agency_case", "ix_step_task_open_case"}


@pytest.mark.parametrize("username", ["admin.aduan", "admin.dplh"])
@pytest.mark.parametrize("path", ["/", "/aduan/"])
def test_of_the_cases_a_page_reads_only_those_it_shows(full: Flask, username: str, path: str) -> None:
    assert rows_read(full, get(signed_in(full, username), path)).get("complaint", 0) <= PAGE


@pytest.mark.parametrize("username", ["admin.aduan", "admin.dplh"])
@pytest.mark.parametrize("order", ["", "urut=lama", "urut=batas"])
def test_a_page_however_deep_passes_over_no_case(full: Flask, username: str, order: str) -> None:
    """Not even in an index: it begins at the case after which the one before ended."""
    with full.app_context():
        half = db.session.scalars(select(func.max(Complaint.id) / 2)).one()
    mark = f"2025-01-01T00:00:00%2B00:00~{half}" if order == "urut=batas" else half
    plans = plans_of(full, get(signed_in(full, username), f"/aduan/?{order}&hal=2&sesudah={mark}"), REALLY)
    looked_at = [
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for statement, plan in plans
        if "row_number()" in statement
        for node in nodes(plan)
        if node.get("Relation Name") in ("complaint", "agency_track")
    ]
    assert looked_at
    assert max(looked_at) <= 2 * PAGE


def test_a_search_at_an_agency_reads_no_more_than_its_hits(full: Flask) -> None:
    """One index is asked for the words and for the agency: its other cases are not looked at, nor anybody's hits."""
    with full.app_context():
        person = demo_person("admin.dplh")
        found = ComplaintFilter(search=prepare_search("simpang", person))
        own, hits = count_each(person, utc_now(), ComplaintFilter(), found)
    read = rows_read(full, get(signed_in(full, "admin.dplh"), "/aduan/?q=simpang"))
    assert 0 < 3 * hits < own
    assert read["complaint"] <= 3 * hits


def test_a_case_and_its_tracking_page_read_no_large_table_whole(full: Flask) -> None:
    with full.app_context():
        number, case = db.session.execute(text("SELECT number, id FROM complaint ORDER BY id DESC LIMIT 1")).one()
    assert read_whole(full, get(signed_in(full, "kasi"), f"/aduan/{case}")) == {}
    visitor = Browser(full, full.response_class)
    proof = {"number": number, "code": code_of(number)}
    assert read_whole(full, lambda: visitor.post("/lacak", data=proof)) == {}
    assert read_whole(full, get(visitor, "/lacak/kasus")) == {}


def test_programs_read_no_large_table_whole(full: Flask) -> None:
    with full.app_context():
        key = {"Authorization": f"Bearer {make_key()}"}
    client = full.test_client()
    first = client.get("/api/v1/sp4n/changes?limit=100", headers=key).get_json()["result"]["next"]
    assert read_whole(full, get(client, f"/api/v1/sp4n/changes?limit=100&after={first}", **key)) == {}
    assert read_whole(full, get(client, "/api/v1/sp4n/changes?limit=1000", **key)) == {}


def test_the_list_over_rest_reads_no_large_table_whole_however_deep(full: Flask) -> None:
    client = full.test_client()
    sign_in = {"username": "admin.aduan", "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=sign_in).get_json()["access_token"]
    headers, address = {"Authorization": f"Bearer {token}"}, "/api/v1/complaint/?page_size=100"
    for _ in range(20):
        link = client.get(address, headers=headers).headers["Link"]
        address = link.partition("<")[2].partition(">")[0]
    assert read_whole(full, get(client, "/api/v1/complaint/?page_size=100", **headers)) == {}
    assert read_whole(full, get(client, address, **headers)) == {}
    assert read_whole(full, get(client, "/api/v1/worklist/?page_size=100", **headers)) == {}


def test_the_whole_number_is_that_of_the_rows(inside: Flask) -> None:
    told = count_each(demo_person("kadis"), utc_now(), ComplaintFilter())
    assert told == (MANY,) == (db.session.scalars(select(func.count()).select_from(Complaint)).one(),)


def test_the_sweep_reads_no_large_table_whole(inside: Flask) -> None:
    assert read_whole(inside, lambda: raise_due_alarms(utc_now())) == {}
