"""Where each action is possible in the state of a case, and which roles may perform it (design section 4)."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import BY_REPORTER, BY_SYSTEM
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.refusals import RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import CaseStatus, StepKind


@dataclass(frozen=True)
class Spot:
    """A value object: one place where an action is possible now. `step` and `agency` are None for an action on the
    whole case; `lacks` is the `RefusalReason` that still blocks it, None when nothing does.
    """

    step: str | None
    agency: str | None
    actors: frozenset[str]
    paused: bool = False
    lacks: RefusalReason | None = None


_WITH_REPORTER = frozenset({Action.ADD_INFORMATION, Action.RATE, Action.REOPEN, Action.WITHDRAW})
"""Actions of the reporter, which officers with the power to do so perform on the reporter's behalf."""
_OF_ANYBODY = frozenset({Action.NOTE, Action.ATTACH})

_SYSTEM = frozenset({BY_SYSTEM})
_NOBODY: frozenset[str] = frozenset()
WHILE_PAUSED = frozenset({Action.NOTE, Action.ATTACH, Action.ADD_INFORMATION, Action.WITHDRAW, Action.EXPIRE_QUESTION})
_REACHES_AGENCIES = frozenset({Action.DIRECT, Action.RELAY, Action.ADD_AGENCY})


def entitled_actors(action: Action, sop: Sop) -> frozenset[str]:
    """Return a frozenset of the roles that could ever perform the action under this SOP, whatever the case's state."""
    if action in _OF_ANYBODY:
        return sop.office_actors | sop.agency_actors | {BY_REPORTER}
    if action is Action.EXPIRE_QUESTION:
        return _SYSTEM
    if action is Action.INITIAL:
        return frozenset(sop.initiallers)
    if action is Action.DIRECT:
        return sop.owners[action] | {sop.fast_track.actor}
    may = sop.powers.get(action)
    if may is None:
        return sop.owners.get(action, _NOBODY)
    if action in _WITH_REPORTER:
        return may | {BY_REPORTER}
    if action is Action.CLOSE:
        return may | _SYSTEM
    return may | sop.owners.get(action, _NOBODY) if action is Action.CORRECT else may


def spots(facts: ComplaintFacts, action: Action, sop: Sop) -> tuple[Spot, ...]:
    """Return a tuple of `Spot`: every place where the action is possible in this state, for any person; () for none."""
    of_the_case = _CASE_SPOTS.get(action)
    if of_the_case is not None:
        return of_the_case(facts, entitled_actors(action, sop), sop)
    found = [spot for step in facts.open_steps for spot in _spots_at(facts, action, sop, step)]
    if action is Action.DIRECT:
        # Earlier steps from which this SOP version lets the fast track's role direct a case to the agencies.
        fast = sop.fast_track
        early = [s for s in facts.open_steps if s.step in fast.from_steps and s.kind is not StepKind.DIRECT]
        by, lacks = frozenset({fast.actor}), _lacks(facts, action, None)
        found += [Spot(s.step, None, by, s.paused_at is not None, lacks) for s in early]
    return tuple(found)


def _spots_at(facts: ComplaintFacts, action: Action, sop: Sop, at: OpenStep) -> list[Spot]:
    row = sop.row(at.step)
    if action not in row.actions or not _fits(facts, action, at):
        return []
    actors = sop.powers.get(action) or frozenset({row.actor})
    if action is Action.INITIAL:
        actors = frozenset(awaited_initials(facts, at.agency))
    if action is Action.SEND_BACK and at.kind is StepKind.DISPOSE_ANSWER:
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
    """Return whether the conditions of an action hold at an open step at which it is possible."""
    track = facts.track(at.agency)
    if action is Action.SEND_BACK and at.kind is StepKind.DIRECT:
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


def awaited_initials(facts: ComplaintFacts, agency: str | None) -> tuple[str, ...]:
    """Return a tuple of the roles yet to initial an agency's draft before its head may sign; () when none has."""
    track = facts.track(agency)
    return track.awaits if track else ()


_CaseSpots = Callable[[ComplaintFacts, frozenset[str], Sop], tuple[Spot, ...]]


def _answered(facts: ComplaintFacts, actors: frozenset[str], _sop: Sop) -> tuple[Spot, ...]:
    return (Spot(None, None, actors),) if facts.status is CaseStatus.ANSWERED else ()


def _questions(facts: ComplaintFacts, actors: frozenset[str], _sop: Sop) -> tuple[Spot, ...]:
    return tuple(Spot(s.step, s.agency, actors, True) for s in facts.open_steps if s.paused_at is not None)


def _correctable(facts: ComplaintFacts, actors: frozenset[str], sop: Sop) -> tuple[Spot, ...]:
    """Return (spot,) for a correction by those with the power, and by the owner of the office's open step where that
    step allows it; () when no step is open, or the answer is being given.
    """
    if not facts.open_steps or facts.at_kind(StepKind.REPLY):
        return ()
    own = facts.step_of_track(None)
    row = sop.row(own.step) if own is not None else None
    owner = {row.actor} if row is not None and Action.CORRECT in row.side_actions else _NOBODY
    return (_of_office(facts, actors & sop.powers[Action.CORRECT] | owner),)


def _to_be_confirmed(facts: ComplaintFacts, actors: frozenset[str], _sop: Sop) -> tuple[Spot, ...]:
    return (_of_office(facts, actors),) if facts.open_steps and facts.anonymity_unconfirmed else ()


def _of_office(facts: ComplaintFacts, actors: frozenset[str]) -> Spot:
    """Return the `Spot` for an action on the whole case, at the office's own open step if there is one."""
    own = facts.step_of_track(None)
    return Spot(own.step, None, actors, own.paused_at is not None) if own else Spot(None, None, actors)


def _with_agencies(facts: ComplaintFacts, actors: frozenset[str], _sop: Sop) -> tuple[Spot, ...]:
    """Return (spot,) for adding an agency while one works on the case and no step of the office is open, else ()."""
    at_work = any(t.sent_at is not None for t in facts.active_tracks) and facts.step_of_track(None) is None
    lacks = _lacks(facts, Action.ADD_AGENCY, None)
    return (Spot(None, None, actors, lacks=lacks),) if facts.open_steps and at_work else ()


def _remarks(facts: ComplaintFacts, actors: frozenset[str], sop: Sop) -> tuple[Spot, ...]:
    office = Spot(None, None, actors - sop.agency_actors)
    on_case = (t for t in facts.active_tracks if t.sent_at is not None)
    return (office, *(Spot(None, t.agency, actors & sop.agency_actors) for t in on_case))


_CASE_SPOTS: dict[Action, _CaseSpots] = {
    Action.ADD_INFORMATION: _questions,
    Action.EXPIRE_QUESTION: _questions,
    Action.RATE: lambda facts, actors, sop: () if facts.rated else _answered(facts, actors, sop),
    Action.REOPEN: _answered,
    Action.CLOSE: _answered,
    Action.WITHDRAW: lambda facts, actors, _sop: (Spot(None, None, actors),) if facts.open_steps else (),
    Action.CORRECT: _correctable,
    Action.CONFIRM_ANONYMITY: _to_be_confirmed,
    Action.ADD_AGENCY: _with_agencies,
    Action.NOTE: _remarks,
    Action.ATTACH: _remarks,
}
