"""Traces by OpenTelemetry: requests, SQL statements, Redis commands, jobs and calls to other servers.

Spans leave by `CleanedSpans`, which lets only listed attributes pass: no path, query, address, header, value of a
statement or message of an exception, whatever a library records. Trace ids are neither taken from visitors nor sent to
other servers; a job continues the trace of the request that enqueued it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event

from app.core.tracing import Attributes, span, use_tracer
from app.web.request_log import answered

PASSED = frozenset(
    {
        *("http.request.method", "http.route", "http.response.status_code", "server.address"),
        *("db.system", "db.system.name", "db.redis.pipeline_length", "db.query.text"),
        *("lapor.request_id", "lapor.job", "lapor.job_id"),
    }
)
"""Attributes that may leave this machine."""
STATEMENT = "db.query.text"
LITERAL = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|\b\d+(?:\.\d+)?\b", re.DOTALL)
LONGEST_STATEMENT = 2000
PROBES = ("/healthz", "/readyz", "/metrics")
EXPORT_SECONDS = 2
KINDS = {"server": SpanKind.SERVER, "consumer": SpanKind.CONSUMER, "client": SpanKind.CLIENT}
FIELD = "traceparent"
_FORMAT = TraceContextTextMapPropagator()


class CleanedSpans(SpanExporter):
    """An exporter that hands spans to another one with listed attributes only, and without events and messages."""

    def __init__(self, inner: SpanExporter) -> None:
        self.inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Return the result of the other exporter for the cleaned spans."""
        return self.inner.export([cleaned(one) for one in spans])

    def shutdown(self) -> None:
        self.inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.inner.force_flush(timeout_millis)


def cleaned(found: ReadableSpan) -> ReadableSpan:
    """Return a copy of a span as it may leave. Its name is ours, or the first word of a Redis command."""
    attributes = {name: value for name, value in (found.attributes or {}).items() if name in PASSED}
    if STATEMENT in attributes:
        attributes[STATEMENT] = without_values(str(attributes[STATEMENT]))
    is_ours = found.instrumentation_scope is not None and found.instrumentation_scope.name == __name__
    return ReadableSpan(
        found.name if is_ours else found.name.split(" ")[0][:30],
        context=found.context,
        parent=found.parent,
        resource=found.resource,
        attributes=attributes,
        kind=found.kind,
        status=Status(found.status.status_code),
        start_time=found.start_time,
        end_time=found.end_time,
        instrumentation_scope=found.instrumentation_scope,
    )


def without_values(statement: str) -> str:
    """Return the beginning of an SQL statement with `?` in place of every text and number in it."""
    return LITERAL.sub("?", statement)[:LONGEST_STATEMENT]


class RequestsAndJobs(Sampler):
    """Only requests and jobs begin a trace; a statement outside them, such as a worker that waits, has no span."""

    def should_sample(
        self, parent_context, trace_id, name, kind=None, attributes=None, links=None, trace_state=None
    ) -> SamplingResult:
        """Return whether a span without a parent is recorded."""
        begins = kind in (SpanKind.SERVER, SpanKind.CONSUMER)
        return SamplingResult(Decision.RECORD_AND_SAMPLE if begins else Decision.DROP, attributes)

    def get_description(self) -> str:
        return "RequestsAndJobs"


class Begun:
    """A span that has begun, see `app.core.tracing.Span`."""

    def __init__(self, inner: trace.Span) -> None:
        self.inner = inner

    def describe(self, name: str, attributes: Attributes, failed: bool = False) -> None:
        self.inner.update_name(name)
        self.inner.set_attributes(attributes)
        if failed:
            self.inner.set_status(StatusCode.ERROR)


class OpenTelemetryTracer:
    """The tracer of this process, see `app.core.tracing.Tracer`."""

    def __init__(self, provider: TracerProvider) -> None:
        self.provider, self.tracer = provider, provider.get_tracer(__name__)

    @contextmanager
    def span(self, name: str, kind: str, attributes: Attributes, parent: str) -> Iterator[Begun]:
        before = _FORMAT.extract({FIELD: parent}) if parent else None
        with self.tracer.start_as_current_span(
            name, before, KINDS[kind], attributes, record_exception=False, set_status_on_exception=False
        ) as begun:
            try:
                yield Begun(begun)
            except BaseException:
                begun.set_status(StatusCode.ERROR)
                raise

    def trace_parent(self) -> str:
        carrier: dict[str, str] = {}
        _FORMAT.inject(carrier)
        return carrier.get(FIELD, "")

    def flush(self) -> None:
        self.provider.force_flush(EXPORT_SECONDS * 1000)

    def watch(self, engine: Engine) -> None:
        """Make each statement within a span a span. (OpenTelemetry's own package for it stops at SQLAlchemy 2.0.)"""
        for name, listener in self._listeners():
            event.listen(engine, name, listener)

    def end(self, engine: Engine) -> None:
        """End all tracing of this process and send what is left."""
        use_tracer(None)
        for name, listener in self._listeners():
            event.remove(engine, name, listener)
        RedisInstrumentor().uninstrument()
        self.provider.shutdown()

    def _listeners(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        return (
            ("before_cursor_execute", self._begin_statement),
            ("after_cursor_execute", self._end_statement),
            ("handle_error", self._fail_statement),
        )

    def _begin_statement(self, _db: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None and trace.get_current_span().is_recording():
            told = {"db.system.name": "postgresql", STATEMENT: statement}
            name = f"SQL {statement.split(maxsplit=1)[0][:20]}"
            context.lapor_span = self.tracer.start_span(name, kind=SpanKind.CLIENT, attributes=told)

    def _end_statement(self, _db: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        if begun := getattr(context, "lapor_span", None):
            begun.end()

    def _fail_statement(self, failed: Any) -> None:
        if begun := getattr(failed.execution_context, "lapor_span", None):
            begun.set_status(StatusCode.ERROR)
            begun.end()


class TracedRequests:
    """A WSGI layer, outside the request log, in which each request is a span; probes are not."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PROBES:
            return self.inner(environ, start_response)
        with span("request", "server") as begun:
            body = self.inner(environ, start_response)
            answer, request_id = answered(environ)
            seen: Attributes = {
                "http.request.method": answer.method,
                "http.route": answer.route,
                "http.response.status_code": answer.status,
                "lapor.request_id": request_id,
            }
            if begun:
                begun.describe(f"{answer.method} {answer.route}", seen, failed=answer.status >= 500)
            return body


def install(app: Flask, engine: Engine) -> OpenTelemetryTracer:
    """Trace this app and its database engine, and send the spans to OTEL_EXPORTER_OTLP_ENDPOINT; return the
    tracer. Further settings of the exporter (OTEL_EXPORTER_OTLP_HEADERS) are read by the library.
    """
    url = f"{str(app.config['OTEL_EXPORTER_OTLP_ENDPOINT']).rstrip('/')}/v1/traces"
    resource = Resource.create({"service.name": "lapor-balangan"})
    provider = TracerProvider(sampler=ParentBased(RequestsAndJobs()), resource=resource)
    sent = CleanedSpans(OTLPSpanExporter(endpoint=url, timeout=EXPORT_SECONDS))
    provider.add_span_processor(BatchSpanProcessor(sent))
    RedisInstrumentor().instrument(tracer_provider=provider)
    tracer = OpenTelemetryTracer(provider)
    tracer.watch(engine)
    use_tracer(tracer)
    app.wsgi_app = TracedRequests(app.wsgi_app)  # type: ignore[method-assign]
    return tracer
