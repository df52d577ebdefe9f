"""Two web processes and a worker process use a new or ended field at their next request or job, none restarted."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import definitions
from app.fields.definitions import active_fields
from tests.conftest import IDENTITY_KEY, SECRET
from tests.factories import a_report
from tests.fields.field_bodies import API, POLE, activate
from tests.fields.test_field_api import Bearer, Headers

WEB = """
import json, sys
from tests.conftest import build_app

client = build_app(*sys.argv[1:4]).test_client()
for line in sys.stdin:
    answer = client.post("/api/v1/complaint/", json=json.loads(line), headers=json.loads(sys.argv[4]))
    print("said:", answer.status_code, *(e["field"] for e in answer.get_json().get("errors", ())), flush=True)
"""
WORKER = """
import sys
from app.fields.definitions import active_fields
from jobs.context import in_app

@in_app
def job():
    print("said:", *(field.code for field in active_fields()), flush=True)

for line in sys.stdin:
    job()
"""


@contextmanager
def process(app: Flask, program: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    database, redis, home = (str(app.config[n]) for n in ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME"))
    told = {"DATABASE_URL": database, "REDIS_URL": redis, "LAPOR_HOME": home}
    environ = os.environ | told | {"SECRET_KEY": SECRET, "IDENTITY_KEYS": IDENTITY_KEY}
    command = [sys.executable, "-W", "ignore", "-c", program, database, redis, home, *words]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environ}
    with subprocess.Popen(command, **pipes) as running:
        try:
            yield running
        finally:
            running.kill()


def said_by(running: subprocess.Popen[str], line: str = "") -> str:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(f"{line}\n")
    running.stdin.flush()
    found = next((said for said in running.stdout if said.startswith("said:")), "it ended")
    return found.removeprefix("said:").strip()


def test_no_process_validates_by_an_old_definition(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    admin, report = bearer("administrator"), json.dumps(a_report(fields={"nomor_tiang": "PR123"}))
    with ExitStack() as open_processes:
        clerk = json.dumps(bearer("admin.aduan"))
        webs = [open_processes.enter_context(process(app, WEB, clerk)) for _ in range(2)]
        worker = open_processes.enter_context(process(app, WORKER))

        def said() -> list[str]:
            return [*(said_by(web, report) for web in webs), said_by(worker)]

        assert said() == ["422 fields.nomor_tiang"] * 2 + [""]
        field = activate(client, admin, POLE)
        assert said() == ["201", "201", "nomor_tiang"]
        end_field(client, admin, field)
        assert said() == ["422 fields.nomor_tiang"] * 2 + [""]


def end_field(client: FlaskClient, admin: Headers, field: int) -> None:
    shown = client.get(f"{API}{field}", headers=admin)
    body = {name: value for name, value in shown.get_json()["result"].items() if name != "id"}
    tagged = {**admin, "If-Match": shown.headers["ETag"]}
    done = client.put(f"{API}{field}", json={**body, "active_until": body["active_from"]}, headers=tagged)
    assert done.status_code == 200, done.text


def test_a_job_that_runs_for_long_reads_the_definitions_again(
    app: Flask, client: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, now = bearer("administrator"), [1000.0]
    monkeypatch.setattr(definitions.time, "monotonic", lambda: now[0])
    with app.app_context(), ThreadPoolExecutor(1) as another_request:
        assert active_fields() == []
        another_request.submit(activate, client, admin, POLE).result()
        now[0] += definitions.HOLDS_SECONDS
        assert active_fields() == []
        now[0] += 0.1
        assert [field.code for field in active_fields()] == ["nomor_tiang"]
