"""The life of a report: made once, stopped between batches, taken up after a death, fetched by its officer, gone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from rq import Queue
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import JobName, QueueName
from app.core.storage import read_file
from app.models import Notice, OfficerProfile, ReportJob
from app.reporting.exports import columns
from app.reporting.exports import run as making
from app.reporting.exports.queue_report import MOST_OPEN, AskRefused, ask_again, ask_report, cancel_report
from app.reporting.exports.relay import expire_reports, relay_reports
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import ENQUEUED_AGAIN_AFTER, MOST_ATTEMPTS, RETENTION, SILENT, run_report
from tests.factories import a_complaint
from workflow_rules.process.actors import Person

Find = Callable[[str], Person]
SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def in_batches_of_two(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five cases, written two at a time."""
    monkeypatch.setattr(making, "READ_AT_ONCE", 2)
    monkeypatch.setattr(columns, "READ_AT_ONCE", 2)
    for number in range(5):
        a_complaint(title=f"Kasus {number}")


def asked(by: Person, file_format: str = "csv") -> ReportJob:
    return ask_report(by, WantedReport(), file_format, utc_now())


def fresh(job: ReportJob) -> ReportJob:
    db.session.refresh(job)
    return job


def queued_ids() -> list[Any]:
    jobs = Queue(QueueName.REPORTS.value, connection=redis_client(), serializer="json").jobs
    return [job.args[0] for job in jobs if job.func_name == JobName.RUN_REPORT]


def meanwhile(act: Callable[[int], None]) -> Callable[[], Any]:
    """A clock that calls back at each reading with the number of readings so far."""
    looks: list[int] = []

    def clock() -> Any:
        looks.append(0)
        act(len(looks))
        return utc_now()

    return clock


def test_a_report_is_queued_with_its_key_alone_and_made_once(person: Find) -> None:
    job = asked(person("kasi"))
    assert queued_ids() == [job.id]
    assert run_report(job.id) == "done"
    assert run_report(job.id) == "elsewhere"
    assert (fresh(job).rows, job.total, job.percent, job.attempts) == (5, 5, 100, 1)
    assert (job.size, job.expires_at) == (len(read_file(job.path or "")), job.ended_at + RETENTION)  # type: ignore[operator]


def test_progress_is_told_batch_by_batch(person: Find) -> None:
    job = asked(person("kasi"))
    seen: list[tuple[int, int]] = []
    statement = select(ReportJob.rows, ReportJob.percent).where(ReportJob.id == job.id)
    run_report(job.id, meanwhile(lambda _: seen.append(tuple(db.session.execute(statement).one()))))  # type: ignore[arg-type]
    assert [pair for pair in dict.fromkeys(seen) if pair[0]] == [(2, 40), (4, 80), (5, 99)]


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "pdf"])
def test_a_cancelled_report_stops_after_its_batch_and_leaves_no_file(person: Find, file_format: str) -> None:
    by = person("kasi")
    job = asked(by, file_format)

    def cancel(look: int) -> None:
        if look == 6:
            assert cancel_report(by, job.id, utc_now()) is True

    assert run_report(job.id, meanwhile(cancel)) == "stopped"
    assert (fresh(job).state, job.rows) == ("cancelled", 2)
    assert cancel_report(by, job.id, utc_now()) is False
    expire_reports(utc_now() + SILENT * 2)
    assert fresh(job).path is None
    assert db.session.scalars(select(Notice.kind).where(Notice.report_job_id == job.id)).all() == []


def test_a_report_cancelled_while_it_waits_is_never_begun(person: Find) -> None:
    job = asked(person("kasi"))
    cancel_report(person("kasi"), job.id, utc_now())
    assert run_report(job.id) == "elsewhere"


def test_a_silent_workers_report_is_taken_up_and_the_late_worker_finishes_nothing(person: Find) -> None:
    job = asked(person("kasi"))

    def die_and_be_followed(look: int) -> None:
        if look == 5:
            later = utc_now() + SILENT * 2
            assert relay_reports(later) == 1
            assert run_report(job.id, lambda: later) == "done"

    assert run_report(job.id, meanwhile(die_and_be_followed)) == "stopped"
    assert (fresh(job).state, job.attempts, job.rows) == ("done", 2, 5)
    assert read_file(job.path or "").count(b"\r\n") == 6


def test_a_report_at_work_is_not_taken_from_its_worker(person: Find) -> None:
    job = asked(person("kasi"))
    others: list[Any] = []

    def try_it_too(look: int) -> None:
        if look > 1:
            others.append((run_report(job.id), relay_reports(utc_now())))

    assert run_report(job.id, meanwhile(try_it_too)) == "done"
    assert others == [("elsewhere", 0)] * 7


def test_what_kills_three_workers_is_given_up_with_a_reason(person: Find) -> None:
    job, now = asked(person("kasi")), utc_now()
    for _ in range(MOST_ATTEMPTS):
        db.session.execute(
            ReportJob.__table__.update().values(state="running", attempts=ReportJob.attempts + 1, alive_at=now)
        )
        db.session.commit()
        now += SILENT * 2
        relay_reports(now)
    assert (fresh(job).state, job.error, job.attempts) == ("failed", "killed", MOST_ATTEMPTS)
    assert db.session.scalars(select(Notice.kind).where(Notice.report_job_id == job.id)).all() == ["report_failed"]


def test_a_fault_of_ours_is_a_failed_report_and_no_lost_one(person: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("kaboom")

    monkeypatch.setitem(making.WRITERS, "csv", broken)
    job = asked(person("kasi"))
    assert run_report(job.id) == "failed"
    assert (fresh(job).error, job.path) == ("fault", job.path)
    again = ask_again(person("kasi"), job.id, "id", utc_now())
    assert again is not None
    monkeypatch.undo()
    assert run_report(again.id) == "done"


def test_what_redis_forgot_is_handed_out_again_from_the_database(person: Find) -> None:
    job = asked(person("kasi"))
    redis_client().flushdb()
    assert relay_reports(utc_now()) == 0
    assert relay_reports(utc_now() + ENQUEUED_AGAIN_AFTER * 2) == 1
    assert queued_ids() == [job.id]


def test_a_fourth_report_at_once_is_refused(person: Find) -> None:
    for _ in range(MOST_OPEN):
        asked(person("kasi"))
    with pytest.raises(AskRefused):
        asked(person("kasi"))
    assert asked(person("kabid")).state == "queued"


def test_the_bell_tells_once_and_leads_to_the_file(person: Find, as_user: SignIn) -> None:
    run_report(asked(person("kasi")).id)
    client = as_user("kasi")
    page = client.get("/pemberitahuan/").text
    assert page.count("Laporan yang Anda minta siap diunduh: Semua aduan") == 1
    notice = db.session.scalars(select(Notice.id).where(Notice.kind == "report_ready")).one()
    assert client.post(f"/pemberitahuan/{notice}").headers["Location"] == "/ekspor/"


def test_the_file_is_its_officers_alone(person: Find, as_user: SignIn) -> None:
    job = asked(person("kepala.dishub"))
    address = f"/ekspor/{job.id}/berkas"
    assert as_user("kepala.dishub").get(address).status_code == 404
    run_report(job.id)
    answer = as_user("kepala.dishub").get(address)
    assert answer.data == read_file(fresh(job).path or "")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="laporan-aduan-{job.id}.csv"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for other in ("pengawas", "sekretaris.dishub", "kasi"):
        assert as_user(other).get(address).status_code == 404
        assert as_user(other).post(f"/ekspor/{job.id}/ulang").status_code == 404


def test_whoever_moved_to_another_agency_does_not_get_the_old_file(person: Find, as_user: SignIn) -> None:
    job = asked(person("kepala.dishub"))
    run_report(job.id)
    officer = db.session.scalars(select(User.id).where(User.username == "kepala.dishub")).one()
    db.session.get_one(OfficerProfile, officer).agency_code = "dinkes"
    db.session.commit()
    answer = as_user("kepala.dishub").get(f"/ekspor/{job.id}/berkas")
    assert (answer.status_code, "Hak Anda berubah" in answer.text) == (404, True)


def test_a_file_goes_when_its_time_is_over(person: Find, as_user: SignIn) -> None:
    job = asked(person("kasi"))
    run_report(job.id)
    path, client = fresh(job).path or "", as_user("kasi")
    assert expire_reports(utc_now() + RETENTION - timedelta(minutes=1)) == 0
    assert expire_reports(utc_now() + RETENTION + timedelta(minutes=1)) == 1
    assert (fresh(job).state, job.path) == ("expired", None)
    with pytest.raises(FileNotFoundError):
        read_file(path)
    assert client.get(f"/ekspor/{job.id}/berkas").status_code == 404
    assert "Kedaluwarsa" in client.get("/ekspor/").text


def test_the_form_asks_and_keeps_what_was_typed(as_user: SignIn) -> None:
    client = as_user("kasi")
    wrong = client.post("/ekspor/", data={"bentuk": "exe", "dari": "2026-11-24", "sampai": "2026-11-01", "opd": "x"})
    assert wrong.status_code == 422
    assert "<title>Galat: Ekspor data" in wrong.text
    for said in (
        "Pilih bentuk berkas",
        "Pilih paling sedikit satu kolom",
        "Tanggal awal tidak boleh",
        "tidak ada lagi",
    ):
        assert said in wrong.text
    assert 'value="2026-11-24"' in wrong.text
    right = {"bentuk": "csv", "kolom": ["judul", "nomor"], "dari": "2026-01-01", "lewat": "1", "opd": "dishub"}
    assert client.post("/ekspor/", data=right).headers["Location"] == "/ekspor/#pekerjaan"
    job = db.session.scalars(select(ReportJob)).one()
    assert job.wanted == {
        "columns": ["nomor", "judul"], "since": "2026-01-01", "late": True, "agency": "dishub", "language": "id",
    }  # fmt: skip
    page = client.get("/ekspor/pekerjaan").text
    assert "Aduan masuk sejak 1 Januari 2026" in page
    assert "data-berjalan" in page
    assert "<html" not in page


def test_the_form_takes_over_the_filters_of_the_list(as_user: SignIn) -> None:
    page = as_user("kasi").get("/ekspor/?opd=dishub&dari=2026-11-01&lewat=1&status=nothing").text
    assert '<option value="dishub" selected>' in page
    assert 'name="dari" value="2026-11-01"' in page
    assert 'name="lewat" value="1" checked' in page
