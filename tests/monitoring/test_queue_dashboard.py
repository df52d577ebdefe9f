"""The queue pages work with this program's jobs, are the administrator's alone, and write only on a guarded POST."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from rq import Queue
from rq.job import Job

from app.core.extensions import db
from app.core.jobs import JobName
from jobs.worker import ListedWorker, make_worker
from tests.conftest import build_app
from tests.web.test_form_tokens import signed_in

SignIn = Callable[[str], FlaskClient]
ROOT = Path(__file__).parents[2]
JOB = JobName.RELAY_PAPERS.value


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
def failed(documents: Queue) -> Job:
    """A job of ours that a worker has given up."""
    job = documents.enqueue(JOB, 7)
    documents.failed_job_registry.add(job, ttl=600, exc_string="<img src=x onerror=alert(1)>")
    job.set_status("failed")
    documents.connection.lrem(documents.key, 0, job.id)
    return job


@pytest.fixture
def busy(connection: Redis) -> Iterator[ListedWorker]:
    """A worker that has said that it is there."""
    found = make_worker(connection)
    found.register_birth()
    yield found
    found.register_death()


def test_real_jobs_and_workers_are_shown(documents: Queue, busy: ListedWorker, admin: FlaskClient) -> None:
    job = documents.enqueue(JOB, 7)
    (queue,) = admin.get("/antrean/0/data/queues.json").get_json()["queues"]
    assert (queue["name"], queue["count"]) == ("documents", 1)
    listed = admin.get("/antrean/0/data/jobs/documents/queued/8/asc/1.json").get_json()
    assert [found["id"] for found in listed["jobs"]] == [job.id]
    one = admin.get(f"/antrean/0/data/job/{job.id}.json").get_json()
    assert (one["status"], one["description"]) == ("queued", f"{JOB}(7)")
    (seen,) = admin.get("/antrean/0/data/workers.json").get_json()["workers"]
    assert (seen["name"], seen["current_job"]) == (busy.name, "idle")
    for path in ("", "0/view/workers", "0/view/jobs", f"0/view/job/{job.id}"):
        assert admin.get(f"/antrean/{path}").status_code == 200


def test_the_job_at_hand_of_a_worker_is_shown(documents: Queue, busy: ListedWorker, admin: FlaskClient) -> None:
    job = documents.enqueue(JOB, 7)
    busy.prepare_execution(job)
    (seen,) = admin.get("/antrean/0/data/workers.json").get_json()["workers"]
    assert seen["current_job"]["job_id"] == job.id


def test_a_failed_job_is_queued_again(documents: Queue, failed: Job, admin: FlaskClient) -> None:
    assert admin.post(f"/antrean/job/{failed.id}/requeue").get_json() == {"status": "OK"}
    assert documents.job_ids == [failed.id]
    assert admin.post(f"/antrean/job/{failed.id}/requeue").status_code == 409


def test_nothing_is_requeued_by_opening_an_address(documents: Queue, failed: Job, admin: FlaskClient) -> None:
    assert admin.get("/antrean/requeue/documents").status_code == 405
    assert documents.job_ids == []
    assert admin.post("/antrean/requeue/documents").get_json()["count"] == 1
    assert documents.job_ids == [failed.id]


def test_a_post_without_its_token_does_nothing(documents: Queue, failed: Job, guarded: Flask) -> None:
    client = signed_in(guarded, "administrator")
    for path in (
        f"job/{failed.id}/requeue",
        f"job/{failed.id}/delete",
        "queue/documents/failed/empty",
        "requeue/documents",
    ):
        assert client.post(f"/antrean/{path}").status_code == 400
        assert client.post(f"/antrean/{path}", headers={"X-CSRFToken": "palsu"}).status_code == 400
    assert documents.failed_job_registry.get_job_ids() == [failed.id]
    page = client.get("/antrean/").text
    token = json.loads(page.split("'X-CSRFToken': ")[1].split(" }")[0])
    answer = client.post(f"/antrean/job/{failed.id}/requeue", headers={"X-CSRFToken": token})
    assert answer.get_json() == {"status": "OK"}


class Bomb:
    """What leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self.mark), 0o700)


def test_nothing_from_redis_is_ever_unpickled(
    documents: Queue, busy: ListedWorker, admin: FlaskClient, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    job = documents.enqueue(JOB, 7)
    busy.prepare_execution(job)
    trap = pickle.dumps(Bomb(mark))
    documents.connection.hset(job.key, mapping={"data": trap, "meta": trap})
    for path in (f"data/job/{job.id}", "data/workers", "data/jobs/documents/queued/8/asc/1"):
        admin.get(f"/antrean/0/{path}.json")
    admin.post(f"/antrean/job/{job.id}/requeue")
    assert not mark.exists()


def test_only_these_pages_may_run_their_own_script(admin: FlaskClient) -> None:
    answer = admin.get("/antrean/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">' in answer.text
    assert "script-src 'self' 'nonce-" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert nonce not in admin.get("/antrean/").headers["Content-Security-Policy"]
    for path in ("/kesehatan/", "/pemberitahuan/", "/healthz"):
        assert "unsafe" not in admin.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "0/view/job/tidak-ada",
        "0/data/job/tidak-ada.json",
        "1/view",
        "0/data/jobs/documents/lain/8/asc/1.json",
        "0/data/jobs/documents/queued/0/asc/1.json",
        "0/data/jobs/documents/queued/x/asc/1.json",
        "0/data/jobs/documents/queued/8/lain/1.json",
        "0/view/jobs/documents/queued/8/asc/9999999999",
    ],
)
def test_what_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/antrean/{path}").status_code == 404


def test_without_redis_it_says_so(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise RedisAway("away")

    monkeypatch.setattr(Redis, "execute_command", refuse)
    assert admin.get("/antrean/0/data/queues.json").status_code == 503


def test_no_worker_and_no_core_program_loads_it() -> None:
    code = "import sys, jobs.worker, jobs.scheduler, app.application; print('rq_dashboard' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
