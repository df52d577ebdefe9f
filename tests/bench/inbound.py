"""Reports from SP4N by PUT and by batch, beside their very rows put into tables of the same shape by bare psycopg."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import text

from app.core.extensions import db
from app.demo.accounts import make_key
from tests.bench.rows import BareRows
from tests.sp4n.reports import a_revision

_IDS = "SELECT id FROM complaint WHERE sp4n_tracking_id LIKE :like ORDER BY id"


def measure_inbound(app: Flask, singles: int = 100, many: int = 1000) -> Iterator[tuple[str, float, float]]:
    """What is measured, seconds a report, and seconds of the bare rows with as many commits."""
    headers = {"Authorization": f"Bearer {make_key()}"}
    client = app.test_client()
    reports = [{"tracking_id": str(7_000_000 + n), **_report(n)} for n in range(many)]
    single = _timed(lambda: [_put(client, headers, n) for n in range(singles)]) / singles
    batch = _timed(lambda: _post(client, headers, reports)) / many
    bare = BareRows(app.config["SQLALCHEMY_DATABASE_URI"])
    bare_single = bare.one_by_one(bare.since(_cases("6%", 1), {}))
    batches = _cases("7%", 100)
    bare_batch = bare.one_by_one(bare.since(batches, {})) * len(batches) / many
    yield f"a report by PUT, {1 / single:.0f} a second (its rows, COMMIT)", single, bare_single
    yield f"a report of {many:,} in a batch, {1 / batch:.0f} a second (rows)", batch, bare_batch


def _report(number: int) -> dict[str, Any]:
    return a_revision(1, title=f"Jalan berlubang di RT {number}", category="jalan_berlubang")


def _put(client: Any, headers: dict[str, str], number: int) -> None:
    answer = client.put(f"/api/v1/sp4n/reports/{6_000_000 + number}", json=_report(number), headers=headers)
    assert answer.status_code == 201, answer.text


def _post(client: Any, headers: dict[str, str], reports: list[dict[str, Any]]) -> None:
    answer = client.post("/api/v1/sp4n/reports/batch", json={"reports": reports}, headers=headers)
    assert {line["status"] for line in answer.get_json()["result"]} == {201}


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _cases(tracking_ids: str, at_once: int) -> list[list[int]]:
    """The cases of those reports, so many together."""
    ids = list(db.session.scalars(text(_IDS), {"like": tracking_ids}))
    db.session.rollback()
    return [ids[first : first + at_once] for first in range(0, len(ids), at_once)]
