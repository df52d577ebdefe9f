"""The SOP as data: what a version must hold, and that the seeded one is the printed sheet."""

from dataclasses import replace

import pytest

from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step
from workflow_rules.time.deadlines import Allowance, Unit

PRINTED = (
    (1, "register", "complaint_admin", "60 working_minutes"),
    (2, "check", "section_head", "60 working_minutes"),
    (3, "report", "division_head", "60 working_minutes"),
    (4, "direct", "office_head", "60 working_minutes"),
    (5, "agency_receive", "agency_admin", "60 working_minutes"),
    (6, "agency_dispose", "agency_head", "60 working_minutes"),
    (7, "draft_answer", "agency_secretary", "5 working_days"),
    (8, "sign_answer", "agency_head", "2 working_days"),
    (9, "send_answer", "agency_admin", "60 working_minutes"),
    (10, "dispose_answer", "office_head", "30 working_minutes"),
    (11, "reply", "complaint_admin", "60 working_minutes"),
)


AGENCY_STEPS = frozenset({"agency_receive", "agency_dispose", "draft_answer", "sign_answer", "send_answer"})
AGENCY_ACTORS = frozenset({"agency_admin", "agency_secretary", "agency_head"})
OFFICE_ACTORS = frozenset({"complaint_admin", "section_head", "division_head", "office_head"})


def with_row(step: Step, **changes: object) -> tuple[SopStep, ...]:
    return tuple(replace(row, **changes) if row.step is step else row for row in STANDARD_SOP.steps)


def with_rows(rows: tuple[SopStep, ...]) -> Sop:
    return checked(replace(STANDARD_SOP, steps=rows))


def test_the_seeded_version_is_the_printed_sheet() -> None:
    rows = [row for row in STANDARD_SOP.steps if row.allowance is not None]
    found = [(r.number, r.step, r.actor, f"{r.allowance.value} {r.allowance.unit.value}") for r in rows]
    assert tuple(found) == PRINTED


def test_its_allowances_sum_to_7_days_8_hours_30_minutes_as_printed() -> None:
    sums = dict.fromkeys(Unit, 0)
    for row in STANDARD_SOP.steps:
        if row.allowance is not None:
            sums[row.allowance.unit] += row.allowance.value
    assert sums == {Unit.WORKING_DAYS: 7, Unit.WORKING_MINUTES: 510}
    assert sums[Unit.WORKING_MINUTES] == 8 * 60 + 30


def test_a_reopened_case_has_all_steps_before_it_but_the_first() -> None:
    minutes, days = Unit.WORKING_MINUTES, Unit.WORKING_DAYS
    printed = [(60, minutes)] * 5 + [(5, days), (2, days), (60, minutes), (30, minutes), (60, minutes)]
    assert [(a.value, a.unit) for a in STANDARD_SOP.allowances(reopened=True)] == printed
    assert [(a.value, a.unit) for a in STANDARD_SOP.allowances()] == [(60, minutes), *printed]


def test_the_fast_track_may_start_at_each_of_the_steps_1_to_4() -> None:
    leading = frozenset({Step.REGISTER, Step.CHECK, Step.REPORT, Step.DIRECT})
    fast = FastTrack(Officer.OFFICE_HEAD, leading)
    assert checked(replace(STANDARD_SOP, fast_track=fast)).fast_track.from_steps == leading


def test_the_relay_runs_within_the_time_of_step_4() -> None:
    assert STANDARD_SOP.row(Step.RELAY).allowance is None
    assert STANDARD_SOP.row(Step.RELAY).number == 4
    assert STANDARD_SOP.allowance(Step.RELAY) == STANDARD_SOP.allowance(Step.DIRECT)
    longer = replace(STANDARD_SOP, steps=with_row(Step.DIRECT, allowance=Allowance(90, Unit.WORKING_MINUTES)))
    assert longer.allowance(Step.RELAY) == Allowance(90, Unit.WORKING_MINUTES)


def test_only_step_7_is_extended_and_to_14_working_days() -> None:
    extended = {step for step in Step if STANDARD_SOP.allowance(step, extended=True) != STANDARD_SOP.allowance(step)}
    assert extended == {Step.DRAFT_ANSWER}
    assert STANDARD_SOP.allowance(Step.DRAFT_ANSWER, extended=True) == Allowance(14, Unit.WORKING_DAYS)


def test_silence_and_an_open_question_last_ten_working_days() -> None:
    assert STANDARD_SOP.silence == STANDARD_SOP.question == Allowance(10, Unit.WORKING_DAYS)


def test_the_fast_track_is_the_office_heads_from_step_4() -> None:
    assert STANDARD_SOP.fast_track == FastTrack(Officer.OFFICE_HEAD, frozenset({Step.DIRECT}))


def test_every_step_belongs_to_one_of_the_two_organisations() -> None:
    assert {row.step for row in STANDARD_SOP.steps} == set(Step)
    assert {row.step for row in STANDARD_SOP.steps if row.of_agency} == AGENCY_STEPS
    assert {step for step in Step if STANDARD_SOP.owner(step) in AGENCY_ACTORS} == AGENCY_STEPS
    assert {STANDARD_SOP.owner(step) for step in Step} == AGENCY_ACTORS | OFFICE_ACTORS


ONCE = [step for step in Step if step not in (Step.CHECK, Step.REPORT, Step.RELAY)]


@pytest.mark.parametrize("step", ONCE)
def test_a_version_without_a_step_that_every_case_needs_is_none(step: Step) -> None:
    without = tuple(row for row in STANDARD_SOP.steps if row.step is not step)
    with pytest.raises(ValueError, match=f"steps: missing_step {step}"):
        with_rows(without)
    with pytest.raises(ValueError, match=r"duplicate|wrong_order"):
        with_rows((*without, without[0]))


@pytest.mark.parametrize("step", Step)
def test_a_version_with_a_step_twice_is_none(step: Step) -> None:
    with pytest.raises(ValueError, match=rf"steps\[12\]: duplicate {step}"):
        with_rows((*STANDARD_SOP.steps, STANDARD_SOP.row(step)))


@pytest.mark.parametrize("step", Step)
def test_a_step_is_owned_within_its_own_organisation(step: Step) -> None:
    inside = AGENCY_ACTORS if step in AGENCY_STEPS else OFFICE_ACTORS
    for actor in Officer:
        rows = with_row(step, actor=actor)
        if actor in inside:
            assert with_rows(rows).owner(step) is actor
        else:
            with pytest.raises(ValueError, match="wrong_organisation"):
                with_rows(rows)


@pytest.mark.parametrize("step", [s for s in Step if s is not Step.RELAY])
def test_every_step_but_the_relay_needs_an_allowance(step: Step) -> None:
    with pytest.raises(ValueError, match="no_allowance"):
        with_rows(with_row(step, allowance=None))


def test_the_relay_may_have_its_own_allowance() -> None:
    own = Allowance(15, Unit.WORKING_MINUTES)
    assert with_rows(with_row(Step.RELAY, allowance=own)).allowance(Step.RELAY) == own


@pytest.mark.parametrize("step", Step)
def test_the_fast_track_starts_at_steps_1_to_4_only(step: Step) -> None:
    fast = FastTrack(Officer.OFFICE_HEAD, frozenset({step}))
    if step in (Step.REGISTER, Step.CHECK, Step.REPORT, Step.DIRECT):
        assert checked(replace(STANDARD_SOP, fast_track=fast)).fast_track is fast
    else:
        with pytest.raises(ValueError, match="not_leading"):
            checked(replace(STANDARD_SOP, fast_track=fast))


def test_the_steps_that_a_fast_track_leaves_out() -> None:
    skipped = {step: list(STANDARD_SOP.skipped_from(step)) for step in Step}
    assert skipped.pop(Step.REGISTER) == ["register", "check", "report"]
    assert skipped.pop(Step.CHECK) == ["check", "report"]
    assert skipped.pop(Step.REPORT) == ["report"]
    assert not any(skipped.values())
