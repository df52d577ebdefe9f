"""Revision of a case when its report changes: old and new values go into the event, clocks follow the rules."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.casefile.facts import reporter_facts
from app.casefile.original_text import drop_correction, identity_unchanged, reported_value, write_reported
from app.cases.change import change_case, read_case
from app.cases.report_changes import answers_question
from app.core.clock import office_time
from app.core.extensions import db
from app.fields.values import NOTHING, FieldInput, changed_fields, remove_personal_values, write_fields
from app.files.attachments import file_facts, store_file
from app.models import Attachment, Category, Complaint, ComplaintEvent, District, Reporter, Village
from workflow_rules.process.actors import BY_SYSTEM, SYSTEM, Capacity, Person
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.identity import Confidentiality

IDENTITY = ("name", "phone", "email", "address", "nik")
_NAMED: dict[str, Any] = {"category_id": Category, "district_id": District, "village_id": Village}
FROM_SP4N = BY_SYSTEM


@dataclass(frozen=True)
class Author:
    """A value object: the person and capacity that change a report, which is SP4N (the system), or the Admin who
    settles a difference with SP4N. `kind` is the kind of the event, `address` the network address.
    """

    by: Person = SYSTEM
    capacity: Capacity = SYSTEM.capacities[0]
    kind: SystemEvent = SystemEvent.REVISED
    address: str | None = None

    @property
    def origin(self) -> str:
        return "sp4n" if self.kind is SystemEvent.REVISED else "office"


@dataclass(frozen=True)
class Told:
    """A value object: the content of a new version of a report, with values by column name, the whole identity of the
    reporter, and all files as (name, bytes). Identity or files that the version does not mention are None.
    """

    values: dict[str, Any] = field(default_factory=dict)
    reporter: dict[str, str] | None = None
    files: list[tuple[str, bytes]] | None = None
    fields: FieldInput = NOTHING


@dataclass(frozen=True)
class Difference:
    """A value object: the differences of a new version of a report from the stored one. `values` are new values of
    changed columns, `reporter` a changed identity ({} removes it, None is no change), `new_files` (name, bytes), `back`
    and `gone` the rows of stored files that are there again or no longer.
    """

    values: dict[str, Any]
    reporter: dict[str, str] | None
    new_files: list[tuple[str, bytes]]
    back: list[Attachment]
    gone: list[Attachment]
    fields: FieldInput = NOTHING

    @property
    def any(self) -> bool:
        changes = self.values or self.new_files or self.back or self.gone or self.fields.as_facts().recorded
        return bool(changes) or self.reporter is not None


def difference(complaint: Complaint, told: Told) -> Difference:
    """Return as Difference how a new version differs from the stored report; files are compared by content, not by
    name, and nothing is written.

    Raises KeyMissing when a stored value cannot be decrypted, ActionRefused(missing_input) for a file of a kind or size
    that is not allowed.
    """
    values = {name: value for name, value in told.values.items() if reported_value(complaint, name) != value}
    secrecy = told.values.get("confidentiality", complaint.confidentiality)
    anonymous = secrecy == Confidentiality.ANONYMOUS
    reporter, fields = ({}, replace(told.fields, personal={})) if anonymous else (told.reporter, told.fields)
    files = _sorted_files(complaint, told.files)
    return Difference(values, _changed_identity(complaint, reporter), *files, changed_fields(complaint, fields))


def revise(
    complaint: Complaint, found: Difference, at: datetime, author: Author | None = None, **more: Any
) -> ComplaintEvent:
    """Write a difference to a case that this transaction has locked, without a commit, and return the new
    ComplaintEvent; its data has both versions of every changed value and `more`. An answered question resumes the
    clock.

    Raises ActionRefused(missing_input) when a new file cannot be stored.
    """
    author = author or Author()
    case = read_case(complaint)
    before = case.facts
    at = max([at, *(step.opened_at for step in before.open_steps)])
    particulars = _particulars(complaint, found, at)
    _write(complaint, found, at)
    resumes = answers_question(before, found.values, bool(found.new_files))
    data = {
        "classification": complaint.classification,
        "confidentiality": complaint.confidentiality,
        "in_sp4n": complaint.sp4n_tracking_id is not None,
        "reporter": vars(reporter_facts(db.session.get(Reporter, complaint.id))),
        **particulars,
        "revision": complaint.sp4n_revision,
        "resumes": resumes,
        **found.fields.as_facts().recorded,
        **more,
    }
    event = Event(author.kind, at, author.capacity, None, None, data)
    change = change_case(case, event, author.by, address=author.address, origin=author.origin)
    for step in before.open_steps if resumes else ():
        if step.paused_at is not None:
            asked = Event(event.kind, event.at, event.by, step.step, step.agency, {})
            change.notifier.answered(complaint, asked, author.by)
    return change.event


def _changed_identity(complaint: Complaint, reporter: dict[str, str] | None) -> dict[str, str] | None:
    """Return the new identity as a dict if it differs from the stored one, else None; {} means that the stored identity
    is to be removed.
    """
    if reporter is None or identity_unchanged(complaint, reporter):
        return None
    row = db.session.get(Reporter, complaint.id)
    stored = {name: getattr(row, name) for name in IDENTITY if getattr(row, name)} if row else {}
    return reporter if stored != reporter else None


def _sorted_files(
    complaint: Complaint, files: list[tuple[str, bytes]] | None
) -> tuple[list[tuple[str, bytes]], list[Attachment], list[Attachment]]:
    """Return (new, back, gone): new files (name, bytes), each content once, and lists of Attachment rows from SP4N that
    are there again and that are gone. Raises ActionRefused(missing_input) for a file that is not allowed.
    """
    if files is None:
        return [], [], []
    mine = (Attachment.complaint_id == complaint.id, Attachment.added_by == FROM_SP4N)
    stored = {
        row.sent_sha256: row for row in db.session.scalars(select(Attachment).where(*mine).order_by(Attachment.id))
    }
    sent: dict[str, tuple[str, bytes]] = {}
    for name, content in files:
        sent.setdefault(str(file_facts(name, content)["sha256"]), (name, content))
    new = [file for digest, file in sent.items() if digest not in stored]
    back = [row for digest, row in stored.items() if digest in sent and row.removed_at is not None]
    gone = [row for digest, row in stored.items() if digest not in sent and row.removed_at is None]
    return new, back, gone


def _particulars(complaint: Complaint, found: Difference, at: datetime) -> dict[str, Any]:
    """Store new files, update which stored files are removed, and return the data of the event as a dict (`changed`,
    `before`, `after`, `reporter_changed`, `files_added`, `files_removed`), without the values of the identity.
    """
    rows = [store_file(complaint, name, content, FROM_SP4N, at) for name, content in found.new_files]
    for row in found.back:
        row.removed_at = None
    for row in found.gone:
        row.removed_at = at
    return {
        "changed": sorted(found.values),
        "before": held_words(complaint, found),
        "after": words_of(found),
        "reporter_changed": found.reporter is not None,
        "files_added": [_file(row) for row in (*rows, *found.back)],
        "files_removed": [_file(row) for row in found.gone],
    }


def held_words(complaint: Complaint, found: Difference) -> dict[str, Any]:
    """Return a dict from column name to stored value for the columns that differ, each value as
    `word_of` returns it.
    """
    return {name: word_of(name, reported_value(complaint, name)) for name in sorted(found.values)}


def words_of(found: Difference) -> dict[str, Any]:
    """Return a dict from column name to new value for the columns that differ, each value as `word_of` returns it."""
    return {name: word_of(name, value) for name, value in sorted(found.values.items())}


def _file(row: Attachment) -> dict[str, Any]:
    return {"filename": row.filename, "sha256": row.sent_sha256, "size": row.size}


def word_of(name: str, value: Any) -> Any:
    """Return the value of a column as it is shown to people and fits into JSON: the name of a category or place, a date
    in ISO 8601 (datetimes in the office's zone), a decimal as text, other values unchanged.
    """
    if name in _NAMED and value is not None:
        return str(db.session.get_one(_NAMED[name], value).name)
    if isinstance(value, datetime):
        return office_time(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _write(complaint: Complaint, found: Difference, at: datetime) -> None:
    for name, value in found.values.items():
        write_reported(complaint, name, value, at)
    if found.reporter is not None:
        drop_correction(complaint, "reporter")
        row = db.session.get(Reporter, complaint.id)
        if found.reporter:
            row = row or Reporter(complaint_id=complaint.id)
            for name in IDENTITY:
                setattr(row, name, found.reporter.get(name))
            db.session.add(row)
        elif row is not None:
            db.session.delete(row)
    write_fields(complaint, found.fields)
    if complaint.confidentiality == Confidentiality.ANONYMOUS:
        remove_personal_values(complaint.id)
    db.session.flush()
