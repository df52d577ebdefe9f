"""What makes two web hosts one program: what was done at one is seen at the other. Each fact fails by itself."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from app.core.extensions import db
from app.core.locks import WAITING_LOCK
from tests.bench.house import Served
from tests.bench.living import a_case
from tests.bench.rest import Answer, Doors
from tests.bench.visitors import integration, officer, program
from tests.faults.load import a_picture
from tests.sp4n.reports import a_revision
from tests.story.live import wait_until

WAIT = 30
TRACKED, WITH_FILE = "9165816", "9165817"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_RATE = re.compile(r"r=(\d+);t=(\d+)")
_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :lock AND granted"
_FILE = """
    SELECT a.complaint_id, a.id FROM attachment a JOIN complaint c ON c.id = a.complaint_id
    WHERE c.sp4n_tracking_id = :tracking AND a.state = 'clean'
"""


def get(host: Served, path: str, headers: dict[str, str]) -> Answer:
    return Doors([host.port]).ask("GET", path, None, headers)


def send(host: Served, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    """As JSON, unless it is a form already."""
    return Doors([host.port]).ask(method, path, body if isinstance(body, str) else json.dumps(body), headers)


def token_of(page: Answer) -> str:
    """The guard against forged forms, as a page's forms carry it."""
    found = _TOKEN.search(page.content.decode())
    assert found
    return found[1]


def row(statement: str, **values: Any) -> Any:
    """The first row as it stands now."""
    found = db.session.execute(text(statement), values).first()
    db.session.rollback()
    return found


def sign_ins(a: Served, b: Served) -> None:
    """A cookie got at one opens the other, and ended there it opens neither."""
    cookie = officer(a.port, "kabid")
    assert get(b, "/", cookie).status == 200
    page = get(b, "/logout/", cookie)
    assert page.status == 200
    assert send(b, "POST", "/logout/", urlencode({"csrf_token": token_of(page)}), {**cookie, **FORM}).status == 302
    assert get(a, "/", cookie).status == 302


def versions(a: Served, b: Served) -> None:
    """An act at one raises the version that the other tells and demands."""
    token = program(a.port, "admin.aduan")
    case = send(a, "POST", "/api/v1/complaint/", a_case("Versi di dua induk", 1), token).result
    path, wish = f"/api/v1/complaint/{case['id']}", {"action": "register", "params": {}, "expected_version": 1}
    assert get(b, path, token).result["version"] == case["version"] == 1
    done = send(b, "POST", f"{path}/actions", wish, token)
    assert done.status == 200, done.told
    assert get(a, path, token).result["version"] == done.result["version"] > 1
    late = send(a, "POST", f"{path}/actions", {**wish, "action": "note", "params": {"text": "Lambat."}}, token)
    assert b"stale_version" in late.content, late.told


def changes(a: Served, b: Served) -> None:
    """Who waits for changes at one hears at once of what was done at the other."""
    key = integration()
    page = get(a, "/api/v1/sp4n/changes?limit=1000", key).result
    path = f"/api/v1/sp4n/changes?wait={WAIT}&after={page['next']}"
    with ThreadPoolExecutor(1) as waiting:
        heard = waiting.submit(get, a, path, key)
        wait_until(lambda: row(_WAITERS, lock=WAITING_LOCK)[0] == 1, "the reader waits")
        sent = send(b, "PUT", f"/api/v1/sp4n/reports/{TRACKED}", a_revision(), key)
        assert sent.status == 201, sent.told
        assert [change["tracking_id"] for change in heard.result().result["changes"]] == [TRACKED]


def papers(a: Served, b: Served) -> None:
    """A paper asked for at one is drawn by any worker and read at the other."""
    token, cookie = program(a.port, "admin.aduan"), officer(a.port, "admin.aduan")
    case = send(a, "POST", "/api/v1/complaint/", a_case("Kertas di dua induk", 2), token).result["id"]
    token_here = token_of(get(a, f"/aduan/{case}", cookie))
    form = urlencode({"csrf_token": token_here, "kind": "receipt", "cause": case})
    asked = send(a, "POST", f"/kertas/minta/{case}", form, cookie | FORM)
    assert asked.status == 303, asked.told
    paper = asked.headers["location"]
    wait_until(lambda: get(b, f"{paper}/keadaan", cookie).content == b"ready", "the paper is drawn")
    assert get(b, f"{paper}.pdf", cookie).content.startswith(b"%PDF")


def files(a: Served, b: Served) -> None:
    """A file sent to one is looked into by a worker and given out by the other."""
    told = [{"filename": "foto.png", "content_base64": base64.b64encode(a_picture(1)).decode()}]
    sent = send(b, "PUT", f"/api/v1/sp4n/reports/{WITH_FILE}", a_revision(attachments=told), integration())
    assert sent.status == 201, sent.told
    case, attachment = wait_until(lambda: row(_FILE, tracking=WITH_FILE), "the file is known to be clean")
    answer = get(a, f"/aduan/{case}/lampiran/{attachment}", officer(b.port, "admin.aduan"))
    assert answer.headers["content-type"] == "image/png", answer.told


def limits(a: Served, b: Served) -> None:
    """Calls at both count together; asked anew where a minute ended between two."""
    token = program(a.port, "kadis")

    def together() -> bool:
        (left, ends), (then, later) = (_left(host, token) for host in (a, b))
        return later <= ends and then == left - 1

    wait_until(together, "one minute's calls are counted together", 10)


def _left(host: Served, token: dict[str, str]) -> tuple[int, int]:
    found = _RATE.search(get(host, "/api/v1/worklist/", token).headers["ratelimit"])
    assert found
    return int(found[1]), int(found[2])


FACTS: dict[str, Callable[[Served, Served], None]] = {
    "a sign-in made at one host is known at the other, and ended there it is over": sign_ins,
    "a version made at one is seen and demanded by the other": versions,
    "a feed waited for at one is woken by a change at the other": changes,
    "a paper asked at one is drawn by a worker and read from the other": papers,
    "a file sent to one is looked into by a worker and read from the other": files,
    "calls at both count together": limits,
}
