"""Log of access to identities: identities opened (case events) and searches for persons (journal entries)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, cast, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger, Text

from app.access.people import names_of
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, JournalEntry
from app.models.history import ABOUT_PERSONS

READ_AT_ONCE = 1000


@dataclass(frozen=True)
class AccessFilter:
    """A value object with the filter of the identity access log: the user id of one officer, and a half-open time span
    (aware) from `since` to before `until`. None means no limit.
    """

    officer: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AccessEntry:
    """A value object with one line of the identity access log: an opened identity or a search for a person. `at` is
    aware; `officer` is a name, empty for commands of the system.

    An opened identity has the id and number of its case and in `parts` the parts shown. A search has in `numbers` the
    numbers of the cases found and in `parts` the kind of identifier searched for.
    """

    at: datetime
    kind: str
    officer: str
    case_id: int | None
    numbers: tuple[str, ...]
    parts: tuple[str, ...]
    reason: str


def count_accesses(wanted: AccessFilter) -> int:
    """Return the number of lines of the identity access log that match the filter."""
    acts = _acts(wanted)
    return db.session.execute(select(func.count()).select_from(acts)).scalar_one()


def access_page(wanted: AccessFilter, limit: int, offset: int) -> list[AccessEntry]:
    """Return the lines of the identity access log that match the filter, newest first: at most `limit` after the first
    `offset`; [] beyond the end.
    """
    acts = _acts(wanted)
    rows = db.session.execute(_newest(acts).limit(limit).offset(offset)).all()
    return list(_lines(rows))


def all_accesses(wanted: AccessFilter) -> Iterator[AccessEntry]:
    """Yield every line of the identity access log that matches the filter, newest first, streamed in batches from the
    database.
    """
    rows = db.session.execute(_newest(_acts(wanted)).execution_options(yield_per=READ_AT_ONCE))
    for part in rows.partitions(READ_AT_ONCE):
        yield from _lines(part)


def counts_by_officer(wanted: AccessFilter) -> list[tuple[int, str, int]]:
    """Return a list of (user id, name, number of lines), most lines first, for each officer with lines in the identity
    access log that match the filter.
    """
    acts = _acts(wanted)
    number = func.count().label("number")
    counted = select(acts.c.officer_id, number).where(acts.c.officer_id.is_not(None)).group_by(acts.c.officer_id)
    rows = db.session.execute(counted.order_by(number.desc(), acts.c.officer_id)).all()
    names = names_of(row.officer_id for row in rows)
    return [(row.officer_id, names.get(row.officer_id, ""), row.number) for row in rows]


def _newest(acts: Subquery) -> Select[Any]:
    return select(acts).order_by(acts.c.at.desc(), acts.c.kind, acts.c.id.desc())


def _acts(wanted: AccessFilter) -> Subquery:
    """Return a subquery of the identities opened and the searches for persons that match the filter, with the columns
    id, at, kind, officer_id, case_id, number, reason and data.
    """
    opened = (
        select(
            ComplaintEvent.id,
            ComplaintEvent.at,
            ComplaintEvent.kind,
            ComplaintEvent.officer_id,
            ComplaintEvent.complaint_id.label("case_id"),
            Complaint.number,
            ComplaintEvent.data["identity_reason"].astext.label("reason"),
            ComplaintEvent.data,
        )
        .join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
        .where(
            ComplaintEvent.kind == literal("identity_opened", literal_execute=True), *_within(ComplaintEvent, wanted)
        )
    )
    searched = select(
        JournalEntry.id,
        JournalEntry.at,
        JournalEntry.kind,
        JournalEntry.officer_id,
        cast(null(), BigInteger),
        cast(null(), Text),
        JournalEntry.reason,
        cast(JournalEntry.data, JSONB),
    ).where(JournalEntry.kind.in_(ABOUT_PERSONS), *_within(JournalEntry, wanted))
    return union_all(opened, searched).subquery("acts")


def _within(table: Any, wanted: AccessFilter) -> Iterator[Any]:
    if wanted.officer is not None:
        yield table.officer_id == wanted.officer
    if wanted.since is not None:
        yield table.at >= wanted.since
    if wanted.until is not None:
        yield table.at < wanted.until


def _lines(rows: Any) -> Iterator[AccessEntry]:
    rows = list(rows)
    names = names_of(row.officer_id for row in rows)
    for row in rows:
        numbers = (row.number,) if row.number else tuple(row.data.get("numbers", ()))
        parts = tuple(row.data.get("fields", ())) or (row.data.get("of", ""),)
        officer = names.get(row.officer_id, "")
        yield AccessEntry(row.at, row.kind, officer, row.case_id, numbers, parts, row.reason or "")
