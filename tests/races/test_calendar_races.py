"""Two changes of the calendar at once, or one beside an act, a reception or a sweep: no limit by an old calendar."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text

from app.calendar.change import (
    ChangedMeanwhile,
    NeverOpens,
    RowChange,
    apply_change,
    lock_calendar,
    preview_change,
    row_data,
)
from app.cases.perform_action import perform_action
from app.cases.raise_alarms import raise_due_alarms
from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.demo.accounts import demo_person
from app.models import Holiday, JournalEntry, StepTask, WorkingWeek
from app.reference.calendar import load_working_calendar
from app.web.form_labels import REFUSED
from tests.factories import a_complaint, a_report
from tests.office_zone import OFFICE_ZONE
from tests.reference.reference_forms import save
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.time.deadlines import Allowance, Unit, deadline_for, next_alarm_at, warn_at

Freeze = Callable[[str], Any]
Call = Callable[[], Any]
ROUNDS = 12


def office(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=OFFICE_ZONE)


def holiday(day: str, name: str = "Libur setempat") -> RowChange:
    return RowChange("holiday", None, None, {"day": day, "name": name, "kind": "local"})


def make(*change: RowChange) -> Call:
    return lambda: apply_change(change, "Surat edaran", None, utc_now())


def outcome(app: Flask, call: Call) -> str:
    """How a call of one officer ended; refusals by their names."""
    with app.app_context():
        try:
            call()
        except (ChangedMeanwhile, NeverOpens) as refused:
            return type(refused).__name__
        return "done"


def at_once(app: Flask, *calls: Call) -> list[str]:
    """Let each call begin when all are ready."""
    barrier, found = threading.Barrier(len(calls)), []

    def one(call: Call) -> None:
        barrier.wait(timeout=60)
        found.append(outcome(app, call))

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(found)


@contextmanager
def meanwhile(app: Flask, call: Call, then: Call | None = None) -> Iterator[list[str]]:
    """What is done inside is not committed before the call waits for it, nor what follows `then`; after that the call
    goes on and ends.
    """
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(outcome(app, call)))
    with one_transaction():
        yield found
        thread.start()
        _until_it_waits(thread)
        if then is not None:
            then()
    thread.join(timeout=60)
    db.session.rollback()


def _until_it_waits(thread: threading.Thread) -> None:
    ends = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < ends:
        if db.session.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first():
            return
    assert not thread.is_alive(), "it neither ended nor waited"


def off_by_calendar() -> list[str]:
    """Open steps whose limit, warning or next look is not what the calendar now says."""
    db.session.rollback()
    calendar, wrong = load_working_calendar(), []
    for task in db.session.scalars(select(StepTask).where(StepTask.closed_at.is_(None))):
        due = deadline_for(calendar, task.clock_from, Allowance(task.allowance_value, Unit(task.allowance_unit)))
        warn = warn_at(calendar, task.clock_from, due)
        looks = {warn, next_alarm_at(calendar, task.clock_from, due, utc_now())}
        if task.due_at != due or task.warn_at != warn or task.next_alarm_at not in looks:
            wrong.append(f"{task.step}: {task.due_at}, not {due}; {task.next_alarm_at}, not in {looks}")
    return wrong


def journal() -> list[JournalEntry]:
    db.session.rollback()
    return list(
        db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed").order_by(JournalEntry.id))
    )


@pytest.fixture
def tuesday_case(context: Flask, freeze: Freeze) -> int:
    """One case at its first step since Tuesday, 24 November 2026, at ten."""
    freeze("2026-11-24 10:00")
    return a_complaint().id


def due_of(case_id: int) -> datetime:
    db.session.rollback()
    open_step = select(StepTask.due_at).where(StepTask.complaint_id == case_id, StepTask.closed_at.is_(None))
    return db.session.scalars(open_step).one()


def test_two_holidays_at_once_are_both_made_and_counted(context: Flask, tuesday_case: int) -> None:
    assert at_once(context, make(holiday("2026-11-24")), make(holiday("2026-11-25"))) == ["done", "done"]
    assert due_of(tuesday_case) == office("2026-11-26 08:30")
    assert len(journal()) == 2
    for number in range(ROUNDS):
        days = (f"2027-02-{number + 1:02}", f"2027-03-{number + 1:02}")
        assert at_once(context, *(make(holiday(day, f"Uji {day}")) for day in days)) == ["done", "done"]
    assert len(journal()) == 2 + 2 * ROUNDS
    assert off_by_calendar() == []


def test_of_two_changes_of_one_row_one_is_made_and_one_is_asked_again(context: Flask, tuesday_case: int) -> None:
    for number in range(ROUNDS):
        row = db.session.scalars(select(Holiday).where(Holiday.day == date(2026, 12, 24))).one()
        before, names = row_data(row), (f"Satu {number}", f"Dua {number}")
        wishes = [make(RowChange("holiday", row.id, before, {**before, "name": name})) for name in names]
        db.session.rollback()
        assert at_once(context, *wishes) == ["ChangedMeanwhile", "done"]
        assert len(journal()) == number + 1
        kept = db.session.scalars(select(Holiday.name).where(Holiday.day == date(2026, 12, 24))).one()
        assert journal()[-1].data["rows"][0]["after"]["name"] == kept
        assert kept in names


def two_weeks() -> list[RowChange]:
    """Two rows of office hours, each enough alone; the changes that take one away."""
    (first,) = db.session.scalars(select(WorkingWeek).where(WorkingWeek.starts_on.is_(None)))
    db.session.execute(delete(WorkingWeek).where(WorkingWeek.id != first.id))
    db.session.add(WorkingWeek(**row_data(first)))
    db.session.commit()
    rows = db.session.scalars(select(WorkingWeek).order_by(WorkingWeek.id)).all()
    return [RowChange("working_week", row.id, row_data(row), None) for row in rows]


def test_two_changes_that_only_together_shut_the_office_are_not_both_made(context: Flask) -> None:
    first, second = two_weeks()
    with meanwhile(context, make(second)) as other:
        make(first)()
    assert other == ["NeverOpens"]
    assert load_working_calendar().add_days(utc_now(), 1)
    assert len(journal()) == 1


def test_a_change_waits_for_an_act_and_counts_the_step_it_opened(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="check")
    with meanwhile(context, make(holiday("2026-11-24"))) as other:
        case.act("section_head", "approve_check")
    assert other == ["done"]
    assert due_of(case.id) == office("2026-11-25 08:30")
    assert [len(entry.data["moves"]) for entry in journal()] == [1]


def approve(case_id: int) -> Call:
    return lambda: perform_action(case_id, ActionRequest(Action.APPROVE_CHECK), demo_person("kasi"), None)


def receive() -> Any:
    return receive_complaint(clean_report(a_report()), demo_person("admin.aduan"))


def test_an_act_and_a_reception_wait_for_a_change_and_count_by_it(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="check")
    for day, call, limit in (
        ("2026-11-24", approve(case.id), "2026-11-25 08:30"),
        ("2026-11-25", receive, "2026-11-26 08:30"),
    ):
        with meanwhile(context, call) as other:
            make(holiday(day))()
        assert other == ["done"]
        assert off_by_calendar() == []
        newest = select(StepTask.due_at).where(StepTask.closed_at.is_(None)).order_by(StepTask.id.desc())
        assert db.session.scalars(newest).first() == office(limit)


def test_a_change_and_an_act_behind_one_barrier(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    cases = [a_complaint(at="check").id for _ in range(ROUNDS)]
    db.session.remove()
    for number, case_id in enumerate(cases):
        change = make(holiday("2026-11-25", f"Uji {number}"))
        assert at_once(context, approve(case_id), change) == ["done", "done"]
    assert len(journal()) == ROUNDS
    assert off_by_calendar() == []


def test_a_sweep_that_waits_for_a_change_looks_again_by_the_new_calendar(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-20 14:00")
    a_complaint()
    freeze("2026-11-24 15:30")
    with meanwhile(context, lambda: raise_due_alarms(utc_now())) as other:
        make(holiday("2026-11-25"))()
    assert other == ["done"]
    looks = db.session.scalars(select(StepTask.next_alarm_at).where(StepTask.closed_at.is_(None))).one()
    assert looks == office("2026-11-26 15:00")


def test_a_form_that_is_saved_while_its_row_is_changed_is_told_so(
    context: Flask, freeze: Freeze, as_user: Callable[[str], FlaskClient]
) -> None:
    freeze("2026-11-24 10:00")
    row = db.session.scalars(select(Holiday).where(Holiday.day == date(2026, 12, 24))).one()
    key, before, screen, pages = row.id, row_data(row), as_user("administrator"), []
    path, form = f"/hari-libur/edit/{key}", {**before, "name": "Dua"}
    seen = screen.get(path).text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    db.session.rollback()
    first = make(RowChange("holiday", key, before, {**before, "name": "Satu"}))
    with meanwhile(context, lambda: pages.append(screen.post(path, data={**form, "seen": seen})), first) as other:
        lock_calendar()
    assert other == ["done"]
    assert str(REFUSED["changed_meanwhile"]) in pages[0].text
    assert 'value="Dua"' in pages[0].text
    assert 'name="usul"' in (save(screen, path, **form) or "")


def test_a_preview_meets_a_change_in_words_and_never_in_a_deadlock(context: Flask, tuesday_case: int) -> None:
    row = db.session.scalars(select(Holiday).where(Holiday.day == date(2026, 12, 24))).one()
    gone = RowChange("holiday", row.id, row_data(row), None)
    with meanwhile(context, lambda: preview_change((gone,), utc_now())) as other:
        make(RowChange("holiday", row.id, row_data(row), {**row_data(row), "name": "Satu"}))()
    assert other == ["ChangedMeanwhile"]
