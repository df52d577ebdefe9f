"""Migrations that are interrupted, and a program that stands before tables of another version."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.extensions import db
from tests.faults.house import House, open_house
from tests.story.live import PROJECT, wait_until

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
INTERRUPTIONS = 12


def an_interrupted_migration() -> tuple[str, list[str]]:
    """Killed again and again, the migration either is done or has left nothing; at last it goes through."""
    with open_house() as house, house.database() as own:
        own.execute("CREATE DATABASE younger TEMPLATE template1")
        environ = house.environ | {"DATABASE_URL": house.postgres.url("younger")}
        dice, cut = random.Random(7), 0
        for _ in range(INTERRUPTIONS):
            process = subprocess.Popen([sys.executable, str(PROJECT / "run.py"), "migrate"], env=environ)
            try:
                process.wait(dice.uniform(0.8, 4))
            except subprocess.TimeoutExpired:
                process.kill()
                cut += process.wait() != 0
        done = subprocess.run([sys.executable, str(PROJECT / "run.py"), "migrate"], env=environ, check=False)
        faults = [] if done.returncode == 0 else [f"it does not go through any more: exit {done.returncode}"]
        return f"{cut} of {INTERRUPTIONS} cut", faults + _differences(house)


def _differences(house: House) -> list[str]:
    """Columns of the interrupted tables beside those of the ones that were made in one go."""
    columns = "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
    columns += " WHERE table_schema = 'public'"
    with house.database() as whole, house.database(dbname="younger") as cut:
        wanted, found = (set(at.execute(columns).fetchall()) for at in (whole, cut))
    return [f"differs after the interruptions: {difference}" for difference in sorted(wanted ^ found)[:10]]


def old_code_on_new_tables() -> tuple[str, list[str]]:
    """A program before tables that it does not know says so at `/readyz`, and is ready again once they are its own."""
    with open_house() as house:
        with house.looked_at():
            head = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        with _another_head(house, head):
            wait_until(lambda: _readiness(house) == 503, "/readyz says that it is not ready", 30)
        wait_until(lambda: _readiness(house) == 200, "/readyz is green again", 30)
    return "503 while the tables are newer, 200 afterwards", []


@contextmanager
def _another_head(house: House, head: str) -> Iterator[None]:
    with house.database() as own:
        own.execute("UPDATE alembic_version SET version_num = '9999'")
        yield
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
