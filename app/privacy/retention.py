"""Removal of identities after their retention time; the case, its figures and its event chain stay.

No law names the years. Five (a setting) outlast what an identity may still be needed for: a reopening, and a complaint
to the Ombudsman. UU 27/2022 art. 43-44 demand an end.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from app.casefile.facts import get_for_update
from app.cases.append_event import note_events
from app.core.extensions import db
from app.core.transaction import chosen_once, one_transaction
from app.fields.values import remove_personal_values
from app.models import Complaint, InboundHold, OriginalText, PersonalValue, Reporter, SyncImport
from workflow_rules.process.actors import SYSTEM
from workflow_rules.process.events import Event, SystemEvent

AT_ONCE = 500
SETTLED_FOR = timedelta(days=90)
"""Age from which the content of settled SP4N messages is deleted; until then it may be needed for questions."""


def remove_identities(now: datetime, years: int) -> int:
    """Delete identity and original text of every case that ended more than `years` before `now`; return from how many
    cases something was deleted.

    Each case has its own transaction and event; the next run continues one that was stopped.
    """
    named = exists().where(Reporter.complaint_id == Complaint.id)
    redacted = exists().where(OriginalText.complaint_id == Complaint.id)
    personal = exists().where(PersonalValue.complaint_id == Complaint.id)
    due = select(Complaint.id).where(Complaint.ended_at < years_before(now, years), or_(named, redacted, personal))
    due = due.order_by(Complaint.id).limit(AT_ONCE)
    gone = last = 0
    while ids := db.session.scalars(due.where(Complaint.id > last)).all():
        gone += sum(_remove(complaint_id, now, years) for complaint_id in ids)
        last = ids[-1]
    return gone


def years_before(now: datetime, years: int) -> datetime:
    """Return `now` moved to the same day of an earlier year; 28 February for a 29th that the earlier year did
    not have.
    """
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def _remove(complaint_id: int, now: datetime, years: int) -> bool:
    with one_transaction():
        complaint = get_for_update(complaint_id)
        if complaint is None or complaint.ended_at is None or complaint.ended_at >= years_before(now, years):
            return False
        rows = [row for model in (Reporter, OriginalText) if (row := db.session.get(model, complaint_id)) is not None]
        for row in rows:
            db.session.delete(row)
        removed = remove_personal_values(complaint_id)
        if rows or removed:
            event = Event(SystemEvent.IDENTITY_REMOVED, now, SYSTEM.capacities[0], None, None, {"years": years})
            note_events([(complaint, event)], SYSTEM)
        return bool(rows) or removed


def wipe_settled_inbound(now: datetime) -> int:
    """Delete the encrypted content of SP4N messages settled in quarantine, and abandoned import files, each 90 days
    old; return how many messages and files. Commits in batches.

    Content is normally deleted when a message is settled; this covers rows of older versions. The row and the answer to
    the message stay, so that a repeat gets the same answer.
    """
    before = now - SETTLED_FOR
    settled = InboundHold.content.is_not(None), InboundHold.settled_at < before
    left = SyncImport.made_at < before, SyncImport.state.in_(("mapping", "checked"))
    return _in_batches(update(InboundHold).values(content=None), InboundHold, settled) + _in_batches(
        delete(SyncImport), SyncImport, left
    )


def _in_batches(act: Any, table: Any, wanted: tuple[ColumnElement[bool], ...]) -> int:
    done = 0
    while True:
        some = select(table.id).where(*wanted).limit(AT_ONCE).with_for_update(skip_locked=True)
        found = db.session.execute(act.where(chosen_once(table.id, some)).execution_options(synchronize_session=False))
        db.session.commit()
        count = int(found.rowcount)  # type: ignore[attr-defined]
        done += count
        if count < AT_ONCE:
            return done
