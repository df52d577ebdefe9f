"""A database connection that is cut at any moment of a request ends in an answer of ours: what was asked for, or a 503
that says to try again. It never ends in the web server's bare 500, and log and metric say what the client saw.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask, request_tearing_down
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.core import logs
from app.core.extensions import db
from app.monitoring.request_metrics import REQUESTS
from tests.factories import a_complaint

MOST_MOMENTS = 60


@dataclass
class Cut:
    """Ends every connection of the test's database at one moment of a request."""

    app: Flask
    moment: int = 0
    passed: int = 0

    def reach(self, *_anything: Any, **_more: Any) -> None:
        """One more moment at which the network may fail."""
        self.passed += 1
        if self.passed == self.moment:
            self._end_sessions()

    def _end_sessions(self) -> None:
        address = self.app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """Cut at this moment, counted from 1: before each statement and commit, and once the answer is made."""
        self.moment, self.passed = moment, 0
        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", self.reach)
        event.listen(engine, "commit", self.reach)
        request_tearing_down.connect(self.reach, self.app)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", self.reach)
            event.remove(engine, "commit", self.reach)
            request_tearing_down.disconnect(self.reach, self.app)


def cut_everywhere(app: Flask, ask: Callable[[], TestResponse]) -> dict[int, TestResponse]:
    """The answer for each moment at which the connection was cut."""
    answers, cut = {}, Cut(app)
    for moment in range(1, MOST_MOMENTS):
        with cut.at(moment):
            answers[moment] = ask()
        if cut.passed < moment:
            return answers
    raise AssertionError("the request has no end")


def assert_unavailable(answer: TestResponse, *, otherwise: int) -> None:
    """A request that was cut is answered as asked, or says when to come again."""
    assert answer.status_code in (otherwise, 503)
    if answer.status_code == 503:
        assert answer.headers["Retry-After"] == "5"
        assert "Layanan sedang dalam perbaikan" in answer.text or answer.get_json()["type"].endswith("/unavailable")


@pytest.mark.parametrize("path", ["/", "/aduan/", "/aduan/{case}", "/lacak", "/lapor", "/kesehatan/", "/tidak-ada"])
def test_a_page_that_loses_its_database_is_a_page(app: Flask, as_user: Callable[[str], FlaskClient], path: str) -> None:
    with app.app_context():
        case = a_complaint(at="direct").id
    client = as_user("administrator" if path == "/kesehatan/" else "kadis")
    whole = client.get(path.format(case=case))
    for answer in cut_everywhere(app, lambda: client.get(path.format(case=case))).values():
        assert_unavailable(answer, otherwise=whole.status_code)


def test_an_act_that_loses_its_database_is_done_or_reported(
    app: Flask, bearer: Callable[[str], dict[str, str]], freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    headers = bearer("kadis")
    with app.app_context():
        cases = iter([a_complaint(at="direct").id for _ in range(40)])

    def act() -> TestResponse:
        body = {"action": "note", "params": {"text": "Dicatat."}, "expected_version": 4}
        return app.test_client().post(f"/api/v1/complaint/{next(cases)}/actions", json=body, headers=headers)

    answers = cut_everywhere(app, act)
    assert len(answers) > 5
    for answer in answers.values():
        assert_unavailable(answer, otherwise=200)


def test_a_lost_database_signs_nobody_out(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    client = as_user("kadis")
    with Cut(app).at(1):
        assert client.get("/aduan/").status_code == 503
    assert client.get("/aduan/").status_code == 200


def test_log_and_metric_say_what_the_client_saw(
    app: Flask, as_user: Callable[[str], FlaskClient], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.install("json")
    client = as_user("kadis")
    before = counted("/aduan/")
    answers = cut_everywhere(app, lambda: client.get("/aduan/"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert len(answers) > 5, answers
    said = [line["status"] for line in lines if line["event"] == "request"]
    assert said == [answer.status_code for answer in answers.values()]
    after = counted("/aduan/")
    gained = {status: after[status] - before.get(status, 0) for status in after}
    assert {status: count for status, count in gained.items() if count} == {
        str(status): float(said.count(status)) for status in set(said)
    }


@pytest.mark.parametrize("path", ["/lacak", "/api/v1/complaint/1"])
def test_what_fails_after_the_answer_is_said_and_counted(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    logs.install("json")
    route = path.replace("/1", "/<int:number>")
    before = counted(route).get("500", 0)
    with monkeypatch.context() as patched:
        patched.setattr(app, "testing", False)
        patched.setattr(db.session, "remove", lambda: 1 / 0)
        answer = client.get(path)
    assert answer.status_code == 500
    assert "Terjadi kesalahan" in answer.text
    assert answer.is_json == path.startswith("/api/")
    assert counted(route)["500"] == before + 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [500]
    assert "failed_after_answer" in [line["event"] for line in lines]


def counted(route: str) -> dict[str, float]:
    """How many answers the metric has of a route, by status."""
    samples = [sample for metric in REQUESTS.collect() for sample in metric.samples if sample.name.endswith("_total")]
    return {s.labels["status"]: s.value for s in samples if s.labels["route"] == route}
