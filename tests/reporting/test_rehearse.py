"""Rehearsals over real rows: the same SOP gives what alarms and book say, and nothing real is changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from rq.timeouts import JobTimeoutException
from sqlalchemy import func, select, text, update

from app.cases.perform_action import perform_action
from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.periods import Period
from app.demo.accounts import demo_person
from app.models import RehearsalRow, SopVersion, StepAlarm, StepTask
from app.reporting.figures.punctuality import punctuality
from app.reporting.rehearsals import run as module
from app.reporting.rehearsals.run import MOST_ATTEMPTS, SILENT, ask_rehearsal, relay_rehearsals, run_rehearsal
from tests.factories import a_complaint, move_on
from tests.office_zone import OFFICE_ZONE
from tests.reporting.many_openings import copy_openings
from tests.reporting.small_month import answered_road, led, waiting_road, wita
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.escalation import LIMIT
from workflow_rules.process.standard_sop import Step

SEPTEMBER = Period(wita("1 00:00"), wita("2026-10-01 00:00"))
NOTHING: dict[str, Any] = {"steps": {}, "skipped": []}


def some_cases() -> None:
    """Three cases of September; every limit that passed meanwhile was seen."""
    answered_road()
    waiting_road()
    visited = a_complaint(received=wita("7 08:00"), at="draft_answer", agencies=("dishub", "dinkes"), field_visit=True)
    led(
        visited,
        ("24 09:00", "agency_secretary.dishub", "submit_draft", {"subject": "A", "body": "B"}),
        ("25 09:00", "agency_head.dishub", "sign", {}),
        ("29 09:00", "agency_secretary.dinkes", "submit_draft", {"subject": "A", "body": "B"}),
        ("29 10:00", "agency_head.dinkes", "send_back", {"note": "Lengkapi."}),
        ("29 11:00", "agency_secretary.dinkes", "submit_draft", {"subject": "A", "body": "C"}),
    )
    while raise_due_alarms(wita("30 15:00")):
        pass


def rehearsed(changes: dict[str, Any], period: Period = SEPTEMBER) -> dict[str, Any]:
    version = db.session.scalars(select(SopVersion)).one()
    row = ask_rehearsal(version, period, changes, 1, wita("30 15:00"))
    assert run_rehearsal(row.id) == "ready"
    db.session.refresh(row)
    assert row.result is not None
    return row.result


def rows_of_everything() -> dict[str, Any]:
    """A hash of every table that a case lives in."""
    tables = ("complaint", "step_task", "step_pause", "agency_track", "ledger_entry", "complaint_event", "step_alarm")
    asked = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
    return {name: db.session.execute(text(asked.format(name))).scalar_one() for name in (*tables, "sop_step", "notice")}


def test_the_same_sop_gives_the_breaches_of_alarms_and_book_and_touches_nothing(context: Flask) -> None:
    some_cases()
    before = rows_of_everything()
    found = rehearsed(NOTHING)
    assert rows_of_everything() == before
    assert found["whole"]["then"] == found["whole"]["now"]
    assert found["cases"]["late_then"] == found["cases"]["late_now"] == 2
    assert found["changed"] == []
    passed = select(StepTask.step, func.count()).join(StepAlarm, StepAlarm.task_id == StepTask.id)
    alarms = passed.where(StepAlarm.level == LIMIT, StepTask.closed_at.is_not(None)).group_by(StepTask.step)
    told = dict(db.session.execute(alarms).all())
    assert {step: pair["now"]["late"] for step, pair in found["steps"].items() if pair["now"]["late"]} == told
    book = {m.step: (m.count, m.late) for m in punctuality(SEPTEMBER) if m.step}
    assert {s: (pair["now"]["count"], pair["now"]["late"]) for s, pair in found["steps"].items()} == book
    assert sum(told.values()) >= 3


def test_another_allowance_and_a_step_less_are_told_beside_what_happened(context: Flask) -> None:
    """The check took 75 and 40 minutes; 90 forgive the first, 30 condemn the second as well."""
    some_cases()
    check = {"actor": "section_head", "unit": "working_minutes"}
    longer = rehearsed({"steps": {"check": {**check, "value": 90}}, "skipped": []})
    assert (longer["steps"]["check"]["then"]["late"], longer["steps"]["check"]["now"]["late"]) == (1, 0)
    # Registered in 30 and 50 minutes, the day of waiting left out, and the third at once.
    assert longer["steps"]["register"]["then"] == {"count": 3, "late": 0, "minutes": 80}
    shorter = rehearsed({"steps": {"check": {**check, "value": 30}}, "skipped": []})
    assert shorter["steps"]["check"]["now"]["late"] == 2
    less = rehearsed({"steps": {}, "skipped": ["check"]})
    assert less["steps"]["check"]["now"] == {"count": 0, "late": 0, "minutes": 0}
    assert less["whole"]["then"]["minutes"] - less["whole"]["now"]["minutes"] == 75 + 40
    assert less["actors"]["section_head"]["now"]["count"] == 0


def test_a_shorter_extended_draft_is_late_where_the_longer_was_not(context: Flask) -> None:
    """From the 7th to the 24th are 13 working days."""
    some_cases()
    assert rehearsed(NOTHING)["steps"]["draft_answer"]["now"]["late"] == 1
    assert rehearsed({**NOTHING, "extended_days": 12})["steps"]["draft_answer"]["now"]["late"] == 2


@pytest.mark.parametrize(("field_visit", "days", "sent"), [(False, 5, "18 09:00"), (True, 3, "29 09:00")])
def test_days_granted_by_the_office_head_count_under_the_same_sop(
    context: Flask, field_visit: bool, days: int, sent: str
) -> None:
    """From Monday the 7th, 5 + 5 days end on the 21st and 14 + 3 on the 30th."""
    case = a_complaint(received=wita("7 08:00"))
    move_on(case, "draft_answer", now=wita("7 08:00"), field_visit=field_visit)
    granted = {"agency": "dpuprperkim", "working_days": days, "reason": "Suku cadang"}
    letter = {"subject": "A", "body": "B"}
    extend = ActionRequest(Action.EXTEND, None, granted)
    perform_action(case.id, extend, demo_person("kadis"), case.complaint.version, now=wita("9 09:00"))
    led(case, (sent, "agency_secretary.dpuprperkim", "submit_draft", letter))
    same = rehearsed(NOTHING)["steps"]["draft_answer"]
    assert (same["then"]["late"], same["now"]["late"]) == (0, 0)
    if field_visit:
        assert rehearsed({**NOTHING, "extended_days": 12})["steps"]["draft_answer"]["now"]["late"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": {}, "skipped": ["reply"]},
        {"steps": {"check": {"actor": "agency_head"}}, "skipped": []},
        {"steps": {"check": {"value": -1, "unit": "working_days"}}, "skipped": []},
        {"steps": {}, "skipped": ["nothing"]},
    ],
)
def test_what_no_sop_can_be_is_refused_and_leaves_no_row(context: Flask, changes: dict[str, Any]) -> None:
    version = db.session.scalars(select(SopVersion)).one()
    with pytest.raises(ValueError, match=r".+"):
        ask_rehearsal(version, SEPTEMBER, changes, 1, wita("30 15:00"))
    assert db.session.scalars(select(RehearsalRow)).all() == []


def test_it_is_computed_once_and_taken_up_again_after_a_lost_worker(context: Flask) -> None:
    some_cases()
    now = datetime.now(OFFICE_ZONE)
    row = ask_rehearsal(db.session.scalars(select(SopVersion)).one(), SEPTEMBER, NOTHING, 1, now)
    assert relay_rehearsals(now) == 0
    assert relay_rehearsals(now + timedelta(minutes=1)) == 1
    db.session.execute(update(RehearsalRow).values(state="running", touched_at=now))
    db.session.commit()
    assert run_rehearsal(row.id) == "elsewhere"
    assert relay_rehearsals(now + timedelta(minutes=2)) == 0
    assert relay_rehearsals(now + timedelta(minutes=5)) == 1
    assert run_rehearsal(row.id) == "ready"
    assert run_rehearsal(row.id) == "elsewhere"


def test_what_kills_three_workers_is_given_up_with_a_reason(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "past_cases", killed)
    row = ask_rehearsal(db.session.scalars(select(SopVersion)).one(), SEPTEMBER, NOTHING, 1, utc_now())
    handed = []
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            run_rehearsal(row.id)
        handed.append(relay_rehearsals(utc_now() + SILENT * 2))
    db.session.refresh(row)
    assert (handed, row.state, row.error, row.attempts) == ([1, 1, 0], "failed", "killed", MOST_ATTEMPTS)
    assert (run_rehearsal(row.id), relay_rehearsals(utc_now() + SILENT * 4)) == ("elsewhere", 0)


def test_a_worker_that_was_presumed_dead_finishes_nothing(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    some_cases()
    row = ask_rehearsal(db.session.scalars(select(SopVersion)).one(), SEPTEMBER, NOTHING, 1, utc_now())
    read, results = module.past_cases, []

    def be_followed(period: Period) -> Any:
        monkeypatch.setattr(module, "past_cases", read)
        assert relay_rehearsals(utc_now() + SILENT * 2) == 1
        results.append(run_rehearsal(row.id))
        return []

    monkeypatch.setattr(module, "past_cases", be_followed)
    assert (run_rehearsal(row.id), results) == ("stopped", ["ready"])
    db.session.refresh(row)
    assert (row.state, row.attempts, row.done, row.total) == ("ready", 2, 3, 3)


def test_what_takes_too_long_is_not_begun_again(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any) -> Any:
        raise JobTimeoutException

    monkeypatch.setattr(module, "past_cases", slow)
    row = ask_rehearsal(db.session.scalars(select(SopVersion)).one(), SEPTEMBER, NOTHING, 1, utc_now())
    assert run_rehearsal(row.id) == "failed"
    db.session.refresh(row)
    assert (row.state, row.error) == ("failed", "too_slow")
    assert relay_rehearsals(utc_now() + SILENT * 2) == 0


def test_progress_is_told_while_it_is_computed(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_openings(answered_road().id, 600)
    seen: list[tuple[int, int]] = []
    tell = module._update

    def spy(*own: int, **values: Any) -> bool:
        done = tell(*own, **values)
        with db.engine.connect() as other:
            columns = RehearsalRow.__table__.c
            seen.append(tuple(other.execute(select(columns.done, columns.total)).one()))  # type: ignore[arg-type]
        return done

    monkeypatch.setattr(module, "_update", spy)
    found = rehearsed(NOTHING, Period(wita("1 00:00"), wita("2026-12-01 00:00")))
    assert found["cases"]["count"] == 601
    assert seen == [(0, 601), (250, 601), (500, 601), (601, 601)]


def test_the_step_of_a_case_that_is_still_open_is_left_out(context: Flask) -> None:
    waiting_road()
    found = rehearsed(NOTHING)
    assert set(found["steps"]) == {Step.REGISTER.value, Step.CHECK.value}
