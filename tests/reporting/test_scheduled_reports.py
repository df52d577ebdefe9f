"""Reports by plan: once a period however many schedulers, each with its recipient's rights, opened from a real mail."""

import csv
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, LiteralString

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.deliver import deliver
from app.models import Delivery, ReportJob, ReportSchedule
from app.models.report import Rhythm
from app.reporting.exports import mail as report_mail
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from app.reporting.exports.schedules import (
    Plan,
    Span,
    make_scheduled_reports,
    save_schedule,
    span_due,
    supervisors,
)
from tests.delivery.mail_sink import Sink, mail_sink
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.overtaken import overtaken
from workflow_rules.process.actors import Person

Find = Callable[[str], Person]
SignIn = Callable[[str], FlaskClient]
Freeze = Callable[[str], Any]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)


LONG_AGO = at("2026-01-01 00:00")


@pytest.mark.parametrize(
    ("rhythm", "now", "span"),
    [
        ("daily", "2026-11-24 06:59", None),
        ("daily", "2026-11-24 07:00", ("2026-11-23", "2026-11-23")),
        ("daily", "2026-11-24 23:59", ("2026-11-23", "2026-11-23")),
        ("weekly", "2026-11-23 07:00", ("2026-11-16", "2026-11-22")),
        ("weekly", "2026-11-25 07:00", ("2026-11-16", "2026-11-22")),
        ("weekly", "2026-11-25 07:01", None),
        ("monthly", "2026-12-01 07:00", ("2026-11-01", "2026-11-30")),
        ("monthly", "2026-12-05 07:00", None),
        ("monthly", "2027-01-02 07:00", ("2026-12-01", "2026-12-31")),
    ],
)
def test_a_report_is_due_at_its_hour_about_the_span_before(rhythm: str, now: str, span: tuple[str, str] | None) -> None:
    found = span_due(Rhythm(rhythm), 7, LONG_AGO, at(now))
    assert found == (Span(*(datetime.fromisoformat(day).date() for day in span)) if span else None)


def test_a_plan_made_in_the_evening_does_not_make_up_for_the_morning() -> None:
    assert span_due(Rhythm.DAILY, 7, at("2026-11-24 18:00"), at("2026-11-24 18:05")) is None


@pytest.fixture
def sink(context: Flask) -> Iterator[Sink]:
    with mail_sink() as kept:
        context.config["SMTP_URL"] = kept.url
        yield kept
        context.config["SMTP_URL"] = None


@pytest.fixture
def plan(context: Flask, freeze: Freeze, person: Find) -> ReportSchedule:
    """Each morning at seven, to the supervisor; three cases of yesterday, one of today."""
    freeze("2026-11-22 12:00")
    wanted = WantedReport(columns=("nomor", "judul"))
    schedule = save_schedule(
        person("pengawas"), Plan("Harian Pengawas", wanted, "csv", Rhythm.DAILY, 7, frozenset(supervisors())), utc_now()
    )
    freeze("2026-11-23 09:00")
    for number in range(3):
        a_complaint(title=f"Kemarin {number}")
    freeze("2026-11-24 06:30")
    a_complaint(title="Hari ini")
    freeze("2026-11-24 07:05")
    return schedule


def made() -> ReportJob:
    make_scheduled_reports(utc_now())
    job = db.session.scalars(select(ReportJob)).one()
    assert run_report(job.id) == "done"
    return job


def message_of(job: ReportJob) -> Delivery:
    return db.session.scalars(select(Delivery).where(Delivery.report_job_id == job.id)).one()


def test_the_file_arrives_by_mail_and_is_the_one_that_was_made(plan: ReportSchedule, sink: Sink) -> None:
    job = made()
    assert deliver(message_of(job).id, utc_now()) == "sent"
    (mail,) = sink.mails
    assert mail["To"] == job.user.email
    assert mail["Subject"] == "Harian Pengawas: Aduan masuk 23 November 2026"
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (f"laporan-aduan-{job.id}.csv", "text/csv")
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Judul"] for row in rows] == ["Kemarin 0", "Kemarin 1", "Kemarin 2"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "3 aduan" in body.get_content()
    assert "Aminah" not in mail.as_string()


def test_two_schedulers_at_once_make_one_report_and_one_message(plan: ReportSchedule, app: Flask) -> None:
    ready, now = threading.Barrier(2), utc_now()

    def make() -> int:
        with app.app_context():
            ready.wait()
            return make_scheduled_reports(now)

    with ThreadPoolExecutor(2) as pool:
        counts = sorted(future.result() for future in [pool.submit(make) for _ in range(2)])
    assert counts == [0, 1]
    job = made()
    assert run_report(job.id) == "elsewhere"
    assert make_scheduled_reports(now + timedelta(hours=3)) == 0
    assert message_of(job).state == "queued"


def test_the_next_day_has_its_own(plan: ReportSchedule, freeze: Freeze) -> None:
    assert make_scheduled_reports(utc_now()) == 1
    freeze("2026-11-25 07:05")
    assert make_scheduled_reports(utc_now()) == 1


def test_a_file_too_large_for_a_mail_is_told_by_its_address(
    plan: ReportSchedule, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_mail, "MOST_BYTES", 10)
    assert deliver(message_of(made()).id, utc_now()) == "sent"
    (mail,) = sink.mails
    assert not list(mail.iter_attachments())
    assert "http://localhost/ekspor/" in mail.get_content()


def test_whose_account_was_closed_meanwhile_gets_nothing(plan: ReportSchedule, sink: Sink) -> None:
    job = made()
    job.user.active = False
    db.session.commit()
    message = message_of(job)
    assert deliver(message.id, utc_now()) == "failed"
    assert "not_allowed" in (message.last_error or "")
    assert sink.mails == []


def test_who_is_no_supervisor_any_more_is_left_out(plan: ReportSchedule) -> None:
    user = db.session.scalars(select(User).where(User.username == "pengawas")).one()
    user.roles = [db.session.scalars(select(Role).where(Role.name == "section_head")).one()]
    db.session.commit()
    assert make_scheduled_reports(utc_now()) == 0


def test_only_supervisors_can_be_named(context: Flask, person: Find) -> None:
    chief = person("kasi").id
    assert chief is not None
    with pytest.raises(ValueError, match="supervisors"):
        save_schedule(
            person("pengawas"), Plan("x", WantedReport(), "csv", Rhythm.DAILY, 7, frozenset({chief})), utc_now()
        )


def test_the_screen_makes_rests_shows_and_removes_a_plan(app: Flask, as_user: SignIn, freeze: Freeze) -> None:
    freeze("2026-11-22 12:00")
    client = as_user("pengawas")
    with app.app_context():
        (supervisor,) = supervisors()
    wrong = client.post("/jadwal-laporan/", data={"nama": "", "jam": "24", "penerima": "999"})
    assert wrong.status_code == 422
    for said in ("Beri nama jadwal ini", "Pilih jam pengiriman", "Pilih paling sedikit satu penerima"):
        assert said in wrong.text
    form = {
        "nama": "Mingguan",
        "irama": "weekly",
        "jam": "7",
        "penerima": supervisor,
        "kolom": "nomor",
        "bentuk": "xlsx",
    }
    assert client.post("/jadwal-laporan/", data=form).status_code == 303
    page = client.get("/jadwal-laporan/").text
    assert "Setiap Senin, pukul 07.00 WITA" in page
    assert "Belum pernah dikirim" in page
    with app.app_context():
        key = db.session.scalars(select(ReportSchedule.id)).one()
        freeze("2026-11-23 08:00")
        made()
    client = as_user("pengawas")
    assert "Aduan masuk 16 November 2026 – 22 November 2026" in client.get("/jadwal-laporan/").text
    assert "surel: Menunggu dikirim" in client.get("/jadwal-laporan/").text
    client.post(f"/jadwal-laporan/{key}/aktif", data={"aktif": "0"})
    assert "Berhenti" in client.get("/jadwal-laporan/").text
    assert "Hapus jadwal “Mingguan”?" in client.get(f"/jadwal-laporan/{key}/hapus").text
    assert client.post(f"/jadwal-laporan/{key}/hapus").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(ReportJob.schedule_id)).all() == [None]
    assert client.post(f"/jadwal-laporan/{key}/hapus").status_code == 404


def test_a_plan_is_changed_from_its_next_period_on(app: Flask, as_user: SignIn, freeze: Freeze) -> None:
    freeze("2026-11-22 12:00")
    client = as_user("pengawas")
    with app.app_context():
        (supervisor,) = supervisors()
    form = {"nama": "Mingguan", "irama": "weekly", "jam": "7", "penerima": supervisor, "kolom": "nomor"}
    form |= {"bentuk": "xlsx", "saluran": "whatsapp"}
    client.post("/jadwal-laporan/", data=form)
    with app.app_context():
        key = db.session.scalars(select(ReportSchedule.id)).one()
    freeze("2026-11-24 12:00")
    client = as_user("pengawas")
    address = f"/jadwal-laporan/{key}/ubah"
    page = client.get(address).text
    assert 'value="Mingguan"' in page
    assert 'value="whatsapp" selected' in page
    seen = re.search(r'name="asal" value="(\w+)"', page)
    assert seen is not None
    changed = {**form, "nama": "Harian", "irama": "daily", "asal": seen[1]}
    assert client.post(address, data={**changed, "jam": "25"}).status_code == 422
    assert client.post(address, data=changed).status_code == 303
    stale = client.post(address, data={**changed, "nama": "Lain"})
    assert (stale.status_code, 'value="Lain"' in stale.text) == (409, True)
    assert "baru saja diubah orang lain" in stale.text
    assert "Setiap hari, pukul 07.00 WITA" in client.get("/jadwal-laporan/").text
    with app.app_context():
        assert make_scheduled_reports(utc_now()) == 0
        freeze("2026-11-25 08:00")
        assert make_scheduled_reports(utc_now()) == 1
    assert as_user("pengawas").post("/jadwal-laporan/999999/ubah", data=changed).status_code == 404


@pytest.mark.parametrize(
    ("meanwhile", "status", "said"),
    [
        ("DELETE FROM report_recipient; DELETE FROM report_schedule", 404, ""),
        (
            "SELECT FROM report_schedule FOR UPDATE; UPDATE ab_user SET active = false WHERE username = 'kasi'",
            422,
            "bukan pengawas aktif lagi",
        ),
    ],
    ids=["deleted", "recipient_left"],
)
def test_a_change_that_came_too_late_is_not_reported_as_saved(
    app: Flask, as_user: SignIn, meanwhile: LiteralString, status: int, said: str
) -> None:
    client = as_user("pengawas")
    with app.app_context():
        role = db.session.scalars(select(Role).where(Role.name == "supervisor")).one()
        chief = db.session.scalars(select(User).where(User.username == "kasi")).one()
        chief.roles.append(role)
        db.session.commit()
        known = list(supervisors())
    form = {"nama": "Mingguan", "irama": "weekly", "jam": "7", "penerima": known, "kolom": "nomor", "bentuk": "csv"}
    assert client.post("/jadwal-laporan/", data=form).status_code == 303
    with app.app_context():
        address = f"/jadwal-laporan/{db.session.scalars(select(ReportSchedule.id)).one()}/ubah"
    seen = re.search(r'name="asal" value="(\w+)"', client.get(address).text)
    assert seen is not None
    changed = {**form, "nama": "Harian", "asal": seen[1]}
    (answer,) = overtaken(app, meanwhile, lambda: client.post(address, data=changed))
    assert (answer.status_code, said in answer.text) == (status, True)
    assert "diubah. Perubahan berlaku" not in client.get("/jadwal-laporan/").text
