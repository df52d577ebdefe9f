"""Thousands of messages whose hints Redis forgot, or holds many times over: each is handed out and sent once."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import QueueName
from app.delivery.deliver import deliver, relay_deliveries
from app.models import Delivery
from app.notices.outbox import CLAIM_SECONDS
from jobs.registry import queue
from tests.delivery.mail_sink import Sink, mail_sink
from workflow_rules.process.actors import Person

MANY = 2_000
LEASE = timedelta(seconds=CLAIM_SECONDS)


@pytest.fixture(autouse=True)
def working_hours(context: Flask, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 10:00")


@pytest.fixture
def sink(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with mail_sink() as kept:
        monkeypatch.setitem(context.config, "SMTP_URL", kept.url)
        yield kept


def messages(count: int, user: int) -> list[int]:
    """So many messages whose time has come, none of them in Redis."""
    row = {"user_id": user, "channel": "email", "state": "queued", "created_at": utc_now(), "next_try_at": utc_now()}
    ids = db.session.scalars(insert(Delivery).returning(Delivery.id), [row] * count).all()
    db.session.commit()
    redis_client().flushdb()
    return sorted(ids)


def hints() -> list[int]:
    """The message of each job that stands in Redis."""
    return sorted(job.args[0] for job in queue(QueueName.NOTICES, redis_client()).get_jobs())


def test_all_that_redis_forgot_is_handed_out_again_each_once_in_a_lease(
    context: Flask, person: Callable[[str], Person]
) -> None:
    ids, began = messages(MANY, person("kasi").id), time.perf_counter()
    assert relay_deliveries(utc_now()) == MANY
    assert time.perf_counter() - began < 45, (
        "longer than half of a killed work's minute would allow, even on a busy machine"
    )
    assert hints() == ids
    assert relay_deliveries(utc_now() + LEASE - timedelta(seconds=1)) == 0
    redis_client().flushdb()
    assert relay_deliveries(utc_now() + LEASE) == MANY
    assert hints() == ids


def test_four_relays_at_once_hand_out_each_message_once(context: Flask, person: Callable[[str], Person]) -> None:
    ids = messages(400, person("kasi").id)

    def relay(_: int) -> int:
        with context.app_context():
            return relay_deliveries(utc_now(), batch=30)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(relay, range(4))) == len(ids)
    assert hints() == ids


def test_what_stands_in_redis_five_times_is_sent_once(
    context: Flask, sink: Sink, person: Callable[[str], Person]
) -> None:
    ids = messages(40, person("kasi").id)

    def work(delivery_id: int) -> str:
        with context.app_context():
            return deliver(delivery_id, utc_now())

    with ThreadPoolExecutor(4) as pool:
        outcomes = Counter(pool.map(work, [i for i in ids for _ in range(5)]))
    assert outcomes == {"sent": len(ids), "elsewhere": 4 * len(ids)}
    assert sorted(sink.ids) == sorted(f"<delivery-{i}@localhost>" for i in ids)
    assert db.session.scalars(select(func.count()).where(Delivery.state != "sent")).one() == 0


def test_hints_to_messages_that_do_not_exist_do_nothing(context: Flask, sink: Sink) -> None:
    assert deliver(987_654_321, utc_now()) == "elsewhere"
    assert sink.mails == []
