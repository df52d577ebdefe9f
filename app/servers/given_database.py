"""Checks of a database named by the environment: reachability, agency isolation and, in production, durability."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg

from app.servers.start_refused import LaunchRefused, ServerFailed

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 1.0
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")

MAY_USE_ISOLATION_ROLE = """
SELECT a.rolsuper OR coalesce(pg_has_role(a.oid, w.oid, 'MEMBER'), a.rolcreaterole), a.rolname
FROM pg_roles a LEFT JOIN pg_roles w ON w.rolname = 'lapor_walled' WHERE a.rolname = current_user
"""


def check_database(url: str, production: bool, patience: float = PATIENCE_SECONDS) -> None:
    """Wait up to `patience` seconds for the database and check it. Raises ServerFailed when it does not answer, and
    LaunchRefused when the account lacks a right that migrations need or, in production, commits are not durable.
    """
    with connected(url.replace("postgresql+psycopg://", "postgresql://", 1), patience) as connection:
        if reason := reason_against_isolation_role(connection):
            raise LaunchRefused(reason)
        weak = [name for name in DURABLE if connection.execute(f"SHOW {name}").fetchone() == ("off",)]
    if weak and production:
        message = "The database may lose what it acknowledged when its machine fails:"
        raise LaunchRefused(f"{message} {', '.join(weak)} must not be off.")


def reason_against_isolation_role(connection: psycopg.Connection[Any]) -> str:
    """Return one text: why the account cannot create the role lapor_walled, with the SQL for an administrator; "" when
    it can or is a member of that role.
    """
    row = connection.execute(MAY_USE_ISOLATION_ROLE).fetchone()
    if row is None or row[0]:
        return ""
    return (
        "The account of DATABASE_URL may not make the role lapor_walled, behind which requests of agencies and of the"
        " public are read. Let an administrator of the database server run once:"
        f' CREATE ROLE lapor_walled NOLOGIN; GRANT lapor_walled TO "{row[1]}";'
    )


def connected(url: str, patience: float) -> psycopg.Connection[tuple[object, ...]]:
    """Return an autocommit connection to the database of `url`. Raises ServerFailed when none is made within `patience`
    seconds.
    """
    pause, deadline = threading.Event(), time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(url, connect_timeout=5, autocommit=True)
        except psycopg.OperationalError as problem:
            if time.monotonic() > deadline:
                # libpq names host, port and reason, never the password.
                raise ServerFailed(f"The database of DATABASE_URL does not answer: {problem}") from problem
        pause.wait(PAUSE_SECONDS)
