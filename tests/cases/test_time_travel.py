"""A year of complaints with workers that come and go: every late step has one breach, one notice a level, none other.

TRAVEL_CASES in the environment sets how many complaints live through it (8 unless told; 300 for the long run);
TRAVEL_TEAMS how many workers sweep (4 unless told; 1,4 for both); TRAVEL_DAYS over how many days they come (60; 350).
"""

import heapq
import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, Notice, StepAlarm, StepTask
from app.reference.calendar import calendar_as_dict
from tests.cases.sweep_worker import sweep_when_told
from tests.factories import Case, a_complaint
from tests.forked import process_context
from tests.office_zone import OFFICE_ZONE
from tests.workflow_rules.slow_calendar import SlowCalendar

CASES = int(os.environ.get("TRAVEL_CASES", "8"))
DAYS = int(os.environ.get("TRAVEL_DAYS", "60"))
TEAMS = [int(size) for size in os.environ.get("TRAVEL_TEAMS", "4").split(",")]
START = datetime(2026, 1, 5, 8, 0, tzinfo=OFFICE_ZONE)
TICK = timedelta(hours=9)
DOWN_FROM, DOWN_FOR = timedelta(days=100, hours=4), timedelta(hours=30)
HOUSE = "dishub"
ACTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("complaint_admin", "register", {}),
    ("section_head", "approve_check", {}),
    ("division_head", "report", {}),
    (
        "office_head",
        "direct",
        {"agencies": [HOUSE], "lead": HOUSE, "instruction": "Tangani.", "urgency": "normal", "field_visit": False}
        | {"route": "fast"},
    ),
    ("agency_admin", "accept", {}),
    ("agency_head", "dispose", {"instruction": "Siapkan."}),
    ("agency_secretary", "submit_draft", {"subject": "Tanggapan", "body": "Ditangani."}),
    ("agency_head", "sign", {}),
    ("agency_admin", "send", {}),
    ("office_head", "dispose_answer", {"instruction": "Jawab."}),
    ("complaint_admin", "reply", {"text": "Ditangani.", "proof": "Dicatat."}),
)


class Workers:
    """So many workers; each can be shot while it sweeps, and another takes its place."""

    def __init__(self, app: Flask, count: int) -> None:
        self.settings = {
            "database": app.config["SQLALCHEMY_DATABASE_URI"],
            "redis": app.config["REDIS_URL"],
            "home": str(app.config["LAPOR_HOME"]),
        }
        self.context = process_context()
        self.team = [self._hire() for _ in range(count)]
        for _, line in self.team:
            assert line.recv() == "ready"

    def _hire(self) -> tuple[BaseProcess, Connection]:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=sweep_when_told, args=(self.settings, theirs), daemon=True)
        process.start()
        return process, ours

    def sweep(self, now: datetime, victim: int | None) -> None:
        """All sweep side by side; the victim is shot in the middle of it and replaced."""
        for _, line in self.team:
            line.send(now)
        if victim is not None:
            process, line = self.team[victim]
            line.poll(random.random() / 50)
            process.kill()
            process.join()
            self.team[victim] = self._hire()
            assert self.team[victim][1].recv() == "ready"
            self.team[victim][1].send(now)
        for _, line in self.team:
            assert line.recv() == "done"

    def dismiss(self) -> None:
        for process, line in self.team:
            line.send(None)
            process.join(timeout=30)


def plan(dice: random.Random) -> list[tuple[datetime, int]]:
    """When each complaint is touched: mostly in time, sometimes hours or days too late, whatever the hour."""
    found = []
    for number in range(CASES):
        at = START + timedelta(minutes=dice.randrange(DAYS * 24 * 60))
        for _ in range(len(ACTS) + 1):
            found.append((at, number))
            at += timedelta(minutes=dice.choice([5, 40, 90, 60 * 6, 60 * 24, 60 * 24 * dice.randrange(2, 9)]))
    return found


def live(app: Flask, workers: Workers, dice: random.Random) -> datetime:
    """Let acts and sweeps happen in the order of their times; the workers are all away for thirty hours."""
    queue, cases, done = plan(dice), {}, defaultdict(int)
    heapq.heapify(queue)
    now = START
    while queue:
        now += TICK
        while queue and queue[0][0] <= now:
            at, number = heapq.heappop(queue)
            _touch(cases, done, number, at)
        db.session.remove()
        if not DOWN_FROM <= now - START < DOWN_FROM + DOWN_FOR:
            workers.sweep(now, dice.randrange(len(workers.team)) if dice.random() < 0.01 else None)
    return now


def _touch(cases: dict[int, int], done: dict[int, int], number: int, at: datetime) -> None:
    if number not in cases:
        cases[number] = a_complaint(received=at).id
        return
    complaint = db.session.get(Complaint, cases[number])
    assert complaint is not None
    if complaint.ended_at is None:
        actor, action, params = ACTS[done[number]]
        house = HOUSE if actor.startswith("agency") else None
        Case(complaint, (HOUSE,), "").act(actor, action, house, now=at, **params)
        done[number] += 1


def told_levels() -> dict[int, list[int]]:
    rows = db.session.execute(select(StepAlarm.task_id, StepAlarm.level).order_by(StepAlarm.level))
    found: dict[int, list[int]] = defaultdict(list)
    for task, level in rows:
        found[task].append(level)
    return found


def expected_levels(slow: SlowCalendar, task: StepTask, end: datetime) -> list[int]:
    """The levels of a late step, from the slow calendar: warning, limit, and each working day begun since; or none."""
    add = slow.add_days if task.allowance_unit == "working_days" else slow.add_minutes
    due = add(task.clock_from, task.allowance_value)
    assert due == task.due_at
    if end <= due:
        return []
    days = 0
    while slow.same_time_after(due, days + 1) <= end:
        days += 1
    return list(range(2 + days))


@pytest.fixture
def workers(context: Flask, request: pytest.FixtureRequest) -> Iterator[Workers]:
    team = Workers(context, request.param)
    yield team
    team.dismiss()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("workers", TEAMS, indirect=True)
def test_months_with_workers_that_come_and_go(context: Flask, workers: Workers) -> None:
    dice = random.Random(len(workers.team))
    end = live(context, workers, dice)
    workers.sweep(end, None)
    slow, told = SlowCalendar(calendar_as_dict()), told_levels()
    late = 0
    for task in db.session.scalars(select(StepTask).order_by(StepTask.id)).all():
        expected = expected_levels(slow, task, task.closed_at or end)
        late += bool(expected)
        assert told[task.id] == expected if expected else set(told[task.id]) <= {0}, (task.id, task.step)
    assert late > CASES
    breaches = select(func.count()).where(ComplaintEvent.kind == "breached")
    assert db.session.scalars(breaches).one() == late
    notices = select(func.count()).where(Notice.kind.in_(("step_near", "step_late", "step_overdue")))
    assert db.session.scalars(notices).one() == sum(len(levels) for levels in told.values())
    assert audit_all() == []
