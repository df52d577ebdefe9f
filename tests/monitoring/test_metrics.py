"""`/metrics`: who may read it, that its numbers are true, and that dashboard and alarms ask for what there is."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy import select, text, update

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import QUEUE_OF, JobName
from app.core.schema import OLDEST_CODE
from app.models import Delivery, SigningMeans, StepAlarm, StepTask, SyncChange, User
from app.monitoring.machine import CERTIFICATE_KEY
from app.servers.metrics_files import keep_counts_of
from jobs.registry import queue
from tests.factories import a_complaint
from tests.statements import statements

DOCS = Path(__file__).parents[2] / "docs" / "grafana"
RULE_TESTS = Path(__file__).with_name("alerts_test.yml")
TOKEN = "tok-0123456789abcdef"
Values = dict[tuple[str, str], float]


@pytest.fixture(autouse=True)
def asked_anew(app: Flask) -> Iterator[None]:
    """What an earlier test left is not kept, and nobody's token is."""
    app.extensions.pop("gauges", None)
    yield
    app.extensions.pop("gauges", None)
    app.config["METRICS_TOKEN"] = None


def read(client: FlaskClient) -> Values:
    """Every sample by its name and labels."""
    client.application.extensions.pop("gauges", None)
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, ",".join(one.labels.values())): one.value for family in families for one in family.samples}


def test_without_a_token_it_is_there_on_this_machine_alone(app: Flask, client: FlaskClient) -> None:
    def status(address: str = "127.0.0.1", **headers: str) -> int:
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        return client.get("/metrics", headers=sent, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert status() == 200
    assert status("::1") == 200
    assert status("10.0.0.7") == 404
    assert status(X_Forwarded_For="203.0.113.9") == 404
    app.config["LAPOR_PRODUCTION"] = True
    try:
        assert status() == 404
    finally:
        app.config["LAPOR_PRODUCTION"] = False


def test_with_a_token_it_is_its_bearers_alone(app: Flask, client: FlaskClient) -> None:
    app.config["METRICS_TOKEN"] = TOKEN
    for given, status in (
        ("", 404),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 404),
        (f"Basic {TOKEN}", 404),
        ("Bearer é", 404),
    ):
        answer = client.get("/metrics", headers={"Authorization": given} if given else {})
        assert answer.status_code == status, given
    far = {"REMOTE_ADDR": "10.0.0.7"}
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}
    assert client.get("/metrics", headers=headers, environ_overrides=far).status_code == 200


def test_what_waits_and_what_is_late_is_told_by_number_and_age(app: Flask, client: FlaskClient) -> None:
    now = utc_now()
    with app.app_context():
        case = a_complaint(at="agency_dispose", agencies=("dishub", "dplh"))
        _set_back(case.id, now)
        told = select(Delivery.id).order_by(Delivery.id)
        db.session.execute(update(Delivery).values(state="sent"))
        one, two = db.session.scalars(told.limit(2)).all()
        db.session.execute(
            update(Delivery).where(Delivery.id == one).values(state="queued", next_try_at=now - timedelta(minutes=10))
        )
        db.session.execute(update(Delivery).where(Delivery.id == two).values(state="failed"))
        db.session.commit()
        job = queue(QUEUE_OF[JobName.RELAY_PAPERS], redis_client()).enqueue(JobName.RELAY_PAPERS.value)
        job.enqueued_at = now - timedelta(minutes=3)
        job.save()
    found = read(client)
    assert found["lapor_open_steps", "late"] == 1
    assert found["lapor_open_steps", "paused"] == 1
    assert found["lapor_breaches_total", ""] == 1
    assert found["lapor_sweep_lag_seconds", ""] == pytest.approx(300, abs=60)
    assert (found["lapor_outbox_waiting", ""], found["lapor_outbox_failed", ""]) == (1, 1)
    assert found["lapor_outbox_oldest_seconds", ""] == pytest.approx(600, abs=60)
    assert found["lapor_queue_jobs", "documents"] == 1
    assert found["lapor_queue_jobs", "alarms"] == 0
    assert found["lapor_queue_oldest_seconds", "documents"] == pytest.approx(180, abs=60)
    assert found["lapor_sync_unnumbered", ""] == 1
    assert found["lapor_sync_unnumbered_seconds", ""] == pytest.approx(60, abs=60)
    assert {name: found["lapor_up", name] for name in ("database", "redis", "migrations")} == dict.fromkeys(
        ("database", "redis", "migrations"), 1
    )


def _set_back(case_id: int, now: datetime) -> None:
    """One step is past its limit, whose alarm was raised, the other waits for the reporter; a change has no place."""
    late, waiting = db.session.scalars(
        select(StepTask).where(StepTask.complaint_id == case_id, StepTask.closed_at.is_(None)).order_by(StepTask.id)
    )
    late.due_at, late.next_alarm_at = now - timedelta(hours=1), now - timedelta(minutes=5)
    waiting.paused_at, waiting.next_alarm_at = now, None
    db.session.add_all(StepAlarm(task_id=late.id, level=level, due_at=now, raised_at=now) for level in (0, 1))
    change = SyncChange(complaint_id=case_id, tracking_id="1", number="x", version=1, kind="registered", mark="m")
    change.status, change.origin, change.at = "registering", "office", now - timedelta(minutes=1)
    db.session.add(change)
    db.session.commit()


def test_requests_are_counted_by_rule_and_never_by_what_was_asked(app: Flask, client: FlaskClient) -> None:
    before = read(client)
    client.get("/verifikasi/KENARI-KODE")
    client.get("/KENARI-ALAMAT")
    client.open("/healthz", method="KENARI")
    after = read(client)
    for series in ("GET,/verifikasi/<code>,404", "GET,unmatched,404", "other,unmatched,405"):
        name = ("lapor_http_requests_total", series)
        assert after[name] == before.get(name, 0) + 1, series
    assert after["lapor_http_request_seconds_count", "/verifikasi/<code>"] >= 1
    assert "KENARI" not in client.get("/metrics").text


def test_a_part_that_is_away_is_told_and_its_numbers_left_out(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise RedisAway("away")

    with monkeypatch.context() as away:
        away.setattr(Redis, "execute_command", refuse)
        found = read(client)
    assert (found["lapor_up", "redis"], found["lapor_up", "database"]) == (0, 1)
    assert ("lapor_workers_alive", "") not in found
    assert ("lapor_outbox_waiting", "") in found
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.execute(text(f"COMMENT ON TABLE alembic_version IS '{OLDEST_CODE} 9998'"))
        db.session.commit()
    found = read(client)
    assert (found["lapor_up", "migrations"], found["lapor_up", "redis"]) == (0, 1)
    assert ("lapor_outbox_waiting", "") not in found


def test_a_scrape_costs_a_few_statements_and_a_second_one_none(app: Flask, client: FlaskClient) -> None:
    with statements(app) as seen:
        assert client.get("/metrics").status_code == 200
        first = len(seen)
        assert client.get("/metrics").status_code == 200
    assert first <= 6, seen
    assert len(seen) == first


def alarms() -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    return rules


def asked_for() -> set[str]:
    """The names of our metrics in every query of the dashboard and the alarms."""
    dashboard = json.loads((DOCS / "lapor-balangan.json").read_text("utf-8"))
    rules = alarms()
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    queries += [note["expr"] for note in dashboard["annotations"]["list"]] + [rule["expr"] for rule in rules]
    assert len(queries) > 30
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)
    return {name for query in queries for name in re.findall(r"\blapor_\w+", query)}


def test_the_dashboard_and_the_alarms_ask_for_what_is_exported(app: Flask, client: FlaskClient) -> None:
    client.get("/healthz")
    now = utc_now()
    with app.app_context():
        user = db.session.scalars(select(User.id).limit(1)).one()
        db.session.add(SigningMeans(user_id=user, certificate=b"x", valid_until=now, changed_at=now))
        db.session.commit()
        seen = {"at": now.isoformat(), "ends_at": now.isoformat(), "fault": ""}
        redis_client().set(CERTIFICATE_KEY, json.dumps(seen))
    exported = {name for name, _ in read(client)}
    assert asked_for() - exported == set()
    told = {name.removesuffix("_created") for name in exported if not name.endswith(("_sum", "_count"))}
    assert {name for name in told if name in exported} - asked_for() == set(), "a number that nobody looks at"


def test_every_alarm_names_its_step_and_a_section_with_commands() -> None:
    sections = (DOCS.parent / "operation.md").read_text("utf-8").split("\n## Alerts\n")[1].split("\n### ")[1:]
    with_commands = {section.partition("\n")[0] for section in sections if "    " in section or "`/" in section}
    for rule in alarms():
        assert rule["annotations"]["step"].endswith("."), rule["alert"]
        assert rule["annotations"]["runbook_url"] == f"docs/operation.md#{rule['alert'].lower()}"
        assert rule["alert"] in with_commands


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's package promtool is not installed")
@pytest.mark.parametrize("words", [("check", "rules", DOCS / "alerts.yml"), ("test", "rules", RULE_TESTS)])
def test_prometheus_itself_reads_the_alarms_and_raises_them(words: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_process_counts_for_all_and_what_a_dead_one_counted_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes of their own, as a web server's workers are; then both end, and one comes back."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    program = (
        "import os; from app.monitoring.request_metrics import REQUESTS, SECONDS, counted\n"
        "REQUESTS.labels('GET', '/', '200').inc(3); SECONDS.labels('/').observe(0.02)\n"
        "print(os.getpid()); print(counted().decode())"
    )
    environ = dict(os.environ) | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    for times in (1, 2):
        done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
        assert f'route="/",status="200"}} {3 * times}.0' in done.stdout
        assert f'lapor_http_request_seconds_bucket{{le="0.025",route="/"}} {times}.0' in done.stdout
        assert f'lapor_http_request_seconds_count{{route="/"}} {times}.0' in done.stdout
        keep_counts_of(int(done.stdout.split()[0]))
        assert sorted(path.name for path in folder.glob("*.db")) == ["counter_0.db", "histogram_0.db"]
