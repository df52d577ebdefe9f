"""The actions of the SOP on a case: screens, API, jobs and SP4N all call `perform_action`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from app.access.visibility import lock_in_order
from app.casefile.facts import CaseRows, facts_from, get_for_update, rows_of
from app.cases.action_context import Frame, read_frame, read_last
from app.cases.alarms import raise_passed_limits
from app.cases.change import LockedCase, change_case
from app.cases.correct import Corrected, read_correction, write_correction
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.files.attachments import file_facts, store_file
from app.models import Agency, Complaint, ComplaintEvent, StepTask
from app.notices.notify import Notifier
from app.notices.reporter_notices import tell_of_act
from app.papers.letters import draft_hashes, keep_letter, letter_states
from app.reference.named_rows import agencies_in_service
from workflow_rules.process.actions import Action, ActionRequest, Known, MergeTarget
from workflow_rules.process.actors import Actor, Person
from workflow_rules.process.complaint_number import LONGEST_WRITTEN, read_complaint_number
from workflow_rules.process.decide import Decision, decide, sees
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import AGENCY_STEPS, CaseStatus, Step
from workflow_rules.time.deadlines import deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class Performed:
    """The result of an accepted action."""

    complaint: Complaint
    event: ComplaintEvent
    decision: Decision
    opened: tuple[StepTask, ...]
    rows: CaseRows
    before: list[StepTask]
    """The steps that were open before."""

    @property
    def closed(self) -> list[StepTask]:
        return [task for task in self.before if task not in self.rows.tasks]


def perform_action(
    complaint_id: int,
    request: ActionRequest,
    by: Person,
    expected_version: int | None,
    *,
    now: datetime | None = None,
    address: str | None = None,
    origin: str = "office",
    letters_drawn: bool = True,
) -> Performed:
    """Do one action on a case in one transaction. Raises ActionRefused, and then nothing has changed.

    `expected_version` is the version that the form or client saw (None only for actions of the clock and of SP4N).
    `now` is read after the row is locked, so that events never run backwards. `origin` is whose change the feed
    reports: office or sp4n. Without `letters_drawn` a letter may be sent before it is drawn (demo data only).
    """
    with one_transaction():
        complaint = _locked(complaint_id, request)
        frame, rows, facts, corrected, decision = _judged(complaint, request, by, expected_version, now, letters_drawn)
        notifier = Notifier(frame.calendar, decision.event.at)
        late = raise_passed_limits(complaint, rows.tasks, notifier)
        if late:
            frame = replace(frame, last=read_last(complaint))
        before = list(rows.tasks)
        case = LockedCase(complaint, rows, facts)
        change = change_case(case, decision.event, by, address=address, origin=origin, frame=frame, notifier=notifier)
        done = Performed(complaint, change.event, decision, tuple(change.opened), rows, before)
        _follow_up(done, corrected, by, notifier)
        return done


def check_action(complaint_id: int, request: ActionRequest, by: Person, expected_version: int | None) -> None:
    """Raise ActionRefused where the rules would refuse this action now. Changes and locks nothing."""
    with one_transaction():
        complaint = db.session.get(Complaint, complaint_id)
        if complaint is None:
            raise ActionRefused(RefusalReason.NOT_VISIBLE)
        _judged(complaint, request, by, expected_version, None, letters_drawn=True)


def _judged(
    complaint: Complaint,
    request: ActionRequest,
    by: Person,
    expected_version: int | None,
    now: datetime | None,
    letters_drawn: bool,
) -> tuple[Frame, CaseRows, ComplaintFacts, Corrected, Decision]:
    """Return the state of the case and the decision of the rules. Raises ActionRefused."""
    frame, rows = read_frame(complaint), rows_of(complaint)
    facts = facts_from(complaint, frame.reporter, rows.tracks, rows.tasks)
    _refuse_stale(facts, by, expected_version)
    corrected = read_correction(complaint, request)
    known = replace(_known(request, complaint, facts, frame, rows, letters_drawn), correction=corrected.known)
    at = _not_before_the_last(now or utc_now(), facts)
    return frame, rows, facts, corrected, decide(facts, replace(request, known=known), by, frame.sop, at)


def _locked(complaint_id: int, request: ActionRequest) -> Complaint:
    """Return the case with its row locked, and lock the case that a merge names. Raises ActionRefused(not_visible)."""
    if request.action is Action.MERGE:
        lock_cases({complaint_id}, request.action, request.params)
    complaint = get_for_update(complaint_id)
    if complaint is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return complaint


def attach_to_case(
    complaint_id: int,
    filename: str,
    content: bytes,
    by: Person,
    expected_version: int | None,
    *,
    agency: str | None = None,
    now: datetime | None = None,
    address: str | None = None,
) -> Performed:
    """Add a file to a case; the event stores its SHA-256. Raises ActionRefused."""
    request = ActionRequest(Action.ATTACH, agency, file_facts(filename, content))
    with one_transaction():
        done = perform_action(complaint_id, request, by, expected_version, now=now, address=address)
        event = done.decision.event
        store_file(done.complaint, filename, content, event.by.actor.value, event.at)
        return done


def lock_cases(ids: Iterable[int], action: Action, params: Mapping[str, Any]) -> None:
    """Lock the cases of an action and, for a merge, the case it names, in the order of their keys."""
    which = Complaint.id.in_(ids)
    into = _number_of_target(params) if action is Action.MERGE else None
    lock_in_order(which if into is None else or_(which, Complaint.number == into))


def _refuse_stale(facts: ComplaintFacts, by: Person, expected_version: int | None) -> None:
    if not sees(by, facts):
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    if expected_version is not None and expected_version != facts.version:
        raise ActionRefused(RefusalReason.STALE_VERSION, str(facts.version))


def _not_before_the_last(at: datetime, facts: ComplaintFacts) -> datetime:
    return max([at, *(step.opened_at for step in facts.open_steps)])


def _follow_up(done: Performed, corrected: Corrected, by: Person, notifier: Notifier) -> None:
    """Write what an action brings besides the state of the case: letters and further notices."""
    complaint, decision = done.complaint, done.decision
    if decision.event.kind is Action.CORRECT:
        write_correction(complaint, corrected)
    _note_on_case(complaint, decision)
    keep_letter(complaint, decision, by)
    tell_of_act(complaint, decision, done.event.seq)
    if decision.event.kind is Action.ADD_INFORMATION:
        notifier.answered(complaint, decision.event, by)
    if decision.event.kind is Action.SUBMIT_DRAFT:
        track = decision.after.track(decision.event.agency)
        notifier.initials_asked(complaint, done.opened, track.awaits if track else ())
    _notify_of_agencies(done, notifier)


def _notify_of_agencies(done: Performed, notifier: Notifier) -> None:
    """Notify officers of a change of one agency's part, and the Admin that a secret case waits to be confirmed."""
    event, case, seq = done.decision.event, done.complaint, done.event.seq
    at_agency = [t for t in done.rows.tasks if t.agency_code == event.agency and t.step in AGENCY_STEPS]
    if event.kind is Action.ASK_RELEASE:
        notifier.of_office(case, at_agency, "release_asked", Actor.OFFICE_HEAD, None, seq)
    if event.kind is Action.RELEASE and not event.data["accept"]:
        notifier.of_office(case, at_agency, "release_refused", Actor.AGENCY_HEAD, event.agency, seq)
    if event.kind is Action.EXTEND:
        for task in at_agency:
            notifier.of_office(case, [task], "answer_extended", Actor(task.actor), event.agency, seq)
    if event.kind in (Action.RECALL, Action.DROP_AGENCY, Action.RELEASE):
        for closed in done.closed:
            notifier.left(closed, seq)
    if done.decision.after.anonymity_unconfirmed:
        waiting = [task for task in done.opened if task.step in (Step.DIRECT, Step.RELAY)]
        notifier.of_office(case, waiting, "anonymity_wanted", Actor.COMPLAINT_ADMIN, None, seq)


def _note_on_case(complaint: Complaint, decision: Decision) -> None:
    """Store the few facts of an action that lists and other cases read from the case's row."""
    action, params = decision.event.kind, decision.params
    if action is Action.DIRECT and "urgency" in params:
        complaint.urgency = params["urgency"]
    if action is Action.MERGE:
        target = select(Complaint.id).where(Complaint.number == params["into"])
        complaint.merged_into_id = db.session.scalars(target).one()


def _known(
    request: ActionRequest,
    complaint: Complaint,
    facts: ComplaintFacts,
    frame: Frame,
    rows: CaseRows,
    letters_drawn: bool,
) -> Known:
    """Return what the rules need from the database to decide this request."""
    sop, calendar = frame.sop, frame.calendar
    return Known(
        agencies=agencies_in_service() if request.action in (Action.DIRECT, Action.ADD_AGENCY) else frozenset(),
        merge_target=_merge_target(request) if request.action is Action.MERGE else None,
        silence_ends_at=deadline_for(calendar, facts.answered_at, sop.silence) if facts.answered_at else None,
        question_ends_at=_question_ends_at(request, facts, sop, calendar),
        initials=_initials(facts) if request.action is Action.SUBMIT_DRAFT else {},
        drafts=draft_hashes(complaint) if request.action is Action.SIGN else {},
        letters=letter_states(complaint) if request.action is Action.SEND and letters_drawn else {},
        draft_due_at={task.agency_code: task.due_at for task in rows.tasks if task.step == Step.DRAFT_ANSWER},
    )


def _initials(facts: ComplaintFacts) -> dict[str, tuple[Actor, ...]]:
    """Return, by agency code, who must initial the drafts of each agency on the case."""
    on_case = Agency.code.in_([track.agency for track in facts.active_tracks])
    asked = db.session.execute(select(Agency.code, Agency.initials).where(on_case))
    return {code: tuple(Actor(name) for name in names) for code, names in asked}


def _number_of_target(params: Mapping[str, Any]) -> str | None:
    into = params.get("into")
    return read_complaint_number(into[:LONGEST_WRITTEN]) if isinstance(into, str) else None


def _merge_target(request: ActionRequest) -> MergeTarget | None:
    into = _number_of_target(request.params)
    if into is None:
        return None
    statement = select(Complaint.number, Complaint.status).where(Complaint.number == into)
    found = db.session.execute(statement).first()
    return MergeTarget(found.number, CaseStatus(found.status)) if found else None


def _question_ends_at(
    request: ActionRequest, facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar
) -> datetime | None:
    if request.action is not Action.EXPIRE_QUESTION:
        return None
    asked = (s.paused_at for s in facts.open_steps if s.agency == request.agency and s.paused_at is not None)
    began = next(asked, None)
    return deadline_for(calendar, began, sop.question) if began else None
