"""Where each action is possible and which roles may perform it: the one table of the process (design section 4)."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import AGENCY_ACTORS, OFFICE_ACTORS, Actor
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.refusals import RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import AGENCY_STEPS, LEADING_STEPS, CaseStatus, Step


@dataclass(frozen=True)
class Spot:
    """A value object: one place where an action is possible now. `step` and `agency` are None for an action on the
    whole case; `lacks` is the `RefusalReason` that still blocks it, None when nothing does.
    """

    step: Step | None
    agency: str | None
    actors: frozenset[Actor]
    paused: bool = False
    lacks: RefusalReason | None = None


AT_STEPS: dict[Action, frozenset[Step]] = {
    Action.REGISTER: frozenset({Step.REGISTER}),
    Action.REQUEST_INFORMATION: frozenset({Step.REGISTER, Step.DRAFT_ANSWER}),
    Action.ARCHIVE: frozenset(LEADING_STEPS),
    Action.MERGE: frozenset(LEADING_STEPS),
    Action.APPROVE_CHECK: frozenset({Step.CHECK}),
    Action.REPORT: frozenset({Step.REPORT}),
    Action.DIRECT: frozenset({Step.DIRECT}),
    Action.RELAY: frozenset({Step.RELAY}),
    Action.SEND_BACK: frozenset(
        {Step.CHECK, Step.REPORT, Step.DIRECT, Step.SIGN_ANSWER, Step.DISPOSE_ANSWER, Step.REPLY}
    ),
    Action.ACCEPT: frozenset({Step.AGENCY_RECEIVE}),
    Action.DECLINE: frozenset({Step.AGENCY_RECEIVE, Step.AGENCY_DISPOSE}),
    Action.DISPOSE: frozenset({Step.AGENCY_DISPOSE}),
    Action.MARK_FIELD_VISIT: frozenset({Step.AGENCY_DISPOSE, Step.DRAFT_ANSWER}),
    Action.SUBMIT_DRAFT: frozenset({Step.DRAFT_ANSWER}),
    Action.INITIAL: frozenset({Step.SIGN_ANSWER}),
    Action.SIGN: frozenset({Step.SIGN_ANSWER}),
    Action.SEND: frozenset({Step.SEND_ANSWER}),
    Action.CONTINUE_WITHOUT: frozenset({Step.DIRECT}),
    Action.DISPOSE_ANSWER: frozenset({Step.DISPOSE_ANSWER}),
    Action.REPLY: frozenset({Step.REPLY}),
    Action.RECALL: frozenset({Step.AGENCY_RECEIVE}),
    Action.DROP_AGENCY: AGENCY_STEPS,
    Action.EXTEND: AGENCY_STEPS,
    Action.RETURN_LETTER: frozenset({Step.SEND_ANSWER}),
    Action.ASK_RELEASE: frozenset({Step.DRAFT_ANSWER, Step.SIGN_ANSWER}),
    Action.RELEASE: frozenset({Step.DRAFT_ANSWER, Step.SIGN_ANSWER, Step.SEND_ANSWER}),
}

INITIALLERS = (Actor.AGENCY_ADMIN, Actor.AGENCY_SECRETARY)
"""Roles that may be asked to initial a draft: everyone of the agency except the head, who signs it."""

# Actions at a step that are not performed by the step's owner.
_OF_OTHERS: dict[Action, frozenset[Actor]] = {
    Action.MARK_FIELD_VISIT: frozenset({Actor.AGENCY_HEAD}),
    Action.INITIAL: frozenset(INITIALLERS),
    Action.RECALL: frozenset({Actor.OFFICE_HEAD}),
    Action.DROP_AGENCY: frozenset({Actor.OFFICE_HEAD}),
    Action.EXTEND: frozenset({Actor.OFFICE_HEAD}),
    Action.ASK_RELEASE: frozenset({Actor.AGENCY_HEAD}),
    Action.RELEASE: frozenset({Actor.OFFICE_HEAD}),
}

_ON_BEHALF_OF_REPORTER = frozenset({Actor.REPORTER, Actor.COMPLAINT_ADMIN})
_ANYBODY_OF_OFFICE = OFFICE_ACTORS | {Actor.REPORTER}

OF_THE_CASE: dict[Action, frozenset[Actor]] = {
    Action.ADD_INFORMATION: _ON_BEHALF_OF_REPORTER,
    Action.RATE: _ON_BEHALF_OF_REPORTER,
    Action.REOPEN: _ON_BEHALF_OF_REPORTER,
    Action.CLOSE: frozenset({Actor.COMPLAINT_ADMIN, Actor.SYSTEM}),
    Action.WITHDRAW: _ON_BEHALF_OF_REPORTER,
    Action.CORRECT: frozenset({Actor.COMPLAINT_ADMIN, Actor.SECTION_HEAD}),
    Action.CONFIRM_ANONYMITY: frozenset({Actor.COMPLAINT_ADMIN}),
    Action.ADD_AGENCY: frozenset({Actor.OFFICE_HEAD}),
    Action.NOTE: _ANYBODY_OF_OFFICE | AGENCY_ACTORS,
    Action.ATTACH: _ANYBODY_OF_OFFICE | AGENCY_ACTORS,
    Action.EXPIRE_QUESTION: frozenset({Actor.SYSTEM}),
}

WHILE_PAUSED = frozenset({Action.NOTE, Action.ATTACH, Action.ADD_INFORMATION, Action.WITHDRAW, Action.EXPIRE_QUESTION})
_REACHES_AGENCIES = frozenset({Action.DIRECT, Action.RELAY, Action.ADD_AGENCY})


def entitled_actors(action: Action, sop: Sop) -> frozenset[Actor]:
    """Return a frozenset of the roles that could ever perform the action under this SOP, whatever the case's state."""
    if action in OF_THE_CASE:
        return OF_THE_CASE[action]
    if action in _OF_OTHERS:
        return _OF_OTHERS[action]
    owners = frozenset(sop.owner(step) for step in AT_STEPS[action])
    return owners | {sop.fast_track.actor} if action is Action.DIRECT else owners


def spots(facts: ComplaintFacts, action: Action, sop: Sop) -> tuple[Spot, ...]:
    """Return a tuple of `Spot`: every place where the action is possible in this state, for any person; () for none."""
    if action not in AT_STEPS:
        return _CASE_SPOTS[action](facts, OF_THE_CASE[action])
    found = [spot for step in facts.open_steps for spot in _spots_at(facts, action, sop, step)]
    if action is Action.DIRECT:
        # Steps 1 to 3 from which this SOP version lets the fast track's role direct a case to the agencies.
        early = [s for s in facts.open_steps if s.step in sop.fast_track.from_steps - {Step.DIRECT}]
        by, lacks = frozenset({sop.fast_track.actor}), _lacks(facts, action, None)
        found += [Spot(s.step, None, by, s.paused_at is not None, lacks) for s in early]
    return tuple(found)


def _spots_at(facts: ComplaintFacts, action: Action, sop: Sop, at: OpenStep) -> list[Spot]:
    if at.step not in AT_STEPS[action] or not _fits(facts, action, at):
        return []
    actors = frozenset({sop.owner(at.step)})
    if action in _OF_OTHERS:
        actors = _OF_OTHERS[action]
    if action is Action.INITIAL:
        actors = frozenset(awaited_initials(facts, at.agency))
    if action is Action.SEND_BACK and at.step is Step.DISPOSE_ANSWER:
        return [Spot(at.step, t.agency, actors) for t in facts.active_tracks]
    return [Spot(at.step, at.agency, actors, at.paused_at is not None, _lacks(facts, action, at.agency))]


def _lacks(facts: ComplaintFacts, action: Action, agency: str | None) -> RefusalReason | None:
    """Return the `RefusalReason` that blocks the action, INITIALS_MISSING or ANONYMITY_UNCONFIRMED, else None."""
    if action is Action.SIGN and awaited_initials(facts, agency):
        return RefusalReason.INITIALS_MISSING
    if action in _REACHES_AGENCIES and facts.anonymity_unconfirmed:
        return RefusalReason.ANONYMITY_UNCONFIRMED
    return None


def _fits(facts: ComplaintFacts, action: Action, at: OpenStep) -> bool:
    """Return whether the conditions of an action hold at an open step at which it is listed in AT_STEPS."""
    track = facts.track(at.agency)
    if action is Action.SEND_BACK and at.step is Step.DIRECT:
        return at.agency is None
    if action is Action.CONTINUE_WITHOUT:
        return at.agency is not None and bool(facts.active_tracks)
    if action in (Action.ARCHIVE, Action.MERGE):
        return not facts.active_tracks
    if action is Action.DROP_AGENCY:
        return len(facts.active_tracks) > 1
    if action is Action.EXTEND:
        return track is not None and not track.more_days
    if action in (Action.ASK_RELEASE, Action.RELEASE):
        return track is not None and track.release_asked is (action is Action.RELEASE)
    if action is Action.MARK_FIELD_VISIT:
        return track is not None and not track.field_visit
    if action is Action.INITIAL:
        return bool(awaited_initials(facts, at.agency))
    return True


def awaited_initials(facts: ComplaintFacts, agency: str | None) -> tuple[Actor, ...]:
    """Return a tuple of the roles yet to initial an agency's draft before its head may sign; () when none has."""
    track = facts.track(agency)
    return track.awaits if track else ()


_CaseSpots = Callable[[ComplaintFacts, frozenset[Actor]], tuple[Spot, ...]]


def _answered(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    return (Spot(None, None, actors),) if facts.status is CaseStatus.ANSWERED else ()


def _questions(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    return tuple(Spot(s.step, s.agency, actors, True) for s in facts.open_steps if s.paused_at is not None)


def _correctable(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    """Return (spot,) for a correction (section head: only at step 2); () when no step is open, or step 11 is."""
    if not facts.open_steps or facts.find_step(Step.REPLY, None):
        return ()
    by = actors if facts.find_step(Step.CHECK, None) else actors - {Actor.SECTION_HEAD}
    return (_of_office(facts, by),)


def _to_be_confirmed(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    return (_of_office(facts, actors),) if facts.open_steps and facts.anonymity_unconfirmed else ()


def _of_office(facts: ComplaintFacts, actors: frozenset[Actor]) -> Spot:
    """Return the `Spot` for an action on the whole case, at the office's own open step if there is one."""
    own = facts.step_of_track(None)
    return Spot(own.step, None, actors, own.paused_at is not None) if own else Spot(None, None, actors)


def _with_agencies(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    """Return (spot,) for adding an agency while one works on the case and no step of the office is open, else ()."""
    at_work = any(t.sent_at is not None for t in facts.active_tracks) and facts.step_of_track(None) is None
    lacks = _lacks(facts, Action.ADD_AGENCY, None)
    return (Spot(None, None, actors, lacks=lacks),) if facts.open_steps and at_work else ()


def _remarks(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    office = Spot(None, None, actors - AGENCY_ACTORS)
    on_case = (t for t in facts.active_tracks if t.sent_at is not None)
    return (office, *(Spot(None, t.agency, actors & AGENCY_ACTORS) for t in on_case))


_CASE_SPOTS: dict[Action, _CaseSpots] = {
    Action.ADD_INFORMATION: _questions,
    Action.EXPIRE_QUESTION: _questions,
    Action.RATE: lambda facts, actors: () if facts.rated else _answered(facts, actors),
    Action.REOPEN: _answered,
    Action.CLOSE: _answered,
    Action.WITHDRAW: lambda facts, actors: (Spot(None, None, actors),) if facts.open_steps else (),
    Action.CORRECT: _correctable,
    Action.CONFIRM_ANONYMITY: _to_be_confirmed,
    Action.ADD_AGENCY: _with_agencies,
    Action.NOTE: _remarks,
    Action.ATTACH: _remarks,
}
