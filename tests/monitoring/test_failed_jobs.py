"""The health page lists failed jobs without what their errors quote, and runs one again on a guarded POST."""

import os
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from rq import Queue
from rq.job import Job
from rq.results import Result

from app.core.extensions import db
from app.core.jobs import JobName
from app.monitoring.failed_jobs import SHOWN, error_place
from jobs.worker import make_worker
from tests.conftest import build_app
from tests.web.test_form_tokens import signed_in

SignIn = Callable[[str], FlaskClient]
JOB = JobName.CHECK_PAPERS.value
PAGE = "/kesehatan/"
QUOTED = "Budi Santoso <img src=x onerror=alert(1)>"


@pytest.fixture
def admin(as_user: SignIn) -> FlaskClient:
    return as_user("administrator")


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The program with the tokens that other tests leave out."""
    names = ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME")
    strict = build_app(*(app.config[name] for name in names), WTF_CSRF_ENABLED=True)
    yield strict
    with strict.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def connection(app: Flask) -> Iterator[Redis]:
    with Redis.from_url(app.config["REDIS_URL"]) as client:
        yield client


@pytest.fixture
def documents(connection: Redis) -> Queue:
    return Queue("documents", connection=connection, serializer="json")


@pytest.fixture
def failed(app: Flask, documents: Queue, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that a worker has run and that failed; its error quotes a name."""
    monkeypatch.setattr("jobs.context.worker_app", lambda: app)

    def fail() -> int:
        raise KeyError(QUOTED)

    job = documents.enqueue(JOB)
    with monkeypatch.context() as broken:
        broken.setattr("app.papers.lost_files.check_every_paper", fail)
        make_worker(documents.connection, ["documents"]).work(burst=True)
    assert documents.failed_job_registry.get_job_ids() == [job.id]
    return job


def again(job: Job) -> str:
    return f"{PAGE}pekerjaan/{job.id}/ulang"


def test_a_failed_job_is_listed_without_what_its_error_quotes(failed: Job, admin: FlaskClient) -> None:
    page = admin.get(PAGE).text
    listed = page.split("Pekerjaan gagal, yang terbaru lebih dahulu")[1].split("</table>")[0]
    assert "<code>check_papers</code>" in listed
    assert "Surat dan berkas" in listed
    assert re.search(r'<time datetime="\d{4}-', listed)
    assert re.search(r"KeyError \(jobs/tasks\.py, \d+\)", listed)
    assert "Budi" not in page
    assert again(failed) in listed


def test_a_failed_job_is_retried_and_runs(documents: Queue, failed: Job, admin: FlaskClient) -> None:
    answer = admin.post(again(failed), follow_redirects=True)
    assert "Pekerjaan dijalankan lagi." in answer.text
    assert "Tidak ada pekerjaan gagal" in answer.text
    assert documents.job_ids == [failed.id]
    make_worker(documents.connection, ["documents"]).work(burst=True)
    result = failed.latest_result()
    assert result is not None
    assert (result.type, result.return_value) == (Result.Type.SUCCESSFUL, 0)
    assert documents.failed_job_registry.get_job_ids() == []


def test_a_job_that_is_not_failed_any_more_is_left_alone(documents: Queue, failed: Job, admin: FlaskClient) -> None:
    assert admin.post(again(failed)).status_code == 303
    told = "Pekerjaan ini tidak gagal lagi"
    assert told in admin.post(again(failed), follow_redirects=True).text
    assert documents.job_ids == [failed.id]
    gone = documents.enqueue(JOB)
    documents.failed_job_registry.add(gone, ttl=600)
    documents.connection.delete(gone.key)
    assert told in admin.post(again(gone), follow_redirects=True).text
    assert admin.post(f"{PAGE}pekerjaan/tidak-ada/ulang").status_code == 303


def test_queues_are_shown_with_what_waits_and_what_failed(documents: Queue, failed: Job, admin: FlaskClient) -> None:
    documents.enqueue(JOB)
    page = admin.get(PAGE).text
    table = page.split('<caption class="vh">Antrean pekerjaan</caption>')[1].split("</table>")[0]
    assert table.count("<tr>") == 1 + 6
    row = next(row for row in table.split("<tr>") if "Surat dan berkas" in row)
    assert re.findall(r"<span>([^<]*)</span>", row) == ["Surat dan berkas", "1", "0 detik", "1"]


def test_many_failed_jobs_are_counted_and_the_newest_are_listed(documents: Queue, admin: FlaskClient) -> None:
    for _ in range(SHOWN + 1):
        documents.failed_job_registry.add(documents.enqueue(JOB), ttl=600)
    page = admin.get(PAGE).text
    assert page.count("/ulang") == SHOWN
    assert f"Menampilkan {SHOWN} terbaru dari {SHOWN + 1}." in page
    assert "Prosesnya berhenti sebelum selesai." in page


def test_a_post_without_its_token_does_nothing(documents: Queue, failed: Job, guarded: Flask) -> None:
    client = signed_in(guarded, "administrator")
    assert client.post(again(failed)).status_code == 400
    assert client.post(again(failed), data={"csrf_token": "palsu"}).status_code == 400
    assert client.get(again(failed)).status_code == 405
    assert documents.failed_job_registry.get_job_ids() == [failed.id]
    token = client.get(PAGE).text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(again(failed), data={"csrf_token": token}).status_code == 303
    assert documents.job_ids == [failed.id]


def test_supervisors_see_failed_jobs_without_the_button(failed: Job, as_user: SignIn) -> None:
    client = as_user("pengawas")
    page = client.get(PAGE).text
    assert "check_papers" in page
    assert "/ulang" not in page
    assert client.post(again(failed)).status_code == 403


class Bomb:
    """What leaves a folder behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self.mark), 0o700)


def test_nothing_from_redis_is_ever_unpickled(
    documents: Queue, failed: Job, admin: FlaskClient, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    trap: Any = pickle.dumps(Bomb(mark))
    documents.connection.hset(failed.key, mapping={"data": trap, "meta": trap})
    assert "<code>?</code>" in admin.get(PAGE).text
    admin.post(again(failed))
    assert not mark.exists()


def test_without_redis_it_says_so(failed: Job, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise RedisAway("away")

    monkeypatch.setattr(Redis, "execute_command", refuse)
    answer = admin.post(again(failed), follow_redirects=True)
    assert "Redis tidak menjawab, jadi pekerjaan ini belum dijalankan lagi." in answer.text
    assert "Tidak terlihat selama Redis tidak menjawab." in answer.text


def test_the_queue_pages_of_another_program_are_gone(admin: FlaskClient) -> None:
    for path in ("", "0/view/workers", "0/data/queues.json", "static/css/main.css"):
        assert admin.get(f"/antrean/{path}").status_code == 404
    for path in ("/kesehatan/", "/pemberitahuan/", "/healthz"):
        assert "unsafe" not in admin.get(path).headers["Content-Security-Policy"]


def test_the_place_of_an_error_is_told_without_its_message() -> None:
    frames = (
        '  File "/opt/x/app/papers/letters.py", line 31, in draw\n    y()\n'
        '  File "/usr/lib/x.py", line 1, in y\n    z()\n'
    )
    first = f"Traceback (most recent call last):\n{frames}ValueError: Budi\n\nDuring handling:\n\n"
    assert error_place(f"{first}Traceback (most recent call last):\n{frames}a.b.OopsError: Budi\nSiti: 1\n") == (
        "OopsError (app/papers/letters.py, 31)"
    )
    assert error_place("Traceback (most recent call last):\nKeyboardInterrupt\n") == "KeyboardInterrupt"
    assert error_place("Work-horse terminated unexpectedly; Budi: 9") == ""
    assert error_place("") == ""
