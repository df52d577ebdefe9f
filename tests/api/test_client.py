"""The example client against a real server: what an integrator copies works as its words say."""

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from app.core.extensions import db
from app.demo.accounts import PASSWORD, make_key
from app.models import Letter, SyncChange
from app.papers.papers import draw_paper
from tests.factories import Case, move_on
from tests.sp4n.reports import a_linked_case, a_revision

SOURCE = Path(__file__).parents[2] / "docs" / "examples" / "lapor_client.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lapor_client", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lapor_client"] = module
    spec.loader.exec_module(module)
    return module


client = _load()


@pytest.fixture
def served(context: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, context)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def office(served: str) -> Any:
    return client.Lapor(served, make_key())


def test_a_report_goes_in_and_its_answer_comes_out(office: Any) -> None:
    assert office.put_report("9165816", a_revision())["outcome"] == "created"
    assert office.put_report("9165816", a_revision())["outcome"] == "unchanged"
    db.session.rollback()
    assert [change["kind"] for change in office.changes()] == ["received"]
    case = a_linked_case("9165817")
    move_on(case)
    draw_paper(db.session.query(Letter.paper_id).scalar())
    db.session.commit()
    seen = list(office.changes(after=office.cursor))
    assert (seen[0]["kind"], seen[-1]["kind"], seen[-1]["status"]) == ("received", "reply", "answered")
    assert office.report("9165817")["answer"]["text"] == "Sudah ditangani."
    assert office.answer_pdf("9165817").startswith(b"%PDF-")
    assert [held["tracking_id"] for held in office.reconciliation()] == ["9165816", "9165817"]


def test_a_refusal_has_its_name_and_all_faults(office: Any) -> None:
    office.put_report("9165816", a_revision(5))
    with pytest.raises(client.Refused) as stale:
        office.put_report("9165816", a_revision(2))
    assert (stale.value.status, stale.value.reason) == (409, "stale_revision")
    with pytest.raises(client.Refused) as wrong:
        office.put_report("9165818", {"revision": "x", "channel": 5})
    assert {"revision", "title", "body"} <= {fault["field"] for fault in wrong.value.errors}


def test_a_cursor_past_retention_is_told_apart(office: Any) -> None:
    a_linked_case()
    list(office.changes())
    db.session.execute(SyncChange.__table__.delete())
    db.session.commit()
    with pytest.raises(client.CursorExpired):
        list(office.changes(after=office.cursor))


def test_an_officer_acts_with_the_version_that_was_read(served: str) -> None:
    case: Case = a_linked_case()
    officer = client.Lapor(served)
    officer.log_in("admin.aduan", PASSWORD)
    done = officer.act(case.id, "register", case.complaint.version)
    assert (done["status"], [event["kind"] for event in done["events"]]) == ("checking", ["register"])
    with pytest.raises(client.Refused) as stale:
        officer.act(case.id, "note", 1, text="Uji.")
    assert stale.value.reason == "stale_version"


def test_the_walk_through_of_the_readme_works_as_it_stands(served: str) -> None:
    block = (SOURCE.parents[1] / "integration.md").read_text("utf-8").split("```sh\n")[1].split("```")[0]
    script = block.replace("http://127.0.0.1:8080", served).replace("lb_…", make_key()).replace("curl -sS", "curl -sSf")
    done = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    decoder, rest, said = json.JSONDecoder(), done.stdout.lstrip(), []
    while rest:
        answer, end = decoder.raw_decode(rest)
        said.append(answer)
        rest = rest[end:].lstrip()
    created, feed, report, held = said
    assert created["outcome"] == "created"
    assert [change["kind"] for change in feed["result"]["changes"]] == ["received"]
    assert report["result"]["title"] == "Lampu jalan padam"
    assert held["result"][0]["tracking_id"] == "9165816"


def test_a_busy_server_is_waited_for_with_the_same_key() -> None:
    """A stand-in that is busy once: the second sending carries the first one's key."""
    seen: list[str] = []
    busy = Flask("busy")

    @busy.put("/api/v1/sp4n/reports/<_number>")
    def put(_number: str) -> Response | dict[str, str]:
        seen.append(request.headers["Idempotency-Key"])
        return Response(status=503, headers={"Retry-After": "0"}) if len(seen) == 1 else {"outcome": "created"}

    server = make_server("127.0.0.1", 0, busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        answer = client.Lapor(f"http://127.0.0.1:{server.server_port}", "x").put_report("9165816", {})
    finally:
        server.shutdown()
        thread.join()
    assert answer == {"outcome": "created"}
    assert len(seen) == 2
    assert len(set(seen)) == 1
