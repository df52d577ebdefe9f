"""An agency's book of letter numbers in a year: each number with its paper, runs of passed-over ones in one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.extensions import db
from app.models import IssuedNumber, Paper

MOST_LINES = 500


@dataclass(frozen=True)
class BookLine:
    """One number, or the first and last of a run that was passed over for one reason."""

    first: IssuedNumber
    last: IssuedNumber

    @property
    def at(self) -> datetime:
        return self.last.issued_at


def number_book(agency_code: str, year: int) -> list[BookLine]:
    """The newest numbers first, at most 500 of them."""
    own = (IssuedNumber.agency_code == agency_code, IssuedNumber.year == year)
    statement = select(IssuedNumber).where(*own).order_by(IssuedNumber.running.desc()).limit(MOST_LINES)
    with_paper = joinedload(IssuedNumber.paper).joinedload(Paper.complaint)
    return list(_lines(db.session.scalars(statement.options(with_paper, joinedload(IssuedNumber.officer)))))


def years_of(agency_code: str) -> list[int]:
    """The years in which the agency has numbers, the newest first."""
    own = IssuedNumber.agency_code == agency_code
    return list(db.session.scalars(select(IssuedNumber.year).where(own).distinct().order_by(IssuedNumber.year.desc())))


def last_number(agency_code: str, year: int) -> int:
    """The last number of a year, 0 before the first."""
    own = (IssuedNumber.agency_code == agency_code, IssuedNumber.year == year)
    return db.session.execute(select(func.max(IssuedNumber.running)).where(*own)).scalar_one() or 0


def _lines(rows: Iterable[IssuedNumber]) -> Iterable[BookLine]:
    first: IssuedNumber | None = None
    last: IssuedNumber | None = None
    for row in rows:
        if first is not None and last is not None and _goes_on(row, first):
            first = row
            continue
        if first is not None and last is not None:
            yield BookLine(first, last)
        first = last = row
    if first is not None and last is not None:
        yield BookLine(first, last)


def _goes_on(row: IssuedNumber, after: IssuedNumber) -> bool:
    """Whether a row, read downwards, belongs to the run above it."""
    same = (row.reason, row.issued_at, row.officer_id) == (after.reason, after.issued_at, after.officer_id)
    return bool(row.reason) and same and row.running == after.running - 1
