"""People × doors: every address of the program, written down by hand with who is let in, and asked with real requests.

A door that is missing in the table fails the first test; what the table says is what each visitor is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.security.door_parts import ACTIONS, Parts, address, make_parts

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]

# One visitor for each role; the agency's officers stand on the case that is asked for, `elsewhere` does not.
ACCOUNTS = {
    "complaint_admin": "admin.aduan",
    "section_head": "kasi",
    "division_head": "kabid",
    "office_head": "kadis",
    "agency_admin": "admin.dishub",
    "agency_secretary": "sekretaris.dishub",
    "agency_head": "kepala.dishub",
    "elsewhere": "kepala.dplh",
    "supervisor": "pengawas",
    "administrator": "administrator",
    "integration": "integrasi",
}
VISITORS = ("anonymous", "program", *ACCOUNTS)
OFFICE = {"complaint_admin", "section_head", "division_head", "office_head"}
AGENCY = {"agency_admin", "agency_secretary", "agency_head"}
ON_THE_CASE = OFFICE | AGENCY | {"supervisor"}
OFFICERS = ON_THE_CASE | {"elsewhere"}
SIGNED_IN = set(ACCOUNTS)
EVERYBODY = set(VISITORS)


@dataclass(frozen=True)
class Kind:
    """Doors that open to the same visitors; whom `blind` names is told that there is nothing."""

    opens_to: set[str]
    routes: str
    blind: frozenset[str] = frozenset()
    others: str = "forbidden"


def screen(base: str, routes: str) -> str:
    """The routes of one generated screen, a word for each."""
    tails = {"list": "list/", "add": "add", "activate": "aktifkan/<pk>", "confirm_action": "confirm_action"}
    tails["action"] = "action/<string:name>/<pk>"
    lines = []
    for word in routes.split():
        tail = tails.get(word, f"{word}/<pk>")
        methods = {"list": "GET", "show": "GET", "confirm_action": "POST"}.get(word, "GET POST")
        lines += [f"{method} /{base}/{tail}" for method in methods.split()]
    return "\n".join(lines)


CRUD = "list show add edit confirm_delete delete"
PLAIN = ("opd", "kategori", "kecamatan", "desa", "hari-libur", "jam-kerja", "batas-nasional")
READ = "list show"
WRITE = "add edit confirm_delete delete"

DOORS = {
    "open to everybody": Kind(
        EVERYBODY,
        """
        GET /healthz
        GET /readyz
        GET /static/<path:filename>
        GET /static/appbuilder/<path:filename>
        GET /gaya/<digest>/<name>.<kind>
        GET /verifikasi/<code>
        GET /lacak
        POST /lacak
        GET /lacak/kasus
        POST /lacak/kasus/tindakan
        GET /lacak/kasus/surat/<int:letter_id>.pdf
        POST /lacak/kasus/selesai
        GET /lang/<string:locale>
        GET /back
        GET /login/
        POST /login/
        GET /logout/
        POST /api/v1/security/login
        """,
    ),
    "the start page": Kind(SIGNED_IN, "GET /"),
    "what is new in one's inbox": Kind(EVERYBODY, "GET /kabar"),
    "several steps of one's own at once": Kind(OFFICERS, "POST /bersama/\nPOST /bersama/kerjakan"),
    "named views of the lists": Kind(OFFICERS, "POST /tampilan/simpan\nPOST /tampilan/biasa"),
    "a named view, by the officer whose it is": Kind(
        {"agency_admin"}, "POST /tampilan/<int:list_id>/hapus", blind=frozenset(OFFICERS)
    ),
    "one's own account": Kind(
        SIGNED_IN - {"integration"},
        """
        GET /users/userinfo/
        GET /akun/
        POST /akun/masuk/akhiri-lain
        GET /resetmypassword/form
        POST /resetmypassword/form
        GET /userinfoeditview/form
        POST /userinfoeditview/form
        """,
    ),
    "one's own notices": Kind(
        SIGNED_IN - {"integration"},
        """
        GET /pemberitahuan/
        POST /pemberitahuan/dibaca
        GET /pemberitahuan/cara
        POST /pemberitahuan/cara
        """,
    ),
    "a sign-in, by the officer whose it is": Kind(
        {"agency_admin"},
        "POST /akun/masuk/<int:sign_in_id>/akhiri",
        blind=frozenset(SIGNED_IN - {"integration"}),
    ),
    "a notice, by the officer whom it was for": Kind(
        {"agency_admin"},
        "POST /pemberitahuan/<int:notice_id>",
        blind=frozenset(SIGNED_IN - {"integration"}),
    ),
    "how the program is": Kind({"supervisor", "administrator"}, "GET /kesehatan/"),
    "messages that failed": Kind(
        {"administrator"},
        """
        GET /pesan-gagal/
        GET /pesan-gagal/kirim-lagi
        POST /pesan-gagal/kirim-lagi
        POST /pesan-gagal/<int:delivery_id>/kirim-lagi
        """,
    ),
    "the queues": Kind(
        {"administrator"},
        """
        GET /antrean/
        GET /antrean/favicon.ico
        GET /antrean/static/<path:filename>
        GET /antrean/<int:instance_number>/
        GET /antrean/<int:instance_number>/view
        GET /antrean/<int:instance_number>/view/queues
        GET /antrean/<int:instance_number>/view/workers
        GET /antrean/<int:instance_number>/view/jobs
        GET /antrean/<int:instance_number>/view/jobs/<queue_name>/<registry_name>/<int:per_page>/<order>/<int:page>
        GET /antrean/<int:instance_number>/view/job/<job_id>
        GET /antrean/<int:instance_number>/data/queues.json
        GET /antrean/<int:instance_number>/data/jobs/<queue_name>/<registry_name>/<per_page>/<order>/<page>.json
        GET /antrean/<int:instance_number>/data/job/<job_id>.json
        GET /antrean/<int:instance_number>/data/workers.json
        POST /antrean/job/<job_id>/delete
        POST /antrean/job/<job_id>/requeue
        POST /antrean/requeue/<queue_name>
        POST /antrean/queue/<queue_name>/<registry_name>/empty
        POST /antrean/queue/<queue_name>/compact
        """,
    ),
    "lists of cases": Kind(OFFICERS, "GET /aduan/\nGET /api/v1/complaint/\nGET /api/v1/worklist/"),
    "one case": Kind(
        ON_THE_CASE,
        """
        GET /aduan/<int:complaint_id>
        GET /aduan/<int:complaint_id>/batas
        GET /aduan/<int:complaint_id>/surat/<int:letter_id>.pdf
        GET /aduan/<int:complaint_id>/lampiran/<int:attachment_id>
        POST /aduan/<int:complaint_id>/tindakan
        GET /api/v1/complaint/<int:number>
        GET /api/v1/complaint/<int:number>/timeline
        GET /api/v1/complaint/<int:number>/deadlines
        GET /api/v1/complaint/<int:number>/actions
        POST /api/v1/complaint/<int:number>/actions
        """,
        blind=frozenset({"elsewhere"}),
    ),
    "receiving a complaint": Kind(
        {"complaint_admin"},
        """
        GET /aduan/baru
        POST /aduan/baru
        POST /aduan/baru/serupa
        POST /api/v1/complaint/
        """,
    ),
    "reports of SP4N, by a program's key": Kind(
        {"program"},
        """
        GET /api/v1/sp4n/reports/<tracking_id>
        PUT /api/v1/sp4n/reports/<tracking_id>
        """,
        others="login",
    ),
    "reading reference data": Kind(
        OFFICERS | {"administrator"},
        "\n".join(
            [screen(base, READ) for base in (*PLAIN, "petugas", "delegasi", "versi-sop")]
            + [screen("langkah-sop", "show"), "GET /hari-libur/kalender.ics", "GET /banding-sop/"]
        ),
    ),
    "the journal of settings": Kind({"supervisor", "administrator"}, "GET /jurnal/"),
    "changing reference data": Kind(
        {"administrator"},
        "\n".join(
            [screen(base, WRITE) for base in PLAIN]
            + ["GET /perubahan-kalender/", "POST /perubahan-kalender/", "POST /hari-libur/isi"]
            + ["GET /hari-libur/impor", "POST /hari-libur/impor"]
            + [screen("petugas", "add edit"), screen("langkah-sop", "edit")]
            + [screen("delegasi", f"action confirm_action {WRITE}")]
            + [screen("versi-sop", "action confirm_action activate edit confirm_delete delete")]
        ),
    ),
    "accounts and roles": Kind(
        {"administrator"},
        "\n".join(
            [
                screen("users", "list show add edit action confirm_action"),
                screen("roles", READ),
                "GET /resetpassword/form",
                "POST /resetpassword/form",
            ]
        ),
    ),
    "the framework's menu for programs, granted to nobody": Kind(set(), "GET /api/v1/menu/"),
    "a new token for a long-lived one, which nobody here holds": Kind(
        set(), "POST /api/v1/security/refresh", others="login"
    ),
}


def written() -> dict[str, Kind]:
    """The table by door."""
    return {line.strip(): kind for kind in DOORS.values() for line in kind.routes.split("\n") if line.strip()}


def expected(kind: Kind, visitor: str) -> str:
    if visitor in kind.opens_to:
        return "in"
    if visitor in ("anonymous", "program"):
        return "login"
    return "nothing" if visitor in kind.blind else kind.others


def answered(answer: TestResponse) -> str:
    """Let in (and then perhaps told what is wrong with an empty form), or turned away how."""
    assert answer.status_code < 500, answer.text
    if answer.status_code == 302 and "/login/" in answer.headers["Location"]:
        return "login"
    return {401: "login", 403: "forbidden", 404: "nothing"}.get(answer.status_code, "in")


def test_every_door_stands_in_the_table_once(session_app: Flask) -> None:
    there = [
        f"{method} {rule.rule}"
        for rule in session_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    named = [line.strip() for kind in DOORS.values() for line in kind.routes.split("\n") if line.strip()]
    assert sorted(named) == sorted(there)


@pytest.fixture
def parts(app: Flask) -> Parts:
    """What stands in the addresses."""
    with app.app_context():
        return make_parts()


def ask(client: FlaskClient, door: str, parts: Parts, headers: dict[str, str]) -> TestResponse:
    """A real request with an empty form or body, which is read only behind the door."""
    method, rule = door.split(" ")
    path = address(rule, parts)
    if path.startswith("/api/"):
        return client.open(path, method=method, headers=headers, json=None if method == "GET" else {})
    base = rule.split("/")[1]
    form = {"action": ACTIONS[base], "rowid": parts[base]} if rule.endswith("confirm_action") else {}
    return client.open(path, method=method, data=form)


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_door_answers_this_visitor_as_the_table_says(
    app: Flask,
    parts: Parts,
    visitor: str,
    as_user: Callable[[str], FlaskClient],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    name = ACCOUNTS.get(visitor)
    headers = bearer(name) if name else {"Authorization": f"Bearer {parts['key']}"} if visitor == "program" else {}
    wrong = {}
    # What takes a row or a job away comes last, so that every other door still finds it.
    for door, kind in sorted(written().items(), key=lambda item: "/delete" in item[0] or "/empty" in item[0]):
        client = as_user(name) if name else app.test_client()
        with ask(client, door, parts, headers) as answer:
            found = answered(answer)
        if found != expected(kind, visitor):
            wrong[door] = f"{found}, not {expected(kind, visitor)}"
    assert not wrong
