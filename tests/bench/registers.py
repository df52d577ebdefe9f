"""What a month's register of many answered cases costs: seconds and the peak of memory, in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from app.core.extensions import db
from app.models import RegisterKind
from tests.bench.exports import KEPT_SETTINGS, Cost, megabytes
from tests.bench.office import copy_whole
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE

LAST_MONTH = datetime(2026, 10, 6, 10, 0, tzinfo=OFFICE_ZONE)


def add_answered_cases(count: int) -> None:
    """Copies of one case that went all the way last month, with its whole record, straight into the tables."""
    copy_whole(a_complaint(at="answered", received=LAST_MONTH).id, count - 1, "ARSIP")


def measure_register(app: Flask, now: datetime) -> Cost:
    """Last month's register, as a worker makes it."""
    settings = tuple(app.config[name] for name in KEPT_SETTINGS)
    db.session.remove()
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        seconds, before, peak = worker.apply(_run, (settings, now + timedelta(days=1)))
    return Cost(1, 0, seconds, before, peak)


def _run(settings: tuple[Any, Any, Any], now: datetime) -> tuple[float, float, float]:
    from app.reporting.registers.make import make_register
    from tests.conftest import build_app
    from workflow_rules.process.actors import SYSTEM

    with build_app(*settings).app_context():
        before, began = megabytes(), time.perf_counter()
        make_register(RegisterKind.MONTHLY, LAST_MONTH.date(), SYSTEM, now)
        return time.perf_counter() - began, before, megabytes()
