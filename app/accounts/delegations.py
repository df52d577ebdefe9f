"""Standing in for another officer: what may be decreed, and how it ends before its day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, or_, select, text
from sqlalchemy.orm import joinedload

from app.access.people import as_delegation, supervisors
from app.core.extensions import db
from app.core.transaction import lock_row, one_transaction
from app.models import ComplaintEvent, DelegationRow, OfficerProfile
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar
from workflow_rules.process.delegations import Delegation, closes_a_loop


class DelegationFault(StrEnum):
    """Why a delegation cannot be as written; the sentence is found under this word."""

    TO_ONESELF = "to_oneself"
    ENDS_BEFORE_START = "ends_before_start"
    ALREADY_OVER = "already_over"
    OVERLAP = "overlap"
    LOOP = "loop"


def lock_delegations() -> None:
    """Let one writer at a time judge the table: two delegations may each be good and make a loop together."""
    db.session.execute(text("LOCK TABLE delegation IN SHARE ROW EXCLUSIVE MODE"))


def fault_of_delegation(new: Delegation, today: date) -> DelegationFault | None:
    """What is wrong with a delegation beside all others that stand; `new.id` is left out of those."""
    if new.giver == new.holder:
        return DelegationFault.TO_ONESELF
    if new.ends_on < new.starts_on:
        return DelegationFault.ENDS_BEFORE_START
    if new.ends_on < today:
        return DelegationFault.ALREADY_OVER
    others = _others(new.id, min(today, new.starts_on))
    if any(new.giver == other.giver and new.meets(other) for other in others):
        return DelegationFault.OVERLAP
    return DelegationFault.LOOP if closes_a_loop(new, others) else None


def _others(delegation_id: int, since: date) -> list[Delegation]:
    """Every delegation that runs on that day or later, except this one."""
    statement = select(DelegationRow).where(DelegationRow.ends_on >= since, DelegationRow.id != delegation_id)
    return [as_delegation(row) for row in db.session.scalars(statement.order_by(DelegationRow.id))]


def tell_of_delegation(row: DelegationRow, by: int | None, now: datetime) -> None:
    """Whose office is given, who gets it, and the supervisors, who watch who can read identities, hear of it; but not
    who wrote it. Somebody named later hears then, and nobody hears twice.
    """
    Notifier(load_working_calendar(), now).delegation_made(row, [key for key in supervisors() if key != by])


def is_named_by_events(delegation_id: int) -> bool:
    """Whether somebody has acted under this delegation: then it is part of the record."""
    named = select(exists().where(ComplaintEvent.delegation_id == delegation_id))
    return bool(db.session.execute(named, execution_options={"unscoped": True}).scalar_one())


def end_delegation(row: DelegationRow, today: date) -> date:
    """End a running delegation with yesterday, or with today if that is its first day; returns its last day."""
    with one_transaction():
        lock_row(row)
        row.ends_on = min(row.ends_on, max(row.starts_on, today - timedelta(days=1)))
        return row.ends_on


def delegations_of(user_id: int, today: date) -> Sequence[DelegationRow]:
    """Delegations that run on the office's day or begin later, the next one first."""
    mine = or_(DelegationRow.giver_id == user_id, DelegationRow.holder_id == user_id)
    people = (joinedload(getattr(DelegationRow, end)).joinedload(OfficerProfile.user) for end in ("giver", "holder"))
    statement = select(DelegationRow).where(mine, DelegationRow.ends_on >= today).options(*people)
    return db.session.scalars(statement.order_by(DelegationRow.starts_on, DelegationRow.id)).all()
