"""A program on servers of its own for measuring: durable as in production, and as many complaints as are asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import Table, text

from app.commands.maintenance import migrate_database
from app.core.extensions import db
from app.demo.accounts import make_accounts
from app.models import AgencyTrackRow, Complaint, ComplaintEvent, LedgerRow, StepTask
from app.servers.postgres import EmbeddedPostgres, connect
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder
from app.servers.valkey import EmbeddedValkey
from tests.conftest import build_app
from tests.factories import Case, a_complaint

FAR = timedelta(days=200)


@contextmanager
def measured_program() -> Iterator[Flask]:
    """The whole program, migrated and with demo accounts, inside its application context."""
    folder, supervisor = new_socket_folder(), Supervisor()
    try:
        app = build_app(*servers_of(folder, supervisor), str(folder / "home"))
        app.add_url_rule("/nothing", "nothing", _nothing)
        with opened(app):
            yield app
    finally:
        supervisor.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


def servers_of(folder: Path, supervisor: Supervisor) -> tuple[str, str]:
    """A durable database and a queue of one's own, by their addresses."""
    (folder / "sockets").mkdir(mode=0o700)
    folder.chmod(0o711)
    return _database(folder, supervisor), _queue(folder, supervisor)


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """The program migrated, with its demo accounts, in an application context."""
    migrate_database(app)
    with app.app_context():
        make_accounts()
        yield app
        db.session.remove()
        db.engine.dispose()


def _database(folder: Path, supervisor: Supervisor) -> str:
    server = EmbeddedPostgres(folder / "postgres", folder / "sockets", folder / "postgres.log")
    server.wait_until_ready(supervisor.start(server.program()))
    with connect(server.sockets) as administrator:
        administrator.execute("CREATE DATABASE bench TEMPLATE template1")
    return server.url("bench")


def _queue(folder: Path, supervisor: Supervisor) -> str:
    server = EmbeddedValkey(folder / "valkey", folder, folder / "valkey.log")
    server.wait_until_ready(supervisor.start(server.program()))
    return server.url


def _nothing() -> str:
    return str(db.session.execute(text("SELECT 1")).scalar_one())


class OpenSteps:
    """Copies of one complaint that waits at the section head, straight into the tables."""

    def __init__(self, now: datetime) -> None:
        self.now, self.case, self.made = now, a_complaint(at="check", received=now), 0

    def add(self, count: int, due: bool) -> None:
        """So many more open steps: their limit is just over, or far away."""
        first, self.made = self.made + 1, self.made + count
        limit = self.now - timedelta(seconds=1) if due else self.now + FAR
        values = {"first": first, "last": self.made, "limit": limit, "case": self.case.id}
        db.session.execute(text(copies(_complaints(), "complaint", "source.id = :case")), values)
        db.session.execute(text(copies(_steps(), "step_task", _OPEN, _NEW_CASES)), values)
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()


_OPEN = "source.complaint_id = :case AND source.closed_at IS NULL"
_NEW_CASES = "JOIN complaint ON complaint.number = 'UKUR-' || n"


def copy_whole(case: int, count: int, prefix: str) -> None:
    """So many copies of a case with all its rows that lists and registers read; their numbers begin with the prefix."""
    values = {"first": 1, "last": count, "case": case}
    own = {"number": f"'{prefix}-' || n", "tracking_code_hash": "NULL", "sp4n_tracking_id": "NULL"}
    columns = same_columns(Complaint.__table__) | own
    db.session.execute(text(copies(columns, "complaint", "source.id = :case")), values)
    join = f"JOIN complaint ON complaint.number = '{prefix}-' || n"
    for model in (AgencyTrackRow, ComplaintEvent, LedgerRow, StepTask):
        columns = same_columns(model.__table__) | {"complaint_id": "complaint.id"}
        statement = copies(columns, model.__tablename__, "source.complaint_id = :case", join)
        db.session.execute(text(statement), values)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def copies(columns: dict[str, str], table: str, where: str, join: str = "") -> str:
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {table} AS source"  # noqa: S608  (names of our own tables)
        f" CROSS JOIN generate_series(CAST(:first AS int), CAST(:last AS int)) AS n {join} WHERE {where}"
    )


def _complaints() -> dict[str, str]:
    return same_columns(Complaint.__table__) | {
        "number": "'UKUR-' || n",
        "tracking_code_hash": "NULL",
        "next_due_at": ":limit",
    }


def _steps() -> dict[str, str]:
    moments = dict.fromkeys(("due_at", "warn_at", "next_alarm_at"), "CAST(:limit AS timestamptz)")
    return same_columns(StepTask.__table__) | moments | {"complaint_id": "complaint.id"}


def same_columns(table: Table) -> dict[str, str]:
    return {
        column.name: f"source.{column.name}" for column in table.columns if not (column.primary_key or column.computed)
    }


def cases_to_register(count: int, now: datetime) -> list[Case]:
    return [a_complaint(received=now) for _ in range(count)]
