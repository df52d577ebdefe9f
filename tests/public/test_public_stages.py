"""The five stages of the public page, written down by hand for every step and every way in which a case can end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.casefile.public_stages import stage_at, stage_of, stages
from workflow_rules.process.facts import AgencyTrack, ComplaintFacts, OpenStep
from workflow_rules.process.identity import Channel, Classification, Confidentiality, ReporterFacts
from workflow_rules.process.standard_sop import STANDARD_SOP, Step
from workflow_rules.process.steps import CaseStatus, TrackState

START = datetime(2026, 11, 24, 2, tzinfo=UTC)
PU, DISHUB = "dpuprperkim", "dishub"


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


def facts(*steps: OpenStep, **more: object) -> ComplaintFacts:
    blank = ComplaintFacts(
        "LB-2026-000042",
        Channel.WEB,
        Confidentiality.OPEN,
        Classification.COMPLAINT,
        ReporterFacts(),
        in_sp4n=False,
        version=1,
    )
    return replace(blank, open_steps=steps, **more)  # type: ignore[arg-type]


def at(step: Step, agency: str | None = None, paused: bool = False) -> OpenStep:
    row = STANDARD_SOP.row(step)
    return OpenStep(step, row.kind, row.status, agency, START, START, paused_at=START if paused else None)


def track(agency: str, state: TrackState = TrackState.RECEIVED) -> AgencyTrack:
    return AgencyTrack(agency, True, state, sent_at=START)


STAGE_BY_STEP = {
    "register": 1,
    "check": 2,
    "report": 2,
    "direct": 2,
    "relay": 2,
    "agency_receive": 3,
    "agency_dispose": 3,
    "draft_answer": 3,
    "sign_answer": 4,
    "send_answer": 4,
    "dispose_answer": 4,
    "reply": 4,
}


@pytest.mark.parametrize("step", Step)
def test_every_step_is_in_the_stage_of_the_table(step: Step) -> None:
    on_case = step.value in ("agency_receive", "agency_dispose", "draft_answer", "sign_answer", "send_answer")
    tracks = (track(PU),) if on_case else ()
    assert stage_of(facts(at(step, PU if on_case else None), tracks=tracks)) == STAGE_BY_STEP[step.value]


@pytest.mark.parametrize("step", [Step.REGISTER, Step.DRAFT_ANSWER])
def test_a_question_to_the_reporter_leaves_the_case_in_its_stage(step: Step) -> None:
    agency = PU if step is Step.DRAFT_ANSWER else None
    waiting = facts(at(step, agency, paused=True), tracks=(track(PU),) if agency else ())
    assert waiting.status is CaseStatus.WAITING_FOR_REPORTER
    assert stage_of(waiting) == STAGE_BY_STEP[step.value]


def test_of_several_agencies_the_slowest_counts() -> None:
    both = (track(PU), track(DISHUB))
    assert stage_of(facts(at(Step.SEND_ANSWER, PU), at(Step.AGENCY_RECEIVE, DISHUB), tracks=both)) == 3
    assert stage_of(facts(at(Step.SEND_ANSWER, PU), at(Step.SIGN_ANSWER, DISHUB), tracks=both)) == 4


def test_an_agency_that_declines_sends_the_case_back_only_when_it_was_the_only_one() -> None:
    declined = track(DISHUB, TrackState.DECLINED)
    again = at(Step.DIRECT, DISHUB)
    assert stage_of(facts(again, at(Step.SIGN_ANSWER, PU), tracks=(track(PU), declined))) == 4
    assert stage_of(facts(again, tracks=(track(PU, TrackState.SENT), declined))) == 3
    assert stage_of(facts(again, tracks=(declined,))) == 2
    assert stage_of(facts(at(Step.RELAY, DISHUB), tracks=(declined,))) == 2


def lines(case: ComplaintFacts, *opened: tuple[Step, int]) -> list[tuple[str, int | None]]:
    """State and hour of each stage."""
    found = stages(case, START, [(stage_at(STANDARD_SOP.row(step)), hour(n)) for step, n in opened])
    assert [line.stage for line in found] == [1, 2, 3, 4, 5]
    return [(x.state.value, None if x.since is None else int((x.since - START).total_seconds() // 3600)) for x in found]


WHOLE_WAY = (
    (Step.REGISTER, 0),
    (Step.CHECK, 1),
    (Step.REPORT, 2),
    (Step.DIRECT, 3),
    (Step.AGENCY_RECEIVE, 4),
    (Step.DRAFT_ANSWER, 6),
    (Step.SIGN_ANSWER, 8),
    (Step.REPLY, 12),
)
NO = ("ahead", None)
NEVER = ("stopped", None)


def test_a_new_case_has_one_stage_and_four_before_it() -> None:
    assert lines(facts(at(Step.REGISTER)), *WHOLE_WAY[:1]) == [("now", 0), NO, NO, NO, NO]


def test_each_stage_keeps_the_moment_at_which_it_was_first_entered() -> None:
    case = facts(at(Step.SIGN_ANSWER, PU), tracks=(track(PU),))
    assert lines(case, *WHOLE_WAY[:7]) == [("done", 0), ("done", 1), ("done", 4), ("now", 8), NO]


def test_a_stage_that_was_left_backwards_is_ahead_again() -> None:
    case = facts(at(Step.DRAFT_ANSWER, PU), tracks=(track(PU),))
    assert lines(case, *WHOLE_WAY[:7]) == [("done", 0), ("done", 1), ("now", 4), NO, NO]


@pytest.mark.parametrize("ended", [None, CaseStatus.CLOSED])
def test_answered_and_closed_are_the_whole_way(ended: CaseStatus | None) -> None:
    case = facts(answered_at=hour(13), ended=ended)
    assert stage_of(case) == 5
    assert lines(case, *WHOLE_WAY) == [("done", 0), ("done", 1), ("done", 4), ("done", 8), ("done", 13)]


ENDS = [
    (CaseStatus.ARCHIVED, 1, [("done", 0), NEVER, NEVER, NEVER, NEVER]),
    (CaseStatus.ARCHIVED, 2, [("done", 0), ("done", 1), NEVER, NEVER, NEVER]),
    (CaseStatus.MERGED, 1, [("done", 0), NEVER, NEVER, NEVER, NEVER]),
    (CaseStatus.MERGED, 2, [("done", 0), ("done", 1), NEVER, NEVER, NEVER]),
    (CaseStatus.WITHDRAWN, 5, [("done", 0), ("done", 1), ("done", 4), NEVER, NEVER]),
    (CaseStatus.WITHDRAWN, 8, [("done", 0), ("done", 1), ("done", 4), ("done", 8), NEVER]),
]


@pytest.mark.parametrize(("ended", "steps", "expected"), ENDS)
def test_a_case_that_ended_otherwise_stops_where_it_was(
    ended: CaseStatus, steps: int, expected: list[tuple[str, int | None]]
) -> None:
    assert lines(facts(ended=ended), *WHOLE_WAY[:steps]) == expected


def test_a_reopened_case_begins_again_at_the_check_and_keeps_its_reception() -> None:
    assert lines(facts(at(Step.CHECK), cycle=2), (Step.CHECK, 40)) == [("done", 0), ("now", 40), NO, NO, NO]
