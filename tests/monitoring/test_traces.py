"""Traces against a receiver of OTLP: what is in them, how they hang together, and that no personal data is."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import logs, tracing
from app.core.after_commit import enqueue
from app.core.extensions import db, redis_client
from app.core.jobs import QUEUE_OF, JobName
from app.monitoring import traces
from app.outbound.http_client import call_configured
from jobs import context as job_context
from jobs import tasks
from jobs.registry import queue
from tests.canaries import IDENTITY
from tests.factories import a_complaint

CANARY = "KENARI6311"
A_VISITORS_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SignIn = Callable[[str], FlaskClient]


class Receiver:
    """A collector; `sent` are the bodies that came, `spans` all that they held."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    outer.sent.append(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def spans(self) -> list[dict[str, Any]]:
        """Every span that came, flat, with its attributes."""
        tracing.flush()
        return [
            {
                "name": span.name,
                "trace": span.trace_id.hex(),
                "id": span.span_id.hex(),
                "parent": span.parent_span_id.hex(),
            }
            | {"failed": span.status.code == 2, "said": span.status.message, "events": len(span.events)}
            | {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
            for body in self.sent
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    found = Receiver()
    monkeypatch.setitem(app.config, "OTEL_EXPORTER_OTLP_ENDPOINT", found.url + "/")
    monkeypatch.setattr(app, "wsgi_app", app.wsgi_app)
    with app.app_context():
        tracer = traces.install(app, db.engine)
    yield found
    with app.app_context():
        tracer.end(db.engine)
    found.server.shutdown()
    found.server.server_close()
    found.thread.join()


def test_a_request_is_a_span_with_its_rule_and_number_and_holds_its_statements(
    app: Flask, as_user: SignIn, receiver: Receiver
) -> None:
    with app.app_context():
        case_id = a_complaint(at="check").id
    answer = as_user("kasi").get(
        f"/aduan/{case_id}", headers={"traceparent": f"00-{A_VISITORS_TRACE}-00f067aa0ba902b7-00"}
    )
    app.test_client().get("/healthz")
    spans = receiver.spans()
    (whole,) = [span for span in spans if not span["parent"]]
    assert whole["name"] == "GET /aduan/<int:complaint_id>"
    assert (whole["http.response.status_code"], whole["failed"]) == (200, False)
    assert whole["lapor.request_id"] == answer.headers["X-Request-ID"]
    assert {span["trace"] for span in spans} == {whole["trace"]} != {A_VISITORS_TRACE}
    assert any("FROM complaint" in str(span.get("db.query.text")) for span in spans)


def test_no_span_holds_what_a_person_typed_or_asked_for(app: Flask, as_user: SignIn, receiver: Receiver) -> None:
    with app.app_context(), tracing.span("request", "server"):
        a_complaint(at="check", confidentiality="secret")
        db.session.execute(text(f"SELECT '{CANARY}', $a${CANARY}$a$, 6311074510731073"))
        with suppress(SQLAlchemyError):
            db.session.execute(text("SELECT CAST(:value AS integer)"), {"value": CANARY})
        db.session.rollback()
        redis_client().set(CANARY, CANARY)
        call_configured("POST", f"{receiver.url}/{CANARY}?{CANARY}", headers={"X": CANARY}, seconds=5, largest=9)
    for path in (f"/{CANARY}", f"/aduan/?q={CANARY}", f"/lacak?number={CANARY}", f"/verifikasi/{CANARY}"):
        as_user("kasi").get(path, headers={"User-Agent": CANARY, "X-Forwarded-For": CANARY})
    spans = receiver.spans()
    assert len(spans) > 50
    assert "SELECT ?, ?, ?" in [span.get("db.query.text") for span in spans]
    assert {span.get("db.system") for span in spans if span["name"] == "SET"} == {"redis"}
    assert {span["server.address"] for span in spans if span["name"] == "HTTP POST"} == {"127.0.0.1"}
    assert any(span["failed"] for span in spans)
    assert not any(span["said"] or span["events"] for span in spans)
    for body in receiver.sent:
        assert CANARY.encode() not in body
        assert not IDENTITY.search(body.decode("utf-8", "replace"))


def test_a_job_continues_the_trace_that_enqueued_it_and_so_do_its_log_lines(
    app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context(), tracing.span("request", "server"):
        enqueue(JobName.CHECK_FILES, a_complaint().id)
        trace = tracing.trace_parent().split("-")[1]
    with app.app_context():
        (job,) = queue(QUEUE_OF[JobName.CHECK_FILES], redis_client()).jobs
    monkeypatch.setattr(job_context, "worker_app", lambda: app)
    monkeypatch.setattr(job_context, "get_current_job", lambda: job)
    logs.install("json")
    capsys.readouterr()
    try:
        tasks.check_files(*job.args)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    finally:
        structlog.contextvars.clear_contextvars()
        logs.install("text")
    assert {line["trace"] for line in lines if line["event"] == "job"} == {trace}
    spans = {span["name"]: span for span in receiver.spans()}
    assert (spans["job check_files"]["trace"], spans["job check_files"]["lapor.job_id"]) == (trace, job.id)
    assert spans["job check_files"]["parent"] == spans["request"]["id"]


def test_statements_outside_requests_and_jobs_have_no_span(app: Flask, receiver: Receiver) -> None:
    with app.app_context():
        redis_client().ping()
        db.session.execute(text("SELECT 1"))
    assert receiver.spans() == []
