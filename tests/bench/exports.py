"""What a report of every case costs: seconds and the peak of memory, measured in a process of its own."""

from __future__ import annotations

import multiprocessing
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import ReportJob
from app.reporting.exports.columns import COLUMNS
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report

KEPT_SETTINGS = ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME")


@dataclass(frozen=True)
class Cost:
    """Rows and bytes of the file, seconds, and megabytes before and at the most."""

    rows: int
    size: int
    seconds: float
    before: float
    peak: float


def measure_export(app: Flask, file_format: str) -> Cost:
    """Every column of every case, as a worker makes it."""
    job = ask_report(demo_person("pengawas"), WantedReport(columns=COLUMNS), file_format, utc_now())
    job_id, settings = job.id, tuple(app.config[name] for name in KEPT_SETTINGS)
    db.session.remove()
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        seconds, before, peak = worker.apply(_run, (settings, job_id))
    done = db.session.get_one(ReportJob, job_id)
    assert done.state == "done", done.error
    return Cost(done.rows, done.size or 0, seconds, before, peak)


def _run(settings: tuple[Any, Any, Any], job_id: int) -> tuple[float, float, float]:
    from tests.conftest import build_app

    with build_app(*settings).app_context():
        before, began = megabytes(), time.perf_counter()
        run_report(job_id)
        return time.perf_counter() - began, before, megabytes()


def megabytes() -> float:
    """The most this program has held so far; `ru_maxrss` would still be that of the process it was started from."""
    (most,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(most) / 1024
