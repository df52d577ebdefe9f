"""The event log read back: chain checked, events replayed by the rules, rows and book of time held against them."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from app.extensions import db
from app.models import Complaint, ComplaintEvent
from app.operations.record_history import hashed_record
from app.queries.complaints import facts_of
from app.queries.time_book import book_of
from workflow_rules.actors import Actor, Capacity, DelegationKind
from workflow_rules.events import Event, event_kind
from workflow_rules.evolve import replay
from workflow_rules.facts import ComplaintFacts
from workflow_rules.hash_chain import first_break
from workflow_rules.ledger import ledger_of
from workflow_rules.steps import Step


@dataclass(frozen=True)
class Finding:
    """One complaint whose record does not hold, and how."""

    number: str
    fault: str


def audit_all() -> list[Finding]:
    """Every complaint whose chain is broken or whose rows are not what its events lead to."""
    found = (audit(complaint) for complaint in db.session.scalars(select(Complaint).order_by(Complaint.id)))
    return [finding for finding in found if finding is not None]


def audit(complaint: Complaint) -> Finding | None:
    rows = events_of(complaint.id)
    fault = _fault_of_chain(complaint, rows) or _fault_of_rows(complaint, rows) or _fault_of_ledger(complaint, rows)
    return Finding(complaint.number, fault) if fault else None


def events_of(complaint_id: int) -> list[ComplaintEvent]:
    statement = select(ComplaintEvent).where(ComplaintEvent.complaint_id == complaint_id)
    return list(db.session.scalars(statement.order_by(ComplaintEvent.seq)))


def as_event(row: ComplaintEvent) -> Event:
    """The stored record as the rules know it."""
    kind = DelegationKind(row.delegation_kind) if row.delegation_kind else None
    by = Capacity(Actor(row.actor), row.agency_code, row.on_behalf_of_id, kind, row.delegation_id)
    step = Step(row.step) if row.step else None
    return Event(event_kind(row.kind), row.at, by, step, row.agency_code, row.data)


def _fault_of_chain(complaint: Complaint, rows: list[ComplaintEvent]) -> str:
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        return "events are missing"
    chain = ((row.previous_hash, row.hash, hashed_record(complaint.number, row)) for row in rows)
    broken = first_break(chain)
    return f"event {broken + 1} does not follow from the one before" if broken is not None else ""


def _fault_of_rows(complaint: Complaint, rows: list[ComplaintEvent]) -> str:
    try:
        told = replay(complaint.number, map(as_event, rows))
    except (ValueError, KeyError) as error:
        return f"the events cannot be replayed: {error}"
    return "" if _comparable(told) == _comparable(facts_of(complaint)) else "the rows are not what the events lead to"


def _fault_of_ledger(complaint: Complaint, rows: list[ComplaintEvent]) -> str:
    told = ledger_of(complaint.number, [(as_event(row), row.officer_id) for row in rows])
    return "" if told == book_of(complaint.id) else "the book of time is not what the events lead to"


def _comparable(facts: ComplaintFacts) -> ComplaintFacts:
    """Open steps in a fixed order; everything else must agree as it stands."""
    steps = sorted(facts.open_steps, key=lambda s: (s.step.value, s.agency or ""))
    tracks = sorted(facts.tracks, key=lambda t: t.agency)
    return replace(facts, open_steps=tuple(steps), tracks=tuple(tracks))
