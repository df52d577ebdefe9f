"""What is written over HTTP, measured beside bare psycopg that puts the same rows with as many commits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from sqlalchemy import text

from app.core.extensions import db
from tests.bench.calls import Call, Figures, ask, measure
from tests.bench.filling.words import TOPICS, reporters, tell
from tests.bench.house import House, Served
from tests.bench.rows import BareRows
from tests.bench.table import Line
from tests.bench.visitors import integration, program
from tests.statements import statements

ALONE, TOGETHER, MANY, BATCHES = 40, 120, 1000, 3
FIRST_TRACKED, FIRST_IN_BATCH = 5_000_000, 6_000_000
_RANDOM = Random(8)


def measure_writes(house: House, served: Served) -> Iterator[Line]:
    """Single reports by an officer's program and by SP4N, a batch of them, and an act on each of the new cases."""
    bare = BareRows(house.environ["DATABASE_URL"])
    made = yield from _singles(house, served, bare, "API create, single", _creations(served), goal_per_second=250)
    yield from _singles(house, served, bare, "PUT of a report, single", _puts(), goal_per_second=250)
    yield from _batches(served, bare)
    yield from _acts(house, served, bare, made)


def _report(number: int) -> dict[str, Any]:
    topic = TOPICS[number % len(TOPICS)]
    told = tell(topic, "Riwa", _RANDOM)
    who = reporters(1, _RANDOM)[0]
    body = {"title": told.title, "body": told.body, "category": topic.category, "reporter": who, "channel": "web"}
    return body | {"location": {"text": told.place, "district": "63.11.04"}}


def _creations(served: Served) -> list[Call]:
    headers = program(served.port, "admin.aduan")
    count = ALONE + TOGETHER + 1
    return [Call("/api/v1/complaint/", "POST", headers, json.dumps(_report(n)), 201) for n in range(count)]


def _revision(number: int) -> dict[str, Any]:
    return _report(number) | {"channel": "sp4n", "revision": 1, "submitted_at": "2026-11-23T08:00:00+08:00"}


def _puts() -> list[Call]:
    headers, count = integration(), ALONE + TOGETHER + 1
    path = "/api/v1/sp4n/reports/{}"
    return [Call(path.format(FIRST_TRACKED + n), "PUT", headers, json.dumps(_revision(n)), 201) for n in range(count)]


def _singles(
    house: House, served: Served, bare: BareRows, name: str, calls: list[Call], **goal: float
) -> Iterator[Line]:
    """Yields the line and gives back the cases that were made."""
    before = bare.newest()
    asked = _statements(house, calls.pop())
    ours = measure(served.port, calls[:ALONE], calls[ALONE:])
    cases = [[case] for case in _new_cases(before)]
    parts = bare.since(cases, before)
    one = bare.one_by_one(parts[:ALONE])
    least = Figures(one, one, bare.together(parts[ALONE:]), 0)
    yield Line.of_calls(name, ours, least, statements=asked, **goal)
    return [case for (case,) in cases]


def _statements(house: House, call: Call) -> int:
    """The call once in this process, where its statements can be counted."""
    with ThreadPoolExecutor(1) as outside, statements(house.app) as seen:
        asked = {"method": call.method, "headers": call.headers, "data": call.body}
        answer = outside.submit(house.app.test_client().open, call.path, **asked).result()
    assert answer.status_code == call.status, answer.text
    return len(seen)


def _new_cases(before: dict[str, int]) -> list[int]:
    found = db.session.execute(
        text("SELECT id FROM complaint WHERE id > :last ORDER BY id"), {"last": before["complaint"]}
    )
    ids = [row[0] for row in found]
    db.session.rollback()
    return ids


def _batches(served: Served, bare: BareRows) -> Iterator[Line]:
    """A batch is one call of a thousand reports; its times are those of one report in it."""
    headers, before, calls = integration(), bare.newest(), []
    for part in range(BATCHES):
        numbers = range(FIRST_IN_BATCH + part * MANY, FIRST_IN_BATCH + (part + 1) * MANY)
        reports = [{"tracking_id": str(n), **_revision(n)} for n in numbers]
        calls.append(Call("/api/v1/sp4n/reports/batch", "POST", headers, json.dumps({"reports": reports})))
    found = ask(served.port, calls, 1)
    seconds = sorted(found["seconds"])[len(calls) // 2] / MANY
    cases = _new_cases(before)
    least = bare.one_by_one(bare.since([cases[n : n + 100] for n in range(0, len(cases), 100)], before)) / 100
    yield Line(
        "a report in a batch of 1,000",
        seconds * 1000,
        least * 1000,
        per_second=1 / seconds,
        bare_per_second=1 / least,
        goal_per_second=3000,
    )


def _acts(house: House, served: Served, bare: BareRows, cases: Sequence[int]) -> Iterator[Line]:
    headers, before = program(served.port, "admin.aduan"), bare.newest()
    body = json.dumps({"action": "register", "params": {}, "expected_version": 1})
    calls = [Call(f"/api/v1/complaint/{case}/actions", "POST", headers, body) for case in cases]
    asked = _statements(house, calls[0])
    ours = measure(served.port, calls[1 : ALONE + 1], calls[ALONE + 1 :])
    parts, own = bare.since([[case] for case in cases], before), [[case] for case in cases]
    one = bare.one_by_one(parts[1 : ALONE + 1], own[1 : ALONE + 1])
    many = bare.together(parts[ALONE + 1 :], own[ALONE + 1 :])
    least = Figures(one, one, many, 0)
    yield Line.of_calls("state change over REST", ours, least, statements=asked, goal_per_second=150)
