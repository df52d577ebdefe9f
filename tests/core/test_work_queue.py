"""No more rows are claimed than asked for, whatever plan the database chooses."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import delete_batch
from app.delivery.deliver import DELIVERIES
from app.models import Delivery, DeliveryItem
from tests.factories import a_complaint

PLANS = ("hashjoin", "mergejoin", "material", "hashagg", "sort", "bitmapscan", "memoize")


@pytest.fixture
def five_messages(context: Flask, freeze: Callable[[str], Any]) -> list[int]:
    freeze("2026-11-24 10:00")
    for _ in range(5):
        a_complaint(at="relay", route="via_admin")
    db.session.execute(db.update(Delivery).values(state="queued", next_try_at=utc_now(), attempts=0))
    db.session.commit()
    return list(db.session.scalars(select(Delivery.id).order_by(Delivery.id)))


def _only_nested_loops() -> None:
    for plan in PLANS:
        db.session.execute(text(f"SET LOCAL enable_{plan} = off"))


@pytest.mark.parametrize("batch", [1, 2])
def test_a_batch_is_claimed_once(five_messages: list[int], batch: int) -> None:
    assert len(five_messages) > 2
    _only_nested_loops()
    claimed = DELIVERIES.update_free(DELIVERIES.due(utc_now()), batch=batch, **DELIVERIES.claimed(utc_now()))
    assert claimed == five_messages[:batch]
    db.session.rollback()


def test_a_batch_is_deleted_once(five_messages: list[int]) -> None:
    db.session.execute(db.delete(DeliveryItem))
    _only_nested_loops()
    assert delete_batch(Delivery, Delivery.state == "queued", 2) == 2
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == len(five_messages) - 2
