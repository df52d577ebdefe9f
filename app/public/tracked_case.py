"""One case as its reporter may see it: built from what is public, so that a template cannot show more.

No name, no contact, no note, no draft, no officer; what the reporter typed comes back only in the title.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.casefile.facts import facts_from, facts_of, reporter_facts
from app.casefile.promised_date import Promise, promise_of
from app.core.extensions import db
from app.models import AgencyTrackRow, Attachment, Complaint, ComplaintEvent, Letter, Reporter, SopVersion, StepTask
from app.public.tracked_news import PUBLIC_KINDS, News, news_of
from app.reference.calendar import load_working_calendar
from app.reference.sop import load_sop
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import REPORTER, Actor
from workflow_rules.process.decide import AllowedAction, allowed_actions
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.public_stages import StageLine, stages
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import CaseStatus, Step, TrackState
from workflow_rules.time.deadlines import deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar

ANSWERED = frozenset({CaseStatus.ANSWERED, CaseStatus.CLOSED})


@dataclass(frozen=True)
class TrackingKey:
    """All that is read of a case before its code is proved."""

    complaint_id: int
    number: str
    code_hash: str


@dataclass(frozen=True)
class Question:
    """What somebody waits to hear from the reporter; `until` is when the wait ends (aware)."""

    step: Step | None
    agency: str | None
    house: str
    text: str
    until: datetime


@dataclass(frozen=True)
class Paper:
    """A signed letter that may be fetched here; `ready` says whether its file is written yet."""

    letter_id: int
    house: str
    number: str
    ready: bool


@dataclass(frozen=True)
class SentFile:
    """A file that the reporter sent: its kind and moment, and whether it was looked into; its name stays in the house,
    since it may be the reporter's own.
    """

    kind: str
    added_at: datetime
    state: str
    reason: str


@dataclass(frozen=True)
class TrackedCase:
    """The public page of one case; `houses` are the agencies at work on it by their full names, instants are aware."""

    complaint_id: int
    number: str
    title: str
    status: CaseStatus
    version: int
    confidentiality: Confidentiality
    stages: list[StageLine]
    promise: Promise | None
    houses: tuple[str, ...]
    questions: tuple[Question, ...]
    news: tuple[News, ...]
    reply: str
    answered_at: datetime | None
    reopen_until: datetime | None
    papers: tuple[Paper, ...]
    allowed: tuple[AllowedAction, ...]
    files: tuple[SentFile, ...] = ()

    def may(self, action: Action) -> bool:
        return any(a.action is action for a in self.allowed)


def tracking_key_of(number: str) -> TrackingKey | None:
    """The key of the case with this number, ours or SP4N's.

    Nobody is known yet when this is asked, so the wall between agencies is left out; nothing but the key is read.
    """
    wanted = (Complaint.number == number) | (Complaint.sp4n_tracking_id == number)
    statement = select(Complaint.id, Complaint.number, Complaint.tracking_code_hash).where(wanted)
    row = db.session.execute(statement.execution_options(unscoped=True, beyond_wall=True)).first()
    return TrackingKey(row.id, row.number, row.tracking_code_hash or "") if row else None


def load_tracked_case(complaint_id: int, now: datetime) -> TrackedCase:
    """The page of the one case in sight; raises ActionRefused(not_visible) for any other."""
    complaint = _find(complaint_id)
    facts, sop, calendar = _facts(complaint), load_sop(complaint.sop_version), load_working_calendar()
    events = _events_of(complaint)
    reopen_until = deadline_for(calendar, facts.answered_at, sop.silence) if facts.answered_at else None
    return TrackedCase(
        complaint_id=complaint.id,
        number=complaint.number,
        title=complaint.title,
        status=facts.status,
        version=facts.version,
        confidentiality=facts.confidentiality,
        stages=stages(facts, complaint.received_at, _opened(complaint)),
        promise=promise_of(complaint, facts, sop, calendar, now),
        houses=tuple(_houses(complaint, facts)),
        questions=tuple(_questions(complaint, sop, calendar)),
        news=news_of(complaint, events),
        reply=_reply(facts, events) or _reply_to_main(complaint),
        answered_at=facts.answered_at if facts.status in ANSWERED else None,
        reopen_until=reopen_until,
        papers=_papers(complaint, facts),
        allowed=_allowed(facts, sop, reopen_until, now),
        files=tuple(_files(complaint)),
    )


def _facts(complaint: Complaint) -> ComplaintFacts:
    """Of the rows that the page has read already."""
    tracks = sorted(complaint.tracks, key=lambda track: (track.cycle, track.position))
    reporter = reporter_facts(db.session.get(Reporter, complaint.id))
    return facts_from(complaint, reporter, tracks, complaint.tasks)


def _files(complaint: Complaint) -> Iterable[SentFile]:
    mine = (Attachment.complaint_id == complaint.id, Attachment.added_by == Actor.REPORTER.value)
    for row in db.session.scalars(select(Attachment).where(*mine).order_by(Attachment.id)):
        yield SentFile(row.media_type.rpartition("/")[2].upper(), row.added_at, row.state, row.state_reason)


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


def _events_of(complaint: Complaint) -> list[ComplaintEvent]:
    """The events that are public at all, the first first."""
    mine = (ComplaintEvent.complaint_id == complaint.id, ComplaintEvent.kind.in_(sorted(PUBLIC_KINDS)))
    return list(db.session.scalars(select(ComplaintEvent).where(*mine).order_by(ComplaintEvent.seq)))


def _opened(complaint: Complaint) -> Iterable[tuple[Step, datetime]]:
    return ((Step(t.step), t.opened_at) for t in complaint.tasks if t.cycle == complaint.cycle)


def _questions(complaint: Complaint, sop: Sop, calendar: WorkingCalendar) -> Iterable[Question]:
    for task in complaint.tasks:
        if task.closed_at is None and task.paused_at is not None:
            text = next((p.question for p in task.pauses if p.ended_at is None), "")
            until = deadline_for(calendar, task.paused_at, sop.question)
            house = task.agency.name if task.agency else ""
            yield Question(Step(task.step), task.agency_code, house, text, until)


def _houses(complaint: Complaint, facts: ComplaintFacts) -> Iterable[str]:
    """Which agencies the case lies with, all alike: not which of them is late."""
    if facts.status is not CaseStatus.WITH_AGENCIES:
        return ()
    there = {t.agency for t in facts.active_tracks if t.sent_at is not None}
    return (t.agency.name for t in complaint.tracks if t.cycle == complaint.cycle and t.agency_code in there)


def _reply(facts: ComplaintFacts, events: list[ComplaintEvent]) -> str:
    """The answer that stands; a reopened case has none."""
    if facts.status not in ANSWERED:
        return ""
    return next((str(e.data["text"]) for e in reversed(events) if e.kind == Action.REPLY), "")


def _reply_to_main(complaint: Complaint) -> str:
    """What was answered to the case that this one was merged into, which its reporter is promised too.

    That case is beyond what the reporter may see, so nothing but the words of its answer is read; and not even they
    where it is secret or anonymous, since an answer may name whom it is for.
    """
    if complaint.status != CaseStatus.MERGED:
        return ""
    main = (Complaint.id == complaint.merged_into_id, Complaint.status.in_(sorted(ANSWERED)))
    open_one = Complaint.confidentiality == Confidentiality.OPEN.value
    statement = select(ComplaintEvent.data["text"].astext).join(Complaint, Complaint.id == ComplaintEvent.complaint_id)
    replies = statement.where(*main, open_one, ComplaintEvent.kind == Action.REPLY.value)
    newest = replies.order_by(ComplaintEvent.seq.desc()).limit(1).execution_options(unscoped=True, beyond_wall=True)
    return db.session.scalars(newest).first() or ""


def _papers(complaint: Complaint, facts: ComplaintFacts) -> tuple[Paper, ...]:
    letters = _letters_shown(complaint) if may_show_letters(facts) else []
    ready = {x.id for x in letters if x.paper and x.paper.state == "ready"}
    return tuple(Paper(x.id, x.agency.name, x.number or "", x.id in ready) for x in letters)


def may_show_letters(facts: ComplaintFacts) -> bool:
    """Letters leave the house with the answer and not before; a secret or anonymous reporter gets the answer's words
    only, so that no paper of theirs lies on a phone that others pick up (design section 6).
    """
    return facts.status in ANSWERED and facts.confidentiality is Confidentiality.OPEN


def _letters_shown(complaint: Complaint) -> list[Letter]:
    """Of each agency that sent its answer in this cycle the letter it signed last."""
    sent = {t.agency_code for t in complaint.tracks if t.cycle == complaint.cycle and t.state == TrackState.SENT}
    mine = (Letter.complaint_id == complaint.id, Letter.cycle == complaint.cycle, Letter.state == "signed")
    statement = (
        select(Letter).where(*mine).options(joinedload(Letter.agency), joinedload(Letter.paper)).order_by(Letter.id)
    )
    last = {x.agency_code: x for x in db.session.scalars(statement)}
    return [letter for code, letter in last.items() if code in sent]


def find_tracked_letter(complaint_id: int, letter_id: int) -> Letter:
    """A letter that stands on the public page of the case in sight; raises ActionRefused(not_visible)."""
    complaint = _find(complaint_id)
    letters = _letters_shown(complaint) if may_show_letters(facts_of(complaint)) else []
    found = next((x for x in letters if x.id == letter_id), None)
    if found is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return found


def _allowed(
    facts: ComplaintFacts, sop: Sop, reopen_until: datetime | None, now: datetime
) -> tuple[AllowedAction, ...]:
    """What the rules let the reporter do now; reopening ends with its time, which the rules know only at the act."""
    late = reopen_until is not None and now > reopen_until
    found = allowed_actions(facts, REPORTER, sop)
    return tuple(a for a in found if not (late and a.action is Action.REOPEN))
