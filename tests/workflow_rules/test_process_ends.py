"""How a case is registered, answered and ended: identity, delivery, merge, archive, rating, reopening, closing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflow_rules.rules_cases import (
    ADMIN,
    NUMBER,
    SECTION_HEAD,
    WHOLE_IDENTITY,
    Case,
    agency_head,
    answered,
    at_office,
    at_reply,
    directed,
)
from workflow_rules.process.actions import Action, Correction, MergeTarget
from workflow_rules.process.actors import REPORTER, SYSTEM, Person
from workflow_rules.process.decide import allowed_actions
from workflow_rules.process.evolve import replay
from workflow_rules.process.identity import Channel
from workflow_rules.process.refusals import FieldFault, RefusalReason
from workflow_rules.process.standard_sop import STANDARD_SOP, Step
from workflow_rules.process.steps import CaseStatus

OUT_OF_ORDER = RefusalReason.OUT_OF_ORDER


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (None, FieldFault.UNKNOWN_COMPLAINT),
        (MergeTarget(NUMBER, CaseStatus.CHECKING), FieldFault.ITSELF),
        (MergeTarget("LB-2026-000002", CaseStatus.ARCHIVED), FieldFault.ENDED_COMPLAINT),
        (MergeTarget("LB-2026-000002", CaseStatus.MERGED), FieldFault.ENDED_COMPLAINT),
        (MergeTarget("LB-2026-000002", CaseStatus.WITHDRAWN), FieldFault.ENDED_COMPLAINT),
    ],
)
@pytest.mark.parametrize(("step", "by"), [(Step.REGISTER, ADMIN), (Step.CHECK, SECTION_HEAD)])
def test_a_merge_needs_a_living_target(step: Step, by: Person, target: MergeTarget | None, fault: FieldFault) -> None:
    case = at_office(step)
    assert case.faults(Action.MERGE, by, known={"merge_target": target}) == [("into", fault.value)]
    case.do(Action.MERGE, by, known={"merge_target": MergeTarget("LB-2026-000002", CaseStatus.CLOSED)})
    assert case.facts.status is CaseStatus.MERGED
    assert not case.facts.open_steps


@pytest.mark.parametrize("reason", ["incomplete", "spam", "not_our_authority", "private_matter", "other"])
def test_an_archived_case_is_over(reason: str) -> None:
    case = at_office(Step.CHECK)
    case.do(Action.ARCHIVE, SECTION_HEAD, reason=reason)
    assert case.facts.status is CaseStatus.ARCHIVED
    assert case.log[-1].data["reason"] == reason
    case.refused(RefusalReason.CASE_ENDED, Action.APPROVE_CHECK, SECTION_HEAD)
    assert allowed_actions(case.facts, SECTION_HEAD, case.sop) == ()


def test_the_reporter_withdraws_at_any_open_step_and_not_after_the_answer() -> None:
    case = directed("dishub", "dinkes")
    case.do(Action.WITHDRAW, REPORTER)
    assert case.facts.status is CaseStatus.WITHDRAWN
    assert not case.facts.open_steps
    answered("dishub").refused(OUT_OF_ORDER, Action.WITHDRAW, REPORTER)


def test_an_answer_is_rated_once_in_each_cycle() -> None:
    case = answered()
    case.do(Action.RATE, REPORTER)
    case.refused(OUT_OF_ORDER, Action.RATE, ADMIN)
    case.do(Action.REOPEN, REPORTER)
    assert not case.facts.rated


def test_reopening_begins_a_new_cycle_at_the_check() -> None:
    case = answered("dishub", "dinkes")
    case.do(Action.REOPEN, ADMIN)
    assert case.facts.cycle == 2
    assert case.steps() == {(Step.CHECK, None)}
    assert case.facts.status is CaseStatus.CHECKING
    assert case.facts.tracks == ()
    assert case.facts.route is None
    assert case.facts.answered_at is None
    assert case.facts.seen_by == {"dishub", "dinkes"}
    assert replay(NUMBER, case.log, case.sop) == case.facts
    case.refused(RefusalReason.NOT_YOUR_STEP, Action.NOTE, agency_head("dishub"))


def test_reopening_ends_with_the_silence() -> None:
    case = answered()
    ends = case.now + timedelta(minutes=1)
    last = replace(case.facts)
    case.do(Action.REOPEN, REPORTER, known={"silence_ends_at": ends})
    case.facts = last
    case.refused(OUT_OF_ORDER, Action.REOPEN, REPORTER, known={"silence_ends_at": ends})


def test_the_admin_closes_at_once_and_the_clock_only_after_the_silence() -> None:
    case = answered()
    soon = case.now + timedelta(minutes=2)
    case.refused(OUT_OF_ORDER, Action.CLOSE, SYSTEM, known={"silence_ends_at": soon})
    case.do(Action.CLOSE, SYSTEM, known={"silence_ends_at": soon})
    assert case.facts.status is CaseStatus.CLOSED
    by_admin = answered()
    by_admin.do(Action.CLOSE, ADMIN, known={"silence_ends_at": by_admin.now + timedelta(days=9)})
    answered().refused(OUT_OF_ORDER, Action.CLOSE, SYSTEM, known={"silence_ends_at": None})


@pytest.mark.parametrize(
    ("channel", "received", "proven"),
    [
        ("web", {}, True),
        ("web", {"reporter": WHOLE_IDENTITY}, False),
        ("web", {"reporter": {**WHOLE_IDENTITY, "gets_messages": True}}, True),
        ("web", {"reporter": {**WHOLE_IDENTITY, "has_email": True}}, True),
        ("web", {"reporter": {}, "confidentiality": "anonymous"}, True),
        ("sp4n", {"in_sp4n": True}, True),
        ("sp4n", {"in_sp4n": False}, False),
        ("email", {"reporter": {"has_name": True, "has_address": True, "has_email": True}}, True),
        ("email", {"reporter": WHOLE_IDENTITY}, False),
        ("walk_in", {}, False),
        ("phone", {}, False),
        ("letter", {}, False),
        ("whatsapp", {}, False),
        ("sms", {}, False),
        ("social", {}, False),
    ],
)
@pytest.mark.parametrize("own_channel", [True, False])
def test_a_reply_is_proven_or_queued_on_its_channel(
    channel: str, received: dict[str, object], proven: bool, own_channel: bool
) -> None:
    case = at_reply(**received, channel=channel if own_channel else "social" if channel == "web" else "web")
    given = {} if own_channel else {"channel": channel}
    if not proven:
        refusal = case.refused(RefusalReason.DELIVERY_UNPROVEN, Action.REPLY, ADMIN, **given)
        assert refusal.detail == channel
        given = {**given, "proof": "Diterima sendiri, 3 Maret 2026"}
    decision = case.do(Action.REPLY, ADMIN, **given)
    assert decision.event.data["channel"] == channel
    assert case.facts.answered_at == case.now


WHOLE = {"has_name": True, "has_address": True, "has_phone": True, "has_nik": True}


@pytest.mark.parametrize(
    ("lacking", "found"),
    [
        (("has_name",), "name"),
        (("has_address",), "address"),
        (("has_phone",), "phone_or_email"),
        (("has_nik",), "nik"),
        (("has_name", "has_address", "has_phone", "has_nik"), "name, address, phone_or_email, nik"),
    ],
)
def test_an_incomplete_identity_is_registered_only_with_a_reason(lacking: tuple[str, ...], found: str) -> None:
    sop = replace(STANDARD_SOP, nik_channels=frozenset({Channel.WALK_IN}))
    reporter = {**WHOLE, **dict.fromkeys(lacking, False)}
    case = Case(sop, channel="walk_in", reporter=reporter)
    assert case.refused(RefusalReason.IDENTITY_INCOMPLETE, Action.REGISTER, ADMIN).detail == found
    case.do(Action.REGISTER, ADMIN, incomplete_reason="Pelapor tidak mempunyai alamat tetap")
    assert case.steps() == {(Step.CHECK, None)}
    for confidentiality in ("anonymous", "secret"):
        Case(sop, channel="walk_in", reporter={}, confidentiality=confidentiality).do(Action.REGISTER, ADMIN)


def test_the_nik_is_asked_only_where_the_channel_asks_for_it_and_an_email_is_as_good_as_a_phone() -> None:
    Case(reporter={"has_name": True, "has_address": True, "has_email": True}).do(Action.REGISTER, ADMIN)


def test_a_fault_in_the_form_comes_before_the_identity() -> None:
    case = Case(reporter={})
    assert case.faults(Action.REGISTER, ADMIN, incomplete_reason=" ") == [("incomplete_reason", "blank")]


def test_a_correction_moves_only_upward_in_secrecy_and_gives_nobody_unnamed_an_identity() -> None:
    identity = {"name": "Contoh Pelapor"}
    unnamed, secret = Case(confidentiality="anonymous"), Case(confidentiality="secret")
    assert unnamed.faults(Action.CORRECT, ADMIN, reporter=identity) == [("reporter", "anonymous_reporter")]
    both = {"confidentiality": "anonymous", "reporter": identity}
    assert secret.faults(Action.CORRECT, ADMIN, **both) == [("reporter", "anonymous_reporter")]
    assert secret.faults(Action.CORRECT, ADMIN, confidentiality="open") == [("confidentiality", "less_secret")]
    assert secret.faults(Action.CORRECT, ADMIN, category=None) == [("params", "nothing_to_change")]
    unnamed.do(Action.CORRECT, ADMIN)
    found = {"correction": Correction(identity=("name",))}
    event = secret.do(Action.CORRECT, ADMIN, known=found, category=None, reporter=identity).event
    assert event.data["identity"] == ["name"]
    assert "Contoh Pelapor" not in repr(event)
