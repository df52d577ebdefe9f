"""A case that somebody holds keeps an officer for some seconds at most, and everybody else not at all."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from app.cases.bulk_actions import ChosenCase, perform_together
from app.core.extensions import db
from app.core.waiting_places import EXTENSION, WaitingPlaces
from app.demo.accounts import PASSWORD
from tests.cases.case_pages import form_on
from tests.conftest import build_app, client_of
from tests.factories import a_complaint, a_report
from tests.public.test_public_intake import GOOD, token_on
from tests.public.tracked_pages import opened, reporter, reporter_form, send
from tests.servers import redis_url_for
from tests.story.live import live_program
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

BUSY = "Data ini sedang dipakai orang lain"


@contextmanager
def held(address: str, lock: LiteralString, *values: int) -> Iterator[None]:
    """Another session holds what the statement `lock` locks."""
    with psycopg.connect(address.replace("+psycopg", "")) as other:
        other.execute(lock, values)
        yield


def held_row(address: str, case: int) -> AbstractContextManager[None]:
    """Another session holds the row of a case."""
    return held(address, "SELECT id FROM complaint WHERE id = %s FOR UPDATE", case)


@pytest.fixture
def hasty(app: Flask) -> Iterator[Flask]:
    """The program with the web server's patience cut to one second."""
    places = (app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME"))
    built = build_app(*places, LOCK_SECONDS=1)
    yield built
    with built.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def case(app: Flask) -> int:
    with app.app_context():
        return a_complaint(at="direct").id


def note_over_rest(app: Flask, case: int, headers: dict[str, str]) -> Any:
    body = {"action": "note", "params": {"text": "Dicatat."}, "expected_version": 3}
    return app.test_client().post(f"/api/v1/complaint/{case}/actions", json=body, headers=headers)


def test_an_act_on_a_locked_case_is_answered_with_retry_after(
    hasty: Flask, case: int, bearer: Callable[[str], dict[str, str]]
) -> None:
    headers = bearer("kadis")
    with held_row(hasty.config["SQLALCHEMY_DATABASE_URI"], case):
        answer = note_over_rest(hasty, case, headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert answer.get_json()["type"].endswith("/busy")
    assert answer.get_json()["detail"].startswith(BUSY)
    version = hasty.test_client().get(f"/api/v1/complaint/{case}", headers=headers).get_json()["result"]["version"]
    body = {"action": "note", "params": {"text": "Dicatat."}, "expected_version": version}
    again = hasty.test_client().post(f"/api/v1/complaint/{case}/actions", json=body, headers=headers)
    assert again.status_code == 200


def test_a_form_keeps_what_was_typed(hasty: Flask, case: int) -> None:
    client: FlaskClient = client_of(hasty, "kadis")
    form = form_on(client.get(f"/aduan/{case}").text, "note")
    with held_row(hasty.config["SQLALCHEMY_DATABASE_URI"], case):
        answer = client.post(form.address, data={**form.fields, "text": "Warga menunggu di loket."})
    assert answer.status_code == 503
    assert BUSY in answer.text
    assert "Warga menunggu di loket." in answer.text


def test_a_reporters_form_keeps_what_was_typed(hasty: Flask) -> None:
    hasty.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    with hasty.app_context():
        case = a_complaint()
    client = reporter(hasty, case)
    form = opened(client, "note")
    with held_row(hasty.config["SQLALCHEMY_DATABASE_URI"], case.id):
        answer = send(client, form, text="Lampu padam lagi semalam.")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert BUSY in answer.text
    assert reporter_form(answer.text, "note").fields["text"] == ["Lampu padam lagi semalam."]


@pytest.mark.parametrize(("username", "address"), [(None, "/lapor"), ("admin.aduan", "/aduan/baru")])
def test_the_form_of_a_new_complaint_keeps_what_was_typed(hasty: Flask, username: str | None, address: str) -> None:
    hasty.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]
    client = client_of(hasty, username) if username else hasty.test_client()
    fields = {**GOOD, "channel": "walk_in", "classification": "complaint"}
    fields["form_token"] = token_on(client.get(address).text)
    with held(hasty.config["SQLALCHEMY_DATABASE_URI"], "LOCK TABLE number_counter"):
        answer = client.post(address, data=fields)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert BUSY in answer.text
    assert GOOD["title"] in answer.text
    assert client.post(address, data={**fields, "form_token": token_on(answer.text)}).status_code == 303


def test_no_more_requests_wait_than_there_are_places(
    app: Flask, case: int, bearer: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    headers = bearer("kadis")
    app.extensions[EXTENSION] = WaitingPlaces(tmp_path / "places", 0)
    try:
        with held_row(app.config["SQLALCHEMY_DATABASE_URI"], case):
            answer = note_over_rest(app, case, headers)
    finally:
        del app.extensions[EXTENSION]
    assert answer.get_json()["type"].endswith("/busy")


def test_an_act_on_several_cases_needs_a_place_too(
    app: Flask, case: int, person: Callable[[str], Person], tmp_path: Path
) -> None:
    with app.app_context():
        other = a_complaint(at="direct").id
    with app.app_context(), held_row(app.config["SQLALCHEMY_DATABASE_URI"], case):
        chosen = [ChosenCase(other, None, 3), ChosenCase(case, None, 3)]
        app.extensions[EXTENSION] = WaitingPlaces(tmp_path / "places", 0)
        try:
            with pytest.raises(ActionRefused, match="busy"):
                perform_together(chosen, Action.NOTE, {"text": "Dicatat."}, person("kadis"))
        finally:
            del app.extensions[EXTENSION]


def test_a_place_is_free_again_after_its_holder(tmp_path: Path) -> None:
    places = WaitingPlaces(tmp_path, 1)
    with places.take() as first, WaitingPlaces(tmp_path, 1).take() as second:
        assert (first, second) == (True, False)
    with places.take() as again:
        assert again


def test_liveness_does_not_wait_behind_acts_on_a_held_case(app: Flask, worker: str, tmp_path: Path) -> None:
    with live_program("locked", worker, tmp_path / "home", redis_url_for(worker)) as program:
        program.start("web")
        program.wait_until_served()
        address, own = f"{program.url}/api/v1/complaint/", _token(program.url, "admin.aduan")
        case = requests.post(address, json=a_report(), headers=own, timeout=30).json()["result"]
        answers: list[tuple[int, float]] = []

        def act() -> None:
            body = {"action": "note", "params": {"text": "Dicatat."}, "expected_version": case["version"]}
            began = time.monotonic()
            answer = requests.post(
                f"{address}{case['id']}/actions",
                json=body,
                headers=own,
                timeout=60,
            )
            answers.append((answer.status_code, time.monotonic() - began))

        acts = [threading.Thread(target=act) for _ in range(6)]
        with held_row(program.database_url, case["id"]):
            for thread in acts:
                thread.start()
            slowest = 0.0
            while any(thread.is_alive() for thread in acts):
                began = time.monotonic()
                assert requests.get(f"{program.url}/healthz", timeout=30).status_code == 200
                slowest = max(slowest, time.monotonic() - began)
            for thread in acts:
                thread.join()
    assert slowest < 2
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 10


def _token(url: str, username: str) -> dict[str, str]:
    body = {"username": username, "password": PASSWORD, "provider": "db"}
    answer = requests.post(f"{url}/api/v1/security/login", json=body, timeout=30)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
