"""Makes registers, each once: by schedule for every past office day and month, or on request.

An advisory lock makes them one after another, so that their numbers follow the days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from app.access.office_heads import head_of_office
from app.casefile.event_history import checkpoint_at, first_event_at, first_reception_at, newest_event
from app.core.clock import office_today, office_zone
from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.periods import Period, days, month_before, month_of
from app.core.transaction import one_transaction
from app.models import PaperKind, Register, RegisterKind
from app.papers.frozen_blocks import letterhead, office, signatory
from app.papers.letter_numbers import enter_number, reserve_number
from app.papers.papers import make_paper
from app.reference.calendar import calendar_as_dict, load_working_calendar
from app.reference.sop import step_numbers
from app.reporting.figures.daily_figures import instant
from app.reporting.registers.names import names_in
from app.reporting.registers.stored_registers import DEFINITIONS, figures_of, find_register
from workflow_rules.process.actors import SYSTEM, Person

DAYS_BACK = 31
MONTHS_BACK = 3
"""How far back the schedule makes missed registers; older ones are made on request."""

PAPERS = {RegisterKind.DAILY: PaperKind.DAILY_REGISTER, RegisterKind.MONTHLY: PaperKind.MONTHLY_REGISTER}


class RegisterRefused(Exception):
    """Raised when a register cannot be made; `reason` is `not_over`, `no_office_day` or `before_beginning`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class _Wanted:
    kind: RegisterKind
    day: date
    period: Period


def make_register(kind: RegisterKind, day: date, by: Person, now: datetime) -> Register:
    """Return the Register row of the office day `day`, or of the month that contains it; make it, with its number and
    paper, when there is none.

    A daily register also covers the closed days before its day. Raises RegisterRefused: `not_over` (period not past),
    `no_office_day` (closed day), `before_beginning` (no events yet).
    """
    with one_transaction():
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('registers', 31))"))
        found = find_register(kind, day if kind is RegisterKind.DAILY else day.replace(day=1))
        if found is not None:
            return found
        return _make(_checked(kind, day, now), by, now)


def make_due_registers(now: datetime) -> int:
    """Make and commit every missing register of the last 31 days and 3 months, oldest first; return how many were due.

    Safe to run repeatedly and concurrently. `now` is an aware UTC datetime.
    """
    begins = first_event_at()
    if begins is None:
        return 0
    first, today, calendar = office_today(begins), office_today(now), load_working_calendar()
    back = [today - timedelta(days=n) for n in range(DAYS_BACK, 0, -1)]
    months = [month_before(today)]
    while len(months) < MONTHS_BACK:
        months.insert(0, month_before(months[0]))
    due = [
        *_missing(RegisterKind.DAILY, [day for day in back if day >= first and calendar.is_working_day(day)]),
        *_missing(RegisterKind.MONTHLY, [month for month in months if month >= first.replace(day=1)]),
    ]
    for kind, day in due:
        make_register(kind, day, SYSTEM, now)
    return len(due)


def _missing(kind: RegisterKind, wanted: list[date]) -> list[tuple[RegisterKind, date]]:
    there = set(db.session.scalars(select(Register.day).where(Register.kind == kind.value, Register.day.in_(wanted))))
    return [(kind, day) for day in wanted if day not in there]


def _checked(kind: RegisterKind, day: date, now: datetime) -> _Wanted:
    """Return kind, day and period of the register to make (as _Wanted); a daily one begins after the previous office
    day.

    Raises RegisterRefused when the register cannot be made.
    """
    if kind is RegisterKind.MONTHLY:
        wanted = _Wanted(kind, day.replace(day=1), month_of(day, office_zone()))
    else:
        calendar, first = load_working_calendar(), day
        if not calendar.is_working_day(day):
            raise RegisterRefused("no_office_day")
        while not calendar.is_working_day(first - timedelta(days=1)) and day - first < timedelta(days=DAYS_BACK):
            first -= timedelta(days=1)
        wanted = _Wanted(kind, day, days(first, day, office_zone()))
    if not wanted.period.over(now):
        raise RegisterRefused("not_over")
    begins = first_reception_at()
    if begins is None or begins >= wanted.period.ends:
        raise RegisterRefused("before_beginning")
    return wanted


def _make(wanted: _Wanted, by: Person, now: datetime) -> Register:
    agency = office()
    running, number = reserve_number(agency, now)
    frozen = {"number": number, **_content(wanted, by, now)}
    key = f"{PAPERS[wanted.kind].value}:{wanted.day.isoformat()}"
    paper = make_paper(PAPERS[wanted.kind], key, frozen, at=now, agency_code=agency.code)
    enter_number(agency, running, number, paper, now, by.id)
    row = Register(kind=wanted.kind.value, day=wanted.day, number=number, paper_id=paper.id, made_at=now)
    row.content_hash, row.made_by_id = paper.content_hash, by.id
    db.session.add(row)
    db.session.flush()
    return row


def _content(wanted: _Wanted, by: Person, now: datetime) -> dict[str, Any]:
    """Return the frozen content of a register's paper as a dict.

    It includes the checkpoint, newest event and calendar digest, for a later comparison.
    """
    figures = figures_of(wanted.kind, wanted.period)
    head = head_of_office(now)
    return {
        "kind": wanted.kind.value,
        "definitions": DEFINITIONS,
        "day": wanted.day.isoformat(),
        "begins": instant(wanted.period.begins),
        "ends": instant(wanted.period.ends),
        "counts": figures.counts,
        "tables": figures.tables,
        "cases": figures.cases,
        "names": names_in(figures.tables),
        "step_numbers": step_numbers(),
        "checkpoint": checkpoint_at(wanted.period.ends),
        "newest_event": newest_event(),
        "calendar": json_digest(calendar_as_dict()),
        "agency": letterhead(office()),
        "signatory": signatory(head.name, head.officer_id, head.on_behalf_of, head.kind),
        "made_at": instant(now),
        "made_by": by.name if by.id is not None else "",
    }
