"""In headless Chromium: two officers on one form, a double click, Back, a sign-in that ends in the middle of a text,
uploads, drafts and news.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, expect

from app.demo.accounts import PASSWORD
from tests.story.browser import Desk
from tests.story.live import LiveProgram
from tests.story.served import Cases, events

pytestmark = pytest.mark.timeout(600)
PROGRAM = "manners"

LONG = "Mohon arahan: jembatan ini jalan satu-satunya ke sekolah. " * 20


@pytest.fixture
def other_desk(browser: Browser, live: LiveProgram, beside: Flask) -> Iterator[Desk]:
    at = Desk(browser, live.url, 1280, "other")
    yield at
    at.close()


def sign_in(page: Page, username: str) -> None:
    page.get_by_label("Nama pengguna atau NIP").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Masuk").click()


def start(desk: Desk, username: str, path: str) -> None:
    """Ask for a page, be led to the login, and from there to the page."""
    desk.go(path)
    sign_in(desk.page, username)
    assert urlsplit(desk.page.url).path == path
    desk.inspect()


def act_form(page: Page) -> Locator:
    return page.get_by_role("region", name="Tindakan Anda")


def note_of(page: Page) -> Locator:
    return act_form(page).get_by_label("Catatan")


def end_sign_ins(live: LiveProgram) -> None:
    live.query("UPDATE sign_in SET ended_at = now() WHERE ended_at IS NULL RETURNING id")


def test_the_second_of_two_officers_sees_what_changed_and_keeps_the_text(
    desk: Desk, other_desk: Desk, live: LiveProgram, case: Cases
) -> None:
    number = case("report")
    start(desk, "kabid", f"/aduan/{number}")
    note_of(desk.page).fill(LONG)
    start(other_desk, "admin.aduan", f"/aduan/{number}")
    other_desk.page.locator("summary").filter(has_text="Tambah catatan").click()
    other_desk.page.get_by_role("textbox", name="Catatan").fill("Pelapor menelepon lagi.")
    other_desk.press(other_desk.page.get_by_role("button", name="Tambah catatan"))

    with desk.answered_badly(f"/aduan/{number}/tindakan"):
        desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    told = desk.page.get_by_role("alert")
    expect(told).to_contain_text("baru saja diubah oleh")
    expect(told).to_contain_text("Admin")
    assert note_of(desk.page).input_value().split() == LONG.split()
    assert events(live, number, "report") == 0

    desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    expect(desk.page.get_by_role("status").first).to_contain_text("LB-")
    assert events(live, number, "report") == 1


def test_a_double_click_acts_once(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("report")
    start(desk, "kabid", f"/aduan/{number}")
    with desk.page.expect_navigation(url=lambda url: "tindakan" not in url):
        act_form(desk.page).get_by_role("button", name="Laporkan").dblclick()
    desk.inspect()
    expect(desk.page.get_by_role("status").first).to_contain_text("LB-")
    assert events(live, number, "report") == 1


def test_nothing_is_asked_before_the_form_holds_what_it_needs(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("reply")
    start(desk, "admin.aduan", f"/aduan/{number}")
    send = desk.page.get_by_role("button", name="Kirim jawaban", exact=False).first
    act_form(desk.page).get_by_label("Jawaban kepada pelapor").fill("Sudah ditangani.")
    act_form(desk.page).get_by_label("Saluran").select_option("phone")
    with desk.answered_badly(f"/aduan/{number}/tindakan"):
        desk.press(send)
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    expect(desk.page.locator(".err", has_text="Tulis bukti").first).to_be_visible()
    expect(act_form(desk.page).get_by_label("Jawaban kepada pelapor")).to_have_value("Sudah ditangani.")
    act_form(desk.page).get_by_label("Bukti").fill("Ditelepon pukul 9.")
    send.click()
    desk.press(desk.page.get_by_role("dialog").get_by_role("button", name="Ya, kirim jawaban"))
    assert events(live, number, "reply") == 1


def test_back_after_an_act_and_the_button_again_acts_no_second_time(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("report")
    start(desk, "kabid", f"/aduan/{number}")
    note_of(desk.page).fill("Mohon arahan.")
    desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    desk.page.go_back()
    desk.page.wait_for_load_state()
    again = desk.page.get_by_role("button", name="Laporkan ke Kepala Dinas")
    if again.count():
        with desk.answered_badly(f"/aduan/{number}/tindakan"):
            desk.press(again)
    desk.inspect()
    expect(desk.page.get_by_role("main")).to_contain_text("Kepala Dinas")
    assert events(live, number, "report") == 1


def test_a_sign_in_that_ended_loses_no_text_of_an_act(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("report")
    start(desk, "kabid", f"/aduan/{number}")
    note_of(desk.page).press_sequentially("Mohon arahan.")
    note_of(desk.page).fill(LONG)
    end_sign_ins(live)
    desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    assert desk.at_the_door
    sign_in(desk.page, "kabid")
    desk.inspect()
    assert urlsplit(desk.page.url).path == f"/aduan/{number}"
    assert note_of(desk.page).input_value() == LONG
    assert events(live, number, "report") == 0
    desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    assert events(live, number, "report") == 1


def test_nor_of_a_form_that_had_come_back_with_faults(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("dispose_answer")
    start(desk, "kadis", f"/aduan/{number}")
    with desk.answered_badly(f"/aduan/{number}/tindakan"):
        desk.press(act_form(desk.page).get_by_role("button", name="Disposisi tanggapan"))
    expect(desk.page.get_by_role("alert").first).to_contain_text("Arahan")
    act_form(desk.page).get_by_label("Arahan").fill(LONG)
    end_sign_ins(live)
    desk.press(act_form(desk.page).get_by_role("button", name="Disposisi tanggapan"))
    sign_in(desk.page, "kadis")
    desk.inspect()
    assert urlsplit(desk.page.url).path == f"/aduan/{number}"
    assert act_form(desk.page).get_by_label("Arahan").input_value() == LONG


@pytest.mark.parametrize("what_is_lost", ["sign-in", "cookie"])
def test_nor_of_a_new_complaint(desk: Desk, live: LiveProgram, what_is_lost: str) -> None:
    start(desk, "admin.aduan", "/aduan/baru")
    title = f"Jembatan putus, {what_is_lost}"
    desk.page.get_by_label("Judul").fill(title)
    desk.page.get_by_label("Isi aduan").fill(LONG)
    if what_is_lost == "cookie":
        desk.page.context.clear_cookies()
    else:
        end_sign_ins(live)
    desk.press(desk.page.get_by_role("button", name="Simpan aduan"))
    assert desk.at_the_door
    sign_in(desk.page, "admin.aduan")
    desk.inspect()
    assert urlsplit(desk.page.url).path == "/aduan/baru"
    assert desk.page.get_by_label("Judul").input_value() == title
    assert desk.page.get_by_label("Isi aduan").input_value() == LONG


def test_the_next_officer_in_the_same_tab_finds_no_draft_of_another(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("report")
    start(desk, "kabid", f"/aduan/{number}")
    note_of(desk.page).fill(LONG)
    end_sign_ins(live)
    desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    assert LONG[:40] in desk.page.evaluate("() => JSON.stringify(sessionStorage)")
    sign_in(desk.page, "admin.aduan")
    desk.inspect()
    assert LONG[:40] not in desk.page.content()
    assert LONG[:40] not in desk.page.evaluate("() => JSON.stringify(sessionStorage)")


def test_an_upload_tells_how_far_it_is_and_ends_where_a_plain_form_does(
    desk: Desk, live: LiveProgram, case: Cases, tmp_path: Path
) -> None:
    number = case("report")
    file = tmp_path / "denah.pdf"
    file.write_bytes(b"%PDF-1.7\n" + b"x" * 200_000)
    start(desk, "kabid", f"/aduan/{number}")
    shown: list[int] = []

    def look_first(route: Route) -> None:
        shown.append(desk.page.locator("form progress").count())
        route.continue_()

    desk.page.route("**/tindakan", look_first)
    desk.page.locator("summary").filter(has_text="Tambah berkas").click()
    desk.page.get_by_label("Berkas").set_input_files(file)
    expect(desk.page.locator(".terpilih")).to_contain_text("denah.pdf · 196 KB")
    desk.page.get_by_role("button", name="Tambah berkas").click()
    expect(desk.page.get_by_role("status").first).to_contain_text("LB-")
    assert shown == [1]
    desk.page.unroute("**/tindakan")
    assert urlsplit(desk.page.url).path == f"/aduan/{number}"
    desk.inspect()
    expect(desk.page.locator("#lampiran")).to_contain_text("denah.pdf")
    assert events(live, number, "attach") == 1
    # The page that was written is a page that works.
    note_of(desk.page).fill("Mohon arahan.")
    desk.press(act_form(desk.page).get_by_role("button", name="Laporkan"))
    assert events(live, number, "report") == 1


def test_new_work_is_told_and_no_row_moves_by_itself(desk: Desk, beside: Flask, case: Cases) -> None:
    case("report", title="Yang pertama menunggu")
    desk.page.clock.install()
    start(desk, "kabid", "/")
    rows = desk.page.locator(".kotak tbody tr").all_inner_texts()
    bar = desk.page.locator("[data-kabar]")
    expect(bar).to_be_hidden()
    case("report", title="Yang baru datang")
    with desk.page.expect_response("**/kabar*"):
        desk.page.clock.run_for(61_000)
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("tugas baru")
    assert [row.split("\n")[0] for row in desk.page.locator(".kotak tbody tr").all_inner_texts()] == [
        row.split("\n")[0] for row in rows
    ]
    assert "Yang baru datang" not in desk.page.locator(".kotak").inner_text()
    desk.press(bar.get_by_role("link"))
    expect(desk.page.locator(".kotak")).to_contain_text("Yang baru datang")
