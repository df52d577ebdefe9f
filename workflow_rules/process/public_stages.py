"""What a citizen is shown of the eleven steps: five plain stages, and when each of them was reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.steps import CaseStatus, Step


class PublicStage(IntEnum):
    """The stages of the public page, in their order."""

    RECEIVED = 1
    CHECKED = 2
    HANDLED = 3
    PREPARED = 4
    ANSWERED = 5


class StageState(StrEnum):
    """Where a stage stands: `stopped` is one that a case never reached because it ended before."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    STOPPED = "stopped"


STAGE_AT = {
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
"""The one table. While the secretary drafts, the agency is still at work on the matter itself (field visits)."""

ENDED_UNANSWERED = frozenset({CaseStatus.ARCHIVED, CaseStatus.MERGED, CaseStatus.WITHDRAWN})


@dataclass(frozen=True)
class StageLine:
    """One stage of one case; `since` is when it was reached in this cycle (aware), None for one that was not."""

    stage: PublicStage
    state: StageState
    since: datetime | None


def stage_of(facts: ComplaintFacts) -> PublicStage:
    """The stage a running or answered case is in: that of its slowest track.

    An agency that declines sends nobody back to the beginning while another one works on the case.
    """
    if facts.status in (CaseStatus.ANSWERED, CaseStatus.CLOSED):
        return PublicStage.ANSWERED
    office = [s.step for s in facts.open_steps if not s.of_agency and s.agency is None]
    agencies = [s.step for s in facts.open_steps if s.of_agency]
    if not office and not agencies and any(t.sent_at is not None for t in facts.active_tracks):
        return PublicStage.HANDLED
    steps = office or agencies or [s.step for s in facts.open_steps]
    return min((STAGE_AT[step] for step in steps), default=PublicStage.RECEIVED)


def stages(facts: ComplaintFacts, received_at: datetime, opened: Iterable[tuple[Step, datetime]]) -> list[StageLine]:
    """The five lines of a case; `opened` are the steps of its present cycle with the instants at which they opened."""
    since = _reached(facts, received_at, opened)
    ended = facts.status in ENDED_UNANSWERED
    now = max(since) if ended else stage_of(facts)
    return [StageLine(stage, _state(stage, now, facts.status), _since(since, stage, now)) for stage in PublicStage]


def _reached(
    facts: ComplaintFacts, received_at: datetime, opened: Iterable[tuple[Step, datetime]]
) -> dict[PublicStage, datetime]:
    """When each stage was first entered."""
    since = {PublicStage.RECEIVED: received_at}
    for step, at in opened:
        stage = STAGE_AT[step]
        since[stage] = min(at, since.get(stage, at))
    if facts.answered_at is not None:
        since[PublicStage.ANSWERED] = facts.answered_at
    return since


def _since(since: dict[PublicStage, datetime], stage: PublicStage, now: PublicStage) -> datetime | None:
    """A stage that came and went again, because something was sent back, has not been reached."""
    return since.get(stage) if stage <= now else None


def _state(stage: PublicStage, now: PublicStage, status: CaseStatus) -> StageState:
    if status in ENDED_UNANSWERED:
        return StageState.DONE if stage <= now else StageState.STOPPED
    if stage < now or status in (CaseStatus.ANSWERED, CaseStatus.CLOSED):
        return StageState.DONE
    return StageState.NOW if stage == now else StageState.AHEAD
