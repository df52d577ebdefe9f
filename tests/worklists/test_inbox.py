"""The start page: whose steps stand there, in which order, and that its filters never fail."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.extensions import db
from app.models import Agency, Complaint, OfficerProfile
from tests.factories import Case, a_complaint
from tests.statements import statements

SignIn = Callable[[str], FlaskClient]
MOST_QUERIES = 12


def page(client: FlaskClient, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_a_stranger_is_sent_to_the_login(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/")


def test_only_steps_of_my_office_stand_in_my_inbox(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("register", title="Menunggu admin")
        a_complaint("check", title="Menunggu kasi")
    shown = page(as_user("kasi"))
    assert "Menunggu kasi" in shown
    assert "Menunggu admin" not in shown
    assert "Menunggu admin" in page(as_user("kasi"), "/?antre=others")


def test_an_agency_sees_its_own_step_and_never_another_agencys_case(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("agency_receive", agencies=("dishub",), title="Milik dishub")
        a_complaint("agency_receive", agencies=("dinkes",), title="Milik dinkes")
    for address in ("/", "/?antre=others", "/?q=Milik"):
        assert "Milik dinkes" not in page(as_user("admin.dishub"), address)
    assert "Milik dishub" in page(as_user("admin.dishub"))


def test_on_a_case_of_two_agencies_the_other_ones_step_is_not_mine(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        shared = a_complaint("agency_receive", agencies=("dishub", "dinkes"))
        shared.act("agency_admin", "accept", house="dinkes")
    assert page(as_user("admin.dishub")).count('class="jdl"') == 1
    assert page(as_user("kepala.dinkes")).count('class="jdl"') == 1
    for username in ("kepala.dishub", "admin.dinkes"):
        assert "Tidak ada tugas yang menunggu Anda" in page(as_user(username))


def test_late_stands_before_the_rest_and_what_is_paused_stands_last(app: Flask, as_user: SignIn) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        paused = a_complaint("register", title="Yang dijeda", received=now - timedelta(days=20))
        paused.act("complaint_admin", "request_information", question="Di mana?", now=now - timedelta(days=19))
        a_complaint("register", title="Yang baru", received=now)
        a_complaint("register", title="Yang lewat", received=now - timedelta(days=9))
    shown = page(as_user("admin.aduan"))
    places = [shown.index(title) for title in ("Yang lewat", "Yang baru", "Yang dijeda")]
    assert places == sorted(places)
    assert "Yang baru" not in page(as_user("admin.aduan"), "/?waktu=late")
    assert "Yang dijeda" in page(as_user("admin.aduan"), "/?waktu=paused")


def test_the_button_is_the_verb_of_the_step(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("direct")
    assert "Beri arahan<span" in page(as_user("kadis"))


def test_a_returned_step_is_found_by_its_tab(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("check", title="Pertama kali")
        back = a_complaint("report", title="Kembali lagi")
        back.act("division_head", "send_back", note="Periksa lagi.")
    shown = page(as_user("kasi"), "/?kembali=1")
    assert "Kembali lagi" in shown
    assert "Pertama kali" not in shown


def test_a_figure_before_a_percent_sign_is_that_figure_and_no_beginning(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("register", title="Potongan 50% gaji")
        a_complaint("register", title="Potongan 500 gaji")
    shown = page(as_user("admin.aduan"), "/?q=50%25")
    assert "Potongan <mark>50</mark>% gaji" in shown
    assert "Potongan 500 gaji" not in shown


@pytest.mark.parametrize(
    "query",
    [
        "langkah=tidak-ada",
        "waktu=besok",
        "hal=abc",
        "hal=99999999999999999999",
        "q=%00",
        "antre=mine&kategori='--",
        "kecamatan=x",
        "q=%E2%80%8B%E2%80%8B",
        "kategori=" + "9" * 3000,
        "hal=-1",
        "kembali=2",
        "q=" + "a" * 5000,
    ],
)
def test_an_unreadable_filter_is_left_out_and_named(app: Flask, as_user: SignIn, query: str) -> None:
    with app.app_context():
        a_complaint("register", title="Tetap tampil")
    shown = page(as_user("admin.aduan"), f"/?{query}")
    assert "diabaikan" in shown
    assert "Tetap tampil" in shown


@pytest.mark.parametrize("query", ["page=abc", "page=" + "9" * 31, "tak-dikenal=%00", "hal=2&hal=x", "%FF=%FE"])
def test_what_no_filter_reads_does_no_harm(app: Flask, as_user: SignIn, query: str) -> None:
    with app.app_context():
        a_complaint("register", title="Tetap tampil")
    assert "Tetap tampil" in page(as_user("admin.aduan"), f"/?{query}")


@pytest.mark.parametrize(
    ("username", "items"),
    [
        ("admin.aduan", ["/", "/aduan/", "/laporan/", "/aduan/baru"]),
        ("kasi", ["/", "/aduan/", "/laporan/", "/akun/"]),
        ("kepala.dishub", ["/", "/aduan/", "/akun/"]),
        ("pengawas", ["/", "/aduan/", "/laporan/", "/akun/"]),
        ("administrator", ["/", "/akun/"]),
    ],
)
def test_the_bar_of_the_phone_holds_what_the_role_allows(as_user: SignIn, username: str, items: list[str]) -> None:
    shown = page(as_user(username))
    bar = shown[shown.index('<nav class="bawah"') :]
    assert re.findall(r'<a href="([^"]+)"', bar[: bar.index("</nav>")]) == items


def test_pages_hold_25_and_a_page_past_the_end_is_the_last(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        for _ in range(27):
            a_complaint("register")
    client = as_user("admin.aduan")
    assert page(client).count('class="jdl"') == 25
    assert "Menampilkan 26–27 dari 27" in page(client, "/?hal=900")


def test_the_page_costs_the_same_however_many_rows(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        for _ in range(6):
            a_complaint("agency_receive", agencies=("dishub", "dinkes"))
            a_complaint("register")
    client = as_user("admin.aduan")
    for address in ("/", "/?q=jalan&antre=others", "/aduan/", "/aduan/?lewat=1"):
        with statements(app) as seen:
            page(client, address)
        assert 0 < len(seen) <= MOST_QUERIES, (address, len(seen))


def test_nothing_waits_names_what_others_do(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("register")
    shown = page(as_user("kadis"))
    assert "Tidak ada tugas yang menunggu Anda" in shown
    assert "1 aduan sedang dikerjakan pihak lain" in shown
    assert "Saringan ini tidak menemukan tugas" in page(as_user("kadis"), "/?q=tidakada")


def test_a_supervisor_sees_what_is_late(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("register", title="Lama sekali", received=datetime.now(UTC) - timedelta(days=9))
    shown = page(as_user("pengawas"))
    assert "Lama sekali" in shown
    assert "/aduan/?lewat=1" in shown


def test_the_administrator_lands_on_his_menus(as_user: SignIn) -> None:
    shown = page(as_user("administrator"))
    assert "Akun ini mengelola data" in shown
    assert "<span>Administrator sistem</span>" in shown
    assert "/aduan/baru" not in shown


def test_an_account_without_an_office_is_told_so(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "admin.dishub")).one()
        db.session.get_one(OfficerProfile, user.id).agency_code = None
        db.session.commit()
    assert "belum punya jabatan" in page(as_user("admin.dishub"))


def test_the_menu_counts_what_is_late(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("register", received=datetime.now(UTC) - timedelta(days=9))
        a_complaint("register")
    shown = page(as_user("admin.aduan"), "/aduan/baru")
    assert shown.count('<span class="jml late">1') == 2


def test_a_title_is_text_and_never_markup(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("register", title="<script>alert(1)</script>")
    assert "<script>alert" not in page(as_user("admin.aduan"))


def test_drafts_that_want_my_initials_have_a_tab_until_i_have_given_them(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        agency = db.session.scalars(select(Agency).where(Agency.code == "dishub")).one()
        agency.initials = ["agency_admin"]
        db.session.commit()
        mine = a_complaint("sign_answer", agencies=("dishub",), title="Konsep yang diparaf").id
        a_complaint("sign_answer", agencies=("dinkes",), title="Konsep OPD lain")
        a_complaint("draft_answer", agencies=("dishub",), title="Belum ada konsep")
    assert "Perlu paraf (1)" in page(as_user("admin.dishub"))
    listed = page(as_user("admin.dishub"), "/?antre=initials")
    assert "Konsep yang diparaf" in listed
    assert "Konsep OPD lain" not in listed
    assert "Belum ada konsep" not in listed
    assert ">Paraf<" in listed
    for other in ("kepala.dishub", "admin.dinkes", "kasi"):
        assert "Perlu paraf" not in page(as_user(other))
    with app.app_context():
        Case(db.session.get_one(Complaint, mine), ("dishub",), "").act("agency_admin", "initial", house="dishub")
    assert "Perlu paraf" not in page(as_user("admin.dishub"))
