"""State of a report as the peer may see it, with a hash for the comparison of both sides."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, exists, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from app.casefile.facts import CaseRows, facts_from
from app.casefile.public_stages import stage_of
from app.core.clock import office_time
from app.core.extensions import db
from app.models import AgencyTrackRow, Complaint, ComplaintEvent, InboundHold, Letter
from app.sp4n.peer.differences import QUARANTINED
from workflow_rules.process.actions import Action
from workflow_rules.process.identity import ReporterFacts
from workflow_rules.process.steps import CaseStatus, TrackState

ANSWERED = frozenset({CaseStatus.ANSWERED.value, CaseStatus.CLOSED.value})


@dataclass(frozen=True)
class Held:
    """A value object: the values of one of our reports that a comparison uses; `revision` is None for a case without
    one.
    """

    tracking_id: str
    revision: int | None
    version: int
    status: str
    state_hash: str


def state_of(row: Complaint, rows: CaseRows) -> dict[str, Any]:
    """Return the state of a case for the peer as a JSON-ready dict; `answer` is None unless the case is answered or
    closed. Its text is included for secret and anonymous reporters too, because they read it at SP4N.
    """
    return {
        "tracking_id": row.sp4n_tracking_id,
        "number": row.number,
        "revision": row.sp4n_revision,
        "version": row.version,
        "status": row.status,
        "cycle": row.cycle,
        "paused": row.paused,
        "confidentiality": row.confidentiality,
        "state_hash": state_hash(row),
        "stage": stage_of(facts_from(row, ReporterFacts(), rows.tracks, rows.tasks)).name.lower(),
        "received_at": office_time(row.received_at).isoformat(),
        "answer": _answer(row) if row.status in ANSWERED else None,
    }


def state_hash(row: Complaint) -> str:
    """Return a SHA-256 (hex) over tracking id, applied revision, version and status of a case; equal for equal
    states.
    """
    return _hash_of(row.sp4n_tracking_id, row.sp4n_revision, row.version, row.status)


def held_reports(after: str, limit: int) -> Iterator[Held]:
    """Yield a Held for up to `limit` of our reports after a tracking id, sorted by tracking id; also for those in
    quarantine that have no case.
    """
    taken = _TAKEN.where(Complaint.sp4n_tracking_id > after).order_by(Complaint.sp4n_tracking_id).limit(limit)
    waiting = _quarantined().where(InboundHold.tracking_id > after).limit(limit)
    return _held(select(union_all(taken, waiting).subquery()).order_by(text("1")).limit(limit))


def held_among(tracking_ids: Sequence[str]) -> Iterator[Held]:
    """Yield a Held for each of these tracking ids that we have, as a case or in quarantine; in no particular order."""
    taken = _TAKEN.where(Complaint.sp4n_tracking_id.in_(tracking_ids))
    waiting = _quarantined().where(InboundHold.tracking_id.in_(tracking_ids))
    return _held(union_all(taken, waiting))


_TAKEN = select(Complaint.sp4n_tracking_id, Complaint.sp4n_revision, Complaint.version, Complaint.status)


def _held(known: Executable) -> Iterator[Held]:
    for tracking_id, revision, version, status in db.session.execute(known):
        yield Held(str(tracking_id), revision, version, status, _hash_of(tracking_id, revision, version, status))


def _quarantined() -> Select[str, int | None, int, str]:
    """Return a statement for (tracking id, revision, version 0, status) of the newest waiting revision of each report
    that has no case yet.
    """
    held = InboundHold.tracking_id
    columns = (held, InboundHold.revision, literal(0), literal(QUARANTINED))
    is_case = exists(select(Complaint.id).where(Complaint.sp4n_tracking_id == held))
    waits = (InboundHold.kind == "report", InboundHold.state == "waiting", ~is_case)
    newest = select(*columns).where(*waits).ext(distinct_on(held))
    return newest.order_by(held, InboundHold.revision.desc())


def waiting_report(tracking_id: str) -> InboundHold | None:
    """Return the InboundHold row with the newest revision of a report that waits for the Admin; None if none waits."""
    waits = (InboundHold.kind == "report", InboundHold.state == "waiting", InboundHold.tracking_id == tracking_id)
    newest = select(InboundHold).where(*waits).order_by(InboundHold.revision.desc(), InboundHold.id.desc())
    return db.session.scalars(newest.limit(1)).first()


def quarantined_state(hold: InboundHold) -> dict[str, Any]:
    """Return the state, as a JSON-ready dict, of a report that waits for the Admin and has no case yet; its `version`
    is 0, and `received_at` is in the office zone.
    """
    return {
        "tracking_id": hold.tracking_id,
        "revision": hold.revision,
        "version": 0,
        "status": QUARANTINED,
        "state_hash": _hash_of(hold.tracking_id, hold.revision, 0, QUARANTINED),
        "received_at": _instant(hold.first_at),
    }


def find_report(tracking_id: str) -> Complaint | None:
    """Return the complaint with this SP4N tracking id; None if there is none or the caller may not see it."""
    return db.session.scalars(select(Complaint).where(Complaint.sp4n_tracking_id == tracking_id)).first()


def answer_letter(row: Complaint) -> Letter | None:
    """Return the signed Letter that answers the case: that of the lead agency, else the oldest of the other agencies'
    letters.

    None if the case is not answered or no letter is signed.
    """
    if row.status not in ANSWERED:
        return None
    sent = select(AgencyTrackRow.agency_code, AgencyTrackRow.lead).where(
        AgencyTrackRow.complaint_id == row.id,
        AgencyTrackRow.cycle == row.cycle,
        AgencyTrackRow.state == TrackState.SENT.value,
    )
    leading = {track.agency_code: track.lead for track in db.session.execute(sent)}
    mine = (Letter.complaint_id == row.id, Letter.cycle == row.cycle, Letter.state == "signed")
    letters = select(Letter).where(*mine, Letter.agency_code.in_(leading)).options(joinedload(Letter.paper))
    last = {letter.agency_code: letter for letter in db.session.scalars(letters.order_by(Letter.id))}
    return min(last.values(), key=lambda letter: (not leading[letter.agency_code], letter.id), default=None)


def _answer(row: Complaint) -> dict[str, Any] | None:
    replies = select(ComplaintEvent).where(ComplaintEvent.complaint_id == row.id, ComplaintEvent.kind == Action.REPLY)
    last = db.session.scalars(replies.order_by(ComplaintEvent.seq.desc()).limit(1)).first()
    if last is None:
        return None
    letter = answer_letter(row)
    return {
        "text": last.data.get("text", ""),
        "at": _instant(last.at),
        "letter": {"agency": letter.agency_code, "number": letter.number} if letter else None,
    }


def _instant(at: datetime) -> str:
    return office_time(at).isoformat()


def _hash_of(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
