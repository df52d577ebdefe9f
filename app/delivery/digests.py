"""The morning digest for each officer with open work."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from app.access.people import RecipientLookup
from app.core.clock import office_time
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import StepTask
from app.notices.outbox import channels_of, open_digest
from app.reference.calendar import load_working_calendar

NOT_LATER_THAN = timedelta(hours=3)
"""Time after the office's opening within which digests are created; later they are skipped for the day."""


def make_digests(now: datetime) -> int:
    """Create this morning's digests as waiting messages, commit, and return the number of officers with open work; 0
    before the office's opening, more than three hours after it, and on closed days.

    A unique key for officer, channel and day makes a second run harmless.
    """
    calendar, local = load_working_calendar(), office_time(now)
    opening = calendar.next_open(datetime.combine(local.date(), time(), local.tzinfo))
    if not opening <= local <= opening + NOT_LATER_THAN:
        return 0
    with one_transaction():
        offices = select(StepTask.actor, StepTask.agency_code).where(StepTask.closed_at.is_(None)).distinct()
        hearers = RecipientLookup(now)
        users = sorted({user for office in db.session.execute(offices) for user in hearers.of(*office)})
        for user, channels in channels_of(users).items():
            for channel in channels:
                open_digest(user, channel, local.date(), now, now)
        return len(users)
