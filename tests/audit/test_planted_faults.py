"""On a lively world everything holds; each fault that is planted beside the program is found by its own invariant."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from redis import Redis
from sqlalchemy import select, text

from app.audit.invariants.labels import PROMISES, sentence_of
from app.audit.invariants.scope import Checked, Finding, Scope
from app.audit.invariants.table import CHECKS, HARMLESS, Check, check, is_red
from app.core.extensions import db, redis_client
from app.core.hashing import json_digest
from app.core.jobs import SCHEDULER_HEARTBEAT
from app.core.storage import read_file
from app.models import Attachment, Letter, Paper
from app.models.invariant import INVARIANTS
from tests.audit.faults import FAULTS


def found(scope: Scope) -> dict[str, list[str]]:
    """The sentences of every invariant that does not hold, each of which can be said."""
    results = {name: checked.findings for name, checked in checked_all(scope).items()}
    for finding in (finding for findings in results.values() for finding in findings):
        assert sentence_of(finding.sentence, finding.subject, finding.particulars)
    return {name: sorted({f.sentence for f in findings}) for name, findings in results.items() if findings}


def checked_all(scope: Scope) -> dict[str, Checked]:
    return {name: check(name, scope)[0] for name in CHECKS}


def test_a_lively_world_holds_and_every_invariant_looks_at_something(inside: Flask, scope: Scope) -> None:
    results = checked_all(scope)
    assert [finding for checked in results.values() for finding in checked.findings] == []
    assert [name for name, checked in results.items() if checked.looked_at == 0] == []


def test_a_night_looks_at_what_changed_and_one_slice_of_the_rest(inside: Flask, scope: Scope) -> None:
    tonight = Scope(scope.now, scope.now - timedelta(days=1), slice=5)
    results = checked_all(tonight)
    assert [finding for checked in results.values() for finding in checked.findings] == []
    late = "SELECT count(DISTINCT complaint_id) FROM complaint_event WHERE at >= '2026-03-11' OR complaint_id % 28 = 5"
    assert results["I3"].looked_at == results["I8"].looked_at == db.session.execute(text(late)).scalar_one()
    everything = checked_all(scope)
    fewer = [name for name in CHECKS if results[name].looked_at < everything[name].looked_at]
    assert fewer == ["I3", "I4", "I8", "I9", "I14"]


def test_every_invariant_has_its_words() -> None:
    assert tuple(CHECKS) == INVARIANTS == tuple(PROMISES)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_its_invariant_and_no_other(
    inside: Flask, scope: Scope, marks: dict[str, int], name: str
) -> None:
    fault = FAULTS[name]
    fault.plant()
    assert found(Scope(scope.now, marks={"I8": marks})) == fault.found


def test_a_guard_that_is_off_is_found(inside: Flask, scope: Scope) -> None:
    db.session.execute(text("ALTER TABLE complaint_event DISABLE TRIGGER USER"))
    assert found(scope) == {"I8": ["change_possible", "guard_missing"]}
    assert db.session.execute(text("SELECT count(*) FROM complaint_event WHERE kind = 'reopen'")).scalar_one() == 1


@pytest.fixture
def a_file(inside: Flask) -> Iterator[Path]:
    """The file of an attachment, put back after the test."""
    path = db.session.scalars(select(Attachment.path)).first()
    assert path is not None
    content, file = read_file(path), Path(inside.config["STORAGE_URL"].removeprefix("file://")) / path
    yield file
    file.write_bytes(content)


def test_a_lost_file_is_found(a_file: Path, scope: Scope) -> None:
    a_file.unlink()
    assert found(scope) == {"I9": ["file_missing"]}


def test_a_changed_file_is_found(a_file: Path, scope: Scope) -> None:
    a_file.write_bytes(b"%PDF-1.7\n%another\n")
    assert found(scope) == {"I9": ["file_changed"]}


def test_a_file_without_a_row_is_told_after_a_day_and_wakes_nobody(a_file: Path, scope: Scope) -> None:
    stray = a_file.with_name("stray.pdf")
    stray.write_bytes(b"%PDF-")
    for hours, told in ((23, {}), (25, {"I9": ["files_without_row"]})):
        written = scope.now.timestamp() - 3600 * hours
        os.utime(stray, (written, written))
        assert found(scope) == told
    assert not is_red(check("I9", scope)[0])
    stray.unlink()
    assert {"files_without_row"} == HARMLESS


def test_a_changed_file_of_a_letter_and_one_without_its_signature_are_found(inside: Flask, scope: Scope) -> None:
    letter = db.session.scalars(select(Letter).where(Letter.state == "signed")).first()
    assert letter is not None
    paper = db.session.get_one(Paper, letter.paper_id)
    paper.frozen = {**paper.frozen, "signing": "certificate"}
    paper.content_hash = json_digest(paper.frozen)
    db.session.flush()
    assert found(scope) == {"I13": ["letter_signature_unsound"]}
    paper.file_hash = "0" * 64
    db.session.flush()
    assert found(scope) == {"I9": ["file_changed"], "I13": ["letter_file_changed"]}


def test_a_job_that_nobody_takes_up_is_found(inside: Flask, scope: Scope) -> None:
    connection: Redis = redis_client()
    connection.hset("rq:job:old", "enqueued_at", "2026-03-12T00:00:00.000000Z")
    connection.rpush("rq:queue:notices", "old")
    assert found(scope) == {"I15": ["queue_old"]}


def test_a_deep_queue_is_found(inside: Flask, scope: Scope) -> None:
    redis_client().rpush("rq:queue:sync", *range(5001))
    assert found(scope) == {"I15": ["queue_deep"]}


def test_a_sign_of_life_that_does_not_fade_is_found(inside: Flask, scope: Scope) -> None:
    redis_client().set(SCHEDULER_HEARTBEAT, int(scope.now.timestamp()) - 3600)
    assert found(scope) == {"I16": ["beat_untrue"]}


def test_a_sign_of_life_that_came_while_a_long_look_lasted_is_true(inside: Flask, scope: Scope) -> None:
    later = scope.now + timedelta(minutes=10)
    redis_client().set(SCHEDULER_HEARTBEAT, int(later.timestamp()), ex=60)
    with time_machine.travel(later, tick=False):
        assert found(scope) == {}
    with time_machine.travel(later - timedelta(minutes=5), tick=False):
        assert found(scope) == {"I16": ["beat_untrue"]}


def test_a_worker_without_a_process_is_found(inside: Flask, scope: Scope) -> None:
    beat = scope.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    sign = {"last_heartbeat": beat, "hostname": socket.gethostname(), "pid": 2**22 + 1}
    redis_client().hset("rq:worker:abcdef", mapping=sign)
    redis_client().sadd("rq:workers", "rq:worker:abcdef")
    assert found(scope) == {"I16": ["worker_untrue"]}


def test_a_look_that_fails_is_a_finding_and_harms_no_other(
    inside: Flask, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_scope: Scope) -> Checked:
        db.session.execute(text("SELECT 1 / 0"))
        return Checked(0)

    monkeypatch.setitem(CHECKS, "I4", Check((fails,)))  # type: ignore[arg-type]
    assert check("I4", scope)[0].findings == (Finding("I4", "DataError", "not_checked"),)
    assert check("I5", scope)[0].findings == ()
