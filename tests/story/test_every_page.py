"""In headless Chromium: every page of the program, for whoever may open it, wide and narrow, light and dark."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.access.test_endpoint_access import ACCOUNTS
from tests.conftest import client_of
from tests.story.browser import launched
from tests.story.fonts import NOTO
from tests.story.live import LiveProgram
from tests.story.page_checks import NARROWEST, ONLY_COLOURS, Looker
from tests.story.pages_to_see import ERRORS, VISITORS, Rows, Visit, error_page_of, make_all_rows, pages_of

pytestmark = pytest.mark.timeout(600)
PROGRAM = "pages"

Look = tuple[int, bool, list[str] | None]
LOOKS: tuple[Look, ...] = ((1280, False, []), (390, False, NARROWEST), (320, True, ONLY_COLOURS))
EVERY_LOOK: tuple[Look, ...] = ((1280, False, []), (390, False, []), (320, False, NARROWEST))
# In the dark at the width at which it is used most: who signs on the way and who complains hold a phone.
ON_A_PHONE = {"anonymous", "agency_head", "office_head"}
SEND = """([path, values]) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = path;
  const token = document.querySelector('input[name=csrf_token]');
  for (const [name, value] of Object.entries({...values, csrf_token: token ? token.value : ''})) {
    const field = document.createElement('input');
    [field.type, field.name, field.value] = ['hidden', name, value];
    form.append(field);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}"""


def every_look() -> bool:
    """Whether every page is looked at for all of its visitors (`make pages`), or for its first one and at home."""
    return bool(os.environ.get("EVERY_LOOK"))


@pytest.fixture(scope="module")
def other_fonts(browser: Browser) -> Iterator[Browser]:
    """A browser on a machine with other fonts."""
    with launched(browser.browser_type, NOTO) as started:
        yield started


@pytest.fixture(scope="module")
def rows(beside: Flask) -> Rows:
    with beside.app_context():
        return make_all_rows()


def looker_of(browser: Browser, live: LiveProgram, beside: Flask, visitor: str) -> Looker:
    """A page in which this visitor is signed in."""
    context = browser.new_context(locale="id-ID", timezone_id="Asia/Makassar", reduced_motion="reduce")
    if visitor in ACCOUNTS:
        name = beside.config["SESSION_COOKIE_NAME"]
        cookie = client_of(beside, ACCOUNTS[visitor]).get_cookie(name)
        assert cookie is not None
        context.add_cookies([{"name": name, "value": cookie.value, "url": live.url}])
    return Looker(context.new_page())


def show(looker: Looker, url: str, visit: Visit) -> tuple[int, str]:
    """Open the page; its status, and which page it is."""
    if not visit.form:
        answer = looker.page.goto(f"{url}{visit.path}")
    else:
        looker.page.goto(f"{url}/")
        looker.expected = {f"{url}{visit.path}"}
        with looker.page.expect_navigation() as coming:
            looker.page.evaluate(SEND, [visit.path, dict(visit.form)])
        answer = coming.value
    assert answer is not None, visit.name
    return answer.status, urlsplit(looker.page.url).path


def wrong_pages(looker: Looker, url: str, visits: Iterable[tuple[Visit, tuple[Look, ...]]]) -> dict[str, list[str]]:
    """What is wrong with these pages, by page and look; the browser is closed in the end."""
    wrong: dict[str, list[str]] = {}
    for visit, looks in visits:
        status, path = show(looker, url, visit)
        if not visit.form and (status, path) != (200, visit.leads_to):
            wrong[visit.name] = [f"answered {status} at {path}"]
        wrong |= seen_of(looker, visit, looks)
        looker.expected.clear()
    looker.page.context.close()
    return wrong


def seen_of(looker: Looker, visit: Visit, looks: tuple[Look, ...]) -> dict[str, list[str]]:
    """What is wrong with a page, by the look at which it shows."""
    found = {}
    for width, dark, only in looks:
        look = f"{visit.name} at {width} px{' in the dark' if dark else ''}"
        if wrong := looker.look(width, dark, only):
            found[look] = wrong
        photograph(looker, look)
    return found


def told(wrong: Mapping[str, list[str]]) -> str:
    return "\n".join(f"{look}: {faults}" for look, faults in wrong.items())


def first_visitors(beside: Flask, rows: Rows) -> dict[str, str]:
    """Who is the first to see each page: that one is shown it in every way, those after only as they hold it."""
    seen: dict[str, str] = {}
    for visitor in VISITORS:
        for visit in pages_of(beside, visitor, rows):
            seen.setdefault(visit.page, visitor)
    return seen


def looks_at(visit: Visit, first: bool) -> tuple[Look, ...]:
    """Wide, narrow, and narrowest in the dark; a page that somebody else has been shown so is shown in one look. In
    `make pages` all four looks by all rules, the dark one at the width at which the visitor works.
    """
    usual = 390 if visit.visitor in ON_A_PHONE else 1280
    if every_look():
        return (*EVERY_LOOK, (usual, True, ONLY_COLOURS))
    return LOOKS if first else ((usual, False, None),)


def photograph(looker: Looker, look: str) -> None:
    if folder := os.environ.get("PAGE_SHOTS"):
        looker.page.screenshot(path=Path(folder) / f"{look.replace('/', '_')[:150]}.png", full_page=True)


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_of_this_visitor(
    browser: Browser, live: LiveProgram, beside: Flask, rows: Rows, visitor: str
) -> None:
    firsts = first_visitors(beside, rows)
    visits = [
        (visit, looks_at(visit, firsts[visit.page] == visitor))
        for visit in pages_of(beside, visitor, rows)
        if visit.path == "/" or firsts[visit.page] == visitor or every_look()
    ]
    wrong = wrong_pages(looker_of(browser, live, beside, visitor), live.url, visits)
    assert not wrong, told(wrong)


@pytest.mark.at_length
@pytest.mark.parametrize("visitor", VISITORS)
def test_pages_with_other_fonts(
    other_fonts: Browser, live: LiveProgram, beside: Flask, rows: Rows, visitor: str
) -> None:
    visits = [(visit, looks_at(visit, True)) for visit in pages_of(beside, visitor, rows)]
    assert visits
    wrong = wrong_pages(looker_of(other_fonts, live, beside, visitor), live.url, visits)
    assert not wrong, told(wrong)


def test_every_error_page(browser: Browser, live: LiveProgram, beside: Flask) -> None:
    looker = looker_of(browser, live, beside, "anonymous")
    address = f"{live.url}/aduan/12"
    looker.expected = {address}
    wrong: dict[str, list[str]] = {}
    for code in ERRORS:
        fulfil = {"status": code, "body": error_page_of(beside, code), "content_type": "text/html"}
        looker.page.route(address, lambda route: route.fulfill(**fulfil))  # noqa: B023 (it is gone with its turn)
        looker.page.goto(address)
        looker.page.unroute(address)
        visit = Visit("anonymous", f"error {code}")
        wrong |= seen_of(looker, visit, looks_at(visit, True))
    looker.page.context.close()
    assert not wrong, told(wrong)


@pytest.mark.parametrize(("path", "status"), [("/tidak-ada", 404), ("/aduan/baru", 403), ("/bersama/", 405)])
def test_an_error_in_the_shell_of_an_officer(
    browser: Browser, live: LiveProgram, beside: Flask, path: str, status: int
) -> None:
    looker = looker_of(browser, live, beside, "section_head")
    looker.expected = {f"{live.url}{path}"}
    visit = Visit("section_head", path)
    assert show(looker, live.url, visit) == (status, path)
    wrong = seen_of(looker, visit, looks_at(visit, True))
    looker.page.context.close()
    assert not wrong, told(wrong)
