"""Papers of a case made on request from its record, at most one for each kind and cause."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.casefile.case import Case
from app.casefile.promised_date import promise_of
from app.casefile.rows import find_complaint
from app.casefile.timeline import disposition_of, names_in_full
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.transaction import one_transaction
from app.models import Attachment, ComplaintEvent, Paper, PaperKind
from app.papers.frozen_blocks import letterhead, office, signatory_of_event, slot_texts
from app.papers.letters import letter_content
from app.papers.papers import make_paper
from app.texts.paper_texts import TICKED
from app.texts.placeholders import Values
from app.texts.values import instant, tracking_address
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.steps import AGENCY_KINDS, StepKind
from workflow_rules.time.deadlines import deadline_for_all

DISPOSING = (Action.DIRECT, Action.DISPOSE, Action.DISPOSE_ANSWER)


def ask_for_paper(case: Case, kind: str, cause: int, now: datetime) -> Paper:
    """Return the Paper row of a kind for a cause (the id of an event, letter or complaint). If there is none, it is
    created and committed, and its drawing is enqueued.

    Raises ActionRefused(not_visible) for an unknown kind or a cause that does not belong to the case.
    """
    make = _MAKERS.get(kind)
    if make is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    with one_transaction():
        content, agency_code = make(case, cause, now)
        complaint = case.complaint
        key = f"{kind}:{cause}"
        return make_paper(PaperKind(kind), key, content, at=now, complaint_id=complaint.id, agency_code=agency_code)


def _receipt(case: Case, cause: int, now: datetime) -> tuple[dict[str, Any], str | None]:
    if cause != case.complaint.id:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    complaint = case.complaint
    promise = promise_of(complaint, case.facts, case.sop, case.calendar, now)
    files = select(func.count()).where(Attachment.complaint_id == complaint.id)
    category = complaint.category
    values: Values = {"deadline": instant(promise.due_at if promise else None), "tracking.address": tracking_address()}
    place = (complaint.location_text, complaint.village, complaint.district)
    return {
        **_about(case),
        "agency": letterhead(office()),
        "channel": complaint.channel,
        "classification": complaint.classification,
        "confidentiality": complaint.confidentiality,
        "category": category.name if category else "",
        "place": ", ".join(str(part) for part in place if part),
        "occurred_on": complaint.occurred_on.isoformat() if complaint.occurred_on else None,
        "body": complaint.body,
        "files": db.session.execute(files).scalar_one(),
        "due_at": promise.due_at.isoformat() if promise else None,
        "texts": slot_texts(("receipt_guide",), complaint, values),
        "signatory": signatory_of_event(case.events[0]),
    }, None


def _disposition(case: Case, cause: int, _now: datetime) -> tuple[dict[str, Any], str | None]:
    event = _event_of(case, cause, *DISPOSING)
    kind = Action(event.kind)
    about = _about(case)
    inside = kind is Action.DISPOSE
    agency = case.agencies[event.agency_code] if inside and event.agency_code else office()
    told = disposition_of(case, event)
    received_at = about["received_at"]
    if kind is not Action.DIRECT:
        # When the step that the event ended was opened.
        closed = (event.step, event.agency_code, event.at)
        ended = (t for t in case.tasks if (t.step, t.agency_code, t.closed_at) == closed)
        received_at = next((task.opened_at.isoformat() for task in ended), received_at)
    return {
        **about,
        "reported_at": about["received_at"],
        "received_at": received_at,
        **_source_of(case, event, kind),
        "agency": letterhead(agency),
        "urgency": event.data.get("urgency") or case.complaint.urgency,
        "secret": case.complaint.confidentiality == Confidentiality.SECRET,
        "to": names_in_full(case, event) if kind is Action.DIRECT else [{"name": told.to, "lead": False}],
        **_asks(case, event, kind),
        "note": told.instruction,
        "limits": _limits(case, event, kind),
        "route": event.data.get("route"),
        "at": event.at.isoformat(),
        "signatory": signatory_of_event(event),
    }, agency.code if inside else None


def _reporter_answer(case: Case, cause: int, _now: datetime) -> tuple[dict[str, Any], str | None]:
    event = _event_of(case, cause, Action.REPLY)
    disposed = [e for e in case.events if e.kind == Action.DISPOSE_ANSWER and e.at <= event.at]
    letters = _letters_before(case, event.at)
    values = {"letter.numbers": "; ".join(x["number"] for x in letters), "tracking.address": tracking_address()}
    return {
        **_about(case),
        "agency": letterhead(office()),
        "channel": event.data.get("channel") or case.complaint.channel,
        "text": event.data["text"],
        "texts": slot_texts(("answer_closing",), case.complaint, values),
        "letters": letters,
        "disposed": {**signatory_of_event(disposed[-1]), "at": disposed[-1].at.isoformat()} if disposed else None,
        "at": event.at.isoformat(),
        "signatory": signatory_of_event(event),
    }, None


def _draft_letter(case: Case, cause: int, _now: datetime) -> tuple[dict[str, Any], str | None]:
    letter = next((x for x in case.letters if x.id == cause and x.state != "signed"), None)
    if letter is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    content = letter_content(case.complaint, letter)
    return {**content, "drafted_at": letter.drafted_at.isoformat(), "revision": letter.revision}, letter.agency_code


def _about(case: Case) -> dict[str, Any]:
    complaint = case.complaint
    return {
        "complaint": complaint.number,
        "sp4n": complaint.sp4n_tracking_id,
        "title": complaint.title,
        "received_at": complaint.received_at.isoformat(),
    }


def _event_of(case: Case, cause: int, *kinds: Action) -> ComplaintEvent:
    event = next((e for e in case.events if e.id == cause and e.kind in kinds), None)
    if event is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return event


def _source_of(case: Case, event: ComplaintEvent, kind: Action) -> dict[str, Any]:
    """Return the source of a disposition as a dict: `from` (sender), `letter_number` and `letter_date` (RFC 3339 or
    None). The source is the report; for step 10 it is the letters of the agencies, listed as `letters` too.
    """
    complaint = case.complaint
    if kind is not Action.DISPOSE_ANSWER:
        by = "Pelapor (SP4N-LAPOR!)" if complaint.sp4n_tracking_id else "Pelapor"
        return {"from": by, "letter_number": complaint.sp4n_tracking_id or complaint.number, "letter_date": None}
    letters = _letters_before(case, event.at)
    return {
        "from": "; ".join(letter["agency"] for letter in letters),
        "letter_number": "; ".join(letter["number"] for letter in letters),
        "letter_date": letters[-1]["signed_at"] if letters else None,
        "letters": letters,
    }


def _letters_before(case: Case, at: datetime) -> list[dict[str, Any]]:
    """Return a list of the agencies' letters signed by the instant `at`, oldest first, as dicts with the keys `agency`
    (full name), `number` and `signed_at` (RFC 3339); [] when there is none.
    """
    signed = [x for x in case.letters if x.state == "signed" and x.signed_at is not None and x.signed_at <= at]
    return [
        {"agency": case.full_name(x.agency_code), "number": x.number or "", "signed_at": x.signed_at.isoformat()}
        for x in sorted(signed, key=lambda x: (x.signed_at, x.id))
        if x.signed_at
    ]


def _asks(case: Case, event: ComplaintEvent, kind: Action) -> dict[str, list[str]]:
    key = "reply_asks" if kind is Action.DISPOSE_ANSWER else "direction_asks"
    visit: Values = {"visit.asked": "ya" if event.data.get("field_visit") else ""}
    return asks_of(slot_texts((key,), case.complaint, visit)[key])


def asks_of(text: str) -> dict[str, list[str]]:
    """Return what a disposition may ask for (`asks`), one for each line of a text, and which of it is ticked
    (`asked`).
    """
    lines = [line.strip() for line in text.splitlines()]
    return {
        "asks": [ask for line in lines if (ask := _ask_of(line))],
        "asked": [ask for line in lines if line.startswith(TICKED) and (ask := _ask_of(line))],
    }


def _ask_of(line: str) -> str:
    return line.removeprefix(TICKED).strip()


def _limits(case: Case, event: ComplaintEvent, kind: Action) -> dict[str, str]:
    """Return the deadlines that a disposition sets, as a dict from name to RFC 3339 text: of the agencies' receipt and
    answer for a direction, otherwise of the step that the event opened. Empty if it opened none.
    """
    if kind is not Action.DIRECT:
        due = [t.due_at for t in case.tasks if t.opened_at == event.at and t.agency_code == event.agency_code]
        return {_NEXT_LIMIT[kind]: max(due).isoformat()} if due else {}
    relay = [case.sop.allowance(StepKind.RELAY)] if event.data.get("route") == "via_admin" else []
    codes = event.data.get("agencies", ())
    across = len(codes) > 1 or any(track.cross_agency for track in case.facts.tracks if track.agency in codes)
    extended = bool(event.data.get("field_visit")) or across
    steps = [case.sop.allowance(step, extended) for step in AGENCY_KINDS]
    receive = case.sop.allowance(StepKind.AGENCY_RECEIVE)
    return {
        "accept_due_at": deadline_for_all(case.calendar, event.at, [*relay, receive]).isoformat(),
        "answer_due_at": deadline_for_all(case.calendar, event.at, [*relay, *steps]).isoformat(),
    }


_NEXT_LIMIT = {Action.DISPOSE: "draft_due_at", Action.DISPOSE_ANSWER: "reply_due_at"}
_MAKERS: dict[str, Callable[[Case, int, datetime], tuple[dict[str, Any], str | None]]] = {
    PaperKind.RECEIPT: _receipt,
    PaperKind.DISPOSITION: _disposition,
    PaperKind.REPORTER_ANSWER: _reporter_answer,
    PaperKind.DRAFT_LETTER: _draft_letter,
}


def count_troubled() -> tuple[int, int]:
    """Return (failed, lost), two counts over all cases: papers that could not be drawn, and papers with a signed file
    that is lost.
    """
    lost = func.count().filter(Paper.error == "lost")
    failed = func.count().filter(Paper.state == "failed")
    counts = select(failed, lost).select_from(Paper).where(Paper.error.is_not(None))
    row = db.session.execute(counts.execution_options(unscoped=True)).one()
    return row[0], row[1]


def find_case_paper(paper_id: int, person: Person) -> Paper:
    """Return the Paper row with this id if it belongs to a case that this person may see; raises
    ActionRefused(not_visible) otherwise.

    The paper of a draft letter is visible only to the draft's agency and to officers who see every case.
    """
    paper = db.session.scalars(select(Paper).where(Paper.id == min(paper_id, LARGEST_ID))).first()
    if paper is None or paper.complaint_id is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    find_complaint(paper.complaint_id, person)
    draft = paper.kind == PaperKind.DRAFT_LETTER
    if draft and not person.sees_every_case and paper.agency_code not in person.agencies:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return paper


def find_sop_sheet(paper_id: int) -> Paper:
    """Return the Paper row with this id if it is the sheet of an SOP version. Raises ActionRefused(not_visible)
    otherwise.
    """
    sheet = select(Paper).where(Paper.id == min(paper_id, LARGEST_ID), Paper.kind == PaperKind.SOP_SHEET)
    paper = db.session.scalars(sheet).first()
    if paper is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return paper
