"""How each kind of event changes the facts of a case: pure functions, one for every recorded kind."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_rules.process.actions import Action
from workflow_rules.process.events import FIRST_EVENTS, Event, EventKind, SystemEvent
from workflow_rules.process.facts import AgencyTrack, ComplaintFacts, OpenStep, changed
from workflow_rules.process.identity import Classification, Confidentiality, ReporterFacts
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.process.steps import CaseStatus, Route, StepKind, TrackState

_Change = Callable[[ComplaintFacts, Event, Sop], ComplaintFacts]


def begin(number: str, first: Event, sop: Sop) -> ComplaintFacts:
    """Return the facts (`ComplaintFacts`) of a complaint after its first event: version 1, registration open. An
    imported complaint that was ended in the old records is ended from the beginning.
    """
    data = first.data
    facts = ComplaintFacts(
        number=number,
        channel=data["channel"],
        confidentiality=Confidentiality(data["confidentiality"]),
        classification=Classification(data["classification"]),
        reporter=ReporterFacts(**data["reporter"]),
        in_sp4n=bool(data["in_sp4n"]),
        version=1,
    )
    if data.get("ended"):
        return _as_it_ended(facts, first)
    return _open(facts, sop.of_kind(StepKind.REGISTER), None, first.at)


def _as_it_ended(facts: ComplaintFacts, imported: Event) -> ComplaintFacts:
    """Return the ComplaintFacts of a complaint that the old records call ended: `data` names the way it ended, the time
    of its answer, the agencies that answered, and those of them that may see it (`seen_by`) since the import.
    """
    data = imported.data
    seen = frozenset(data["seen_by"])
    tracks = tuple(
        AgencyTrack(code, place == 0, TrackState.SENT, imported.at if code in seen else None)
        for place, code in enumerate(data["agencies"])
    )
    answered = data["answered_at"]
    return changed(
        facts,
        ended=CaseStatus(data["ended"]),
        answered_at=datetime.fromisoformat(answered) if answered else None,
        tracks=tracks,
        seen_by=seen,
    )


_NOTED = frozenset(
    {SystemEvent.BREACHED, SystemEvent.CODE_REPLACED, SystemEvent.FILE_CHECKED, SystemEvent.IDENTITY_OPENED}
)
_CONFIRM_ANONYMITY = frozenset({Action.CONFIRM_ANONYMITY, SystemEvent.REDACTED})
_BRING_TEXT = frozenset({Action.ADD_INFORMATION, Action.REOPEN, SystemEvent.REVISED, SystemEvent.SETTLED})


def evolve(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    """Return the facts (`ComplaintFacts`) of a case after one more event under the version of the SOP to which the case
    is pinned; the given facts stay unchanged. Raises ValueError or KeyError for an event that no case under it has.
    Events that change nothing officers work on leave the version as it was, so that open forms do not become stale.
    """
    if event.kind in _NOTED:
        return facts
    if event.kind is SystemEvent.IDENTITY_REMOVED:
        return changed(facts, reporter=ReporterFacts())
    after = changed(_CHANGES[event.kind](facts, event, sop), version=facts.version + 1)
    if event.kind in _CONFIRM_ANONYMITY:
        return changed(after, anonymity_confirmed=True)
    if event.kind in _BRING_TEXT or (event.kind is Action.CORRECT and "title" in event.data["changed"]):
        return changed(after, anonymity_confirmed=False)
    return after


@dataclass(frozen=True)
class Replayed:
    """A value object: an event with the ComplaintFacts before and after it; `before` is None for the first event."""

    before: ComplaintFacts | None
    event: Event
    after: ComplaintFacts


def fold(number: str, events: Iterable[Event], sop: Sop) -> Iterator[Replayed]:
    """Yield a `Replayed` for each event under the pinned version of the SOP, none for an empty log. Raises ValueError
    unless the reception or import is first.
    """
    facts: ComplaintFacts | None = None
    for event in events:
        if facts is None and event.kind not in FIRST_EVENTS:
            raise ValueError("a log begins with the reception or import")
        after = begin(number, event, sop) if facts is None else evolve(facts, event, sop)
        yield Replayed(facts, event, after)
        facts = after


def replay(number: str, events: Iterable[Event], sop: Sop) -> ComplaintFacts:
    """Return the `ComplaintFacts` after a whole event log. Raises ValueError unless it begins with the reception or
    import.
    """
    turns = list(fold(number, events, sop))
    if not turns:
        raise ValueError("a log begins with the reception or import")
    return turns[-1].after


def _open(
    facts: ComplaintFacts, row: SopStep, agency: str | None, at: datetime, clock_from: datetime | None = None
) -> ComplaintFacts:
    opened = OpenStep(row.step, row.kind, row.status, agency, at, clock_from or at)
    return changed(facts, open_steps=(*facts.open_steps, opened))


def _close(facts: ComplaintFacts, step: str | None, agency: str | None) -> ComplaintFacts:
    left = tuple(s for s in facts.open_steps if (s.step, s.agency) != (step, agency))
    return changed(facts, open_steps=left)


def _on_track(facts: ComplaintFacts, agency: str | None, **changes: Any) -> ComplaintFacts:
    tracks = tuple(changed(t, **changes) if t.agency == agency else t for t in facts.tracks)
    return changed(facts, tracks=tracks)


def _to(kind: StepKind, state: TrackState | None = None) -> _Change:
    """Return a function (facts, event, sop) -> facts: close the event's step, open the one of a kind, set a given track
    state.
    """

    def change(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
        moved = _open(_close(facts, event.step, event.agency), sop.of_kind(kind), event.agency, event.at)
        return _on_track(moved, event.agency, state=state) if state else moved

    return change


def _on(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts with the office's step that follows the event's in place of it."""
    return _open(_close(facts, event.step, event.agency), sop.after(event.step or ""), event.agency, event.at)


def _direct(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    route = Route(event.data["route"])
    direct = facts.find_step(event.step, event.agency)
    clock_from = direct.clock_from if direct else event.at
    codes, lead = event.data["agencies"], event.data["lead"]
    others = tuple(changed(t, lead=t.active and t.agency == lead) for t in facts.tracks if t.agency not in codes)
    cross = len(codes) + sum(t.active for t in others) > 1
    visit = bool(event.data.get("field_visit"))
    new = (AgencyTrack(c, c == lead, replaces=event.agency, field_visit=visit, cross_agency=cross) for c in codes)
    facts = changed(_close(facts, event.step, event.agency), tracks=(*others, *new))
    if event.agency is None:
        facts = changed(facts, route=route)
    if route is Route.FAST:
        return _send_to_agencies(facts, event, sop)
    return _open(facts, sop.of_kind(StepKind.RELAY), event.agency, event.at, clock_from)


def _send_to_agencies(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    waiting = [t for t in facts.active_tracks if t.sent_at is None and t.replaces == event.agency]
    for track in waiting:
        facts = _on_track(facts, track.agency, sent_at=event.at)
        facts = _open(facts, sop.of_kind(StepKind.AGENCY_RECEIVE), track.agency, event.at)
    return changed(facts, seen_by=facts.seen_by | {t.agency for t in waiting})


def _send_back(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    row = sop.row(event.step or "")
    # The answers are taken up by the office, whichever agency gets its answer back.
    facts = _close(facts, event.step, None if row.kind is StepKind.DISPOSE_ANSWER else event.agency)
    facts = _open(facts, sop.row(row.back_to or ""), event.agency, event.at)
    return _on_track(facts, event.agency, state=TrackState.DRAFTING, awaits=())


def _submit_draft(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts of the case with the signing open. Every role asked to initial the draft has yet
    to do so, except that of the officer who submitted it.
    """
    asked = event.data.get("initials", ())
    moved = _to(StepKind.SIGN_ANSWER, TrackState.SIGNING)(facts, event, sop)
    return _on_track(moved, event.agency, awaits=tuple(actor for actor in asked if actor != event.by.actor))


def _initial(facts: ComplaintFacts, event: Event, _sop: Sop) -> ComplaintFacts:
    track = facts.track(event.agency)
    awaits = track.awaits if track else ()
    return _on_track(facts, event.agency, awaits=tuple(actor for actor in awaits if actor != event.by.actor))


def _decline(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    direct = sop.of_kind(StepKind.DIRECT)
    return _open(_leave(facts, event, TrackState.DECLINED), direct, event.agency, event.at)


def _leave(facts: ComplaintFacts, event: Event, state: TrackState) -> ComplaintFacts:
    """Return the ComplaintFacts after an agency left: step closed, track in `state`, not lead, not in `seen_by`."""
    facts = _on_track(_close(facts, event.step, event.agency), event.agency, state=state, lead=False)
    return changed(facts, seen_by=facts.seen_by - {event.agency})


def _pass_lead(facts: ComplaintFacts) -> ComplaintFacts:
    """Return the ComplaintFacts; without a lead, the first active track (order of `tracks`), if any, becomes lead."""
    if facts.lead is not None or not facts.active_tracks:
        return facts
    return _on_track(facts, facts.active_tracks[0].agency, lead=True)


def _recall(facts: ComplaintFacts, event: Event, sop: Sop, state: TrackState = TrackState.DROPPED) -> ComplaintFacts:
    left = _pass_lead(_leave(facts, event, state))
    return _open(left, sop.of_kind(StepKind.DIRECT), event.agency, event.at)


def _drop_agency(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    return _join(_pass_lead(_leave(facts, event, TrackState.DROPPED)), event.at, sop)


def _release(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts after an agency's request to leave is decided: it left, step 4 is open; or it stays."""
    if not event.data["accept"]:
        return _on_track(facts, event.agency, release_asked=False)
    return _recall(facts, event, sop, TrackState.DECLINED)


def _add_agency(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts with one more agency, at step 5; all now count as cross-agency (SOP step 7, remark)."""
    code = event.data["agency"]
    others = tuple(changed(t, cross_agency=t.active or t.cross_agency) for t in facts.tracks if t.agency != code)
    new = AgencyTrack(code, lead=facts.lead is None, sent_at=event.at, cross_agency=True)
    facts = changed(facts, tracks=(*others, new), seen_by=facts.seen_by | {code})
    return _open(facts, sop.of_kind(StepKind.AGENCY_RECEIVE), code, event.at)


def _correct(facts: ComplaintFacts, event: Event, _sop: Sop) -> ComplaintFacts:
    after = event.data["after"]
    secrecy = Confidentiality(after.get("confidentiality", facts.confidentiality))
    parts = {f"has_{name}": True for name in event.data["identity"]}
    parts |= {f"has_{name}": False for name in event.data["identity_removed"]}
    anonymous = secrecy is Confidentiality.ANONYMOUS
    return changed(
        facts,
        confidentiality=secrecy,
        classification=Classification(after.get("classification", facts.classification)),
        reporter=ReporterFacts() if anonymous else changed(facts.reporter, **parts),
    )


def _join(facts: ComplaintFacts, at: datetime, sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts; if no step is open and every agency has sent its answer, these are to be taken up."""
    if facts.open_steps or any(t.state is not TrackState.SENT for t in facts.active_tracks):
        return facts
    return _open(facts, sop.of_kind(StepKind.DISPOSE_ANSWER), None, at)


def _send(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    facts = _close(facts, event.step, event.agency)
    return _join(_on_track(facts, event.agency, state=TrackState.SENT, release_asked=False), event.at, sop)


def _pause(facts: ComplaintFacts, event: Event, _sop: Sop) -> ComplaintFacts:
    at = (event.step, event.agency)
    steps = tuple(changed(s, paused_at=event.at) if (s.step, s.agency) == at else s for s in facts.open_steps)
    return _on_track(changed(facts, open_steps=steps), event.agency, state=TrackState.DRAFTING)


def _resume(facts: ComplaintFacts, event: Event, _sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts with the event's paused step resumed; for an event of the whole case, all of them."""
    steps = list(facts.open_steps)
    for position, step in enumerate(steps):
        meant = event.step is None or (step.step, step.agency) == (event.step, event.agency)
        if meant and step.paused_at is not None:
            steps[position] = changed(step, pauses=(*step.pauses, (step.paused_at, event.at)), paused_at=None)
    return changed(facts, open_steps=tuple(steps))


def _expire_question(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    resumed = _resume(facts, event, sop)
    registering = event.step is not None and sop.row(event.step).kind is StepKind.REGISTER
    return _end(CaseStatus.ARCHIVED)(resumed, event, sop) if registering else resumed


def _end(status: CaseStatus) -> _Change:
    return lambda facts, _event, _sop: changed(facts, ended=status, open_steps=())


def _reopen(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    fresh = changed(facts, cycle=facts.cycle + 1, route=None, tracks=(), answered_at=None, rated=False)
    return _open(fresh, sop.after(sop.of_kind(StepKind.REGISTER).step), None, event.at)


def _revise(facts: ComplaintFacts, event: Event, sop: Sop) -> ComplaintFacts:
    """Return the ComplaintFacts after a revised report; one that answers a question resumes every paused step."""
    data = event.data
    if data.get("resumes"):
        facts = _resume(facts, event, sop)
    return changed(
        facts,
        confidentiality=Confidentiality(data["confidentiality"]),
        classification=Classification(data["classification"]),
        reporter=ReporterFacts(**data["reporter"]),
        in_sp4n=bool(data["in_sp4n"]),
    )


def _unchanged(facts: ComplaintFacts, _event: Event, _sop: Sop) -> ComplaintFacts:
    return facts


_CHANGES: dict[EventKind, _Change] = {
    Action.REGISTER: _on,
    Action.APPROVE_CHECK: _on,
    Action.REPORT: _on,
    Action.APPROVE: _on,
    Action.DIRECT: _direct,
    Action.RELAY: lambda facts, event, sop: _send_to_agencies(_close(facts, event.step, event.agency), event, sop),
    Action.SEND_BACK: _send_back,
    Action.ACCEPT: _to(StepKind.AGENCY_DISPOSE, TrackState.RECEIVED),
    Action.DECLINE: _decline,
    Action.DISPOSE: _to(StepKind.DRAFT_ANSWER, TrackState.DISPOSED),
    Action.MARK_FIELD_VISIT: lambda facts, event, _sop: _on_track(facts, event.agency, field_visit=True),
    Action.SUBMIT_DRAFT: _submit_draft,
    Action.INITIAL: _initial,
    Action.SIGN: _to(StepKind.SEND_ANSWER, TrackState.SIGNED),
    Action.SEND: _send,
    Action.CONTINUE_WITHOUT: _drop_agency,
    Action.DISPOSE_ANSWER: _on,
    Action.REPLY: lambda facts, event, _sop: changed(_close(facts, event.step, None), answered_at=event.at),
    Action.RATE: lambda facts, _event, _sop: changed(facts, rated=True),
    Action.REOPEN: _reopen,
    Action.CLOSE: _end(CaseStatus.CLOSED),
    Action.ARCHIVE: _end(CaseStatus.ARCHIVED),
    Action.MERGE: _end(CaseStatus.MERGED),
    Action.WITHDRAW: _end(CaseStatus.WITHDRAWN),
    Action.REQUEST_INFORMATION: _pause,
    Action.ADD_INFORMATION: _resume,
    Action.EXPIRE_QUESTION: _expire_question,
    Action.CORRECT: _correct,
    Action.CONFIRM_ANONYMITY: _unchanged,
    Action.ADD_AGENCY: _add_agency,
    Action.DROP_AGENCY: _drop_agency,
    Action.RECALL: _recall,
    Action.EXTEND: lambda facts, event, _sop: _on_track(facts, event.agency, more_days=event.data["working_days"]),
    Action.RETURN_LETTER: _to(StepKind.DRAFT_ANSWER, TrackState.DRAFTING),
    Action.ASK_RELEASE: lambda facts, event, _sop: _on_track(facts, event.agency, release_asked=True),
    Action.RELEASE: _release,
    Action.NOTE: _unchanged,
    Action.ATTACH: _unchanged,
    SystemEvent.REVISED: _revise,
    SystemEvent.LINKED: lambda facts, _event, _sop: changed(facts, in_sp4n=True),
    SystemEvent.UNLINKED: lambda facts, _event, _sop: changed(facts, in_sp4n=False),
    SystemEvent.SETTLED: _revise,
    SystemEvent.REDACTED: _unchanged,
}
