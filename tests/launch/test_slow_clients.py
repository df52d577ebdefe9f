"""What `make run` starts, under clients that are slow on purpose: others are served as if they were not there."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator

import psutil
import pytest

from app.launch.ready import wait_until_ready
from tests.launch.test_run_everything import Everything
from tests.story.live import wait_until

MANY = 200
PROMPT_SECONDS = 2.0
HEAD = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
KINDS = {
    "idle": b"",
    "unfinished head": HEAD,
    "unfinished body": HEAD + b"Content-Length: 10000\r\n\r\ncsrf",
    "unfinished chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nFF\r\ncsrf",
    "slow reader": b"GET /static/appbuilder/js/jquery-latest.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    program = Everything(tmp_path_factory.mktemp("slow") / "home")
    family = program.wait_until_ready()
    yield program
    program.end(15)
    psutil.wait_procs(family, timeout=20)


def ask(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], float]:
    """Status, headers and seconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        return answer.status, dict(answer.headers), time.monotonic() - began


LONG = ("idle", "unfinished head", "unfinished chunks")
"""What goes the way of another kind; `make faults` tries them too."""


@pytest.mark.parametrize("kind", [pytest.param(k, marks=[pytest.mark.at_length] if k in LONG else []) for k in KINDS])
def test_two_hundred_slow_clients_hold_nobody_up(everything: Everything, kind: str) -> None:
    with contextlib.ExitStack() as open_sockets:
        for _ in range(MANY):
            client = open_sockets.enter_context(socket.socket())
            if kind == "slow reader":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect(("127.0.0.1", everything.port))
            client.sendall(KINDS[kind])
        if kind == "slow reader":  # their requests are work that was asked for: it is done before the next one's
            wait_until(lambda: ask(everything.port, "/healthz")[2] < PROMPT_SECONDS, "the files are handed over")
        answers = [ask(everything.port, path) for path in ("/healthz", "/penyiapan/", "/healthz", "/penyiapan/")]

    assert [status for status, _, _ in answers] == [200] * 4
    assert max(seconds for _, _, seconds in answers) < PROMPT_SECONDS


@pytest.mark.at_length
def test_a_slow_client_is_answered_408_within_a_minute(everything: Everything) -> None:
    with socket.create_connection(("127.0.0.1", everything.port), timeout=60) as client:
        client.sendall(KINDS["unfinished body"])
        answer = http.client.HTTPResponse(client)
        answer.begin()

        assert answer.status == 408
        assert "sambungan" in answer.read().decode().lower()


def test_a_client_is_known_by_its_own_address_and_no_header_changes_the_scheme(everything: Everything) -> None:
    status, _, _ = ask(everything.port, "/metrics")
    assert status == 200  # what only this machine may read outside production
    _, headers, _ = ask(everything.port, "/login/", {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"})
    assert "Strict-Transport-Security" not in headers
    status, _, _ = ask(everything.port, "/healthz", {"Script-Name": "/elsewhere", "SCRIPT_NAME": "/elsewhere"})
    assert status == 200


def test_the_proxy_is_started_again_when_it_is_killed(everything: Everything) -> None:
    web = web_process(everything)
    (proxy,) = [child for child in web.children() if accepts_on(child, everything.port)]
    proxy.kill()

    assert wait_until_ready(f"http://127.0.0.1:{everything.port}", 20)
    (again,) = wait_until(
        lambda: [c for c in web.children() if c.is_running() and accepts_on(c, everything.port)], "a proxy again"
    )
    assert again.pid != proxy.pid
    assert len(web.children()) == 3


def web_process(everything: Everything) -> psutil.Process:
    family = psutil.Process(everything.process.pid).children(recursive=True)
    (master,) = [p for p in family if "gunicorn" in p.cmdline() and p.ppid() == everything.process.pid]
    return master


def accepts_on(process: psutil.Process, port: int) -> bool:
    """Whether connections of this process lead through the port: the workers hold the listener too, and accept none."""
    with socket.create_connection(("127.0.0.1", port)):
        found = wait_until(lambda: _holder(port), "the connection is accepted")
    return found == process.pid


def _holder(port: int) -> int:
    pids = [c.pid for c in psutil.net_connections("tcp4") if c.laddr.port == port and c.status == "ESTABLISHED"]
    return next((pid for pid in pids if pid), 0)
