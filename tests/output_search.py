"""Puts every output of the run before `tests.outputs`: answers, logs, mails, Redis, stored files and the tables.

A leak fails the test in which it happened; the summary says how much was searched.
"""

from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, g, request
from flask.signals import request_finished
from flask_login import current_user
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core.extensions import db, redis_client
from tests.outputs import Outputs

OUTPUTS = Outputs()


def watch_answers() -> None:
    """Search what every program of this process answers, from now on."""
    request_finished.connect(_answered, weak=False)


def _answered(_sender: Flask, response: Response, **_: Any) -> None:
    if request.endpoint is None or request.endpoint.startswith(("static", "appbuilder.static")):
        return
    name, reader = f"{request.method} {request.path}", _reader()
    OUTPUTS.search("answer", reader, f"{name} headers", str(response.headers).encode())
    if response.is_streamed:
        response.response = _searched(response.response, reader, name)
    else:
        OUTPUTS.search("answer", reader, name, response.get_data())


def _searched(pieces: Any, reader: str, name: str) -> Iterator[bytes]:
    """Streamed pieces as they go by; searched together when the last has gone."""
    seen = []
    for piece in pieces:
        whole = piece if isinstance(piece, bytes) else str(piece).encode()
        seen.append(whole)
        yield whole
    OUTPUTS.search("answer", reader, name, b"".join(seen))


def _reader() -> str:
    """The user name that asked; empty for a program, a reporter with a code and anybody else, and where the database is
    away: then the answer may hold no more than anybody's.
    """
    user = g.get("user") or current_user
    try:
        return str(getattr(user, "username", "") or "")
    except OperationalError:
        return ""


def search_mail(mail: EmailMessage) -> None:
    """A mail as its reader sees it, headers and every part."""
    parts = [part.get_payload(decode=True) or b"" for part in mail.walk() if not part.is_multipart()]
    for content in [str(mail.items()).encode(), *parts]:
        OUTPUTS.search("mail", "", f"mail to {mail['To']}", content)


def now_by_the_disk(folder: Path) -> float:
    """The moment as files get it, whatever the test's clock says."""
    mark = folder / ".began"
    mark.touch()
    return mark.stat().st_mtime


def search_what_is_left(app: Flask, home: Path, since: float) -> None:
    """What a test leaves in Redis; where a secret was in play, also in the tables and the stored files."""
    with app.app_context():
        with suppress(RedisError):
            for name, value in _redis_values(redis_client()):
                OUTPUTS.search("redis", "", name, value)
        if OUTPUTS.secret_in_play:
            for table, rows in _table_rows():
                OUTPUTS.search("database", "", table, rows.encode())
    if OUTPUTS.secret_in_play:
        for path in home.rglob("*"):
            if path.is_file() and path.stat().st_mtime >= since:
                OUTPUTS.search("file", "", path.name, path.read_bytes())


def _redis_values(client: "Redis[Any]") -> Iterator[tuple[str, bytes]]:
    read = {
        b"string": lambda key: [client.get(key)],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
    }
    for key in client.scan_iter(count=1000):
        values = read.get(client.type(key), lambda _: [])(key)
        yield key.decode("utf-8", "replace"), b"\n".join(value for value in values if value)


def _table_rows() -> Iterator[tuple[str, str]]:
    """Every table as text, in one statement."""
    names = [str(table) for table in db.metadata.sorted_tables if table.name != "ab_user"]
    each = " UNION ALL ".join(f"SELECT '{n}', string_agg(t::text, E'\\n') FROM {n} t" for n in names)  # noqa: S608
    yield from ((name, rows) for name, rows in db.session.execute(text(each)) if rows)


def secret_is_in_play() -> None:
    """From here to the end of the test its tables and files are searched too."""
    OUTPUTS.secret_in_play = True


def take_leaks() -> list[str]:
    """What was found since the last call."""
    found, OUTPUTS.leaks = OUTPUTS.leaks, []
    OUTPUTS.secret_in_play = False
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What a test printed and logged is an output too; a leak of any kind is a failure of the test."""
    report = yield
    if report.when == "teardown":
        for _, kind, printed in item._report_sections:
            OUTPUTS.search("log", "", f"{item.nodeid} {kind}", printed.encode("utf-8", "replace"))
        if (leaks := take_leaks()) and report.outcome == "passed":
            report.outcome, report.longrepr = "failed", "\n".join(["found where it does not belong:", *leaks])
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells its counts."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["outputs"] = dict(OUTPUTS.counts)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """The controller sums them up."""
    OUTPUTS.counts.update(getattr(node, "workeroutput", {}).get("outputs", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much was searched."""
    counts = OUTPUTS.counts
    kinds = sorted(name.removesuffix(" outputs") for name in counts if name.endswith(" outputs"))
    told = [f"{kind} {counts[f'{kind} outputs']:,} ({counts[f'{kind} bytes']:,} bytes)" for kind in kinds]
    terminalreporter.write_line(f"searched for secrets: {', '.join(told) or 'nothing'}")
