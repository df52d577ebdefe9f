"""One line a request, one number for it, and nothing in the log that names a person, a code or what was typed."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from app.core import logs
from app.core.extensions import db
from jobs import context
from jobs.context import in_app
from tests.factories import a_complaint, a_report

CANARY = "KENARI6311"
SignIn = Callable[[str], FlaskClient]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Flask, capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was written since the last look, as a collector reads it."""
    logs.install("json")
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.contextvars.clear_contextvars()
    logs.install("text")


def test_a_request_is_one_line_with_its_rule_its_officer_and_its_case(
    app: Flask, as_user: SignIn, lines: Lines
) -> None:
    with app.app_context():
        case_id = a_complaint(at="check").id
    officer = as_user("kasi")
    lines()
    answer = officer.get(f"/aduan/{case_id}?cari={CANARY}")
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("time"))
    assert line.pop("ms") > 0
    assert line.pop("user") > 0
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": answer.headers["X-Request-ID"],
        "method": "GET",
        "route": "/aduan/<int:complaint_id>",
        "status": 200,
        "case": case_id,
    }


def test_a_program_is_named_by_its_key_and_probes_are_not_written(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], lines: Lines
) -> None:
    headers = bearer("kasi")
    lines()
    client.get("/api/v1/complaint/987654", headers=headers)
    for probe in ("/healthz", "/readyz", "/metrics"):
        client.get(probe)
    (line,) = lines()
    assert (line["route"], line["case"], line["status"]) == ("/api/v1/complaint/<int:number>", 987654, 404)
    assert line["user"] > 0


def test_the_number_is_the_trusted_proxys_or_our_own(app: Flask, client: FlaskClient) -> None:
    def number(given: str) -> str:
        return client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert re.fullmatch(r"[0-9a-f]{16}", number("proxy-1234567"))
    app.config["TRUSTED_PROXIES"] = 1
    try:
        assert number("proxy-1234567") == "proxy-1234567"
        for strange in ("short", "a" * 65, "a b c d e f g h", '"quoted-quoted"', "café-café-café", "-leading-dash"):
            assert re.fullmatch(r"[0-9a-f]{16}", number(strange)), strange
    finally:
        app.config["TRUSTED_PROXIES"] = 0


def test_the_page_of_a_failure_names_the_number_that_the_log_has(
    app: Flask, client: FlaskClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"a row of {CANARY}") from error

    monkeypatch.setitem(app.view_functions, "healthz", fail)
    lines()
    answer = client.get("/healthz")
    number = answer.headers["X-Request-ID"]
    assert f"Sebutkan nomor ini bila melapor: {number}" in answer.text
    failure = next(line for line in lines() if line["event"] == "unexpected_failure")
    assert failure["request_id"] == number
    assert failure["exception"].endswith("builtins.ValueError")
    assert "builtins.KeyError\nwhich led to:" in failure["exception"]
    assert "in fail" in failure["exception"]
    assert CANARY not in json.dumps(failure)


def test_nothing_that_a_person_sends_is_written(
    app: Flask, client: FlaskClient, as_user: SignIn, lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    reporter = {"name": CANARY, "phone": "081234567890", "address": CANARY, "email": f"{CANARY}@mail.example"}
    headers = {"User-Agent": CANARY, "Referer": f"http://localhost/{CANARY}", "X-Request-ID": CANARY * 2}
    admin = as_user("admin.aduan")
    lines()
    client.post("/login/", data={"username": CANARY, "password": CANARY}, headers=headers)
    client.post("/api/v1/security/login", json={"username": CANARY, "password": CANARY, "provider": "db"})
    client.post("/lacak", data={"number": CANARY, "code": CANARY}, headers=headers)
    client.get(f"/verifikasi/{CANARY}?q={CANARY}", headers=headers)
    client.get(f"/{CANARY}", headers=headers)
    client.open("/healthz", method=CANARY)
    admin.get(f"/aduan/?q={CANARY}", headers=headers)
    admin.post("/api/v1/complaint/", json=a_report(title=CANARY, reporter=reporter))
    admin.post("/opd/add", data={"code": CANARY, "name": CANARY})
    written = lines()
    assert len([line for line in written if line["event"] == "request"]) == 9
    assert CANARY not in json.dumps(written)
    assert CANARY not in capsys.readouterr().err


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_crafted_value_makes_no_second_line(
    log_format: str, lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.install(log_format)
    crafted = "a\nlevel=info\r\x1b[2Jb\u2028c"
    structlog.get_logger().warning("event", value=crafted)
    logging.getLogger("jobs.worker").warning("told %s", crafted)
    written = capsys.readouterr().out
    assert written.count("\n") == 2
    assert not set(written) & {"\r", "\x1b", "\u2028"}
    assert written.replace("\\\\", "\\").count(r"a\nlevel=info\r\x1b[2Jb\u2028c") == 2


def test_what_libraries_log_is_written_without_its_values_but_ours_and_the_servers_with_them(lines: Lines) -> None:
    lines()
    logging.getLogger("flask_appbuilder.security").error("Login Failed for user: %s", CANARY)
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s: %s", "203.0.113.9", CANARY)
    logging.getLogger("gunicorn.error").info("Listening at: %s", "http://127.0.0.1:8080")
    logging.getLogger("jobs.scheduler").warning("the queue server is away: %s", "refused")
    logging.getLogger("urllib3").info("not told at all")
    assert [(line["logger"], line["level"], line["event"]) for line in lines()] == [
        ("flask_appbuilder.security", "error", "Login Failed for user: …"),
        ("gunicorn.error", "warning", "Invalid request from ip=…: …"),
        ("gunicorn.error", "info", "Listening at: http://127.0.0.1:8080"),
        ("jobs.scheduler", "warning", "the queue server is away: refused"),
    ]


def test_a_job_is_named_on_its_lines_and_its_failure_told_without_values(
    app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "worker_app", lambda: app)

    @in_app
    def work(number: int) -> None:
        structlog.get_logger().info("inside")
        if number == 2:
            raise ValueError(CANARY)

    lines()
    work(1)
    with pytest.raises(ValueError, match=CANARY):
        work(2)
    written = lines()
    assert [(line["event"], line["job"], line.get("ids")) for line in written] == [
        ("inside", "work", None),
        ("job", "work", [1]),
        ("inside", "work", None),
        ("job_failed", "work", [2]),
    ]
    assert CANARY not in json.dumps(written)
    with app.app_context():
        db.session.remove()
