"""Report of all data stored about one person, for that person (UU 27/2022 art. 7 and 32, due within 3 x 24 hours).

Art. 33: it may not reveal others. Officers appear by office only; phone numbers and addresses of others in texts are
masked. Names in free text cannot be detected reliably, so a person must read the report before it is sent.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.access.personal_data import COVER, personal_traces
from app.casefile.original_text import original_of, reported_value
from app.core.encrypted_columns import identifier_digest
from app.core.extensions import db
from app.core.identifiers import MARKS, identifier_kind, normal_identifier
from app.core.transaction import one_transaction
from app.models import Attachment, Complaint, ComplaintEvent, Delivery, InboundHold, JournalEntry, Letter, Reporter
from app.privacy.identity_access import EVERYTHING
from app.worklists.reporter_search import cases_with_identifier

Data = dict[str, Any]


class NoSuchMark(Exception):
    """Raised if a text is no phone number, e-mail address or NIK."""


def subject_report(mark: str, reason: str, now: datetime) -> Data:
    """Return all that is stored about the person with this phone number, e-mail address or NIK as a JSON-serialisable
    dict: `made_at` (UTC, ISO 8601), `asked_by` (kind of identifier) and `cases`.

    Writes a journal entry with the reason and commits. Raises NoSuchMark for any other text, KeyMissing if an original
    text cannot be decrypted.
    """
    kind = identifier_kind(mark)
    if kind is None:
        raise NoSuchMark
    with one_transaction():
        own = select(Complaint).where(cases_with_identifier(kind, mark))
        cases = db.session.scalars(own.order_by(Complaint.id)).all()
        numbers = [case.number for case in cases]
        data = {"of": kind, "mark": identifier_digest(kind, mark), "numbers": numbers}
        db.session.add(JournalEntry(kind="subject_reported", at=now, officer_id=None, reason=reason, data=data))
        return {"made_at": _plain(now), "asked_by": kind, "cases": [_case(case) for case in cases]}


def _case(complaint: Complaint) -> Data:
    reporter = db.session.get_one(Reporter, complaint.id)
    identity = {name: str(value) for name in EVERYTHING if (value := getattr(reporter, name))}
    cover = _cover_but(identity)
    names = ("number", "sp4n_tracking_id", "classification", "confidentiality", "channel", "status")
    own = {name: getattr(complaint, name) for name in names}
    return {
        **own,
        "identity": {**identity, "told_by": reporter.told_by},
        "title": cover(reported_value(complaint, "title")),
        "body": cover(reported_value(complaint, "body")),
        "redacted_for_agencies": original_of(complaint) is not None,
        "location": cover(complaint.location_text),
        **{name: _plain(getattr(complaint, name)) for name in ("received_at", "answered_at", "ended_at")},
        "attachments": list(_attachments(complaint, cover)),
        "events": list(_events(complaint, cover)),
        "letters": list(_letters(complaint, cover)),
        "messages": list(_messages(complaint)),
        "waiting_from_sp4n": _waiting(complaint),
    }


def _cover_but(identity: dict[str, str]) -> Callable[[str], str]:
    """Return a function that masks personal data in a text, except the data of this identity (its person asked for the
    report).
    """
    own = {normal_identifier(kind, identity[kind]) for kind in MARKS if kind in identity}

    def cover(text: str) -> str:
        for kind, begin, end in reversed(personal_traces(text)):
            part = text[begin:end]
            mine = kind in MARKS and normal_identifier(kind, part) in own
            said = kind == "name" and part.casefold() in identity.get("name", "").casefold()
            text = text if mine or said else f"{text[:begin]}{COVER}{text[end:]}"
        return text

    return cover


def _attachments(complaint: Complaint, cover: Callable[[str], str]) -> Iterator[Data]:
    rows = db.session.scalars(select(Attachment).where(Attachment.complaint_id == complaint.id).order_by(Attachment.id))
    for row in rows:
        facts = {"media_type": row.media_type, "size": row.size, "sha256": row.sha256, "added_by": row.added_by}
        yield {"filename": cover(row.filename), **facts, "added_at": _plain(row.added_at)}


def _events(complaint: Complaint, cover: Callable[[str], str]) -> Iterator[Data]:
    """Yield a dict (at, kind, step, by, agency, data) for each event of the case, with role and agency in place of the
    officer; includes who opened the identity (art. 32).
    """
    own = ComplaintEvent.complaint_id == complaint.id
    for row in db.session.scalars(select(ComplaintEvent).where(own).order_by(ComplaintEvent.seq)):
        office = {"by": row.actor, "agency": row.agency_code}
        yield {"at": _plain(row.at), "kind": row.kind, "step": row.step, **office, "data": _covered(row.data, cover)}


def _letters(complaint: Complaint, cover: Callable[[str], str]) -> Iterator[Data]:
    signed = select(Letter).where(Letter.complaint_id == complaint.id, Letter.state == "signed").order_by(Letter.id)
    for row in db.session.scalars(signed):
        words = {"subject": cover(row.subject), "body": cover(row.body)}
        yield {"number": row.number, "agency": row.agency_code, **words}


def _messages(complaint: Complaint) -> Iterator[Data]:
    for row in db.session.scalars(select(Delivery).where(Delivery.complaint_id == complaint.id).order_by(Delivery.id)):
        yield {"told": row.told, "channel": row.channel, "state": row.state, "sent_at": _plain(row.sent_at)}


def _waiting(complaint: Complaint) -> int:
    """Return the number of SP4N messages about the case that wait in quarantine for the Admin."""
    own = select(InboundHold.id).where(InboundHold.tracking_id == complaint.sp4n_tracking_id)
    return len(db.session.scalars(own.where(InboundHold.state == "waiting")).all())


def _covered(value: Any, cover: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _covered(part, cover) for name, part in value.items()}
    if isinstance(value, list):
        return [_covered(part, cover) for part in value]
    return cover(value) if isinstance(value, str) else value


def _plain(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None
