"""The five public stages that a citizen is shown in place of the eleven steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.sop import SopStep
from workflow_rules.process.steps import CaseStatus, StepKind


class PublicStage(IntEnum):
    """An enum of the five stages that the public page shows, in order."""

    RECEIVED = 1
    CHECKED = 2
    HANDLED = 3
    PREPARED = 4
    ANSWERED = 5


class StageState(StrEnum):
    """An enum of the states of a stage; `stopped`: not reached because the case ended without an answer."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    STOPPED = "stopped"


_STAGE_OF_OFFICE = {
    CaseStatus.REGISTERING: PublicStage.RECEIVED,
    CaseStatus.CHECKING: PublicStage.CHECKED,
    CaseStatus.REPORTING: PublicStage.CHECKED,
    CaseStatus.DIRECTING: PublicStage.CHECKED,
    CaseStatus.RELAYING: PublicStage.CHECKED,
    CaseStatus.DISPOSING_ANSWER: PublicStage.PREPARED,
    CaseStatus.REPLYING: PublicStage.PREPARED,
}
_PREPARE = frozenset({StepKind.SIGN_ANSWER, StepKind.SEND_ANSWER})
"""Kinds of an agency's steps after the draft. Drafting counts as handled: the agency may still work on the matter."""

ENDED_UNANSWERED = frozenset({CaseStatus.ARCHIVED, CaseStatus.MERGED, CaseStatus.WITHDRAWN})


@dataclass(frozen=True)
class StageLine:
    """One public stage of a case; `since` (aware) is when it was reached in the current cycle, else None."""

    stage: PublicStage
    state: StageState
    since: datetime | None


def stage_of(facts: ComplaintFacts) -> PublicStage:
    """Return the `PublicStage` of a running or answered case: that of its slowest track, without the new direction for
    an agency that declined while another agency works on the case.
    """
    if facts.status in (CaseStatus.ANSWERED, CaseStatus.CLOSED):
        return PublicStage.ANSWERED
    office = [s for s in facts.open_steps if not s.of_agency and s.agency is None]
    agencies = [s for s in facts.open_steps if s.of_agency]
    if not office and not agencies and any(t.sent_at is not None for t in facts.active_tracks):
        return PublicStage.HANDLED
    steps = office or agencies or facts.open_steps
    return min((stage_at(step) for step in steps), default=PublicStage.RECEIVED)


def stage_at(step: OpenStep | SopStep) -> PublicStage:
    """Return the `PublicStage` of a step: by its status for one of the office, by its kind for one of an agency."""
    if step.status is not None:
        return _STAGE_OF_OFFICE[step.status]
    return PublicStage.PREPARED if step.kind in _PREPARE else PublicStage.HANDLED


def stages(
    facts: ComplaintFacts, received_at: datetime, opened: Iterable[tuple[PublicStage, datetime]]
) -> list[StageLine]:
    """Return a `StageLine` for each of the five public stages of a case, in order. `opened` holds the stages of the
    steps of the current cycle with the aware datetimes at which they opened.
    """
    since = {PublicStage.RECEIVED: received_at}
    for stage, at in opened:
        since[stage] = min(at, since.get(stage, at))
    if facts.answered_at is not None:
        since[PublicStage.ANSWERED] = facts.answered_at
    unanswered, answered = facts.status in ENDED_UNANSWERED, facts.status in (CaseStatus.ANSWERED, CaseStatus.CLOSED)
    now = max(since) if unanswered else stage_of(facts)
    lines = []
    for stage in PublicStage:
        if stage < now or answered or (unanswered and stage == now):
            state = StageState.DONE
        elif unanswered:
            state = StageState.STOPPED
        else:
            state = StageState.NOW if stage == now else StageState.AHEAD
        # A stage after the present one was left again when work was sent back.
        lines.append(StageLine(stage, state, since.get(stage) if stage <= now else None))
    return lines
