"""Whose name stands under the office's papers on a day: its head, or who stands in for the head."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.access.people import holders_of, names_of
from app.core.clock import office_today
from app.core.extensions import db
from app.models import DelegationRow
from workflow_rules.process.actors import Actor, DelegationKind


@dataclass(frozen=True)
class Head:
    """Name and account of who signs, for whom and how; without anybody in office the name is empty."""

    name: str
    officer_id: int | None = None
    on_behalf_of: int | None = None
    kind: str | None = None


def head_of_office(now: datetime) -> Head:
    """The Kepala Dinas on the office's day of `now`; a Plt. or Plh. in their stead, who signs for the whole office."""
    holders = holders_of(Actor.OFFICE_HEAD.value, None)
    if not holders:
        return Head("")
    day = office_today(now)
    wanted = (
        DelegationRow.giver_id == holders[0],
        DelegationRow.kind.in_([DelegationKind.PLT.value, DelegationKind.PLH.value]),
        DelegationRow.starts_on <= day,
        DelegationRow.ends_on >= day,
    )
    standing_in = db.session.scalars(select(DelegationRow).where(*wanted).order_by(DelegationRow.id.desc())).first()
    if standing_in is None:
        return Head(names_of(holders[:1])[holders[0]], holders[0])
    holder = standing_in.holder_id
    return Head(names_of([holder])[holder], holder, holders[0], standing_in.kind)
