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
    """Raised when letter numbers cannot be skipped; `fault` is `too_low` or `too_many`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def reserve_number(agency: Agency, at: datetime) -> tuple[int, str]:
    """Take an agency's next letter number in the office year of `at`; return (running number, number as text).

    The agency's counter stays locked until the commit; a rollback frees the number. The caller must register it with
    `enter_number` in the same transaction.
    """
    running = next_number(_series(agency), office_today(at).year)
    return running, written(agency, running, at)


def enter_number(agency: Agency, running: int, number: str, paper: Paper, at: datetime, officer: int | None) -> None:
    """Add a row of the register of letter numbers to the session for a reserved number, with the paper that has this
    number and the user id of the officer (None: the system). Does not commit.
    """
    row = {"running": running, "number": number, "paper_id": paper.id, "issued_at": at, "officer_id": officer}
    db.session.add(IssuedNumber(agency_code=agency.code, year=office_today(at).year, **row))


def skip_numbers(agency: Agency, up_to: int, reason: str, at: datetime, officer: int | None) -> int:
    """Register an agency's letter numbers up to and including `up_to` as used outside this program, commit, and return
    how many they are.

    For an agency that starts in mid-year or writes letters by hand. Raises NumbersRefused: `too_low` if `up_to` is not
    above the last number, `too_many` if it is more than 2,000 above it.
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
    """Return a running letter number as text, by the agency's pattern and the office date at `at`, for example
    `500.12/007/DISHUB-BLG/2026`.
    """
    day = office_today(at)
    return format_letter_number(agency.number_pattern, running, day, agency.classification_code, agency.letter_suffix)


def _series(agency: Agency) -> str:
    return f"letter:{agency.code}"


MOST_LINES = 500


@dataclass(frozen=True)
class NumberRun:
    """A value object: a line of the register of letter numbers, which is one number (`first` is `last`) or a run of
    numbers skipped together for one reason.
    """

    first: IssuedNumber
    last: IssuedNumber

    @property
    def at(self) -> datetime:
        return self.last.issued_at


def number_register(agency_code: str, year: int) -> list[NumberRun]:
    """Return a list of NumberRun with the newest 500 letter numbers of an agency in an office year, newest first; a run
    of skipped numbers is one item.
    """
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
    """Return whether a letter number directly precedes `above` and was skipped together with it, for one reason."""
    same = (row.reason, row.issued_at, row.officer_id) == (above.reason, above.issued_at, above.officer_id)
    return bool(row.reason) and same and row.running == above.running - 1


def years_of(agency_code: str) -> list[int]:
    """Return a list of the office years in which an agency has letter numbers, newest first."""
    own = IssuedNumber.agency_code == agency_code
    return list(db.session.scalars(select(IssuedNumber.year).where(own).distinct().order_by(IssuedNumber.year.desc())))


def last_number(agency_code: str, year: int) -> int:
    """Return an agency's highest running letter number in an office year, used or skipped; 0 if there is none."""
    own = (IssuedNumber.agency_code == agency_code, IssuedNumber.year == year)
    return db.session.execute(select(func.max(IssuedNumber.running)).where(*own)).scalar_one() or 0
