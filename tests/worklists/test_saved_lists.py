"""Named views of a list: filters, order, columns and density kept together, for oneself or for all."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.models import SavedList
from app.worklists.saved_lists import MOST
from tests.factories import a_complaint

SignIn = Callable[[str], FlaskClient]
VIEW = {"tempat": "inbox", "nama": "Paringin saja", "alamat": "kolom=langkah%2Cmasuk&langkah=check&urut=lama"}


def save(client: FlaskClient, **more: str) -> str:
    return client.post("/tampilan/simpan", data={**VIEW, **more}, follow_redirects=True).text


def headings(page: str) -> list[str]:
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    words = ("Langkah", "OPD", "Kategori", "Desa atau kelurahan", "Tanggal masuk", "Batas waktu")
    return [word for word in words if f'<th scope="col">{word}</th>' in head]


def test_a_named_view_stands_as_a_tab_with_all_that_was_on_screen(context: Flask, as_user: SignIn) -> None:
    a_complaint(at="check")
    kasi = as_user("kasi")
    page = save(kasi)
    assert "Tampilan Paringin saja disimpan." in page
    assert 'href="/?kolom=langkah%2Cmasuk&amp;langkah=check&amp;urut=lama" aria-current="page"' in page
    tab = kasi.get("/").text.partition("Paringin saja</a>")[0].rpartition("<a ")[2]
    assert "aria-current" not in tab
    assert "Paringin saja" not in as_user("kabid").get("/").text


def test_columns_order_and_size_are_read_from_the_address(context: Flask, as_user: SignIn) -> None:
    older, newer = a_complaint(at="check", title="Yang lama"), a_complaint(at="check", title="Yang baru")
    assert older.id < newer.id
    kasi = as_user("kasi")
    assert headings(kasi.get("/").text) == ["Langkah", "OPD", "Batas waktu"]
    page = kasi.get("/?kolom=masuk&kolom=kategori&kolom=terbang&urut=baru&baris=50&rapat=1").text
    assert headings(page) == ["Kategori", "Tanggal masuk"]
    assert page.index("Yang baru") < page.index("Yang lama")
    assert 'class="table rapat"' in page
    page = kasi.get("/?urut=lama").text
    assert page.index("Yang lama") < page.index("Yang baru")
    assert 'class="grup' not in page


def test_rows_a_page_follow_the_layout(context: Flask, as_user: SignIn) -> None:
    for _ in range(26):
        a_complaint(at="check")
    kasi = as_user("kasi")
    assert kasi.get("/aduan/").text.count('class="jdl"') == 25
    assert kasi.get("/aduan/?baris=50").text.count('class="jdl"') == 26
    assert "Susunan" in kasi.get("/aduan/?baris=7").text


def test_the_usual_layout_holds_where_the_address_does_not_say(context: Flask, as_user: SignIn) -> None:
    a_complaint(at="check")
    kasi = as_user("kasi")
    usual = {"tempat": "inbox", "alamat": "q=jalan&kolom=desa&rapat=1"}
    assert kasi.post("/tampilan/biasa", data=usual).headers["Location"] == "/?kolom=desa&q=jalan&rapat=1"
    assert headings(kasi.get("/").text) == ["Desa atau kelurahan"]
    assert headings(kasi.get("/?kolom=opd").text) == ["OPD"]
    assert "jalan" not in kasi.get("/").text.partition('id="saring-q"')[2][:120]
    assert headings(as_user("kabid").get("/aduan/").text) == ["Keadaan", "OPD", "Batas waktu"][1:]
    kasi.post("/tampilan/biasa", data={"tempat": "inbox", "alamat": "q=jalan"})
    assert headings(kasi.get("/").text) == ["Langkah", "OPD", "Batas waktu"]


def test_a_kept_layout_that_no_longer_means_anything_is_passed_over(context: Flask, as_user: SignIn) -> None:
    a_complaint(at="check")
    kasi = as_user("kasi")
    kasi.post("/tampilan/biasa", data={"tempat": "inbox", "alamat": "kolom=terbang&urut=acak&baris=9000"})
    assert headings(kasi.get("/").text) == ["Langkah", "OPD", "Batas waktu"]


def test_only_a_supervisor_shares_a_view_with_all(context: Flask, as_user: SignIn) -> None:
    save(as_user("kasi"), nama="Diam-diam", bersama="1")
    save(as_user("pengawas"), nama="Pantauan", tempat="complaints", alamat="lewat=1", bersama="1")
    assert "Diam-diam" not in as_user("kabid").get("/").text
    page = as_user("kabid").get("/aduan/?lewat=1").text
    assert "Pantauan" in page
    assert "Hapus tampilan Pantauan" not in page
    assert "Hapus tampilan Pantauan" in as_user("pengawas").get("/aduan/?lewat=1").text


def test_the_same_name_is_the_same_view(context: Flask, as_user: SignIn) -> None:
    kasi = as_user("kasi")
    save(kasi)
    save(kasi, nama="  Paringin   saja ", alamat="waktu=late")
    rows = db.session.scalars(select(SavedList)).all()
    assert [(row.name, row.address) for row in rows] == [("Paringin saja", "waktu=late")]


@pytest.mark.parametrize(
    ("name", "told"),
    [("   ", "Beri nama tampilan ini."), ("a" * 61, "paling panjang 60 huruf"), ("a\x00b", "")],
)
def test_a_name_that_cannot_be_kept_is_told(context: Flask, as_user: SignIn, name: str, told: str) -> None:
    page = save(as_user("kasi"), nama=name)
    assert told in page
    assert db.session.scalars(select(SavedList)).all() == []


def test_a_view_that_is_too_long_is_refused_and_never_cut(context: Flask, as_user: SignIn) -> None:
    kasi, long = as_user("kasi"), {"tempat": "inbox", "alamat": f"kolom={'é' * 900}"}
    for address in ("/tampilan/simpan", "/tampilan/biasa"):
        kasi.post(address, data={**long, "nama": "Panjang"})
        assert "terlalu panjang untuk disimpan" in kasi.get("/").text
    assert db.session.scalars(select(SavedList)).all() == []


def test_there_is_an_end_to_names(context: Flask, as_user: SignIn) -> None:
    kasi = as_user("kasi")
    for number in range(MOST):
        save(kasi, nama=f"Tampilan {number}")
    assert "Paling banyak 20 tampilan." in save(kasi, nama="Satu lagi")
    assert "disimpan" in save(kasi, nama="Tampilan 3")


def test_nobody_takes_away_what_is_not_theirs(context: Flask, as_user: SignIn) -> None:
    save(as_user("kasi"))
    row = db.session.scalars(select(SavedList)).one()
    assert as_user("kabid").post(f"/tampilan/{row.id}/hapus", data={"tempat": "inbox"}).status_code == 404
    assert as_user("kasi").post(f"/tampilan/{row.id}/hapus", data={"tempat": "inbox"}).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(SavedList)).all() == []


@pytest.mark.parametrize(
    "form", [{"tempat": "di mana"}, {"alamat": "x" * 2001}, {"alamat": "q=a%00b\x00"}, {"tempat": ""}]
)
def test_what_no_page_of_ours_has_made_is_refused(context: Flask, as_user: SignIn, form: dict[str, str]) -> None:
    assert as_user("kasi").post("/tampilan/simpan", data={**VIEW, **form}).status_code == 400


def test_a_kept_address_leads_nowhere_else(context: Flask, as_user: SignIn) -> None:
    answer = as_user("kasi").post("/tampilan/simpan", data={**VIEW, "alamat": "//evil.example/?x=1"})
    assert answer.headers["Location"].startswith("/?")
