"""How often a page, an act or a program asks the database does not depend on how many rows there are: 5 against 60."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from app.demo.accounts import make_key
from app.feed.sequence import number_changes
from tests.bench.office import copy_whole
from tests.factories import a_complaint
from tests.sp4n.reports import a_linked_case, a_revision
from tests.statements import statements
from tests.views.test_page_costs import cost

As = Callable[[str], FlaskClient]
OFFICERS = ("admin.aduan", "kasi", "kadis", "pengawas", "admin.dishub", "kepala.dinkes")
PAGES = ("/?baris=100", "/?q=jalan&antre=others&baris=100", "/aduan/?baris=100", "/aduan/?q=jalan&baris=100")
COPIES = 11
KASI = {"username": "kasi", "password": "balangan-demo", "provider": "db"}
APPROVAL = {"action": "approve_check", "params": {}, "expected_version": 2}


def five_cases() -> list[int]:
    steps = ("register", "check", "direct", "agency_receive", "sign_answer")
    return [a_complaint(step, agencies=("dishub", "dinkes"), location={"village": "Batu Piring"}).id for step in steps]


def multiply(cases: list[int]) -> None:
    for number, case in enumerate(cases):
        copy_whole(case, COPIES, f"SALIN{number}")


def linked(numbers: range) -> None:
    for number in numbers:
        a_linked_case(str(9_166_000 + number))
    number_changes()


def costs(app: Flask, clients: dict[str, FlaskClient], case: int) -> dict[tuple[str, str], int]:
    pages = (*PAGES, f"/aduan/{case}")
    return {(name, path): cost(app, client, path)[1] for name, client in clients.items() for path in pages}


def test_no_page_asks_more_often_because_there_are_more_rows(app: Flask, as_user: As) -> None:
    with app.app_context():
        cases = five_cases()
        opened = cases[3]
    clients = {name: as_user(name) for name in OFFICERS}
    for path in ("/", f"/aduan/{opened}"):  # each process reads the office's definitions and roles once
        clients["admin.aduan"].get(path)
        clients["pengawas"].get(path)
    few = costs(app, clients, opened)
    with app.app_context():
        multiply(cases)
    assert costs(app, clients, opened) == few


def test_no_answer_to_a_program_takes_more_statements_because_there_are_more_rows(app: Flask) -> None:
    client = app.test_client()
    with app.app_context():
        cases = five_cases()
        key = {"Authorization": f"Bearer {make_key()}"}
        linked(range(5))
    sign_in = KASI | {"username": "admin.aduan"}
    token = client.post("/api/v1/security/login", json=sign_in).get_json()["access_token"]
    reader = {"Authorization": f"Bearer {token}"}
    asked = {"/api/v1/complaint/?page_size=100": reader, "/api/v1/worklist/?page_size=100": reader}
    asked |= {"/api/v1/sp4n/changes?limit=100": key, "/api/v1/sp4n/reconciliation": key}
    # The first call of a key in a minute notes that it is in use.
    client.get("/api/v1/sp4n/reconciliation", headers=key)
    few = {path: _asked(app, client, "GET", path, headers) for path, headers in asked.items()}
    with app.app_context():
        multiply(cases)
        linked(range(5, 60))
    assert {path: _asked(app, client, "GET", path, headers) for path, headers in asked.items()} == few


def test_neither_an_act_nor_a_report_takes_more_statements_because_there_are_more_rows(app: Flask) -> None:
    client = app.test_client()
    with app.app_context():
        cases = five_cases()
        first, second = a_complaint("check").id, a_complaint("check").id
        key = {"Authorization": f"Bearer {make_key()}"}
    token = client.post("/api/v1/security/login", json=KASI).get_json()["access_token"]
    by = {"Authorization": f"Bearer {token}"}

    def act(case: int) -> int:
        return _asked(app, client, "POST", f"/api/v1/complaint/{case}/actions", by, APPROVAL)

    def put(number: str) -> int:
        return _asked(app, client, "PUT", f"/api/v1/sp4n/reports/{number}", key, a_revision(1))

    put("9165000")
    few = act(first), put("9165001")
    with app.app_context():
        multiply(cases)
    assert (act(second), put("9165002")) == few


def _asked(
    app: Flask, client: FlaskClient, method: str, path: str, headers: dict[str, str], body: object = None
) -> int:
    with statements(app) as seen:
        answer = client.open(path, method=method, headers=headers, json=body)
    assert answer.status_code in (200, 201), answer.text
    return len(seen)
