"""What every job runs in: the program of this process; the operations it calls open their own transactions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask

from app.bootstrap import create_core_app
from app.extensions import db

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@functools.cache
def worker_app() -> Flask:
    """The program without screens, built once a process: the worker builds it before it forks, so no
    job pays for it.
    """
    return create_core_app()


def in_app(job: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Runs a job in the program's context, without a transaction of its own: a sweep commits batch by batch."""

    @functools.wraps(job)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        with worker_app().app_context():
            return job(*args, **kwargs)

    return run


def forget_inherited_connections() -> None:
    """Drops the parent's database connections in a forked process without closing them for the parent."""
    with worker_app().app_context():
        db.engine.dispose(close=False)
