"""Register of an agency's letter numbers, either used by a letter or skipped with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from app.core.clock import office_today
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Agency, IssuedNumber, NumberCounter, Paper
from app.papers.number_pattern import format_letter_number
from app.papers.number_series import next_number

MOST_AT_ONCE = 2000


class NumbersRefused(Exception):
    """Raised when numbers cannot be skipped; `fault` is `too_low` or `too_many`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def reserve_number(agency: Agency, at: datetime) -> tuple[int, str]:
    """Take the next number of an agency in the office year of `at`; return it as a count and as formatted text.

    The caller must register it with `enter_number` in the same transaction.
    """
    running = next_number(_series(agency), office_today(at).year)
    return running, written(agency, running, at)


def enter_number(agency: Agency, running: int, number: str, paper: Paper, at: datetime, officer: int | None) -> None:
    """Register a reserved number with the paper that carries it."""
    row = {"running": running, "number": number, "paper_id": paper.id, "issued_at": at, "officer_id": officer}
    db.session.add(IssuedNumber(agency_code=agency.code, year=office_today(at).year, **row))


def skip_numbers(agency: Agency, up_to: int, reason: str, at: datetime, officer: int | None) -> int:
    """Register the numbers up to and including `up_to` as used outside this program; return how many they are.

    For an agency that starts in mid-year or writes letters by hand. Raises NumbersRefused if `up_to` is not above the
    last number, or is too far above it.
    """
    year = office_today(at).year
    with one_transaction():
        series = {"series": _series(agency), "year": year}
        db.session.execute(insert(NumberCounter).values(**series, last=0).on_conflict_do_nothing())
        locked = select(NumberCounter).filter_by(**series).with_for_update()
        counter = db.session.scalars(locked.execution_options(populate_existing=True)).one()
        last = counter.last
        if up_to <= last:
            raise NumbersRefused("too_low")
        if up_to - last > MOST_AT_ONCE:
            raise NumbersRefused("too_many")
        rows = [
            {"running": n, "number": written(agency, n, at), "reason": reason, "issued_at": at, "officer_id": officer}
            for n in range(last + 1, up_to + 1)
        ]
        db.session.add_all(IssuedNumber(agency_code=agency.code, year=year, **row) for row in rows)
        counter.last = up_to
        return up_to - last


def written(agency: Agency, running: int, at: datetime) -> str:
    """Return a running letter number as text, by the agency's pattern and the office's date at `at`."""
    day = office_today(at)
    return format_letter_number(agency.number_pattern, running, day, agency.classification_code, agency.letter_suffix)


def _series(agency: Agency) -> str:
    return f"letter:{agency.code}"


MOST_LINES = 500


@dataclass(frozen=True)
class NumberRun:
    """One number, or the first and last of a run that was skipped for one reason."""

    first: IssuedNumber
    last: IssuedNumber

    @property
    def at(self) -> datetime:
        return self.last.issued_at


def number_register(agency_code: str, year: int) -> list[NumberRun]:
    """Return the newest 500 numbers of an agency in a year, newest first, runs of skipped numbers as one line each."""
    own = (IssuedNumber.agency_code == agency_code, IssuedNumber.year == year)
    statement = select(IssuedNumber).where(*own).order_by(IssuedNumber.running.desc()).limit(MOST_LINES)
    with_paper = joinedload(IssuedNumber.paper).joinedload(Paper.complaint)
    lines: list[NumberRun] = []
    for row in db.session.scalars(statement.options(with_paper, joinedload(IssuedNumber.officer))):
        above = lines[-1].first if lines else None
        if above is not None and _same_run(row, above):
            lines[-1] = NumberRun(row, lines[-1].last)
        else:
            lines.append(NumberRun(row, row))
    return lines


def _same_run(row: IssuedNumber, above: IssuedNumber) -> bool:
    """Return whether both numbers follow each other and were skipped at once, for one reason."""
    same = (row.reason, row.issued_at, row.officer_id) == (above.reason, above.issued_at, above.officer_id)
    return bool(row.reason) and same and row.running == above.running - 1


def years_of(agency_code: str) -> list[int]:
    """Return the years in which the agency has numbers, newest first."""
    own = IssuedNumber.agency_code == agency_code
    return list(db.session.scalars(select(IssuedNumber.year).where(own).distinct().order_by(IssuedNumber.year.desc())))


def last_number(agency_code: str, year: int) -> int:
    """Return the last number of a year, 0 if there is none."""
    own = (IssuedNumber.agency_code == agency_code, IssuedNumber.year == year)
    return db.session.execute(select(func.max(IssuedNumber.running)).where(*own)).scalar_one() or 0
