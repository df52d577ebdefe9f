"""One version of the SOP as a value: its steps, allowances and fast track."""

from dataclasses import dataclass
from functools import cached_property

from workflow_rules.process.actors import AGENCY_ACTORS, OFFICE_ACTORS, Actor
from workflow_rules.process.steps import AGENCY_STEPS, LEADING_STEPS, Step
from workflow_rules.time.deadlines import Allowance, Unit


@dataclass(frozen=True)
class SopStep:
    """One row of the SOP with its printed number; `allowance` is None only for the relay, which shares step 4's."""

    step: Step
    number: int
    actor: Actor
    allowance: Allowance | None
    procedure: str = ""
    inputs: str = ""
    output: str = ""
    remark: str = ""


@dataclass(frozen=True)
class FastTrack:
    """The role that may direct a case straight to the agencies, and from which steps (the SOP's thick line)."""

    actor: Actor = Actor.OFFICE_HEAD
    from_steps: frozenset[Step] = frozenset({Step.DIRECT})


_FOURTEEN_DAYS = Allowance(14, Unit.WORKING_DAYS)
_TEN_DAYS = Allowance(10, Unit.WORKING_DAYS)


@dataclass(frozen=True)
class Sop:
    """A value object: one version of the SOP. `silence` is how long an answered case waits for the reporter before it
    closes, `question` how long a question waits for the answer. Raises ValueError when a step is missing or repeated,
    lacks an allowance, or belongs to a role of the wrong organisation, and when the fast track starts after step 4.
    """

    version: str
    steps: tuple[SopStep, ...]
    extended_draft: Allowance = _FOURTEEN_DAYS
    fast_track: FastTrack = FastTrack()
    silence: Allowance = _TEN_DAYS
    question: Allowance = _TEN_DAYS
    nik_channels: frozenset[str] = frozenset()
    most_more_days: int = 14
    """Maximum working days by which the Kepala Dinas may extend step 7 of one agency, once."""

    def __post_init__(self) -> None:
        if sorted(s.step for s in self.steps) != sorted(Step):
            raise ValueError("an SOP has every step exactly once")
        for row in self.steps:
            if row.actor not in (AGENCY_ACTORS if row.step in AGENCY_STEPS else OFFICE_ACTORS):
                raise ValueError(f"{row.actor} cannot own {row.step}")
            if row.allowance is None and row.step is not Step.RELAY:
                raise ValueError(f"{row.step} needs an allowance")
        if not self.fast_track.from_steps <= frozenset(LEADING_STEPS):
            raise ValueError("the fast track starts at one of the steps 1 to 4")

    @cached_property
    def _rows(self) -> dict[Step, SopStep]:
        return {row.step: row for row in self.steps}

    def row(self, step: Step) -> SopStep:
        return self._rows[step]

    def owner(self, step: Step) -> Actor:
        return self._rows[step].actor

    def allowance(self, step: Step, extended: bool = False, more_days: int = 0) -> Allowance:
        """Return the `Allowance` of a step; the relay has that of step 4. For step 7, `extended` selects the allowance
        for a field visit or cross-agency case, and `more_days` working days are added.
        """
        if step is Step.DRAFT_ANSWER and (extended or more_days):
            own = self.extended_draft if extended else self._allowance(step)
            return Allowance(own.value + more_days, own.unit)
        return self._allowance(step)

    def _allowance(self, step: Step) -> Allowance:
        return self._rows[step].allowance or self._allowance(Step.DIRECT)

    def can_extend(self, extended: bool) -> bool:
        """Return whether step 7 can be extended by working days: True if its allowance is in days, not minutes."""
        return self.allowance(Step.DRAFT_ANSWER, extended).unit is Unit.WORKING_DAYS

    def allowances(self, extended: bool = False, reopened: bool = False) -> tuple[Allowance, ...]:
        """Return a tuple of the allowances of all steps that have one, in order; without step 1 for a reopened case."""
        own = (row.step for row in self.steps if row.allowance is not None)
        return tuple(self.allowance(step, extended) for step in own if not (reopened and step is Step.REGISTER))

    def skipped_from(self, step: Step) -> tuple[Step, ...]:
        """Return a tuple of the steps that a direction given at `step` skips, in order; () from step 4 on."""
        return LEADING_STEPS[LEADING_STEPS.index(step) : -1] if step in LEADING_STEPS else ()
