"""Registers of the small month: what they freeze, that they stay, and that nobody makes one twice or too early."""

import hashlib
import io
import json
from datetime import date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.cases.perform_action import perform_action
from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.storage import read_file
from app.demo.accounts import demo_person
from app.models import Category, Complaint, IssuedNumber, Paper, Register, RegisterKind
from app.papers.papers import draw_paper
from app.reporting.figures.daily_figures import instant
from app.reporting.registers.corrections import corrections_since
from app.reporting.registers.make import RegisterRefused, make_due_registers, make_register
from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.reporting.small_month import answered_road, direction, led, waiting_road, wita
from tests.scenes import Scene
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import SYSTEM

DAILY, MONTHLY = RegisterKind.DAILY, RegisterKind.MONTHLY
FRIDAY = date(2026, 9, 4)
LATER = datetime(2026, 10, 1, 8, 0, tzinfo=OFFICE_ZONE)


def two_roads() -> tuple[int, int]:
    return answered_road().id, waiting_road().id


@pytest.fixture
def month(scene: Scene[tuple[int, int]], context: Flask) -> tuple[int, int]:
    return scene(two_roads)


def frozen_of(register: Register) -> dict[str, Any]:
    """The content as the database gives it back."""
    statement = select(Paper.frozen).where(Paper.id == register.paper_id)
    return dict(db.session.execute(statement).scalar_one())


def numbers_of_the_office() -> list[Any]:
    """The number book: each number with the paper that carries it."""
    wanted = select(IssuedNumber.number, IssuedNumber.paper_id).where(IssuedNumber.agency_code == "diskominfosan")
    return list(db.session.execute(wanted.order_by(IssuedNumber.running)))


def test_a_day_tells_what_happened_and_how_everything_stood(month: tuple[int, int]) -> None:
    made = make_register(DAILY, FRIDAY, demo_person("kabid"), LATER)
    it = frozen_of(made)
    assert it["counts"] == {
        "received": 0,
        "moved": 7,
        "answered": 1,
        "ended": 0,
        "open": 1,
        "overdue": 1,
        "paused": 0,
        "closing": 1,
    }
    assert [(row["number"][-1], row["action"], row["to"]) for row in it["tables"]["moved"]] == [
        ("2", "add_information", []),
        ("2", "register", ["check"]),
        ("1", "sign", ["send_answer"]),
        ("2", "approve_check", ["report"]),
        ("1", "send", ["dispose_answer"]),
        ("1", "dispose_answer", ["reply"]),
        ("1", "reply", []),
    ]
    # Tuesday 08.00 to Friday 11.00: 420 + 450 + 450 + 210 minutes; seven days and 8.5 hours end on Friday the 11th.
    (answered,) = it["tables"]["answered"]
    assert (answered["used"], answered["due_at"], answered["late"]) == (1530, wita_utc("11 09:00"), False)
    # Step 3 since 09.00: an hour was granted, and until closing at 16.30 with the break until 13.00 there were six.
    (late,) = it["tables"]["overdue"]
    told = ("step", "actor", "agency", "due_at", "used", "over")
    assert [late[name] for name in told] == ["report", "division_head", "", wita_utc("4 10:00"), 360, 300]
    assert [row["number"] for row in it["tables"]["open"]] == [late["number"]]
    assert (made.made_by_id, it["made_by"]) == (demo_person("kabid").id, demo_person("kabid").name)


def test_a_day_is_told_as_of_its_own_end_whatever_came_after(month: tuple[int, int]) -> None:
    it = frozen_of(make_register(DAILY, date(2026, 9, 3), SYSTEM, LATER))
    # The second case was asked about at 08.00 and waits: its hour is not passed, though it would have been at 08.30.
    assert it["counts"] == {
        "received": 0,
        "moved": 2,
        "answered": 0,
        "ended": 0,
        "open": 2,
        "overdue": 0,
        "paused": 1,
        "closing": 0,
    }
    assert [(row["step"], row["paused"], row["used"]) for row in it["tables"]["open"]] == [
        ("sign_answer", False, 210),
        ("register", True, 30),
    ]


def test_an_extended_draft_is_overdue_only_after_its_own_deadline(context: Flask) -> None:
    """Five working days from Tuesday the 1st end on the 8th; with three more they end on the 11th at 09.00."""
    case = a_complaint("draft_answer", ("dishub",), received=wita("1 09:00"))
    longer = ActionRequest(Action.EXTEND, None, {"agency": "dishub", "working_days": 3, "reason": "Suku cadang"})
    perform_action(case.id, longer, demo_person("kadis"), case.complaint.version, now=wita("3 10:00"))
    before, after = (frozen_of(make_register(DAILY, date(2026, 9, day), SYSTEM, LATER)) for day in (10, 11))
    (waiting,) = before["tables"]["open"]
    assert (waiting["step"], waiting["due_at"], waiting["late"]) == ("draft_answer", wita_utc("11 09:00"), False)
    assert (before["tables"]["overdue"], before["counts"]["overdue"], after["counts"]["overdue"]) == ([], 0, 1)


def wita_utc(stamp: str) -> str:
    return instant(wita(stamp))


def test_a_register_has_a_number_of_the_office_and_a_place_for_its_head(month: tuple[int, int]) -> None:
    made = [make_register(DAILY, FRIDAY, SYSTEM, LATER), make_register(MONTHLY, FRIDAY, SYSTEM, LATER)]
    assert [row.number for row in made] == [f"500.12/00{n}/DISKOMINFOSAN-BLG/2026" for n in (1, 2)]
    assert [row.day for row in made] == [FRIDAY, date(2026, 9, 1)]
    assert numbers_of_the_office() == [(row.number, row.paper_id) for row in made]
    it = frozen_of(made[0])
    assert it["signatory"]["name"] == demo_person("kadis").name
    assert it["signatory"]["office"].startswith("Kepala Dinas")
    assert (it["made_by"], it["agency"]["code"]) == ("", "diskominfosan")
    assert made[0].content_hash == json_digest(it)


def test_closed_days_are_told_of_on_the_next_office_day(context: Flask) -> None:
    a_complaint(received=datetime(2026, 9, 5, 10, 0, tzinfo=OFFICE_ZONE))
    a_complaint(received=datetime(2026, 9, 7, 10, 0, tzinfo=OFFICE_ZONE))
    monday = make_register(DAILY, date(2026, 9, 7), SYSTEM, LATER)
    assert frozen_of(monday)["counts"]["received"] == 2
    with pytest.raises(RegisterRefused, match="no_office_day"):
        make_register(DAILY, date(2026, 9, 5), SYSTEM, LATER)


@pytest.mark.parametrize(
    ("kind", "day", "now", "reason"),
    [
        (DAILY, FRIDAY, "2026-09-04 23:59", "not_over"),
        (MONTHLY, FRIDAY, "2026-09-30 23:59", "not_over"),
        (MONTHLY, date(2026, 8, 1), "2026-10-01 08:00", "before_beginning"),
        (DAILY, date(2026, 8, 31), "2026-10-01 08:00", "before_beginning"),
    ],
)
def test_what_is_not_over_or_before_everything_is_refused(
    month: tuple[int, int], kind: RegisterKind, day: date, now: str, reason: str
) -> None:
    with pytest.raises(RegisterRefused, match=reason):
        make_register(kind, day, SYSTEM, wita(now))
    assert db.session.scalars(select(func.count(Register.id))).one() == 0
    assert numbers_of_the_office() == []


def test_the_schedule_makes_up_for_what_was_missed_and_nothing_twice(month: tuple[int, int]) -> None:
    assert make_due_registers(wita("2 00:30")) == 1
    assert make_due_registers(wita("2 23:30")) == 0
    # The scheduler is away until Tuesday of the week after: Wednesday to Friday, Monday.
    assert make_due_registers(wita("8 01:00")) == 4
    days = db.session.scalars(select(Register.day).order_by(Register.id)).all()
    assert [day.day for day in days] == [1, 2, 3, 4, 7]
    assert make_due_registers(wita("8 01:10")) == 0
    # At the turn of the month the month comes too; what lies further back than a month is left to be asked for.
    assert make_due_registers(datetime(2026, 10, 15, 1, 0, tzinfo=OFFICE_ZONE)) == 24
    made = db.session.execute(select(Register.kind, func.min(Register.day)).where(Register.id > 5).group_by("kind"))
    assert dict(made.all()) == {"daily": date(2026, 9, 14), "monthly": date(2026, 9, 1)}
    assert db.session.scalars(select(Register.made_by_id).distinct()).all() == [None]


def test_two_schedulers_at_once_make_each_register_once(app: Flask) -> None:
    with app.app_context():
        answered_road()
    start, counts = Barrier(2), []

    def work() -> None:
        with app.app_context():
            start.wait()
            make_due_registers(wita("8 01:00"))
            counts.append(db.session.scalars(select(func.count(Register.id))).one())

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        rows = db.session.execute(select(Register.day, Register.number).order_by(Register.day)).all()
        assert [row.day.day for row in rows] == [1, 2, 3, 4, 7]
        assert [row.number.split("/")[1] for row in rows] == ["001", "002", "003", "004", "005"]
    assert counts == [5, 5]


def test_a_change_afterwards_is_listed_and_merged_nowhere(month: tuple[int, int]) -> None:
    made = make_register(MONTHLY, FRIDAY, SYSTEM, LATER)
    before = frozen_of(made)
    assert corrections_since(before).found == []
    complaint = db.session.get_one(Complaint, month[0])
    complaint.category = db.session.scalars(select(Category).where(Category.code == "penerangan_jalan")).one()
    db.session.commit()
    again = make_register(MONTHLY, FRIDAY, SYSTEM, LATER.replace(day=20))
    assert (again.id, frozen_of(again)) == (made.id, before)
    found = {(one.key, one.column): (one.old, one.new) for one in corrections_since(before).found}
    assert found.pop(("penerangan_jalan", ""))[0] is None
    assert found == {("jalan_berlubang", "count"): (2, 1), ("jalan_berlubang", "change"): (2, 1)}


def test_an_event_that_arrives_late_with_an_earlier_time_is_a_correction(month: tuple[int, int]) -> None:
    it = frozen_of(make_register(DAILY, FRIDAY, SYSTEM, LATER))
    case = db.session.get_one(Complaint, month[1])
    Case(case, (), "").act("division_head", "report", now=wita("4 15:00"))
    since = corrections_since(it)
    told = {
        (one.table, one.key.removeprefix(case.number).strip(), one.column): (one.old, one.new) for one in since.found
    }
    checkpoint = told.pop(("", "checkpoint", "checkpoint"))
    assert checkpoint[0] == it["checkpoint"] != checkpoint[1]
    assert told[("", "moved", "moved")] == (7, 8)
    assert told[("overdue", "report", "")][1] is None
    assert told[("open", "", "step")] == ("report", "direct")
    # Listed once for the action, and once for the breach recorded with it: the deadline had passed at 10.00.
    assert {(number, kind) for number, kind, _ in since.late_events} == {
        (case.number, "report"),
        (case.number, "breached"),
    }


def test_the_database_refuses_to_change_a_register(month: tuple[int, int]) -> None:
    make_register(DAILY, FRIDAY, SYSTEM, LATER)
    for statement in ("UPDATE register SET number = '1'", "DELETE FROM register", "TRUNCATE register"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_the_checkpoint_can_be_reckoned_from_the_log_by_hand(month: tuple[int, int]) -> None:
    it = frozen_of(make_register(DAILY, date(2026, 9, 3), SYSTEM, LATER))
    log = "SELECT number, seq, hash, at FROM complaint_event e JOIN complaint c ON c.id = complaint_id ORDER BY 1, 2"
    rows = db.session.execute(text(log))
    heads: dict[str, str] = {}
    for number, seq, head, at in rows:
        if at < wita("4 00:00"):
            heads[number] = f"{number} {seq} {head}\n"
    # The first case's draft, its ninth event with the breach of its check, and the second one's question came last.
    assert [line.split()[1] for line in heads.values()] == ["9", "2"]
    assert it["checkpoint"] == hashlib.sha256("".join(heads.values()).encode()).hexdigest()


def test_nothing_of_a_reporter_is_in_a_register_nor_words_of_who_asked_for_secrecy(context: Flask) -> None:
    names = {"name": "Zulkarnain Rahasia", "address": "Gang Sunyi", "phone": "0800-1111-2222"}
    for confidentiality in ("open", "secret", "anonymous"):
        reporter = names if confidentiality != "anonymous" else {}
        a_complaint(
            "check",
            received=wita("4 08:00"),
            title=f"Keluhan {confidentiality}",
            confidentiality=confidentiality,
            reporter=reporter,
        )
    for kind in (DAILY, MONTHLY):
        told = json.dumps(frozen_of(make_register(kind, FRIDAY, SYSTEM, LATER)))
        assert not [word for word in (*names.values(), "Keluhan secret", "Keluhan anonymous") if word in told]
        assert ("Keluhan open" in told) == (kind is DAILY)


def test_a_month_tells_problems_causes_and_satisfaction(context: Flask) -> None:
    answered, _ = answered_road(), waiting_road()
    answered.act("complaint_admin", "rate", now=wita("5 09:00"), score=4)
    two = a_complaint("direct", received=wita("7 08:00"), category="jalan_berlubang")
    led(two, ("7 08:10", "office_head", "direct", direction("dishub", "dplh", field_visit=True)))
    two.act("agency_admin", "decline", "dishub", now=wita("7 09:00"), reason="wrong_agency", note="Bukan kami.")
    it = frozen_of(make_register(MONTHLY, FRIDAY, SYSTEM, LATER))
    summary = {row["key"]: row["count"] for row in it["tables"]["summary"]}
    assert summary == {
        "received": 3,
        "answered": 1,
        "closed": 0,
        "archived": 0,
        "merged": 0,
        "withdrawn": 0,
        "reopened": 0,
        "open": 2,
        "steps": 18,
        "overdue": 3,
        "timely": 76.2,
        "rated": 1,
        "mean_rating": 4.0,
    }
    assert [(row["key"], row["count"]) for row in it["tables"]["agency"]] == [
        ("dishub", 1),
        ("dplh", 1),
        ("dpuprperkim", 1),
    ]
    # All three are late by the end of the month: two left lying or asked about, the third declined, visited and shared.
    causes = {row["key"]: row["count"] for row in it["tables"]["causes"]}
    assert causes == {"declined": 1, "asked": 1, "field_visit": 1, "cross_agency": 1, "left_lying": 1}
    assert it["counts"] == {"late_cases": 3}
    (again,) = it["tables"]["recurring"]
    assert (again["category"], again["count"], again["in_month"]) == ("jalan_berlubang", 3, 3)
    assert {row["score"]: row["count"] for row in it["tables"]["ratings"] if row["count"]} == {4: 1}


def test_both_papers_are_drawn_and_the_chart_stands_with_its_table(month: tuple[int, int]) -> None:
    for kind in (DAILY, MONTHLY):
        made = make_register(kind, FRIDAY, SYSTEM, LATER)
        assert draw_paper(made.paper_id) == "ready"
        paper = db.session.get_one(Paper, made.paper_id, populate_existing=True)
        assert (paper.kind, paper.error, bool(paper.pages)) == (f"{kind.value}_register", None, True)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(read_file(paper.path or ""))).pages]
    (trend,) = (page for page in pages if "Enam bulan terakhir" in page)
    assert trend.count("Jun 2026") == 2, "once in the table, once below the chart"
