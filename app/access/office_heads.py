"""The official who signs the office's papers on a given day: its head, or the officer who acts for the head."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.access.people import holders_of, names_of
from app.access.process_rows import head_actor
from app.core.clock import office_today
from app.core.extensions import db
from app.models import DelegationRow, User
from workflow_rules.process.actors import DelegationKind


@dataclass(frozen=True)
class Head:
    """A value object with the official who signs the office's papers. `officer_id` is the id of the user account,
    `name` the full name; without a head in office `name` is empty and all else None. If an acting head signs,
    `on_behalf_of` is the user id of the head and `kind` is `plt` or `plh`; otherwise both are None.
    """

    name: str
    officer_id: int | None = None
    on_behalf_of: int | None = None
    kind: str | None = None


def head_of_office(now: datetime) -> Head:
    """Return as `Head` who signs on the office date of `now` (aware UTC): the Kepala Dinas, or the Plt. or Plh. who
    acts for the whole office (by the newest delegation to an active account, if several run). The name is empty if
    nobody holds the office.
    """
    holders = holders_of(head_actor(), None)
    if not holders:
        return Head("")
    day = office_today(now)
    wanted = (
        DelegationRow.giver_id == holders[0],
        DelegationRow.kind.in_([DelegationKind.PLT.value, DelegationKind.PLH.value]),
        DelegationRow.starts_on <= day,
        DelegationRow.ends_on >= day,
        DelegationRow.holder_id.in_(select(User.id).where(User.active.is_(True))),
    )
    standing_in = db.session.scalars(select(DelegationRow).where(*wanted).order_by(DelegationRow.id.desc())).first()
    if standing_in is None:
        return Head(names_of(holders[:1])[holders[0]], holders[0])
    holder = standing_in.holder_id
    return Head(names_of([holder])[holder], holder, holders[0], standing_in.kind)
