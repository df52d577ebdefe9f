"""Public page of one case for its reporter, built from public data only, so that a template cannot show more.

It has no name, contact, note, draft or officer; of the reporter's text only the title.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.casefile.facts import facts_from, facts_of, reporter_facts
from app.casefile.promised_date import Promise, promise_of
from app.casefile.public_stages import StageLine, stage_at, stages
from app.core.extensions import db
from app.fields.values import shown_texts
from app.models import AgencyTrackRow, Attachment, Complaint, ComplaintEvent, Letter, Reporter, SopVersion, StepTask
from app.public.tracked_history import PUBLIC_KINDS, News, news_of
from app.reference.calendar import load_working_calendar
from app.reference.sop import load_sop
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import BY_REPORTER, REPORTER
from workflow_rules.process.decide import AllowedAction, allowed_actions
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import CaseStatus, TrackState
from workflow_rules.time.deadlines import deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar

ANSWERED = frozenset({CaseStatus.ANSWERED, CaseStatus.CLOSED})


@dataclass(frozen=True)
class TrackingKey:
    """A value object: what is read of a case before its tracking code is verified, namely id, number, and the hash of
    the code ("" if it has none).
    """

    complaint_id: int
    number: str
    code_hash: str


@dataclass(frozen=True)
class Question:
    """A value object: an open question to the reporter.

    `step` is the paused step, `agency` and `agency_name` are code and name of the asking agency (None and "": the
    office), `until` is the end of the wait (aware).
    """

    step: str | None
    agency: str | None
    agency_name: str
    text: str
    until: datetime


@dataclass(frozen=True)
class Paper:
    """A value object: a signed letter that the reporter may download; `ready` says whether its PDF exists."""

    letter_id: int
    agency_name: str
    number: str
    ready: bool


@dataclass(frozen=True)
class SentFile:
    """A value object: a file that the reporter sent, with its type, time (aware), and state and reason of its check.
    Its name is omitted, as it may contain the reporter's name.
    """

    kind: str
    added_at: datetime
    state: str
    reason: str


@dataclass(frozen=True)
class TrackedCase:
    """A value object: the data of a case's public page. Datetimes are aware; `agency_names` are those of the agencies
    at work on the case, `allowed` what the reporter may do now.

    `answered_at`, `reopen_until` and `promise` are None without an answer or a promise; `reply`, the text of the
    answer, is empty then.
    """

    complaint_id: int
    number: str
    title: str
    status: CaseStatus
    version: int
    confidentiality: Confidentiality
    stages: list[StageLine]
    promise: Promise | None
    agency_names: tuple[str, ...]
    questions: tuple[Question, ...]
    news: tuple[News, ...]
    reply: str
    answered_at: datetime | None
    reopen_until: datetime | None
    papers: tuple[Paper, ...]
    allowed: tuple[AllowedAction, ...]
    fields: tuple[tuple[str, str], ...]
    """Label and text of each of the office's fields that the reporter may see; personal ones are covered."""
    files: tuple[SentFile, ...] = ()

    def may(self, action: Action) -> bool:
        return any(a.action is action for a in self.allowed)


def tracking_key_of(number: str) -> TrackingKey | None:
    """Return the TrackingKey (id, number and code hash) of the case with this number (ours or SP4N's); None if unknown.

    Runs without agency isolation, since nobody is identified yet; nothing else is read.
    """
    wanted = (Complaint.number == number) | (Complaint.sp4n_tracking_id == number)
    statement = select(Complaint.id, Complaint.number, Complaint.tracking_code_hash).where(wanted)
    row = db.session.execute(statement.execution_options(unscoped=True, without_isolation=True)).first()
    return TrackingKey(row.id, row.number, row.tracking_code_hash or "") if row else None


def load_tracked_case(complaint_id: int, now: datetime) -> TrackedCase:
    """Return the data of a case's public page as a TrackedCase; the caller must have limited reads to that case by
    `only_case`. Raises ActionRefused(not_visible) for any other case.
    """
    complaint = _find(complaint_id)
    tracks = sorted(complaint.tracks, key=lambda track: (track.cycle, track.position))
    reporter = reporter_facts(db.session.get(Reporter, complaint.id))
    facts = facts_from(complaint, reporter, tracks, complaint.tasks)
    sop, calendar = load_sop(complaint.sop_version), load_working_calendar()
    public = (ComplaintEvent.complaint_id == complaint.id, ComplaintEvent.kind.in_(sorted(PUBLIC_KINDS)))
    events = list(db.session.scalars(select(ComplaintEvent).where(*public).order_by(ComplaintEvent.seq)))
    opened = ((stage_at(sop.row(t.step)), t.opened_at) for t in complaint.tasks if t.cycle == complaint.cycle)
    reopen_until = deadline_for(calendar, facts.answered_at, sop.silence) if facts.answered_at else None
    own_files = (Attachment.complaint_id == complaint.id, Attachment.added_by == BY_REPORTER)
    return TrackedCase(
        complaint_id=complaint.id,
        number=complaint.number,
        title=complaint.title,
        status=facts.status,
        version=facts.version,
        confidentiality=facts.confidentiality,
        stages=stages(facts, complaint.received_at, opened),
        promise=promise_of(complaint, facts, sop, calendar, now),
        agency_names=tuple(_agencies_at_work(complaint, facts)),
        questions=tuple(_questions(complaint, sop, calendar)),
        news=news_of(complaint, events),
        reply=_reply(complaint, facts, events),
        answered_at=facts.answered_at if facts.status in ANSWERED else None,
        reopen_until=reopen_until,
        papers=tuple(
            Paper(x.id, x.agency.name, x.number or "", x.paper is not None and x.paper.state == "ready")
            for x in _letters_shown(complaint, facts)
        ),
        allowed=_allowed(facts, sop, reopen_until, now),
        fields=tuple(shown_texts(complaint, "reporter")),
        files=tuple(
            SentFile(row.media_type.rpartition("/")[2].upper(), row.added_at, row.state, row.state_reason)
            for row in db.session.scalars(select(Attachment).where(*own_files).order_by(Attachment.id))
        ),
    )


def _find(complaint_id: int) -> Complaint:
    parts = (
        joinedload(Complaint.category),
        joinedload(Complaint.sop_version).selectinload(SopVersion.steps),
        selectinload(Complaint.tasks).options(joinedload(StepTask.pauses), joinedload(StepTask.agency)),
        selectinload(Complaint.tracks).joinedload(AgencyTrackRow.agency),
    )
    found = db.session.scalars(select(Complaint).where(Complaint.id == complaint_id).options(*parts)).first()
    if found is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return found


def _questions(complaint: Complaint, sop: Sop, calendar: WorkingCalendar) -> Iterable[Question]:
    for task in complaint.tasks:
        if task.closed_at is None and task.paused_at is not None:
            text = next((p.question for p in task.pauses if p.ended_at is None), "")
            until = deadline_for(calendar, task.paused_at, sop.question)
            agency_name = task.agency.name if task.agency else ""
            yield Question(task.step, task.agency_code, agency_name, text, until)


def _agencies_at_work(complaint: Complaint, facts: ComplaintFacts) -> Iterable[str]:
    """Return an iterable of the names of the agencies at work on the case, empty while the office works on it; it is
    not shown which of them is late.
    """
    if facts.status is not CaseStatus.WITH_AGENCIES:
        return ()
    there = {t.agency for t in facts.active_tracks if t.sent_at is not None}
    return (t.agency.name for t in complaint.tracks if t.cycle == complaint.cycle and t.agency_code in there)


def _reply(complaint: Complaint, facts: ComplaintFacts, events: list[ComplaintEvent]) -> str:
    """Return the text of the answer to a case, for a merged case that of the case it was merged into; "" if there is no
    answer yet. The reporter may not see the other case, so only the text of its answer is read, and only if it is open:
    an answer may name the person it is for.
    """
    if facts.status in ANSWERED:
        return next((str(e.data["text"]) for e in reversed(events) if e.kind == Action.REPLY), "")
    if complaint.status != CaseStatus.MERGED:
        return ""
    main = (Complaint.id == complaint.merged_into_id, Complaint.status.in_(sorted(ANSWERED)))
    open_one = Complaint.confidentiality == Confidentiality.OPEN.value
    statement = select(ComplaintEvent.data["text"].astext).join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
    replies = statement.where(*main, open_one, ComplaintEvent.kind == Action.REPLY.value)
    newest = (
        replies.order_by(ComplaintEvent.seq.desc()).limit(1).execution_options(unscoped=True, without_isolation=True)
    )
    return db.session.scalars(newest).first() or ""


def _letters_shown(complaint: Complaint, facts: ComplaintFacts) -> list[Letter]:
    """Return a list with the last signed Letter of each agency that has sent its answer in this cycle.

    Empty before the answer, and for a case that is not open, so that no letter lies on a phone that others use (design
    section 6).
    """
    if facts.status not in ANSWERED or facts.confidentiality is not Confidentiality.OPEN:
        return []
    sent = {t.agency_code for t in complaint.tracks if t.cycle == complaint.cycle and t.state == TrackState.SENT}
    mine = (Letter.complaint_id == complaint.id, Letter.cycle == complaint.cycle, Letter.state == "signed")
    statement = (
        select(Letter).where(*mine).options(joinedload(Letter.agency), joinedload(Letter.paper)).order_by(Letter.id)
    )
    last = {x.agency_code: x for x in db.session.scalars(statement)}
    return [letter for code, letter in last.items() if code in sent]


def find_tracked_letter(complaint_id: int, letter_id: int) -> Letter:
    """Return the Letter with this id if the public page of the case shows it; raises ActionRefused(not_visible) for any
    other.
    """
    complaint = _find(complaint_id)
    letters = _letters_shown(complaint, facts_of(complaint))
    found = next((x for x in letters if x.id == letter_id), None)
    if found is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return found


def _allowed(
    facts: ComplaintFacts, sop: Sop, reopen_until: datetime | None, now: datetime
) -> tuple[AllowedAction, ...]:
    """Return a tuple with the actions (AllowedAction) that the reporter may do now. Reopening is left out once its time
    is over, which the rules check only when it is done.
    """
    late = reopen_until is not None and now > reopen_until
    found = allowed_actions(facts, REPORTER, sop)
    return tuple(a for a in found if not (late and a.action is Action.REOPEN))
