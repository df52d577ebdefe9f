"""The check of an SOP version: every fault by which a case could get stuck, or a wrong person could act."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workflow_rules.process.actors import BY_REPORTER, BY_SYSTEM, Organisation
from workflow_rules.process.possible_actions import ACT_OF, POWERS, REVIEWS, SIDE_ACTIONS
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.process.steps import AGENCY_KINDS, STATUS_OF, CaseStatus, StepKind, kind_of


class SopFaultReason(StrEnum):
    """An enum of what can be wrong with an SOP version."""

    MISSING_STEP = "missing_step"
    DUPLICATE = "duplicate"
    WRONG_ID = "wrong_id"
    WRONG_ORDER = "wrong_order"
    UNKNOWN_ACTOR = "unknown_actor"
    WRONG_ORGANISATION = "wrong_organisation"
    NO_ALLOWANCE = "no_allowance"
    NOT_POSITIVE = "not_positive"
    OUT_OF_RANGE = "out_of_range"
    WRONG_ACT = "wrong_act"
    WRONG_STATUS = "wrong_status"
    WRONG_RETURN = "wrong_return"
    SIDE_ACTION_NOT_POSSIBLE = "side_action_not_possible"
    NOT_LEADING = "not_leading"
    NO_LINE_TO_THE_TOP = "no_line_to_the_top"
    NOBODY_MAY = "nobody_may"
    NO_WAY_TO_AGENCIES = "no_way_to_agencies"


@dataclass(frozen=True)
class SopFault:
    """One fault: `path` is the place in the version, such as `steps[3].actor`, `value` what stands there."""

    path: str
    reason: SopFaultReason
    value: str = ""


class WrongSop(ValueError):
    """Exception raised when the parts of a version form no SOP that works. `faults` holds each of them."""

    def __init__(self, faults: tuple[SopFault, ...]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.reason.value} {one.value}".strip() for one in faults))
        self.faults = faults


_BEFORE = (StepKind.REGISTER, StepKind.REVIEW, StepKind.DIRECT, StepKind.RELAY)
_AFTER = (StepKind.DISPOSE_ANSWER, StepKind.REVIEW, StepKind.REPLY)
_ONCE: tuple[StepKind, ...] = tuple(kind for kind in StepKind if kind not in (StepKind.REVIEW, StepKind.RELAY))
_OF_EARLY_REVIEWS: frozenset[CaseStatus | None] = frozenset({CaseStatus.CHECKING, CaseStatus.REPORTING})
_OF_LATE_REVIEWS: frozenset[CaseStatus | None] = frozenset({CaseStatus.DISPOSING_ANSWER, CaseStatus.REPLYING})
R = SopFaultReason


def faults_of(sop: Sop) -> tuple[SopFault, ...]:
    """Return every fault of a version; () for one that works: each step and each end can be reached, each cycle needs
    an officer's act, each step has a role of its organisation.
    """
    found = [*_of_actors(sop), *_of_order(sop)]
    for place, row in enumerate(sop.steps):
        found += _of_step(sop, f"steps[{place}]", place, row)
    return (*found, *_of_rights(sop), *_of_limits(sop))


def checked(sop: Sop) -> Sop:
    """Return the version, which has no fault. Raises WrongSop, a ValueError, with every fault that it has."""
    if faults := faults_of(sop):
        raise WrongSop(faults)
    return sop


def _of_actors(sop: Sop) -> Iterator[SopFault]:
    codes = [actor.code for actor in sop.actors]
    by_code = {actor.code: actor for actor in sop.actors}
    for place, actor in enumerate(sop.actors):
        path = f"actors[{place}]"
        if codes.index(actor.code) < place or actor.code in (BY_REPORTER, BY_SYSTEM):
            yield SopFault(f"{path}.code", R.DUPLICATE, actor.code)
        if actor.superior is not None and actor.superior not in by_code:
            yield SopFault(f"{path}.superior", R.UNKNOWN_ACTOR, actor.superior)
            continue
        top, steps = actor, 0
        while top.superior in by_code and steps <= len(codes):
            top, steps = by_code[top.superior], steps + 1
        if top.superior is not None and steps > len(codes):
            yield SopFault(f"{path}.superior", R.NO_LINE_TO_THE_TOP, actor.superior or "")
        elif actor.organisation is Organisation.OFFICE and actor.superior in sop.agency_actors:
            yield SopFault(f"{path}.superior", R.WRONG_ORGANISATION, actor.superior)


def _of_order(sop: Sop) -> Iterator[SopFault]:
    kinds, ids = [row.kind for row in sop.steps], [row.step for row in sop.steps]
    for needed in _ONCE:
        if needed not in kinds:
            yield SopFault("steps", R.MISSING_STEP, needed.value)
    for place, (kind, step) in enumerate(zip(kinds, ids, strict=True)):
        if ids.index(step) < place or (kind is not StepKind.REVIEW and kinds.index(kind) < place):
            yield SopFault(f"steps[{place}]", R.DUPLICATE, step)
    for place in range(1, len(kinds)):
        if _rank(kinds, place) < _rank(kinds, place - 1):
            yield SopFault(f"steps[{place}]", R.WRONG_ORDER, ids[place])


def _rank(kinds: list[StepKind], place: int) -> int:
    """Return where a step belongs: reviews between registration and direction, or between the two last steps."""
    line = (*_BEFORE, *AGENCY_KINDS, *_AFTER)
    kind = kinds[place]
    if kind is not StepKind.REVIEW:
        return line.index(kind)
    return len(line) - 2 if StepKind.DISPOSE_ANSWER in kinds[:place] else 1


def _of_step(sop: Sop, path: str, place: int, row: SopStep) -> Iterator[SopFault]:
    if row.kind is not kind_of(row.step):
        yield SopFault(f"{path}.id", R.WRONG_ID, row.step)
    own = Organisation.AGENCY if row.of_agency else Organisation.OFFICE
    yield from _of_roles(sop, f"{path}.actor", (row.actor,), own)
    if row.allowance is None and row.kind is not StepKind.RELAY:
        yield SopFault(f"{path}.allowance", R.NO_ALLOWANCE, row.step)
    if row.allowance is not None and row.allowance.value < 1:
        yield SopFault(f"{path}.allowance", R.NOT_POSITIVE, str(row.allowance.value))
    late = any(before.kind is StepKind.DISPOSE_ANSWER for before in sop.steps[:place])
    if row.status not in statuses_of(sop, place):
        yield SopFault(f"{path}.status", R.WRONG_STATUS, row.status or "")
    if row.act not in (REVIEWS if row.kind is StepKind.REVIEW else (ACT_OF[row.kind],)):
        yield SopFault(f"{path}.act", R.WRONG_ACT, row.act.value)
    if row.back_to is not None and row.back_to not in returns_of(sop, place):
        yield SopFault(f"{path}.back_to", R.WRONG_RETURN, row.back_to)
    for action in sorted(row.side_actions):
        if row.kind not in SIDE_ACTIONS.get(action, ()) or (late and row.kind is StepKind.REVIEW):
            yield SopFault(f"{path}.side_actions", R.SIDE_ACTION_NOT_POSSIBLE, action.value)


def statuses_of(sop: Sop, place: int) -> frozenset[CaseStatus | None]:
    """Return the statuses possible at the step in this place: for a review those of its part of the process."""
    row = sop.steps[place]
    if row.kind is not StepKind.REVIEW:
        return frozenset({STATUS_OF.get(row.kind)})
    late = any(before.kind is StepKind.DISPOSE_ANSWER for before in sop.steps[:place])
    return _OF_LATE_REVIEWS if late else _OF_EARLY_REVIEWS


def returns_of(sop: Sop, place: int) -> set[str]:
    """Return the ids of the steps to which the step in this place may send back: earlier ones of the same part of the
    process; a signer and whoever takes up the answers return the draft.
    """
    row = sop.steps[place]
    if row.kind in (StepKind.SIGN_ANSWER, StepKind.DISPOSE_ANSWER):
        return {one.step for one in sop.steps if one.kind is StepKind.DRAFT_ANSWER}
    if row.of_agency or row.kind is StepKind.RELAY:
        return set()
    since = max((n for n, one in enumerate(sop.steps[:place]) if one.kind is StepKind.DISPOSE_ANSWER), default=0)
    return {one.step for one in sop.steps[since:place]}


def _of_roles(sop: Sop, path: str, codes: Iterable[str], own: Organisation) -> Iterator[SopFault]:
    by_code = {actor.code: actor for actor in sop.actors}
    for code in codes:
        if code not in by_code:
            yield SopFault(path, R.UNKNOWN_ACTOR, code)
        elif by_code[code].organisation is not own:
            yield SopFault(path, R.WRONG_ORGANISATION, code)


def _of_rights(sop: Sop) -> Iterator[SopFault]:
    yield from _of_roles(sop, "fast_track.actor", (sop.fast_track.actor,), Organisation.OFFICE)
    place, direct = next(((n, row.step) for n, row in enumerate(sop.steps) if row.kind is StepKind.DIRECT), (0, None))
    leading = {row.step for row in sop.steps[: place + 1] if row.kind is not StepKind.RELAY}
    for step in sorted(sop.fast_track.from_steps - leading):
        yield SopFault("fast_track.from_steps", R.NOT_LEADING, step)
    if direct is not None and not sop.relays and direct not in sop.fast_track.from_steps:
        yield SopFault("fast_track.from_steps", R.NO_WAY_TO_AGENCIES, direct)
    for action, own in POWERS.items():
        if not sop.powers.get(action):
            yield SopFault(f"powers.{action.value}", R.NOBODY_MAY)
        yield from _of_roles(sop, f"powers.{action.value}", sorted(sop.powers.get(action, ())), own)
    for action in sop.powers.keys() - POWERS.keys():
        yield SopFault("powers", R.SIDE_ACTION_NOT_POSSIBLE, action.value)


def _of_limits(sop: Sop) -> Iterator[SopFault]:
    for name in ("extended_draft", "silence", "question"):
        if getattr(sop, name).value < 1:
            yield SopFault(name, R.NOT_POSITIVE, str(getattr(sop, name).value))
    for name, most in (("warning_percent", 100), ("alarm_days", 30)):
        if not 1 <= getattr(sop, name) <= most:
            yield SopFault(name, R.OUT_OF_RANGE, f"1-{most}")
