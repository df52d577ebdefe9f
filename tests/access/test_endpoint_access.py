"""People × endpoints: every address of the program and who may use it, written by hand and checked with real requests.

An endpoint that is missing in the table fails the first test; what the table says is what each visitor is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from tests.access.endpoint_rows import ACTIONS, Parts, address, make_parts
from tests.conftest import client_of
from tests.scenes import Scene
from tests.web.answer_headers import faults_of

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
MADE_ACCOUNTS = {"clerk": "staf.dishub", "second_supervisor": "pengawas.dua", "own_role": "tamu"}
LIKE = {"clerk": "agency_secretary", "second_supervisor": "supervisor"}
"""Officers with roles that the office made; a copy of a role opens what that role opens, a clerk's without its acts."""
LAST = ("/delete", "DELETE ", "/impor/<int:import_id>/batal", "/empty", "POST /jadwal-laporan/<int:schedule_id>/hapus")
LAST += ("/pindah-data/<int:file_id>/selesai", "/security/logout", "/akhiri-lain", "/lacak/kasus/selesai")
STRANGERS = ("anonymous", "reporter", "deactivated")
"""Nobody; a citizen whose code has opened the own case; an officer whose account was closed while signed in."""
VISITORS = (*STRANGERS, "program", "reader", *ACCOUNTS, *MADE_ACCOUNTS)
PROGRAMS = {"program": "key", "reader": "reader_key"}
OFFICE = {"complaint_admin", "section_head", "division_head", "office_head"}
AGENCY = {"agency_admin", "agency_secretary", "agency_head"}
ON_THE_CASE = OFFICE | AGENCY | {"supervisor"}
OFFICERS = ON_THE_CASE | {"elsewhere"}
SIGNED_IN = set(ACCOUNTS)
EVERYBODY = set(VISITORS)


@dataclass(frozen=True)
class Kind:
    """Endpoints that open to the same visitors; those in `blind` get 404."""

    opens_to: set[str]
    routes: str
    blind: frozenset[str] = frozenset()
    others: str = "forbidden"
    strangers: str = "login"
    any_role: bool = False
    """Whether a role without any right opens it."""
    acts: bool = False
    """Whether it is part of acting on a case, which a clerk cannot."""
    by_scope: bool = False
    """Whether a valid key without the scope gets 403; at other endpoints a key is not accepted at all."""


def screen(base: str, routes: str) -> str:
    """The routes of one generated screen, a word for each."""
    tails = {"list": "list/", "add": "add", "activate": "aktifkan/<pk>", "confirm_action": "confirm_action"}
    tails |= {"new_step": "langkah-baru/<pk>", "powers": "hak/<pk>"}
    tails["action"] = "action/<string:name>/<pk>"
    lines = []
    for word in routes.split():
        tail = tails.get(word, f"{word}/<pk>")
        methods = {"list": "GET", "show": "GET", "confirm_action": "POST"}.get(word, "GET POST")
        lines += [f"{method} /{base}/{tail}" for method in methods.split()]
    return "\n".join(lines)


ADDED_OWN = "\nGET /teks-standar-saya/add\nPOST /teks-standar-saya/add\nGET /teks-standar-saya/delete/<pk>"
CRUD = "list show add edit confirm_delete delete"
RESOURCES = (
    *("agency", "category", "district", "village", "holiday", "working_hours", "national_limit"),
    *("choice", "field_definition", "standard_text", "delegation", "actor"),
    *("officer", "office", "sop", "process"),
)
WRITTEN = RESOURCES[:-4]


def resources(*names: str) -> str:
    """The routes by which resources of the data API are read."""
    return "\n".join(f"GET /api/v1/{name}/\nGET /api/v1/{name}/<int:number>" for name in names)


def written_resources(*names: str) -> str:
    """Those by which reference data is written; what takes a row away comes last."""
    routes = "POST /api/v1/{0}/\nPUT /api/v1/{0}/<int:number>\nDELETE /api/v1/{0}/<int:number>"
    return "\n".join(routes.format(name) for name in names)


PLAIN = (
    *("opd", "kategori", "daftar-pilihan", "kecamatan", "desa", "hari-libur", "jam-kerja", "batas-nasional"),
    *("teks-standar", "pelaksana"),
)
READ = "list show"
WRITE = "add edit confirm_delete delete"

ENDPOINTS = {
    "open to everybody": Kind(
        EVERYBODY,
        """
        GET /healthz
        GET /readyz
        GET /metrics
        GET /static/<path:filename>
        GET /static/appbuilder/<path:filename>
        GET /gaya/<digest>/<name>.<kind>
        GET /verifikasi/
        POST /verifikasi/
        GET /verifikasi/<code>
        POST /verifikasi/<code>
        GET /lacak
        POST /lacak
        GET /lacak/kasus
        POST /lacak/kasus/tindakan
        POST /lacak/kasus/selesai
        GET /lapor
        POST /lapor
        GET /lapor/selesai
        GET /statistik
        GET /data-terbuka/
        GET /data-terbuka/data.json
        GET /data-terbuka/<table>.<ending>
        GET /open311/v2/discovery.<ending>
        GET /open311/v2/services.<ending>
        GET /open311/v2/services/<service>.<ending>
        GET /open311/v2/requests.<ending>
        GET /open311/v2/requests/<numbers>.<ending>
        GET /open311/v2/request/<numbers>.<ending>
        GET /open311/v2/tokens/<token>.<ending>
        GET /lang/<string:locale>
        GET /back
        GET /login/
        POST /login/
        GET /login/lupa
        POST /login/lupa
        GET /sandi-baru/<token>
        GET /sandi-baru/
        POST /sandi-baru/
        GET /penyiapan/
        POST /penyiapan/
        POST /logout/
        POST /api/v1/security/login
        GET /api/v1/_openapi
        GET /api/v1/docs
        """,
        any_role=True,
    ),
    "single sign-on, where no provider is set": Kind(set(), "GET /masuk/sso\nGET /masuk/sso/kembali", others="login"),
    "the second page of the login, which is behind whoever is signed in": Kind(
        SIGNED_IN, "GET /login/kode\nPOST /login/kode", any_role=True
    ),
    "the letter of the own case, which is there once it was answered; others are led to the code": Kind(
        EVERYBODY - {"reporter"}, "GET /lacak/kasus/surat/<int:letter_id>.pdf", strangers="nothing", any_role=True
    ),
    "the start page": Kind(SIGNED_IN, "GET /", any_role=True),
    "the question before a logout": Kind(SIGNED_IN, "GET /logout/", any_role=True),
    "what is new in one's inbox": Kind(EVERYBODY, "GET /kabar", any_role=True),
    "several steps of one's own at once": Kind(OFFICERS, "POST /bersama/\nPOST /bersama/kerjakan", acts=True),
    "named views of the lists": Kind(OFFICERS, "POST /tampilan/simpan\nPOST /tampilan/biasa"),
    "a named view, by the officer whose it is": Kind(
        {"agency_admin"}, "POST /tampilan/<int:list_id>/hapus", blind=frozenset(OFFICERS)
    ),
    "one's own account": Kind(
        SIGNED_IN - {"integration"},
        """
        GET /users/userinfo/
        GET /akun/
        GET /akun/dua-langkah/
        POST /akun/dua-langkah/mulai
        POST /akun/dua-langkah/pasang
        POST /akun/dua-langkah/matikan
        GET /akun/tanda-tangan/
        POST /akun/tanda-tangan/sertifikat
        POST /akun/tanda-tangan/sertifikat/hapus
        POST /akun/tanda-tangan/nik
        GET /resetmypassword/form
        POST /resetmypassword/form
        GET /userinfoeditview/form
        POST /userinfoeditview/form
        """,
        any_role=True,
    ),
    "one's own notices": Kind(
        SIGNED_IN - {"integration"},
        """
        GET /pemberitahuan/
        POST /pemberitahuan/dibaca
        GET /pemberitahuan/cara
        POST /pemberitahuan/cara
        """,
        any_role=True,
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
    "how we stand with SP4N": Kind(
        {"complaint_admin", "supervisor", "administrator"}, "GET /sp4n/\nGET /sp4n/selisih/"
    ),
    "mending what differs from SP4N, and reports from files": Kind(
        {"complaint_admin", "administrator"},
        """
        POST /sp4n/selisih/<int:ledger_id>/ambil
        POST /sp4n/selisih/<int:ledger_id>/kirim
        GET /sp4n/impor/
        POST /sp4n/impor/
        GET /sp4n/impor/<int:import_id>
        POST /sp4n/impor/<int:import_id>/kolom
        POST /sp4n/impor/<int:import_id>/jalankan
        POST /sp4n/impor/<int:import_id>/batal
        """,
    ),
    "complaints of older records": Kind(
        {"complaint_admin"},
        """
        GET /pindah-data/
        POST /pindah-data/
        GET /pindah-data/<int:file_id>
        POST /pindah-data/<int:file_id>/kolom
        POST /pindah-data/<int:file_id>/arti
        POST /pindah-data/<int:file_id>/jalankan
        POST /pindah-data/<int:file_id>/selesai
        GET /pindah-data/<int:file_id>/salah.csv
        """,
    ),
    "the number of a case in SP4N": Kind(
        {"complaint_admin"},
        """
        GET /aduan/<int:complaint_id>/sp4n
        POST /aduan/<int:complaint_id>/sp4n
        POST /aduan/<int:complaint_id>/sp4n/lepas
        """,
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
    "jobs that failed": Kind({"administrator"}, "POST /kesehatan/pekerjaan/<job_id>/ulang"),
    "how the work goes, and what may be taken along": Kind(
        OFFICERS,
        """
        GET /dasbor/
        GET /ekspor/
        POST /ekspor/
        GET /ekspor/pekerjaan
        """,
    ),
    "a report, by the officer who asked for it": Kind(
        {"agency_admin"},
        """
        GET /ekspor/<int:job_id>/berkas
        POST /ekspor/<int:job_id>/batal
        POST /ekspor/<int:job_id>/ulang
        """,
        blind=frozenset(OFFICERS),
    ),
    "reports by plan": Kind(
        {"supervisor"},
        """
        GET /jadwal-laporan/
        POST /jadwal-laporan/
        GET /jadwal-laporan/<int:schedule_id>/ubah
        POST /jadwal-laporan/<int:schedule_id>/ubah
        POST /jadwal-laporan/<int:schedule_id>/aktif
        GET /jadwal-laporan/<int:schedule_id>/hapus
        POST /jadwal-laporan/<int:schedule_id>/hapus
        """,
    ),
    "lists of cases over REST": Kind(
        OFFICERS | {"reader"},
        "GET /api/v1/complaint/\nGET /api/v1/step_task/\nGET /api/v1/letter/",
        by_scope=True,
    ),
    "lists of cases": Kind(
        OFFICERS,
        """
        GET /aduan/
        GET /aduan/pernah-di-sini
        GET /api/v1/worklist/
        """,
    ),
    "one case": Kind(
        ON_THE_CASE,
        """
        GET /aduan/<int:complaint_id>
        GET /aduan/<int:complaint_id>/batas
        GET /aduan/<int:complaint_id>/surat/<int:letter_id>.pdf
        GET /aduan/<int:complaint_id>/lampiran/<int:attachment_id>
        POST /kertas/minta/<int:complaint_id>
        GET /kertas/<int:paper_id>
        GET /kertas/<int:paper_id>/keadaan
        GET /kertas/<int:paper_id>.pdf
        POST /kertas/<int:paper_id>/ulang
        GET /api/v1/complaint/<int:number>/actions
        """,
        blind=frozenset({"elsewhere"}),
    ),
    "acting on a case": Kind(
        ON_THE_CASE,
        "POST /aduan/<int:complaint_id>/tindakan\nPOST /api/v1/complaint/<int:number>/actions",
        blind=frozenset({"elsewhere"}),
        acts=True,
    ),
    "one case over REST": Kind(
        ON_THE_CASE | {"reader"},
        """
        GET /api/v1/complaint/<int:number>
        GET /api/v1/complaint/<int:number>/timeline
        GET /api/v1/complaint/<int:number>/deadlines
        GET /api/v1/step_task/<int:number>
        GET /api/v1/letter/<int:number>
        """,
        blind=frozenset({"elsewhere"}),
        by_scope=True,
    ),
    "the scan of a letter, by the agency that signed it": Kind(
        AGENCY,
        """
        GET /aduan/<int:complaint_id>/surat/<int:letter_id>/pindaian
        POST /aduan/<int:complaint_id>/surat/<int:letter_id>/pindaian
        """,
        blind=frozenset({"elsewhere"}),
        acts=True,
    ),
    "the evidence of a case, for those who see every case": Kind(
        OFFICE | {"supervisor"}, "POST /aduan/<int:complaint_id>/bundel", blind=frozenset(AGENCY | {"elsewhere"})
    ),
    "where time is lost": Kind(OFFICE | {"supervisor"}, "GET /kemacetan/"),
    "rehearsals of the SOP": Kind(
        {"supervisor", "administrator"},
        """
        GET /gladi/versi/<int:version_id>
        POST /gladi/versi/<int:version_id>
        GET /gladi/<int:rehearsal_id>
        """,
    ),
    "the registers of the SOP": Kind(
        OFFICE | {"supervisor"},
        """
        GET /laporan/
        POST /laporan/buat
        GET /laporan/<int:register_id>
        GET /laporan/<int:register_id>/laporan.pdf
        GET /laporan/<int:register_id>/laporan.xlsx
        """,
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
        GET /api/v1/sp4n/changes
        GET /api/v1/sp4n/reconciliation
        GET /api/v1/sp4n/reports/<tracking_id>
        GET /api/v1/sp4n/reports/<tracking_id>/answer.pdf
        PUT /api/v1/sp4n/reports/<tracking_id>
        POST /api/v1/sp4n/reports/batch
        POST /api/v1/sp4n/reports/<tracking_id>/messages
        """,
        others="login",
        by_scope=True,
    ),
    "reference data over REST": Kind(OFFICERS | {"administrator", "reader"}, resources(*RESOURCES), by_scope=True),
    "the journal over REST": Kind({"supervisor", "administrator", "reader"}, resources("journal"), by_scope=True),
    "roles over REST": Kind({"administrator", "reader"}, resources("role"), by_scope=True),
    "changing roles over REST": Kind(
        {"administrator"}, "PUT /api/v1/role/<int:number>/rights\n" + written_resources("role")
    ),
    "changing reference data over REST": Kind({"administrator"}, written_resources(*WRITTEN)),
    "drafts of the process over REST": Kind(
        {"administrator"},
        """
        POST /api/v1/process/
        PUT /api/v1/process/<int:number>
        POST /api/v1/process/<int:number>/check
        POST /api/v1/process/<int:number>/activate
        """,
    ),
    "fields of the office over REST": Kind(
        {"administrator"},
        """
        POST /api/v1/field_definition/<int:number>/check
        POST /api/v1/field_definition/<int:number>/activate
        """,
    ),
    "fields of the office": Kind(OFFICERS | {"administrator"}, "GET /isian/\nGET /isian/<int:number>"),
    "making fields": Kind(
        {"administrator"},
        """
        GET /isian/baru
        POST /isian/baru
        GET /isian/<int:number>/ubah
        POST /isian/<int:number>/ubah
        POST /isian/<int:number>/salin
        POST /isian/<int:number>/aktif
        POST /isian/<int:number>/akhir
        POST /isian/<int:number>/hapus
        """,
    ),
    "keys of programs": Kind(
        {"administrator"},
        """
        GET /kunci-api/
        POST /kunci-api/
        GET /kunci-api/<int:key_id>
        POST /kunci-api/<int:key_id>/ganti
        POST /kunci-api/<int:key_id>/cabut
        """,
    ),
    "complaints of Open311 clients, by a program's key in the form": Kind(
        set(), "POST /open311/v2/requests.<ending>", strangers="forbidden"
    ),
    "who reported, opened by those who speak with reporters": Kind(
        {"complaint_admin", "section_head", "agency_secretary"},
        "POST /aduan/<int:complaint_id>/identitas\nPOST /api/v1/complaint/<int:number>/identity",
        blind=frozenset({"elsewhere"}),
        acts=True,
    ),
    "the data of a case, completed or corrected": Kind(
        {"complaint_admin", "section_head"},
        "GET /aduan/<int:complaint_id>/data\nPOST /aduan/<int:complaint_id>/data",
        blind=frozenset({"elsewhere"}),
    ),
    "the words of a case that agencies read": Kind(
        {"complaint_admin"}, "GET /aduan/<int:guarded_id>/samarkan\nPOST /aduan/<int:guarded_id>/samarkan"
    ),
    "cases of one person": Kind(
        {"complaint_admin", "section_head", "supervisor"}, "GET /identitas/cari\nPOST /identitas/cari"
    ),
    "who opened identities": Kind({"supervisor"}, "GET /identitas/\nGET /identitas/unduh.csv"),
    "who may open identities": Kind({"supervisor"}, "GET /hak-identitas/\nPOST /hak-identitas/<int:grant_id>"),
    "a new tracking code for a reporter": Kind({"complaint_admin"}, "POST /aduan/<int:complaint_id>/kode"),
    "the card for a reporter after intake": Kind({"complaint_admin"}, "GET /aduan/<int:complaint_id>/kartu"),
    "that something waits from SP4N": Kind(
        {"complaint_admin", "supervisor", "administrator"}, "GET /sp4n/karantina/\nGET /sp4n/konflik/"
    ),
    "what waits from SP4N": Kind(
        {"complaint_admin", "supervisor"},
        """
        GET /sp4n/karantina/<int:hold_id>
        GET /sp4n/konflik/<int:conflict_id>
        """,
    ),
    "deciding about what waits from SP4N": Kind(
        {"complaint_admin"},
        """
        POST /sp4n/karantina/<int:hold_id>/terapkan
        POST /sp4n/karantina/<int:hold_id>/abaikan
        POST /sp4n/konflik/<int:conflict_id>/putuskan
        """,
    ),
    "reading reference data": Kind(
        OFFICERS | {"administrator"},
        "\n".join(
            [screen(base, READ) for base in (*PLAIN, "petugas", "delegasi", "versi-sop", "kantor")]
            + [screen("langkah-sop", "show"), "GET /hari-libur/kalender.ics", "GET /banding-sop/"]
            + ["POST /lembar-sop/versi/<int:version_id>", "GET /lembar-sop/<int:sheet_id>"]
            + ["GET /lembar-sop/<int:sheet_id>/keadaan", "GET /lembar-sop/<int:sheet_id>.pdf"]
            + ["POST /lembar-sop/<int:sheet_id>/ulang"]
        ),
    ),
    "an agency's letterhead and book of numbers": Kind(
        ON_THE_CASE | {"administrator"},
        "GET /surat-opd/<int:agency_id>",
        blind=frozenset({"elsewhere"}),
    ),
    "giving numbers outside the program": Kind(
        AGENCY | {"administrator"},
        "POST /surat-opd/<int:agency_id>/nomor",
        blind=frozenset({"elsewhere"}),
        acts=True,
    ),
    "the journal of settings": Kind({"supervisor", "administrator"}, "GET /jurnal/"),
    "changing reference data": Kind(
        {"administrator"},
        "\n".join(
            [screen(base, WRITE) for base in PLAIN if base != "daftar-pilihan"]
            + [screen("daftar-pilihan", "add edit"), screen("kantor", "edit")]
            + ["GET /perubahan-kalender/", "POST /perubahan-kalender/", "POST /hari-libur/isi"]
            + ["GET /hari-libur/impor", "POST /hari-libur/impor", "POST /surat-opd/<int:agency_id>/lambang"]
            + [screen("petugas", "add edit"), screen("langkah-sop", "edit confirm_delete delete")]
            + [screen("delegasi", "action confirm_action add edit")]
            + [screen("versi-sop", "action confirm_action activate new_step powers edit confirm_delete delete")]
        ),
    ),
    "the words of messages": Kind(
        {"administrator"},
        """
        GET /teks/
        GET /teks/<text>
        POST /teks/<text>
        POST /teks/<text>/<int:number>/aktif
        POST /teks/<text>/pulihkan
        GET /api/v1/text/
        POST /api/v1/text/
        GET /api/v1/text/<int:number>
        GET /api/v1/text/<text>/versions
        POST /api/v1/text/<int:number>/check
        POST /api/v1/text/<int:number>/activate
        """,
    ),
    "one's own standard texts": Kind(OFFICERS, screen("teks-standar-saya", "list") + ADDED_OWN),
    "a standard text of one officer": Kind(
        {"agency_admin"},
        screen("teks-standar-saya", "show edit confirm_delete") + "\nPOST /teks-standar-saya/delete/<pk>",
        blind=frozenset(OFFICERS - {"agency_admin"}),
    ),
    "accounts and roles": Kind(
        {"administrator"},
        "\n".join(
            [
                screen("users", "list show add edit action confirm_action"),
                screen("peran", f"{READ} {WRITE}"),
                "GET /peran/matriks/",
                "GET /peran/hak/<int:role_id>",
                "POST /peran/hak/<int:role_id>",
                "GET /petugas/baru",
                "POST /petugas/baru",
                "GET /petugas/impor",
                "GET /petugas/impor/templat.xlsx",
                "POST /petugas/impor",
                "POST /petugas/impor/buat",
                "POST /api/v1/officer/",
                "GET /resetpassword/form",
                "POST /resetpassword/form",
            ]
        ),
    ),
    "the sign-ins of somebody else": Kind(
        {"administrator"},
        """
        GET /pengguna/<int:user_id>/masuk
        POST /pengguna/<int:user_id>/masuk/akhiri
        POST /pengguna/<int:user_id>/masuk/dua-langkah
        """,
    ),
    "webhooks, read": Kind(
        {"complaint_admin", "supervisor", "administrator"},
        """
        GET /sp4n/webhook/
        GET /sp4n/webhook/<int:endpoint_id>
        GET /sp4n/webhook/<int:endpoint_id>/kiriman/<int:message_id>
        """,
    ),
    "webhooks, managed": Kind(
        {"administrator"},
        """
        GET /sp4n/webhook/baru
        POST /sp4n/webhook/baru
        GET /sp4n/webhook/<int:endpoint_id>/ubah
        POST /sp4n/webhook/<int:endpoint_id>/ubah
        GET /sp4n/webhook/<int:endpoint_id>/rahasia
        POST /sp4n/webhook/<int:endpoint_id>/rahasia
        POST /sp4n/webhook/<int:endpoint_id>/aktif
        POST /sp4n/webhook/<int:endpoint_id>/percobaan
        POST /sp4n/webhook/<int:endpoint_id>/kirim-lagi
        POST /sp4n/webhook/<int:endpoint_id>/kiriman/<int:message_id>/kirim-lagi
        """,
    ),
    "the framework's menu for programs, granted to nobody": Kind(set(), "GET /api/v1/menu/"),
    "a new token for a long-lived one, which nobody here holds": Kind(
        set(), "POST /api/v1/security/refresh", others="login"
    ),
    "the end of one's own token, after every other endpoint": Kind(
        SIGNED_IN, "POST /api/v1/security/logout", any_role=True
    ),
    "the end of one's own other sign-ins, that token's too": Kind(
        SIGNED_IN - {"integration"}, "POST /akun/masuk/akhiri-lain", any_role=True
    ),
}


def written() -> dict[str, Kind]:
    """The table by endpoint."""
    return {line.strip(): kind for kind in ENDPOINTS.values() for line in kind.routes.split("\n") if line.strip()}


def expected(kind: Kind, visitor: str) -> str:
    if visitor == "own_role":
        return "in" if kind.any_role else "nothing" if "administrator" in kind.blind else kind.others
    if visitor == "clerk" and kind.acts:
        return "forbidden"
    visitor = LIKE.get(visitor, visitor)
    if visitor in kind.opens_to:
        return "in"
    if visitor in PROGRAMS and kind.by_scope:
        return "forbidden"
    if visitor in STRANGERS or visitor in PROGRAMS:
        return kind.strangers
    return "nothing" if visitor in kind.blind else kind.others


def answered(answer: TestResponse) -> str:
    """Let in (and then perhaps told what is wrong with an empty form), or turned away how."""
    assert answer.status_code < 500, answer.text
    if answer.status_code == 302 and "/login/" in answer.headers["Location"]:
        return "login"
    return {401: "login", 403: "forbidden", 404: "nothing"}.get(answer.status_code, "in")


def test_every_endpoint_stands_in_the_table_once(session_app: Flask) -> None:
    there = [
        f"{method} {rule.rule}"
        for rule in session_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    named = [line.strip() for kind in ENDPOINTS.values() for line in kind.routes.split("\n") if line.strip()]
    assert sorted(named) == sorted(there)


@pytest.fixture
def parts(scene: Scene[Parts]) -> Parts:
    """What stands in the addresses."""
    return scene(make_parts)


def ask(client: FlaskClient, endpoint: str, parts: Parts, headers: dict[str, str]) -> TestResponse:
    """A real request with an empty form or body, which is read only behind the endpoint."""
    method, rule = endpoint.split(" ")
    path = address(rule, parts)
    if path.startswith("/api/"):
        return client.open(path, method=method, headers=headers, json=None if method == "GET" else {})
    base = rule.split("/")[1]
    form = {"action": ACTIONS[base], "rowid": parts[base]} if rule.endswith("confirm_action") else {}
    return client.open(path, method=method, data=form)


def as_stranger(app: Flask, visitor: str, parts: Parts) -> tuple[Callable[[], FlaskClient], dict[str, str]]:
    """The browser of each request and the token, both got while they were still good."""
    if visitor == "anonymous":
        return app.test_client, {}
    if visitor == "reporter":
        proof = {"number": parts["numbers"], "code": parts["tracking_code"]}
        client = proved(app, proof)
        return lambda: client, {}
    body = {"username": "kabid", "password": PASSWORD, "provider": "db"}
    token = app.test_client().post("/api/v1/security/login", json=body).get_json()["access_token"]
    clients = [client_of(app, "kabid") for _ in written()]
    with app.app_context():
        db.session.execute(update(User).where(User.username == "kabid").values(active=False))
        db.session.commit()
    return clients.pop, {"Authorization": f"Bearer {token}"}


def proved(app: Flask, proof: dict[str, str]) -> FlaskClient:
    client = app.test_client()
    assert client.post("/lacak", data=proof).status_code == 303
    return client


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_endpoint_answers_this_visitor_as_the_table_says(
    app: Flask,
    parts: Parts,
    visitor: str,
    as_user: Callable[[str], FlaskClient],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    name = (ACCOUNTS | MADE_ACCOUNTS).get(visitor)
    key = parts[PROGRAMS[visitor]] if visitor in PROGRAMS else ""
    headers = bearer(name) if name else {"Authorization": f"Bearer {key}"} if key else {}
    known = as_stranger(app, visitor, parts) if visitor in STRANGERS else None
    headers = known[1] if known else headers
    reader = as_user(name) if name else app.test_client()
    wrong, bare = {}, set()
    # What takes a row or a job away comes last, so that every other endpoint still finds it.
    for endpoint, kind in sorted(written().items(), key=lambda item: any(end in item[0] for end in LAST)):
        # A form may end the sign-in with which it is sent.
        new = not endpoint.startswith("GET ") and name
        client = known[0]() if known else as_user(name) if new else reader
        with ask(client, endpoint, parts, headers) as answer:
            found = answered(answer)
            bare |= {f"{endpoint}: {fault}" for fault in faults_of(answer, signed_in=bool(name))}
        if found != expected(kind, visitor):
            wrong[endpoint] = f"{found}, not {expected(kind, visitor)}"
    assert not wrong
    assert not bare
