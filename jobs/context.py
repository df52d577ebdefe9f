"""Application context of background jobs; the functions they call open their own transactions."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask
from rq import get_current_job
from structlog.contextvars import bound_contextvars

from app.application import create_core_app
from app.core import tracing
from app.core.extensions import db

log = structlog.get_logger()

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@functools.cache
def worker_app() -> Flask:
    """Return the Flask application without screens; the first call of a process builds it, in the worker before it
    forks.
    """
    return create_core_app()


def in_app(job: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Decorator: return the job wrapped to run in the application context and return the job's own result. It opens no
    transaction, since sweeps commit in batches.
    """

    @functools.wraps(job)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        with worker_app().app_context(), _traced(job.__name__), _written_down(job.__name__, args):
            return job(*args, **kwargs)

    return run


@contextmanager
def _traced(name: str) -> Iterator[None]:
    """Context manager: the job is a span of the trace that enqueued it, sent before its process ends, where traces are
    on.
    """
    at_hand = get_current_job()
    parent = str(at_hand.meta.get("trace", "")) if at_hand else ""
    try:
        told: tracing.Attributes = {"lapor.job": name, "lapor.job_id": at_hand.id if at_hand else ""}
        with tracing.span(f"job {name}", "consumer", told, parent):
            yield
    finally:
        tracing.flush()


@contextmanager
def _written_down(name: str, ids: tuple[object, ...]) -> Iterator[None]:
    """Context manager: bind name and id of the job to every log line and log its end with `ms`; a job without arguments
    logs only failures.
    """
    began, at_hand = time.perf_counter(), get_current_job()
    with bound_contextvars(job=name, job_id=at_hand.id if at_hand else None):
        try:
            yield
        except Exception:
            log.exception("job_failed", ids=list(ids), ms=_milliseconds(began))
            raise
        if ids:
            log.info("job", ids=list(ids), ms=_milliseconds(began))


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def forget_inherited_connections() -> None:
    """Discard the database connections that a forked process inherited, without closing them for the parent process."""
    with worker_app().app_context():
        db.engine.dispose(close=False)
