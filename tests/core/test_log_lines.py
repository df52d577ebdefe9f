"""Every line of a production log is one JSON object, a library's too, with no placeholder left and no text of ours."""

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import structlog
from gunicorn.config import Config
from rq.logutils import setup_loghandlers
from structlog.contextvars import clear_contextvars

from app.core import logs
from app.launch.server_log import ServerLog

SECRET_TEXT = "KENARI6311"


@pytest.fixture
def json_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    clear_contextvars()  # of a request that an earlier test made
    logs.install("json")
    yield
    logging.captureWarnings(False)
    logs.install("text")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    caught = capsys.readouterr()
    assert caught.err == ""
    return [json.loads(line) for line in caught.out.splitlines()]


@pytest.mark.parametrize(
    ("name", "message", "values", "said"),
    [
        ("gunicorn.error", "Worker (pid:%s) was sent %s!", (41, SECRET_TEXT), "Worker (pid:41) was sent …!"),
        ("gunicorn.error", "Invalid request from ip=%s: %s", (SECRET_TEXT, ValueError(SECRET_TEXT)),
         "Invalid request from ip=…: ValueError"),
        ("rq.worker", "[Job %s]: exception raised while executing (%s)\n%s", (SECRET_TEXT,) * 3,
         "[Job …]: exception raised while executing (…)\\n…"),
        ("rq.worker", "%d of %d", (Decimal(2), Decimal(3)), "… of …"),
        ("rq.worker", "%(job)s failed", ({"job": SECRET_TEXT},), "… failed"),
        ("urllib3", "100 % done", (), "100 % done"),
    ],
)  # fmt: skip
def test_a_librarys_line_has_numbers_and_no_placeholder(
    json_log: None, capsys: pytest.CaptureFixture[str], name: str, message: str, values: Any, said: str
) -> None:
    logging.getLogger(name).warning(message, *values)
    (line,) = lines(capsys)
    assert line["event"] == said
    assert SECRET_TEXT not in json.dumps(line)


def test_what_nobody_catches_is_a_line(json_log: None, capsys: pytest.CaptureFixture[str]) -> None:
    failure = ValueError(SECRET_TEXT)
    sys.excepthook(ValueError, failure, None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("something is old", UserWarning, stacklevel=1)
    first, second = lines(capsys)
    assert (first["event"], first["exception"]) == ("uncaught_failure", "builtins.ValueError")
    assert second["logger"] == "py.warnings"


def test_every_source_writes_one_line_with_its_traceback(json_log: None, capsys: pytest.CaptureFixture[str]) -> None:
    setup_loghandlers("WARNING")
    server = ServerLog(Config())
    sources = {
        None: structlog.get_logger().exception,
        "gunicorn.error": server.exception,
        "rq.worker": logging.getLogger("rq.worker").exception,
        "alembic.runtime.migration": logging.getLogger("alembic.runtime.migration").exception,
        "jobs.worker": logging.getLogger("jobs.worker").exception,
        "werkzeug": logging.getLogger("werkzeug").exception,
    }
    for write in sources.values():
        try:
            raise ValueError(SECRET_TEXT)
        except ValueError:
            write("it failed")
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    *found, last = lines(capsys)
    assert [line.get("logger") for line in found] == list(sources)
    for line in found:
        assert (line["event"], line["level"]) == ("it failed", "error")
        assert "test_every_source" in line["exception"]
        assert line["exception"].endswith("builtins.ValueError")
        assert SECRET_TEXT not in json.dumps(line)
        assert set(line) <= {"event", "level", "time", "exception", "logger"}
    assert (last["event"], last["exception"].splitlines()[-1]) == ("uncaught_failure", "builtins.ZeroDivisionError")
