"""Messages leave once, by a real SMTP conversation, in office time, and carry nothing of the reporter."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
import redis
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.transaction import one_transaction
from app.delivery.deliver import DELAYS, deliver, relay_deliveries, send_again
from app.delivery.digests import make_digests
from app.models import Delivery, Notice, NoticePreference
from app.notices.outbox import open_digest
from tests.delivery.mail_sink import Sink, mail_sink
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE

DAY, NIGHT, NEXT_MORNING = "2026-11-24 10:00", "2026-11-24 21:00", "2026-11-25 07:30"


@pytest.fixture
def sink(context: Flask) -> Iterator[Sink]:
    with mail_sink() as kept:
        context.config["SMTP_URL"] = kept.url
        yield kept
        context.config["SMTP_URL"] = None


@pytest.fixture(autouse=True)
def morning(context: Flask, freeze: Callable[[str], Any]) -> Callable[[str], Any]:
    """The office is at work; a test that needs another hour moves on."""
    freeze(DAY)
    return freeze


def waiting() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).where(Delivery.state == "queued").order_by(Delivery.id)))


def waiting_for(username: str) -> Delivery:
    (found,) = [d for d in waiting() if d.user.username == username]
    return found


def prefer(username: str, **wishes: Any) -> None:
    user = waiting_for(username).user_id
    db.session.merge(NoticePreference(user_id=user, **wishes))
    db.session.commit()


def test_an_opened_step_is_told_by_mail_once(sink: Sink) -> None:
    case = a_complaint(at="check", reporter={"name": "KENARI", "phone": "0800-9999-1111", "address": "KENARI-JALAN"})
    message = waiting_for("kasi")
    assert deliver(message.id, utc_now()) == "sent"
    assert deliver(message.id, utc_now()) == "elsewhere"
    (mail,) = sink.mails
    assert mail["To"] == message.user.email
    assert mail["Message-ID"] == f"<delivery-{message.id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert case.complaint.number in mail["Subject"]
    parts = [part.get_content() for part in mail.iter_parts()]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert all(f"/aduan/{case.id}" in text and "WITA" in text for text in parts)
    assert "KENARI" not in mail.as_string()
    assert "9999-1111" not in mail.as_string()


@pytest.mark.parametrize("answer", ["421 later", "451 later"])
def test_a_server_that_is_busy_is_asked_again_for_four_hours(sink: Sink, answer: str) -> None:
    a_complaint(at="check")
    message, sink.answer = waiting_for("kasi"), answer
    now = utc_now()
    for attempt in range(len(DELAYS)):
        assert deliver(message.id, now) == "queued"
        assert message.attempts == attempt + 1
        now = message.next_try_at
    assert now - utc_now() > timedelta(hours=4)
    assert deliver(message.id, now) == "failed"
    assert answer.split()[0] in (message.last_error or "")


@pytest.mark.parametrize("answer", ["550 no such officer", "553 bad"])
def test_an_address_that_is_refused_fails_at_once_and_can_be_sent_again(sink: Sink, answer: str) -> None:
    a_complaint(at="check")
    message, sink.recipient_answer = waiting_for("kasi"), answer
    assert deliver(message.id, utc_now()) == "failed"
    assert answer.split()[0] in (message.last_error or "")
    sink.recipient_answer = "250 OK"
    assert send_again(message.id, utc_now())
    assert not send_again(message.id, utc_now())
    assert deliver(message.id, utc_now()) == "sent"


def test_a_reply_cut_after_the_dot_may_double_a_mail_but_never_its_message_id(sink: Sink) -> None:
    a_complaint(at="check")
    message, sink.answer = waiting_for("kasi"), "cut"
    assert deliver(message.id, utc_now()) == "queued"
    sink.answer = "250 OK"
    assert deliver(message.id, message.next_try_at) == "sent"
    assert len(sink.ids) == 2
    assert len(set(sink.ids)) == 1


def test_without_a_mail_server_nothing_waits_for_ever(context: Flask) -> None:
    a_complaint(at="check")
    assert deliver(waiting_for("kasi").id, utc_now()) == "skipped"


def test_what_redis_forgot_is_handed_out_again_and_not_twice_in_a_row(sink: Sink) -> None:
    a_complaint(at="check")
    redis_client().flushdb()
    later = utc_now() + timedelta(seconds=31)
    assert relay_deliveries(utc_now()) == 0
    assert relay_deliveries(later) == len(waiting()) > 0
    assert redis_client().llen("rq:queue:notices") == len(waiting())
    assert relay_deliveries(later) == relay_deliveries(later + timedelta(seconds=29)) == 0
    assert relay_deliveries(later + timedelta(seconds=30)) == len(waiting())


def test_redis_away_does_not_keep_an_officer_from_working(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    away = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    monkeypatch.setitem(context.extensions, "lapor_redis", away)
    case = a_complaint(at="check")
    assert case.complaint.status == "checking"
    assert waiting()


def test_what_waits_for_one_officer_goes_out_together(sink: Sink) -> None:
    for _ in range(3):
        a_complaint(at="check")
    message = waiting_for("kasi")
    assert deliver(message.id, utc_now()) == "sent"
    a_complaint(at="check")
    assert waiting_for("kasi").id != message.id
    assert len(message.items) == 3
    assert "3" in sink.mails[0]["Subject"]


def test_at_night_nothing_is_sent_before_the_morning(sink: Sink, morning: Callable[[str], Any]) -> None:
    morning(NIGHT)
    a_complaint(at="check")
    a_complaint(at="check")
    message = waiting_for("kasi")
    assert message.next_try_at.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M") == NEXT_MORNING
    assert relay_deliveries(utc_now() + timedelta(hours=5)) == 0
    morning(NEXT_MORNING)
    assert make_digests(utc_now()) > 0
    assert waiting_for("kasi").id == message.id
    assert deliver(message.id, utc_now()) == "sent"
    (mail,) = sink.mails
    assert "pagi ini" in mail["Subject"]
    assert mail.get_body(("plain",)).get_content().count("menunggu Anda") == 2


def test_a_notice_that_misses_the_morning_message_goes_out_by_itself(sink: Sink, morning: Callable[[str], Any]) -> None:
    morning(NIGHT)
    a_complaint(at="check")
    first = waiting_for("kasi")
    assert deliver(first.id, first.next_try_at) == "sent"
    a_complaint(at="check")
    assert waiting_for("kasi").digest_on is None


def test_the_morning_message_is_made_once_and_only_for_who_has_work(sink: Sink, morning: Callable[[str], Any]) -> None:
    a_complaint(at="check")
    deliver(waiting_for("kasi").id, utc_now())
    for early in ("2026-11-25 07:29", "2026-11-25 10:31", "2026-11-28 07:30"):
        morning(early)
        assert make_digests(utc_now()) == 0
    morning(NEXT_MORNING)
    assert make_digests(utc_now()) == make_digests(utc_now()) == 1
    digests = db.session.scalars(select(Delivery).where(Delivery.digest_on.is_not(None))).all()
    assert [d.user.username for d in digests] == ["kasi"]
    assert deliver(digests[0].id, utc_now()) == "sent"
    assert "Pekerjaan terbuka: 1" in sink.mails[-1].get_body(("plain",)).get_content()


def test_wishes_are_kept(sink: Sink, morning: Callable[[str], Any]) -> None:
    a_complaint(at="check")
    message = waiting_for("kasi")
    prefer("kasi", by_email=False)
    deliver(message.id, utc_now())
    a_complaint(at="check")
    assert not [d for d in waiting() if d.user.username == "kasi"]
    assert db.session.scalars(select(Notice).where(Notice.kind == "step_opened")).all()


def test_the_limit_may_break_the_silence_if_the_officer_wishes(sink: Sink, morning: Callable[[str], Any]) -> None:
    a_complaint(at="check")
    prefer("kasi", limit_at_any_hour=True)
    deliver(waiting_for("kasi").id, utc_now())
    morning(NIGHT)
    raise_due_alarms(utc_now())
    carried = {d.digest_on is None: {i.notice.kind for i in d.items} for d in waiting() if d.user.username == "kasi"}
    assert carried == {True: {"step_late"}, False: {"step_near"}}


def test_two_that_make_the_same_mornings_in_different_order_both_come_through(context: Flask) -> None:
    users = list(db.session.scalars(select(User.id).order_by(User.id).limit(2)))
    db.session.remove()
    met = threading.Barrier(2)

    def make(order: list[int]) -> int:
        with context.app_context(), one_transaction():
            first = open_digest(order[0], "email", date(2026, 11, 25), utc_now(), utc_now())
            with suppress(threading.BrokenBarrierError):
                met.wait(timeout=1)
            second = open_digest(order[1], "email", date(2026, 11, 25), utc_now(), utc_now())
            return len({first, second} - {None})

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(make, [users, users[::-1]])) == [2, 2]
    assert len(waiting()) == 2
