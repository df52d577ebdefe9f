"""Webhooks against a real receiver that verifies by the standard's own library, and answers as receivers do."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import WebhookEndpoint
from app.webhooks import deliver
from app.webhooks.manage import rotate_secret, send_test, switch_endpoint
from app.webhooks.relay import relay_webhooks
from tests.sp4n.reports import a_linked_case
from tests.webhooks.receiver import (
    MONDAY,
    Answering,
    Receiver,
    a_receiver,
    an_endpoint,
    continues_for_ever,
    drips,
    hangs,
    only_message,
    sends_a_gigabyte,
    status,
    work,
)

Freeze = Callable[[str], Any]


def fresh(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    db.session.expire_all()
    return endpoint


def test_a_change_reaches_the_receiver_signed_and_without_a_word_of_anybody(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    case = a_linked_case(title="Jalan rusak", body="Nama saya Budi, telepon 0812345678")
    work(MONDAY)
    assert receiver.verified(endpoint.secret) == [
        {
            "type": "complaint.received",
            "timestamp": "2026-11-23T09:00:00+08:00",
            "data": {
                "tracking_id": "9165816",
                "number": case.complaint.number,
                "kind": "received",
                "at": "2026-11-23T09:00:00+08:00",
                "status": "registering",
                "revision": 1,
                "version": case.complaint.version,
                "origin": "sp4n",
                "url": "http://localhost/api/v1/sp4n/reports/9165816",
            },
        }
    ]
    headers, body = receiver.got[0]
    message = only_message()
    assert (message.state, message.attempts, message.last_status, message.last_answer) == ("delivered", 1, 200, "ok")
    assert headers["webhook-id"] == message.message_id
    assert headers["webhook-timestamp"] == str(int(MONDAY.timestamp()))
    assert headers["Content-Type"] == "application/json"
    assert len(body) < 20_000
    work(MONDAY + timedelta(minutes=1))
    assert len(receiver.got) == 1


@pytest.mark.parametrize("confidentiality", ["secret", "anonymous"])
def test_of_a_secret_or_anonymous_report_only_that_something_happened_is_told(
    receiver: Receiver, endpoint: WebhookEndpoint, confidentiality: str
) -> None:
    case = a_linked_case(confidentiality=confidentiality)
    relay_webhooks(MONDAY)
    assert set(json.loads(only_message().body)["data"]) == {"tracking_id", "number", "kind", "at"}
    work(MONDAY)
    data = {"tracking_id": "9165816", "number": case.complaint.number, "kind": "received"}
    assert [m["data"] for m in receiver.verified(endpoint.secret)] == [{**data, "at": "2026-11-23T09:00:00+08:00"}]


def test_a_report_that_becomes_secret_while_its_message_waits_is_told_of_thinly(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.answers = [status(500), status(200)]
    case = a_linked_case()
    work(MONDAY)
    db.session.execute(text("UPDATE complaint SET confidentiality = 'secret' WHERE id = :id"), {"id": case.id})
    db.session.commit()
    work(MONDAY + timedelta(seconds=30))
    first, second = (json.loads(body)["data"] for _, body in receiver.got)
    assert first["status"] == "registering"
    assert set(second) == {"tracking_id", "number", "kind", "at"}


def test_while_a_secret_is_changed_both_sign_and_afterwards_the_new_one_alone(
    receiver: Receiver, endpoint: WebhookEndpoint, freeze: Freeze
) -> None:
    old = endpoint.secret
    new = rotate_secret(endpoint.id, endpoint.version, 24, None, MONDAY).secret
    case = a_linked_case()
    work(MONDAY)
    assert len(receiver.got[0][0]["webhook-signature"].split(" ")) == 2
    assert receiver.verified(old) == receiver.verified(new)
    later = MONDAY + timedelta(hours=25)
    freeze("2026-11-24 10:00")
    case.act("complaint_admin", "register")
    work(later)
    receiver.got.pop(0)
    assert [m["data"]["kind"] for m in receiver.verified(new)] == ["breached", "register"]
    assert {len(headers["webhook-signature"].split(" ")) for headers, _ in receiver.got} == {1}


@pytest.mark.parametrize(
    ("answer", "state", "code", "fault"),
    [
        (status(204, b""), "delivered", 204, None),
        (status(299), "delivered", 299, None),
        (status(301, Location="/anywhere"), "queued", 301, "redirected"),
        (status(307, Location="/anywhere"), "queued", 307, "redirected"),
        (status(400), "queued", 400, "refused"),
        (status(429), "queued", 429, "slow_down"),
        (status(500), "queued", 500, "server_error"),
        (status(503), "queued", 503, "slow_down"),
        (sends_a_gigabyte, "delivered", 200, None),
        (hangs, "queued", None, "too_slow"),
        (drips(b""), "queued", None, "too_slow"),
        (drips(b"HTTP/1.1 200 OK\r\nX: "), "queued", None, "too_slow"),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), "queued", None, "too_slow"),
        (drips(b"HTTP/1.1 200 OK\r\n\r\n"), "queued", None, "too_slow"),
        (continues_for_ever, "queued", None, "too_slow"),
        (lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), "queued", None, "broken"),
        (lambda handler: None, "queued", None, "broken"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_answer_is_what_the_standard_says_within_the_time_and_64_kilobytes(
    receiver: Receiver,
    endpoint: WebhookEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answering,
    state: str,
    code: int | None,
    fault: str | None,
) -> None:
    assert (deliver.SECONDS, deliver.LARGEST_ANSWER) == (15.0, 65536)
    monkeypatch.setattr(deliver, "SECONDS", 1.0)
    receiver.answers = [answer]
    a_linked_case()
    work(MONDAY)
    message = only_message()
    assert (message.state, message.last_status, message.last_fault) == (state, code, fault)
    assert len(receiver.got) == 1
    assert receiver.sent < 100 * 1024 * 1024
    assert receiver.drops < 100, "ten a second: it was listened to for more than its second"


def test_nobody_there_is_a_try_too(receiver: Receiver) -> None:
    with a_receiver() as gone:
        url = gone.url
    an_endpoint(url, MONDAY)
    a_linked_case()
    work(MONDAY)
    assert (only_message().attempts, only_message().last_fault) == (1, "unreachable")


def test_a_trial_is_sent_once_also_while_the_receiver_is_off_and_counts_for_nothing(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.answers = [status(500, b"<script>\x00\x1b[2J" + b"x" * 9000)]
    switch_endpoint(endpoint.id, False, None, MONDAY)
    send_test(endpoint.id, MONDAY)
    work(MONDAY)
    work(MONDAY + timedelta(days=1))
    message = only_message()
    assert (message.type, message.state, message.attempts) == ("webhook.test", "parked", 1)
    assert receiver.verified(endpoint.secret)[0]["type"] == "webhook.test"
    assert message.last_answer == "<script>\ufffd\ufffd[2J" + "x" * 487
    assert fresh(endpoint).failing_since is None


def test_a_fault_that_nobody_foresaw_is_a_try_with_an_end(
    receiver: Receiver, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "signed_headers", lambda *args: 1 / 0)
    a_linked_case()
    work(utc_now())
    assert (only_message().attempts, only_message().last_fault) == (1, "broken")
    assert relay_webhooks(utc_now()) == 0


def test_the_receiver_of_the_readme_takes_a_real_message_once_and_a_forged_one_never(
    receiver: Receiver, endpoint: WebhookEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    a_linked_case()
    work(MONDAY)
    found = re.search(r"```python\n(from flask.*?)```", Path("docs/integration.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    program: dict[str, Any] = {"__name__": "penerima"}
    exec(found[1].replace("whsec_...", endpoint.secret), program)  # noqa: S102 (our own documentation)
    headers, body = receiver.got[0]
    stranger = program["app"].test_client()
    codes = [stranger.post("/webhook", data=sent, headers=headers).status_code for sent in (body, body, body + b" ")]
    assert codes == [204, 204, 400]
    assert capsys.readouterr().out.count("complaint.received") == 1
