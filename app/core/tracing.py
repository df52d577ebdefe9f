"""Spans of traces, where traces are on (OTEL_EXPORTER_OTLP_ENDPOINT); otherwise everything here does nothing.

OpenTelemetry itself is imported by `app/monitoring/traces.py` alone, and only when that setting is there.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Attributes = dict[str, str | int]


class Span(Protocol):
    """Interface of a span that has begun."""

    def describe(self, name: str, attributes: Attributes, failed: bool = False) -> None:
        """Give the span its final name, attributes, and whether it failed."""


class Tracer(Protocol):
    """Interface of what makes the spans of this process."""

    def span(self, name: str, kind: str, attributes: Attributes, parent: str) -> AbstractContextManager[Span]:
        """Return a context manager of a span; `kind` is server, consumer or client, `parent` a `traceparent` or ""."""

    def trace_parent(self) -> str:
        """Return the current span as W3C `traceparent`, "" outside every span."""

    def flush(self) -> None:
        """Send what has ended, in a process that will end without its exit handlers."""


_tracer: Tracer | None = None


def use_tracer(tracer: Tracer | None) -> None:
    """Make this the tracer of the process; None turns traces off."""
    global _tracer
    _tracer = tracer


@contextmanager
def span(name: str, kind: str, attributes: Attributes | None = None, parent: str = "") -> Iterator[Span | None]:
    """Context manager: the block is a span, None where traces are off. Attributes hold no personal data."""
    if _tracer is None:
        yield None
        return
    with _tracer.span(name, kind, attributes or {}, parent) as begun:
        yield begun


def trace_parent() -> str:
    """Return the current span as W3C `traceparent` (version, trace, span and flags with hyphens); "" without one."""
    return _tracer.trace_parent() if _tracer else ""


def flush() -> None:
    """Send the spans that have ended; waits two seconds at most."""
    if _tracer:
        _tracer.flush()
