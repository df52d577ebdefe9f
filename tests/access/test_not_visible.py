"""A hidden row and a missing one get the same answer, to the last byte: no endpoint reveals that a case exists."""

import re
from collections.abc import Callable
from difflib import unified_diff

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.cases.perform_action import perform_action
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Complaint
from tests.access.endpoint_rows import Parts, address, make_parts
from tests.access.test_endpoint_access import ACCOUNTS, expected, written
from tests.factories import a_complaint
from tests.scenes import Scene
from workflow_rules.process.actions import Action, ActionRequest

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]

MISSING = "98765432"
Shown = tuple[int, list[tuple[str, str]], str]
ID = re.compile(r"<(?:int:\w+|pk|tracking_id|job_id)>")
# What counts calls or time, and the length of a body that is compared itself.
CHANGING = re.compile(r"date|content-length|x-sesi|x-ratelimit-.*|ratelimit.*|set-cookie|x-request-id", re.IGNORECASE)
# Parts of an address that name no row.
KEPT = {"string:name", "per_page", "page", "order", "queue_name", "registry_name", "ending"}
# A page's own nonce, its form token with the second it was made in, and for how long its reader stays signed in.
NONCE = re.compile(r'nonce[-=]"?[\w+/=-]+|data-sesi="\d+"|name="csrf_token" value="[\w.-]+"')


@pytest.fixture
def parts(scene: Scene[Parts]) -> Parts:
    return scene(make_parts)


@pytest.fixture
def own(app: Flask) -> str:
    """A case of the asking agency's own."""
    with app.app_context():
        return str(a_complaint(at="send_answer", agencies=("dplh",)).id)


def closed_endpoints() -> list[str]:
    """Every endpoint with an id in its address that does not open to an officer of another agency."""
    return [name for name, kind in written().items() if ID.search(name) and expected(kind, "elsewhere") != "in"]


def shown(answer: TestResponse, path: str) -> Shown:
    """Everything an answer tells, with its own address left out wherever that is repeated."""
    headers = sorted(
        (name.lower(), without_address(value, path)) for name, value in answer.headers if not CHANGING.fullmatch(name)
    )
    return answer.status_code, headers, without_address(answer.get_data(as_text=True), path)


def without_address(words: str, path: str) -> str:
    """A page may name its address, and those above it: they are what was asked for, not what was found."""
    steps = path.split("/")
    for count in range(len(steps), 2, -1):
        words = words.replace("/".join(steps[:count]), f"(address of {count})")
    return NONCE.sub("nonce", words)


def test_a_foreign_id_and_a_missing_one_get_the_same_answer_at_every_endpoint(
    app: Flask,
    parts: Parts,
    own: str,
    as_user: Callable[[str], FlaskClient],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    assert answers_that_differ(parts, own, as_user(ACCOUNTS["elsewhere"]), bearer(ACCOUNTS["elsewhere"])) == {}


def test_an_agency_that_left_a_case_gets_the_same_answer_at_every_entry_point(
    app: Flask,
    parts: Parts,
    own: str,
    as_user: Callable[[str], FlaskClient],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    """It joined the case, saw it, and was dropped: for all that it may know now the case is not there."""
    case_id, name = int(parts["int:complaint_id"]), ACCOUNTS["elsewhere"]
    with app.app_context():
        agency = "dplh"
        by_office_head(case_id, "add_agency", agency=agency, instruction="Bantu.")
    assert as_user(name).get(f"/aduan/{case_id}").status_code == 200
    with app.app_context():
        by_office_head(case_id, "drop_agency", agency=agency, reason="Sudah ditangani OPD lain.")
    assert answers_that_differ(parts, own, as_user(name), bearer(name)) == {}


def by_office_head(case_id: int, action: str, **params: str) -> None:
    request = ActionRequest(Action(action), None, params)
    perform_action(case_id, request, demo_person("kadis"), None)


def answers_that_differ(parts: Parts, own: str, client: FlaskClient, headers: dict[str, str]) -> dict[str, list[str]]:
    """The entry points at which a hidden row and a missing one are told apart, with the lines that differ."""

    def ask(endpoint: str, filled: Parts) -> Shown:
        method, rule = endpoint.split(" ")
        path = address(rule, filled)
        rest = {"headers": headers, "json": None if method == "GET" else {}} if path.startswith("/api/") else {}
        with client.open(path, method=method, **rest) as answer:
            return shown(answer, path)

    endpoints, wrong = closed_endpoints(), {}
    assert len(endpoints) > 60
    for endpoint in endpoints:
        nothing = without_rows(endpoint, parts)
        pairs = {endpoint: (parts, nothing)}
        if endpoint.count("<") > 1 and "<int:complaint_id>" in endpoint:
            mine = {"int:complaint_id": own}
            pairs[f"{endpoint}, under a case of one's own"] = (parts | mine, nothing | mine)
        for name, (foreign, missing) in pairs.items():
            there, not_there = ask(endpoint, foreign), ask(endpoint, missing)
            if there != not_there:
                wrong[name] = difference(there, not_there)
    return wrong


def without_rows(endpoint: str, parts: Parts) -> Parts:
    """The parts of an address with ids of rows that do not exist."""
    names = {*re.findall(r"<(.+?)>", endpoint), *(key for key in parts if key.startswith("/api/"))}
    # The generated screens find their row by the first part of the address.
    names |= {endpoint.split("/")[1]} if "<pk>" in endpoint else set()
    return parts | dict.fromkeys(names - KEPT, MISSING)


def difference(there: Shown, not_there: Shown) -> list[str]:
    """The lines in which two answers differ."""
    pages = [[str(status), *map(str, headers), *body.splitlines()] for status, headers, body in (there, not_there)]
    return [line for line in unified_diff(*pages, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))]


def test_the_page_of_a_hidden_case_does_not_name_it(
    app: Flask, parts: Parts, as_user: Callable[[str], FlaskClient]
) -> None:
    with app.app_context():
        case = db.session.get_one(Complaint, int(parts["int:complaint_id"]))
        words = (case.number, case.title)
    answer = as_user(ACCOUNTS["elsewhere"]).get(f"/aduan/{parts['int:complaint_id']}")
    assert answer.status_code == 404
    assert not [word for word in words if word in answer.text]
