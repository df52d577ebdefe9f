"""The sweep of deadlines: it reads small batches of steps that are due for a check, so that its cost depends on these
alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.cases.alarms import Due, raise_passed, set_next_alarm
from app.cases.timed_actions import expire_question
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.core.work_queue import RETRY_DELAY, succeeds_in_savepoint
from app.models import Complaint, StepTask
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar


def raise_due_alarms(now: datetime, batch: int = 50) -> int:
    """Record and send the due alarms of one batch of steps, end expired questions, commit, and return how many cases
    were locked (0: nothing was due, or others have it locked). Safe to run twice or in parallel. A step that fails is
    tried again after RETRY_DELAY.

    Cases are locked with SKIP LOCKED; the unique key (step, level, deadline) allows each alarm once.
    """
    due_now = StepTask.closed_at.is_(None) & (StepTask.next_alarm_at <= now)
    first = select(StepTask.complaint_id).where(due_now).order_by(StepTask.next_alarm_at).limit(batch)
    locked = select(Complaint).where(Complaint.id.in_(first.scalar_subquery())).order_by(Complaint.id)
    locked = locked.with_for_update(skip_locked=True, key_share=True)
    with one_transaction():
        cases = {case.id: case for case in db.session.scalars(locked)}
        # Read after the cases are locked: a change of the calendar locks every case until it is committed.
        notifier = Notifier(load_working_calendar(), now)
        tasks = select(StepTask).where(StepTask.complaint_id.in_(cases), due_now).options(selectinload(StepTask.pauses))
        tasks = tasks.order_by(StepTask.complaint_id, StepTask.id).execution_options(populate_existing=True)
        due = [(cases[task.complaint_id], task) for task in db.session.scalars(tasks)]
        # Questions that expired end one by one; then the running steps raise their alarms, one by one after an error.
        waiting = [one for one in due if one[1].paused_at is not None]
        running = [one for one in due if one not in waiting]
        for one in waiting:
            _or_put_off(one, partial(expire_question, *one, notifier), now)
        running = [one for one in running if one[1].closed_at is None]
        if not succeeds_in_savepoint(
            partial(_take_up, running, notifier), "alarms_not_raised_together", steps=len(running)
        ):
            for one in running:
                _or_put_off(one, partial(_take_up, [one], notifier), now)
        return len(cases)


def _or_put_off(due: Due, act: Callable[[], object], now: datetime) -> None:
    complaint, task = due
    if not succeeds_in_savepoint(act, "alarm_not_raised", complaint=complaint.number, step=task.step):
        task.next_alarm_at = now + RETRY_DELAY


def _take_up(running: Sequence[Due], notifier: Notifier) -> None:
    """Record and send every alarm of the running steps that is due, then set when the sweep must check each step
    again.
    """
    raise_passed(running, notifier)
    for _, task in running:
        set_next_alarm(task, notifier.calendar, notifier.at)
