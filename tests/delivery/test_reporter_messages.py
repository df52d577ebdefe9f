"""Reporters hear of their case by mail: number, code and link, each once, and never a word of its content."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.access.session_filter import only_case
from app.audit.replay import audit_all
from app.cases.receive_complaint import Received, receive_complaint
from app.cases.replace_tracking_code import replace_code
from app.cases.report_input import clean_report
from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.addresses import international
from app.delivery.deliver import DELAYS, deliver, send_again
from app.demo.accounts import demo_person
from app.models import Complaint, ComplaintEvent, Delivery
from app.public.tracked_case import load_tracked_case
from app.public.tracking_proof import prove
from tests.delivery.mail_sink import Sink, mail_sink
from tests.factories import Case, a_complaint, a_report
from tests.factories import _stages as stages_of
from workflow_rules.process.actors import REPORTER, SYSTEM, Person
from workflow_rules.process.refusals import ActionRefused, RefusalReason

ADDRESS = "kenari@pelapor.example"
REPORTER_ROW = {"name": "KENARI", "email": ADDRESS, "phone": "0800-9999-1111", "address": "KENARI-JALAN"}


@pytest.fixture
def sink(context: Flask) -> Iterator[Sink]:
    with mail_sink() as kept:
        context.config["SMTP_URL"] = kept.url
        yield kept
        context.config["SMTP_URL"] = None


@pytest.fixture(autouse=True)
def morning(context: Flask, freeze: Callable[[str], Any]) -> Callable[[str], Any]:
    freeze("2026-11-24 10:00")
    return freeze


def reported(tell: bool = True, **more: Any) -> Received:
    report = clean_report(a_report(**{"reporter": REPORTER_ROW, **more}))
    return receive_complaint(report, REPORTER, tell=tell)


def to_reporter(state: str = "queued") -> list[Delivery]:
    mine = (Delivery.complaint_id.is_not(None), Delivery.state == state)
    return list(db.session.scalars(select(Delivery).where(*mine).order_by(Delivery.id)))


def of_received(received: Received) -> Case:
    return Case(received.complaint, ("dishub",), received.tracking_code)


def test_number_and_code_go_out_once_and_the_code_is_wiped(sink: Sink) -> None:
    received = reported()
    (message,) = to_reporter()
    stored = db.session.execute(text("SELECT sealed_code FROM delivery WHERE complaint_id IS NOT NULL")).scalar_one()
    assert received.tracking_code not in stored
    assert message.sealed_code == received.tracking_code
    assert deliver(message.id, utc_now()) == "sent"
    assert deliver(message.id, utc_now()) == "elsewhere"
    (mail,) = sink.mails
    assert mail["To"] == ADDRESS
    said = mail.get_content()
    assert received.complaint.number in said
    assert received.tracking_code in said
    assert "http://localhost/lacak" in said
    assert not any(word in mail.as_string() for word in ("KENARI", "9999", "berlubang", "jatuh", "Paringin"))
    left = db.session.execute(text("SELECT row_to_json(d)::text FROM delivery d")).scalars().all()
    assert not any(received.tracking_code in row for row in left)
    assert to_reporter("sent")[0].sealed_code is None


def test_who_did_not_ask_left_no_address_or_is_anonymous_is_told_nothing(sink: Sink) -> None:
    reported(tell=False)
    reported(reporter={"name": "Tanpa alamat"})
    reported(confidentiality="anonymous")
    assert to_reporter() == []


def test_a_reporter_who_becomes_anonymous_meanwhile_is_told_nothing(sink: Sink) -> None:
    received = reported()
    received.complaint.confidentiality = "anonymous"
    db.session.commit()
    assert deliver(to_reporter()[0].id, utc_now()) == "failed"
    assert sink.mails == []


def test_question_and_answer_are_told_once_each_and_the_end_too(sink: Sink) -> None:
    case = of_received(reported())
    case.act("complaint_admin", "request_information", question="Di RT berapa KENARI?")
    case.act("complaint_admin", "add_information", text="RT 2")
    other = of_received(reported())
    other.act("complaint_admin", "archive", reason="spam", note="Uji.")
    told = [(m.complaint_id, m.told) for m in to_reporter()]
    assert told == [
        (case.id, "received"),
        (case.id, "question"),
        (other.id, "received"),
        (other.id, "ended"),
    ]
    question = to_reporter()[1]
    assert deliver(question.id, utc_now()) == "sent"
    said = sink.mails[0].as_string()
    assert "RT berapa" not in said
    assert case.complaint.number in sink.mails[0].get_content()


def test_the_answer_is_told_without_its_words(sink: Sink) -> None:
    received = reported()
    case = of_received(received)
    _lead_to_reply(case)
    case.act("complaint_admin", "reply", text="JAWABAN-RAHASIA", proof="Dicatat.")
    answered = next(m for m in to_reporter() if m.told == "answered")
    assert deliver(answered.id, utc_now()) == "sent"
    assert "JAWABAN-RAHASIA" not in sink.mails[0].as_string()
    assert sink.mails[0]["Subject"] == "Aduan Anda sudah dijawab"


@pytest.mark.parametrize(("secrecy", "told"), [("open", True), ("secret", False)])
def test_whoever_complained_of_the_same_is_told_of_the_answer_and_finds_it(
    context: Flask, secrecy: str, told: bool
) -> None:
    main, follower = of_received(reported(confidentiality=secrecy)), of_received(reported())
    follower.act("complaint_admin", "merge", into=main.complaint.number)
    _lead_to_reply(main)
    main.act("complaint_admin", "reply", text="JAWABAN-BERSAMA", proof="Dicatat.")
    messages = [(m.complaint_id, m.told) for m in to_reporter()]
    assert ((follower.id, "answered") in messages) is told
    with context.test_request_context(), only_case(follower.id):
        page = load_tracked_case(follower.id, utc_now())
        assert (page.reply == "JAWABAN-BERSAMA") is told
        assert page.papers == ()


def _lead_to_reply(case: Case) -> None:
    for stage, moves in stages_of(case, "fast", False):
        if stage == "reply":
            return
        for move in moves:
            case.act(**move)


def test_a_secret_reporters_news_names_neither_number_nor_what_happened(sink: Sink) -> None:
    received = reported(confidentiality="secret")
    case = of_received(received)
    case.act("complaint_admin", "request_information", question="Di RT berapa?")
    for message in to_reporter():
        assert deliver(message.id, utc_now()) == "sent"
    confirmation, news = sink.mails
    assert case.complaint.number not in confirmation["Subject"]
    assert received.tracking_code in confirmation.get_content()
    assert case.complaint.number not in news.as_string()
    assert "pertanyaan" not in news.get_content()
    assert "aduan" not in f"{news['Subject']} {news.get_content()}".lower().replace("lapor balangan", "")


def test_a_refused_address_fails_without_showing_it_and_can_be_sent_again(sink: Sink) -> None:
    received = reported()
    sink.answer = f"550 no such mailbox {ADDRESS}"
    (message,) = to_reporter()
    assert deliver(message.id, utc_now()) == "failed"
    (message,) = to_reporter("failed")
    assert ADDRESS not in (message.last_error or "")
    assert message.last_error
    sink.answer = "250 OK"
    assert send_again(message.id, utc_now())
    assert deliver(message.id, utc_now()) == "sent"
    assert received.tracking_code in sink.mails[-1].get_content()


def test_a_busy_server_keeps_the_code_sealed_until_it_takes_it(sink: Sink) -> None:
    reported()
    sink.answer = "451 later"
    (message,) = to_reporter()
    assert deliver(message.id, utc_now()) == "queued"
    assert message.sealed_code is not None
    assert (message.next_try_at - utc_now()).total_seconds() == DELAYS[0]


def test_without_a_mail_server_the_code_is_wiped_too(context: Flask) -> None:
    reported()
    (message,) = to_reporter()
    assert deliver(message.id, utc_now()) == "skipped"
    assert to_reporter("skipped")[0].sealed_code is None


def test_a_new_code_opens_the_case_the_old_one_does_not_and_the_log_says_why(sink: Sink) -> None:
    received = reported()
    number, old = received.complaint.number, received.tracking_code
    version = received.complaint.version
    done = replace_code(received.complaint.id, {"code_reason": "Hilang"}, demo_person("admin.aduan"))
    assert done.sent
    assert prove(number, done.code)
    assert prove(number, old) is None
    case = db.session.get_one(Complaint, received.complaint.id)
    assert case.version == version
    assert deliver(next(m for m in to_reporter() if m.told == "code_replaced").id, utc_now()) == "sent"
    assert done.code in sink.mails[0].get_content()
    last = db.session.scalars(select(ComplaintEvent).order_by(ComplaintEvent.id.desc())).first()
    assert (last.kind, last.data) == ("code_replaced", {"code_reason": "Hilang"})
    assert audit_all() == []


def test_a_confirmation_that_still_waits_does_not_carry_a_dead_code(sink: Sink) -> None:
    received = reported()
    replace_code(received.complaint.id, {"code_reason": "Hilang"}, demo_person("admin.aduan"))
    assert [(m.told, m.sealed_code is None) for m in to_reporter()] == [("code_replaced", False)]
    assert [(m.told, m.sealed_code) for m in to_reporter("skipped")] == [("received", None)]


@pytest.mark.parametrize(
    ("username", "reason", "refusal"),
    [
        ("kasi", "Hilang", RefusalReason.NOT_YOUR_STEP),
        ("admin.dishub", "Hilang", RefusalReason.NOT_VISIBLE),
        ("pengawas", "Hilang", RefusalReason.NOT_YOUR_STEP),
        ("admin.aduan", " ", RefusalReason.MISSING_INPUT),
    ],
)
def test_only_the_admin_replaces_a_code_and_only_with_a_reason(
    context: Flask, username: str, reason: str, refusal: RefusalReason
) -> None:
    case = a_complaint()
    with pytest.raises(ActionRefused) as refused:
        replace_code(case.id, {"code_reason": reason}, demo_person(username))
    assert refused.value.reason is refusal
    assert prove(case.complaint.number, case.code)


@pytest.mark.parametrize("by", [REPORTER, SYSTEM])
def test_neither_a_reporter_nor_a_program_replaces_a_code(context: Flask, by: Person) -> None:
    case = a_complaint()
    with pytest.raises(ActionRefused, match="not_your_step"):
        replace_code(case.id, {"code_reason": "Hilang"}, by)


@pytest.mark.parametrize(("typed", "sent_to"), [("0812 3456-7890", "+6281234567890"), ("+62 812", "+62812")])
def test_a_number_is_written_as_message_services_want_it(typed: str, sent_to: str) -> None:
    assert international(typed) == sent_to
