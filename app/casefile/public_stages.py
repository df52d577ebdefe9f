"""The five public stages that a citizen is shown in place of the eleven steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.standard_sop import Step
from workflow_rules.process.steps import CaseStatus


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


STAGE_AT: dict[str, PublicStage] = {
    Step.REGISTER: PublicStage.RECEIVED,
    Step.CHECK: PublicStage.CHECKED,
    Step.REPORT: PublicStage.CHECKED,
    Step.DIRECT: PublicStage.CHECKED,
    Step.RELAY: PublicStage.CHECKED,
    Step.AGENCY_RECEIVE: PublicStage.HANDLED,
    Step.AGENCY_DISPOSE: PublicStage.HANDLED,
    Step.DRAFT_ANSWER: PublicStage.HANDLED,
    Step.SIGN_ANSWER: PublicStage.PREPARED,
    Step.SEND_ANSWER: PublicStage.PREPARED,
    Step.DISPOSE_ANSWER: PublicStage.PREPARED,
    Step.REPLY: PublicStage.PREPARED,
}
"""Step to public stage. Drafting counts as handled: the agency may still be working on the matter (field visits)."""

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
    office = [s.step for s in facts.open_steps if not s.of_agency and s.agency is None]
    agencies = [s.step for s in facts.open_steps if s.of_agency]
    if not office and not agencies and any(t.sent_at is not None for t in facts.active_tracks):
        return PublicStage.HANDLED
    steps = office or agencies or [s.step for s in facts.open_steps]
    return min((STAGE_AT[step] for step in steps), default=PublicStage.RECEIVED)


def stages(facts: ComplaintFacts, received_at: datetime, opened: Iterable[tuple[str, datetime]]) -> list[StageLine]:
    """Return a `StageLine` for each of the five public stages of a case, in order. `opened` holds the steps of the
    current cycle with the aware datetimes at which they opened.
    """
    since = {PublicStage.RECEIVED: received_at}
    for step, at in opened:
        stage = STAGE_AT[step]
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
