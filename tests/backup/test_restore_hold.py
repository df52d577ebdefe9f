"""A restored copy sends nothing by any way until it is released, and then sends once what was not set aside."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.backup.release import NOT_SENT, find_waiting, release_copy
from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.deliver import deliver, relay_deliveries
from app.models import Delivery, JournalEntry, Notice, SendingHold, SyncLedger, WebhookDelivery
from app.sp4n.peer.compare import compare_peer
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from app.webhooks.deliver import deliver_webhook
from app.webhooks.relay import relay_webhooks
from tests.delivery.mail_sink import Sink, mail_sink
from tests.factories import a_complaint
from tests.sp4n.fake_peer import Peer, running_fake
from tests.sp4n.reports import a_linked_case
from tests.webhooks.conftest import endpoint, receiver
from tests.webhooks.receiver import Receiver, work

__all__ = ["endpoint", "receiver"]

MONDAY_NINE = "2026-11-23 09:00"
TAKEN_AT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.fixture
def sink(context: Flask) -> Iterator[Sink]:
    with mail_sink() as kept:
        context.config["SMTP_URL"] = kept.url
        yield kept
        context.config["SMTP_URL"] = None


@pytest.fixture(autouse=True)
def monday(context: Flask, freeze: Callable[[str], Any]) -> Callable[[str], Any]:
    freeze(MONDAY_NINE)
    return freeze


def hold() -> None:
    db.session.add(SendingHold(id=1, since=utc_now(), taken_at=TAKEN_AT))
    db.session.commit()


def messages() -> list[int]:
    return list(db.session.scalars(select(Delivery.id).order_by(Delivery.id)))


def send_everything() -> list[str]:
    later = utc_now() + timedelta(minutes=2)
    return [deliver(identity, later) for identity in messages()]


def test_a_held_copy_sends_no_mail_and_its_notices_go_on(sink: Sink) -> None:
    hold()
    a_complaint(at="check")
    assert relay_deliveries(utc_now() + timedelta(minutes=5)) == 0
    assert send_everything() == ["elsewhere"]
    assert sink.mails == []
    assert db.session.scalars(select(Notice.kind)).all() == ["step_opened"]
    assert db.session.scalars(select(Delivery.attempts)).all() == [0]


def test_a_released_copy_sends_once_what_waited(sink: Sink) -> None:
    hold()
    a_complaint(at="check")
    done = release_copy(None, utc_now())
    assert done is not None
    assert (done.dropped_messages, done.going.messages) == (0, 1)
    assert release_copy(None, utc_now()) is None
    assert send_everything() == ["sent"]
    assert send_everything() == ["elsewhere"]
    assert len(sink.mails) == 1
    (entry,) = db.session.scalars(
        select(JournalEntry).where(JournalEntry.kind != "row_changed").where(JournalEntry.kind == "copy_released")
    )
    assert entry.data == {
        "taken_at": "2026-11-22T18:00:00+00:00",
        "dropped": {"messages": 0, "webhooks": 0},
        "going": {"messages": 1, "webhooks": 0, "reports": 0},
    }


def test_what_is_older_is_set_aside_and_not_lost(sink: Sink, monday: Callable[[str], Any]) -> None:
    """A waiting message that a fresh notice has joined meanwhile is a fresh one."""
    a_complaint(at="report")
    hold()
    monday("2026-11-24 10:00")
    a_complaint(at="check", title="Jalan lain")
    waiting = find_waiting(utc_now())
    assert (waiting.messages, waiting.count, waiting.oldest) == (2, 2, datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    done = release_copy(timedelta(hours=24), utc_now())
    assert done is not None
    assert (done.dropped_messages, done.going.messages) == (1, 1)
    found = db.session.execute(select(User.username, Delivery.state).join(Delivery.user)).all()
    assert sorted(tuple(row) for row in found) == [("kabid", "skipped"), ("kasi", "queued")]
    assert sorted(send_everything()) == ["elsewhere", "sent"]
    assert db.session.scalars(select(Delivery.last_error).where(Delivery.state == "skipped")).all() == [NOT_SENT]
    assert len(sink.mails) == 1


def test_a_held_copy_calls_no_webhook(receiver: Receiver, endpoint: Any) -> None:
    hold()
    a_linked_case()
    assert relay_webhooks(utc_now()) == 0
    (waiting,) = db.session.scalars(select(WebhookDelivery.id))
    assert deliver_webhook(waiting, utc_now()) == "elsewhere"
    assert receiver.verified(endpoint.secret) == []
    release_copy(None, utc_now())
    work(utc_now())
    work(utc_now())
    assert len(receiver.verified(endpoint.secret)) == 1


def test_an_old_webhook_is_set_aside_with_its_button(
    receiver: Receiver, endpoint: Any, monday: Callable[[str], Any]
) -> None:
    """It was not even written when the copy was made: only the change stood in the feed."""
    a_linked_case()
    hold()
    monday("2026-11-25 10:00")
    done = release_copy(timedelta(hours=24), utc_now())
    assert done is not None
    assert (done.dropped_webhooks, done.going.webhooks) == (1, 0)
    (kept,) = db.session.execute(select(WebhookDelivery.state, WebhookDelivery.last_fault))
    assert tuple(kept) == ("parked", "set_aside")
    work(utc_now())
    assert receiver.verified(endpoint.secret) == []


@pytest.fixture
def peer(context: Flask) -> Iterator[Peer]:
    with running_fake(context) as found:
        yield found


def test_a_held_copy_neither_asks_nor_tells_the_peer(peer: Peer) -> None:
    peer.report("9165816")
    peer.report("9165817")
    a_linked_case("9165816").act("complaint_admin", "register")
    hold()
    assert (push_peer(utc_now()), poll_peer(utc_now())) == (0, 0)
    assert compare_peer(utc_now()) == "done already"
    assert peer.told("9165816") == []
    assert db.session.scalars(select(SyncLedger.acked_at)).all() in ([None], [])
    assert find_waiting(utc_now()).reports == 1
    release_copy(None, utc_now())
    assert push_peer(utc_now()) == 2
    assert poll_peer(utc_now()) >= 1
    assert len(peer.told("9165816")) == 2


def test_administrators_see_it_on_every_page_and_officers_do_not(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    said = "Salinan yang dipulihkan: tidak mengirim apa pun"
    admin, officer = as_user("administrator"), as_user("kasi")
    assert said not in admin.get("/kesehatan/").text
    hold()
    assert said in admin.get("/kesehatan/").text
    assert said in admin.get("/").text
    assert said not in officer.get("/").text
    assert "Datanya per" in admin.get("/kesehatan/").text
    assert "sending: held back, this is a restored copy" in app.test_client().get("/readyz").get_json()["warnings"]
