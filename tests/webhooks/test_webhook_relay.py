"""Webhooks read the change feed: each change once to each subscriber, in order for each report, whatever fails."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.core.extensions import db, redis_client
from app.feed.sequence import delete_old_changes
from app.models import SyncChange, WebhookDelivery
from app.webhooks.deliver import deliver_webhook
from app.webhooks.manage import send_again, send_again_since
from app.webhooks.relay import forget_old_messages, relay_webhooks
from tests.sp4n.reports import a_linked_case
from tests.webhooks.receiver import MONDAY, Receiver, a_receiver, an_endpoint, hangs, status, work


def heard(receiver: Receiver) -> list[tuple[str, str]]:
    told = [json.loads(body)["data"] for _, body in receiver.got]
    return [(data["tracking_id"], data["kind"]) for data in told]


def messages() -> list[WebhookDelivery]:
    db.session.expire_all()
    return list(db.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def test_a_receiver_hears_what_it_asked_for_from_its_first_moment_on(receiver: Receiver) -> None:
    case = a_linked_case()
    an_endpoint(receiver.url, MONDAY, "complaint.register", "complaint.approve_check", name="Dua")
    an_endpoint(receiver.url, MONDAY, name="Semua")
    case.act("complaint_admin", "register")
    case.act("complaint_admin", "note", text="Uji.")
    case.act("section_head", "approve_check")
    work(MONDAY)
    assert sorted(heard(receiver)) == sorted(
        [("9165816", k) for k in ("register", "approve_check")] * 2 + [("9165816", "note")]
    )
    assert len({message.message_id for message in messages()}) == 5


def test_relaying_again_and_at_the_same_time_makes_each_message_once(app: Flask, receiver: Receiver) -> None:
    case = a_linked_case()
    for name in ("Satu", "Dua"):
        an_endpoint(receiver.url, MONDAY, name=name)
    for _ in range(30):
        case.act("complaint_admin", "note", text="Uji.")

    def relay() -> None:
        with app.app_context():
            relay_webhooks(MONDAY)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(relay) for _ in range(8)]:
            done.result()
    changes = [message.change_id for message in messages()]
    assert (len(changes), len(set(changes))) == (60, 30)


def test_a_position_that_was_set_back_sends_nothing_twice(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url, MONDAY)
    a_linked_case()
    work(MONDAY)
    db.session.execute(text("UPDATE webhook_endpoint SET position = 0"))
    db.session.commit()
    work(MONDAY)
    db.session.refresh(endpoint)
    assert (len(receiver.got), endpoint.position) == (1, 1)


def test_a_later_change_of_a_report_waits_for_the_earlier_one_and_other_reports_do_not(receiver: Receiver) -> None:
    """The first try of the first report's first change is refused; it alone holds up its own report."""
    receiver.answers = [status(400), status(200)]
    an_endpoint(receiver.url, MONDAY)
    first, second = a_linked_case("9165816"), a_linked_case("9165817")
    for case in (first, second):
        case.act("complaint_admin", "register")
        case.act("section_head", "approve_check")
    work(MONDAY)
    assert heard(receiver)[0] == ("9165816", "received")
    assert [kind for report, kind in heard(receiver)[1:] if report == "9165817"] == [
        "received",
        "register",
        "approve_check",
    ]
    assert len(receiver.got) == 4
    receiver.got.clear()
    work(MONDAY + timedelta(seconds=61))
    assert heard(receiver) == [("9165816", kind) for kind in ("received", "register", "approve_check")]


def test_what_was_parked_holds_up_nobody_any_more(receiver: Receiver) -> None:
    receiver.answers = [status(400)] * 10 + [status(200)]
    an_endpoint(receiver.url, MONDAY)
    case = a_linked_case()
    case.act("complaint_admin", "register")
    at = MONDAY
    for _ in range(10):
        work(at)
        at = messages()[0].next_try_at
    assert [(m.state, m.attempts) for m in messages()] == [("parked", 10), ("delivered", 1)]


def test_changes_that_are_forgotten_meanwhile_are_still_told(receiver: Receiver) -> None:
    receiver.answers = [status(400), status(200)]
    an_endpoint(receiver.url, MONDAY)
    case = a_linked_case()
    case.act("complaint_admin", "register")
    work(MONDAY)
    assert delete_old_changes(MONDAY + timedelta(days=500)) == 1
    work(MONDAY + timedelta(minutes=2))
    assert [kind for _, kind in heard(receiver)] == ["received", "received", "register"]
    assert db.session.query(SyncChange).count() == 1
    assert forget_old_messages(MONDAY + timedelta(days=399)) == 0
    assert forget_old_messages(MONDAY + timedelta(days=401)) == 2


def test_a_message_is_sent_by_one_worker_at_a_time(app: Flask, receiver: Receiver) -> None:
    sending, go = threading.Event(), threading.Event()

    def slow(handler: Any) -> None:
        sending.set()
        go.wait(10)
        status(200)(handler)

    receiver.answers = [slow]
    an_endpoint(receiver.url, MONDAY)
    case = a_linked_case()
    case.act("complaint_admin", "register")
    relay_webhooks(MONDAY)
    first, second = (message.id for message in messages())
    db.session.commit()

    def deliver(message_id: int) -> str:
        with app.app_context():
            return deliver_webhook(message_id, MONDAY)

    with ThreadPoolExecutor(2) as pool:
        busy = pool.submit(deliver, first)
        assert sending.wait(10)
        assert pool.submit(deliver, first).result(10) == "elsewhere"
        assert pool.submit(deliver, second).result(10) == "elsewhere"
        go.set()
        assert busy.result(10) == "delivered"
        assert pool.submit(deliver, first).result(10) == "elsewhere"
        assert pool.submit(deliver, second).result(10) == "delivered"
    assert [kind for _, kind in heard(receiver)] == ["received", "register"]


def test_one_that_hangs_keeps_no_other_receiver_waiting(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.webhooks.deliver.SECONDS", 0.5)
    with a_receiver() as stuck:
        stuck.answers = [hangs]
        an_endpoint(stuck.url, MONDAY, name="Macet")
        an_endpoint(receiver.url, MONDAY, name="Lancar")
        for number in range(10):
            a_linked_case(str(9165000 + number))
        work(MONDAY)
        assert (len(stuck.got), len(receiver.got)) == (1, 10)


def test_sending_again_keeps_the_id_and_gives_new_tries(receiver: Receiver) -> None:
    receiver.answers = [status(410), status(200)]
    endpoint = an_endpoint(receiver.url, MONDAY)
    a_linked_case("9165816")
    work(MONDAY)
    message = messages()[0]
    assert not send_again(endpoint.id, message.id, MONDAY)
    db.session.execute(text("UPDATE webhook_delivery SET state = 'parked', attempts = 10"))
    db.session.execute(text("UPDATE webhook_endpoint SET active = true, disabled_for = NULL, held_until = NULL"))
    db.session.commit()
    assert send_again(endpoint.id, message.id, MONDAY)
    work(MONDAY)
    assert [m.state for m in messages()] == ["delivered"]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_all_since_a_day_are_sent_again_the_failed_ones_or_every_one(receiver: Receiver, freeze: Any) -> None:
    endpoint = an_endpoint(receiver.url, MONDAY)
    a_linked_case("9165816")
    freeze("2026-11-24 09:00")
    a_linked_case("9165817")
    a_linked_case("9165818")
    tuesday = MONDAY + timedelta(days=1)
    work(tuesday)
    db.session.execute(text("UPDATE webhook_delivery SET state = 'parked' WHERE id IN (1, 2)"))
    db.session.commit()
    assert send_again_since(endpoint.id, tuesday, ("parked",), tuesday) == 1
    work(tuesday)
    assert send_again_since(endpoint.id, tuesday, ("parked", "delivered"), tuesday) == 2
    assert send_again_since(endpoint.id + 1, MONDAY, ("parked", "delivered"), tuesday) == 0
    work(tuesday)
    assert [m.state for m in messages()] == ["parked", "delivered", "delivered"]
    assert len(receiver.got) == 3 + 1 + 2


def test_what_redis_lost_is_handed_out_again_after_its_lease(receiver: Receiver) -> None:
    an_endpoint(receiver.url, MONDAY)
    a_linked_case()
    assert relay_webhooks(MONDAY) == 1
    redis_client().flushdb()
    work(MONDAY + timedelta(seconds=59))
    assert receiver.got == []
    work(MONDAY + timedelta(seconds=60))
    assert len(receiver.got) == 1


def test_a_message_whose_worker_died_is_sent_again_with_the_same_id(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is gone after the receiver took the message and before that was written down."""
    an_endpoint(receiver.url, MONDAY)
    a_linked_case()
    with monkeypatch.context() as dying:
        dying.setattr("app.webhooks.deliver._record", lambda *args: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            work(MONDAY)
    assert [(m.state, m.attempts) for m in messages()] == [("queued", 0)]
    redis_client().flushdb()
    work(MONDAY + timedelta(seconds=60))
    assert [(m.state, m.attempts) for m in messages()] == [("delivered", 1)]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
