"""The actions of the SOP on a case: screens, API, jobs and SP4N all call `perform_action`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from app.access.visibility import lock_in_order
from app.casefile.facts import CaseRows, get_for_update
from app.cases.action_context import read_last
from app.cases.alarms import raise_passed_limits
from app.cases.change import LockedCase, change_case, read_visible_case, refuse_stale
from app.cases.correct import Corrected, read_correction, write_correction
from app.choices.lists import current_choices, officers_of_unit
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.fields.values import FieldInput, read_action_fields, write_fields
from app.files.attachments import file_facts, store_file
from app.models import Agency, Complaint, ComplaintEvent, StepTask
from app.notices.notify import Notifier
from app.notices.reporter_notices import notify_of_action
from app.papers.letters import draft_hashes, letter_states, update_letter
from app.reference.named_rows import agencies_in_service
from workflow_rules.process.actions import Action, ActionRequest, Known, MergeTarget
from workflow_rules.process.actors import Person
from workflow_rules.process.complaint_number import LONGEST_WRITTEN, read_complaint_number
from workflow_rules.process.decide import Decision, decide
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import AGENCY_KINDS, CaseStatus, StepKind
from workflow_rules.time.deadlines import deadline_for


@dataclass(frozen=True)
class Performed:
    """A value object: the result of an accepted action, with its event, the steps that it opened, and the rows of the
    case after the action.
    """

    complaint: Complaint
    event: ComplaintEvent
    decision: Decision
    opened: tuple[StepTask, ...]
    rows: CaseRows
    before: list[StepTask]
    """The steps that were open before the action."""

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
    """Perform one action on a case in one transaction and return the Performed. Raises ActionRefused (not_visible,
    stale_version, busy, a reason of `decide` or of a failed signature); then nothing has changed.

    `expected_version` is the version that the form or client saw (None only for actions of the system and of SP4N).
    `now` is read after the row is locked, so that events never run backwards. `origin` says in the feed who made the
    change: office or sp4n. Without `letters_drawn` a letter may be sent before it is drawn (demo data only).
    """
    with one_transaction():
        if request.action is Action.MERGE:
            lock_cases({complaint_id}, request.action, request.params)
        case = read_visible_case(get_for_update(complaint_id), by)
        refuse_stale(case, expected_version)
        corrected, filled = read_correction(case.complaint, request), read_action_fields(case.complaint, request)
        decision = _decide(case, request, (corrected, filled), by, now, letters_drawn)
        notifier = Notifier(case.context.calendar, decision.event.at)
        if raise_passed_limits(case.complaint, case.rows.tasks, notifier):
            case = replace(case, context=replace(case.context, last=read_last(case.complaint)))
        before = list(case.rows.tasks)
        change = change_case(case, decision.event, by, address=address, origin=origin, notifier=notifier)
        done = Performed(case.complaint, change.event, decision, tuple(change.opened), case.rows, before)
        _follow_up(done, corrected, by, notifier, case.context.sop)
        write_fields(case.complaint, filled)
        for name, content in filled.files:
            store_file(case.complaint, name, content, decision.event.by.actor, decision.event.at)
        return done


def check_action(complaint_id: int, request: ActionRequest, by: Person, expected_version: int | None) -> None:
    """Raise ActionRefused where the rules would refuse this action now (not_visible, stale_version or a reason of
    `decide`); return None where they would accept it. Changes and locks nothing.
    """
    with one_transaction():
        case = read_visible_case(db.session.get(Complaint, complaint_id), by)
        refuse_stale(case, expected_version)
        given = read_correction(case.complaint, request), read_action_fields(case.complaint, request)
        _decide(case, request, given, by, None, letters_drawn=True)


def _decide(
    case: LockedCase,
    request: ActionRequest,
    given: tuple[Corrected, FieldInput],
    by: Person,
    now: datetime | None,
    letters_drawn: bool,
) -> Decision:
    """Read the database values that the rules need and return their Decision; nothing is written. `given` are the
    parameters that were looked up in the database. Raises ActionRefused with a reason of `decide`.
    """
    corrected, filled = given
    facts, sop, calendar = case.facts, case.context.sop, case.context.calendar
    asked_at = None
    if request.action is Action.EXPIRE_QUESTION:
        asked = (s.paused_at for s in facts.open_steps if s.agency == request.agency and s.paused_at is not None)
        asked_at = next(asked, None)
    initials = {}
    if request.action is Action.SUBMIT_DRAFT:
        on_case = Agency.code.in_([track.agency for track in facts.active_tracks])
        rows = db.session.execute(select(Agency.code, Agency.initials).where(on_case))
        initials = {code: tuple(names) for code, names in rows}
    known = Known(
        agencies=agencies_in_service() if request.action in (Action.DIRECT, Action.ADD_AGENCY) else frozenset(),
        merge_target=_merge_target(request) if request.action is Action.MERGE else None,
        silence_ends_at=deadline_for(calendar, facts.answered_at, sop.silence) if facts.answered_at else None,
        question_ends_at=deadline_for(calendar, asked_at, sop.question) if asked_at else None,
        initials=initials,
        drafts=draft_hashes(case.complaint) if request.action is Action.SIGN else {},
        letters=letter_states(case.complaint) if request.action is Action.SEND and letters_drawn else {},
        draft_due_at={task.agency_code: task.due_at for task in case.rows.tasks if task.step == StepKind.DRAFT_ANSWER},
        correction=corrected.known,
        choices=current_choices(),
        fields=filled.as_facts(case.complaint.field_values),
    )
    at = max([now or utc_now(), *(step.opened_at for step in facts.open_steps)])
    return decide(facts, replace(request, known=known), by, sop, at)


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
    """Add a file to a case by the action `attach`, in one transaction, and return the Performed; the event stores the
    file's SHA-256.

    Raises ActionRefused as `perform_action` does, with missing_input also for a file that has a wrong kind or size or
    for which there is no room; StoreAway if the file cannot be stored now.
    """
    request = ActionRequest(Action.ATTACH, agency, file_facts(filename, content))
    with one_transaction():
        done = perform_action(complaint_id, request, by, expected_version, now=now, address=address)
        event = done.decision.event
        store_file(done.complaint, filename, content, event.by.actor, event.at)
        return done


def lock_cases(ids: Iterable[int], action: Action, params: Mapping[str, Any]) -> None:
    """Lock the rows of the given cases and, for a merge, of the case that the parameters name, in the order of their
    keys; the locks end with the transaction. Raises LockBusy when too many requests of this server wait already.
    """
    which = Complaint.id.in_(ids)
    into = _number_of_target(params) if action is Action.MERGE else None
    lock_in_order(which if into is None else or_(which, Complaint.number == into))


def _follow_up(done: Performed, corrected: Corrected, by: Person, notifier: Notifier, sop: Sop) -> None:
    """Write what an action changes besides the state of the case: corrected values, urgency, the merged case, letters,
    and notices. Does not commit. Raises ActionRefused when an electronic signature fails.
    """
    complaint, decision = done.complaint, done.decision
    if decision.event.kind is Action.CORRECT:
        write_correction(complaint, corrected)
    if decision.event.kind is Action.DIRECT and "urgency" in decision.params:
        complaint.urgency = decision.params["urgency"]
    if decision.event.kind is Action.MERGE:
        target = select(Complaint.id).where(Complaint.number == decision.params["into"])
        complaint.merged_into_id = db.session.scalars(target).one()
    update_letter(complaint, decision, by)
    notify_of_action(complaint, decision, done.event.seq)
    if decision.event.kind is Action.ADD_INFORMATION:
        notifier.answered(complaint, decision.event, by)
    if decision.event.kind is Action.SUBMIT_DRAFT:
        track = decision.after.track(decision.event.agency)
        notifier.initials_asked(complaint, done.opened, track.awaits if track else ())
    _notify_of_agencies(done, notifier, sop)


def _notify_of_agencies(done: Performed, notifier: Notifier, sop: Sop) -> None:
    """Write notices to officers about a change of one track, and to those who confirm anonymity if it must be."""
    event, case, seq = done.decision.event, done.complaint, done.event.seq
    at_agency = [t for t in done.rows.tasks if t.agency_code == event.agency and t.step in AGENCY_KINDS]
    if event.kind is Action.ASK_RELEASE:
        for actor in sorted(sop.powers[Action.RELEASE]):
            notifier.of_office(case, at_agency, "release_asked", actor, None, seq)
    if event.kind is Action.RELEASE and not event.data["accept"]:
        for actor in sorted(sop.powers[Action.ASK_RELEASE]):
            notifier.of_office(case, at_agency, "release_refused", actor, event.agency, seq)
    if event.kind is Action.EXTEND:
        for task in at_agency:
            notifier.of_office(case, [task], "answer_extended", task.actor, event.agency, seq)
    if event.kind in (Action.RECALL, Action.DROP_AGENCY, Action.RELEASE):
        for closed in done.closed:
            notifier.left(closed, seq)
    if event.data.get("unit_code"):
        notifier.disposed(case, done.opened, officers_of_unit(event.data["unit_code"]), seq)
    if done.decision.after.anonymity_unconfirmed:
        waiting = [task for task in done.opened if task.step in (StepKind.DIRECT, StepKind.RELAY)]
        for actor in sorted(sop.powers[Action.CONFIRM_ANONYMITY]):
            notifier.of_office(case, waiting, "anonymity_wanted", actor, None, seq)


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
