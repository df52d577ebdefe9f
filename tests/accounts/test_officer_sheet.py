"""Officers from a spreadsheet: each fault is told by row, nothing is half done, and nobody is made twice."""

import csv
import io
import re
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.accounts.officer_sheet import (
    MOST_ROWS,
    CreatedOfficer,
    HeadingsRefused,
    OfficerSheet,
    SheetHasFaults,
    create_officers,
    officer_template,
    read_officer_sheet,
    renew_links,
    sheet_again,
)
from app.accounts.password_links import hash_of_token, use_link
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Delivery, IdentityGrant, PasswordLink
from tests.accounts.test_first_administrator import GOOD
from tests.factories import a_complaint
from tests.files.spreadsheets import xlsx

SignIn = Callable[[str], FlaskClient]
PATH = "/petugas/impor"
HEADINGS = ("Nama", "NIP", "Peran", "OPD", "Jabatan", "Pangkat/golongan", "Surel", "Telepon", "Nama pengguna")
WRONG: dict[int, tuple[dict[str, Any], str]] = {
    5: ({"OPD": "Dinas Perhubungann"}, "agency"),
    12: ({"Peran": "Raja"}, "role"),
    20: ({"NIP": "198001012005010030"}, "nip"),
    30: ({"NIP": "198001012005010030"}, "nip"),
    41: ({"Surel": "bukan alamat"}, "email"),
    55: ({"Nama": ""}, "name"),
    60: ({"NIP": 198001012005010060}, "nip"),
    77: ({"NIP": "1.98E+17"}, "nip"),
    90: ({"Jabatan": '=HYPERLINK("http://x.example")'}, "position"),
    131: ({"Surel": "admin.aduan@balangan.example"}, "email"),
}
"""Ten wrong rows of 130, by the number that the spreadsheet shows: what is wrong in it, and the part that is told."""


def a_row(number: int, **other: Any) -> dict[str, Any]:
    plain = {
        "Nama": f"Uji Ke-{number} Lembar, S.Kom.",
        "NIP": f"19800101200501{number:04}",
        "Peran": "Sekretaris OPD",
        "OPD": "dishub",
        "Jabatan": "Sekretaris Uji",
        "Pangkat/golongan": "Penata (III/c)",
        "Surel": f"uji{number}@balangan.example" if number % 2 else "",
        "Telepon": "" if number % 2 else f"8123456{number:04}",
        "Nama pengguna": "",
    }
    return plain | other


def a_file(rows: list[dict[str, Any]]) -> bytes:
    return xlsx([HEADINGS, *([row[heading] for heading in HEADINGS] for row in rows)])


def many(wrong: bool) -> bytes:
    changes = {number: change for number, (change, _part) in WRONG.items()} if wrong else {}
    return a_file([a_row(number, **changes.get(number, {})) for number in range(2, 132)])


def read(content: bytes, name: str = "petugas.xlsx") -> OfficerSheet:
    return read_officer_sheet(content, name)


def faults(sheet: OfficerSheet) -> dict[int, set[str]]:
    return {row.typed.number: set(row.faults) for row in sheet.wrong}


def make(sheet: OfficerSheet, only_right: bool = False) -> list[CreatedOfficer]:
    admin = db.session.scalars(select(User.id).where(User.username == "administrator")).one()
    return create_officers(sheet, admin, utc_now(), only_right)


def accounts() -> int:
    return db.session.scalars(select(func.count(User.id))).one()


@pytest.fixture
def mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:1")


def test_ten_wrong_rows_of_130_are_told_and_nothing_is_made(context: Flask) -> None:
    before, sheet = accounts(), read(many(wrong=True))
    assert len(sheet.rows) == 130
    assert faults(sheet) == {number: {part} for number, (_change, part) in WRONG.items()}
    told = {row.typed.number: next(iter(row.faults.values())) for row in sheet.wrong}
    assert "“Dinas Perhubungan" in told[5]
    assert "30" in told[20]
    assert "20" in told[30]
    assert "admin.aduan" in told[131]
    with pytest.raises(SheetHasFaults) as raised:
        make(sheet)
    assert faults(raised.value.sheet) == faults(sheet)
    assert accounts() == before


def test_all_right_rows_are_made_and_once(mail: None, context: Flask) -> None:
    before, sheet = accounts(), read(many(wrong=True))
    created = make(sheet, only_right=True)
    assert [one.number for one in created] == [number for number in range(2, 132) if number not in WRONG]
    assert accounts() == before + 120
    first = created[0].made
    assert (first.invited, first.needs_confirmation) == (False, False)
    assert re.fullmatch(r"http\S+/sandi-baru/[\w-]{40,}", created[0].link)
    assert (first.profile.agency_code, first.profile.rank) == ("dishub", "Penata (III/c)")
    assert [role.name for role in first.profile.user.roles] == ["agency_secretary"]
    second = created[1]
    assert (second.made.invited, second.link) == (True, "")
    mails = select(func.count(Delivery.id)).where(Delivery.account_news == "password_link")
    assert db.session.scalars(mails).one() == len([one for one in created if one.made.invited])
    assert make(sheet, only_right=True) == []
    mended = read(many(wrong=False))
    assert sum(row.exists for row in mended.rows) == 120
    assert len(make(mended)) == 10
    assert [row.exists for row in read(many(wrong=False)).rows] == [True] * 130
    assert accounts() == before + 130


def test_an_officer_who_is_there_with_other_data_is_no_repetition(context: Flask) -> None:
    rows = [a_row(2), a_row(4), a_row(6, NIP="", Surel="")]
    make(read(a_file(rows)))
    rows[0]["OPD"], rows[1]["Jabatan"], rows[2]["Peran"] = "dinkes", "", "Kepala OPD"
    sheet = read(a_file(rows))
    assert faults(sheet) == {2: {"nip", "name"}, 4: {"name"}}
    assert "OPD" in sheet.rows[0].faults["nip"]
    assert sheet.rows[1].exists


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"Nama": "x" * 65}, "name"),
        ({"Nama": "=1+1"}, "name"),
        ({"NIP": "198001012005010000"}, "nip"),
        ({"NIP": 1.98e17}, "nip"),
        ({"NIP": 123}, "nip"),
        ({"Telepon": "8,12E+10"}, "phone"),
        ({"Telepon": "08", "Surel": ""}, "phone"),
        ({"Telepon": "", "Surel": "-"}, "email"),
        ({"OPD": ""}, "agency"),
        ({"OPD": "Bidang Umum"}, "agency"),
        ({"Peran": "Admin"}, "role"),
        ({"Peran": ""}, "role"),
        ({"Nama pengguna": "KASI"}, "username"),
        ({"Nama pengguna": "ada spasi"}, "username"),
        ({"Jabatan": "a\u200bb"}, "position"),
        ({"Pangkat/golongan": "x" * 61}, "rank"),
    ],
)
def test_a_wrong_cell_is_told(context: Flask, change: dict[str, Any], part: str) -> None:
    assert faults(read(a_file([a_row(2, **change), a_row(3)]))) == {2: {part}}


def test_what_people_write_is_understood(context: Flask) -> None:
    text = (
        "\ufeffNAMA LENGKAP *;NIP (18 angka);Peran;Unit kerja;E-mail;No. HP;Catatan\r\n"
        '"Uji, S.E.";\'19800101 200501 1 009;agency secretary;DINAS PERHUBUNGAN;;81234567890;x\r\n'
        "\r\n"
        "Lain Uji;-;agency_secretary;Dishub;LAIN@balangan.example;–;\r\n"
    )
    sheet = read(text.encode("utf-16"), "petugas.csv")
    assert (faults(sheet), sheet.unread) == ({}, ("Catatan",))
    first, second = (row.officer for row in sheet.rows)
    assert (first.name, first.nip, first.agency, first.phone) == (
        *("Uji, S.E.", "198001012005011009", "dishub"),
        "081234567890",
    )
    assert (second.nip, second.phone, second.role, second.agency) == ("", "", "agency_secretary", "dishub")
    assert [row.typed.number for row in sheet.rows] == [2, 4]


def test_a_comma_without_quotes_is_told(context: Flask) -> None:
    sheet = read(b"Nama,Peran,OPD,Surel\nUji, S.Kom.,agency_secretary,dishub,uji@balangan.example\n", "x.csv")
    assert "name" in sheet.rows[0].faults


def test_columns_that_are_missing_or_double_are_told(context: Flask) -> None:
    for text, part in ((b"Nama;Alamat\nx;y\n", "role"), (b"Nama;Peran;Surel;E-mail\nx;y;z;z\n", "email")):
        with pytest.raises(HeadingsRefused) as refused:
            read(text, "petugas.csv")
        assert refused.value.parts == (part,)
        assert refused.value.reason


def test_names_made_from_names_leave_those_that_are_written(context: Flask) -> None:
    rows = [a_row(2, Nama="Uji Coba"), a_row(4, Nama="Uji Coba"), a_row(6, **{"Nama pengguna": "uji.coba"})]
    created = make(read(a_file(rows)))
    assert [one.made.profile.user.username for one in created] == ["uji.coba2", "uji.coba3", "uji.coba"]


def test_without_a_person_nobody_gets_a_role_that_must_be_confirmed(context: Flask) -> None:
    content = a_file([a_row(2, Peran="supervisor", OPD=""), a_row(4)])
    assert len(create_officers(read(content), None, utc_now())) == 2
    a_complaint()
    content = a_file([a_row(6, Peran="supervisor", OPD=""), a_row(8)])
    with pytest.raises(SheetHasFaults) as raised:
        create_officers(read(content), None, utc_now())
    assert faults(raised.value.sheet) == {2: {"role"}}
    created = make(read(content))
    assert [one.made.needs_confirmation for one in created] == [True, False]
    assert db.session.scalars(select(IdentityGrant.user_id)).all() == [created[0].made.profile.user_id]
    assert all(row.exists for row in read(content).rows)


def test_the_template_is_read_when_filled_in(context: Flask) -> None:
    book = load_workbook(io.BytesIO(officer_template()))
    sheet, lists = book.worksheets
    role, agency = (lists.cell(2, column).value for column in (1, 2))
    values = {"Nama": "Uji Templat", "Peran": role, "OPD": agency, "Surel": "templat@balangan.example"}
    for column, heading in enumerate(sheet[1], 1):
        sheet.cell(2, column).value = values.get(heading.value)
    file = io.BytesIO()
    book.save(file)
    assert faults(read(file.getvalue())) == {}


def test_two_confirmations_at_once_make_each_officer_once(app: Flask, context: Flask) -> None:
    before, data = accounts(), read(a_file([a_row(number) for number in range(2, 22)])).as_data()
    db.session.rollback()

    def confirm(_turn: int) -> int:
        with app.app_context():
            return len(make(sheet_again(data)))

    with ThreadPoolExecutor(4) as pool:
        made = sorted(pool.map(confirm, range(4)))
    assert made == [0, 0, 0, 20]
    assert accounts() == before + 20
    assert db.session.scalars(select(func.count(PasswordLink.id))).one() == 20


def test_on_screen_from_the_file_to_the_links(app: Flask, context: Flask, as_user: SignIn) -> None:
    screen = as_user("administrator")
    assert PATH in screen.get("/petugas/list/").text
    assert load_workbook(io.BytesIO(screen.get(f"{PATH}/templat.xlsx").data)).sheetnames == ["Petugas", "Pilihan"]
    rows = [a_row(2, Nama="@Uji Rumus"), a_row(4, OPD="tidak ada"), a_row(6, Nama="<b>Uji</b>")]

    def upload(content: bytes, name: str = "petugas.xlsx") -> Any:
        return screen.post(PATH, data={"berkas": (io.BytesIO(content), name)}, content_type="multipart/form-data")

    def confirm(page: str, by: FlaskClient = screen, **more: str) -> Any:
        (token,) = re.findall(r'name="lembar" value="([^"]+)"', page)
        return by.post(f"{PATH}/buat", data={"lembar": unescape(token), **more})

    assert upload(b"", "").status_code == 422
    assert 'id="berkas-galat"' in upload(b"%PDF-1.7").text
    before, trial = accounts(), upload(a_file(rows))
    assert trial.status_code == 200
    assert "&lt;b&gt;Uji&lt;/b&gt;" in trial.text
    all_or_none = confirm(trial.text)
    assert (all_or_none.status_code, accounts()) == (422, before)
    made = confirm(trial.text, hanya="benar")
    assert (made.status_code, accounts()) == (201, before + 2)
    links = set(re.findall(r"http\S+/sandi-baru/[\w-]+", made.text))
    assert len(links) == 2
    file = b64decode(re.findall(r"base64,([\w+/=]+)", unescape(made.text))[0]).decode("utf-8-sig")
    _headings, first, second = csv.reader(io.StringIO(file), delimiter=";")
    assert first[0] == "'@Uji Rumus"
    assert {first[-1], second[-1]} == links
    assert app.test_client().get(urlsplit(first[-1]).path).location == "/sandi-baru/"
    again = confirm(all_or_none.text, hanya="benar")
    assert (again.status_code, accounts()) == (201, before + 2)
    assert "/sandi-baru/" not in again.text
    renewed = confirm(trial.text, tautan="baru")
    assert len(set(re.findall(r"http\S+/sandi-baru/[\w-]+", renewed.text)) - links) == 2
    ended = app.test_client().get(urlsplit(first[-1]).path, follow_redirects=True)
    assert ended.request.path == "/login/lupa"
    assert screen.post(f"{PATH}/buat", data={"lembar": "x"}).status_code == 400


def test_only_who_has_set_no_password_gets_a_new_link(context: Flask) -> None:
    sheet = read(a_file([a_row(2), a_row(4)]))
    first, second = make(sheet)
    use_link(hash_of_token(first.made.token), GOOD, utc_now())
    again = read(a_file([a_row(2), a_row(4)]))
    assert [(row.exists, row.waits) for row in again.rows] == [(True, False), (True, True)]
    renewed = renew_links(again, None, utc_now())
    assert [one.number for one in renewed] == [3]
    assert renewed[0].link not in ("", second.link)


def test_the_trial_of_another_administrator_is_not_confirmed(context: Flask, as_user: SignIn) -> None:
    screen = as_user("administrator")
    page = screen.post(PATH, data={"berkas": (io.BytesIO(a_file([a_row(2)])), "a.xlsx")}).text
    (token,) = re.findall(r'name="lembar" value="([^"]+)"', page)
    made = make(read(a_file([a_row(4, Peran="Administrator sistem", OPD="")])))
    assert made
    other = as_user(made[0].made.profile.user.username)
    assert other.post(f"{PATH}/buat", data={"lembar": unescape(token)}).status_code == 400


@pytest.mark.parametrize("name", ["kasi", "pengawas"])
def test_only_administrators_make_officers(context: Flask, as_user: SignIn, name: str) -> None:
    screen = as_user(name)
    answers = (screen.get(PATH), screen.post(PATH), screen.post(f"{PATH}/buat"), screen.get(f"{PATH}/templat.xlsx"))
    assert {answer.status_code for answer in answers} == {403}


def test_the_most_rows_are_checked_and_confirmed_within_the_limits_of_a_request(
    app: Flask, context: Flask, as_user: SignIn
) -> None:
    lines = [f"Uji {n} Lembar;19800101{n:010};Sekretaris OPD;Dinas {n};uji{n}@x.example" for n in range(MOST_ROWS)]
    content = "\n".join(["Nama;NIP;Peran;OPD;Surel", *lines]).encode()
    page = as_user("administrator").post(PATH, data={"berkas": (io.BytesIO(content), "a.csv")})
    assert page.status_code == 200
    (token,) = re.findall(r'name="lembar" value="([^"]+)"', page.text)
    assert len(token) < app.config["MAX_FORM_MEMORY_SIZE"] // 2
