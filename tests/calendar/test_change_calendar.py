"""A change of the calendar: what the preview shows is what happens, all or nothing, with a line in the journal."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.calendar import change as change_calendar
from app.calendar.change import (
    CalendarChange,
    ChangedMeanwhile,
    NeverOpens,
    RowChange,
    apply_change,
    preview_change,
    row_data,
)
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, Holiday, JournalEntry, StepTask, WorkingWeek
from app.reference.calendar import load_working_calendar
from tests.conftest import time_travel
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.scenes import Scene

pytestmark = [pytest.mark.usefixtures("context")]
Freeze = Callable[[str], Any]


def office(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)


def holiday(day: str, name: str = "Libur setempat") -> RowChange:
    return RowChange("holiday", None, None, {"day": day, "name": name, "kind": "local"})


def ordinary_week() -> WorkingWeek:
    return db.session.scalars(select(WorkingWeek).where(WorkingWeek.starts_on.is_(None))).one()


def gone() -> RowChange:
    """The next cuti bersama is taken away."""
    row = db.session.scalars(select(Holiday).where(Holiday.day == date(2026, 12, 24))).one()
    return RowChange("holiday", row.id, row_data(row), None)


def shorter_tuesdays() -> RowChange:
    row = ordinary_week()
    return RowChange(
        "working_week", row.id, row_data(row), {**row_data(row), "tue": "10:30-16:00", "wed": "09:00-12:00"}
    )


def special_week() -> RowChange:
    """A row of its own for two days, as Ramadan has it."""
    after = {**row_data(ordinary_week()), "name": "Pulang awal", "tue": "08:00-10:15"}
    return RowChange("working_week", None, None, after | {"starts_on": "2026-11-24", "ends_on": "2026-11-25"})


CHANGES: dict[str, Callable[[], CalendarChange]] = {
    "a holiday": lambda: (holiday("2026-11-24"),),
    "holidays far and near": lambda: (holiday("2026-11-26"), holiday("2026-12-01", "Lain"), holiday("2027-03-03")),
    "a holiday gone": lambda: (gone(),),
    "other hours": lambda: (shorter_tuesdays(),),
    "a week of its own": lambda: (special_week(),),
    "both tables": lambda: (holiday("2026-11-25"), shorter_tuesdays()),
    "a Sunday": lambda: (holiday("2026-11-29"),),
}


def cases_at_many_steps() -> list[int]:
    with time_travel() as travel:
        travel("2026-11-20 09:00")
        made = [a_complaint(at=at, agencies=("dishub",)) for at in ("check", "direct", "draft_answer", "sign_answer")]
        made += [a_complaint(at="draft_answer", agencies=("dpuprperkim", "dishub")), a_complaint(at="answered")]
        made[2].act("agency_secretary", "request_information", "dishub", agency="dishub", question="Di mana?")
        travel("2026-12-14 10:00")
        a_complaint(at="draft_answer", agencies=("dinkes", "dishub"))
        travel("2026-11-24 10:00")
        return [case.id for case in [*made, a_complaint()]]


@pytest.fixture
def cases(scene: Scene[list[int]], freeze: Freeze) -> list[int]:
    """Cases at many steps, one of them paused, one answered; the clock stands at Tuesday, 24 November 2026, at ten."""
    freeze("2026-11-24 10:00")
    return scene(cases_at_many_steps)


def limits() -> dict[int, tuple[datetime, datetime]]:
    db.session.expire_all()
    every = select(StepTask.id, StepTask.due_at, StepTask.warn_at, StepTask.next_alarm_at)
    return {row[0]: tuple(row[1:]) for row in db.session.execute(every.where(StepTask.closed_at.is_(None)))}


def everything() -> dict[str, Any]:
    """The tables that a change could touch, as they stand."""
    db.session.expire_all()
    tables = (Holiday, WorkingWeek, StepTask, Complaint, JournalEntry)
    return {m.__name__: db.session.execute(select(m.__table__).order_by(m.__table__.c.id)).all() for m in tables}


@pytest.mark.parametrize("name", CHANGES)
def test_what_the_preview_shows_is_what_happens(cases: list[int], name: str) -> None:
    change, before, due = CHANGES[name](), everything(), limits()
    shown = preview_change(change, utc_now())
    assert everything() == before
    done = apply_change(change, "Surat edaran", None, utc_now())
    assert set(done.moves) == set(shown.moves)
    assert [done.shift(move) for move in done.moves] == [shown.shift(move) for move in shown.moves]
    after = limits()
    moved = sorted((due[key][0], after[key][0]) for key in due if due[key][0] != after[key][0])
    assert moved == sorted((move.old, move.new) for move in done.moves)
    assert bool(moved) == (name != "a Sunday")


def test_the_journal_says_who_why_what_and_all_that_moved(cases: list[int], person: Callable[[str], Any]) -> None:
    by, change = person("administrator").id, (holiday("2026-11-24"),)
    done = apply_change(change, "Surat edaran bupati", by, utc_now())
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).one()
    assert (entry.kind, entry.reason, entry.officer_id, entry.at) == (
        "calendar_changed",
        "Surat edaran bupati",
        by,
        utc_now(),
    )
    added = {"table": "holiday", "key": None, "before": None, "after": change[0].after}
    assert entry.data == {"rows": [added], "moved": len(done.moves), "moves": [m.as_data() for m in done.moves]}
    assert len(done.moves) > 3
    assert {move.agency for move in done.moves} >= {None, "dishub", "dpuprperkim"}


def test_an_answered_case_is_closed_later_by_a_holiday_within_its_silence(cases: list[int]) -> None:
    answered = select(Complaint).where(Complaint.status == "answered")
    before = db.session.scalars(answered).one().closes_at
    assert before is not None
    preview_change((holiday("2026-11-26"),), utc_now())
    assert db.session.scalars(answered).one().closes_at == before
    apply_change((holiday("2026-11-26"),), "Surat edaran", None, utc_now())
    complaint = db.session.scalars(answered).one()
    silence = complaint.sop_version.silence_days
    calendar = load_working_calendar()
    assert complaint.closes_at == calendar.add_days(complaint.answered_at, silence)
    assert complaint.closes_at > before


def test_a_failure_at_any_place_leaves_all_as_it_was(cases: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()

    def fail(**_: Any) -> Any:
        raise RuntimeError("the journal cannot be written")

    monkeypatch.setattr(change_calendar, "JournalEntry", fail)
    with pytest.raises(RuntimeError):
        apply_change(CHANGES["both tables"](), "Surat edaran", None, utc_now())
    assert everything() == before
    twice = (holiday("2026-11-25"), holiday("2026-11-25"))
    for call in (lambda: preview_change(twice, utc_now()), lambda: apply_change(twice, "x", None, utc_now())):
        with pytest.raises(IntegrityError):
            call()
        assert everything() == before


def test_a_calendar_that_never_opens_is_refused_and_changes_nothing(cases: list[int]) -> None:
    row, before = ordinary_week(), everything()
    closed = {**row_data(row), **dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "")}
    change = (RowChange("working_week", row.id, row_data(row), closed),)
    for call in (lambda: preview_change(change, utc_now()), lambda: apply_change(change, "x", None, utc_now())):
        with pytest.raises(NeverOpens):
            call()
        assert everything() == before


def test_what_another_changed_meanwhile_is_not_written_over(cases: list[int]) -> None:
    change, row = (gone(),), db.session.get_one(Holiday, gone().key)
    row.name = "Nama lain"
    db.session.commit()
    with pytest.raises(ChangedMeanwhile) as refused:
        apply_change(change, "Surat edaran", None, utc_now())
    assert refused.value.now == (RowChange("holiday", row.id, row_data(row), None),)
    assert db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).all() == []
    apply_change(refused.value.now, "Surat edaran", None, utc_now())
    with pytest.raises(ChangedMeanwhile) as refused:
        apply_change(change, "Surat edaran", None, utc_now())
    assert refused.value.now is None


def test_a_change_between_preview_and_confirmation_is_counted_at_the_confirmation(cases: list[int]) -> None:
    shown = preview_change((holiday("2026-11-24"),), utc_now())
    apply_change((holiday("2026-11-25"),), "Lebih dahulu", None, utc_now())
    done = apply_change((holiday("2026-11-24"),), "Kemudian", None, utc_now())
    assert {move.new for move in done.moves} != {move.new for move in shown.moves}
    calendar = load_working_calendar()
    task = db.session.scalars(select(StepTask).where(StepTask.complaint_id == cases[-1])).one()
    assert task.due_at == calendar.add_minutes(task.clock_from, task.allowance_value)


def test_a_shift_counts_the_closed_day_with_the_hours_it_has_on_the_other_side(freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    a_complaint()
    later = apply_change((holiday("2026-11-24"),), "Tutup", None, utc_now())
    assert [later.shift(move) for move in later.moves] == [timedelta(hours=5)]
    row = db.session.scalars(select(Holiday).where(Holiday.name == "Libur setempat")).one()
    sooner = apply_change((RowChange("holiday", row.id, row_data(row), None),), "Buka", None, utc_now())
    assert [sooner.shift(move) for move in sooner.moves] == [timedelta(hours=-5)]
