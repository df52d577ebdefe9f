"""What our scripts do, each on a page that has only what it needs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.story.browser import chromium
from tests.web.script_page import shown

LOST_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('closed'); } });"
NO_DIALOGS = "delete HTMLDialogElement.prototype.showModal;"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize(
    ("at_first", "system", "then"),
    [
        ("auto", "dark", "light"),
        ("auto", "light", "dark"),
        ("dark", "light", "light"),
        ("light", "dark", "dark"),
    ],
)
@pytest.mark.parametrize("before", ["", LOST_STORAGE])
def test_the_theme_is_switched_from_what_is_seen(
    browser: Browser, at_first: str, system: str, then: str, before: str
) -> None:
    with shown(browser, "<button data-tema hidden>Tema</button>", f"data-theme='{at_first}'", before) as found:
        found.page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
        found.page.get_by_role("button").click()
        assert found.page.evaluate("document.documentElement.dataset.theme") == then
        if not before:
            assert found.page.evaluate("localStorage.tema") == then


FORM = """<form method="post" action="/kirim" id="f"{more}><input name="a" value="1">
  <button type="submit" data-sibuk="Menyimpan">Simpan</button><button type="submit">Lain</button></form>"""


def test_a_form_is_sent_once_and_says_so(browser: Browser) -> None:
    with shown(browser, FORM.format(more="")) as found:
        found.answers["/kirim"] = lambda: {"status": 204}
        with found.page.expect_request("**/kirim"):
            found.page.evaluate("() => { f.requestSubmit(); f.requestSubmit(); }")
        expect(found.page.get_by_role("button", name="Menyimpan")).to_have_attribute("aria-disabled", "true")
        expect(found.page.get_by_role("button", name="Lain")).to_have_attribute("aria-disabled", "true")
        assert [path for _, path, _ in found.sent] == ["/kirim"]
        found.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
        expect(found.page.get_by_role("button", name="Simpan")).not_to_have_attribute("aria-disabled", "true")
        expect(found.page.get_by_role("button", name="Lain")).to_be_visible()
        with found.page.expect_request("**/kirim"):
            found.page.evaluate("f.requestSubmit()")
        assert [path for _, path, _ in found.sent] == ["/kirim"] * 2


PREVIEW = '<button name="lakukan" value="pdf" formtarget="_blank">Pratinjau</button></form>'


def test_a_preview_in_a_new_tab_locks_nothing(browser: Browser) -> None:
    with shown(browser, FORM.format(more="").replace("</form>", PREVIEW)) as found:
        found.answers["/kirim"] = lambda: {"status": 204}
        with found.page.context.expect_page():
            found.page.get_by_role("button", name="Pratinjau").click()
        expect(found.page.get_by_role("button", name="Simpan")).not_to_have_attribute("aria-disabled", "true")
        with found.page.expect_request("**/kirim"):
            found.page.get_by_role("button", name="Simpan").click()


@pytest.mark.parametrize("more", [" data-unduh"])
def test_a_download_may_be_asked_for_again(browser: Browser, more: str) -> None:
    with shown(browser, FORM.format(more=more)) as found:
        found.answers["/kirim"] = lambda: {"status": 204}
        for times in (1, 2):
            with found.page.expect_request("**/kirim"):
                found.page.evaluate("f.requestSubmit()")
            assert found.page.locator("button[aria-disabled]").count() == 0, times


DIALOG = """<a href="/tanpa" data-buka="d" data-perlu-js hidden>Buka</a><a href="/tanpa" data-buka="x">Tiada</a>
  <dialog id="d"><p>Isi</p><button type="button" data-tutup>Tutup</button></dialog>"""


def test_a_dialog_opens_and_closes_and_a_link_leads_on_where_there_is_none(browser: Browser) -> None:
    with shown(browser, DIALOG) as found:
        found.page.get_by_role("link", name="Buka").click()
        expect(found.page.get_by_role("dialog")).to_be_visible()
        found.page.get_by_role("button", name="Tutup").click()
        expect(found.page.get_by_role("dialog")).to_be_hidden()
        assert found.sent == []
        with found.page.expect_request("**/tanpa"):
            found.page.get_by_role("link", name="Tiada").click()
    with shown(browser, DIALOG, before=NO_DIALOGS) as found, found.page.expect_request("**/tanpa"):
        found.page.get_by_role("link", name="Buka").click()


MENUS = """<details class="menu-kecil"><summary>Satu</summary><p>Isi</p></details>
  <details class="menu-kecil"><summary>Dua</summary></details><p>luar</p>"""
OPEN = "Array.from(document.querySelectorAll('details')).map((one) => one.open)"


def test_a_small_menu_closes_by_escape_and_by_a_click_elsewhere(browser: Browser) -> None:
    with shown(browser, MENUS) as found:
        for leave in (lambda: found.page.keyboard.press("Escape"), found.page.get_by_text("luar").click):
            found.page.get_by_text("Satu").click()
            found.page.keyboard.press("a")
            found.page.get_by_text("Isi").click()
            assert found.page.evaluate(OPEN) == [True, False]
            found.page.evaluate("document.activeElement.blur()")
            leave()
            assert found.page.evaluate(OPEN) == [False, False]
        found.page.get_by_text("Satu").click()
        found.page.keyboard.press("Escape")
        assert found.page.evaluate("document.activeElement.textContent") == "Satu"
        found.page.evaluate("document.activeElement.blur()")
        found.page.keyboard.press("Escape")
        assert found.page.evaluate("document.activeElement.tagName") == "BODY", "no menu was open"


KEYS = """<input id="cari"><div class="kotak"><a class="jdl" href="#1">1</a><a class="jdl" href="#2">2</a></div>
  <dialog id="pintasan">Pintasan</dialog>"""
FOCUS = "document.activeElement.id || document.activeElement.textContent"


def test_single_keys_move_search_explain_and_lead_on(browser: Browser) -> None:
    with shown(browser, KEYS) as found:
        keys = found.page.keyboard
        for key, focused in (("j", "1"), ("j", "2"), ("j", "2"), ("k", "1"), ("k", "1"), ("/", "cari")):
            keys.press(key)
            assert found.page.evaluate(FOCUS) == focused, key
        assert found.page.locator("#cari").input_value() == ""
        keys.press("j")
        keys.press("?")
        assert found.page.locator("#cari").input_value() == "j?", "typed, no move and no help"
        found.page.evaluate("document.activeElement.blur()")
        for held in ("Control", "Alt", "Meta"):
            keys.press(f"{held}+j")
            assert found.page.evaluate(FOCUS).strip() not in ("1", "2"), held
        keys.press("?")
        expect(found.page.get_by_role("dialog")).to_be_visible()
        keys.press("Escape")
        keys.press("a")
        assert found.sent == []
        keys.press("g")
        keys.press("a")
        found.page.wait_for_url("**/aduan/")


def test_single_keys_can_be_switched_off_and_do_nothing_where_there_is_nothing(browser: Browser) -> None:
    with shown(browser, KEYS, "data-pintasan='off'") as found:
        for key in "j/?ga":
            found.page.keyboard.press(key)
        assert found.page.evaluate("document.activeElement.tagName") == "BODY"
        assert (found.sent, found.page.get_by_role("dialog").count()) == ([], 0)
    with shown(browser, "<p>kosong</p>") as found:
        for key in "jk/?x":
            found.page.keyboard.press(key)
        assert found.page.evaluate("document.activeElement.tagName") == "BODY"
        found.page.keyboard.press("g")
        found.page.keyboard.press("k")
        found.page.wait_for_function("() => location.pathname === '/'")
        assert [path for _, path, _ in found.sent] == ["/"]


MENU = """<button class="menu-btn" aria-expanded="false">Menu</button>
  <div class="side"><a href="#a">Tautan</a></div><p>luar</p>"""


def test_the_menu_of_a_phone(browser: Browser) -> None:
    with shown(browser, MENU) as found:
        button, side = found.page.locator(".menu-btn"), found.page.locator(".side")
        for leave in (button.click, lambda: found.page.keyboard.press("Escape"), found.page.get_by_text("luar").click):
            button.click()
            expect(button).to_have_attribute("aria-expanded", "true")
            expect(side).to_have_class("side buka")
            assert found.page.evaluate("document.activeElement.textContent") == "Tautan"
            found.page.keyboard.press("a")
            found.page.evaluate("document.querySelector('.side').click()")
            expect(button).to_have_attribute("aria-expanded", "true")
            leave()
            expect(button).to_have_attribute("aria-expanded", "false")
        found.page.evaluate("document.activeElement.blur()")
        found.page.keyboard.press("Escape")
        assert found.page.evaluate("document.activeElement.tagName") == "BODY", "it was closed already"


CONFIRM = """<form method="post" action="/hapus" id="f"><input class="action_check" type="checkbox" name="pk" value="1">
  <button data-tanya="Hapus?" data-ya="Ya, hapus" data-bahaya data-langsung="/langsung">Hapus</button>
  <button data-tanya="Semua?" data-massal>Semua</button><button>Biasa</button></form>
  <dialog id="konfirmasi"><h2></h2><button type="button" class="tidak">Tidak</button>
  <button type="button" class="ya">Ya</button></dialog>"""
TEXTS = """data-teks='{"ya": "Ya", "kosong": "Pilih dahulu"}'"""


def test_a_question_is_asked_before_a_button_that_wants_one(browser: Browser) -> None:
    with shown(browser, CONFIRM, TEXTS) as found:
        asked = found.page.get_by_role("dialog")
        found.answers |= {path: lambda: {"status": 204} for path in ("/langsung", "/hapus")}
        found.page.get_by_role("button", name="Semua").click()
        expect(asked.get_by_role("heading")).to_have_text("Pilih dahulu")
        expect(asked.get_by_role("button", name="Ya")).to_have_count(0)
        asked.get_by_role("button", name="Tidak").click()
        found.page.get_by_role("checkbox").check()
        found.page.get_by_role("button", name="Semua").click()
        expect(asked.get_by_role("heading")).to_have_text("Semua?")
        expect(asked.get_by_role("button", name="Ya")).to_have_class("ya btn-primary")
        asked.get_by_role("button", name="Tidak").click()
        assert found.sent == []
        found.page.get_by_role("button", name="Hapus").click()
        expect(asked.get_by_role("button", name="Ya, hapus")).to_have_class("ya btn-danger")
        with found.page.expect_request("**/langsung"):
            asked.get_by_role("button", name="Ya, hapus").click()
        expect(asked).to_be_hidden()
        assert [path for _, path, _ in found.sent] == ["/langsung"]


def test_a_plain_button_is_not_asked_about(browser: Browser) -> None:
    with shown(browser, CONFIRM, TEXTS) as found:
        found.answers["/hapus"] = lambda: {"status": 204}
        with found.page.expect_request("**/hapus"):
            found.page.get_by_role("button", name="Biasa").click()
        assert [path for _, path, _ in found.sent] == ["/hapus"]
