"""Two officers on one step at the same moment, in processes of their own: one wins, one is told, one event.

RACE_ROUNDS in the environment sets how often they meet (30 unless told; thousands for the long run).
"""

import os
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent
from tests.factories import a_complaint, store_letters
from tests.forked import process_context
from tests.races.race_worker import press

ROUNDS = int(os.environ.get("RACE_ROUNDS", "30"))
BY_COURIER = {"without_scan_reason": "Asli dikirim dengan kurir"}
TOLD = {"stale_version", "out_of_order", "case_ended", "paused"}


def run(app: Flask, *officers: list[dict[str, Any]], refusals: Collection[str] = TOLD) -> dict[int, list[str]]:
    """Let each officer press in a process of its own, round by round behind one barrier; says how each round ended.

    Fails at the first end that is neither `done` nor one of `refusals`.
    """
    settings = {
        "database": app.config["SQLALCHEMY_DATABASE_URI"],
        "redis": app.config["REDIS_URL"],
        "home": str(app.config["LAPOR_HOME"]),
    }
    started = process_context()
    barrier, results = started.Barrier(len(officers)), started.Queue()
    processes = [started.Process(target=press, args=(settings, attempts, barrier, results)) for attempts in officers]
    for process in processes:
        process.start()
    try:
        outcomes = _told(results, sum(len(attempts) for attempts in officers), refusals)
        for process in processes:
            process.join(timeout=30)
            assert process.exitcode == 0
    finally:
        for process in processes:
            process.kill()
            process.join()
    return outcomes


def _told(results: Any, count: int, refusals: Collection[str]) -> dict[int, list[str]]:
    """How each round ended for each; the first end that is none of ours ends the race."""
    outcomes: dict[int, list[str]] = defaultdict(list)
    for _ in range(count):
        number, outcome = results.get(timeout=150)
        assert outcome in {"done", *refusals}, (number, outcome)
        outcomes[number].append(outcome)
    return outcomes


def test_two_officers_on_one_step_make_one_event(context: Flask) -> None:
    cases = [a_complaint(at="check") for _ in range(ROUNDS)]
    approve = [
        {"username": "kasi", "action": "approve_check", "id": c.id, "version": c.complaint.version} for c in cases
    ]
    archive = [{**a, "action": "archive", "params": {"reason": "spam", "note": "Uji."}} for a in approve]
    db.session.remove()
    outcomes = run(context, approve, archive)
    for number in range(ROUNDS):
        assert sorted(outcomes[number])[0] == "done"
        assert sorted(outcomes[number])[1] in TOLD
    events = select(func.count()).where(ComplaintEvent.kind.in_(("approve_check", "archive")))
    assert db.session.execute(events).scalar_one() == ROUNDS
    assert audit_all() == []


def test_two_agencies_sending_last_at_once_open_step_ten_once(context: Flask) -> None:
    rounds = max(10, ROUNDS // 6)
    cases = [a_complaint(at="send_answer", agencies=("dishub", "dplh")) for _ in range(rounds)]
    store_letters()
    sends = [
        [
            {"username": f"admin.{house}", "action": "send", "id": c.id, "version": None, "params": BY_COURIER}
            for c in cases
        ]
        for house in ("dishub", "dplh")
    ]
    db.session.remove()
    outcomes = run(context, *sends)
    assert all(ended == ["done", "done"] for ended in outcomes.values())
    statuses = set(db.session.scalars(select(Complaint.status)))
    assert statuses == {"disposing_answer"}
    assert audit_all() == []


def test_letters_signed_at_once_get_numbers_without_gap_or_double(context: Flask) -> None:
    rounds = max(10, ROUNDS // 6)
    cases = [a_complaint(at="sign_answer", agencies=("dishub",)) for _ in range(2 * rounds)]
    wishes = [
        {"username": "kepala.dishub", "action": "sign", "id": c.id, "version": c.complaint.version} for c in cases
    ]
    db.session.remove()
    outcomes = run(context, wishes[:rounds], wishes[rounds:])
    assert all(ended == ["done", "done"] for ended in outcomes.values())
    from app.models import Letter

    numbers = sorted(int(number.split("/")[1]) for number in db.session.scalars(select(Letter.number)))
    assert numbers == list(range(1, 2 * rounds + 1))
