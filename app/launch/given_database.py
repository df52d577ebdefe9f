"""A database that the environment names: it has to answer, and in production to keep what it acknowledged."""

from __future__ import annotations

import threading
import time

import psycopg

from app.launch.refusals import LaunchRefused, ServerFailed

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 1.0
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def check_database(url: str, production: bool, patience: float = PATIENCE_SECONDS) -> None:
    """Waits for the server (it may start at the same time as we do); raises ServerFailed, or
    LaunchRefused if it is unsafe.
    """
    with _connected(url.replace("postgresql+psycopg://", "postgresql://", 1), patience) as connection:
        weak = [name for name in DURABLE if connection.execute(f"SHOW {name}").fetchone() == ("off",)]
    if weak and production:
        message = "The database may lose what it acknowledged when its machine fails:"
        raise LaunchRefused(f"{message} {', '.join(weak)} must not be off.")


def _connected(url: str, patience: float) -> psycopg.Connection[tuple[object, ...]]:
    pause, deadline = threading.Event(), time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(url, connect_timeout=5, autocommit=True)
        except psycopg.OperationalError as problem:
            if time.monotonic() > deadline:
                # libpq names host, port and reason, never the password.
                raise ServerFailed(f"The database of DATABASE_URL does not answer: {problem}") from problem
        pause.wait(PAUSE_SECONDS)
