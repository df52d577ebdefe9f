"""What our scripts do in forms and lists, each on a page that has only what it needs."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.story.browser import chromium
from tests.web.script_page import shown
from tests.web.test_scripts import LOST_STORAGE, NO_DIALOGS

WORDS = """data-teks='{"sisa": "sisa", "lewat": "lewat", "jam": ["jam", "jam"], "menit": ["menit", "menit"],
  "tinggal": "Tinggal {n} menit", "habis": "Habis", "tampilkan": "Tampilkan", "sembunyikan": "Sembunyikan",
  "saring_pilihan": "Saring", "zona": "+08:00"}'"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


CLOCKS = """<p id="siaran"></p><b data-sisa-menit="61" data-utama></b><b data-sisa-menit="31"></b>
  <b data-sisa-menit="-61"></b><b data-sisa-menit="-5" data-polos></b><b data-sisa-menit="1" data-polos></b>"""


def test_clocks_go_on_by_the_minute_and_only_the_main_one_speaks(browser: Browser) -> None:
    with shown(browser, CLOCKS, WORDS) as found:
        page = found.page
        assert page.locator("b").all_inner_texts() == [
            *("sisa 1 jam 1 menit", "sisa 31 menit", "lewat 1 jam 1 menit", "5 menit", "sisa 1 menit")
        ]
    with shown(browser, CLOCKS, WORDS, "setInterval = (work, ms) => { window.tick = work; window.ms = ms; };") as found:
        page, spoken = found.page, found.page.locator("#siaran")
        assert page.evaluate("ms") == 60_000
        expect(spoken).to_have_text("")
        page.evaluate("tick()")
        assert page.locator("b").all_inner_texts()[:2] == ["sisa 1 jam 0 menit", "sisa 30 menit"]
        expect(spoken).to_have_text("Tinggal 60 menit")
        page.evaluate("() => { for (let n = 0; n < 60; n++) tick(); }")
        expect(spoken).to_have_text("Habis")
    with shown(browser, '<b data-sisa-menit="30" data-utama></b>', WORDS) as found:
        assert found.page.locator("b").inner_text() == "sisa 30 menit", "nothing speaks here"


def test_a_page_that_waits_comes_again_and_a_summary_takes_the_focus(browser: Browser) -> None:
    body = "<div class='err-ringkas' tabindex='-1' id='s'>Galat</div>{}"
    with shown(browser, body.format("<p data-muat-ulang='0.001'></p>")) as found:
        found.page.wait_for_event("request")
    with shown(browser, body.format("")) as found:
        assert found.page.evaluate("document.activeElement.id") == "s"


ASKED = """<form method="post" action="/tindakan" id="f"><input name="action" value="note">
  <button name="ask" value="1" data-buka="d">Selesai</button>
  <dialog id="d"><button name="yakin" value="1">Ya</button></dialog></form>"""


@pytest.mark.parametrize(("status", "asked", "sent"), [(200, True, 1), (422, False, 2)])
def test_a_question_about_a_form_comes_when_the_server_would_ask(
    browser: Browser, status: int, asked: bool, sent: int
) -> None:
    with shown(browser, ASKED) as found:
        found.answers["/tindakan"] = lambda: {"status": status, "body": "lain", "content_type": "text/html"}
        with found.page.expect_response("**/tindakan"):
            found.page.get_by_role("button", name="Selesai").click()
        if asked:
            expect(found.page.get_by_role("dialog")).to_be_visible()
        else:
            expect(found.page.get_by_text("lain")).to_be_visible()
        assert len(found.sent) == sent
        assert 'name="ask"' in found.sent[0][2]
    with shown(browser, ASKED, before=NO_DIALOGS) as found, found.page.expect_navigation():
        found.page.get_by_role("button", name="Selesai").click()


DIRECTION = """<form>{routes}<div class="opd-list">{rows}</div>
  <div data-arahan="Arahkan ke {{n}} OPD" data-cepat="Cepat {{n}}" data-admin="Lewat {{n}}"{more}>
  <p class="akibat"><span>Akibat</span></p><button type="button"><span>Arahkan</span></button></div></form>"""
ROUTES = "<input type='radio' name='route' value='fast'><input type='radio' name='route' value='via_admin'>"
ROW = """<div class="brs"><input type="checkbox" name="agencies" value="{0}">
  <input type="radio" name="lead" value="{0}"></div>"""
ROWS_STATE = """Array.from(document.querySelectorAll('.brs'))
  .map((row) => [...row.children].map((one) => +one.checked).join(''))"""


def test_the_bar_of_a_direction_counts_and_the_first_agency_leads(browser: Browser) -> None:
    rows = "".join(ROW.format(name) for name in "abc")
    with shown(browser, DIRECTION.format(routes=ROUTES, rows=rows, more="")) as found:
        page, effect, button = found.page, found.page.locator(".akibat"), found.page.get_by_role("button")
        page.locator("[value=b][name=agencies]").check()
        expect(button).to_have_text("Arahkan ke 1 OPD")
        expect(effect).to_have_text("Akibat")
        page.locator("[value=fast]").check()
        expect(effect).to_have_text("Cepat 1")
        page.locator("[value=via_admin]").check()
        page.locator("[value=a][name=agencies]").check()
        expect(effect).to_have_text("Lewat 2")
        assert page.evaluate(ROWS_STATE) == ["10", "11", "00"], "the first one ticked goes on leading"
        page.locator("[value=b][name=agencies]").uncheck()
        assert page.evaluate(ROWS_STATE) == ["11", "00", "00"]
        page.locator("[value=c][name=lead]").check()
        assert page.evaluate(ROWS_STATE) == ["10", "00", "11"], "who leads takes part"
        for name in "ac":
            page.locator(f"[value={name}][name=agencies]").uncheck()
        expect(button).to_have_text("Arahkan")
        expect(effect).to_have_text("Akibat")
        assert page.locator(".brs.on").count() == 0
    with shown(browser, DIRECTION.format(routes="", rows=rows, more=" data-tetap='Tetap {n}'")) as found:
        found.page.locator("[value=b][name=agencies]").check()
        expect(found.page.locator(".akibat")).to_have_text("Tetap 1")
        assert found.page.evaluate(ROWS_STATE) == ["00", "10", "00"], "nobody is made to lead here"


def test_choices_phrases_and_passwords(browser: Browser) -> None:
    body = """<div class="pilih"><label><input type="radio" name="p" value="1">Satu</label>
      <label class="on"><input type="radio" name="p" value="2" checked>Dua</label></div>
      <textarea id="t"></textarea><button data-frasa="t"> Terima kasih. </button>
      <input type="password" id="k" value="x"><button data-lihat="k" hidden>Tampilkan</button>"""
    with shown(browser, body, WORDS) as found:
        page = found.page
        page.get_by_label("Satu").check()
        assert page.locator("label.on").all_inner_texts() == ["Satu"]
        for text in ("Terima kasih.", "Terima kasih. Terima kasih."):
            page.get_by_role("button", name="Terima").click()
            assert page.locator("#t").input_value() == text
        assert page.evaluate("document.activeElement.id") == "t"
        for kind, word in (("text", "Sembunyikan"), ("password", "Tampilkan")):
            page.locator("[data-lihat]").click()
            expect(page.locator("#k")).to_have_attribute("type", kind)
            expect(page.locator("[data-lihat]")).to_have_text(word)


@pytest.mark.parametrize(
    ("language", "words"), [("id", "Kamis, 26 November 2026"), ("en", "Thursday, 26 November 2026")]
)
def test_a_date_stands_in_words_under_its_field(browser: Browser, language: str, words: str) -> None:
    body = """<input data-tanggal type="date" id="d" value="2026-11-26"><p id="d-kata"></p><input data-tanggal id="x">
      <input data-tanggal type="datetime-local" id="m" value="2026-11-26T23:30"><p id="m-kata"></p>"""
    with shown(browser, body) as found:
        page = found.page
        page.evaluate(f"document.documentElement.lang = '{language}'")
        for name in "dm":
            page.locator(f"#{name}").dispatch_event("input")
            expect(page.locator(f"#{name}-kata")).to_have_text(words)
        page.locator("#d").fill("")
        expect(page.locator("#d-kata")).to_have_text("")


@pytest.mark.parametrize("before", ["", LOST_STORAGE])
def test_the_switch_of_single_keys(browser: Browser, before: str) -> None:
    body = "<label hidden><input type='checkbox' data-pintasan-saklar>Pintasan</label>"
    with shown(browser, body, before=before) as found:
        box = found.page.get_by_label("Pintasan")
        expect(box).to_be_checked()
        for kept, press in (("off", box.uncheck), ("", box.check)):
            press()
            assert found.page.evaluate("document.documentElement.dataset.pintasan") == kept
            if not before:
                assert found.page.evaluate("localStorage.pintasan") == kept


TICKS = """<form id="pilihan" data-pilihan="{n} dipilih" hidden><span data-terpilih></span>
  <button type="reset" data-batal hidden>Batal</button></form>
  <label data-pilih-semua hidden><input type="checkbox" form="pilihan">Semua</label><table class="kotak">
  <tr><td><a href="#a">A</a><input name="pilih" type="checkbox" form="pilihan"></td></tr>
  <tr><td><a href="#b">B</a><input name="pilih" type="checkbox" form="pilihan"></td></tr>
  <tr><td><a href="#c">C</a></td></tr></table>"""


def test_ticked_rows_of_the_inbox(browser: Browser) -> None:
    with shown(browser, TICKS) as found:
        page, bar = found.page, found.page.locator("#pilihan")
        every, rows = page.get_by_label("Semua"), page.locator("[name=pilih]")
        expect(bar).to_be_hidden()
        rows.first.check()
        expect(bar).to_contain_text("1 dipilih")
        assert every.evaluate("one => [one.checked, one.indeterminate]") == [False, True]
        assert page.locator("tr.sel").count() == 1
        every.check()
        expect(bar).to_contain_text("2 dipilih")
        assert every.evaluate("one => [one.checked, one.indeterminate]") == [True, False]
        page.get_by_role("button", name="Batal").click()
        expect(bar).to_be_hidden()
        page.get_by_role("link", name="B").focus()
        for held in ("Control", "Alt", "Meta"):
            page.keyboard.press(f"{held}+x")
        page.keyboard.press("y")
        expect(bar).to_be_hidden()
        page.keyboard.press("x")
        expect(rows.nth(1)).to_be_checked()
        page.keyboard.press("x")
        expect(bar).to_be_hidden()
        page.get_by_role("link", name="C").focus()
        page.keyboard.press("x")
        rows.first.focus()
        page.keyboard.press("x")
        expect(bar).to_be_hidden()
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("x")
        page.get_by_role("link", name="B").focus()
        page.evaluate("document.documentElement.dataset.pintasan = 'off'")
        page.keyboard.press("x")
        expect(bar).to_be_hidden()


TOLD = {"body": '{"count": 2, "text": "2 baru"}', "content_type": "application/json"}
ASK = "setInterval = (work, ms) => { window.ask = work; window.ms = ms; };"


def test_news_of_the_inbox(browser: Browser) -> None:
    body = "<p data-kabar='/kabar?x' data-tiap='7' hidden><span></span></p>"
    with shown(browser, body, before=ASK) as found:
        news = found.page.locator("[data-kabar]")
        assert found.page.evaluate("ms") == 7000
        away = ({"status": 500, **TOLD}, {**TOLD, "body": '{"count": 0}'}, {"status": 503})
        for answer in away:
            found.answers["/kabar?x"] = lambda answer=answer: answer  # type: ignore[misc]
            with found.page.expect_response("**/kabar?x"):
                found.page.evaluate("ask()")
            expect(news).to_be_hidden()
        found.answers["/kabar?x"] = lambda: TOLD
        found.page.evaluate("ask()")
        expect(news).to_have_text("2 baru")
        found.sent.clear()
        found.page.evaluate("Object.defineProperty(document, 'hidden', {value: true}); ask()")
        assert found.page.evaluate("1") == 1
        assert found.sent == []


SESSION = (
    """<div id="sesi" hidden><p></p><button type="button">Lanjut</button><a href="#masuk" hidden>Masuk</a></div>"""
)
SOON = """data-sesi="{}" data-kata='{{"sesi_akan": "Berakhir {{n}} menit lagi", "sesi_habis": "Sudah berakhir"}}'"""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (301, ""),
        (300, "Berakhir 5 menit lagi"),
        (61, "Berakhir 2 menit lagi"),
        (1, "Berakhir 1 menit lagi"),
        (-5, "Sudah berakhir"),
    ],
)
def test_the_end_of_a_sign_in_is_said_ahead(browser: Browser, seconds: int, words: str) -> None:
    with shown(browser, SESSION, SOON.format(seconds), "Date.now = () => 0;") as found:
        bar = found.page.locator("#sesi")
        expect(bar).to_be_visible(visible=bool(words))
        if words:
            expect(bar).to_contain_text(words)
            expect(found.page.get_by_role("link")).to_have_count(int(seconds <= 0))
            expect(found.page.get_by_role("button")).to_have_count(int(seconds > 0))
        if seconds == 300:
            for headers, seen in (({}, True), ({"X-Sesi": "900"}, False)):
                found.answers["/kabar"] = lambda headers=headers: {"status": 200, "headers": headers}  # type: ignore[misc]
                with found.page.expect_response("**/kabar"):
                    found.page.get_by_role("button").click()
                expect(bar).to_be_visible(visible=seen)


def test_drafts_of_somebody_else_and_of_what_was_sent_are_forgotten(browser: Browser) -> None:
    drafts = {
        "draf 7 /a": '{"isi": {}}',
        "draf 8 /a": '{"isi": {}}',
        "draf 7 /b": '{"isi": {}, "terkirim": true}',
        "lain": "x",
    }
    fill = "".join(f"sessionStorage.setItem({key!r}, {value!r});" for key, value in drafts.items())
    keys = "Object.keys(sessionStorage).sort()"
    for body, left in (
        ("<main></main>", list(drafts)),
        ("<main><p class='note ok'></p></main>", ["draf 7 /a", "draf 8 /a", "lain"]),
        ("<meta name='petugas' content='7'>", ["draf 7 /a", "draf 7 /b", "lain"]),
    ):
        with shown(browser, body, before=fill) as found:
            assert found.page.evaluate(keys) == sorted(left)
    with shown(browser, "<meta name='petugas' content='7'>", before=LOST_STORAGE.replace("local", "session")) as found:
        assert found.page.evaluate("document.readyState") == "complete"


def test_a_draft_that_was_only_previewed_is_not_taken_for_sent(browser: Browser) -> None:
    body = """<meta name='petugas' content='7'><form method="post" action="/kirim"><textarea name="isi"></textarea>
      <button formtarget="_blank">Pratinjau</button></form>"""
    with shown(browser, body) as found:
        found.answers["/kirim"] = lambda: {"status": 204}
        found.page.locator("textarea").fill("Kata saya")
        with found.page.context.expect_page():
            found.page.get_by_role("button").click()
        (stored,) = found.page.evaluate("Object.values(sessionStorage)")
        assert json.loads(stored) == {"isi": {"isi": "Kata saya"}}


def test_the_place_of_the_device_is_filled_in(browser: Browser) -> None:
    body = """<button data-posisi>Posisi</button><p data-posisi-kabar data-gagal="Gagal"></p>
      <input id="location.lat"><input id="location.lon">"""
    place = """navigator.geolocation.getCurrentPosition = (good, bad) =>
      window.bad ? bad() : good({coords: {latitude: -2.3, longitude: 115.5}});"""
    with shown(browser, body, before=place) as found:
        found.page.get_by_role("button").click()
        assert [one.input_value() for one in found.page.locator("input").all()] == ["-2,300000", "115,500000"]
        expect(found.page.locator("p")).to_have_text("")
        found.page.evaluate("window.bad = true")
        found.page.get_by_role("button").click()
        expect(found.page.locator("p")).to_have_text("Gagal")


def test_what_only_some_kinds_use_is_hidden_for_the_others_unless_it_is_filled(browser: Browser) -> None:
    body = """<form><select data-menentukan><option>text<option>choice<option>date</select>
      <p data-untuk="choice choices">Pilihan<textarea></textarea></p>
      <p data-untuk="text">Pola<input></p></form>"""
    with shown(browser, body) as found:
        kind, (options, pattern) = found.page.get_by_role("combobox"), found.page.locator("[data-untuk]").all()
        expect(options).to_be_hidden()
        expect(pattern).to_be_visible()
        kind.select_option("choice")
        expect(options).to_be_visible()
        expect(pattern).to_be_hidden()
        options.locator("textarea").fill("merah = Merah")
        kind.select_option("date")
        expect(options).to_be_visible()
        expect(pattern).to_be_hidden()
