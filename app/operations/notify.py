"""Notices as rows beside the event that causes them: shown at the bell, sent after the commit, never told twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import Complaint, DelegationRow, Notice, StepTask
from app.operations.outbox import Outbox, Told
from app.queries.complaints import open_tasks_of
from app.queries.people import Hearers
from workflow_rules.actors import Person
from workflow_rules.alarms import Alarm
from workflow_rules.events import Event
from workflow_rules.working_calendar import WorkingCalendar


class Notifier:
    """Tells officers within one transaction, at one moment; what it reads of people and wishes it reads once."""

    def __init__(self, calendar: WorkingCalendar, at: datetime) -> None:
        self.calendar, self.at = calendar, at
        self._hearers = Hearers(at)
        self._outbox = Outbox(calendar, at)

    def opened(self, complaint: Complaint, opened: Iterable[StepTask], by: Person) -> None:
        """Tell every officer who holds the office a step waits for, and who stands in for them, except who opened
        it.
        """
        for task in opened:
            holders = self._hearers.of(task.actor, task.agency_code)
            self._about_step(complaint, task, "step_opened", [h for h in holders if h != by.id])

    def answered(self, complaint: Complaint, event: Event, by: Person) -> None:
        """Tell the office whose question the reporter has answered, and who stands in there, except who wrote it
        down.
        """
        waited = [t for t in open_tasks_of(complaint) if (t.step, t.agency_code) == (event.step, event.agency)]
        for task in waited:
            holders = self._hearers.of(task.actor, task.agency_code)
            told = [h for h in holders if h != by.id]
            self._about_step(complaint, task, "information_added", told, _question(task))

    def question_expired(self, complaint: Complaint, task: StepTask) -> None:
        """Tell the office that asked that nobody answered."""
        holders = self._hearers.of(task.actor, task.agency_code)
        self._about_step(complaint, task, "question_expired", holders, _question(task))

    def alarm(self, complaint: Complaint, task: StepTask, kind: str, alarm: Alarm) -> None:
        """Tell the office that the level of an alarm concerns."""
        told = self._hearers.of(alarm.actor.value, task.agency_code)
        self._about_step(complaint, task, kind, told, alarm.level)

    def delegation_ended(self, row: DelegationRow) -> None:
        """Both officers of a delegation hear that it has ended."""
        self._add({"delegation_id": row.id, "level": 0}, "delegation_ended", (row.giver_id, row.holder_id))

    def _about_step(
        self, complaint: Complaint, task: StepTask, kind: str, users: Iterable[int], level: int = 0
    ) -> None:
        self._add({"complaint_id": complaint.id, "task_id": task.id, "level": level}, kind, users)

    def _add(self, cause: dict[str, Any], kind: str, users: Iterable[int]) -> None:
        """One notice a user; whoever has been told of this cause already is left out by the unique row."""
        rows = [{**cause, "user_id": user, "kind": kind, "created_at": self.at} for user in users]
        if not rows:
            return
        table = Notice.__table__
        statement = insert(table).values(rows).on_conflict_do_nothing().returning(table.c.id, table.c.user_id)
        told = [Told(row.id, row.user_id) for row in db.session.execute(statement)]
        self._outbox.send(told, kind)


def _question(task: StepTask) -> int:
    """Which question of its step it is: each is told of for itself, and once."""
    return len(task.pauses)
