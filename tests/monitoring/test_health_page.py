"""The health page and `/readyz` name what is broken, in words, and never turn red for a dead background process."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from rq.utils import utcformat
from sqlalchemy import delete, insert, text, update

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.jobs import SCHEDULER_HEARTBEAT
from app.core.schema import OLDEST_CODE
from app.models import BackupRun, Holiday, StepTask
from tests.notices.test_notice_screens import Office
from tests.webhooks.receiver import an_endpoint

NEW_YEAR = date(2027, 1, 1)
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def connection(app: Flask) -> Iterator[Redis]:
    with Redis.from_url(app.config["REDIS_URL"]) as client:
        yield client


@pytest.fixture(autouse=True)
def processes(connection: Redis) -> None:
    """A scheduler and a worker that have just been heard."""
    connection.set(SCHEDULER_HEARTBEAT, int(utc_now().timestamp()))
    heard(connection, "pekerja1", timedelta())


def heard(connection: Redis, name: str, ago: timedelta) -> None:
    connection.sadd("rq:workers", f"rq:worker:{name}")
    connection.hset(f"rq:worker:{name}", "last_heartbeat", utcformat(utc_now() - ago))


def change(app: Flask, *statements: Any) -> None:
    with app.app_context():
        for statement in statements:
            db.session.execute(statement, execution_options={"synchronize_session": False})
        db.session.commit()


def ready(app: Flask) -> tuple[int, list[str]]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.get_json()["warnings"]


def page(as_user: SignIn) -> str:
    answer = as_user("administrator").get("/kesehatan/")
    assert answer.status_code == 200
    return answer.text


def away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise RedisAway("away")

    monkeypatch.setattr(Redis, "execute_command", refuse)


def test_a_program_that_works_says_so(app: Flask, as_user: SignIn) -> None:
    app.config["SMTP_URL"] = "smtp://localhost:1"
    an_hour_ago = utc_now() - timedelta(hours=1)
    backup = {"kind": "backup", "began_at": an_hour_ago, "ended_at": an_hour_ago, "ok": True, "detail": {}}
    change(app, insert(BackupRun).values(**backup))
    try:
        told = page(as_user)
        assert "Semua bagian bekerja" in told
        assert "1 proses latar aktif, terakhir melapor hari ini, " in told
    finally:
        app.config["SMTP_URL"] = None
    assert ready(app) == (200, [])


def test_a_program_that_was_never_backed_up_says_so(as_user: SignIn) -> None:
    told = page(as_user)
    assert "Belum pernah ada cadangan yang berhasil." in told
    assert "Periksa BACKUP_FOLDER" in told


def test_a_dead_scheduler_is_named(app: Flask, connection: Redis, as_user: SignIn) -> None:
    connection.delete(SCHEDULER_HEARTBEAT)
    assert ready(app) == (200, ["scheduler: no heartbeat for a minute"])
    assert "Tidak aktif: tidak melapor" in page(as_user)
    assert "python run.py scheduler" in page(as_user)


def test_a_silent_worker_is_named_within_two_minutes(app: Flask, connection: Redis, as_user: SignIn) -> None:
    heard(connection, "pekerja1", timedelta(seconds=60))
    assert ready(app) == (200, [])
    heard(connection, "pekerja2", timedelta(seconds=119))
    assert ready(app) == (200, ["worker pekerja2: no heartbeat, it was not stopped in order"])
    assert "1 proses latar aktif" in page(as_user)
    assert "Proses latar pekerja2 berhenti tidak normal" in page(as_user)


def test_a_worker_of_whom_only_the_name_is_left_is_dead(app: Flask, connection: Redis, as_user: SignIn) -> None:
    connection.delete("rq:worker:pekerja1")
    status, told = ready(app)
    assert status == 200
    assert told[0] == "worker: none is alive"
    assert told[1].startswith("worker pekerja1:")
    assert "berhenti tidak normal" in page(as_user)
    connection.delete("rq:workers")
    assert ready(app) == (200, ["worker: none is alive"])
    assert "Tidak ada proses latar yang aktif" in page(as_user)


def test_without_redis_it_is_red_and_the_page_still_answers(
    app: Flask, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user("administrator")
    away(monkeypatch)
    assert ready(app) == (503, [])
    text_of_page = client.get("/kesehatan/").text
    assert "Periksa server Redis" in text_of_page
    assert "Tidak terlihat selama Redis tidak menjawab" in text_of_page


def _oldest_code(revision: str) -> Any:
    return text(f"COMMENT ON TABLE alembic_version IS '{OLDEST_CODE} {revision}'")


def test_tables_of_another_version_are_red(app: Flask, as_user: SignIn) -> None:
    """Tables that a later program made, and that this one may not serve; those it may serve: tests/commands."""
    change(app, text("UPDATE alembic_version SET version_num = '9999'"), _oldest_code("9998"))
    assert ready(app)[0] == 503
    assert "python run.py migrate" in page(as_user)


def test_failed_and_overdue_messages_are_told(app: Flask, as_user: SignIn) -> None:
    Office(app).message("kasi", state="failed")
    assert "1 pesan gagal dikirim" in page(as_user)
    Office(app).message("kasi", next_try_at=utc_now() - timedelta(minutes=6))
    told = page(as_user)
    assert "Yang tertua seharusnya dikirim" in told
    assert "Periksa proses latar dan server surel" in told


def test_alarms_that_nobody_raised_are_counted_over_all_cases(app: Flask, as_user: SignIn) -> None:
    Office(app).case()
    for minutes, words in ((1, "Semua yang jatuh tempo"), (3, "1 langkah menunggu peringatannya")):
        due = utc_now() - timedelta(minutes=minutes)
        change(app, update(StepTask).where(StepTask.closed_at.is_(None)).values(next_alarm_at=due))
        assert words in page(as_user)


@pytest.mark.parametrize(("today", "told"), [("2026-09-30 10:00", False), ("2026-10-01 10:00", True)])
def test_a_year_without_holidays_is_told_from_october_on(
    app: Flask, as_user: SignIn, freeze: Callable[[str], Any], today: str, told: bool
) -> None:
    change(app, delete(Holiday).where(Holiday.day >= NEW_YEAR))
    freeze(today)
    assert ("Belum ada satu pun hari libur tahun 2027" in page(as_user)) is told
    change(app, insert(Holiday).values(day=NEW_YEAR, name="Tahun Baru", kind="public"))
    assert "Belum ada satu pun" not in page(as_user)


def test_supervisors_see_it_too_and_others_do_not(as_user: SignIn) -> None:
    assert as_user("pengawas").get("/kesehatan/").status_code == 200
    assert 'href="/pesan-gagal/"' not in as_user("pengawas").get("/kesehatan/").text
    for name in ("kasi", "kadis", "kepala.dishub"):
        assert as_user(name).get("/kesehatan/").status_code == 403


def test_a_missing_worker_is_named_until_it_is_back(app: Flask, connection: Redis, as_user: SignIn) -> None:
    """Redis forgets a dead worker a quarter of a minute after it has fallen silent; the page does not."""
    app.config["WORKERS"] = 2
    try:
        assert ready(app) == (200, ["workers: 1 of 2 are alive"])
        told = page(as_user)
        assert "1 proses latar aktif" in told
        assert "Kurang 1: seharusnya 2 proses latar" in told
        assert "python run.py worker" in told
        heard(connection, "pekerja2", timedelta(seconds=91))
        assert ready(app)[1][0] == "workers: 1 of 2 are alive"
        heard(connection, "pekerja2", timedelta(seconds=1))
        assert ready(app) == (200, [])
        assert "Kurang" not in page(as_user)
        heard(connection, "pekerja3", timedelta(seconds=1))
        assert ready(app) == (200, [])
    finally:
        app.config["WORKERS"] = 1


@pytest.mark.parametrize(("seconds", "alive"), [(89, True), (91, False)])
def test_a_worker_counts_as_alive_for_ninety_seconds(app: Flask, connection: Redis, seconds: int, alive: bool) -> None:
    heard(connection, "pekerja1", timedelta(seconds=seconds))
    assert ("worker: none is alive" in ready(app)[1]) is not alive


@pytest.mark.parametrize(("seconds", "counted"), [(118, False), (122, True)])
def test_an_alarm_is_late_after_two_minutes(app: Flask, as_user: SignIn, seconds: int, counted: bool) -> None:
    Office(app).case()
    due = utc_now() - timedelta(seconds=seconds)
    change(app, update(StepTask).where(StepTask.closed_at.is_(None)).values(next_alarm_at=due))
    assert ("menunggu peringatannya lebih dari dua menit" in page(as_user)) is counted


@pytest.mark.parametrize(
    ("failing", "given_up", "said"),
    [
        (False, None, "Semua penerima menerima pesannya."),
        (True, None, "1 penerima gagal."),
        (True, "failing", "1 penerima dihentikan."),
        (True, "by_hand", ""),
    ],
)
def test_receivers_of_webhooks_have_a_line(
    app: Flask, as_user: SignIn, failing: bool, given_up: str | None, said: str
) -> None:
    assert "Penerima webhook" not in page(as_user)
    with app.app_context():
        endpoint = an_endpoint("https://penerima.example/webhook", utc_now())
        endpoint.failing_since = utc_now() if failing else None
        endpoint.active, endpoint.disabled_for = given_up is None, given_up
        db.session.commit()
    told = page(as_user)
    assert said in told
    assert ("Penerima webhook" in told) is bool(said)
