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

from app.core import logs

SECRET_TEXT = "KENARI6311"


@pytest.fixture
def json_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
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
