"""What an officer's first look at inbox and list costs: every byte a browser fetches, uncompressed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route

from tests.factories import a_complaint
from tests.story.browser import chromium

SignIn = Callable[[str], FlaskClient]
BASE = "http://localhost"
MOST_BYTES = 100_000
LONG_TITLE = "Lampu jalan di depan pasar padam sejak seminggu"


def fetched(page: Page, client: FlaskClient, address: str) -> dict[str, int]:
    """The size of all that a browser fetches for a page, by address; it has fetched nothing before."""
    sizes: dict[str, int] = {}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(BASE)
        assert path.startswith("/"), path
        with client.get(path) as told:
            sizes[path] = len(told.data)
            route.fulfill(status=told.status_code, headers=dict(told.headers), body=told.data)

    page.route("**/*", answer)
    page.goto(f"{BASE}{address}", wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    return sizes


def as_in_the_demo() -> None:
    """25 rows, no shorter than the demo's: a long title, some that two agencies answered on the fast route."""
    for number in range(25):
        step = "reply" if number % 8 == 0 else "register"
        a_complaint(step, ("dishub", "dinkes"), title=f"{LONG_TITLE} ({number})", channel="walk_in")


@pytest.mark.parametrize(("width", "language"), [(1280, "id"), (390, "en")])
@pytest.mark.parametrize("address", ["/", "/aduan/"])
def test_a_first_look_weighs_less_than_100_kb(
    app: Flask, as_user: SignIn, address: str, width: int, language: str
) -> None:
    with app.app_context():
        as_in_the_demo()
    client = as_user("admin.aduan")
    client.get(f"/lang/{language}")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900})
        sizes = fetched(page, client, address)
        assert page.locator(".kotak a.jdl").count() == 25
    kinds = {urlsplit(path).path.rpartition(".")[2] for path in sizes}
    assert {"css", "js", "svg", "woff2"} <= kinds, sizes
    assert sum(sizes.values()) <= MOST_BYTES, sizes
