"""Notices to officers, written in the transaction of the event that causes them.

They are shown at the bell and sent after the commit; a unique key prevents a second notice for one cause.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, bindparam, select
from sqlalchemy import Row as SqlRow
from sqlalchemy.dialects.postgresql import Insert, insert

from app.access.people import RecipientLookup, administrators, hearing, recipient_parameters
from app.casefile.facts import open_tasks_of
from app.core.bulk_insert import ROWS, Part, Row, as_text, insert_together, insertion, parameter_rows
from app.core.extensions import db
from app.models import Attachment, Complaint, DelegationRow, Notice, StepTask
from app.notices.outbox import Outbox, written_notice, written_notices
from app.reference.sop import load_sop
from workflow_rules.process.actors import Person
from workflow_rules.process.escalation import Alarm
from workflow_rules.process.events import Event
from workflow_rules.process.steps import StepKind
from workflow_rules.time.working_calendar import WorkingCalendar


class Notifier:
    """A writer of the notices of one transaction at the instant `at`. Each method stores Notice rows and puts them into
    outgoing messages; none commits. Reads recipients and preferences only once.
    """

    def __init__(self, calendar: WorkingCalendar, at: datetime) -> None:
        self.calendar, self.at = calendar, at
        self._hearers = RecipientLookup(at)
        self._outbox = Outbox(calendar, at)

    def opened(self, complaint: Complaint, opened: Iterable[StepTask], by: Person, *parts: Part) -> None:
        """Write a notice of each step opened in one case to the holders of its office and their delegates, except the
        officer who opened it; return nothing. `parts`, pairs of (table, rows), are inserted by the same statement,
        which is executed here, also without recipients.
        """
        self.opened_many([(complaint.id, task) for task in opened], by, *parts)

    def opened_many(self, opened: Iterable[tuple[int, StepTask]], by: Person, *parts: Part) -> None:
        """Write a notice of each opened step, given as (complaint id, step), to the holders of its office, except the
        officer who opened it; return nothing. `parts`, pairs of (table, rows), are inserted by the same statement,
        which is executed here.
        """
        causes = [(complaint_id, task, (task.actor, task.agency_code)) for complaint_id, task in opened]
        places = {office: place for place, office in enumerate(dict.fromkeys(office for *_, office in causes), 1)}
        common = {"level": 0, "kind": "step_opened", "created_at": self.at}
        rows = [
            {"complaint_id": complaint_id, "task_id": task.id, "place": places[office], **common}
            for complaint_id, task, office in causes
        ]
        if rows:
            values = {**recipient_parameters(places, self.at), "opener": by.id, ROWS: as_text(rows)}
            self._send(insert_together(*parts, query=_OPENED, values=values))
        elif parts:
            insert_together(*parts)

    def initials_asked(self, complaint: Complaint, opened: Iterable[StepTask], awaited: Iterable[str]) -> None:
        """Write a notice to the officers of the `awaited` roles that they are to initial a draft, once for each
        draft.
        """
        for task in opened:
            users = [user for actor in awaited for user in self._hearers.of(actor, task.agency_code)]
            self._about_step(complaint, task, "initial_asked", dict.fromkeys(users))

    def answered(self, complaint: Complaint, event: Event, by: Person) -> None:
        """Write a notice to the holders of the office that asked the question that the reporter has answered, except
        the officer who recorded the answer.
        """
        waited = [t for t in open_tasks_of(complaint) if (t.step, t.agency_code) == (event.step, event.agency)]
        for task in waited:
            holders = self._hearers.of(task.actor, task.agency_code)
            users = [h for h in holders if h != by.id]
            self._about_step(complaint, task, "information_added", users, _question(task))

    def question_expired(self, complaint: Complaint, task: StepTask) -> None:
        """Write a notice to the holders of the office that asked a question that the reporter did not answer
        in time.
        """
        holders = self._hearers.of(task.actor, task.agency_code)
        self._about_step(complaint, task, "question_expired", holders, _question(task))

    def of_office(
        self, complaint: Complaint, tasks: Iterable[StepTask], kind: str, actor: str, agency: str | None, seq: int
    ) -> None:
        """Write notices of the given kind about an event at these steps to the holders of one office (actor, agency
        code); `seq` is the event's number in its case.
        """
        for task in tasks:
            self._about_step(complaint, task, kind, self._hearers.of(actor, agency), seq)

    def disposed(self, complaint: Complaint, opened: Iterable[StepTask], officers: Iterable[int], seq: int) -> None:
        """Write a notice to the officers (ids) of a unit that a case was disposed to it; `seq` is the event's number in
        its case.
        """
        for task in opened:
            self._about_step(complaint, task, "unit_disposed", officers, seq)

    def left(self, task: StepTask, seq: int) -> None:
        """Write a notice to those who receive cases and sign in an agency that it has left a case, which they no longer
        see; `seq` is the event's number in its case.
        """
        sop = load_sop(task.complaint.sop_version)
        actors = (sop.of_kind(StepKind.AGENCY_RECEIVE).actor, sop.of_kind(StepKind.SIGN_ANSWER).actor)
        users = dict.fromkeys(user for actor in actors for user in self._hearers.of(actor, task.agency_code))
        self._add({"task_id": task.id, "level": seq}, "left_case", users)

    def alarms(self, raised: Sequence[tuple[Complaint, StepTask, str, Alarm]]) -> None:
        """Write notices of alarms, given as (complaint, step, kind of notice, alarm), to the holders of the office that
        each alarm concerns.
        """
        offices = [(alarm.actor, task.agency_code) for _, task, _, alarm in raised]
        self._hearers.read(offices)
        self._write(
            {
                "complaint_id": case.id,
                "task_id": task.id,
                "level": alarm.level,
                "due_at": task.due_at,
                "user_id": user,
                "kind": kind,
            }
            for (case, task, kind, alarm), office in zip(raised, offices, strict=True)
            for user in self._hearers.of(*office)
        )

    def delegation_made(self, row: DelegationRow, others: Iterable[int]) -> None:
        """Write a notice to both officers of a delegation, and to the users `others` (ids), that it was recorded; each
        officer gets one.
        """
        self._add({"delegation_id": row.id, "level": 0}, "delegation_made", {row.giver_id, row.holder_id, *others})

    def delegation_ended(self, row: DelegationRow) -> None:
        """Write a notice to both officers of a delegation that it has ended."""
        self._add({"delegation_id": row.id, "level": 0}, "delegation_ended", (row.giver_id, row.holder_id))

    def two_step_removed(self, journal_id: int, user_id: int) -> None:
        """Write a notice to an officer that the second step of their sign-in was removed."""
        self._add({"journal_id": journal_id, "level": 0}, "two_step_removed", (user_id,))

    def grants(self, kind: str, journal_id: int, users: Iterable[int]) -> None:
        """Write a notice to users (ids) of a request for the right to read identities, or of the decision on it, as
        `kind` says.
        """
        self._add({"journal_id": journal_id, "level": 0}, kind, users)

    def password_link_made(self, journal_id: int, user_id: int) -> None:
        """Write a notice to an officer that somebody else created a link to set the officer's password."""
        self._add({"journal_id": journal_id, "level": 0}, "password_link_made", (user_id,))

    def file_held(self, file: Attachment) -> None:
        """Write a notice to the complaint admins that a file of a case is withheld.

        If it holds malware, also write one to the system administrators, without the case, which they may not see.
        """
        sop = load_sop(file.complaint.sop_version)
        admins = self._hearers.of(sop.of_kind(StepKind.REGISTER).actor, None)
        cause = {"attachment_id": file.id, "level": 0}
        self._add({**cause, "complaint_id": file.complaint_id}, "file_held", admins)
        if file.state_reason == "virus":
            self._add(cause, "malware_found", administrators())

    def paper_failed(self, complaint: Complaint, task: StepTask, office: tuple[str, str | None]) -> None:
        """Write a notice to the holders of an office (actor, agency code) that a paper of the case has no file, once
        for each step.
        """
        self._about_step(complaint, task, "paper_failed", self._hearers.of(*office))

    def records_checked(self, run_id: int, kind: str, users: Iterable[int]) -> None:
        """Write a notice to users (ids) of the result of the nightly check of the records; `kind` is records_red or
        records_green.
        """
        self._add({"invariant_run_id": run_id, "level": 0}, kind, users)

    def _about_step(
        self, complaint: Complaint, task: StepTask, kind: str, users: Iterable[int], level: int = 0
    ) -> None:
        self._add({"complaint_id": complaint.id, "task_id": task.id, "level": level}, kind, users)

    def _add(self, cause: dict[str, Any], kind: str, users: Iterable[int]) -> None:
        """Write one notice of this cause and kind for each user."""
        self._write({**cause, "user_id": user, "kind": kind} for user in users)

    def _write(self, notices: Iterable[Row]) -> None:
        """Insert Notice rows that all name the same columns in the same order, leave out those that exist already for
        their cause, and put the new ones into messages.
        """
        rows = [{**notice, "created_at": self.at} for notice in notices]
        if rows:
            self._send(db.session.execute(_written(tuple(rows[0])), {ROWS: as_text(rows)}))

    def _send(self, written: Iterable[SqlRow[Any]]) -> None:
        self._outbox.send([written_notice(row) for row in written])


@lru_cache
def _written(names: tuple[str, ...]) -> Select[Any]:
    return _once(insertion(Notice.__table__, names))


def _once(new: Insert) -> Select[Any]:
    """Return a SELECT statement that inserts notices, except those that already exist for their cause, and selects the
    new ones with their recipients' preferences.
    """
    table = Notice.__table__
    written = new.on_conflict_do_nothing().returning(table.c.id, table.c.user_id, table.c.kind)
    return written_notices(written.cte("new_notice"))


def _of_opening() -> Select[Any]:
    """Return the SELECT statement that inserts the notices for opened steps to the holders of their offices, except the
    opener, and selects the new ones.
    """
    table, heard = Notice.__table__, hearing().subquery("heard")
    given = parameter_rows(table, place=BigInteger())
    columns = {name: given.c[name] for name in ("complaint_id", "task_id", "level", "kind", "created_at")}
    columns["user_id"] = heard.c.id
    but = heard.c.id.is_distinct_from(bindparam("opener", type_=Integer))
    notices = select(*columns.values()).join_from(given, heard, heard.c.place == given.c.place).where(but)
    in_order = notices.order_by(given.c.task_id, heard.c.id)
    return _once(insert(table).from_select([*columns], in_order, include_defaults=False))


_OPENED = _of_opening()


def _question(task: StepTask) -> int:
    """Return the number of the step's current question, so that each question has one notice."""
    return len(task.pauses)
