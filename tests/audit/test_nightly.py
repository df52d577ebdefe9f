"""The nightly run: once a night, taken over when its worker died, notified once, and shown on the health page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty
from sqlalchemy import func, select, text

from app.audit.invariants import run as run_invariants
from app.audit.invariants.run import RETENTION, run_nightly
from app.audit.invariants.scope import Checked
from app.audit.invariants.table import CHECKS
from app.commands.maintenance import check_invariants
from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.message_texts import compose
from app.models import Delivery, InvariantFinding, InvariantResult, InvariantRun, Notice
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE

NIGHT = "2026-03-03 02:30"


@pytest.fixture(autouse=True)
def few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the sixteen checks suffice for the course of a night; `test_planted_faults` runs all of them."""
    some = {name: run_invariants.CHECKS[name] for name in ("I4", "I8")}
    monkeypatch.setattr(run_invariants, "CHECKS", some)


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=OFFICE_ZONE)


def night(text_: str) -> str:
    return run_nightly(lambda: at(text_))


def break_a_case() -> None:
    db.session.execute(text("UPDATE complaint SET version = version + 1"))
    db.session.commit()


def mend_it() -> None:
    db.session.execute(text("UPDATE complaint SET version = version - 1"))
    db.session.commit()


def told(kind: str) -> set[str]:
    return {notice.user.username for notice in db.session.scalars(select(Notice).where(Notice.kind == kind))}


def test_a_night_is_looked_at_once_from_half_past_two_on(context: Flask, freeze: Callable[[str], Any]) -> None:
    freeze("2026-03-02 09:00")
    a_complaint(at="check")
    assert [night(t) for t in ("2026-03-03 02:29", NIGHT, "2026-03-03 02:40", "2026-03-04 05:00")] == [
        "not_yet",
        "green",
        "elsewhere",
        "green",
    ]
    results = db.session.scalars(select(InvariantResult).order_by(InvariantResult.id)).all()
    assert [(r.invariant, r.looked_at, r.red) for r in results] == [
        ("I4", 1, False),
        ("I8", 1, False),
        ("I4", 0, False),
        ("I8", 0, False),
    ]
    assert results[1].marks == results[3].marks == {"events": 2, "newest": 2}
    assert told("records_green") == told("records_red") == set()


def test_a_look_whose_worker_died_is_taken_up_again(context: Flask) -> None:
    run = InvariantRun(night=at(NIGHT).date(), began_at=at(NIGHT), alive_at=at(NIGHT))
    db.session.add(run)
    db.session.flush()
    db.session.add(InvariantResult(run_id=run.id, invariant="I4", looked_at=1, milliseconds=1, red=False))
    db.session.commit()
    assert night("2026-03-03 02:50") == "elsewhere"
    assert night("2026-03-03 03:01") == "green"
    assert db.session.scalars(select(func.count(InvariantResult.id))).one() == 2


def test_a_night_that_never_ended_is_told_once_and_forgotten_like_the_others(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run_invariants.CHECKS, "I16", CHECKS["I16"])  # type: ignore[index]
    db.session.add(InvariantRun(night=at(NIGHT).date(), began_at=at(NIGHT), alive_at=at(NIGHT)))
    db.session.commit()
    assert [night(f"2026-03-{day:02} 02:30") for day in (4, 5)] == ["red", "green"]
    later = at("2026-03-05 03:00") + RETENTION
    run_nightly(lambda: later)
    assert at(NIGHT).date() not in db.session.scalars(select(InvariantRun.night)).all()


def test_the_time_limit_of_the_job_ends_the_night_red(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(CHECKS["I4"], counted="SELECT 1 FROM pg_sleep(20)")
    monkeypatch.setitem(CHECKS, "I4", slow)  # type: ignore[index]
    with UnixSignalDeathPenalty(1, JobTimeoutException):
        assert night(NIGHT) == "red"
    found = db.session.execute(
        select(InvariantResult.invariant, InvariantFinding.subject, InvariantFinding.sentence)
        .join(InvariantResult.findings)
        .order_by(InvariantResult.id)
    ).all()
    assert [tuple(row) for row in found] == [(name, "JobTimeoutException", "not_checked") for name in ("I4", "I8")]


def test_red_is_told_once_a_night_and_green_once_again(context: Flask, freeze: Callable[[str], Any]) -> None:
    freeze("2026-03-02 09:00")
    a_complaint(at="check")
    break_a_case()
    assert night(NIGHT) == "red"
    assert told("records_red") == {"administrator", "pengawas"}
    assert night("2026-03-04 02:30") == "red"
    assert db.session.scalars(select(func.count(Notice.id)).where(Notice.kind == "records_red")).one() == 4
    mend_it()
    assert (night("2026-03-05 02:30"), night("2026-03-06 02:30")) == ("green", "green")
    assert db.session.scalars(select(func.count(Notice.id)).where(Notice.kind == "records_green")).one() == 2
    message = db.session.scalars(select(Delivery).join(Delivery.items).order_by(Delivery.id.desc())).first()
    assert message is not None
    composed = compose(message)
    assert "Aminah" not in composed.subject + composed.body
    assert "http://localhost/kesehatan/" in composed.body


def test_what_changed_while_it_was_red_is_looked_at_until_it_is_green(
    context: Flask, freeze: Callable[[str], Any]
) -> None:
    """A case of a quiet slice is found by being changed, and stays found."""
    freeze("2026-03-02 09:00")
    for _ in range(3):
        a_complaint()
    assert night(NIGHT) == "green"
    freeze("2026-03-03 10:00")
    a_complaint()
    break_a_case()
    assert [night(f"2026-03-{day:02} 02:30") for day in (4, 7)] == ["red", "red"]
    found = db.session.scalars(select(InvariantFinding.subject).order_by(InvariantFinding.id)).all()
    assert found.count("LB-2026-000004") == 2


def test_old_results_are_forgotten(context: Flask) -> None:
    night(NIGHT)
    later = at("2026-03-05 03:00") + RETENTION
    assert run_nightly(lambda: later) == "green"
    assert db.session.scalars(select(InvariantRun.night)).all() == [later.date()]


def test_the_health_page_says_what_does_not_hold_and_when_it_was_seen(
    app: Flask, as_user: Callable[[str], FlaskClient], freeze: Callable[[str], Any]
) -> None:
    def page() -> str:
        return as_user("administrator").get("/kesehatan/").get_data(as_text=True)

    freeze("2026-03-02 09:00")
    with app.app_context():
        a_complaint(at="check")
    assert "Belum pernah diperiksa" in page()
    freeze("2026-03-03 02:00")
    assert "Perlu dilihat" not in page().split("Pemeriksaan catatan")[0].rpartition("<li")[2]
    freeze(NIGHT)
    with app.app_context():
        break_a_case()
        run_nightly(utc_now)
    freeze("2026-03-03 09:00")
    said = page()
    assert "1 pemeriksaan catatan tidak lulus" in said
    assert "Setiap tindakan terjadi tepat satu kali" in said
    assert "Aduan LB-2026-000001: versi 3, tetapi 2 tindakan." in said
    freeze("2026-03-04 04:31")
    assert "lebih dari 26 jam lalu" in page()
    with app.app_context():
        mend_it()
        run_nightly(utc_now)
    freeze("2026-03-04 09:00")
    assert "Semua pemeriksaan catatan lulus" in page()


def test_a_notice_of_a_red_night_leads_to_the_health_page(
    app: Flask, as_user: Callable[[str], FlaskClient], freeze: Callable[[str], Any]
) -> None:
    freeze("2026-03-02 09:00")
    with app.app_context():
        a_complaint(at="check")
        break_a_case()
        night(NIGHT)
        wanted = select(Notice).where(Notice.kind == "records_red")
        own = next(notice.id for notice in db.session.scalars(wanted) if notice.user.username == "pengawas")
    client = as_user("pengawas")
    assert "catatan yang tidak benar" in client.get("/pemberitahuan/").get_data(as_text=True)
    answer = client.post(f"/pemberitahuan/{own}")
    assert (answer.status_code, answer.location) == (303, "/kesehatan/")


def test_the_command_says_what_does_not_hold_and_fails(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with app.app_context():
        a_complaint(at="check")
    assert check_invariants(app, "I4")
    assert capsys.readouterr().out == "I4 Setiap tindakan terjadi tepat satu kali: 1 / 0\n"
    with app.app_context():
        break_a_case()
    assert not check_invariants(app, "I4")
    assert "  Aduan LB-2026-000001: versi 3, tetapi 2 tindakan." in capsys.readouterr().out


def test_work_between_two_statements_of_a_look_makes_nothing_red(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every invariant sees the database as it stood at one moment."""
    a_complaint(at="check")
    seen: list[int] = []

    def work_in_between(_scope: Any) -> Any:
        seen.append(db.session.execute(text("SELECT version FROM complaint")).scalar_one())
        with db.engine.connect() as other:
            other.execute(text("UPDATE complaint SET version = 77"))
            other.commit()
        seen.append(db.session.execute(text("SELECT version FROM complaint")).scalar_one())
        return Checked(0)

    parts = (work_in_between, *CHECKS["I4"].parts)
    monkeypatch.setitem(CHECKS, "I4", replace(CHECKS["I4"], parts=parts))  # type: ignore[arg-type]
    result = run_nightly(lambda: at("2026-03-03 02:30") + timedelta(days=1))
    assert (seen, result) == ([2, 2], "green")
