"""Delegations, by which one officer acts for another: validation, notices and early end."""

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
    """An enum of the reasons why a delegation is invalid; each value is the key of an error message."""

    TO_ONESELF = "to_oneself"
    ENDS_BEFORE_START = "ends_before_start"
    ALREADY_OVER = "already_over"
    OVERLAP = "overlap"
    LOOP = "loop"


def lock_delegations() -> None:
    """Lock the table of delegations against other writers until the transaction ends: two delegations may each be valid
    and form a loop together.
    """
    db.session.execute(text("LOCK TABLE delegation IN SHARE ROW EXCLUSIVE MODE"))


def fault_of_delegation(new: Delegation, today: date) -> DelegationFault | None:
    """Return the `DelegationFault` of a new or changed delegation, which is compared with all others that have not
    ended; None if it is valid. `today` is the office date. The stored row with the same id is not compared. Stores
    nothing.
    """
    if new.giver == new.holder:
        return DelegationFault.TO_ONESELF
    if new.ends_on < new.starts_on:
        return DelegationFault.ENDS_BEFORE_START
    if new.ends_on < today:
        return DelegationFault.ALREADY_OVER
    beside = (DelegationRow.ends_on >= min(today, new.starts_on), DelegationRow.id != new.id)
    rows = db.session.scalars(select(DelegationRow).where(*beside).order_by(DelegationRow.id))
    others = [as_delegation(row) for row in rows]
    if any(new.giver == other.giver and new.meets(other) for other in others):
        return DelegationFault.OVERLAP
    return DelegationFault.LOOP if closes_a_loop(new, others) else None


def notify_of_delegation(row: DelegationRow, by: int | None, now: datetime) -> None:
    """Add the notices of a delegation to its giver, its holder and the supervisors in the current transaction, one for
    each person; the supervisor who wrote it (user id `by`) gets none. Supervisors are included because they watch who
    can read identities.
    """
    Notifier(load_working_calendar(), now).delegation_made(row, [key for key in supervisors() if key != by])


def is_named_by_events(delegation_id: int) -> bool:
    """Return whether an event of any case was recorded under this delegation, which must then not be deleted."""
    named = select(exists().where(ComplaintEvent.delegation_id == delegation_id))
    return bool(db.session.execute(named, execution_options={"unscoped": True}).scalar_one())


def end_delegation(row: DelegationRow, today: date) -> date:
    """End a running delegation as of yesterday, or of today if it started today, and commit; return its last day
    (office date). A delegation that ended earlier is not changed.
    """
    with one_transaction():
        lock_row(row)
        row.ends_on = min(row.ends_on, max(row.starts_on, today - timedelta(days=1)))
        return row.ends_on


def delegations_of(user_id: int, today: date) -> Sequence[DelegationRow]:
    """Return the delegations (`DelegationRow`) that the user has given or holds and that end today (office date) or
    later, ordered by first day, with giver and holder loaded.
    """
    mine = or_(DelegationRow.giver_id == user_id, DelegationRow.holder_id == user_id)
    people = (joinedload(getattr(DelegationRow, end)).joinedload(OfficerProfile.user) for end in ("giver", "holder"))
    statement = select(DelegationRow).where(mine, DelegationRow.ends_on >= today).options(*people)
    return db.session.scalars(statement.order_by(DelegationRow.starts_on, DelegationRow.id)).all()
