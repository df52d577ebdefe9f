"""Where each action is possible, and who may do it there: the one table of the process (design section 4)."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow_rules.actions import Action
from workflow_rules.actors import AGENCY_ACTORS, OFFICE_ACTORS, Actor
from workflow_rules.facts import ComplaintFacts, OpenStep
from workflow_rules.refusals import RefusalReason
from workflow_rules.sop import Sop
from workflow_rules.steps import CaseStatus, Step


@dataclass(frozen=True)
class Spot:
    """One place where an action may be done now: at a step of a track (or of the case), by these actors; `lacks` is
    what still keeps them from it.
    """

    step: Step | None
    agency: str | None
    actors: frozenset[Actor]
    paused: bool = False
    lacks: RefusalReason | None = None


AT_STEPS: dict[Action, frozenset[Step]] = {
    Action.REGISTER: frozenset({Step.REGISTER}),
    Action.REQUEST_INFORMATION: frozenset({Step.REGISTER, Step.DRAFT_ANSWER}),
    Action.ARCHIVE: frozenset({Step.REGISTER, Step.CHECK}),
    Action.MERGE: frozenset({Step.REGISTER, Step.CHECK}),
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
}

INITIALLERS = (Actor.AGENCY_ADMIN, Actor.AGENCY_SECRETARY)
"""Who may be asked to initial a draft: everybody of the agency but the head who signs it."""

# Done at a step by others than its owner.
_OF_OTHERS: dict[Action, frozenset[Actor]] = {
    Action.MARK_FIELD_VISIT: frozenset({Actor.AGENCY_HEAD}),
    Action.INITIAL: frozenset(INITIALLERS),
}

_ON_BEHALF_OF_REPORTER = frozenset({Actor.REPORTER, Actor.COMPLAINT_ADMIN})
_ANYBODY_OF_OFFICE = OFFICE_ACTORS | {Actor.REPORTER}

OF_THE_CASE: dict[Action, frozenset[Actor]] = {
    Action.ADD_INFORMATION: _ON_BEHALF_OF_REPORTER,
    Action.RATE: _ON_BEHALF_OF_REPORTER,
    Action.REOPEN: _ON_BEHALF_OF_REPORTER,
    Action.CLOSE: frozenset({Actor.COMPLAINT_ADMIN, Actor.SYSTEM}),
    Action.WITHDRAW: _ON_BEHALF_OF_REPORTER,
    Action.NOTE: _ANYBODY_OF_OFFICE | AGENCY_ACTORS,
    Action.ATTACH: _ANYBODY_OF_OFFICE | AGENCY_ACTORS,
    Action.EXPIRE_QUESTION: frozenset({Actor.SYSTEM}),
}

WHILE_PAUSED = frozenset({Action.NOTE, Action.ATTACH, Action.ADD_INFORMATION, Action.WITHDRAW, Action.EXPIRE_QUESTION})


def entitled_actors(action: Action, sop: Sop) -> frozenset[Actor]:
    """Everybody who could ever do the action under this SOP, wherever the case stands."""
    if action in OF_THE_CASE:
        return OF_THE_CASE[action]
    if action in _OF_OTHERS:
        return _OF_OTHERS[action]
    owners = frozenset(sop.owner(step) for step in AT_STEPS[action])
    return owners | {sop.fast_track.actor} if action is Action.DIRECT else owners


def spots(facts: ComplaintFacts, action: Action, sop: Sop) -> tuple[Spot, ...]:
    """Every place where the action is possible in this state, whoever asks."""
    if action in AT_STEPS:
        found = [spot for step in facts.open_steps for spot in _spots_at(facts, action, sop, step)]
        return (*found, *_fast_track_spots(facts, action, sop))
    return _CASE_SPOTS[action](facts, OF_THE_CASE[action])


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
    lacks = RefusalReason.INITIALS_MISSING if action is Action.SIGN and awaited_initials(facts, at.agency) else None
    return [Spot(at.step, at.agency, actors, at.paused_at is not None, lacks)]


def _fits(facts: ComplaintFacts, action: Action, at: OpenStep) -> bool:
    """The few conditions beyond the step itself."""
    track = facts.track(at.agency)
    if action is Action.SEND_BACK and at.step is Step.DIRECT:
        return at.agency is None
    if action is Action.CONTINUE_WITHOUT:
        return at.agency is not None and bool(facts.active_tracks)
    if action is Action.MARK_FIELD_VISIT:
        return track is not None and not track.field_visit
    if action is Action.INITIAL:
        return bool(awaited_initials(facts, at.agency))
    return True


def awaited_initials(facts: ComplaintFacts, agency: str | None) -> tuple[Actor, ...]:
    """Who has yet to initial an agency's draft before its head may sign (paraf hierarki, Permendagri 1/2023)."""
    track = facts.track(agency)
    return track.awaits if track else ()


def _fast_track_spots(facts: ComplaintFacts, action: Action, sop: Sop) -> list[Spot]:
    """Steps 1 to 3 from which this SOP version lets the Kepala Dinas send straight to the agencies."""
    if action is not Action.DIRECT:
        return []
    early = sop.fast_track.from_steps - {Step.DIRECT}
    by = frozenset({sop.fast_track.actor})
    return [Spot(s.step, None, by, s.paused_at is not None) for s in facts.open_steps if s.step in early]


_CaseSpots = Callable[[ComplaintFacts, frozenset[Actor]], tuple[Spot, ...]]


def _if_answered(unless_rated: bool = False) -> _CaseSpots:
    def found(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
        there = facts.status is CaseStatus.ANSWERED and not (unless_rated and facts.rated)
        return (Spot(None, None, actors),) if there else ()

    return found


def _questions(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    return tuple(Spot(s.step, s.agency, actors, True) for s in facts.open_steps if s.paused_at is not None)


def _withdrawable(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    return (Spot(None, None, actors),) if facts.open_steps else ()


def _remarks(facts: ComplaintFacts, actors: frozenset[Actor]) -> tuple[Spot, ...]:
    office = Spot(None, None, actors - AGENCY_ACTORS)
    on_case = (t for t in facts.active_tracks if t.sent_at is not None)
    return (office, *(Spot(None, t.agency, actors & AGENCY_ACTORS) for t in on_case))


_CASE_SPOTS: dict[Action, _CaseSpots] = {
    Action.ADD_INFORMATION: _questions,
    Action.EXPIRE_QUESTION: _questions,
    Action.RATE: _if_answered(unless_rated=True),
    Action.REOPEN: _if_answered(),
    Action.CLOSE: _if_answered(),
    Action.WITHDRAW: _withdrawable,
    Action.NOTE: _remarks,
    Action.ATTACH: _remarks,
}
