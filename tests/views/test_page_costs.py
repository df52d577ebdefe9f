"""No page of a case, no list and not the bell asks the database more often than it may, in whatever state of a case
and for whomever.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core.extensions import db
from app.models import SignIn
from tests.cases.costly_cases import STATES
from tests.factories import a_complaint
from tests.scenes import Scene
from tests.statements import statements
from tests.worklists.test_inbox import MOST_QUERIES

As = Callable[[str], FlaskClient]
OFFICE = ("admin.aduan", "kasi", "kabid", "kadis", "pengawas")
HOUSES = ("admin.dishub", "sekretaris.dishub", "kepala.dishub", "kepala.dinkes")
LISTS = (
    "/",
    "/?q=jalan&antre=others",
    "/aduan/",
    "/aduan/?q=jalan",
    "/aduan/?q=jlan",
    "/aduan/?lewat=1",
    "/pemberitahuan/",
)


def cost(app: Flask, client: FlaskClient, address: str) -> tuple[int, int]:
    """The answer's status and how many statements it took, that of the minute in which a sign-in is noted included."""
    with app.app_context():
        db.session.execute(update(SignIn).values(seen_at=SignIn.seen_at - timedelta(minutes=2)))
        db.session.commit()
    with statements(app) as asked:
        status = client.get(address).status_code
    return status, len(asked)


@pytest.mark.parametrize("state", STATES)
def test_the_pages_of_a_case_stay_within_the_budget_in_every_state(app: Flask, as_user: As, state: str) -> None:
    with app.app_context():
        case_id = STATES[state]().id
    pages = (f"/aduan/{case_id}", f"/aduan/{case_id}/batas")
    clients = {name: as_user(name) for name in (*OFFICE, *HOUSES)}
    clients["kasi"].get(pages[0])  # reads the definitions of the office, once for this process
    found = {(name, path): cost(app, client, path) for name, client in clients.items() for path in pages}
    assert {key: n for key, (_, n) in found.items() if n > MOST_QUERIES} == {}
    assert {found[name, path][0] for name in OFFICE for path in pages} == {200}
    assert {found[name, path][0] for name in HOUSES for path in pages} <= {200, 404}


def five_cases() -> None:
    for step in ("register", "check", "direct", "agency_receive", "sign_answer"):
        a_complaint(step, agencies=("dishub", "dinkes"))


@pytest.mark.parametrize("username", [*OFFICE, *HOUSES, "administrator"])
def test_lists_and_bell_stay_within_the_budget(app: Flask, scene: Scene[None], as_user: As, username: str) -> None:
    scene(five_cases)
    client = as_user(username)
    client.get(LISTS[0])  # reads the definitions of the office, once for this process
    found = {path: cost(app, client, path) for path in LISTS}
    assert {path: n for path, (_, n) in found.items() if n > MOST_QUERIES} == {}
    assert {status for status, _ in found.values()} <= {200, 403}
