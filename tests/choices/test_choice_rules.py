"""What the rules make of the properties of list entries, with lists that no seed has."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from workflow_rules.process import guards
from workflow_rules.process.actions import Action, ActionRequest, Known
from workflow_rules.process.actors import Capacity
from workflow_rules.process.choices import SEEDED_CHOICES, ChoiceEntry, ChoiceFlag, ChoiceList, Choices
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import begin
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import ReporterFacts
from workflow_rules.process.moves import Spot
from workflow_rules.process.parameters import check_fields, fields_of, json_schema
from workflow_rules.process.refusals import ActionRefused, FieldFault, RefusalReason
from workflow_rules.process.standard_sop import STANDARD_SOP, Step

AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
RADIO = ChoiceEntry(ChoiceList.CHANNEL, "radio", label="Radio Balangan")
WHOLE = ReporterFacts(has_name=True, has_address=True, has_phone=True)


def with_entries(*more: ChoiceEntry, without: tuple[tuple[ChoiceList, str], ...] = ()) -> Choices:
    """The seeded lists with further entries; those named in `without` have ended."""
    seeded = (replace(e, active=(e.list, e.code) not in without) for e in SEEDED_CHOICES.entries)
    return Choices((*seeded, *more))


def facts(channel: str = "radio", reporter: ReporterFacts = WHOLE) -> ComplaintFacts:
    data = {
        "channel": channel,
        "confidentiality": "open",
        "classification": "complaint",
        "reporter": {},
        "in_sp4n": False,
    }
    received = Event(Action.NOTE, AT, Capacity("system"), None, None, data)
    return replace(begin("LB-2026-000001", received, STANDARD_SOP), reporter=reporter)


def asked(action: Action, choices: Choices, **params: Any) -> tuple[dict[str, Any], ActionRequest]:
    return params, ActionRequest(action, params=params, known=Known(choices=choices))


SPOT = Spot(Step.REPLY, None, frozenset(), False, None)


def reply(found: ComplaintFacts, choices: Choices, **params: Any) -> dict[str, Any]:
    """The parameters of a reply after the guard."""
    given, request = asked(Action.REPLY, choices, **params)
    guards.delivery_is_proven(found, given, request, SPOT)
    return given


def test_a_channel_of_the_office_may_ask_for_the_nik() -> None:
    asks = with_entries(replace(RADIO, flags=frozenset({ChoiceFlag.ASKS_NIK})))
    params, request = asked(Action.REGISTER, asks)
    with pytest.raises(ActionRefused) as refused:
        guards.identity_is_complete(facts(), params, request, STANDARD_SOP)
    assert (refused.value.reason, refused.value.detail) == (RefusalReason.IDENTITY_INCOMPLETE, "nik")
    guards.identity_is_complete(facts("phone"), params, request, STANDARD_SOP)
    guards.identity_is_complete(facts(), *asked(Action.REGISTER, with_entries(RADIO)), STANDARD_SOP)


def test_a_case_from_a_channel_without_reply_medium_needs_one_to_be_chosen() -> None:
    with pytest.raises(ActionRefused) as refused:
        reply(facts(), with_entries(RADIO), proof="Disiarkan pukul 10")
    assert [(e.field, e.fault) for e in refused.value.errors] == [("channel", FieldFault.REQUIRED)]
    assert reply(facts(), with_entries(RADIO), channel="phone", proof="Ditelepon")["channel"] == "phone"


def test_an_ended_reply_medium_is_not_taken_by_itself() -> None:
    ended = with_entries(without=((ChoiceList.REPLY_MEDIUM, "phone"),))
    with pytest.raises(ActionRefused) as refused:
        reply(facts("phone"), ended, proof="Ditelepon")
    assert [(e.field, e.fault) for e in refused.value.errors] == [("channel", FieldFault.REQUIRED)]


def test_a_reply_medium_of_the_office_needs_a_proof_and_never_delivers_by_itself() -> None:
    visit = ChoiceEntry(ChoiceList.REPLY_MEDIUM, "visit", label="Kunjungan")
    with pytest.raises(ActionRefused) as refused:
        reply(facts("web"), with_entries(visit), channel="visit")
    assert (refused.value.reason, refused.value.detail) == (RefusalReason.DELIVERY_UNPROVEN, "visit")
    assert reply(facts("web"), with_entries(visit), channel="visit", proof="Didatangi")["channel"] == "visit"


@pytest.mark.parametrize(
    ("flag", "reporter", "delivered"),
    [
        (ChoiceFlag.BY_EMAIL, replace(WHOLE, has_email=True), True),
        (ChoiceFlag.BY_EMAIL, WHOLE, False),
        (ChoiceFlag.BY_WEB, replace(WHOLE, has_email=True), True),
        (ChoiceFlag.BY_WEB, WHOLE, False),
        (ChoiceFlag.BY_WEB, replace(WHOLE, gets_messages=True), True),
        (ChoiceFlag.BY_SP4N, replace(WHOLE, has_email=True), False),
    ],
)
def test_delivery_follows_the_flag_and_not_the_name(flag: ChoiceFlag, reporter: ReporterFacts, delivered: bool) -> None:
    other_name = ChoiceEntry(ChoiceList.REPLY_MEDIUM, "portal", flags=frozenset({flag}))
    choices = with_entries(other_name)
    if delivered:
        assert "proof" not in reply(facts("web", reporter), choices, channel="portal")
    else:
        with pytest.raises(ActionRefused):
            reply(facts("web", reporter), choices, channel="portal")


def dispose(unit: str | None, *units: ChoiceEntry, agency: str = "dishub") -> dict[str, Any]:
    given, request = asked(Action.DISPOSE, with_entries(*units), **({"unit": unit} if unit else {}))
    guards.unit_is_named(facts(), given, request, replace(SPOT, agency=agency))
    return given


def test_a_unit_named_by_its_code_is_recorded_with_its_name() -> None:
    traffic = ChoiceEntry(ChoiceList.UNIT, "lalu_lintas", agency="dishub", label="Bidang Lalu Lintas")
    assert dispose("lalu_lintas", traffic) == {"unit": "Bidang Lalu Lintas", "unit_code": "lalu_lintas"}
    assert dispose("lalu_lintas", traffic, agency="dplh") == {"unit": "lalu_lintas"}
    assert dispose("lalu_lintas", replace(traffic, active=False)) == {"unit": "lalu_lintas"}
    assert dispose("Seksi Terminal", traffic) == {"unit": "Seksi Terminal"}
    assert dispose(None, traffic) == {}


LISTED = {
    (Action.ARCHIVE, "reason"): ChoiceList.ARCHIVE_REASON,
    (Action.DECLINE, "reason"): ChoiceList.DECLINE_REASON,
    (Action.DIRECT, "urgency"): ChoiceList.URGENCY,
    (Action.REPLY, "channel"): ChoiceList.REPLY_MEDIUM,
}


@pytest.mark.parametrize("where", LISTED)
def test_active_entries_are_offered_and_ended_ones_refused(where: tuple[Action, str]) -> None:
    action, name = where
    of = LISTED[where]
    choices = with_entries(ChoiceEntry(of, "baru"), without=((of, "other"), (of, "urgent"), (of, "sms")))
    offered = json_schema(action, choices=choices)["properties"][name]["enum"]
    assert "baru" in offered
    assert not {"other", "urgent", "sms"} & set(offered)
    field = {name: fields_of(action, choices=choices)[name]}
    assert check_fields(field, {name: "baru"}) == ({name: "baru"}, ())
    ended = next(code for code in ("other", "urgent", "sms") if SEEDED_CHOICES.entry(of, code))
    assert [(e.field, e.fault) for e in check_fields(field, {name: ended})[1]] == [(name, FieldFault.NOT_ALLOWED)]


def test_without_lists_of_the_office_the_seeded_entries_apply() -> None:
    assert json_schema(Action.ARCHIVE)["properties"]["reason"]["enum"] == [
        *("incomplete", "spam", "not_our_authority", "private_matter", "other")
    ]
    assert json_schema(Action.DIRECT)["properties"]["urgency"]["enum"] == ["normal", "urgent", "very_urgent"]
