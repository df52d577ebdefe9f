"""Migrations that are interrupted, and a program that stands before tables of another version."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

from app.core.extensions import db
from app.core.schema import OLDEST_CODE
from tests.faults.house import House, open_house
from tests.story.live import PROJECT, wait_until

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
INTERRUPTIONS = 12
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
SHAPES = (
    (
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public'"
    ),
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    (
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
    ),
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def an_interrupted_migration() -> tuple[str, list[str]]:
    """Killed again and again, the migration either is done or has left nothing; at last it goes through."""
    with open_house() as house, house.database() as own:
        for name in ("whole", "younger"):
            own.execute(f"CREATE DATABASE {name} TEMPLATE template1")
        began = time.monotonic()
        _migration_of(house, "whole").wait(300)
        length, dice = time.monotonic() - began, random.Random(7)
        cut = sum(_cut(_migration_of(house, "younger"), own, dice.uniform(0, length)) for _ in range(INTERRUPTIONS))
        end = _migration_of(house, "younger").wait(300)
        faults = [] if end == 0 else [f"it does not go through any more: exit {end}"]
        return f"{cut} of {INTERRUPTIONS} cut", faults + _differences(house)


def _migration_of(house: House, database: str) -> subprocess.Popen[bytes]:
    environ = house.environ | {"DATABASE_URL": house.postgres.url(database)}
    return subprocess.Popen([sys.executable, str(PROJECT / "run.py"), "migrate"], env=environ)


def _cut(process: subprocess.Popen[bytes], own: psycopg.Connection[Any], seconds: float) -> bool:
    """Kill it so long after it has come to its tables; False where it had ended before."""
    there = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'younger'"
    wait_until(lambda: process.poll() is not None or own.execute(there).fetchone() != (0,), "it is at its tables", 120)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() != 0


def _differences(house: House) -> list[str]:
    """The interrupted tables beside those that were made in one go: their columns, indexes, rules, guards and rows."""
    with house.database(dbname="whole") as whole, house.database(dbname="younger") as cut:
        wanted, found = (set(_made(at)) for at in (whole, cut))
    return [f"differs after the interruptions: {difference}" for difference in sorted(wanted ^ found)[:10]]


def _made(at: psycopg.Connection[Any]) -> Iterator[tuple[str, ...]]:
    for question in SHAPES:
        yield from (tuple(map(str, row)) for row in at.execute(question).fetchall())
    for (table,) in at.execute(TABLES).fetchall():
        yield table, str(at.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone())


def old_code_on_new_tables() -> tuple[str, list[str]]:
    """A program before tables that it cannot serve says so at `/readyz`, does not start again, and is ready once they
    are its own; tables that it can serve do not trouble it.
    """
    with open_house() as house:
        with house.looked_at():
            head = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        with _another_head(house, head, head):
            assert _readiness(house) == 200
        with _another_head(house, head, "9999"):
            wait_until(lambda: _readiness(house) == 503, "/readyz says that it is not ready", 30)
            command = [sys.executable, str(PROJECT / "run.py"), "worker"]
            begun = subprocess.run(command, env=house.environ, capture_output=True, text=True, timeout=60)
            faults = [] if "they are newer" in begun.stderr and begun.returncode == 2 else [f"it started: {begun}"]
        wait_until(lambda: _readiness(house) == 200, "/readyz is green again", 30)
    return "503 and no start while the tables are newer, 200 afterwards", faults


@contextmanager
def _another_head(house: House, head: str, oldest_code: str) -> Iterator[None]:
    """For a while the tables are at a later migration, and need programs that know `oldest_code`."""
    with house.database() as own:
        own.execute("UPDATE alembic_version SET version_num = '9999'")
        own.execute(SQL("COMMENT ON TABLE alembic_version IS {}").format(f"{OLDEST_CODE} {oldest_code}"))
        yield
        own.execute("COMMENT ON TABLE alembic_version IS NULL")
        own.execute("UPDATE alembic_version SET version_num = %s", (head,))


def _readiness(house: House) -> int:
    try:
        with NO_PROXY.open(f"{house.url}/readyz", timeout=10) as answer:
            json.load(answer)
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


MIGRATIONS: dict[str, Callable[[], tuple[str, list[str]]]] = {
    function.__name__: function for function in (an_interrupted_migration, old_code_on_new_tables)
}
