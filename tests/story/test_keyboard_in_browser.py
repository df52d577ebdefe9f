"""In headless Chromium with the keyboard alone, and then without any script at all."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from app.demo.accounts import PASSWORD
from tests.story.browser import Desk
from tests.story.live import LiveProgram
from tests.story.served import Cases, events

pytestmark = pytest.mark.timeout(600)
PROGRAM = "keys"

# What has the focus: whether it is marked, on the screen and not beneath something else (WCAG 2.4.7 and 2.4.11).
STOP = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  // A box to tick is as large as its label, and a search field as what it stands in.
  const label = element.closest('label, .cari');
  const box = (label || element).getBoundingClientRect();
  const marked = [element, label].filter(Boolean).some((part) => {
    const style = getComputedStyle(part);
    // The parts of a date are marked by the browser itself.
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    return outlined || style.boxShadow !== 'none' || part.type === 'date';
  });
  // In a strip that scrolls sideways Chromium is content with a part of 32 px.
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = box.top + box.height / 2;
  const top = document.elementFromPoint(x, y);
  const free = top !== null && (element.contains(top) || top.contains(element) || label?.contains(top) === true);
  return {
    name: element.tagName + ' ' + (element.getAttribute('aria-label') || element.textContent || element.name || '')
      .trim().slice(0, 40),
    first: element.matches('.skip'),
    marked: marked,
    where: Math.round(x) + ',' + Math.round(y) + ' under ' + (top ? top.tagName + '.' + top.className : 'nothing'),
    seen: box.width > 1 && box.height > 1 && free,
  };
}"""


@pytest.fixture
def plain(browser: Browser, live: LiveProgram, beside: Flask) -> Iterator[Page]:
    """A browser in which no script runs."""
    context = browser.new_context(java_script_enabled=False, locale="id-ID", base_url=live.url)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def key(desk: Desk, name: str) -> None:
    desk.page.keyboard.press(name)


def leads_on(desk: Desk, name: str) -> None:
    """A key that leads to another page, and a look at that."""
    with desk.page.expect_navigation():
        key(desk, name)
    desk.inspect()


def tab_to(desk: Desk, wanted: Locator, most: int = 120) -> None:
    """Go on by Tab until it has the focus."""
    target = wanted.element_handle()
    for _ in range(most):
        key(desk, "Tab")
        if desk.page.evaluate("(wanted) => document.activeElement === wanted", target):
            return
    raise AssertionError(f"{most} times Tab, and never {wanted}")


def log_in(desk: Desk, username: str) -> None:
    desk.go("/")
    tab_to(desk, desk.page.get_by_label("Nama pengguna atau NIP"), 8)
    desk.page.keyboard.type(username)
    tab_to(desk, desk.page.get_by_label("Kata sandi"), 2)
    desk.page.keyboard.type(PASSWORD)
    leads_on(desk, "Enter")
    expect(desk.page.get_by_role("button", name="Keluar")).to_be_visible()


def stops(desk: Desk, most: int = 150) -> list[dict[str, object]]:
    """Every stop of Tab, once around the page."""
    found: list[dict[str, object]] = []
    for _ in range(most):
        key(desk, "Tab")
        stop = desk.page.evaluate(STOP)
        if stop is None or (found and stop["first"]):
            break
        found.append(stop)
    return found


def in_dialog(page: Page) -> bool:
    return bool(page.evaluate("() => Boolean(document.activeElement.closest('dialog[open]'))"))


def test_the_inbox_by_keys_alone(desk: Desk, live: LiveProgram, case: Cases) -> None:
    numbers = [case("report"), case("report"), case("report")]
    log_in(desk, "kabid")
    rows = desk.page.locator(".kotak .jdl")
    key(desk, "j")
    expect(rows.nth(0)).to_be_focused()
    key(desk, "j")
    expect(rows.nth(1)).to_be_focused()
    key(desk, "k")
    expect(rows.nth(0)).to_be_focused()
    key(desk, "x")
    expect(desk.page.locator("input[name=pilih]").nth(0)).to_be_checked()
    expect(desk.page.locator("#pilihan")).to_be_visible()
    key(desk, "x")
    expect(desk.page.locator("#pilihan")).to_be_hidden()
    leads_on(desk, "Enter")
    assert urlsplit(desk.page.url).path in {f"/aduan/{number}" for number in numbers}


def test_an_act_by_keys_alone(desk: Desk, live: LiveProgram, case: Cases) -> None:
    number = case("sign_answer")
    log_in(desk, "kepala.dishub")
    key(desk, "j")
    leads_on(desk, "Enter")
    button = desk.page.get_by_role("button", name="Setujui dan tanda tangani")
    tab_to(desk, button)
    key(desk, "Enter")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert in_dialog(desk.page)
    key(desk, "Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    assert events(live, number, "sign") == 0
    key(desk, "Enter")
    tab_to(desk, dialog.get_by_role("button", name="Ya, tanda tangani"), 4)
    assert in_dialog(desk.page)
    leads_on(desk, "Enter")
    expect(desk.page.get_by_role("status").first).to_contain_text("LB-")
    assert events(live, number, "sign") == 1


def test_the_sheet_of_keys_and_the_way_past_the_menu(desk: Desk) -> None:
    log_in(desk, "kabid")
    key(desk, "Tab")
    skip = desk.page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    key(desk, "?")
    sheet = desk.page.get_by_role("dialog", name="Pintasan papan tombol")
    expect(sheet).to_be_visible()
    assert in_dialog(desk.page)
    key(desk, "Escape")
    expect(sheet).to_be_hidden()
    expect(skip).to_be_focused()
    key(desk, "Enter")
    expect(desk.page.get_by_role("main")).to_be_focused()
    key(desk, "Tab")
    assert desk.page.evaluate("() => Boolean(document.activeElement.closest('main'))")


@pytest.mark.parametrize(
    ("username", "at", "path"),
    [
        ("kabid", "report", "/"),
        ("kadis", "direct", "/aduan/{}"),
        ("admin.aduan", "register", "/aduan/{}"),
        ("kepala.dishub", "sign_answer", "/aduan/{}"),
        ("admin.aduan", "register", "/aduan/baru"),
        ("administrator", "register", "/opd/list/"),
        ("administrator", "register", "/hari-libur/add"),
    ],
)
@pytest.mark.parametrize("width", [1280, 390])
def test_every_stop_of_the_focus_is_marked_and_on_the_screen(
    desk: Desk, case: Cases, username: str, at: str, path: str, width: int
) -> None:
    number = case(at)
    log_in(desk, username)
    desk.page.set_viewport_size({"width": width, "height": 844})
    desk.go(path.format(number))
    found = stops(desk)
    assert len(found) > 10
    assert [stop["name"] for stop in found if not stop["marked"]] == []
    assert [(stop["name"], stop["where"]) for stop in found if not stop["seen"]] == []


def sign_in_plainly(page: Page, username: str, path: str) -> None:
    page.goto(path)
    page.get_by_label("Nama pengguna atau NIP").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    assert urlsplit(page.url).path == path


def test_the_same_act_without_any_script(plain: Page, live: LiveProgram, case: Cases) -> None:
    number = case("sign_answer")
    sign_in_plainly(plain, "kepala.dishub", "/")
    plain.locator(f'.kotak a.jdl[href="/aduan/{number}"]').click()
    plain.get_by_role("button", name="Setujui dan tanda tangani").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Tanda tangani")
    assert events(live, number, "sign") == 0
    plain.get_by_role("button", name="Ya, tanda tangani").click()
    expect(plain.get_by_role("status").first).to_contain_text("LB-")
    assert urlsplit(plain.url).path == f"/aduan/{number}"
    assert events(live, number, "sign") == 1


def test_a_row_is_deleted_without_any_script_after_a_question(plain: Page, live: LiveProgram) -> None:
    added = (
        "INSERT INTO category (code, name, national_class, active) VALUES ('uji', 'Uji coba', %s, true) RETURNING id"
    )
    (row,) = live.query(added, "no_oversight")
    sign_in_plainly(plain, "administrator", f"/kategori/show/{row[0]}")
    plain.get_by_role("button", name="Hapus").or_(plain.get_by_role("link", name="Hapus")).first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Hapus Uji coba?")
    assert live.query("SELECT count(*) FROM category WHERE id = %s", row[0]) == [(1,)]
    plain.get_by_role("main").get_by_role("button", name="Ya").click()
    assert live.query("SELECT count(*) FROM category WHERE id = %s", row[0]) == [(0,)]
