"""What a month's register of many answered cases costs: seconds and the peak of memory, in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from app.clock import OFFICE_ZONE
from app.extensions import db
from app.models import AgencyTrackRow, Complaint, ComplaintEvent, LedgerRow, RegisterKind, StepTask
from tests.bench.exports import KEPT_SETTINGS, Cost, megabytes
from tests.bench.office import copies, same_columns
from tests.factories import a_complaint

LAST_MONTH = datetime(2026, 10, 6, 10, 0, tzinfo=OFFICE_ZONE)
OF_A_CASE = (AgencyTrackRow, ComplaintEvent, LedgerRow, StepTask)
_NEW_CASES = "JOIN complaint ON complaint.number = 'ARSIP-' || n"


def add_answered_cases(count: int) -> None:
    """Copies of one case that went all the way last month, with its whole record, straight into the tables."""
    case = a_complaint(at="answered", received=LAST_MONTH)
    values = {"first": 1, "last": count - 1, "case": case.id}
    own = {"number": "'ARSIP-' || n", "tracking_code_hash": "NULL", "sp4n_tracking_id": "NULL"}
    columns = same_columns(Complaint.__table__) | own
    db.session.execute(text(copies(columns, "complaint", "source.id = :case")), values)
    for model in OF_A_CASE:
        columns = same_columns(model.__table__) | {"complaint_id": "complaint.id"}
        statement = copies(columns, model.__tablename__, "source.complaint_id = :case", _NEW_CASES)
        db.session.execute(text(statement), values)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def measure_register(app: Flask, now: datetime) -> Cost:
    """Last month's register, as a worker makes it."""
    settings = tuple(app.config[name] for name in KEPT_SETTINGS)
    db.session.remove()
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        seconds, before, peak = worker.apply(_run, (settings, now + timedelta(days=1)))
    return Cost(1, 0, seconds, before, peak)


def _run(settings: tuple[Any, Any, Any], now: datetime) -> tuple[float, float, float]:
    from app.operations.registers import make_register
    from tests.conftest import build_app
    from workflow_rules.actors import SYSTEM

    with build_app(*settings).app_context():
        before, began = megabytes(), time.perf_counter()
        make_register(RegisterKind.MONTHLY, LAST_MONTH.date(), SYSTEM, now)
        return time.perf_counter() - began, before, megabytes()
