"""The demo accounts and invented complaints: every state shown, nobody real, every word there that the way needs."""

import json
import re

import pytest

from app.demo import read as demo
from workflow_rules.process.identity import Channel, Classification, Confidentiality

OFFICE_ACCOUNTS = {
    "admin.aduan": "complaint_admin",
    "kasi": "section_head",
    "kabid": "division_head",
    "kadis": "office_head",
    "pengawas": "supervisor",
    "administrator": "administrator",
}
AGENCY_ACCOUNTS = {"admin": "agency_admin", "sekretaris": "agency_secretary", "kepala": "agency_head"}
WITH_AGENCIES = {
    *("directing_redirect", "relaying", "agency_receive", "agency_dispose", "draft_answer", "draft_answer_returned"),
    *("draft_paused", "sign_answer", "send_answer", "disposing_answer", "disposing_answer_sent_back", "replying"),
    *("answered", "rated", "closed", "reopened"),
}
WITH_ANSWER = {
    *("draft_answer_returned", "sign_answer", "send_answer", "disposing_answer", "disposing_answer_sent_back"),
    *("replying", "answered", "rated", "closed", "reopened"),
}
WORDS_NEEDED = {
    "waiting_for_reporter": ("question",),
    "draft_paused": ("question", "disposition"),
    "checking_after_send_back": ("send_back_note",),
    "draft_answer_returned": ("send_back_note",),
    "disposing_answer_sent_back": ("send_back_note",),
    "archived": ("archive_reason", "archive_note"),
    "merged": ("merge_into",),
    "directing_redirect": ("declined_by", "decline_note"),
    "draft_answer": ("disposition",),
    "replying": ("answer_disposition", "reply"),
    "answered": ("answer_disposition", "reply"),
    "closed": ("answer_disposition", "reply"),
    "rated": ("answer_disposition", "reply", "rating"),
    "reopened": ("answer_disposition", "reply", "reopen_reason"),
    "withdrawn": ("withdraw_reason",),
}
SENT_OUT = ("send_answer", "disposing_answer", "replying")
OPEN_TARGETS = {
    *("registering", "checking", "checking_after_send_back", "reporting", "directing", "directing_redirect"),
    *("relaying", "agency_receive", "agency_dispose", "draft_answer", "sign_answer", *SENT_OUT),
}
COMPLAINTS = demo.load_complaints()


def complaint_ids(row: demo.ComplaintRow) -> str:
    return row.key


each_complaint = pytest.mark.parametrize("row", COMPLAINTS, ids=complaint_ids)


def test_accounts_are_those_of_the_contract() -> None:
    agencies = {f"{short}.{a}": actor for a in demo.DEMO_AGENCIES for short, actor in AGENCY_ACCOUNTS.items()}
    people = demo.load_people()
    assert {row.username: row.actor for row in people} == OFFICE_ACCOUNTS | agencies
    assert all(row.username.endswith(row.agency) for row in people if row.actor in demo.AGENCY_ROLES)


def test_accounts_belong_to_nobody() -> None:
    for row in demo.load_people():
        assert re.fullmatch(r"(19|20)\d{12}[12]000", row.nip), "the serial 000 was never issued"
        assert row.position.endswith("(contoh)")
        assert row.email == f"{row.username}@balangan.example"
        assert row.rank
    assert len({f"{row.first_name} {row.last_name}" for row in demo.load_people()}) == 21


def test_the_complaints_say_that_they_are_invented() -> None:
    data = json.loads((demo.HERE / "complaints.json").read_text(encoding="utf-8"))
    assert data["marked_as"] == "Data contoh, bukan aduan sungguhan"


def test_the_demo_shows_every_state_both_routes_and_every_kind() -> None:
    assert len(COMPLAINTS) == 44
    assert {row.plan.target for row in COMPLAINTS} == set(demo.TARGETS)
    assert len(demo.TARGETS) == 25
    assert {row.plan.route for row in COMPLAINTS} == {None, "fast", "via_admin"}
    assert {row.channel for row in COMPLAINTS} == set(Channel)
    assert {row.classification for row in COMPLAINTS} == set(Classification)
    assert {row.confidentiality for row in COMPLAINTS} == set(Confidentiality)
    assert {row.plan.agencies[0] for row in COMPLAINTS if row.plan.agencies} == set(demo.DEMO_AGENCIES)


def test_several_are_overdue_and_most_are_in_time() -> None:
    assert 6 <= sum(row.plan.overdue for row in COMPLAINTS) <= len(COMPLAINTS) / 4


def days_allowed(plan: demo.PlanRow) -> int:
    """Working days the SOP gives from intake to the end of the open step, its minute steps together taken as one."""
    drafting = 14 if plan.field_visit or len(plan.agencies) > 1 else 5
    return {"draft_answer": 1 + drafting, "sign_answer": 3 + drafting}.get(
        plan.target, 4 + drafting if plan.target in SENT_OUT else 1
    )


@pytest.mark.parametrize("row", [row for row in COMPLAINTS if row.plan.target in OPEN_TARGETS], ids=complaint_ids)
def test_the_age_of_an_open_case_fits_its_being_late_or_not(row: demo.ComplaintRow) -> None:
    if row.plan.overdue:
        assert row.plan.received_days_ago >= days_allowed(row.plan)
    else:
        assert row.plan.received_days_ago <= days_allowed(row.plan)


def test_one_goes_to_three_agencies_of_which_one_declines() -> None:
    (shared,) = (row for row in COMPLAINTS if len(row.plan.agencies) == 3)
    assert shared.plan.declined_by in shared.plan.agencies[1:]
    assert shared.plan.decline_note


@each_complaint
def test_a_plan_names_agencies_exactly_when_the_case_reaches_them(row: demo.ComplaintRow) -> None:
    plan = row.plan
    assert bool(plan.agencies) == bool(plan.route) == bool(plan.instruction) == (plan.target in WITH_AGENCIES)
    assert len(set(plan.agencies)) == len(plan.agencies)
    assert bool(plan.field_visit_reason) == plan.field_visit


@each_complaint
def test_a_plan_has_the_words_its_way_needs(row: demo.ComplaintRow) -> None:
    missing = [word for word in WORDS_NEEDED.get(row.plan.target, ()) if getattr(row.plan, word) in (None, "")]
    assert not missing
    assert row.plan.notes


@each_complaint
def test_an_answer_is_there_for_every_agency_that_writes_one(row: demo.ComplaintRow) -> None:
    letters = [row.plan.answer, *row.plan.other_answers.values()]
    if row.plan.target not in WITH_ANSWER:
        assert letters == [None]
        return
    assert {row.plan.agencies[0], *row.plan.other_answers} == set(row.plan.agencies)
    assert row.plan.disposition
    for letter in letters:
        assert letter is not None
        assert letter.subject
        assert len(letter.body.split("\n\n")) in (2, 3)


@each_complaint
def test_a_reporter_cannot_be_a_person(row: demo.ComplaintRow) -> None:
    anonymous = row.confidentiality is Confidentiality.ANONYMOUS
    assert (row.reporter is None) == anonymous
    if row.reporter is not None:
        assert re.fullmatch(r"0800-0000-\d{4}", row.reporter.phone or "")
        assert re.fullmatch(r"6311\d{8}0000", row.reporter.nik or "631100000000" + "0000")
        assert (row.reporter.address or "Jl. Contoh No. ").startswith("Jl. Contoh No. ")
        assert (row.reporter.email or "@pelapor.example").endswith("@pelapor.example")
    assert (row.tracking_id is not None) == (row.channel is Channel.SP4N)
    assert re.fullmatch(r"000\d{4}", row.tracking_id or "0009000")


@each_complaint
def test_an_incomplete_identity_is_registered_only_with_a_reason(row: demo.ComplaintRow) -> None:
    who = row.reporter
    lacking = who is not None and not (who.name and who.address)
    never_registered = row.plan.target in ("registering", "waiting_for_reporter", "archived")
    assert bool(row.plan.incomplete_reason) == (
        lacking and row.confidentiality is Confidentiality.OPEN and not never_registered
    )


@each_complaint
def test_a_village_lies_in_its_district_and_texts_keep_to_the_data(row: demo.ComplaintRow) -> None:
    place = row.location
    assert place.village is None or place.village[:8] == place.district
    assert "(contoh)" not in json.dumps([row.title, row.body, row.plan.reply, row.plan.instruction])


@each_complaint
def test_an_accusation_names_no_village(row: demo.ComplaintRow) -> None:
    if row.category in ("pungutan_liar", "dana_desa", "pkh") or row.confidentiality is not Confidentiality.OPEN:
        assert row.location.village is None
