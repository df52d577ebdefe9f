"""A mail server that hangs is left alone for a growing time, by all workers, and mail goes on by itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import WAITING_OUTSIDE, JobName, QueueName
from app.delivery.deliver import deliver, relay_deliveries
from app.delivery.gateway_breaker import LONGEST_HOLD, gateways_in_trouble
from app.launch.all_processes import programs
from app.models import Delivery
from jobs.registry import queue
from tests.delivery.faulty_mail_server import CUT, HANG, FaultyMailServer, faulty_mail_server
from tests.factories import a_complaint

CASES = 6
AWAY = [{"connect": HANG}, {"connect": CUT}, {"RCPT": HANG}, {"dot": HANG}, {"MAIL": "421 closing"}]


@pytest.fixture
def server(context: Flask, freeze: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyMailServer]:
    freeze("2026-11-24 10:00")
    monkeypatch.setitem(context.config, "SMTP_SECONDS", 0.3)
    with faulty_mail_server() as running:
        monkeypatch.setitem(context.config, "SMTP_URL", f"smtp://{running.address}")
        yield running


@pytest.fixture
def messages(server: FaultyMailServer) -> list[int]:
    """Messages that are due, to one officer each."""
    for _ in range(CASES):
        a_complaint(at="relay", route="via_admin")
    db.session.execute(db.update(Delivery).values(next_try_at=utc_now(), attempts=0))
    db.session.commit()
    redis_client().delete(f"rq:queue:{QueueName.NOTICES}")
    return list(db.session.scalars(select(Delivery.id).where(Delivery.state == "queued").order_by(Delivery.id)))


def carry_on(now: Any) -> int:
    """What scheduler and workers do at this moment; how many messages were handed to a worker."""
    handed = relay_deliveries(now)
    waiting = queue(QueueName.NOTICES, redis_client())
    hints = [job.args for job in waiting.get_jobs()]
    waiting.empty()
    for hint in hints:
        deliver(*hint, now)
    db.session.expire_all()
    return handed


def states() -> list[str]:
    return sorted(db.session.scalars(select(Delivery.state)))


@pytest.mark.parametrize("fault", AWAY, ids=str)
def test_one_message_finds_out_for_all_and_the_pauses_grow(
    server: FaultyMailServer, messages: list[int], fault: dict[str, str]
) -> None:
    assert len(messages) > 3
    server.script, now, pauses = fault, utc_now(), []
    carry_on(now)
    for _ in range(6):
        assert carry_on(now) == 0
        (state,) = gateways_in_trouble()
        assert state.held_until is not None
        pauses.append((state.held_until - now).total_seconds())
        now = state.held_until
        before = server.conversations
        assert carry_on(now) == 1
        assert server.conversations == before + 1
    assert pauses == [30, 60, 120, 240, 300, 300]
    assert server.conversations == 7
    assert sum(db.session.scalars(select(Delivery.attempts))) == 7
    server.script = {}
    now += LONGEST_HOLD
    carry_on(now)
    assert redis_client().llen(f"rq:queue:{QueueName.ALARMS}") >= 1  # the relay, asked for at once
    carry_on(now + timedelta(hours=1))
    assert set(states()) == {"sent"}
    assert len({mail["Message-ID"] for mail in server.mails}) == len(messages)
    assert gateways_in_trouble() == []


def test_a_message_that_is_refused_or_put_off_holds_up_no_other(server: FaultyMailServer, messages: list[int]) -> None:
    server.script = {"RCPT": "451 greylisted"}
    carry_on(utc_now())
    assert server.conversations == len(messages)
    server.script = {"RCPT": "550 unknown"}
    carry_on(utc_now() + timedelta(minutes=2))
    assert states() == ["failed"] * len(messages)
    assert gateways_in_trouble() == []


def test_while_one_message_finds_out_the_others_are_held(server: FaultyMailServer, messages: list[int]) -> None:
    server.script = {"connect": HANG}
    deliver(messages[0], utc_now())
    server.script, later = {}, utc_now() + timedelta(seconds=30)
    with db.engine.connect() as probe:
        probe.execute(db.text("SELECT channel FROM gateway_state FOR UPDATE"))
        assert [deliver(message, later) for message in messages[1:]] == ["held"] * (len(messages) - 1)
    assert deliver(messages[1], later) == "sent"
    assert deliver(messages[2], later) == "sent"


def test_a_redis_that_has_lost_everything_changes_nothing(server: FaultyMailServer, messages: list[int]) -> None:
    server.script = {"connect": HANG}
    deliver(messages[0], utc_now())
    redis_client().flushdb()
    assert deliver(messages[1], utc_now()) == "held"
    server.script = {}
    later = utc_now() + timedelta(seconds=60)
    assert (carry_on(later), carry_on(later)) == (1, len(messages) - 1)
    assert set(states()) == {"sent"}


def test_health_readyz_and_metrics_name_the_silent_server_and_the_oldest_job(
    server: FaultyMailServer, messages: list[int], as_user: Callable[[str], FlaskClient], freeze: Callable[[str], Any]
) -> None:
    server.script = {"connect": HANG}
    deliver(messages[0], utc_now())
    queue(QueueName.DOCUMENTS, redis_client()).enqueue_call(JobName.RELAY_PAPERS)
    freeze("2026-11-24 10:04")
    administrator = as_user("administrator")
    page = administrator.get("/kesehatan/").text
    assert "Tidak menjawab sejak" in page
    assert "Surat dan berkas: 1 menunggu, yang tertua 4 menit" in page
    warnings = administrator.get("/readyz").get_json()["warnings"]
    assert [told for told in warnings if told.startswith("mail server: away since 2026-11-24 10:00")]
    metrics = administrator.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    assert 'lapor_gateway_away_seconds{channel="email"} 240.0' in metrics
    assert 'lapor_queue_oldest_seconds{queue="documents"} 240.0' in metrics


def test_the_first_of_several_workers_waits_for_no_server_of_others() -> None:
    first, second = (p for p in programs(2, 3) if p.name.startswith("worker"))
    served = set(first.environ["WORKER_QUEUES"].split(","))
    assert served == set(QueueName) - WAITING_OUTSIDE
    assert "WORKER_QUEUES" not in second.environ
    assert not [p for p in programs(1, 3) if "WORKER_QUEUES" in p.environ]
