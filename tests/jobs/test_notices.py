"""Notices leave once, by a real SMTP conversation, and carry nothing of the reporter."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from app.clock import utc_now
from app.extensions import db, redis_client
from app.models import Notice
from app.operations.deliver_notice import DELAYS, deliver_notice, relay_notices
from tests.factories import a_complaint


class Sink:
    """A mail server that keeps what it takes, and answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        from email import message_from_bytes
        from email.policy import default

        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return self.answer


@pytest.fixture
def sink(context: Flask) -> Iterator[Sink]:
    kept = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    context.config["SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    yield kept
    context.config["SMTP_URL"] = None
    controller.stop()


def waiting() -> list[Notice]:
    return list(db.session.scalars(select(Notice).where(Notice.state == "queued").order_by(Notice.id)))


def test_an_opened_step_is_told_by_mail_once(sink: Sink) -> None:
    case = a_complaint(at="check", reporter={"name": "KENARI", "phone": "0800-9999-1111", "address": "KENARI-JALAN"})
    notice = next(n for n in waiting() if n.user.username == "kasi")
    assert deliver_notice(notice.id, utc_now()) == "sent"
    assert deliver_notice(notice.id, utc_now()) == "elsewhere"
    (mail,) = sink.mails
    assert mail["To"] == notice.user.email
    assert mail["Message-ID"] == f"<notice-{notice.id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert case.complaint.number in mail["Subject"]
    assert f"/aduan/{case.id}" in text
    assert "WITA" in text
    assert "KENARI" not in mail.as_string()
    assert "9999" not in mail.as_string()


@pytest.mark.parametrize("answer", ["421 later", "451 later", "550 no", "500 what"])
def test_a_mail_server_that_refuses_is_tried_again_later_and_given_up_in_the_end(sink: Sink, answer: str) -> None:
    a_complaint(at="check")
    notice = waiting()[0]
    sink.answer = answer
    now = utc_now()
    for attempt in range(len(DELAYS)):
        assert deliver_notice(notice.id, now) == "queued"
        assert notice.attempts == attempt + 1
        assert notice.next_try_at > now
        now = notice.next_try_at
    assert now - utc_now() > timedelta(hours=4)
    assert deliver_notice(notice.id, now) == "failed"
    assert answer.split()[0] in (notice.last_error or "")


def test_without_a_mail_server_nothing_waits_for_ever(context: Flask) -> None:
    a_complaint(at="check")
    notice = waiting()[0]
    assert deliver_notice(notice.id, utc_now()) == "skipped"


def test_what_redis_forgot_is_queued_again(sink: Sink) -> None:
    a_complaint(at="check")
    redis_client().flushdb()
    assert relay_notices(utc_now()) == len(waiting())
    assert redis_client().llen("rq:queue:notices") == len(waiting())


def test_redis_away_does_not_keep_an_officer_from_working(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    away = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    monkeypatch.setitem(context.extensions, "lapor_redis", away)
    case = a_complaint(at="check")
    assert case.complaint.status == "checking"
    assert waiting()
