"""JSON representation of cases: codes instead of labels, instants in RFC 3339 with the office offset."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.access.current_person import current_person
from app.access.visibility import hides_text
from app.casefile.facts import CaseRows, ended_pauses, rows_of, rows_of_each
from app.casefile.rows import attachments_of
from app.core.clock import office_time
from app.fields.values import audience_of, shown_fields
from app.models import Complaint, ComplaintEvent, StepTask
from workflow_rules.time.deadlines import Allowance, Unit, time_state
from workflow_rules.time.working_calendar import WorkingCalendar


def instant(at: datetime | None) -> str | None:
    """Return an aware datetime as RFC 3339 text with the office offset; None for None."""
    return office_time(at).isoformat() if at is not None else None


def complaints(rows: Sequence[Complaint], now: datetime) -> list[dict[str, Any]]:
    """Return a list of the JSON objects (dicts) of several complaints; steps and tracks of all of them are read in one
    statement each.
    """
    return [complaint(row, now, own) for row, own in zip(rows, rows_of_each(rows), strict=True)]


def complaint(row: Complaint, now: datetime, rows: CaseRows | None = None) -> dict[str, Any]:
    """Return the JSON object (dict) of one complaint as the caller may see it, without the reporter's identity.

    For a read-only program `title`, `body` and `location` are None if the case is not open.
    """
    rows = rows or rows_of(row)
    shown = {"title": row.title, "body": row.body, "location": _location(row)}
    return {
        "id": row.id,
        "number": row.number,
        "sp4n_tracking_id": row.sp4n_tracking_id,
        "title": None,
        "body": None,
        "classification": row.classification,
        "category": row.category.code if row.category else None,
        "confidentiality": row.confidentiality,
        "channel": row.channel,
        "location": None,
        "occurred_on": row.occurred_on.isoformat() if row.occurred_on else None,
        **({} if hides_text(row, current_person()) else shown),
        "fields": fields_of_case(row),
        "status": row.status,
        "cycle": row.cycle,
        "route": row.route,
        "paused": row.paused,
        "field_visit": row.field_visit,
        "version": row.version,
        "sop_version": row.sop_version.number,
        "received_at": instant(row.received_at),
        "submitted_at": instant(row.submitted_at),
        "open_steps": [open_step(task, now) for task in rows.tasks],
        "agencies": [
            {"agency": track.agency_code, "lead": track.lead, "state": track.state}
            for track in rows.tracks
            if track.cycle == row.cycle
        ],
    }


def fields_of_case(row: Complaint) -> dict[str, Any]:
    """Return the values of the office's fields that the caller may see, by code; {} where texts are hidden."""
    person = current_person()
    return {} if hides_text(row, person) else shown_fields(row, audience_of(person))


def _location(row: Complaint) -> dict[str, Any]:
    return {
        "text": row.location_text,
        "district": row.district.name if row.district else None,
        "village": row.village.name if row.village else None,
        "lat": float(row.latitude) if row.latitude is not None else None,
        "lon": float(row.longitude) if row.longitude is not None else None,
    }


def open_step(task: StepTask, now: datetime) -> dict[str, Any]:
    return {
        "step": task.step,
        "agency": task.agency_code,
        "actor": task.actor,
        "opened_at": instant(task.opened_at),
        "due_at": instant(task.due_at),
        "state": state_of(task, now),
    }


def state_of(task: StepTask, now: datetime) -> str:
    return time_state(now, task.due_at, task.warn_at, task.paused_at is not None).value


def event(row: ComplaintEvent, data: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object (dict) of one timeline event; `data` is the part of its data that the caller may read."""
    return {
        "seq": row.seq,
        "kind": row.kind,
        "step": row.step,
        "agency": row.agency_code,
        "actor": row.actor,
        "officer": row.officer.get_full_name() if row.officer else None,
        "on_behalf_of": row.on_behalf_of.get_full_name() if row.on_behalf_of else None,
        "delegation": row.delegation_kind,
        "at": instant(row.at),
        "data": data,
        "hash": row.hash,
    }


def files(row: Complaint) -> list[dict[str, Any]]:
    """Return the JSON objects of a case's files: id, SHA-256 of the upload, media type, size in bytes, state and
    reason, without the file name. [] if the caller may not read texts of the case.
    """
    if hides_text(row, current_person()):
        return []
    return [
        {
            "id": file.id,
            "sha256": file.sent_sha256,
            "media_type": file.media_type,
            "size": file.size,
            "state": file.state,
            "reason": file.state_reason,
        }
        for file in attachments_of(row)
    ]


def deadline(task: StepTask, calendar: WorkingCalendar, now: datetime) -> dict[str, Any]:
    """Return the JSON object (dict) of one step with its deadline, its pauses and the lines of the calculation.

    Instants are RFC 3339 text with the office offset; `counted_minutes` are working minutes.
    """
    allowance = Allowance(task.allowance_value, Unit(task.allowance_unit))
    withheld = hides_text(task.complaint, current_person())
    return {
        **open_step(task, now),
        "closed_at": instant(task.closed_at),
        "clock_from": instant(task.clock_from),
        "allowance": {"value": allowance.value, "unit": allowance.unit.value},
        "warn_at": instant(task.warn_at),
        "pauses": [
            {"from": instant(p.began_at), "to": instant(p.ended_at), "question": None if withheld else p.question}
            for p in task.pauses
        ],
        "explanation": [
            {
                "kind": segment.kind.value,
                "from": instant(segment.begins),
                "to": instant(segment.ends),
                "counted_minutes": segment.counted.total_seconds() / 60,
                "words": segment.words,
            }
            for segment in calendar.explain(task.clock_from, allowance, ended_pauses(task))
        ],
    }
