"""When a webhook is sent again, when it is left, and when a receiver is switched off."""

import json
from datetime import datetime, timedelta

import pytest

from app.core.extensions import db
from app.models import JournalEntry, WebhookDelivery, WebhookEndpoint
from app.webhooks.manage import switch_endpoint
from app.webhooks.retries import DELAYS
from tests.sp4n.reports import a_linked_case
from tests.webhooks.receiver import MONDAY, Receiver, only_message, status, work


def fresh(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    db.session.expire_all()
    return endpoint


def until_tried(times: int, at: datetime) -> list[tuple[float, str]]:
    """Work at each moment at which the message is due; seconds since the try before, and the state then."""
    told: list[tuple[float, str]] = []
    for _ in range(times):
        work(at)
        message = only_message()
        told.append(((message.next_try_at - at).total_seconds(), message.state))
        at = max(message.next_try_at, message.endpoint.held_until or at)
    return told


def test_a_failing_receiver_is_tried_ten_times_over_three_days_with_the_same_id_and_then_left(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.answers = [status(404)]
    a_linked_case()
    told = until_tried(10, MONDAY)
    waits = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert list(DELAYS) == waits
    assert [state for _, state in told] == ["queued"] * 9 + ["parked"]
    assert all(wait <= told[n][0] <= wait * 1.1 for n, wait in enumerate(waits))
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert len(receiver.got) == 10
    work(MONDAY + timedelta(days=30))
    assert len(receiver.got) == 10


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), ("999999999", 7200), ("Mon, 23 Nov 2026 01:10:00 GMT", 600), ("-5", 5), ("soon", 5), ("٣٠", 5)],
)
def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks_within_bounds(
    receiver: Receiver, endpoint: WebhookEndpoint, asked: str, seconds: int
) -> None:
    """09.00 in Balangan is 01.00 GMT."""
    receiver.answers = [status(429, Retry_After=asked.encode().decode("latin-1")), status(200)]
    a_linked_case("9165816")
    a_linked_case("9165817")
    work(MONDAY)
    assert len(receiver.got) == 1
    work(MONDAY + timedelta(seconds=seconds - 1))
    assert len(receiver.got) == 1
    work(MONDAY + timedelta(seconds=max(seconds * 1.1, 61)))
    assert len(receiver.got) == 3
    assert (fresh(endpoint).failures, endpoint.held_until, endpoint.failing_since) == (0, None, None)


def test_a_server_that_fails_is_probed_by_one_message_and_the_others_keep_their_tries(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.answers = [status(500)]
    for number in range(20):
        a_linked_case(str(9165000 + number))
    at = MONDAY
    for minutes in (0, 2, 4, 8, 16, 40):
        work(at + timedelta(minutes=minutes))
    assert len(receiver.got) == 6
    receiver.answers = [status(200)]
    work(at + timedelta(hours=10))
    assert {m.state for m in db.session.query(WebhookDelivery)} == {"delivered"}
    assert len(receiver.got) == 6 + 20


def test_410_switches_the_receiver_off_and_says_so_and_what_waits_is_kept(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.answers = [status(410), status(200)]
    case = a_linked_case()
    work(MONDAY)
    assert (fresh(endpoint).active, endpoint.disabled_for) == (False, "gone")
    told = [(row.officer_id, row.data) for row in db.session.query(JournalEntry).filter_by(kind="webhook_changed")]
    assert (None, {"endpoint": "Uji", "act": "disabled_gone"}) in told
    case.act("complaint_admin", "register")
    work(MONDAY + timedelta(days=2))
    assert len(receiver.got) == 1
    switch_endpoint(endpoint.id, True, None, MONDAY + timedelta(days=2))
    work(MONDAY + timedelta(days=2))
    assert [json.loads(body)["data"]["kind"] for _, body in receiver.got[1:]] == ["received", "register"]


def test_a_receiver_that_fails_for_five_days_is_switched_off(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    receiver.answers = [status(500)]
    a_linked_case("9165816")
    work(MONDAY)
    a_linked_case("9165817")
    work(MONDAY + timedelta(days=4, hours=23))
    assert fresh(endpoint).active
    work(MONDAY + timedelta(days=5, minutes=30))
    assert (fresh(endpoint).active, endpoint.disabled_for) == (False, "failing")


def test_one_success_begins_the_five_days_anew(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    receiver.answers = [status(500), status(200), status(500)]
    case = a_linked_case()
    work(MONDAY)
    work(MONDAY + timedelta(days=1))
    case.act("complaint_admin", "register")
    work(MONDAY + timedelta(days=6))
    assert len(receiver.got) == 3
    assert fresh(endpoint).active
