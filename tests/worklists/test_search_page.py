"""The search box: where it leads, what is marked, what is offered when nothing is found, and who may know what."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import REPORTER, a_complaint
from tests.statements import statements
from tests.worklists.test_inbox import MOST_QUERIES

SignIn = Callable[[str], FlaskClient]


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_box_of_the_top_bar_leads_to_the_list_and_keeps_what_was_typed(as_user: SignIn) -> None:
    client = as_user("kasi")
    assert '<form class="cari" role="search" action="/aduan/">' in page(client, "/")
    assert 'id="cari" name="q" type="search" maxlength="200" value="jalan"' in page(client, "/aduan/?q=jalan")


def test_hits_are_marked_in_the_title_and_in_the_words_around_them(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint(
            title="Jalan ke pasar", body="kata " * 60 + "sudah lama tidak diperbaiki oleh siapa pun. " + "kata " * 60
        )
    shown = page(as_user("kasi"), "/aduan/?q=jalan+perbaikan")
    assert "><mark>Jalan</mark> ke pasar</a>" in shown
    assert "sudah lama tidak <mark>diperbaiki</mark> oleh siapa pun." in shown
    assert '<p class="cuplikan" lang="id">… kata' in shown


def test_what_is_marked_is_text_and_never_markup(app: Flask, as_user: SignIn) -> None:
    hostile = "<script>alert(1)</script> jalan <mark>"
    with app.app_context():
        a_complaint(title=hostile, body=hostile, location={"text": "<b>jalan</b>"})
    for address in (
        "/aduan/?q=jalan",
        "/aduan/?q=script",
        "/aduan/?q=mark",
        "/?antre=others&q=jalan",
        "/aduan/?q=jlan",
    ):
        shown = page(as_user("kasi"), address)
        assert "&lt;" in shown
        assert "<script>alert" not in shown
        assert "<b>jalan" not in shown
        assert "<script><mark>" not in shown
    assert "&lt;<mark>script</mark>&gt;alert" in page(as_user("kasi"), "/aduan/?q=script")


def test_a_place_that_was_found_is_shown(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint(title="Lampu padam", body="Gelap.", location={"village": "Batu Piring"})
    assert "<mark>Batu</mark> <mark>Piring</mark>, Kec. Paringin Selatan" in page(
        as_user("kasi"), "/aduan/?q=batu+piring"
    )


def test_where_nothing_is_found_the_nearest_are_offered_and_a_way_out(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint(title="Jalan berlubang")
    shown = page(as_user("kasi"), "/aduan/?q=jlan+berlubng&saluran=web")
    assert "Tidak ada aduan yang cocok persis dengan “jlan berlubng”." in shown
    assert "<mark>Jalan</mark> <mark>berlubang</mark></a>" in shown
    assert '<a class="btn" href="/aduan/?q=jlan+berlubng">Cari tanpa saringan lain</a>' in shown
    assert '<a class="btn" href="/aduan/">Hapus saringan</a>' in shown
    nothing = page(as_user("kasi"), "/aduan/?q=xyzzy")
    assert "Saringan ini tidak menemukan aduan" in nothing
    assert "Hapus saringan" in nothing
    assert "Cari tanpa saringan lain" not in nothing


def test_the_inbox_offers_the_search_over_everything(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint(title="Jalan berlubang")
    shown = page(as_user("kadis"), "/?q=berlubang")
    assert "Saringan ini tidak menemukan tugas" in shown
    assert 'href="/aduan/?q=berlubang"' in shown
    assert "Jalan <mark>berlubang</mark></a>" in page(as_user("admin.aduan"), "/?q=lubang")


def test_that_the_reporters_name_was_found_is_said_to_the_office_alone(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint("agency_receive", agencies=("dishub",), title="Rambu", reporter={**REPORTER, "name": "Sulaiman"})
    shown = page(as_user("kasi"), "/aduan/?q=sulaiman")
    assert "Nama pelapor cocok" in shown
    assert ">Rambu</a>" in shown
    foreign = page(as_user("kepala.dishub"), "/aduan/?q=sulaiman")
    assert "Rambu" not in foreign
    assert "0 aduan" in foreign


@pytest.mark.parametrize(
    "query", ["&+|+!+<->", "%25_%5C", "'%22;--", "(((", "a:*", "x" * 200, "jalan+%26+%7C", "%C2%BD"]
)
@pytest.mark.parametrize("base", ["/", "/aduan/"])
def test_no_text_breaks_the_page(app: Flask, as_user: SignIn, base: str, query: str) -> None:
    page(as_user("admin.aduan"), f"{base}?q={query}")


def test_a_search_stays_within_the_budget_found_or_not(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        for _ in range(3):
            a_complaint("agency_receive", agencies=("dishub", "dinkes"), location={"village": "Batu Piring"})
    client = as_user("admin.aduan")
    for address in (
        "/aduan/?q=jalan",
        "/aduan/?q=jlan",
        "/aduan/?q=xyzzy",
        "/?q=jalan&antre=others",
        "/aduan/?q=jalan&urut=batas",
    ):
        with statements(app) as seen:
            page(client, address)
        assert 0 < len(seen) <= MOST_QUERIES, (address, len(seen))


def test_the_phone_has_the_box_in_sight_and_keeps_the_filters(as_user: SignIn) -> None:
    shown = page(as_user("kasi"), "/aduan/?q=jalan&saluran=web&lewat=1")
    box = shown[shown.index('<form class="saring') : shown.index('id="buka-saring"')]
    assert 'id="saring-q" name="q" type="search" maxlength="200" value="jalan"' in box
    assert '<input type="hidden" name="lewat" value="1">' in box
    assert '<option value="web" selected>' in shown[: shown.index("</form>", shown.index('id="buka-saring"'))]
