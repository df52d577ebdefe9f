"""Pages as a browser shows them: on paper, and where a class of the shell could hide or pin a part of a page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from tests.factories import a_complaint
from tests.story.browser import chromium
from tests.views.test_page_weight import SignIn, fetched

PRESSED = """() => Array.from(document.querySelectorAll('button, input, select, textarea, .btn'))
  .filter((element) => element.checkVisibility()).map((element) => element.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize(
    ("username", "path"), [("kadis", "/aduan/{}"), ("kasi", "/aduan/"), ("administrator", "/opd/list/")]
)
def test_nothing_to_press_is_printed(app: Flask, as_user: SignIn, username: str, path: str) -> None:
    with app.app_context():
        number = a_complaint(at="direct").id
    with chromium() as browser:
        page = browser.new_page()
        fetched(page, as_user(username), path.format(number))
        assert page.evaluate(PRESSED)
        page.emulate_media(media="print")
        assert page.evaluate(PRESSED) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_introduction_of_the_figures_stands_above_them(app: Flask, client: FlaskClient, width: int) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 844})
        fetched(page, client, "/statistik")
        introduction = page.get_by_text("Angka diperbarui setiap Senin")
        expect(introduction).to_be_visible()
        assert introduction.evaluate("element => getComputedStyle(element).position") == "static"


def test_name_and_account_stay_on_screen_when_the_menu_is_long(app: Flask, as_user: SignIn) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 600})
        fetched(page, as_user("administrator"), "/opd/list/")
        menu = page.locator("#menu .nav")
        assert menu.evaluate("element => element.scrollHeight > element.clientHeight")
        for part in (page.locator("#menu .merek"), page.locator("#menu .saya")):
            expect(part).to_be_in_viewport(ratio=1)
        menu.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        expect(page.locator("#menu .pola")).to_be_in_viewport(ratio=1)
