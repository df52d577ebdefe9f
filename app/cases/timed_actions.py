"""Actions of the clock: questions that expire, answered cases that close, delegations that end."""

from datetime import datetime
from functools import partial

from sqlalchemy import select

from app.cases.perform_action import perform_action
from app.core.clock import office_today
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.core.work_queue import RETRY_DELAY, succeeds_in_savepoint
from app.models import Complaint, DelegationRow, JournalEntry, StepTask
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import SYSTEM


def expire_question(complaint: Complaint, task: StepTask, notifier: Notifier) -> None:
    """End a question to the reporter that nobody answered in time, as an action of the system, and notify the officers
    who asked it (SOP steps 1 and 7). Raises ActionRefused(out_of_order) before that time.
    """
    request = ActionRequest(Action.EXPIRE_QUESTION, task.agency_code)
    perform_action(complaint.id, request, SYSTEM, None, now=notifier.at)
    notifier.question_expired(complaint, task)


def close_silent_cases(now: datetime, batch: int = 50) -> int:
    """Close one batch of answered cases in which the reporter was silent for the time that the SOP sets, commit, and
    return how many cases were read, also those that failed. A case that fails is tried again after RETRY_DELAY. Safe to
    run twice or in parallel.
    """
    with one_transaction():
        statement = select(Complaint).where(Complaint.closes_at <= now).order_by(Complaint.closes_at).limit(batch)
        cases = list(db.session.scalars(statement.with_for_update(skip_locked=True, key_share=True)))
        for complaint in cases:
            close = partial(perform_action, complaint.id, ActionRequest(Action.CLOSE), SYSTEM, None, now=now)
            if not succeeds_in_savepoint(close, "case_not_closed", complaint=complaint.number):
                complaint.closes_at = now + RETRY_DELAY
        return len(cases)


def note_ended_delegations(now: datetime, batch: int = 50) -> int:
    """Write notices to both officers of each delegation that ended before today (office date) and a journal entry for
    each, at most `batch`; commit, and return for how many delegations this succeeded.
    """
    with one_transaction():
        ended = select(DelegationRow).where(DelegationRow.ends_on < office_today(now), DelegationRow.noted_at.is_(None))
        rows = db.session.scalars(ended.order_by(DelegationRow.id).limit(batch).with_for_update(skip_locked=True)).all()
        notifier = Notifier(load_working_calendar(), now)
        return sum(
            succeeds_in_savepoint(partial(_note_ended, row, notifier), "delegation_not_noted", row=row.id)
            for row in rows
        )


def _note_ended(row: DelegationRow, notifier: Notifier) -> None:
    row.noted_at = notifier.at
    data = {"kind": row.kind, "decree_number": row.decree_number, "giver": row.giver_id, "holder": row.holder_id}
    db.session.add(JournalEntry(kind="delegation_ended", at=notifier.at, officer_id=None, data=data))
    notifier.delegation_ended(row)
