"""Makes registers, each once: by schedule for every past office day and month, or by hand.

The unique row is the claim to make one; an advisory lock makes them one at a time, so that numbers follow the days.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from app.access.office_heads import head_of_office
from app.casefile.event_log import checkpoint_at, first_event_at, newest_event
from app.core.clock import OFFICE_ZONE, office_today
from app.core.extensions import db
from app.core.periods import Period, days, month_before, month_of
from app.core.transaction import one_transaction
from app.models import PaperKind, Register, RegisterKind
from app.papers.frozen_blocks import letterhead, office, signatory
from app.papers.letter_numbers import enter_number, reserve_number
from app.papers.papers import make_paper
from app.reference.agencies import step_numbers
from app.reference.calendar import calendar_as_dict, load_working_calendar
from app.reporting.figures.daily_figures import instant
from app.reporting.registers.names import names_in
from app.reporting.registers.rows import DEFINITIONS, figures_of, find_register
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
    """Return the register of an office day, or of the month that contains `day`; make it when there is none.

    Raises RegisterRefused: `not_over` (period not past), `no_office_day` (closed day), `before_beginning` (no events
    yet). A daily register also covers the closed days before its day.
    """
    with one_transaction():
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('registers', 31))"))
        found = find_register(kind, day if kind is RegisterKind.DAILY else day.replace(day=1))
        if found is not None:
            return found
        return _make(_wanted(kind, day, now), by, now)


def make_due_registers(now: datetime) -> int:
    """Make every missing register of past office days and months, oldest first, and return how many were due.

    Safe to run repeatedly and concurrently. `now` is an aware UTC datetime.
    """
    begins = first_event_at()
    if begins is None:
        return 0
    due = [*_due_days(office_today(begins), now), *_due_months(office_today(begins), now)]
    for kind, day in due:
        make_register(kind, day, SYSTEM, now)
    return len(due)


def _due_days(first: date, now: datetime) -> list[tuple[RegisterKind, date]]:
    today, calendar = office_today(now), load_working_calendar()
    back = [today - timedelta(days=n) for n in range(DAYS_BACK, 0, -1)]
    wanted = [day for day in back if day >= first and calendar.is_working_day(day)]
    return _missing(RegisterKind.DAILY, wanted)


def _due_months(first: date, now: datetime) -> list[tuple[RegisterKind, date]]:
    months, month = [], office_today(now).replace(day=1)
    for _ in range(MONTHS_BACK):
        month = month_before(month)
        months.append(month)
    return _missing(RegisterKind.MONTHLY, [month for month in reversed(months) if month >= first.replace(day=1)])


def _missing(kind: RegisterKind, wanted: list[date]) -> list[tuple[RegisterKind, date]]:
    there = set(db.session.scalars(select(Register.day).where(Register.kind == kind.value, Register.day.in_(wanted))))
    return [(kind, day) for day in wanted if day not in there]


def _wanted(kind: RegisterKind, day: date, now: datetime) -> _Wanted:
    if kind is RegisterKind.MONTHLY:
        found = _Wanted(kind, day.replace(day=1), month_of(day, OFFICE_ZONE))
    else:
        found = _Wanted(kind, day, days(_first_day_of(day), day, OFFICE_ZONE))
    if not found.period.over(now):
        raise RegisterRefused("not_over")
    begins = first_event_at()
    if begins is None or begins >= found.period.ends:
        raise RegisterRefused("before_beginning")
    return found


def _first_day_of(day: date) -> date:
    """Return the day after the previous office day.

    Raises RegisterRefused(no_office_day) when the office is closed on `day`.
    """
    calendar = load_working_calendar()
    if not calendar.is_working_day(day):
        raise RegisterRefused("no_office_day")
    first = day
    while not calendar.is_working_day(first - timedelta(days=1)) and day - first < timedelta(days=DAYS_BACK):
        first -= timedelta(days=1)
    return first


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
    """Return what the paper shows, with the checkpoint, newest event and calendar digest for a later comparison."""
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
        "calendar": _calendar_hash(),
        "agency": letterhead(office()),
        "signatory": signatory(head.name, head.officer_id, head.on_behalf_of, head.kind),
        "made_at": instant(now),
        "made_by": by.name if by.id is not None else "",
    }


def _calendar_hash() -> str:
    """Return the SHA-256 of the working calendar by which the figures were counted."""
    body = json.dumps(calendar_as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()
