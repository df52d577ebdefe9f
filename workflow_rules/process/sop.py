"""One version of the SOP as a value: its steps, roles, rights, allowances and fast track."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Actor, Organisation
from workflow_rules.process.possible_actions import BESIDES
from workflow_rules.process.steps import AGENCY_KINDS, CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, Unit


@dataclass(frozen=True)
class SopStep:
    """One row of the SOP with its printed number. `allowance` is None only for a relay, which shares that of the
    direction; `back_to` is the id of the step to which the case may be sent back, `side_actions` are what else the
    office allows here, and `status` that of a case whose office is at this step (None: a step of an agency).
    """

    step: str
    kind: StepKind
    number: int
    actor: str
    allowance: Allowance | None
    act: Action
    status: CaseStatus | None = None
    back_to: str | None = None
    side_actions: frozenset[Action] = frozenset()

    @property
    def of_agency(self) -> bool:
        return self.kind in AGENCY_KINDS

    @cached_property
    def actions(self) -> frozenset[Action]:
        """Every action that is possible at this step, in some state and for some role."""
        back = frozenset({Action.SEND_BACK} if self.back_to else ())
        return frozenset({self.act}) | BESIDES.get(self.kind, frozenset()) | self.side_actions | back


@dataclass(frozen=True)
class FastTrack:
    """The role that may direct a case straight to the agencies, and from which steps (the SOP's thick line)."""

    actor: str
    from_steps: frozenset[str]


_FOURTEEN_DAYS, _TEN_DAYS = Allowance(14, Unit.WORKING_DAYS), Allowance(10, Unit.WORKING_DAYS)


@dataclass(frozen=True)
class Sop:
    """A value object: one version of the SOP. `steps` stand in their order: the office's up to the relay, the agency's,
    the office's after them. `powers` maps an action that is no step's own to the roles that may perform it. `silence`
    is how long an answered case waits for the reporter before it closes, `question` how long a question waits for the
    answer. A draft may have faults; a version by which cases are decided is `checked` first.
    """

    version: str
    steps: tuple[SopStep, ...]
    actors: tuple[Actor, ...]
    fast_track: FastTrack
    powers: Mapping[Action, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    extended_draft: Allowance = _FOURTEEN_DAYS
    silence: Allowance = _TEN_DAYS
    question: Allowance = _TEN_DAYS
    nik_channels: frozenset[str] = frozenset()
    most_more_days: int = 14
    """Maximum working days by which the draft of one agency may be extended, once."""
    warning_percent: int = 80
    """Share of the time of a step after which its holder is warned."""
    alarm_days: int = 1
    """Working days after which a late step is escalated one level further."""

    @cached_property
    def _rows(self) -> dict[str, SopStep]:
        return {row.step: row for row in self.steps}

    @cached_property
    def _kinds(self) -> dict[StepKind, SopStep]:
        return {row.kind: row for row in self.steps}

    @cached_property
    def _actors(self) -> dict[str, Actor]:
        return {actor.code: actor for actor in self.actors}

    @cached_property
    def _next(self) -> dict[str, SopStep]:
        return {row.step: following for row, following in pairwise(self.steps)}

    def row(self, step: str) -> SopStep:
        return self._rows[step]

    def of_kind(self, kind: StepKind) -> SopStep:
        """Return the step of a kind of which there is one. Raises KeyError for a relay that this version has not."""
        return self._kinds[kind]

    def owner(self, step: str) -> str:
        return self._rows[step].actor

    def actor(self, code: str) -> Actor:
        return self._actors[code]

    @property
    def warning_share(self) -> float:
        return self.warning_percent / 100

    @property
    def relays(self) -> bool:
        """Whether a direction may go through the Admin, who relays it to the agencies."""
        return StepKind.RELAY in self._kinds

    @cached_property
    def office_actors(self) -> frozenset[str]:
        return frozenset(actor.code for actor in self.actors if actor.organisation is Organisation.OFFICE)

    @cached_property
    def agency_actors(self) -> frozenset[str]:
        return frozenset(actor.code for actor in self.actors if actor.organisation is Organisation.AGENCY)

    @cached_property
    def initiallers(self) -> tuple[str, ...]:
        """The roles that may be asked to initial a draft: those of an agency that do not sign it."""
        signer = self.of_kind(StepKind.SIGN_ANSWER).actor
        return tuple(sorted(self.agency_actors - {signer}))

    @cached_property
    def owners(self) -> Mapping[Action, frozenset[str]]:
        """The roles that own a step at which an action is possible, by action."""
        found: dict[Action, frozenset[str]] = {}
        for row in self.steps:
            for action in row.actions:
                found[action] = found.get(action, frozenset()) | {row.actor}
        return found

    @cached_property
    def leading(self) -> tuple[SopStep, ...]:
        """The steps of the office up to the direction, in their order."""
        return self.steps[: self.steps.index(self.of_kind(StepKind.DIRECT)) + 1]

    def after(self, step: str) -> SopStep:
        """Return the step that follows a step. Raises KeyError for an unknown step and for the last one."""
        return self._next[step]

    def superiors(self, code: str) -> tuple[str, ...]:
        """Return the codes of the superiors of a role, from the direct one to the top."""
        line: list[str] = []
        above = self._actors[code].superior
        while above is not None:
            line.append(above)
            above = self._actors[above].superior
        return tuple(line)

    def allowance(self, step: str, extended: bool = False, more_days: int = 0) -> Allowance:
        """Return the `Allowance` of a step; a relay has that of the direction. For the draft, `extended` selects the
        allowance for a field visit or cross-agency case, and `more_days` working days are added.
        """
        row = self._rows[step]
        own = row.allowance or self.of_kind(StepKind.DIRECT).allowance
        assert own is not None
        if row.kind is StepKind.DRAFT_ANSWER and (extended or more_days):
            own = self.extended_draft if extended else own
            return Allowance(own.value + more_days, own.unit)
        return own

    def can_extend(self, extended: bool) -> bool:
        """Return whether the draft can be extended by working days: True if its allowance is in days, not minutes."""
        return self.allowance(self.of_kind(StepKind.DRAFT_ANSWER).step, extended).unit is Unit.WORKING_DAYS

    def allowances(self, extended: bool = False, reopened: bool = False) -> tuple[Allowance, ...]:
        """Return a tuple of the allowances of all steps that have one, in order; without the registration for a
        reopened case.
        """
        own = (row for row in self.steps if row.allowance is not None)
        counted = (row.step for row in own if not (reopened and row.kind is StepKind.REGISTER))
        return tuple(self.allowance(step, extended) for step in counted)

    def skipped_from(self, step: str) -> tuple[str, ...]:
        """Return a tuple of the steps that a direction given at `step` skips, in order; () from the direction on."""
        leading = [row.step for row in self.leading]
        return tuple(leading[leading.index(step) : -1]) if step in leading else ()
