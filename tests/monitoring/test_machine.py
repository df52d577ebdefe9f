"""Disks, clock, certificates and backups: as metrics, on the health page, and in the nightly check that mails."""

import shutil
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app.audit.invariants import machine_checks
from app.audit.invariants.machine_checks import capacity
from app.audit.invariants.scope import Scope
from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.models import BackupRun, InvariantRun, SendingHold, SigningMeans, User
from app.monitoring import machine
from app.outbound.certificate import shown_certificate
from tests.monitoring.test_metrics import read
from tests.outbound.test_webhook_tls import a_certificate
from tests.webhooks.receiver import a_receiver

HOUR, DAY = 3600, 86_400
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture
def https(tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A public address whose certificate is of its own authority and ends in a day."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(a_certificate(tmp_path))
    with a_receiver() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = f"https://localhost:{server.server_port}"
        monkeypatch.setitem(app.config, "PUBLIC_BASE_URL", url)
        yield url


@pytest.fixture
def fuller(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets every disk have this share of free space."""

    def fill(share: float) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=1000, free=int(1000 * share)))

    return fill


def sentences(app: Flask) -> list[str]:
    """What the nightly check finds."""
    with app.app_context():
        return [finding.sentence for finding in capacity(Scope(utc_now())).findings]


def test_what_never_was_is_infinite_and_what_was_has_an_age(app: Flask, client: FlaskClient) -> None:
    found = read(client)
    assert found["lapor_backup_age_seconds", ""] == found["lapor_drill_age_seconds", ""] == float("inf")
    assert found["lapor_sending_held_seconds", ""] == found["lapor_invariants_red", ""] == 0
    assert abs(found["lapor_clock_difference_seconds", ""]) < 1
    now = utc_now()
    with app.app_context():
        for kind, ok, hours in (("backup", True, 30), ("backup", False, 1), ("drill", True, 50)):
            at = now - timedelta(hours=hours)
            db.session.execute(insert(BackupRun).values(kind=kind, began_at=at, ended_at=at, ok=ok, detail={}))
        hours_ago = now - timedelta(hours=2)
        db.session.add(SendingHold(id=1, since=hours_ago, taken_at=hours_ago))
        for days, red in ((1, 3), (0, 2)):
            at = now - timedelta(days=days)
            db.session.add(InvariantRun(night=at.date(), began_at=at, alive_at=at, ended_at=at, red=red))
        users = db.session.scalars(select(User.id).order_by(User.id).limit(3)).all()
        for user, days in zip(users, (-40, 9, 300), strict=True):
            means = SigningMeans(user_id=user, certificate=b"x", valid_until=now + timedelta(days=days), changed_at=now)
            db.session.add(means)
        db.session.commit()
    found = read(client)
    assert found["lapor_backup_age_seconds", ""] == pytest.approx(30 * HOUR, abs=60)
    assert found["lapor_drill_age_seconds", ""] == pytest.approx(50 * HOUR, abs=60)
    assert found["lapor_sending_held_seconds", ""] == pytest.approx(2 * HOUR, abs=60)
    assert found["lapor_invariants_red", ""] == 2
    assert found["lapor_signing_certificate_seconds", ""] == pytest.approx(9 * DAY, abs=60)


def test_a_full_disk_is_told_everywhere(
    app: Flask, client: FlaskClient, as_user: Callable[[str], FlaskClient], fuller: Callable[[float], None]
) -> None:
    fuller(0.10)
    assert read(client)["lapor_disk_free_bytes", "LAPOR_HOME"] == 100
    assert "disk_full" not in sentences(app)
    fuller(0.09)
    assert sentences(app) == ["disk_full"]
    page = as_user("administrator").get("/kesehatan/").text
    assert "LAPOR_HOME: 9 % kosong" in page
    assert "Cari yang membesar" in page


def test_watched_folders_are_disks_of_their_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WATCHED_FOLDERS", ("/dev", "/proc", "/nowhere"))
    with app.app_context():
        assert [disk.name for disk in machine.disks()] == ["LAPOR_HOME", "/dev"]


def test_a_late_nightly_backup_is_told_by_the_nightly_check(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sentences(app) == []
    monkeypatch.setitem(app.config, "BACKUP_FOLDER", tmp_path)
    for hours, told in ((25, []), (27, ["backup_never"])):
        monkeypatch.setattr(machine_checks, "first_event_at", lambda hours=hours: utc_now() - timedelta(hours=hours))
        assert sentences(app) == told
    for hours, told in ((27, ["backup_late"]), (25, [])):
        at = utc_now() - timedelta(hours=hours)
        with app.app_context():
            db.session.execute(insert(BackupRun).values(kind="backup", began_at=at, ended_at=at, ok=True, detail={}))
            db.session.commit()
        assert sentences(app) == told


def test_the_public_certificate_is_looked_at_and_what_was_seen_is_kept_while_it_is_away(
    app: Flask, https: str, client: FlaskClient, as_user: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ("lapor_certificate_seconds", "") not in read(client)
    with app.app_context():
        assert machine.check_certificate(utc_now()) == "untrusted"
    found = read(client)
    assert found["lapor_certificate_seconds", ""] == pytest.approx(DAY, abs=60)
    assert (found["lapor_certificate_fault", "untrusted"], found["lapor_certificate_fault", "unreachable"]) == (1, 0)
    assert sentences(app) == ["certificate_ends"]
    assert "Tidak dipercaya peramban" in as_user("administrator").get("/kesehatan/").text
    monkeypatch.setitem(app.config, "PUBLIC_BASE_URL", "https://localhost:9")
    with app.app_context():
        assert machine.check_certificate(utc_now()) == "unreachable"
    found = read(client)
    assert found["lapor_certificate_seconds", ""] == pytest.approx(DAY, abs=60)
    assert found["lapor_certificate_fault", "unreachable"] == 1
    assert "Kini alamat publik tidak terjangkau" in as_user("administrator").get("/kesehatan/").text


def test_a_trusted_certificate_has_no_fault(https: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.create_default_context(cafile=tmp_path / "hook.pem")
    trusting.check_hostname = False
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    shown = shown_certificate(https)
    assert (shown.ends_at is not None, shown.fault) == (True, "")


def test_an_address_without_tls_is_not_looked_at(app: Flask) -> None:
    with app.app_context():
        assert machine.check_certificate(NOW) == "none"
        assert redis_client().get(machine.CERTIFICATE_KEY) is None


def test_a_clock_that_differs_and_a_late_archive_are_told(
    as_user: Callable[[str], FlaskClient], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "clock_difference", lambda: timedelta(seconds=-9))
    monkeypatch.setattr(machine, "find_unarchived", lambda: timedelta(minutes=7))
    page = as_user("administrator").get("/kesehatan/").text
    assert "Berbeda 9 detik dari jam basis data" in page
    assert "sudah 7 menit tidak sampai di tempat kedua" in page
    assert sentences(app) == ["archive_late"]
