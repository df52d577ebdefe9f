"""The book of an agency's letter numbers: drawn in the transaction that uses them, or passed over with a reason."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import office_today
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Agency, IssuedNumber, NumberCounter, Paper
from app.papers.number_series import next_number
from workflow_rules.record.numbering import format_letter_number

MOST_AT_ONCE = 2000


class NumbersRefused(Exception):
    """Numbers that cannot be passed over; `fault` is `too_low` or `too_many`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def reserve_number(agency: Agency, at: datetime) -> tuple[int, str]:
    """The next number of an agency in the office's year of `at`, as counted and as written; its book entry follows
    with `enter_number` in the same transaction.
    """
    running = next_number(_series(agency), office_today(at).year)
    return running, written(agency, running, at)


def enter_number(agency: Agency, running: int, number: str, paper: Paper, at: datetime, officer: int | None) -> None:
    """Write a drawn number into the book, on the paper that carries it."""
    row = {"running": running, "number": number, "paper_id": paper.id, "issued_at": at, "officer_id": officer}
    db.session.add(IssuedNumber(agency_code=agency.code, year=office_today(at).year, **row))


def pass_over(agency: Agency, up_to: int, reason: str, at: datetime, officer: int | None) -> int:
    """Explain numbers that were given outside this program, up to and with one; raises NumbersRefused.

    An agency that begins in the middle of a year, or writes letters by hand, goes on after its own last number.
    """
    year = office_today(at).year
    with one_transaction():
        last = _lock(agency, year)
        if up_to <= last:
            raise NumbersRefused("too_low")
        if up_to - last > MOST_AT_ONCE:
            raise NumbersRefused("too_many")
        rows = [
            {"running": n, "number": written(agency, n, at), "reason": reason, "issued_at": at, "officer_id": officer}
            for n in range(last + 1, up_to + 1)
        ]
        db.session.add_all(IssuedNumber(agency_code=agency.code, year=year, **row) for row in rows)
        db.session.get_one(NumberCounter, (_series(agency), year)).last = up_to
        return up_to - last


def written(agency: Agency, running: int, at: datetime) -> str:
    """A number by the agency's pattern."""
    day = office_today(at)
    return format_letter_number(agency.number_pattern, running, day, agency.classification_code, agency.letter_suffix)


def _lock(agency: Agency, year: int) -> int:
    """The last number of the year, held until the commit."""
    series = {"series": _series(agency), "year": year}
    db.session.execute(insert(NumberCounter).values(**series, last=0).on_conflict_do_nothing())
    wanted = select(NumberCounter).filter_by(**series).with_for_update()
    counter = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    return counter.last


def _series(agency: Agency) -> str:
    return f"letter:{agency.code}"
