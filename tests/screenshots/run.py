"""`make screenshots`: every main screen of the demonstration at a fixed office time, wide and on a phone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import time_machine
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from app.core.clock import utc_now
from app.demo.build import build_demo
from tests.bench.office import measured_program
from tests.conftest import client_of
from tests.office_zone import OFFICE_ZONE
from tests.screenshots.screens import Screen, Standing, screens, standing
from tests.story.browser import chromium
from tests.story.live import free_port

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
OFFICE_TIME = datetime(2026, 11, 24, 10, 5, tzinfo=OFFICE_ZONE)
WIDTHS = {1280: 900, 390: 844}
COLOURS = 96
MOST_BYTES = 3_000_000


class Quiet(WSGIRequestHandler):
    """A server that does not tell every request."""

    def log_request(self, *_: object) -> None:
        """Nothing is said."""


@contextmanager
def served() -> Iterator[tuple[Flask, str, Standing]]:
    """The whole program with the demonstration, its address, and which cases stand where."""
    with time_machine.travel(OFFICE_TIME, tick=True), measured_program() as app:
        # The browser's own clock runs on: a cookie that ends with the office's day would have ended long ago.
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=36_500)
        build_demo(utc_now())
        found, port = standing(), free_port()
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield app, f"http://127.0.0.1:{port}", found
        finally:
            server.shutdown()
            thread.join()


def page_for(browser: Browser, app: Flask, url: str, screen: Screen, width: int) -> Page:
    """A page in which the screen's officer is signed in."""
    size = {"width": width, "height": WIDTHS[width]}
    phone = {"is_mobile": True, "has_touch": True} if width < 768 else {}
    scheme = "dark" if screen.dark else "light"
    context = browser.new_context(viewport=size, locale="id-ID", color_scheme=scheme, **phone)  # type: ignore[arg-type]
    if screen.username:
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = client_of(app, screen.username).get_cookie(name)
        assert cookie is not None
        context.add_cookies([{"name": name, "value": cookie.value, "url": url}])
    return context.new_page()


def take(browser: Browser, app: Flask, url: str, screen: Screen, width: int) -> Path:
    """One picture, in few colours so that a repository can hold it."""
    page = page_for(browser, app, url, screen, width)
    answer = page.goto(f"{url}{screen.path}")
    assert answer is not None, screen.name
    assert answer.status == screen.status, f"{screen.name} is answered {answer.status}"
    path = FOLDER / f"{screen.name}-{width}.png"
    page.screenshot(path=path, animations="disabled")
    page.context.close()
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
    return path


def main() -> int:
    """Take all pictures; 1 when together they are too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = []
    with served() as (app, url, found), chromium() as browser:
        for screen in screens(found):
            taken += [take(browser, app, url, screen, width) for width in WIDTHS]
    for old in set(FOLDER.glob("*.png")) - set(taken):
        old.unlink()
    whole = sum(path.stat().st_size for path in taken)
    print(f"{len(taken)} pictures in {FOLDER.name}, {whole / 1000:.0f} kB")
    return 1 if whole > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
