"""Who stands in for an officer and for whom the officer stands in, now or soon."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core.extensions import db
from app.models import DelegationRow, OfficerProfile


def delegations_of(user_id: int, today: date) -> Sequence[DelegationRow]:
    """Delegations that run on the office's day or begin later, the next one first."""
    mine = or_(DelegationRow.giver_id == user_id, DelegationRow.holder_id == user_id)
    people = (joinedload(getattr(DelegationRow, end)).joinedload(OfficerProfile.user) for end in ("giver", "holder"))
    statement = select(DelegationRow).where(mine, DelegationRow.ends_on >= today).options(*people)
    return db.session.scalars(statement.order_by(DelegationRow.starts_on, DelegationRow.id)).all()
