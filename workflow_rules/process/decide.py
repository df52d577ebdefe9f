"""The decision whether a person may perform an action now, and what follows from it (design section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_rules.process import guards
from workflow_rules.process.actions import NAMES_AGENCY, Action, ActionRequest
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import evolve
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.moves import WHILE_PAUSED, Spot, entitled_actors, spots
from workflow_rules.process.parameters import SECRETS, check_fields, fields_of
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import ENDED, Route, StepKind

_BY_THE_CLOCK = frozenset({Action.EXPIRE_QUESTION})


@dataclass(frozen=True)
class Decision:
    """A value object with the outcome of an accepted action: the event to record, the ComplaintFacts after it, the
    cleaned parameters (with secret ones), and the steps that it opened and closed. Nothing is stored yet.
    """

    event: Event
    after: ComplaintFacts
    params: Mapping[str, Any]
    opened: tuple[OpenStep, ...]
    closed: tuple[OpenStep, ...]


@dataclass(frozen=True)
class AllowedAction:
    """A value object: one action that a person may perform now. `step` and `agency` are None for an action on the whole
    case. `again` marks a direction that replaces an agency which declined; it needs fewer parameters.
    """

    action: Action
    step: str | None
    agency: str | None
    capacity: Capacity
    again: bool = False


def sees(person: Person, facts: ComplaintFacts) -> bool:
    """Return whether the person may see the case: an agency sees only cases sent to it; the office, supervisors, the
    reporter and the system see every case.
    """
    return person.sees_every_case or bool(person.agencies & facts.seen_by)


def decide(facts: ComplaintFacts, action: ActionRequest, by: Person, sop: Sop, now: datetime) -> Decision:
    """Return the `Decision` about an action requested at `now` (aware); stores nothing. Raises ActionRefused when a
    rule forbids the action (checked in the order not_visible, case_ended, role and place, time window, parameters),
    ValueError when `now` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("naive datetime")
    if not sees(by, facts):
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    if facts.status in ENDED:
        raise ActionRefused(RefusalReason.CASE_ENDED, facts.status.value)
    spot, capacity = _place(facts, action, by, sop)
    guards.window_is_right(action, spot, capacity, now)
    params = _params(facts, action, spot, sop)
    secret = SECRETS[action.action]
    data = {name: value for name, value in params.items() if name not in secret}
    agency = params["agency"] if action.action is Action.ADD_AGENCY else spot.agency
    event = Event(action.action, now, capacity, spot.step, agency, data)
    after = evolve(facts, event, sop)
    return Decision(event, after, params, _new(after, facts), _new(facts, after))


def allowed_actions(facts: ComplaintFacts, by: Person, sop: Sop) -> tuple[AllowedAction, ...]:
    """Return an `AllowedAction` for every action that the person may perform now, in the order of `Action`; () when
    they may not see the case or it has ended. The time windows of `decide` are not checked.
    """
    if not sees(by, facts) or facts.status in ENDED:
        return ()
    found: dict[tuple[Action, str | None, str | None], AllowedAction] = {}
    for action in (a for a in Action if a not in _BY_THE_CLOCK):
        for spot in spots(facts, action, sop):
            capacity = _capacity_for(spot, by.capacities)
            if capacity is None or spot.lacks or (spot.paused and action not in WHILE_PAUSED):
                continue
            key = (action, spot.step, spot.agency)
            found[key] = AllowedAction(*key, capacity, _is_again(action, spot))
    return tuple(found.values())


def _new(these: ComplaintFacts, those: ComplaintFacts) -> tuple[OpenStep, ...]:
    before = {(s.step, s.agency, s.opened_at) for s in those.open_steps}
    return tuple(s for s in these.open_steps if (s.step, s.agency, s.opened_at) not in before)


def _is_again(action: Action, spot: Spot) -> bool:
    return action is Action.DIRECT and spot.agency is not None


def _capacity_for(spot: Spot, capacities: tuple[Capacity, ...]) -> Capacity | None:
    """Return the first `Capacity` that may act at the spot (an agency's only on that agency's track), else None."""
    for held in capacities:
        own = held.agency == spot.agency or held.agency is None
        if held.actor in spot.actors and own:
            return held
    return None


def _place(facts: ComplaintFacts, request: ActionRequest, by: Person, sop: Sop) -> tuple[Spot, Capacity]:
    """Return (spot, capacity): the place meant and the capacity in which the person acts there. Raises ActionRefused:
    not_your_step, wrong_agency, paused, out_of_order, missing_input (agency), or what the spot lacks.
    """
    may = entitled_actors(request.action, sop)
    entitled = tuple(c for c in by.capacities if c.actor in may)
    if not entitled:
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    open_spots = [s for s in spots(facts, request.action, sop) if _route_allows(facts, s, request, sop)]
    meant = [s for s in open_spots if _names(s, request, entitled, open_spots)]
    held = [(spot, capacity) for spot in meant if (capacity := _capacity_for(spot, entitled)) is not None]
    if not held:
        raise _why_not(facts, request, entitled, open_spots, meant)
    spot, capacity = held[0]
    if len(held) > 1 and spot.agency is not None:
        raise _which_agency(request)
    if spot.paused and request.action not in WHILE_PAUSED:
        raise ActionRefused(RefusalReason.PAUSED)
    if spot.lacks is not None:
        raise ActionRefused(spot.lacks)
    return spot, capacity


def _route_allows(facts: ComplaintFacts, spot: Spot, request: ActionRequest, sop: Sop) -> bool:
    """Return whether the requested route of a direction is possible at the spot. The fast track needs a step that the
    SOP lists for it, or a replacement on a case already directed by it. Directing through the Admin needs the
    direction itself, and a relay.
    """
    route = _given(request).get("route") if request.action is Action.DIRECT else None
    if route == Route.VIA_ADMIN:
        return sop.relays and spot.step is not None and sop.row(spot.step).kind is StepKind.DIRECT
    if route == Route.FAST:
        on_it = spot.agency is not None and facts.route is Route.FAST
        return on_it or spot.step in sop.fast_track.from_steps
    return True


def _given(request: ActionRequest) -> Mapping[str, Any]:
    """Return the request's parameters before validation as a mapping; {} when they are no mapping."""
    return request.params if isinstance(request.params, Mapping) else {}


def _names(spot: Spot, request: ActionRequest, entitled: tuple[Capacity, ...], among: list[Spot]) -> bool:
    """Return whether the request means this spot: it names the spot's agency, or it names none and the spot is the
    office's, on a track of the person's own agency, or the only open question.
    """
    named = request.agency
    if request.action is Action.ADD_AGENCY:
        return True
    if named is None and request.action in NAMES_AGENCY:
        named = _given(request).get("agency")
    if named is not None:
        return spot.agency == named
    own = any(c.agency == spot.agency for c in entitled if c.agency is not None)
    only_question = request.action in (Action.ADD_INFORMATION, Action.EXPIRE_QUESTION) and len(among) == 1
    return spot.agency is None or own or only_question


def _which_agency(request: ActionRequest) -> ActionRefused:
    """Return (not raise) ActionRefused(missing_input) for a request that does not name its agency. Where `agency` is a
    parameter of the action, the errors of the other parameters are included.
    """
    named = request.action in NAMES_AGENCY
    errors = check_fields(fields_of(request.action, choices=request.known.choices), request.params)[1] if named else ()
    if not any(error.field == "agency" for error in errors):
        errors = (FieldError("agency", FieldFault.REQUIRED), *errors)
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)


def _why_not(
    facts: ComplaintFacts,
    request: ActionRequest,
    entitled: tuple[Capacity, ...],
    open_spots: list[Spot],
    meant: list[Spot],
) -> ActionRefused:
    """Return (not raise) the ActionRefused for a person with no fitting spot, checked in this order (design section 4):
    wrong_agency, paused, not_your_step, missing_input (the agency), out_of_order.
    """
    agencies = {c.agency for c in entitled}
    if request.agency is not None and None not in agencies and request.agency not in agencies:
        return ActionRefused(RefusalReason.WRONG_AGENCY)
    own = [facts.step_of_track(agency) for agency in agencies]
    if request.action not in WHILE_PAUSED and any(s is not None and s.paused_at is not None for s in own):
        return ActionRefused(RefusalReason.PAUSED)
    if meant:
        return ActionRefused(RefusalReason.NOT_YOUR_STEP)
    if request.agency is not None or not any(_capacity_for(s, entitled) for s in open_spots):
        return ActionRefused(RefusalReason.OUT_OF_ORDER)
    return _which_agency(request)


def _params(facts: ComplaintFacts, request: ActionRequest, spot: Spot, sop: Sop) -> dict[str, Any]:
    again = _is_again(request.action, spot)
    params, errors = check_fields(fields_of(request.action, again, request.known.choices), request.params)
    errors += request.known.fields.errors
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    params.pop("fields", None)
    if request.action is Action.REGISTER:
        guards.identity_is_complete(facts, params, request, sop)
    if request.action is Action.EXTEND:
        guards.extension_is_allowed(facts, params, sop)
    if request.action is Action.DIRECT:
        params = guards.direction_names_agencies(facts, params, request.known, spot)
        skipped = sop.skipped_from(spot.step) if spot.step is not None else ()
        params = {**params, "skipped": list(skipped)} if skipped else params
    guard = guards.GUARDS.get(request.action)
    if guard is not None:
        guard(facts, params, request, spot)
    return {**params, **request.known.fields.recorded}
