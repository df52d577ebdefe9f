"""What the costly paths cost inside one process: acts, sweep, dashboard, exports, registers, feed, each beside the
least that any program would pay on the same machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import time_machine
from flask import Flask
from sqlalchemy import event, text

from app.cases.perform_action import perform_action
from app.cases.raise_alarms import raise_due_alarms
from app.core.extensions import db, redis_client
from app.demo.accounts import PASSWORD, demo_person
from tests.bench.exports import measure_export
from tests.bench.feed import measure_feed
from tests.bench.inbound import measure_inbound
from tests.bench.office import OpenSteps, cases_to_register, measured_program
from tests.bench.registers import add_answered_cases, measure_register
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.actions import Action, ActionRequest

MOST_REGISTERED = 5_000
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=OFFICE_ZONE)
INDEX = "ix_step_task_open_alarm"


def measure_inside(size: int) -> None:
    """Everything at a moment in a working morning, with so many open steps; one in a hundred is due."""
    due, began = max(1, size // 100), time.perf_counter()
    print(f"{'inside one process':<52}{'cost':>12}{'bare limit':>14}{'ratio':>9}")
    with time_machine.travel(MORNING), measured_program() as app:
        measure_acts(app)
        for measured in measure_inbound(app):
            line(*measured)
        steps = OpenSteps(MORNING)
        few = measure_sweep(steps, due, due)
        steps.add(max(0, size - steps.made - due), due=False)
        many = measure_sweep(steps, due, size)
        measure_dashboard(app, steps)
        measure_exports(app)
        measure_registers(app, min(MOST_REGISTERED, size))
        feed = measure_feed(app, size)
        line(f"feed, {feed.rows / feed.reading:,.0f} rows a second (bare SELECT)", feed.reading, feed.bare)
        print(f"numbering {feed.rows:,} changes: {feed.numbering:.1f} s")
    print(f"a sweep of as many due steps among {size:,} open ones instead of {due:,}: {many / few:.2f} times the cost")
    print(f"{time.perf_counter() - began:.0f} s inside one process")


def line(what: str, cost: float, bare: float) -> None:
    print(f"{what:<52}{cost * 1000:>9.2f} ms{bare * 1000:>11.3f} ms{cost / bare:>9.1f}", flush=True)


def timed(act: Callable[[], Any], times: int = 1) -> float:
    """Seconds of one act: the middle one of so many."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def measure_sweep(steps: OpenSteps, count: int, open_steps: int) -> float:
    """One sweep over what has just become due; the plan of its own statement must use the index."""
    steps.add(count, due=True)
    ids = "SELECT id FROM step_task WHERE closed_at IS NULL AND next_alarm_at <= :now"
    due = db.session.scalars(text(ids), {"now": MORNING}).all()
    assert len(due) == count
    bare = timed(lambda: _touch(list(due)))
    with statements("FOR UPDATE SKIP LOCKED") as seen:
        plan = _plan(lambda: raise_due_alarms(MORNING, batch=1), seen)
        cost = timed(_sweep)
    assert db.session.scalars(text(ids), {"now": MORNING}).all() == []
    assert open_steps == count or INDEX in plan, plan
    line(f"sweep, {count:,} due of {open_steps:,} open (UPDATE of the rows)", cost, bare)
    return cost


def _sweep() -> None:
    while raise_due_alarms(MORNING):
        pass


def _touch(ids: list[int]) -> None:
    db.session.execute(text("UPDATE step_task SET next_alarm_at = next_alarm_at WHERE id = ANY(:ids)"), {"ids": ids})
    db.session.commit()


@contextmanager
def statements(containing: str) -> Any:
    """Every statement with these words that the program sends meanwhile, with its values."""
    seen: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if containing in statement:
            seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)


def _plan(sweep: Callable[[], Any], seen: list[tuple[str, Any]]) -> str:
    sweep()
    statement, values = next(one for one in seen if "step_task" in one[0])
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
    db.session.rollback()
    return "\n".join(rows)


def measure_acts(app: Flask, count: int = 100) -> None:
    cases, by = cases_to_register(count, MORNING), demo_person("admin.aduan")
    wanted = iter([(case.id, case.complaint.version) for case in cases])

    def act() -> None:
        case, version = next(wanted)
        perform_action(case, ActionRequest(Action.REGISTER), by, version, now=MORNING + timedelta(minutes=1))
        db.session.remove()

    bare = _bare_commit(app, count)
    cost = timed(act, count)
    line(f"an act, {1 / cost:.0f} a second (INSERT and COMMIT, {1 / bare:.0f} a second)", cost, bare)


def _bare_commit(app: Flask, count: int) -> float:
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, line text)")
        connection.commit()

        def insert() -> None:
            connection.execute("INSERT INTO bare (line) VALUES ('x')")
            connection.commit()

        return timed(insert, count)


def measure_dashboard(app: Flask, steps: OpenSteps, times: int = 5) -> None:
    """Its first look in a minute, which reads the book of time, and the others."""
    client = app.test_client()
    client.post("/login/", data={"username": "pengawas", "password": PASSWORD})

    def get(path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    bare = timed(lambda: get("/nothing"), times)
    redis_client().flushdb()
    line(f"dashboard, of {steps.made:,}, first look (a request)", timed(lambda: get("/dasbor/")), bare)
    line(f"dashboard, of {steps.made:,} (a request with SELECT 1)", timed(lambda: get("/dasbor/"), times), bare)


def measure_exports(app: Flask) -> None:
    for file_format in ("xlsx", "csv"):
        cost = measure_export(app, file_format)
        memory = f"peak memory {cost.peak:.0f} MB, {cost.before:.0f} MB before it began"
        print(
            f"export of {cost.rows:,} rows as {file_format}: {cost.seconds:.1f} s, {cost.size / 1e6:.1f} MB; {memory}"
        )


def measure_registers(app: Flask, count: int) -> None:
    add_answered_cases(count)
    cost = measure_register(app, MORNING)
    memory = f"peak memory {cost.peak:.0f} MB, {cost.before:.0f} MB before it began"
    print(f"monthly register of {count:,} answered cases: {cost.seconds:.1f} s; {memory}")
