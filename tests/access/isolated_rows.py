"""Two cases with a row in every table of a case, and whose case each row is of, read as the owner of the tables."""
# ruff: noqa: S608 - the names in the statements are those of tables, written down here

from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.feed.append_changes import note_linked
from app.models import (
    Attachment,
    Complaint,
    Delivery,
    DeliveryItem,
    Letter,
    LetterScan,
    Notice,
    Paper,
    PersonalValue,
    StepAlarm,
    StepPause,
    StepTask,
)
from tests.factories import a_complaint

tables = Complaint.metadata.tables

# How the case of a row is found, in SQL over the row's own columns.
CASE_OF = {
    "complaint": "id",
    **dict.fromkeys(("agency_track", "attachment", "complaint_event", "ledger_entry", "letter"), "complaint_id"),
    **dict.fromkeys(("notice", "paper", "personal_value", "reporter", "step_task", "sync_change"), "complaint_id"),
    "delivery": "complaint_id",
    "delivery_item": "(SELECT n.complaint_id FROM notice n WHERE n.id = notice_id)",
    "issued_number": "(SELECT p.complaint_id FROM paper p WHERE p.id = paper_id)",
    "letter_scan": "(SELECT l.complaint_id FROM letter l WHERE l.id = letter_id)",
    "step_alarm": "(SELECT t.complaint_id FROM step_task t WHERE t.id = task_id)",
    "step_pause": "(SELECT t.complaint_id FROM step_task t WHERE t.id = task_id)",
}

SHUT = {
    "file_check",
    "inbound_hold",
    "inbound_message",
    "move_in_file",
    "original_text",
    "register",
    "rehearsal",
    "sync_comparison",
    "sync_import",
    "sync_ledger",
    "sync_peer",
    "webhook_delivery",
    "webhook_endpoint",
}
"""Isolated without exception: rows of the office, the administrator and jobs, with which no agency has to do."""


def a_full_case(agency: str, tracking_id: str, **report: Any) -> int:
    """A case whose letter was sent, with a row of its own in every isolated table."""
    case = a_complaint(at="dispose_answer", agencies=(agency,), **report)
    now, user_id = utc_now(), demo_person(f"admin.{agency}").id
    case.complaint.sp4n_tracking_id = tracking_id
    note_linked(case.complaint, now)
    file = Attachment(complaint_id=case.id, filename="a.pdf", media_type="application/pdf", size=1, sha256="0")
    file.path, file.added_at, file.added_by, file.sent_sha256, file.state = tracking_id, now, "uji", "0", "clean"
    task = db.session.scalars(select(StepTask).where(StepTask.complaint_id == case.id)).first()
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    notice = db.session.scalars(select(Notice).where(Notice.complaint_id == case.id)).first()
    told = Delivery(complaint_id=case.id, told="received", cause_seq=1, channel="email", created_at=now)
    told.next_try_at = now
    assert task
    assert notice
    db.session.add_all(
        [file, told, StepPause(task_id=task.id, began_at=now - timedelta(1), ended_at=now, question="?")]
    )
    db.session.add(PersonalValue(complaint_id=case.id, code="uji", value="uji", salt="0"))
    db.session.add(StepAlarm(task_id=task.id, level=1, due_at=now, raised_at=now))
    db.session.flush()
    db.session.add(LetterScan(letter_id=letter.id, attachment_id=file.id, pages=1, added_at=now, added_by_id=user_id))
    item = {"notice_id": notice.id, "channel": "email", "delivery_id": told.id}
    db.session.execute(insert(DeliveryItem.__table__).values(item).on_conflict_do_nothing())
    db.session.commit()
    return case.id


def papers_of_no_case() -> None:
    """A register, which no agency reads, and the sheet of the SOP, which every officer does."""
    for kind in ("monthly_register", "sop_sheet"):
        db.session.add(Paper(kind=kind, key=kind, frozen={}, content_hash="0", made_at=utc_now()))
    db.session.commit()


def key_of(table: Table) -> str:
    """The columns of a table's key, as one value."""
    return ", ".join(column.name for column in table.primary_key)


def rows_by_case() -> dict[str, dict[int, set[Any]]]:
    """The keys of all rows of every isolated table, by case; call it without isolation."""
    found: dict[str, dict[int, set[Any]]] = {}
    for name, case in CASE_OF.items():
        rows = db.session.execute(text(f"SELECT {case} AS of_case, ROW({key_of(tables[name])})::text FROM {name}"))
        for of_case, key in rows:
            found.setdefault(name, {}).setdefault(of_case, set()).add(key)
    return found
