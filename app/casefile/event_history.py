"""Reading the events of cases: whole cases with their events before an instant, and the heads of all chains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select, union
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.core.extensions import db
from app.core.periods import Period
from app.models import Category, Complaint, ComplaintEvent, District, SopVersion, StepTask, Village
from app.reference.sop import sop_with, steps_of_sop
from workflow_rules.process.actors import Capacity, DelegationKind
from workflow_rules.process.events import Event, event_kind
from workflow_rules.process.sop import Sop
from workflow_rules.record.hash_chain import checkpoint

READ_AT_ONCE = 2000


@dataclass(frozen=True)
class Logged:
    """A value object with one event, its number in the chain of its case and the user id of its officer (None: no
    officer).
    """

    seq: int
    event: Event
    officer: int | None


@dataclass(frozen=True)
class CaseLog:
    """A value object with one case: values of its row (codes of category and place, "" for none, and the primary key of
    the SOP version), and its events in order.
    """

    complaint_id: int
    number: str
    title: str
    category: str
    district: str
    village: str
    sop_version: int
    log: tuple[Logged, ...]

    @property
    def events(self) -> Iterator[Event]:
        return (logged.event for logged in self.log)


def as_event(row: Any) -> Event:
    """Return a stored event, given as a row with the columns of `complaint_event`, as an `Event` of workflow_rules."""
    kind = DelegationKind(row.delegation_kind) if row.delegation_kind else None
    by = Capacity(row.actor, row.agency_code, row.on_behalf_of_id, kind, row.delegation_id)
    return Event(event_kind(row.kind), row.at, by, row.step, row.agency_code, row.data)


_EVENT = (
    ComplaintEvent.complaint_id,
    ComplaintEvent.seq,
    ComplaintEvent.kind,
    ComplaintEvent.step,
    ComplaintEvent.agency_code,
    ComplaintEvent.actor,
    ComplaintEvent.officer_id,
    ComplaintEvent.on_behalf_of_id,
    ComplaintEvent.delegation_id,
    ComplaintEvent.delegation_kind,
    ComplaintEvent.at,
    ComplaintEvent.data,
)
CASE_COLUMNS = (
    Complaint.number,
    Complaint.title,
    func.coalesce(Category.code, "").label("category"),
    func.coalesce(District.code, "").label("district"),
    func.coalesce(Village.code, "").label("village"),
    Complaint.sop_version_id,
)


def touched_cases(period: Period) -> Iterator[CaseLog]:
    """Yield a `CaseLog` for every case with an event in the period or a step open at its end, with all events before
    that end, in order of case id.

    Step rows only tell which cases need not be read: a closed step stays closed.
    """
    open_at_the_end = select(StepTask.complaint_id).where(
        StepTask.opened_at < period.ends, or_(StepTask.closed_at.is_(None), StepTask.closed_at >= period.ends)
    )
    happened = aliased(ComplaintEvent)
    in_it = select(happened.complaint_id).where(happened.at >= period.begins, happened.at < period.ends)
    wanted = union(open_at_the_end, in_it).subquery()
    statement = (
        with_case(select(*_EVENT, *CASE_COLUMNS))
        .where(ComplaintEvent.complaint_id.in_(select(wanted.c.complaint_id)), ComplaintEvent.at < period.ends)
        .order_by(ComplaintEvent.complaint_id, ComplaintEvent.seq)
    )
    rows = db.session.execute(statement.execution_options(yield_per=READ_AT_ONCE))
    for _, events in groupby(rows, key=lambda row: row.complaint_id):
        case = list(events)
        log = tuple(Logged(row.seq, as_event(row), row.officer_id) for row in case)
        first = case[0]
        place = (first.category, first.district, first.village)
        yield CaseLog(first.complaint_id, first.number, first.title, *place, first.sop_version_id, log)


def not_ended_at(at: datetime) -> ScalarSelect[int]:
    """Return a scalar subquery for the number of cases that were received or imported before an instant and had not
    ended by then.
    """
    there = (
        func.coalesce(Complaint.imported_at, Complaint.received_at) < at,
        or_(Complaint.ended_at.is_(None), Complaint.ended_at >= at),
    )
    return select(func.count(Complaint.id)).where(*there).scalar_subquery()


def with_case(statement: Any) -> Any:
    """Return this select of events with joins to the case of each event, its category and its place added;
    `CASE_COLUMNS` can then be selected.
    """
    return (
        statement.join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
        .outerjoin(Category, Category.id == Complaint.category_id)
        .outerjoin(District, District.id == Complaint.district_id)
        .outerjoin(Village, Village.id == Complaint.village_id)
    )


def sops_by_version() -> dict[int, Sop]:
    """Return a dict from the primary key of each SOP version to its `Sop`; versions without steps are left out."""
    rows = db.session.execute(select(SopVersion, steps_of_sop(SopVersion.id)))
    return {version.id: sop_with(version, steps) for version, steps in rows if steps}


def checkpoint_at(until: datetime) -> str:
    """Return the checkpoint (hex SHA-256) of the event log before an instant, as
    `workflow_rules.record.hash_chain.checkpoint` computes it.
    """
    number = Complaint.number.collate("C")
    statement = (
        select(Complaint.number, ComplaintEvent.seq, ComplaintEvent.hash)
        .join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
        .where(ComplaintEvent.at < until)
        .ext(distinct_on(number))
        .order_by(number, ComplaintEvent.seq.desc())
    )
    rows = db.session.execute(statement.execution_options(yield_per=READ_AT_ONCE))
    return checkpoint((row.number, row.seq, row.hash) for row in rows)


def newest_event() -> int:
    """Return the primary key of the newest event; 0 for an empty log."""
    return db.session.execute(select(func.coalesce(func.max(ComplaintEvent.id), 0))).scalar_one()


def first_event_at() -> datetime | None:
    """Return the instant (aware) of the first event, or None for an empty log."""
    return db.session.execute(select(func.min(ComplaintEvent.at))).scalar_one()


def first_reception_at() -> datetime | None:
    """Return the instant (aware) from which the office has complaints: that of the first event or, if earlier, of the
    first reception of an imported case; None for an empty log.
    """
    imported = select(func.min(Complaint.received_at)).where(Complaint.imported_key.is_not(None))
    known = (first_event_at(), db.session.execute(imported).scalar_one())
    return min((at for at in known if at is not None), default=None)


def written_late(after: int, until: datetime) -> list[tuple[str, str, datetime]]:
    """Return a list of (complaint number, kind, instant) of the first 50 events written after the event with the
    primary key `after` but dated before `until`.
    """
    statement = (
        select(Complaint.number, ComplaintEvent.kind, ComplaintEvent.at)
        .join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
        .where(ComplaintEvent.id > after, ComplaintEvent.at < until)
        .order_by(ComplaintEvent.id)
        .limit(50)
    )
    return [(row.number, row.kind, row.at) for row in db.session.execute(statement)]


def hashed_record(number: str, row: ComplaintEvent) -> Mapping[str, Any]:
    """Return a dict of the fields of an event that its hash covers, by name; the instant is RFC 3339 text in UTC."""
    return {
        "complaint": number,
        "seq": row.seq,
        "kind": row.kind,
        "step": row.step,
        "agency": row.agency_code,
        "actor": row.actor,
        "officer": row.officer_id,
        "on_behalf_of": row.on_behalf_of_id,
        "delegation": row.delegation_id,
        "delegation_kind": row.delegation_kind,
        "at": row.at.astimezone(UTC).isoformat(),
        "address": row.address,
        "data": row.data,
    }
