"""Ending of another user's sign-ins and second step by an administrator, written to the journal."""

from datetime import datetime
from typing import Any

from app.accounts.second_step import take_away
from app.accounts.sessions import end_sign_ins
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import JournalEntry
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar


def end_all_sign_ins(user: Any, by: int | None, now: datetime) -> int:
    """End every sign-in of a user account (of one's own, all but that of the current browser), write the journal,
    commit, and return how many were ended.
    """
    with one_transaction():
        count = end_sign_ins(user.id, now)
        _note("sign_ins_ended", user, "", by, now, count=count)
    return count


def remove_two_step(user: Any, reason: str, by: int | None, now: datetime) -> bool:
    """Delete a user's second step, end every sign-in of the account, write the journal, notify the officer, commit and
    return True; return False if there was no confirmed second step.
    """
    with one_transaction():
        if not take_away(user.id):
            return False
        end_sign_ins(user.id, now)
        entry = _note("two_step_removed", user, reason, by, now)
        Notifier(load_working_calendar(), now).two_step_removed(entry.id, user.id)
    return True


def _note(kind: str, user: Any, reason: str, by: int | None, now: datetime, **more: Any) -> JournalEntry:
    entry = JournalEntry(kind=kind, at=now, officer_id=by, reason=reason)
    entry.data = {"user": user.id, "username": user.username, **more}
    db.session.add(entry)
    db.session.flush()
    return entry
