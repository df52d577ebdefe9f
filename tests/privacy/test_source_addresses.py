"""Where a reporter sits is written nowhere: not in the record, not in what limits count by, not in the log."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from limits.storage import MemoryStorage
from sqlalchemy import inspect, select, text

from app.accounts.attempt_counts import counter_digest
from app.cases.perform_action import perform_action
from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.core import hashing
from app.core.extensions import db, redis_client
from app.models import ComplaintEvent
from tests.factories import a_complaint, a_report
from tests.office_zone import office_today
from tests.public.test_public_intake import send
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import REPORTER

HOME = "203.0.113.77"
FROM_HOME = {"REMOTE_ADDR": HOME}


@pytest.fixture
def counting(app: Flask) -> Iterator[Flask]:
    limiter = app.appbuilder.sm.limiter  # type: ignore[attr-defined]
    limiter.reset()
    yield app
    limiter.reset()


def in_tables() -> list[str]:
    """Every row of the database that holds the address."""
    rows = []
    for table in inspect(db.engine).get_table_names():
        kept = db.session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))  # noqa: S608
        rows += [f"{table}: {row}" for row in kept.scalars() if HOME in row]
    return rows


def in_redis() -> list[str]:
    return [str(key) for key in redis_client().scan_iter() if HOME.encode() in key]


def counted_by(app: Flask) -> list[str]:
    """The names of all counts in the limiter's store."""
    store: Any = app.appbuilder.sm.limiter.storage  # type: ignore[attr-defined]
    return [str(name) for name in (store.storage if isinstance(store, MemoryStorage) else store.storage.scan_iter())]


def report_as(app: Flask, confidentiality: str) -> str | None:
    """The address in the record of a report from the street."""
    client = app.test_client()
    client.environ_base.update(FROM_HOME)
    who = {} if confidentiality != "anonymous" else {"reporter__name": "", "reporter__email": ""}
    assert send(client, confidentiality=confidentiality, **who).status_code == 303
    return db.session.scalars(select(ComplaintEvent.address).order_by(ComplaintEvent.id.desc()).limit(1)).one()


def test_of_an_anonymous_reporter_no_address_is_recorded(counting: Flask, context: Flask) -> None:
    assert report_as(counting, "anonymous") is None
    assert in_tables() == []


def test_of_a_named_reporter_a_digest_is_recorded_that_another_day_does_not_repeat(
    counting: Flask, context: Flask, freeze: object
) -> None:
    freeze("2026-11-24 10:00")  # type: ignore[operator]
    first, second = report_as(counting, "open"), report_as(counting, "secret")
    freeze("2026-11-25 10:00")  # type: ignore[operator]
    assert first is not None
    assert first == second != report_as(counting, "open")
    assert HOME not in first
    assert in_tables() == []


def test_later_acts_of_an_anonymous_reporter_leave_no_address_either(counting: Flask, context: Flask) -> None:
    case = a_complaint(confidentiality="anonymous", reporter={})
    case.act("complaint_admin", "request_information", question="Di mana?")
    asked = ActionRequest(Action.ADD_INFORMATION, params={"text": "Di sana."})
    done = perform_action(case.id, asked, REPORTER, case.complaint.version, address=HOME)
    assert (done.event.actor, done.event.address) == ("reporter", None)
    assert in_tables() == []


def test_no_limit_is_counted_by_an_address_or_a_name_that_can_be_read(counting: Flask, context: Flask) -> None:
    client = counting.test_client()
    client.environ_base.update(FROM_HOME)
    send(client)
    client.post("/lacak", data={"number": "LB-2026-000001", "code": "SALAH"})
    client.post("/verifikasi/", data={})
    client.post("/login/", data={"username": "kasi", "password": "salah"})
    client.post("/login/lupa", data={"name": "orang@contoh.example"})
    names = counted_by(counting)
    assert len(names) >= 4
    assert [name for name in names if HOME in name or "LB-2026" in name or "contoh" in name] == []
    assert in_redis() == []
    assert in_tables() == []


def test_the_keys_change_with_the_office_s_day(context: Flask, freeze: object) -> None:
    freeze("2026-11-24 23:59")  # type: ignore[operator]
    before = counter_digest(HOME)
    assert counter_digest(HOME) == before
    freeze("2026-11-25 00:01")  # type: ignore[operator]
    assert counter_digest(HOME) != before


def test_nothing_is_recorded_while_no_key_can_be_had(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_key_of_today", lambda: None)
    received = receive_complaint(clean_report(a_report()), REPORTER, address=HOME)
    row = db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.complaint_id == received.complaint.id)).one()
    assert row.address is None


def test_the_random_key_is_dropped_after_two_days(context: Flask) -> None:
    context.extensions.pop("lapor_digest_key", None)
    assert hashing.unrepeatable_digest(HOME)
    left = redis_client().ttl(f"lapor:digest-key:{office_today()}")
    assert 0 < left <= hashing.KEY_SECONDS


def test_a_key_that_redis_lost_at_once_is_made_again_at_the_next_use(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.extensions.pop("lapor_digest_key", None)
    redis_client().delete(f"lapor:digest-key:{office_today()}")
    with monkeypatch.context() as lost:
        lost.setattr(redis_client(), "set", lambda *_given, **_named: True)
        assert hashing.unrepeatable_digest(HOME) is None
    assert hashing.unrepeatable_digest(HOME)
