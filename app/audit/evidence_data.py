"""The record of a case as plain data for the evidence bundle.

The reporter's identity is left out except for the initials shown on screen. For a secret or anonymous reporter, texts
by officers about the reporter and the address of the reporter's own answers are also withheld.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.access.office_roles import actors_of_roles
from app.access.visibility import ADDED_TEXT_FIELDS, about_reporter
from app.casefile.case import Case
from app.core.extensions import db
from app.fields.definitions import as_defined
from app.fields.recorded import recorded_fields
from app.fields.types import text_of
from app.models import (
    ComplaintEvent,
    Delivery,
    DeliveryItem,
    FieldDefinition,
    LedgerRow,
    Letter,
    Notice,
    OfficerProfile,
    Paper,
    SopVersion,
    StepAlarm,
    User,
)
from app.reference.calendar_history import calendar_at, changes_since
from workflow_rules.process.actors import BY_REPORTER
from workflow_rules.process.identity import Confidentiality

Data = dict[str, Any]


def case_data(case: Case) -> Data:
    """Return a case's columns, category, place, SOP version number and tracks as a dict.

    `reporter` is the reporter's masked name as on the case's page, None when there is none.
    """
    row = case.complaint
    names = (
        *("number", "title", "body", "classification", "confidentiality", "channel", "location_text", "latitude"),
        *(
            "longitude",
            "occurred_on",
            "status",
            "cycle",
            "route",
            "paused",
            "field_visit",
            "rated",
            "urgency",
            "version",
        ),
        *("received_at", "submitted_at", "answered_at", "ended_at", "closes_at", "sp4n_tracking_id", "sp4n_revision"),
    )
    return {
        **columns(row, names),
        "category": row.category.name if row.category else None,
        "district": row.district.name if row.district else None,
        "village": row.village.name if row.village else None,
        "sop_version": row.sop_version.number,
        "reporter": case.masked_name or None,
        "tracks": [columns(track, _TRACK) for track in sorted(row.tracks, key=lambda t: (t.cycle, t.position))],
    }


_TRACK = (
    *("cycle", "agency_code", "lead", "state", "sent_at", "replaces", "field_visit", "cross_agency"),
    *("more_days", "release_asked"),
)
_TASK = (
    *("id", "cycle", "step", "agency_code", "actor", "opened_at", "clock_from", "closed_at", "closed_by"),
    *("allowance_value", "allowance_unit", "due_at", "warn_at", "paused_at"),
)


def steps_data(case: Case) -> list[Data]:
    """Return a list with a dict for each time that a step of the case was opened: its columns, deadline, `pauses` and
    `alarms`.
    """
    ids = [task.id for task in case.tasks]
    alarms = db.session.scalars(select(StepAlarm).where(StepAlarm.task_id.in_(ids)).order_by(StepAlarm.id)).all()
    return [
        {
            **columns(task, _TASK),
            "pauses": [columns(pause, ("began_at", "ended_at", "question")) for pause in task.pauses],
            "alarms": [columns(one, ("level", "due_at", "raised_at")) for one in alarms if one.task_id == task.id],
        }
        for task in case.tasks
    ]


def withheld(case: Case, event: ComplaintEvent) -> tuple[str, ...]:
    """Return a tuple of the names of an event's fields that must not leave the office, since they could reveal the
    reporter.

    Fields inside `data` are named "data.x". Returns () unless the reporter is secret or anonymous.
    """
    if case.complaint.confidentiality == Confidentiality.OPEN:
        return ()
    own = event.actor == BY_REPORTER and event.address is not None
    hidden = about_reporter(event) | (ADDED_TEXT_FIELDS if case.complaint.redacted else frozenset())
    return (
        *(("address",) if own else ()),
        *(f"data.{name}" for name in sorted(hidden) if name in event.data),
    )


def ledger_data(case: Case) -> list[Data]:
    """Return a list with a dict (kind, at, step, track, house, officer_id) for each row of the case's time ledger, in
    order.
    """
    statement = select(LedgerRow).where(LedgerRow.complaint_id == case.complaint.id).order_by(LedgerRow.id)
    names = ("kind", "at", "step", "track", "house", "officer_id")
    return [columns(row, names) for row in db.session.scalars(statement)]


def letter_data(letter: Letter) -> Data:
    """Return a letter's columns as a dict.

    `paper` is the key of the paper that holds the signed content, None when the letter is not signed.
    """
    names = (
        *("cycle", "agency_code", "revision", "subject", "body", "state", "drafted_at", "number", "signed_at"),
        "verification_code",
    )
    return {**columns(letter, names), "paper": letter.paper.key if letter.paper else None}


def paper_data(paper: Paper, file: str | None) -> Data:
    """Return a paper's columns as a dict, with its frozen content and the digests of content and file.

    `file` is the name of its PDF in the bundle, None when it is not rendered.
    """
    names = ("kind", "key", "agency_code", "made_at", "drawn_at", "state", "pages")
    return {**columns(paper, (*names, "frozen", "content_hash", "file_hash")), "file": file}


def notices_data(case: Case) -> list[Data]:
    """Return a list with a dict for each notice about the case: kind, times, roles and agency of its recipient, and
    `deliveries`.

    Names, addresses and errors of mail servers are left out.
    """
    statement = select(Notice).where(Notice.complaint_id == case.complaint.id).order_by(Notice.id)
    options = (joinedload(Notice.user).selectinload(User.roles), joinedload(Notice.task))
    rows = db.session.scalars(statement.options(*options)).all()
    deliveries = _deliveries(rows)
    profiles = select(OfficerProfile.user_id, OfficerProfile.agency_code)
    profiles = profiles.where(OfficerProfile.user_id.in_([row.user_id for row in rows]))
    agencies = {row.user_id: row.agency_code for row in db.session.execute(profiles)}
    return [
        {
            **columns(row, ("kind", "level", "created_at", "read_at")),
            **({"step": row.task.step, "about_agency": row.task.agency_code} if row.task else {}),
            "office": actors_of_roles(role.name for role in row.user.roles),
            "agency": agencies.get(row.user_id),
            "deliveries": deliveries.get(row.id, []),
        }
        for row in rows
    ]


def _deliveries(rows: Iterable[Notice]) -> dict[int, list[Data]]:
    statement = select(DeliveryItem.notice_id, Delivery).join(Delivery, Delivery.id == DeliveryItem.delivery_id)
    wanted = statement.where(DeliveryItem.notice_id.in_([row.id for row in rows]))
    found: dict[int, list[Data]] = {}
    for notice_id, delivery in db.session.execute(wanted.order_by(Delivery.id)):
        line = columns(delivery, ("channel", "state", "created_at", "sent_at", "attempts"))
        found.setdefault(notice_id, []).append(line)
    return found


def fields_data(case: Case) -> list[Data]:
    """Return a list with a dict for each of the office's fields that the case has a value of, ordered by code.

    Label and type are those of the definition that the value was validated against; the value is also given as text. Of
    a personal value there is only the commitment that the events hold.
    """
    recorded, stored = recorded_fields(case.events), case.complaint.field_values
    ids = set(recorded.definitions.values())
    rows = db.session.scalars(select(FieldDefinition).where(FieldDefinition.id.in_(ids)))
    defined = {row.code: as_defined(row) for row in rows}
    found = []
    for code in sorted(stored.keys() | recorded.commitments.keys()):
        one = defined.get(code)
        line = {"code": code, "definition": recorded.definitions.get(code)}
        if one is not None:
            line |= {"label": one.label, "type": one.type}
        if code in recorded.commitments:
            found.append({**line, "commitment": recorded.commitments[code]})
        else:
            shown = {"text": text_of(one, stored[code])} if one is not None else {}
            found.append({**line, "value": plain(stored[code]), **shown})
    return found


def officers_data(case: Case) -> list[Data]:
    """Return a list with a dict of `id` and `name` for each officer whom an event of the case names.

    `position` and `agency_code` are present when the officer has a profile.
    """
    acted = {event.officer_id for event in case.events} | {event.on_behalf_of_id for event in case.events}
    statement = select(User, OfficerProfile).outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
    found = db.session.execute(statement.where(User.id.in_(acted - {None})).order_by(User.id))
    return [
        {
            "id": user.id,
            "name": user.get_full_name().strip(),
            **(columns(profile, ("position", "agency_code")) if profile else {}),
        }
        for user, profile in found
    ]


def sop_data(case: Case) -> Data:
    """Return the columns of the SOP version that the case follows as a dict, with its `steps`."""
    version = db.session.get_one(SopVersion, case.complaint.sop_version_id, options=[selectinload(SopVersion.steps)])
    own = ("number", "title", "status", "approved_by", "decree_number", "decided_on", "activated_at")
    rules = (
        *("extended_draft_days", "silence_days", "question_days", "fast_track_actor", "fast_track_from"),
        "most_more_days",
    )
    row = ("step", "number", "actor", "allowance_value", "allowance_unit", "procedure", "inputs", "output", "remark")
    return {**columns(version, (*own, *rules)), "steps": [columns(step, row) for step in version.steps]}


def calendar_history(case: Case) -> Data:
    """Return a dict of `held_at`, the working `calendar`, and its `changes` since the case was received.

    While a step is open, the calendar is the present one and `held_at` None; otherwise it is the calendar as it was at
    `held_at`, the instant of the last event (ISO text in UTC).
    """
    changes = changes_since(case.complaint.received_at)
    at = case.now if case.open_tasks else case.events[-1].at
    until = [change for change in changes if change["at"] <= at]
    held_at = None if case.open_tasks else at
    return plain({"held_at": held_at, "calendar": calendar_at(at, changes), "changes": until})


def columns(row: Any, names: Iterable[str]) -> Data:
    """Return a dict from each of these attribute names of a row to its value, made JSON-compatible by `plain`."""
    return {name: plain(getattr(row, name)) for name in names}


def plain(value: Any) -> Any:
    """Return the value as JSON-compatible data, also inside dicts and lists.

    Dates become ISO text, instants ISO text in UTC (as in the hash chain), other unknown types plain text.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, Enum) or not isinstance(value, (str, int, float, type(None))) else value
