"""Everything that vouches for a case, as plain data: what the evidence bundle holds beside the files themselves.

Who reported is not in it: of an identity only the initials that the screen shows, and of a reporter who asked for
secrecy or gave no name not the words that officers wrote about them, nor the address an answer of theirs came from.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.access.visibility import NEW_WORDS, about_reporter
from app.casefile.case import Case
from app.core.extensions import db
from app.models import (
    ComplaintEvent,
    Delivery,
    DeliveryItem,
    LedgerRow,
    Letter,
    Notice,
    OfficerProfile,
    Paper,
    SopVersion,
    StepAlarm,
    StepTask,
    User,
)
from app.reference.calendar_history import calendar_at, changes_since
from workflow_rules.process.actors import OFFICERS, Actor
from workflow_rules.process.identity import Confidentiality

Data = dict[str, Any]


def case_data(case: Case) -> Data:
    """The case as its page shows it, the reporter by initials only."""
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
        **_columns(row, names),
        "category": row.category.name if row.category else None,
        "district": row.district.name if row.district else None,
        "village": row.village.name if row.village else None,
        "sop_version": row.sop_version.number,
        "reporter": case.masked_name or None,
        "tracks": [_columns(track, _TRACK) for track in sorted(row.tracks, key=lambda t: (t.cycle, t.position))],
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
    """Every opening of a step with its clock, its pauses and the alarms that were raised."""
    ids = [task.id for task in case.tasks]
    alarms = db.session.scalars(select(StepAlarm).where(StepAlarm.task_id.in_(ids)).order_by(StepAlarm.id)).all()
    return [_task(task, [alarm for alarm in alarms if alarm.task_id == task.id]) for task in case.tasks]


def _task(task: StepTask, alarms: list[StepAlarm]) -> Data:
    return {
        **_columns(task, _TASK),
        "pauses": [_columns(pause, ("began_at", "ended_at", "question")) for pause in task.pauses],
        "alarms": [_columns(alarm, ("level", "due_at", "raised_at")) for alarm in alarms],
    }


def withheld(case: Case, event: ComplaintEvent) -> tuple[str, ...]:
    """The parts of a record that stay in the house: what could tell who a secret or unnamed reporter is."""
    if case.complaint.confidentiality == Confidentiality.OPEN:
        return ()
    own = event.actor == Actor.REPORTER and event.address is not None
    hidden = about_reporter(event) | (NEW_WORDS if case.complaint.redacted else frozenset())
    return (
        *(("address",) if own else ()),
        *(f"data.{name}" for name in sorted(hidden) if name in event.data),
    )


def ledger_data(case: Case) -> list[Data]:
    """The book of time, line by line."""
    statement = select(LedgerRow).where(LedgerRow.complaint_id == case.complaint.id).order_by(LedgerRow.id)
    names = ("kind", "at", "step", "track", "house", "officer_id")
    return [_columns(row, names) for row in db.session.scalars(statement)]


def letter_data(letter: Letter) -> Data:
    """A letter; what was signed is the paper that it names."""
    names = (
        *("cycle", "agency_code", "revision", "subject", "body", "state", "drafted_at", "number", "signed_at"),
        "verification_code",
    )
    return {**_columns(letter, names), "paper": letter.paper.key if letter.paper else None}


def papers_of(case: Case) -> list[Paper]:
    """Every paper of the case in the order in which they were made."""
    statement = select(Paper).where(Paper.complaint_id == case.complaint.id).order_by(Paper.id)
    return list(db.session.scalars(statement))


def paper_data(paper: Paper, file: str | None) -> Data:
    """A paper with its frozen content and both hashes; `file` is its place in the bundle."""
    names = ("kind", "key", "agency_code", "made_at", "drawn_at", "state", "pages")
    return {**_columns(paper, (*names, "frozen", "content_hash", "file_hash")), "file": file}


def notices_data(case: Case) -> list[Data]:
    """Who was told what and when, by office; names, addresses and faults of the mail are left out."""
    statement = select(Notice).where(Notice.complaint_id == case.complaint.id).order_by(Notice.id)
    options = (joinedload(Notice.user).selectinload(User.roles), joinedload(Notice.task))
    rows = db.session.scalars(statement.options(*options)).all()
    sent = _deliveries(rows)
    agencies = _agencies_of([row.user_id for row in rows])
    return [_notice(row, agencies.get(row.user_id), sent.get(row.id, [])) for row in rows]


def _notice(row: Notice, agency: str | None, sent: list[Data]) -> Data:
    offices = sorted({role.name for role in row.user.roles} & {actor.value for actor in OFFICERS})
    about = {"step": row.task.step, "about_agency": row.task.agency_code} if row.task else {}
    told = _columns(row, ("kind", "level", "created_at", "read_at"))
    return {**told, **about, "office": offices, "agency": agency, "deliveries": sent}


def _deliveries(rows: Iterable[Notice]) -> dict[int, list[Data]]:
    statement = select(DeliveryItem.notice_id, Delivery).join(Delivery, Delivery.id == DeliveryItem.delivery_id)
    wanted = statement.where(DeliveryItem.notice_id.in_([row.id for row in rows]))
    found: dict[int, list[Data]] = {}
    for notice_id, delivery in db.session.execute(wanted.order_by(Delivery.id)):
        line = _columns(delivery, ("channel", "state", "created_at", "sent_at", "attempts"))
        found.setdefault(notice_id, []).append(line)
    return found


def _agencies_of(users: list[int]) -> dict[int, str | None]:
    statement = select(OfficerProfile.user_id, OfficerProfile.agency_code).where(OfficerProfile.user_id.in_(users))
    return {row.user_id: row.agency_code for row in db.session.execute(statement)}


def officers_data(case: Case) -> list[Data]:
    """The officers whom the records name by number, with name, position and agency."""
    acted = {event.officer_id for event in case.events} | {event.on_behalf_of_id for event in case.events}
    statement = select(User, OfficerProfile).outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
    found = db.session.execute(statement.where(User.id.in_(acted - {None})).order_by(User.id))
    return [_officer(user, profile) for user, profile in found]


def _officer(user: User, profile: OfficerProfile | None) -> Data:
    own = _columns(profile, ("position", "agency_code")) if profile else {}
    return {"id": user.id, "name": user.get_full_name().strip(), **own}


def sop_data(case: Case) -> Data:
    """The version that the case is judged by."""
    version = db.session.get_one(SopVersion, case.complaint.sop_version_id, options=[selectinload(SopVersion.steps)])
    own = ("number", "title", "status", "approved_by", "decree_number", "decided_on", "activated_at")
    rules = (
        *("extended_draft_days", "silence_days", "question_days", "fast_track_actor", "fast_track_from"),
        "most_more_days",
    )
    row = ("step", "number", "actor", "allowance_value", "allowance_unit", "procedure", "inputs", "output", "remark")
    return {**_columns(version, (*own, *rules)), "steps": [_columns(step, row) for step in version.steps]}


def calendar_history(case: Case) -> Data:
    """The calendar of the last event (of today while a step is open), and its changes since the reception."""
    changes = changes_since(case.complaint.received_at)
    at = case.now if case.open_tasks else case.events[-1].at
    until = [change for change in changes if change["at"] <= at]
    held_at = None if case.open_tasks else at
    return plain({"held_at": held_at, "calendar": calendar_at(at, changes), "changes": until})


def national_data(case: Case) -> list[Data]:
    """The limits of the national system as they stand, each with its legal source."""
    names = ("stage", "of_class", "days", "source", "valid_from")
    return [_columns(limit, names) for limit in case.national_limits]


def _columns(row: Any, names: Iterable[str]) -> Data:
    return {name: plain(getattr(row, name)) for name in names}


def plain(value: Any) -> Any:
    """A value as JSON takes it; instants in UTC, as the chain has them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, Enum) or not isinstance(value, (str, int, float, type(None))) else value
